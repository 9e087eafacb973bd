//! Concerns: what was found of each, side by side, and what it all comes to.

mod column;
mod sum;

pub use self::{
    column::{Column, columns},
    sum::{Stated, resolution},
};

use crate::kit::span;
use domain::{Time, concern::Concern, timeline::ConcernRow};

/// How many are settled, and how long that took.
pub fn progress(rows: &[&ConcernRow]) -> String {
    let mut since: Option<Time> = None;
    let mut until: Option<Time> = None;
    let mut settled = 0_usize;
    for row in rows {
        if let Concern::Resolved { since: began, at, .. } = &row.state {
            settled += 1;
            since = Some(since.map_or(*began, |other| other.min(*began)));
            until = Some(until.map_or(*at, |other| other.max(*at)));
        }
    }
    match (since, until) {
        (Some(since), Some(until)) if settled == rows.len() => {
            format!("{settled} of {settled} resolved in {}", span::long((until - since).num_seconds()))
        }
        _ => format!("{settled} of {} resolved", rows.len()),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::sample;
    use domain::escalation::Money;
    use leptos::prelude::*;

    fn html(stated: Stated<'_>, rows: &[&ConcernRow]) -> String {
        let items: Vec<Column> = rows.iter().map(|row| Column::of(row)).collect();
        let view = || view! { {columns(&items)}{resolution(stated, rows, rows.len())} }.to_html();
        Owner::new().with(view).replace("<!>", "")
    }

    #[test]
    fn what_was_found_stands_side_by_side_and_stays_text() {
        let rows = sample::concerns();
        let rows: Vec<&ConcernRow> = rows.iter().collect();
        let stated = Money { amount: "1840.00".to_owned(), currency: "EUR".to_owned() };
        let html = html(Stated::Agent(Some(&stated)), &rows);
        for said in ["Charged", "2000.00 EUR", "Should be", "Refund", "calc_5501", "Resolved", "Investigating", "Open"]
        {
            assert!(html.contains(said), "{said} in {html}");
        }
        assert!(!html.contains("<img") && !html.contains("<b>") && !html.contains("style="), "{html}");
    }

    #[test]
    fn the_sum_is_held_against_what_is_stated() {
        let rows = sample::concerns();
        let rows: Vec<&ConcernRow> = rows.iter().take(2).collect();
        let money = |amount: &str| Money { amount: amount.to_owned(), currency: "EUR".to_owned() };
        let (same, other) = (money("1840"), money("1900.00"));
        let table = [
            (Stated::Agent(Some(&same)), "Sums match"),
            (Stated::Agent(Some(&other)), "Sums differ"),
            (Stated::Agent(None), "Not stated by the agent"),
        ];
        for (stated, expected) in table {
            assert!(html(stated, &rows).contains(expected), "{expected}");
        }
        assert!(!html(Stated::Nobody, &rows).contains("Sums"), "nothing to hold it against");
        assert!(html(Stated::Nobody, &rows[..0]).contains("No refund was found"));
    }

    #[test]
    fn how_many_are_settled_is_said_with_the_time_it_took() {
        let rows = sample::concerns();
        let rows: Vec<&ConcernRow> = rows.iter().collect();
        assert_eq!(progress(&rows[..1]), "1 of 1 resolved in 4 min");
        assert_eq!(progress(&rows), format!("1 of {} resolved", rows.len()));
    }
}
