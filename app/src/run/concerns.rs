//! The run's concerns: what was found of each, and the resolutions they have together; nothing without any.

use crate::{
    concerns::{Column, Stated, columns, progress, resolution},
    kit::{moment::Moment, section::Section},
    recorded::{text::Text, value::Asserted},
};
use domain::timeline::{ConcernRow, RunPage, UnifiedRow};
use leptos::prelude::*;
use serde_json::Value;

/// The concerns, those without a resolution first, then by resolution, newest first.
#[component]
pub fn Concerns<'a>(run: &'a RunPage) -> impl IntoView + use<> {
    if run.concerns.is_empty() {
        return ().into_any();
    }
    let open: Vec<&ConcernRow> = run.concerns.iter().filter(|row| !row.is_unified).collect();
    let aside = view! { <span>{progress(&run.concerns.iter().collect::<Vec<_>>())}</span> }.into_any();
    let open = (!open.is_empty()).then(|| group(&open));
    let unified: Vec<AnyView> = run.unified.iter().map(|unified| together(unified, run)).collect();
    view! { <Section id="concerns" title="Concerns" aside=aside><div class="space-y-4">{open}{unified}</div></Section> }
        .into_any()
}

fn group(rows: &[&ConcernRow]) -> AnyView {
    let list = columns(&rows.iter().map(|row| Column::of(row)).collect::<Vec<_>>());
    view! { <div>{list}{resolution(Stated::Nobody, rows, rows.len())}</div> }.into_any()
}

fn together(unified: &UnifiedRow, run: &RunPage) -> AnyView {
    let rows: Vec<&ConcernRow> = run.concerns.iter().filter(|row| row.round == unified.round).collect();
    let words = Value::from(unified.resolution.as_str());
    let anchor = format!("{}-unified-{}", run.id, unified.round);
    view! {
        <div>
            {group(&rows)}
            <p class="mt-2 px-4 whitespace-pre-wrap"><Asserted value=&words anchor=anchor /></p>
            <p class="px-4 text-xs text-muted"><Text text=&unified.by />", "<Moment at=unified.at now=run.now /></p>
        </div>
    }
    .into_any()
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn concerns_stand_with_their_resolution() {
        let html = |run: &RunPage| Owner::new().with(|| view! { <Concerns run=run /> }.to_html()).replace("<!>", "");
        let run = sample::run_page();
        let shown = html(&run);
        for said in ["Parcel lost", "Investigating", "calc_5501", "One resolution", "Everything is paid back"] {
            assert!(shown.contains(said), "{said} in {shown}");
        }
        assert!(!shown.contains("<img") && !shown.contains("Sums"), "{shown}");
        assert!(!html(&RunPage { concerns: Vec::new(), ..run }).contains("Concerns"));
    }
}
