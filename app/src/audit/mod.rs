//! The audit log: who did what, in order.

mod event;
mod filters;
mod follow;
mod row;

use self::{
    follow::Followed,
    row::{COLUMNS, Row},
};
use crate::{
    kit::{button, empty::Empty, moment, pager::Pager},
    live::pill::Pill,
};
use domain::{
    Time,
    audit::{AuditPage, AuditQuery},
    review::TimelineItem,
};
use leptos::prelude::*;

pub use self::{
    event::EventView,
    filters::{Filters, address},
};

/// The events of a page, followed while it is open; `open` is the event in the drawer.
#[component]
pub fn Events(page: AuditPage, query: AuditQuery, #[prop(into)] open: Signal<Option<i64>>) -> impl IntoView {
    let followed = Followed::follow(page, query.clone());
    let words = ("new event", "new events");
    view! {
        <Pill count=Signal::derive(move || followed.unseen()) words=words has_key=true show=move || followed.show() />
        {move || view! { <List page=followed.page() query=query.clone() open=open /> }}
    }
    .into_any()
}

/// The events under the heads of their days.
#[component]
fn List(page: AuditPage, query: AuditQuery, open: Signal<Option<i64>>) -> impl IntoView {
    let here = address(&query);
    let first = query.cursor.is_some().then(|| here.to_string());
    let next = page.next_cursor.clone().map(|cursor| here.clone().with("cursor", Some(cursor)).to_string());
    let looked = page.looked_through.map(|count| {
        view! { <p class="text-xs text-muted pt-3">{format!("Looked through {} events, newest first; older ones may match.", grouped(count))}</p> }
    });
    let next_word = if looked.is_some() { "Continue" } else { "Older" };
    let content = if page.rows.is_empty() && looked.is_none() {
        view! { <Nothing query=query /> }.into_any()
    } else {
        let here = here.with("cursor", query.cursor);
        let groups = days(page.rows).into_iter().map(|(day, items)| {
            let head = moment::day_in_words(day, page.now);
            let rows = items.into_iter().map(|item| {
                let to = here.clone().at(format!("/audit/{}", item.leaf_index)).to_string();
                view! { <Row item=&item to=to open=open /> }
            });
            view! { <DayHead day=head />{rows.collect_view()} }
        });
        view! {
            <div role="table" aria-label="Audit events">
                <div role="row" class=format!("max-md:hidden grid items-center gap-x-3 px-6 h-8 border-b border-rule text-[11px] leading-4 text-faint {COLUMNS}")>
                    <span role="columnheader" aria-sort="descending">"Number"</span>
                    <span role="columnheader">"Time, UTC"</span>
                    <span role="columnheader">"Actor"</span>
                    <span role="columnheader">"Event"</span>
                    <span role="columnheader" class="text-end">"Run"</span>
                </div>
                {groups.collect_view()}
            </div>
        }
        .into_any()
    };
    view! {
        {content}
        <div class="px-4 lg:px-6">
            {looked}
            <Pager label="Pages of the log" first=first next=next first_word="Newest" next_word=next_word />
        </div>
    }
    .into_any()
}

#[component]
fn DayHead(day: String) -> impl IntoView {
    view! {
        <div role="row" class="bg-canvas border-b border-rule">
            <div role="rowheader" aria-colspan="5" class="flex items-center gap-2 h-7.5 px-4 lg:px-6 text-xs">
                <span class="font-medium text-muted">{day}</span>
                <span class="text-faint">"newest first, UTC"</span>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn Nothing(query: AuditQuery) -> impl IntoView {
    if query.is_narrowed() || query.cursor.is_some() {
        return view! {
            <Empty title="No event matches" text="No event of the log has all of what is set above.">
                <a href="/audit" class=button::SMALL>"Clear filters"</a>
            </Empty>
        }
        .into_any();
    }
    view! { <Empty title="Nothing has happened yet" text="Everything that people, agents and Countersign itself do is listed here." /> }.into_any()
}

/// Events in the order they came, under the days they happened on.
fn days(items: Vec<TimelineItem>) -> Vec<(Time, Vec<TimelineItem>)> {
    let mut days: Vec<(Time, Vec<TimelineItem>)> = Vec::new();
    for item in items {
        let at = item.entry.at;
        match days.last_mut() {
            Some((day, items)) if day.date_naive() == at.date_naive() => items.push(item),
            _ => days.push((at, vec![item])),
        }
    }
    days
}

/// `10,000`.
fn grouped(count: u32) -> String {
    crate::timeline::number(i64::from(count)).trim_start_matches('#').to_owned()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::sample;

    fn html(page: &AuditPage, query: &AuditQuery) -> String {
        let (page, query) = (page.clone(), query.clone());
        Owner::new().with(|| view! { <Events page=page query=query open=None /> }.to_html()).replace("<!>", "")
    }

    #[test]
    fn every_kind_of_event_is_a_row_and_stays_text() {
        let html = html(&sample::audit(), &AuditQuery::default());
        assert_eq!(html.matches("data-row").count(), domain::event::Event::KINDS.len());
        assert!(html.contains("Saturday 21 November"), "{html}");
        for markup in ["<script>", "<details", "style=", "\u{202e}"] {
            assert!(!html.contains(markup), "{markup:?} in {html}");
        }
    }

    #[test]
    fn links_keep_the_filters_and_the_page() {
        let query = AuditQuery {
            actor: Some("people".to_owned()),
            search: Some("Ana R".to_owned()),
            cursor: Some("77".to_owned()),
            ..AuditQuery::default()
        };
        let page = AuditPage { next_cursor: Some("42".to_owned()), ..sample::audit() };
        let html = html(&page, &query);
        for link in [
            "/audit/1204331?actor=people&amp;q=Ana%20R&amp;cursor=77",
            "/audit?actor=people&amp;q=Ana%20R&amp;cursor=42",
        ] {
            assert!(html.contains(&format!(r#"href="{link}""#)), "{link} in {html}");
        }
    }

    #[test]
    fn a_search_that_stopped_says_so() {
        let page = AuditPage {
            rows: Vec::new(),
            looked_through: Some(10_000),
            next_cursor: Some("5".to_owned()),
            ..sample::audit()
        };
        let html = html(&page, &AuditQuery { actor: Some("people".to_owned()), ..AuditQuery::default() });
        assert!(html.contains("Looked through 10,000 events") && html.contains("Continue"), "{html}");
        assert!(!html.contains("No event matches"), "{html}");
    }
}
