//! What became of a decided approval: the wake-up step by step, the tool's result, what the agent was told.

use super::{
    revoke::revoked,
    steps::{Step, Steps},
    waking::{trouble, waking_step},
};
use crate::{
    kit::{
        badge::Tone,
        button,
        icon::Icon,
        moment::{Grain, Moment},
        notice::Notice,
        script::scripted,
    },
    recorded::{
        text::Text,
        value::{Recorded, shortened},
    },
    timeline::number,
};
use domain::{
    Time,
    approval::{Approval, Use},
    decision::{Decision, Verdict},
    event::Event,
    package::Origin,
    resumption::Resumption,
    review::{ResumptionProgress, Review, ToolOutcome},
};
use leptos::prelude::*;

/// Whether more is to come: the page asks again while it is.
pub fn is_settling(review: &Review) -> bool {
    let progress = review.resumption.as_ref();
    let waking = progress.is_some_and(|progress| progress.state.is_settling());
    // Once only a person can wake the session, nothing more comes by itself; the call may still come by itself.
    let is_stuck = progress.is_some_and(|progress| !progress.state.is_settling() && !is_resumed(&progress.state));
    match &review.state {
        Approval::Pending { .. }
        | Approval::Cancelled { .. }
        | Approval::Superseded { .. }
        | Approval::Approved { used: Use::Void { .. }, .. } => false,
        Approval::Approved { used: Use::Unused, valid_until: Some(end), .. } if *end <= review.now => false,
        Approval::Approved { .. } if review.package.origin != Origin::Gate => waking,
        Approval::Approved { .. } => !is_stuck && progress.is_none_or(|progress| progress.result.is_none()),
        Approval::Rejected { .. } | Approval::Expired { .. } | Approval::Revoked { .. } => waking,
    }
}

const fn is_resumed(state: &Resumption) -> bool {
    matches!(state, Resumption::Resumed { .. })
}

/// The outcome, read out when it changes.
#[component]
pub fn Outcome<'a>(review: &'a Review) -> impl IntoView + use<> {
    let content = match &review.state {
        Approval::Approved { used: Use::Void { because }, .. } => void(because),
        Approval::Approved { at, .. } => approved(review, *at),
        Approval::Rejected { at } => rejected(review, *at),
        Approval::Expired { at } => expired(review, *at),
        Approval::Cancelled { at, reason } => cancelled(review, *at, reason),
        Approval::Superseded { at } => superseded(review, *at),
        Approval::Revoked { at, reason, .. } => revoked(review, *at, reason),
        Approval::Pending { .. } => ().into_any(),
    };
    let trouble = trouble(review);
    let run = format!("/runs/{}", review.package.run_id);
    let next = review.place.as_ref().and_then(|place| place.next);
    view! {
        <div class="space-y-3" aria-live="polite">{trouble}{content}</div>
        {is_settling(review).then(|| view! { <Refresh review=review /> })}
        <div class="flex gap-2 flex-wrap">
            <a href=run class=button::SMALL><Icon name="workflow" class="w-3.5 h-3.5 shrink-0" />"Open run"</a>
            {next.map(|id| view! { <a href=format!("/approvals/{id}") class=button::SMALL><Icon name="arrow-right" class="w-3.5 h-3.5 shrink-0" />"Next approval"</a> })}
        </div>
    }
    .into_any()
}

/// Without script the page does not ask again by itself.
#[component]
fn Refresh<'a>(review: &'a Review) -> impl IntoView + use<> {
    let scripted = scripted();
    let here = format!("/approvals/{}", review.id);
    view! {
        <p class="text-xs text-faint">
            "No need to wait. What happens next is recorded in the run as well. "
            <Show when=move || !scripted.get()><a class="lnk" href=here.clone()>"Refresh"</a></Show>
        </p>
    }
    .into_any()
}

