//! A list without rows: what is true, and what could be next.

use super::filters::address;
use crate::kit::{button, empty::Empty};
use domain::queue::{Filters, QueueCounts, QueueQuery, View};
use leptos::prelude::*;

/// Nothing is listed.
#[component]
pub fn Nothing<'a>(counts: QueueCounts, query: &'a QueueQuery) -> impl IntoView + use<> {
    if !query.filters.is_empty() {
        let all = address(&QueueQuery { filters: Filters::default(), ..query.clone() }).to_string();
        return view! {
            <Empty title="No approval matches" text="What is looked for is not among the approvals that this list holds.">
                <a href=all class=button::SMALL>"Clear filters"</a>
            </Empty>
        }
        .into_any();
    }
    let decided = match counts.decided_today {
        0 => "Nothing was decided today.".to_owned(),
        1 => "1 was decided today.".to_owned(),
        more => format!("{more} were decided today."),
    };
    let (title, text, next) = words(query.view, counts, decided);
    let next = next.map(|(href, word)| view! { <a href=href class=button::SMALL>{word}</a> });
    view! { <Empty title=title text=text>{next}</Empty> }.into_any()
}

type Words = (&'static str, String, Option<(&'static str, &'static str)>);

fn words(view: View, counts: QueueCounts, decided: String) -> Words {
    let all = ("/approvals", "See all pending");
    match view {
        View::AllPending => {
            ("No approval is pending", format!("{decided} An agent's call appears here when a gate holds it."), None)
        }
        View::NeedsMyDecision if counts.pending > 0 => {
            ("Nothing waits for you", format!("{decided} {} wait for others.", counts.pending), Some(all))
        }
        View::NeedsMyDecision => ("Nothing waits for you", format!("{decided} No approval is pending."), None),
        View::HighRisk => ("Nothing of high risk waits", decided, Some(all)),
        View::Unclaimed => ("Nothing is unclaimed", format!("{decided} Whatever waits, somebody looks into it."), None),
        View::DueSoon => ("Nothing is due within an hour", decided, Some(all)),
        View::ResumptionFailed => (
            "No resumption has failed",
            "Every session whose approval was decided was woken, or is about to be.".to_owned(),
            None,
        ),
        View::InfoRequested => {
            ("No question is open", "Nothing waits for the answer to a question.".to_owned(), Some(all))
        }
        View::DecidedToday => (
            "Nothing was decided today",
            "The day begins at midnight UTC.".to_owned(),
            Some(("/approvals?status=decided", "See all decided")),
        ),
    }
}
