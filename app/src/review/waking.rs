//! How the session is woken: under way, failed with what a person may do, or given up.

use super::steps::Step;
use crate::{
    kit::{
        badge::{Badge, Tone},
        button,
        icon::Icon,
        moment::Moment,
        notice::Notice,
        span,
    },
    recorded::text::Text,
    refused::Refused,
};
use domain::{
    Time,
    endpoint::DeliveryRow,
    resumption::{ATTEMPTS, Resumption, Way},
    review::{ResumptionProgress, Review},
};
use leptos::prelude::*;

const DISCLOSE: &str = "inline-flex items-center gap-1 min-h-6 text-muted hover:text-fg";

/// The step of the session, while it is not resumed: what it is called and what is said beside it.
pub fn waking_step(progress: Option<&ResumptionProgress>, what: &str, aside: Option<String>) -> Step {
    let to = |progress: &ResumptionProgress| match progress.state.way() {
        Some(Way::Runner { runner }) => Some(format!("runner {runner}")),
        Some(Way::Poll | Way::Webhook { .. }) | None => {
            progress.endpoint.as_ref().map(|name| format!("webhook {name}"))
        }
    };
    match progress.map(|progress| (&progress.state, progress)) {
        Some((Resumption::Queued { way: Way::Runner { runner }, .. }, _)) => {
            Step::now(what, Some(format!("waits for runner {runner}")))
        }
        Some((Resumption::Queued { way: Way::Webhook { .. }, .. }, progress)) => {
            Step::now(what, to(progress).or(aside))
        }
        Some((Resumption::Delivering { attempt, .. }, progress)) => {
            let to = to(progress).unwrap_or_default();
            Step::now(what, Some(format!("{to}, try {attempt} of {ATTEMPTS}")))
        }
        Some((Resumption::Failed { .. } | Resumption::Abandoned { .. }, _)) => Step::later(what),
        Some((Resumption::Queued { .. } | Resumption::Resumed { .. }, _)) | None => Step::now(what, aside),
    }
}

/// What stands in place of the steps where the session could not be woken; nothing otherwise.
pub fn trouble(review: &Review) -> Option<AnyView> {
    let progress = review.resumption.as_ref()?;
    match &progress.state {
        Resumption::Failed { attempts, cause, next_try, .. } => {
            Some(failed(review, progress, *attempts, cause, *next_try))
        }
        Resumption::Abandoned { at, reason, .. } => Some(abandoned(review, progress, *at, reason)),
        Resumption::Queued { .. } | Resumption::Delivering { .. } | Resumption::Resumed { .. } => None,
    }
}

fn failed(
    review: &Review,
    progress: &ResumptionProgress,
    attempts: u32,
    cause: &str,
    next_try: Option<Time>,
) -> AnyView {
    let (now, cause) = (review.now, cause.to_owned());
    let place = match progress.state.way() {
        Some(Way::Runner { runner }) => Some(format!("runner {runner}")),
        Some(Way::Poll | Way::Webhook { .. }) | None => progress.endpoint.clone(),
    };
    let automatic = next_try.map_or_else(
        || view! { <span class="font-medium text-fail">"Needs a person"</span> }.into_any(),
        |next| {
            let left = (next - now).num_seconds();
            view! { "automatic in "{span::long(left)}", at "<Moment at=next now=now /> }.into_any()
        },
    );
    let (told, can_wake) = (nothing_ran(review), progress.viewer_can_wake);
    view! {
        <Notice tone=Tone::Fail icon="rotate-ccw" title="The session was not resumed" alert=true>
            <p>{place.map(|name| view! { <code><Text text=&name /></code>": " })}<Text text=&cause />"."</p>
            <p class="text-xs">{format!("Attempt {attempts} of {ATTEMPTS}. ")}{told}" The decision stands; nobody has to decide again."</p>
            <div class="flex flex-wrap items-center gap-x-3 gap-y-1">
                {can_wake.then(|| view! { <Retry word="Retry now" /> })}
                <span class="text-xs tabular-nums">{automatic}</span>
            </div>
        </Notice>
        {log(progress, now)}
    }
    .into_any()
}

/// Whether this viewer may give the resumption up.
pub fn can_abandon(review: &Review) -> bool {
    let progress = review.resumption.as_ref();
    progress.is_some_and(|progress| progress.viewer_can_wake && matches!(progress.state, Resumption::Failed { .. }))
}

