//! What the refunds of all concerns come to, held against what the agent states.

use crate::kit::{
    badge::{Badge, Tone},
    icon::Icon,
};
use domain::{
    concern::{SumCheck, check_sum},
    escalation::Money,
    timeline::ConcernRow,
};
use leptos::prelude::*;

/// Who states what should be paid back in all.
#[derive(Debug, Clone, Copy)]
pub enum Stated<'a> {
    /// The agent, in an escalation; it may have stated none.
    Agent(Option<&'a Money>),
    /// Nobody: there is nothing to hold the sum against.
    Nobody,
}

/// One line below the columns; `all` is how many there are, looked into or not.
pub fn resolution(stated: Stated<'_>, rows: &[&ConcernRow], all: usize) -> AnyView {
    let refunds: Vec<&Money> =
        rows.iter().filter_map(|row| row.state.findings().and_then(|found| found.refund.as_ref())).collect();
    let amount = match stated {
        Stated::Agent(amount) => amount,
        Stated::Nobody => None,
    };
    let (sums, check) = check_sum(amount, refunds.iter().copied());
    let terms: Vec<String> = refunds.iter().map(ToString::to_string).collect();
    let missing = all - refunds.len().min(all);
    let lacks = (missing > 0 && !refunds.is_empty()).then(|| format!("{missing} of {all} without a refund"));
    let come_to: Vec<String> = sums.iter().map(ToString::to_string).collect();
    let come_to = if come_to.is_empty() { "No refund was found".to_owned() } else { come_to.join(" + ") };
    let mark = match stated {
        Stated::Agent(_) => mark(check, amount),
        Stated::Nobody => ().into_any(),
    };
    view! {
        <div class="flex flex-wrap items-center gap-x-3 gap-y-1 mt-2 px-4 py-2.5 rounded-lg border border-rule bg-canvas">
            <span class="inline-flex items-center gap-2 font-semibold"><Icon name="git-merge" class="w-4 h-4 shrink-0 text-muted" />"One resolution"</span>
            <span class="text-muted tabular-nums min-w-0 break-words">{terms.join(" + ")}</span>
            <span class="text-xs text-muted empty:hidden">{lacks}</span>
            <span class="ms-auto font-semibold tabular-nums">{come_to}</span>
            {mark}
        </div>
    }
    .into_any()
}

fn mark(check: SumCheck, stated: Option<&Money>) -> AnyView {
    let (tone, icon, text) = match check {
        SumCheck::NothingFound => return ().into_any(),
        SumCheck::NotStated => (Tone::Quiet, "circle-dashed", "Not stated by the agent".to_owned()),
        SumCheck::Matches => (Tone::Pass, "check", "Sums match".to_owned()),
        SumCheck::Differs => {
            let stated = stated.map(ToString::to_string).unwrap_or_default();
            (Tone::Warn, "git-compare", format!("Sums differ: the agent states {stated}"))
        }
    };
    view! { <Badge tone=tone icon=icon text=text /> }.into_any()
}
