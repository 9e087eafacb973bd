//! Escalations: who needs help, why, how much, and what is advised? The list, and the case beside it.

mod act;
mod case;
mod due;
mod evidence;
mod filters;
mod follow;
mod row;

pub use self::{
    case::CaseView,
    filters::{Filters, address},
};

use self::{follow::FollowedList, row::Row};
use crate::kit::{button, empty::Empty, pager::Pager};
use domain::{
    escalations::{EscalationsPage, EscalationsQuery},
    id::EscalationId,
};
use leptos::prelude::*;

/// The cases of a page; `open` is the one beside the list.
#[component]
pub fn Cases(
    page: EscalationsPage,
    query: EscalationsQuery,
    #[prop(into)] open: Signal<Option<EscalationId>>,
) -> impl IntoView {
    let first = query.cursor.is_some().then(|| address(&query).to_string());
    let next = page.next_cursor.clone().map(|cursor| address(&query).with("cursor", Some(cursor)).to_string());
    let here = address(&query).with("cursor", query.cursor.clone());
    let followed = FollowedList::follow(page, query.clone());
    let is_empty = Memo::new(move |_| followed.with(|page| page.rows.is_empty()));
    let rows = move || followed.with(|page| page.rows.iter().map(|case| (case.clone(), page.now)).collect::<Vec<_>>());
    view! {
        {move || is_empty.get().then(|| view! { <Nothing query=query.clone() /> })}
        <ul aria-label="Escalations">
            <For
                each=rows
                key=|(case, _)| (case.id(), case.row.state.clone().status(), case.row.assignee.clone())
                children=move |(case, now)| {
                    let to = here.clone().at(format!("/escalations/{}", case.id())).to_string();
                    view! { <Row case=&case now=now to=to open=open /> }
                }
            />
        </ul>
        <div class="px-4"><Pager label="Pages of escalations" first=first next=next next_word="More" /></div>
        <p class="px-4 py-3 text-xs text-muted">
            "Agents hand over here when they cannot finish. Each case arrives with its whole summary, so nobody has to read the chat."
        </p>
    }
    .into_any()
}

#[component]
fn Nothing(query: EscalationsQuery) -> impl IntoView {
    if query.is_narrowed() || query.cursor.is_some() {
        return view! {
            <Empty title="No escalation matches" text="No case has all of what is set above.">
                <a href="/escalations" class=button::SMALL>"Clear filters"</a>
            </Empty>
        }
        .into_any();
    }
    view! { <Empty title="Nothing is escalated" text="When an agent hands a case over to people, it waits here." /> }
        .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::sample;
    use domain::escalation::EscalationStatus;

    fn html(page: &EscalationsPage, query: &EscalationsQuery) -> String {
        let (page, query) = (page.clone(), query.clone());
        let view = Owner::new().with(|| view! { <Cases page=page query=query open=Signal::stored(None) /> }.to_html());
        view.replace("<!>", "")
    }

    #[test]
    fn a_row_says_who_how_much_and_what_is_advised_and_stays_text() {
        let html = html(&sample::cases(), &EscalationsQuery::default());
        for shown in ["1840.00 EUR", "Refund and call", "Not stated by the agent", "Unassigned", "/escalations/esc_"] {
            assert!(html.contains(shown), "{shown} in {html}");
        }
        assert!(!html.contains("<img") && !html.contains("style="), "{html}");
    }

    #[test]
    fn an_empty_list_says_why() {
        let page = EscalationsPage { rows: Vec::new(), ..sample::cases() };
        assert!(html(&page, &EscalationsQuery::default()).contains("Nothing is escalated"));
        let narrowed = EscalationsQuery { status: Some(EscalationStatus::Open), ..EscalationsQuery::default() };
        assert!(html(&page, &narrowed).contains("Clear filters"));
    }

    #[test]
    fn pages_and_cases_keep_the_filters() {
        let page = EscalationsPage { next_cursor: Some("esc_x".to_owned()), ..sample::cases() };
        let html = html(&page, &EscalationsQuery { mine: true, ..EscalationsQuery::default() });
        assert!(html.contains(r#"href="/escalations?mine=1&amp;cursor=esc_x""#), "{html}");
        assert!(html.contains("?mine=1\" data-noscroll"), "{html}");
    }
}