fn approved(review: &Review, at: Time) -> AnyView {
    let progress = review.resumption.as_ref();
    // Several calls have several results; the run's page has them.
    let is_several = review.package.origin == Origin::Items;
    let result = progress.and_then(|progress| progress.result.as_ref()).filter(|_| !is_several);
    if let Some(result) = result {
        return done(review, result);
    }
    let conditions = review.package.evidence.conditions.len();
    let steps = match review.package.origin {
        Origin::Gate => vec![
            recorded_step(review, at),
            Step::done("Gate conditions rechecked", Some(met(conditions)), Some(at)),
            resuming_step(review, progress),
            run_step(review, progress),
        ],
        Origin::Stage => vec![
            recorded_step(review, at),
            Step::done("Exit criteria rechecked", Some(met(conditions)), Some(at)),
            Step::done("Stage complete, handoff issued", None, Some(at)),
            resuming_step(review, progress),
        ],
        // No call waits for it, so that none follows.
        Origin::Request | Origin::Step => vec![recorded_step(review, at), resuming_step(review, progress)],
        Origin::Items => vec![
            recorded_step(review, at),
            Step::done("Gate conditions rechecked", Some("of every approved item".to_owned()), Some(at)),
            resuming_step(review, progress),
        ],
    };
    let unused_until = match review.state {
        Approval::Approved { used: Use::Unused, valid_until: Some(end), .. } => Some(end),
        _ => None,
    };
    let now = review.now;
    view! {
        <Steps title="Resumption" steps=steps now=now />
        {unused_until.map(|end| view! { <p class="text-xs text-muted">"The call must come before "<Moment at=end now=now grain=Grain::Minute />"."</p> })}
    }
    .into_any()
}

/// How many conditions were met; all of them, else the call were not approved.
fn met(conditions: usize) -> String {
    if conditions == 0 { "none required".to_owned() } else { format!("{conditions} of {conditions} met") }
}

fn recorded_step(review: &Review, at: Time) -> Step {
    let leaf = review.activity.iter().rev().find(|item| matches!(item.entry.event, Event::DecisionRecorded { .. }));
    Step::done("Decision recorded", leaf.map(|item| number(item.leaf_index)), Some(at))
}

fn resuming_step(review: &Review, progress: Option<&ResumptionProgress>) -> Step {
    let session = format!("ses_…{}", review.package.session_id.tail());
    if let Some(Resumption::Resumed { at, .. }) = progress.map(|progress| &progress.state) {
        return Step::done("Session resumed", Some(session), Some(*at));
    }
    waking_step(progress, "Resuming session", Some(session))
}

fn run_step(review: &Review, progress: Option<&ResumptionProgress>) -> Step {
    let tool = &review.package.tool;
    let resumed = matches!(progress.map(|progress| &progress.state), Some(Resumption::Resumed { .. }));
    match progress.and_then(|progress| progress.allowed_at) {
        Some(at) => Step::now(format!("Running {tool}"), None).since(at),
        None if resumed => Step::now(format!("Run {tool}"), Some("the call has not come yet".to_owned())),
        None => Step::later(format!("Run {tool}")),
    }
}

fn done(review: &Review, result: &ToolOutcome) -> AnyView {
    let (tone, icon, title, verb) = if result.is_error {
        (Tone::Fail, "circle-x", "Resumed, and the tool failed", " failed with ")
    } else {
        (Tone::Pass, "check-check", "Resumed and done", " returned ")
    };
    let tool = review.package.tool.clone();
    let output = view! { <Recorded value=Some(&result.output) anchor="result".to_owned() /> }.into_any();
    let (at, now) = (result.at, review.now);
    view! {
        <Notice tone=tone icon=icon title=title>
            <p class="text-xs"><code><Text text=&tool /></code>{verb}{output}" at "<Moment at=at now=now />"."</p>
        </Notice>
    }
    .into_any()
}

