//! One message: what happened, what it is about, when.

use crate::{
    kit::{icon::Icon, moment::Moment, risk::RiskMark},
    queue::level,
    recorded::text::Text,
};
use domain::{
    Time,
    notification::{InboxRow, Notice},
};
use leptos::prelude::*;

const UNREAD: &str = "text-start font-semibold hover:underline cursor-pointer";
const READ: &str = "text-start text-muted hover:underline cursor-pointer";

/// A message.
#[component]
pub fn Row<'a>(row: &'a InboxRow, now: Time) -> impl IntoView + use<> {
    let is_unread = row.read_at.is_none();
    let mark = if is_unread {
        view! { <span class="pt-0.5 text-accent"><Icon name="circle-dot" /><span class="sr-only">"Unread"</span></span> }
            .into_any()
    } else {
        view! { <span class="pt-0.5 text-faint"><Icon name="check" /><span class="sr-only">"Read"</span></span> }
            .into_any()
    };
    let (id, title, at) = (row.id.to_string(), row.notice.topic.title(), row.made_at);
    view! {
        <li data-row class="flex items-start gap-3 px-3 py-2.5 hover:bg-hover">
            {mark}
            <div class="min-w-0 flex-1">
                <form method="post" action="/inbox">
                    <input type="hidden" name="form" value="open" />
                    <input type="hidden" name="id" value=id />
                    <button type="submit" class=if is_unread { UNREAD } else { READ }>{title}</button>
                </form>
                {about(&row.notice, now)}
            </div>
            <span class="text-xs text-muted whitespace-nowrap"><Moment at=at now=now /></span>
        </li>
    }
    .into_any()
}

/// What it is about: recorded names, as they are.
fn about(notice: &Notice, now: Time) -> AnyView {
    let named = [&notice.tool, &notice.workflow, &notice.subject];
    let named = named.into_iter().flatten().map(|name| view! { <code class="break-all"><Text text=name /></code> });
    let named = named.collect_view();
    let risk = notice.risk.filter(|_| notice.topic.asks_for_a_decision());
    let due = notice.due.map(|due| view! { <span>"Decide by "<Moment at=due now=now /></span> });
    view! {
        <p class="flex flex-wrap items-center gap-x-3 gap-y-0.5 mt-0.5 text-xs text-muted">
            {named}
            {risk.map(|risk| view! { <RiskMark level=level(risk) /> })}
            {due}
        </p>
    }
    .into_any()
}