fn abandoned(review: &Review, progress: &ResumptionProgress, at: Time, reason: &str) -> AnyView {
    let (now, reason) = (review.now, reason.to_owned());
    let (told, can_wake) = (nothing_ran(review), progress.viewer_can_wake);
    view! {
        <Notice tone=Tone::Quiet icon="ban" title="The resumption was abandoned">
            <p><bdi>"“"<Text text=&reason />"”"</bdi></p>
            <p class="text-xs">"Nobody wakes the session any more, since "<Moment at=at now=now />". "{told}" The outcome can still be fetched."</p>
            {can_wake.then(|| view! { <Retry word="Send after all" /> })}
        </Notice>
        {log(progress, now)}
    }
    .into_any()
}

fn nothing_ran(review: &Review) -> AnyView {
    if review.resumption.as_ref().is_some_and(|progress| progress.allowed_at.is_some()) {
        return "The call was allowed meanwhile.".into_any();
    }
    let tool = review.package.tool.clone();
    view! { "Nothing ran: "<code><Text text=&tool /></code>" has no result on record." }.into_any()
}

#[component]
fn Retry(word: &'static str) -> impl IntoView {
    view! {
        <Refused forms=&["retry"] />
        <form method="post">
            <input type="hidden" name="form" value="retry" />
            <button type="submit" class=button::SMALL><Icon name="rotate-ccw" class="w-3.5 h-3.5 shrink-0" />{word}</button>
        </form>
    }
    .into_any()
}

/// The form that gives the resumption up, folded.
#[component]
pub fn Abandon() -> impl IntoView {
    view! {
        <details class="text-xs">
            <summary class=DISCLOSE><Icon name="chevron-right" class="chev w-3.5 h-3.5 shrink-0" />"Abandon the resumption"</summary>
            <form method="post" class="mt-2 space-y-2">
                <input type="hidden" name="form" value="abandon" />
                <p class="text-muted">"Nobody wakes the session any more. The decision stands, and the harness can still fetch it."</p>
                <label class="block">
                    <span class="block font-medium mb-1">"Why"</span>
                    <input type="text" name="reason" required=true maxlength="1000" autocomplete="off" class="field w-full h-8 px-2 rounded-md border border-control bg-surface" />
                </label>
                <Refused forms=&["abandon"] />
                <button type="submit" class=button::SMALL>"Abandon, keep the decision"</button>
            </form>
        </details>
    }
    .into_any()
}

/// Every try so far.
pub fn log(progress: &ResumptionProgress, now: Time) -> AnyView {
    if progress.deliveries.is_empty() {
        return ().into_any();
    }
    let rows: Vec<AnyView> = progress.deliveries.iter().map(|row| try_line(row, now)).collect();
    view! {
        <details class="text-xs">
            <summary class=DISCLOSE><Icon name="chevron-right" class="chev w-3.5 h-3.5 shrink-0" />{format!("Attempt log ({})", progress.deliveries.len())}</summary>
            <ol class="mt-1 border-b border-rule">{rows}</ol>
        </details>
    }
    .into_any()
}

fn try_line(row: &DeliveryRow, now: Time) -> AnyView {
    let attempt = row.attempt;
    let sent_at = row.sent_at;
    view! {
        <li class="flex items-center gap-2 min-h-8 py-1 border-t border-rule">
            <span class="text-faint whitespace-nowrap">{format!("Try {attempt}")}</span>
            <span class="min-w-0 break-words">{result(row)}</span>
            <span class="text-faint ms-auto"><Moment at=sent_at now=now /></span>
        </li>
    }
    .into_any()
}

/// How a try went, as a badge.
pub fn result(row: &DeliveryRow) -> AnyView {
    let millis = row.millis;
    match (row.status, row.cause.clone()) {
        (Some(status), None) => view! { <Badge tone=Tone::Pass icon="check" text=format!("{status}, {millis} ms") /> }.into_any(),
        (Some(status), Some(cause)) => view! {
            <Badge tone=Tone::Fail icon="x" text=format!("{status}, {millis} ms") />" "<span class="text-muted"><Text text=&cause /></span>
        }
        .into_any(),
        (None, cause) => {
            let cause = cause.unwrap_or_default();
            view! { <Badge tone=Tone::Fail icon="x" text="No answer" />" "<span class="text-muted"><Text text=&cause /></span> }.into_any()
        }
    }
}
