//! How closures went lately: what finished by itself, what people had to help with, what came twice, and what they
//! found where they looked.

use domain::closures::{FIGURES_DAYS, Figures};
use leptos::prelude::*;

/// The figures; nothing while there are none.
pub fn figures(figures: Figures) -> AnyView {
    let Figures { begun, unaided, handed_over, repeats, sampled, reviewed, not_in_order } = figures;
    if begun == 0 {
        return ().into_any();
    }
    let lines = [
        ("Began", begun),
        ("Finished without help", unaided),
        ("Handed to a person", handed_over),
        ("Events that came again, nothing written", repeats),
        ("Drawn for the sample", sampled),
        ("Samples looked at", reviewed),
        ("Samples not in order", not_in_order),
    ];
    let lines = lines.map(|(name, count)| {
        view! { <div class="flex gap-2"><dt class="min-w-0 flex-1 text-muted">{name}</dt><dd class="tabular-nums">{count}</dd></div> }
    });
    view! {
        <section aria-labelledby="figures" class="px-4 py-3 text-xs border-t border-rule">
            <h2 id="figures" class="font-medium mb-1">{format!("Last {FIGURES_DAYS} days")}</h2>
            <dl class="space-y-1">{lines.into_iter().collect_view()}</dl>
        </section>
    }
    .into_any()
}
