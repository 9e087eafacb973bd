//! The inbox: what the viewer was told, the latest first. Opening a message marks it read; both are forms, so that it
//! works without script.

mod row;

use self::row::Row;
use crate::{
    calls::refresh::refresh_inbox,
    kit::{button, empty::Empty, icon::Icon, moment::ZoneNote, pager::Pager, section::Section},
    live::{on_news, refresh::refresher},
};
use domain::notification::{InboxPage, InboxQuery};
use leptos::prelude::*;

/// The inbox as an open page holds it: asked for again when somebody was told something.
#[component]
pub fn InboxView(page: InboxPage, query: InboxQuery) -> impl IntoView {
    let shown = RwSignal::new(page);
    let ask = refresher(move || refresh_inbox(query.clone()), move |now| shown.set(now));
    on_news(move |news| {
        if news.concerns_inbox() {
            ask();
        }
    });
    move || shown.with(list)
}

fn list(page: &InboxPage) -> AnyView {
    if page.rows.is_empty() {
        let text = "When an approval waits for you, or something you asked for is decided, it stands here.";
        return view! { <Empty title="Your inbox is empty" text=text /> }.into_any();
    }
    let now = page.now;
    let rows: Vec<AnyView> = page.rows.iter().map(|row| view! { <Row row=row now=now /> }.into_any()).collect();
    let next = page.next_cursor.map(|cursor| format!("/inbox?cursor={cursor}"));
    let first = page.is_continued.then(|| "/inbox".to_owned());
    view! {
        <div class="px-4 lg:px-6 pb-16 max-w-[1080px]">
            <Section id="messages" title="Messages" aside=aside(page)>
                <ul class="rounded-lg border border-rule divide-y divide-rule">{rows}</ul>
                <Pager label="Pages of the inbox" first=first next=next />
            </Section>
        </div>
    }
    .into_any()
}

/// How many are unread, and the one thing to do about all of them. What comes while the page is looked at stays unread.
fn aside(page: &InboxPage) -> AnyView {
    let latest = page.rows.first().filter(|_| page.unread > 0).map(|row| row.id.to_string());
    let unread = match page.unread {
        0 => "All read".to_owned(),
        count => format!("{count} unread"),
    };
    view! {
        <ZoneNote />
        <span>{unread}</span>
        {latest
            .map(|id| {
                view! {
                    <form method="post" action="/inbox">
                        <input type="hidden" name="form" value="read" />
                        <input type="hidden" name="id" value=id />
                        <button type="submit" class=button::SMALL><Icon name="check-check" class="w-3.5 h-3.5 shrink-0" />"Mark all read"</button>
                    </form>
                }
            })}
    }
    .into_any()
}
