//! Gate evidence: each condition with what it expected and what was recorded; the last row is the rule that stopped
//! the call. Rows open to the condition's text, its message and the facts it read.

use crate::{
    kit::{
        badge::{Badge, Tone},
        icon::Icon,
        moment::Moment,
        section::Section,
    },
    recorded::{text::Text, value::Recorded},
};
use domain::{
    Time,
    approval::{Approval, Use},
    gate::{ConditionResult, FactRead},
    review::{Mandate, Review},
};
use leptos::prelude::*;
use serde_json::Value;

const COLUMNS: &str = "md:grid-cols-[minmax(0,1.5fr)_minmax(0,1fr)_minmax(0,1fr)_minmax(0,1.4fr)_88px_120px]";
const ROW: &str =
    "relative grid gap-x-3 gap-y-0.5 items-center border-t border-rule ps-9 pe-3 py-2 grid-cols-[1fr_auto]";
const SUMMARY: &str =
    "absolute left-1.5 top-1.5 w-6 h-6 inline-flex items-center justify-center rounded-sm text-faint hover:bg-hover";

/// The table.
#[component]
pub fn GateEvidence<'a>(review: &'a Review) -> impl IntoView + use<> {
    let evidence = &review.package.evidence;
    let now = review.now;
    let (gate, by, at) = (evidence.gate_id.clone(), evidence.checked_by.clone(), evidence.checked_at);
    let aside = view! {
        <span class="max-sm:hidden">
            <code><Text text=&gate /></code>", "{by}", checked "<Moment at=at now=now />
        </span>
    }
    .into_any();
    let rule = rule_row(review);
    let heading = "evidence-h".to_owned();
    let table = view! { <ConditionTable conditions=&evidence.conditions labelled_by=heading first=0 now=now rule=Some(rule) /> };
    let table = table.into_any();
    view! {
        <Section id="evidence" title="Gate evidence" aside=aside>
            {table}
        </Section>
    }
    .into_any()
}

/// The conditions of a gate, and the rule that stopped the call where it stands among them.
#[component]
pub fn ConditionTable<'a>(
    /// The conditions, in file order.
    conditions: &'a [ConditionResult],
    /// The id of the heading that names the table.
    labelled_by: String,
    /// The number that the anchors of its parts begin with.
    first: usize,
    /// The server's time.
    now: Time,
    /// The last row.
    #[prop(default = None)]
    rule: Option<AnyView>,
) -> impl IntoView + use<> {
    let rows: Vec<AnyView> =
        conditions.iter().enumerate().map(|(place, condition)| condition_row(condition, first + place, now)).collect();
    view! {
        <div role="table" aria-labelledby=labelled_by class="rounded-lg border border-rule overflow-hidden">
            <div role="rowgroup">
                <div role="row" class=format!("max-md:hidden grid gap-x-3 items-center h-8 ps-9 pe-3 bg-canvas text-[11px] leading-4 text-faint font-medium {COLUMNS}")>
                    <span role="columnheader">"Condition"</span>
                    <span role="columnheader">"Expected"</span>
                    <span role="columnheader">"Recorded"</span>
                    <span role="columnheader">"Source"</span>
                    <span role="columnheader">"Recorded at"</span>
                    <span role="columnheader" class="text-end">"Verdict"</span>
                </div>
            </div>
            <div role="rowgroup">{rows}{rule}</div>
        </div>
    }
    .into_any()
}

fn condition_row(condition: &ConditionResult, place: usize, now: Time) -> AnyView {
    let (tone, icon, verdict) =
        if condition.passed { (Tone::Pass, "check", "Met") } else { (Tone::Fail, "x", "Not met") };
    let reference = condition.facts.iter().find_map(|fact| fact.reference.clone());
    // The agent may have written it by itself: said where the reviewer looks first.
    let grade = condition.facts.iter().any(|fact| fact.agent_grade).then_some(", agent-grade");
    let source = match &condition.source {
        Some(source) => view! { <Text text=&source /> }.into_any(),
        None => view! { <span class="text-muted">"nothing recorded"</span> }.into_any(),
    };
    view! {
        <div role="row" class=format!("{ROW} {COLUMNS}")>
            <span role="cell" class="min-w-0"><code class="font-medium break-words"><Text text=&condition.name /></code></span>
            <span role="cell" class="min-w-0 max-md:order-3"><span class="md:hidden text-faint text-xs">"expected "</span>{expected(&condition.expected, format!("expected-{place}"))}</span>
            <span role="cell" class="min-w-0 max-md:order-4"><span class="md:hidden text-faint text-xs">"recorded "</span><Recorded value=Some(&condition.recorded) anchor=format!("condition-{place}") /></span>
            <span role="cell" class="min-w-0 break-words max-md:order-5">{source}{grade}" "{reference.map(|reference| view! { <code class="text-xs"><Text text=&reference /></code> })}</span>
            <span role="cell" class="text-xs text-muted max-md:order-6">{condition.recorded_at.map(|at| view! { <Moment at=at now=now /> })}</span>
            <span role="cell" class="text-end max-md:order-2"><Badge tone=tone icon=icon text=verdict /></span>
            <div role="cell" class="col-span-2 md:col-span-6 min-w-0 max-md:order-7">{more(condition, place, now)}</div>
        </div>
    }
    .into_any()
}

