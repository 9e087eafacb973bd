//! What became of each of several approvals.

use crate::{
    kit::{
        badge::{Badge, Tone},
        button, span,
    },
    recorded::text::Text,
};
use domain::{
    Refusal, Time,
    approval::Status,
    bulk::{Done, Outcome, Stored},
    decision::Verdict,
    refusal::Code,
};
use leptos::prelude::*;

/// The results; they stay until somebody leaves the page.
#[component]
pub fn DoneView<'a>(done: &'a Done) -> impl IntoView + use<> {
    let items: Vec<AnyView> = done.outcomes.iter().map(|outcome| line(outcome, done)).collect();
    view! {
        <div class="px-4 lg:px-6 py-4 space-y-3 max-w-[1080px]">
            <h2 class="text-sm font-semibold tracking-[-0.01em]" role="status">{summary(done)}</h2>
            <ol class="rounded-lg border border-rule">{items}</ol>
            <a href="/approvals" class=button::PLAIN>"Back to approvals"</a>
        </div>
    }
    .into_any()
}

/// `2 approved, 1 not`.
fn summary(done: &Done) -> String {
    let stored = done.outcomes.iter().filter(|outcome| outcome.result.is_ok()).count();
    let word = if done.verdict == Verdict::Reject { "rejected" } else { "approved" };
    match done.outcomes.len() - stored {
        0 => format!("{stored} {word}"),
        not => format!("{stored} {word}, {not} not"),
    }
}

fn line(outcome: &Outcome, done: &Done) -> AnyView {
    let (tone, icon, words) = match &outcome.result {
        Ok(stored) => stored_words(*stored, done.verdict),
        Err(refusal) => (Tone::Fail, "x", refused_words(refusal, done.now)),
    };
    let word = if outcome.result.is_ok() { "Recorded" } else { "Not decided" };
    view! {
        <li class="flex flex-wrap items-center gap-x-3 gap-y-1 px-3 py-2 border-t border-rule first:border-t-0">
            <Badge tone=tone icon=icon text=word />
            <a href=format!("/approvals/{}", outcome.id) class="lnk font-medium min-w-0 break-words"><Text text=&outcome.title /></a>
            <span class="ms-auto text-muted min-w-0 break-words"><Text text=&words /></span>
        </li>
    }
    .into_any()
}

fn stored_words(stored: Stored, verdict: Verdict) -> (Tone, &'static str, String) {
    let Stored { status, given, needed } = stored;
    match (status, verdict) {
        (Status::Pending, Verdict::Approve) => {
            (Tone::Pass, "check", format!("Your approval counts, {given} of {needed}"))
        }
        (Status::Pending, _) => (Tone::Pass, "check", "Your rejection counts, others decide on".to_owned()),
        (Status::Approved, _) => (Tone::Pass, "check", "Approved".to_owned()),
        (Status::Rejected, _) => (Tone::Pass, "check", "Rejected".to_owned()),
        (Status::Expired | Status::Cancelled | Status::Superseded | Status::Revoked, _) => {
            (Tone::Quiet, "circle", status.to_string())
        }
    }
}

/// `Tomás decided 4 s ago`, or the refusal's own words.
fn refused_words(refusal: &Refusal, now: Time) -> String {
    let extra = |name: &str| refusal.extra.get(name).and_then(|value| value.as_str());
    let settled = extra("winner").zip(extra("decided_at").and_then(|at| at.parse::<Time>().ok()));
    match (refusal.code, settled) {
        (Code::AlreadyDecided, Some((winner, at))) => format!("{winner} decided {}", span::ago(at, now)),
        _ => refusal.message.clone(),
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn each_result_stays_on_screen() {
        let done = sample::done();
        let html = Owner::new().with(|| view! { <DoneView done=&done /> }.to_html()).replace("<!>", "");
        for said in ["1 approved, 1 not", "Your approval counts, 1 of 2", "Tomas Lindqvist decided 12 s ago"] {
            assert!(html.contains(said), "{said} in {html}");
        }
        assert!(!html.contains("<script>"), "{html}");
    }
}
