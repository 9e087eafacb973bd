//! The list of runs: where each is, what it waits for.

mod filters;
mod row;

use self::{
    filters::{Filters, address},
    row::{COLUMNS, Row},
};
use crate::{
    frame::Bar,
    kit::{button, empty::Empty, pager::Pager},
};
use domain::runs::{RunsPage, RunsQuery};
use leptos::prelude::*;

/// The list with its filters.
#[component]
pub fn RunsView(page: RunsPage, query: RunsQuery) -> impl IntoView {
    let first = query.cursor.is_some().then(|| address(&query).to_string());
    let next = page.next_cursor.clone().map(|cursor| address(&query).with("cursor", Some(cursor)).to_string());
    let content = if page.rows.is_empty() {
        view! { <Nothing query=query.clone() /> }.into_any()
    } else {
        let now = page.now;
        let rows = page.rows.into_iter().map(|row| view! { <Row row=&row now=now /> }).collect_view();
        view! {
            <div role="table" aria-label="Runs, newest first">
                <div role="row" class=format!("max-md:hidden grid items-center gap-x-3 px-6 h-8 border-b border-rule text-[11px] leading-4 text-faint {COLUMNS}")>
                    <span role="columnheader">"Run"</span>
                    <span role="columnheader">"Status"</span>
                    <span role="columnheader">"Waits for"</span>
                    <span role="columnheader">"Agent, requested by"</span>
                    <span role="columnheader" class="text-end">"Sessions"</span>
                    <span role="columnheader" class="text-end" aria-sort="descending">"Started, last event"</span>
                </div>
                {rows}
            </div>
        }
        .into_any()
    };
    view! {
        <Bar title="Runs" state="Newest first" />
        <Filters query=query workflows=page.workflows />
        {content}
        <div class="px-4 lg:px-6"><Pager label="Pages of runs" first=first next=next /></div>
    }
    .into_any()
}

#[component]
fn Nothing(query: RunsQuery) -> impl IntoView {
    if query.is_narrowed() {
        return view! {
            <Empty title="No run matches" text="No run has all of what is set above.">
                <a href="/runs" class=button::SMALL>"Clear filters"</a>
            </Empty>
        }
        .into_any();
    }
    view! { <Empty title="No run yet" text="A run appears here when an agent’s harness starts one." /> }.into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::sample;
    use domain::run::RunStatus;

    fn html(page: &RunsPage, query: &RunsQuery) -> String {
        let (page, query) = (page.clone(), query.clone());
        Owner::new().with(|| view! { <RunsView page=page query=query /> }.to_html()).replace("<!>", "")
    }

    #[test]
    fn a_row_says_what_it_waits_for_and_stays_text() {
        let html = html(&sample::runs(), &RunsQuery::default());
        for shown in ["onboarding@12", "Suspended", "and 1 more", "onboarding-agent", "/approvals/apr_", "U+202E"] {
            assert!(html.contains(shown), "{shown} in {html}");
        }
        assert!(!html.contains("<script>") && !html.contains("style="), "{html}");
    }

    #[test]
    fn an_empty_list_says_why() {
        let page = RunsPage { rows: Vec::new(), ..sample::runs() };
        assert!(html(&page, &RunsQuery::default()).contains("No run yet"));
        let narrowed = RunsQuery { status: Some(RunStatus::Failed), ..RunsQuery::default() };
        let html = html(&page, &narrowed);
        assert!(html.contains("Clear filters") && html.contains("Status Failed, clear"), "{html}");
    }

    #[test]
    fn pages_keep_the_filters() {
        let page = RunsPage { next_cursor: Some("run_x".to_owned()), ..sample::runs() };
        let query = RunsQuery {
            workflow: Some("onboarding".to_owned()),
            cursor: Some("run_y".to_owned()),
            ..RunsQuery::default()
        };
        let html = html(&page, &query);
        assert!(html.contains(r#"href="/runs?workflow=onboarding&amp;cursor=run_x""#), "{html}");
        assert!(html.contains(r#"href="/runs?workflow=onboarding""#), "{html}");
    }
}