fn void(because: &str) -> AnyView {
    let because = shortened(because, "void".to_owned()).into_any();
    view! {
        <Notice tone=Tone::Fail icon="shield-x" title="The call needs a fresh approval">
            <div>"When the approved call came, a condition no longer held: "<bdi>"“"{because}"”"</bdi>". Nothing ran."</div>
        </Notice>
    }
    .into_any()
}

fn rejected(review: &Review, at: Time) -> AnyView {
    let told: Vec<AnyView> = review.votes.iter().filter(|vote| vote.verdict == Verdict::Reject).map(told).collect();
    let progress = review.resumption.as_ref();
    let step = if let Some(Resumption::Resumed { at, .. }) = progress.map(|progress| &progress.state) {
        Step::done("The agent’s side has the outcome", None, Some(*at))
    } else {
        waking_step(progress, "Telling the agent", None)
    };
    let (title, lead) = match review.package.origin {
        Origin::Stage => (
            "The stage is not complete",
            "It failed and is undone. The agent reads that it was rejected, with these words:",
        ),
        Origin::Items if told.is_empty() => {
            ("Nothing ran", "No item was approved by everybody. The agent is told so, with the words beside each.")
        }
        Origin::Step => {
            ("The execution stops", "No later step begins. The executor reads that it was rejected, with these words:")
        }
        Origin::Items => ("Nothing ran", "The agent is told that no item was approved, with these words:"),
        Origin::Gate | Origin::Request => {
            ("Nothing ran", "The agent is told that the call was rejected, with these words:")
        }
    };
    view! {
        <Notice tone=Tone::Quiet icon="x" title=title>
            <p>{lead}</p>
            {told}
        </Notice>
        <Steps title="Resumption" steps=vec![recorded_step(review, at), step] now=review.now />
    }
    .into_any()
}

/// A reviewer's words as the agent reads them.
fn told(vote: &Decision) -> AnyView {
    let code = vote.reason_code.clone().map(|code| view! { <p><code><Text text=&code /></code></p> });
    let notes = vote.notes.clone().map_or_else(
        || view! { <p>"No words were given."</p> }.into_any(),
        |notes| view! { <pre class="whitespace-pre-wrap break-words border-s-2 border-rule-strong ps-2"><Text text=&notes /></pre> }.into_any(),
    );
    view! { {code}{notes} }.into_any()
}

fn cancelled(review: &Review, at: Time, reason: &str) -> AnyView {
    let by = review.activity.iter().rev().find(|item| matches!(item.entry.event, Event::ApprovalCancelled { .. }));
    let by = by.map_or_else(|| "Whoever asked".to_owned(), |item| item.actor_name.clone());
    let reason = shortened(reason, "cancelled".to_owned()).into_any();
    let now = review.now;
    view! {
        <Notice tone=Tone::Quiet icon="ban" title="Nothing ran">
            <div><span class="font-medium text-fg"><Text text=&by /></span>" took this back: "<bdi>"“"{reason}"”"</bdi></div>
            <p>"This is not a rejection. The agent’s side reads that it was cancelled; the same action is evaluated afresh under a new call id."</p>
            <p class="text-xs">"Cancelled at "<Moment at=at now=now /></p>
        </Notice>
    }
    .into_any()
}

fn superseded(review: &Review, at: Time) -> AnyView {
    let now = review.now;
    view! {
        <Notice tone=Tone::Quiet icon="ban" title="The call is gone">
            <p>"Nothing ran. The session went on without this call, so that nobody waits for it any more; the same action is evaluated afresh under a new call id."</p>
            <p class="text-xs">"Superseded at "<Moment at=at now=now /></p>
        </Notice>
    }
    .into_any()
}

fn expired(review: &Review, at: Time) -> AnyView {
    let now = review.now;
    view! {
        <Notice tone=Tone::Quiet icon="hourglass" title="Expired without a decision">
            <p>"Nothing ran. This is not a rejection: the agent is told that nobody decided in time."</p>
            <p class="text-xs">"Expired at "<Moment at=at now=now /></p>
        </Notice>
    }
    .into_any()
}
