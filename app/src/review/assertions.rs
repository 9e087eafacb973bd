//! Asserted against recorded: shown only where the agent said something else than is recorded.

use super::differences;
use crate::{
    kit::{icon::Icon, moment::Moment},
    recorded::{
        text::Text,
        value::{Asserted as Words, Recorded},
    },
};
use domain::{Time, gate::Asserted, review::Review};
use leptos::prelude::*;

const HEAD: &str = "h-8 px-3 text-[11px] leading-4 text-faint font-medium whitespace-nowrap";

/// The panel, or nothing.
#[component]
pub fn Differences<'a>(review: &'a Review) -> impl IntoView + use<> {
    let different: Vec<&Asserted> = differences(review).collect();
    if different.is_empty() {
        return ().into_any();
    }
    let all = review.package.evidence.assertions.len();
    let verb = if different.len() == 1 { "differs" } else { "differ" };
    let title = format!("{} of {all} assertions {verb} from the recorded facts", different.len());
    let rows = different.into_iter().enumerate().map(|(place, said)| row(said, place, review.now)).collect::<Vec<_>>();
    view! {
        <section id="differences" aria-labelledby="differences-h" class="mt-3 rounded-lg border border-warn-line overflow-hidden">
            <div class="flex items-center gap-2 px-4 min-h-9 py-1.5 bg-warn-soft border-b border-warn-line">
                <Icon name="git-compare" class="w-4 h-4 shrink-0 text-warn" />
                <h2 id="differences-h" class="font-semibold">{title}</h2>
            </div>
            <table class="w-full table-fixed max-md:block" role="table" aria-labelledby="differences-h">
                <thead class="max-md:hidden" role="rowgroup">
                    <tr role="row">
                        <th scope="col" role="columnheader" class="h-8 ps-4 pe-3 w-44 text-[11px] leading-4 text-faint font-medium whitespace-nowrap">"Fact"</th>
                        <th scope="col" role="columnheader" class=HEAD>
                            <span class="inline-flex items-center gap-1 align-middle"><Icon name="bot" class="w-3.5 h-3.5 text-agent shrink-0" />"Agent asserted"</span>
                        </th>
                        <th scope="col" role="columnheader" class="w-6"><span class="sr-only">"Comparison"</span></th>
                        <th scope="col" role="columnheader" class=HEAD>
                            <span class="inline-flex items-center gap-1 align-middle"><Icon name="database" class="w-3.5 h-3.5 shrink-0" />"Recorded"</span>
                        </th>
                    </tr>
                </thead>
                <tbody role="rowgroup" class="max-md:block">{rows}</tbody>
            </table>
        </section>
    }
    .into_any()
}

fn row(said: &Asserted, place: usize, now: Time) -> AnyView {
    view! {
        <tr role="row" class="border-t border-rule align-top max-md:block max-md:py-2">
            <td role="cell" class="ps-4 pe-3 py-1.5 break-words max-md:py-0.5 max-md:block"><code class="font-medium break-words"><Text text=&said.name /></code></td>
            <td role="cell" class="px-3 py-1.5 break-words max-md:py-0.5 max-md:block max-md:ps-4">
                <span class="md:hidden text-xs text-faint">"Agent asserted "</span>
                <Words value=&said.asserted anchor=format!("asserted-{place}") />
            </td>
            <td role="cell" class="w-6 py-1.5 text-warn max-md:hidden"><span aria-hidden="true">"≠"</span><span class="sr-only">"differs from"</span></td>
            <td role="cell" class="px-3 py-1.5 break-words max-md:py-0.5 max-md:block max-md:ps-4">
                <span class="md:hidden text-xs text-faint">"Recorded "</span>
                {recorded(said, place, now)}
            </td>
        </tr>
    }
    .into_any()
}

fn recorded(said: &Asserted, place: usize, now: Time) -> AnyView {
    if said.recorded.is_none() {
        return view! { <span class="font-medium">"Nothing on record"</span> }.into_any();
    }
    view! {
        <span class="font-medium"><Recorded value=said.recorded.as_ref() anchor=format!("recorded-{place}") /></span>
        " "
        <span class="text-xs text-muted"><Text text=said.source.as_deref().unwrap_or("source not stated") /></span>
        " "
        {said.reference.clone().map(|reference| view! { <code class="text-xs"><Text text=&reference /></code> })}
        " "
        {said.recorded_at.map(|at| view! { <span class="text-xs text-faint"><Moment at=at now=now /></span> })}
    }
    .into_any()
}
