//! The head of the approval page: the bar, the title in words, the status, and where the call comes from.

use super::{assigned::BarAssigned, claimed::BarClaim, differences, follow::Followed, quorum};
use crate::{
    keys::Mark,
    kit::{
        avatar::Agent,
        badge::{Badge, Tone},
        copy::Copy,
        icon::Icon,
        moment::{stamp, tooltip},
        passing::passing,
        span,
    },
    recorded::text::{ScriptWarning, Text},
};
use domain::{
    approval::{Approval, Use},
    id::ApprovalId,
    package::Origin,
    resumption::Resumption,
    review::{Place, Review},
};
use leptos::prelude::*;

/// Back, the id, who looks into it, and the neighbours in the viewer's list.
#[component]
pub fn Bar(followed: Followed) -> impl IntoView {
    let id = followed.now().id.to_string();
    let place = Memo::new(move |_| followed.with(|review| review.place.clone()));
    let neighbours =
        move || place.get().and_then(|place| Some(view! { <Neighbours place=&place position=place.position? /> }));
    view! {
        <header class="sticky top-0 z-20 bg-surface">
            <div class="flex items-center gap-2 h-12 px-4 lg:px-6 border-b border-rule">
                <a href="/approvals" data-key=Mark::Back.word() class="inline-flex items-center gap-1 min-h-6 text-muted hover:text-fg"><Icon name="arrow-left" />"Approvals"</a>
                <span class="text-rule-strong max-sm:hidden" aria-hidden="true">"/"</span>
                <code class="text-muted max-sm:hidden truncate">{id.clone()}</code>
                <span class="max-sm:hidden"><Copy text=id what="approval id" /></span>
                <BarAssigned followed=followed />
                <BarClaim followed=followed />
                {neighbours}
            </div>
        </header>
    }
    .into_any()
}

#[component]
fn Neighbours<'a>(place: &'a Place, position: u32) -> impl IntoView + use<> {
    let link = |id: Option<ApprovalId>, mark: Mark, label: &'static str, icon: &'static str| {
        id.map(|id| {
            view! {
                <a href=format!("/approvals/{id}") data-key=mark.word() aria-label=label title=label class="w-7 h-7 inline-flex items-center justify-center rounded-md hover:bg-hover">
                    <Icon name=icon />
                </a>
            }
        })
    };
    view! {
        <nav aria-label="Neighbours" class="inline-flex items-center gap-0.5 text-xs text-muted tabular-nums whitespace-nowrap">
            {link(place.previous, Mark::Previous, "Previous approval", "chevron-up")}
            {format!("{position} of {}", place.total)}
            {link(place.next, Mark::Next, "Next approval", "chevron-down")}
        </nav>
    }
    .into_any()
}

/// Title, status, and one line about the origin of the call.
#[component]
pub fn Head<'a>(review: &'a Review) -> impl IntoView + use<> {
    let title = review.package.title.clone();
    let (tone, icon, status) = status(review);
    view! {
        <div class="flex items-start gap-x-3 flex-wrap">
            <h1 class="text-xl font-semibold tracking-[-0.015em] leading-7 break-words min-w-0"><Text text=&title /></h1>
            <span class="inline-flex items-center gap-1.5 h-7">
                <Badge tone=tone icon=icon text=status />
                <ScriptWarning text=&title />
            </span>
        </div>
        <Origin review=review />
    }
    .into_any()
}

#[component]
fn Origin<'a>(review: &'a Review) -> impl IntoView + use<> {
    let package = &review.package;
    let run = package.run_id;
    let did = if matches!(review.state, Approval::Pending { .. }) { "suspended" } else { "opened" };
    let (opened, now) = (review.opened_at, passing(review.now));
    let since = move || format!("{did} {}", span::ago(opened, now()));
    let matching = (differences(review).next().is_none() && !package.evidence.assertions.is_empty()).then(|| {
        let all = package.evidence.assertions.len();
        view! { <Slash /><span>{format!("{all} of {all} assertions match")}</span> }
    });
    view! {
        <p class="mt-1 flex flex-wrap items-center gap-x-2 gap-y-0.5 text-xs text-muted">
            <span class="inline-flex items-center gap-1.5"><Agent /><Text text=&package.agent /></span>
            <Slash />
            <span><Text text=&package.workflow_title />", "<Text text=&package.subject /></span>
            <Slash />
            <a class="lnk mono" href=format!("/runs/{run}") title=run.to_string()>"run_…"{run.tail()}</a>
            <Slash />
            <time class="tabular-nums" datetime=stamp(review.opened_at) title=tooltip(review.opened_at)>{since}</time>
            <Slash />
            <span>"package rev "{review.revision}</span>
            {matching}
        </p>
    }
    .into_any()
}

#[component]
fn Slash() -> impl IntoView {
    view! { <span class="text-rule-strong max-sm:hidden" aria-hidden="true">"/"</span> }
}

/// An approved call on its way to the agent.
fn waking(review: &Review) -> (Tone, &'static str, String) {
    let state = review.resumption.as_ref().map(|progress| &progress.state);
    match state {
        Some(Resumption::Failed { .. }) => (Tone::Fail, "rotate-ccw", "Approved, resumption failed".to_owned()),
        Some(Resumption::Abandoned { .. }) => (Tone::Quiet, "ban", "Approved, resumption abandoned".to_owned()),
        Some(Resumption::Resumed { .. } | Resumption::Queued { .. } | Resumption::Delivering { .. }) | None => {
            (Tone::Pass, "check", "Approved, resuming".to_owned())
        }
    }
}

/// The badge beside the title.
fn status(review: &Review) -> (Tone, &'static str, String) {
    let done = review.resumption.as_ref().is_some_and(|progress| progress.result.is_some());
    match &review.state {
        Approval::Pending { .. } if review.state.is_waiting_for_information() => {
            (Tone::Accent, "message-square", "Waits for information".to_owned())
        }
        Approval::Pending { .. } => {
            let (given, needed) = quorum(review);
            (Tone::Accent, "pen-line", format!("Pending, {given} of {needed}"))
        }
        Approval::Approved { used: Use::Void { .. }, .. } => (Tone::Fail, "shield-x", "Approved, then void".to_owned()),
        Approval::Approved { .. } if review.package.origin != Origin::Gate => {
            (Tone::Pass, "check", "Approved".to_owned())
        }
        Approval::Approved { .. } if done => (Tone::Pass, "check-check", "Approved, done".to_owned()),
        Approval::Approved { .. } => waking(review),
        Approval::Rejected { .. } => (Tone::Fail, "x", "Rejected".to_owned()),
        Approval::Expired { .. } => (Tone::Quiet, "hourglass", "Expired".to_owned()),
        Approval::Cancelled { .. } => (Tone::Quiet, "ban", "Cancelled".to_owned()),
        Approval::Superseded { .. } => (Tone::Quiet, "ban", "Superseded".to_owned()),
        Approval::Revoked { .. } => (Tone::Quiet, "undo-2", "Revoked".to_owned()),
    }
}