fn expected(text: &str, anchor: String) -> AnyView {
    if text.is_empty() {
        return view! { <span class="text-muted">"see the condition"</span> }.into_any();
    }
    // What can be read as a value has its colour; anything else is the expression's own text.
    match serde_json::from_str::<Value>(text) {
        Ok(value) => view! { <Recorded value=Some(&value) anchor=anchor /> }.into_any(),
        Err(_) => view! { <code class="break-words"><Text text=text /></code> }.into_any(),
    }
}

/// The condition's text, its message, and the facts it read.
fn more(condition: &ConditionResult, place: usize, now: Time) -> AnyView {
    let label = format!("More about {}", condition.name);
    let facts: Vec<AnyView> = condition
        .facts
        .iter()
        .enumerate()
        .map(|(fact, read)| fact_line(read, format!("fact-{place}-{fact}"), now))
        .collect();
    let message = condition.message.clone();
    view! {
        <details>
            <summary class=SUMMARY aria-label=label><Icon name="chevron-right" class="chev w-3.5 h-3.5 shrink-0" /></summary>
            <div class="mt-2 space-y-1.5 text-xs">
                <pre class="rounded-md bg-sunken px-2.5 py-1.5 whitespace-pre-wrap break-words"><Text text=&condition.when /></pre>
                {message.map(|message| view! { <p class="text-muted">"The agent reads, when it is not met: "<bdi>"“"<Text text=&message />"”"</bdi></p> })}
                <ul class="space-y-1">{facts}</ul>
            </div>
        </details>
    }
    .into_any()
}

fn fact_line(fact: &FactRead, anchor: String, now: Time) -> AnyView {
    let source = fact.source.clone().map(|source| view! { " from "<Text text=&source /> });
    let grade = fact.agent_grade.then_some(" (agent-grade)");
    let reference = fact.reference.clone().map(|reference| view! { " "<code><Text text=&reference /></code> });
    let version = fact.version.map(|version| format!(", version {version}"));
    let at = fact.recorded_at.map(|at| view! { ", "<Moment at=at now=now /> });
    view! {
        <li class="text-muted">
            "Fact "<code class="text-fg"><Text text=&fact.name /></code>": "<Recorded value=fact.value.as_ref() anchor=anchor />
            {source}{grade}{reference}{version}{at}
        </li>
    }
    .into_any()
}

/// The review rule that stopped the call.
fn rule_row(review: &Review) -> AnyView {
    let package = &review.package;
    let (tone, icon, verdict) = rule_verdict(review);
    let (expected, recorded) = match &package.review_unless {
        Some(unless) => {
            (view! { <code class="break-words"><Text text=&unless /></code>" skips it" }.into_any(), "did not hold")
        }
        None => (view! { <span class="text-muted">"always reviewed"</span> }.into_any(), "nothing skips it"),
    };
    let policy = package.policy_name.clone();
    let name = policy.clone();
    view! {
        <div role="row" class=format!("{ROW} bg-accent-soft {COLUMNS}")>
            <span role="cell" class="min-w-0"><code class="font-medium break-words">"review "<Text text=&name /></code></span>
            <span role="cell" class="min-w-0 max-md:order-3"><span class="md:hidden text-faint text-xs">"rule "</span>{expected}</span>
            <span role="cell" class="min-w-0 text-muted max-md:order-4">{recorded}</span>
            <span role="cell" class="min-w-0 break-words max-md:order-5">"Policy "<code class="text-xs"><Text text=&policy /></code></span>
            <span role="cell" class="text-xs text-muted max-md:order-6"><Moment at=package.evidence.checked_at now=review.now /></span>
            <span role="cell" class="text-end max-md:order-2"><Badge tone=tone icon=icon text=verdict /></span>
        </div>
    }
    .into_any()
}

fn rule_verdict(review: &Review) -> (Tone, &'static str, String) {
    match (&review.state, &review.mandate) {
        (Approval::Pending { .. }, _) if review.state.is_waiting_for_information() => {
            (Tone::Accent, "message-square", "Asked".to_owned())
        }
        (Approval::Pending { .. }, Mandate::Decide { .. }) => (Tone::Accent, "hourglass", "Waits for you".to_owned()),
        (Approval::Pending { .. }, _) => (Tone::Accent, "hourglass", "Waits for people".to_owned()),
        (Approval::Approved { used: Use::Void { .. }, .. }, _) => (Tone::Fail, "shield-x", "Void".to_owned()),
        (Approval::Approved { .. }, _) => (Tone::Pass, "check", "Approved".to_owned()),
        (Approval::Rejected { .. }, _) => (Tone::Fail, "x", "Rejected".to_owned()),
        (Approval::Expired { .. }, _) => (Tone::Quiet, "hourglass", "Expired".to_owned()),
        (Approval::Cancelled { .. }, _) => (Tone::Quiet, "ban", "Cancelled".to_owned()),
        (Approval::Superseded { .. }, _) => (Tone::Quiet, "ban", "Superseded".to_owned()),
        (Approval::Revoked { .. }, _) => (Tone::Quiet, "undo-2", "Revoked".to_owned()),
    }
}
