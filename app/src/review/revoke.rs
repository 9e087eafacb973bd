//! Taking an approval back: the form while nothing has used it, and what is said of one that was.

use super::{
    steps::{Step, Steps},
    waking::waking_step,
};
use crate::{
    brought::{Posted, posted},
    kit::{badge::Tone, button, icon::Icon, moment::Moment, notice::Notice},
    recorded::{text::Text, value::shortened},
};
use domain::{
    Time,
    event::Event,
    package::Origin,
    resumption::Resumption,
    review::{ResumptionProgress, Review},
    run::MAX_REASON,
};
use leptos::prelude::*;

/// What taking the approval back does.
pub fn consequence(review: &Review) -> &'static str {
    match (review.package.origin, is_told(review)) {
        (Origin::Gate, true) => {
            "No call has used it yet. The agent knows of the approval already; its call is blocked, and it reads your reason."
        }
        (Origin::Gate, false) => "No call has used it yet. Its call is blocked, and the agent reads your reason.",
        (Origin::Items, _) => {
            "Items that no call has used are blocked, and the agent reads your reason. What ran already is not undone."
        }
        (Origin::Step, _) => "No later step has begun yet, and none will: the execution stops.",
        (Origin::Stage | Origin::Request, _) => {
            "The agent has not read it yet. It is told that the approval was revoked."
        }
    }
}

/// The form, folded: what it does is said before it is sent.
#[component]
pub fn RevokeForm(
    /// What it does; that may change while the reason is typed.
    told: Memo<&'static str>,
) -> impl IntoView {
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let posted = posted("revoke").await.filter(|posted| posted.refusal.is_some());
                view! { <Folded told=told posted=posted /> }
            })}
        </Suspense>
    }
    .into_any()
}

/// The form; it stands open with what was typed where it was refused.
#[component]
fn Folded(told: Memo<&'static str>, posted: Option<Posted>) -> impl IntoView {
    let typed = posted.as_ref().map(|posted| posted.value("reason"));
    view! {
        <details open=posted.is_some() class="text-xs">
            <summary class="inline-flex items-center gap-1 min-h-6 text-muted hover:text-fg">
                <Icon name="chevron-right" class="chev w-3.5 h-3.5 shrink-0" />"Revoke approval"
            </summary>
            <form method="post" class="mt-2 space-y-2">
                <input type="hidden" name="form" value="revoke" />
                <p class="text-muted">{move || told.get()}" It is not decided again; the same action is evaluated afresh under a new call id."</p>
                <label class="block">
                    <span class="block font-medium mb-1">"Why"</span>
                    <input type="text" name="reason" required=true maxlength=MAX_REASON.to_string() value=typed autocomplete="off" class="field w-full h-8 px-2 rounded-md border border-control bg-surface" />
                </label>
                <button type="submit" class=button::SMALL><Icon name="undo-2" class="w-3.5 h-3.5 shrink-0" />"Revoke approval"</button>
            </form>
        </details>
    }
    .into_any()
}

/// Whether the agent's side has read the approval.
fn is_told(review: &Review) -> bool {
    let state = review.resumption.as_ref().map(|progress| &progress.state);
    matches!(state, Some(Resumption::Resumed { .. } | Resumption::Delivering { .. }))
}

/// What became of one that was taken back.
pub fn revoked(review: &Review, at: Time, reason: &str) -> AnyView {
    let by = review.activity.iter().rev().find(|item| matches!(item.entry.event, Event::ApprovalRevoked { .. }));
    let by = by.map_or_else(|| "A reviewer".to_owned(), |item| item.actor_name.clone());
    let reason = shortened(reason, "revoked".to_owned()).into_any();
    let now = review.now;
    let follows = match review.package.origin {
        Origin::Gate => {
            "The call is blocked, and the agent reads why; the same action is evaluated afresh under a new call id."
        }
        Origin::Items => {
            "Calls of items that were not used are blocked, and the agent reads why. What ran before is not undone."
        }
        Origin::Step => "No later step begins; the execution stops.",
        Origin::Stage | Origin::Request => "The agent’s side reads that it was revoked, and why.",
    };
    let title = if review.package.origin == Origin::Items { "Taken back" } else { "Nothing ran" };
    let step = telling(review.resumption.as_ref(), at);
    view! {
        <Notice tone=Tone::Quiet icon="undo-2" title=title>
            <div><span class="font-medium text-fg"><Text text=&by /></span>" revoked the approval: "<bdi>"“"{reason}"”"</bdi></div>
            <p>{follows}</p>
            <p class="text-xs">"Revoked at "<Moment at=at now=now /></p>
        </Notice>
        <Steps title="Resumption" steps=vec![Step::done("Approval revoked", None, Some(at)), step] now=now />
    }
    .into_any()
}

/// Whether the agent's side knows: before it was taken back, it read that the call was approved.
fn telling(progress: Option<&ResumptionProgress>, revoked_at: Time) -> Step {
    match progress.map(|progress| &progress.state) {
        Some(Resumption::Resumed { at, .. }) if *at < revoked_at => {
            Step::done("The agent’s side read the approval before", None, Some(*at))
        }
        Some(Resumption::Resumed { at, .. }) => Step::done("The agent’s side has the outcome", None, Some(*at)),
        _ => waking_step(progress, "Telling the agent", None),
    }
}
