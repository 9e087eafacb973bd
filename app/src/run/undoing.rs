//! Attempts of stages, what undid them, and what stages handed over.

use super::stages::{named, took};
use crate::{
    kit::{
        badge::{Badge, Tone},
        icon::Icon,
        moment::Moment,
        span,
    },
    recorded::{text::Text, value::Recorded},
    refused::Refused,
};
use domain::{
    Time,
    compensation::Compensation,
    stage::Attempt,
    timeline::{AttemptRow, CompensationRow, HandoffRow, RunPage},
};
use leptos::prelude::*;
use serde_json::Value;

/// Every attempt that was begun, in the order of the stages.
#[component]
pub fn Attempts<'a>(run: &'a RunPage) -> impl IntoView + use<> {
    let begun = |attempt: &&AttemptRow| attempt.state != Attempt::Pending;
    let rows: Vec<AnyView> = run
        .stages
        .iter()
        .enumerate()
        .flat_map(|(place, stage)| {
            let rows = stage.attempts.iter().filter(begun);
            rows.map(move |attempt| attempt_row(place, &stage.id, attempt, run.now)).collect::<Vec<_>>()
        })
        .collect();
    if rows.is_empty() {
        return view! { <p class="text-muted">"No stage was entered yet."</p> }.into_any();
    }
    view! { <ul class="rounded-lg border border-rule">{rows}</ul> }.into_any()
}

fn attempt_row(place: usize, stage: &str, attempt: &AttemptRow, now: Time) -> AnyView {
    let (tone, icon, word) = match &attempt.state {
        Attempt::Active { awaiting: Some(_), .. } => (Tone::Accent, "hourglass", "In review"),
        Attempt::Pending | Attempt::Active { .. } => (Tone::Accent, "play", "Active"),
        Attempt::Complete { .. } => (Tone::Pass, "check", "Complete"),
        Attempt::Failed { .. } => (Tone::Fail, "circle-x", "Failed"),
        Attempt::RolledBack { .. } => (Tone::Warn, "undo-2", "Rolled back"),
    };
    let error = match &attempt.state {
        Attempt::Failed { error, .. } | Attempt::RolledBack { error, .. } => {
            let error = error.clone();
            Some(view! { <div class="text-xs text-muted break-words">"“"<Text text=&error />"”"</div> })
        }
        Attempt::Pending | Attempt::Active { .. } | Attempt::Complete { .. } => None,
    };
    let kept = attempt.snapshot.map(|id| {
        let word = match attempt.state {
            Attempt::Active { .. } | Attempt::Failed { .. } => "current",
            Attempt::RolledBack { .. } => "restored",
            Attempt::Complete { .. } | Attempt::Pending => "kept",
        };
        view! { <div class="text-xs text-muted inline-flex items-center gap-1"><Icon name="camera" class="w-3 h-3 shrink-0" /><span><code>"snap_…"{id.tail()}</code>{format!(", {word}")}</span></div> }
    });
    let (time, name) = (took(&attempt.state, now).map(span::short), named(stage));
    view! {
        <li class="px-3 py-1.5 border-t border-rule first:border-t-0">
            <div class="flex items-center gap-2">
                <span class="min-w-0 break-words"><span class="tabular-nums text-muted">{place + 1}" "</span><Text text=&name />{format!(", try {}", attempt.attempt)}</span>
                <span class="ms-auto"><Badge tone=tone icon=icon text=word /></span>
                <span class="text-xs text-muted whitespace-nowrap tabular-nums">{time}</span>
            </div>
            {error}{kept}
        </li>
    }
    .into_any()
}

/// What undoes the effects of failed stages; a person may say that one is undone by hand.
#[component]
pub fn Compensations<'a>(run: &'a RunPage) -> impl IntoView + use<> {
    let rows: Vec<AnyView> =
        run.compensations.iter().enumerate().map(|(place, call)| compensation_row(call, place, run)).collect();
    view! {
        <div class="space-y-2">
            <Refused forms=&["settle"] />
            <ul class="rounded-lg border border-rule">{rows}</ul>
        </div>
    }
    .into_any()
}

