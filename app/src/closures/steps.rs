//! The steps of a closure: what is wanted where, what became of it, and by what that is known.

use super::words::{ink, step_badge};
use crate::{
    kit::{
        moment::{Moment, ZoneNote},
        section::Section,
    },
    recorded::{
        text::Text,
        value::{Recorded, shortened},
    },
};
use domain::{
    Time,
    closure::{
        page::StepRow,
        step::{Step, StepStatus},
        tally::tally,
    },
    closures::ClosurePage,
    id::ClosureId,
};
use leptos::prelude::*;

pub(super) const HEAD: &str = "h-8 px-3 text-start text-[11px] leading-4 text-faint font-medium whitespace-nowrap";

/// The table; nothing for what stopped before it had steps.
pub fn steps(page: &ClosurePage) -> AnyView {
    let receipt = &page.receipt;
    if receipt.steps.is_empty() {
        return ().into_any();
    }
    let statuses: Vec<StepStatus> = receipt.steps.iter().map(|row| row.status).collect();
    let counts = tally(&statuses).into_iter().map(|(status, count, word)| {
        view! { <span class=ink(status)>{count}" "{word}</span> }
    });
    let aside = view! { <ZoneNote /><span class="flex flex-wrap gap-x-2">{counts.collect_view()}</span> }.into_any();
    let rows: Vec<AnyView> =
        (1_usize..).zip(&receipt.steps).map(|(place, step)| row(place, step, receipt.closure_id, page.now)).collect();
    let heads = ["", "Step", "Result", "Idempotency key", "Confirmed by", "At"].map(|word| match word {
        "" => view! { <th scope="col" class=HEAD><span class="sr-only">"Place"</span></th> }.into_any(),
        word => view! { <th scope="col" class=HEAD>{word}</th> }.into_any(),
    });
    view! {
        <Section id="steps" title="Steps" aside=aside>
            <div tabindex="0" role="group" aria-label="Steps, scrolls sideways" class="relative rounded-lg border border-rule overflow-x-auto">
                <table class="w-full">
                    <thead class="bg-canvas"><tr>{heads.into_iter().collect_view()}</tr></thead>
                    <tbody>{rows}</tbody>
                </table>
            </div>
        </Section>
    }
    .into_any()
}

fn row(place: usize, step: &StepRow, closure: ClosureId, now: Time) -> AnyView {
    let anchor = format!("{closure}-{place}");
    let wanted = step.wanted.iter().map(|(name, value)| {
        let anchor = format!("{anchor}-{}", name.trim_start_matches('/'));
        view! { <div><code><Text text=name /></code>": "<Recorded value=Some(value) anchor=anchor /></div> }
    });
    let wanted = wanted.collect_view();
    let record =
        (!step.record.is_empty()).then(|| view! { ", "<span class="text-fg"><Text text=&step.record /></span> });
    let at = match &step.state {
        Step::Planned { .. } => view! { <span class="text-faint">"Not begun"</span> }.into_any(),
        state => view! { <Moment at=state.at() now=now /> }.into_any(),
    };
    view! {
        <tr class="border-t border-rule align-top">
            <td class="px-3 py-2 text-muted tabular-nums">{place}</td>
            <td class="px-3 py-2 min-w-48">
                <code class="font-medium"><Text text=&step.step /></code>
                <div class="text-xs text-muted break-words"><Text text=&step.target />{record}</div>
                <div class="text-xs text-muted">{wanted}</div>
                {remark(&step.state, now)}
            </td>
            <td class="px-3 py-2 whitespace-nowrap">{step_badge(step.status)}</td>
            <td class="px-3 py-2 min-w-40"><code class="text-xs break-all"><Text text=&step.idempotency_key /></code></td>
            <td class="px-3 py-2 min-w-40 text-xs">{known(&step.state, &anchor)}</td>
            <td class="px-3 py-2 text-end text-xs text-muted">{at}</td>
        </tr>
    }
    .into_any()
}

/// What there is to say below the step.
fn remark(state: &Step, now: Time) -> AnyView {
    match state {
        Step::AlreadyDone { .. } => {
            view! { <div class="text-xs text-muted mt-0.5">"It was as it should be already. Nothing was written."</div> }.into_any()
        }
        Step::Failed { cause, attempts, next_try, is_uncertain, .. } => {
            let tries = if *attempts == 1 { " after 1 try. ".to_owned() } else { format!(" after {attempts} tries. ") };
            let uncertain = is_uncertain.then_some(" It may have been written all the same.");
            let next = match next_try {
                Some(next) => view! { "Next automatic try "<Moment at=*next now=now />"." }.into_any(),
                None => "No automatic try is left.".into_any(),
            };
            view! { <div class="text-xs text-fail mt-0.5 break-words"><Text text=cause />{tries}{next}{uncertain}</div> }
                .into_any()
        }
        Step::Blocked { detail, .. } => {
            view! { <div class="text-xs text-warn mt-0.5 break-words"><Text text=detail /></div> }.into_any()
        }
        Step::Planned { .. } | Step::Writing { .. } | Step::Done { .. } => ().into_any(),
    }
}

/// By what it is known.
fn known(state: &Step, anchor: &str) -> AnyView {
    match state {
        Step::Done { confirmed, .. } | Step::AlreadyDone { confirmed, .. } => {
            view! { <bdi>{shortened(confirmed, format!("{anchor}-confirmed"))}</bdi> }.into_any()
        }
        Step::Writing { attempt, .. } => format!("Being written, try {attempt}").into_any(),
        Step::Failed { .. } => view! { <span class="text-muted">"Not confirmed"</span> }.into_any(),
        Step::Blocked { reason, .. } => reason.title().into_any(),
        Step::Planned { .. } => view! { <span class="text-faint">"Not begun"</span> }.into_any(),
    }
}