fn compensation_row(call: &CompensationRow, place: usize, run: &RunPage) -> AnyView {
    let (tone, icon, word, at, detail) = match &call.state {
        Compensation::Asked { at } => (Tone::Accent, "hourglass", "Asked", *at, None),
        Compensation::Done { at, detail } => (Tone::Pass, "check", "Undone", *at, detail.clone()),
        Compensation::Failed { at, detail } => (Tone::Fail, "circle-alert", "Needs a person", *at, detail.clone()),
    };
    let detail =
        detail.map(|detail| view! { <div class="text-xs text-muted break-words">"“"<Text text=&detail />"”"</div> });
    let form = (run.may_settle && matches!(call.state, Compensation::Failed { .. })).then(|| settle_form(call, run));
    view! {
        <li class="px-3 py-1.5 border-t border-rule first:border-t-0">
            <div class="flex items-center gap-2">
                <code class="font-medium break-words min-w-0"><Text text=&call.tool /></code>
                <span class="ms-auto"><Badge tone=tone icon=icon text=word /></span>
                <span class="text-xs text-faint whitespace-nowrap"><Moment at=at now=run.now /></span>
            </div>
            <div class="break-words"><Recorded value=Some(&call.input) anchor=format!("compensation-{place}") /></div>
            <div class="text-xs text-muted break-words"><code>"cmp_…"{call.id.tail()}</code>{format!(", {}, try {}", named(&call.stage), call.attempt)}</div>
            {detail}{form}
        </li>
    }
    .into_any()
}

/// Where a person says that an effect is undone.
fn settle_form(call: &CompensationRow, run: &RunPage) -> AnyView {
    let action = format!("/runs/{}", run.id);
    let id = call.id.to_string();
    let field = format!("detail-{}", call.id);
    view! {
        <form method="post" action=action class="mt-1.5 flex flex-wrap items-end gap-2">
            <input type="hidden" name="form" value="settle" />
            <input type="hidden" name="compensation" value=id />
            <div class="min-w-0 flex-1">
                <label for=field.clone() class="block text-xs text-muted">"What was done by hand"</label>
                <input id=field name="detail" required=true maxlength="4000" autocomplete="off" class="field w-full h-8 px-2 rounded-md border border-control bg-surface" />
            </div>
            <button type="submit" class=crate::kit::button::SMALL>"Record as undone"</button>
        </form>
    }
    .into_any()
}

/// The handoff packages, newest first, each open to what it holds.
#[component]
pub fn Handoffs<'a>(run: &'a RunPage) -> impl IntoView + use<> {
    if run.handoffs.is_empty() {
        return view! { <p class="text-muted">"No stage has handed over yet."</p> }.into_any();
    }
    let rows: Vec<AnyView> =
        run.handoffs.iter().enumerate().map(|(place, handoff)| handoff_row(handoff, place, run.now)).collect();
    view! { <ul class="rounded-lg border border-rule">{rows}</ul> }.into_any()
}

fn handoff_row(row: &HandoffRow, place: usize, now: Time) -> AnyView {
    let package = &row.package;
    let from = named(&package.from_stage);
    let to = package.to_stage.as_deref().map_or_else(|| "the end".to_owned(), named);
    let forged = (!row.is_intact).then(|| view! { <Badge tone=Tone::Fail icon="shield-x" text="Digest differs" /> });
    let criteria = package.gate_evidence.conditions.len();
    let (outputs, profile) = (Value::Object(package.outputs.clone()), Value::Object(package.customer_profile.clone()));
    let digest = package.digest.to_string();
    view! {
        <li class="border-t border-rule first:border-t-0">
            <details>
                <summary class="flex items-center gap-2 px-3 min-h-10 hover:bg-hover">
                    <Icon name="package" class="w-4 h-4 shrink-0 text-muted" />
                    <code>"ho_…"{package.handoff_id.tail()}</code>
                    <span class="min-w-0 break-words text-muted"><Text text=&from />" → "<Text text=&to /></span>
                    {forged}
                    <span class="ms-auto text-xs text-faint whitespace-nowrap"><Moment at=package.completed_at now=now /></span>
                </summary>
                <dl class="px-3 pb-2 text-xs space-y-1.5">
                    <div><dt class="text-faint">"Outputs"</dt><dd class="break-words"><Recorded value=Some(&outputs) anchor=format!("handoff-{place}-outputs") /></dd></div>
                    <div><dt class="text-faint">"Carried forward"</dt><dd class="break-words"><Recorded value=Some(&profile) anchor=format!("handoff-{place}-profile") /></dd></div>
                    <div><dt class="text-faint">"Gate evidence"</dt><dd class="break-words"><code>{package.gate_evidence.result.as_str()}</code>{format!(", {criteria} criteria, {}", package.gate_evidence.checked_by)}</dd></div>
                    <div><dt class="text-faint">"Digest"</dt><dd class="break-all"><code>{digest}</code></dd></div>
                </dl>
            </details>
        </li>
    }
    .into_any()
}
