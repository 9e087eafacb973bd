//! The run's sessions and approvals.

use crate::{
    kit::{
        badge::{Badge, Tone},
        moment::Moment,
    },
    recorded::text::Text,
};
use domain::{
    Time,
    approval::Status,
    session::SessionStatus,
    timeline::{ApprovalRow, RunPage, SessionRow},
};
use leptos::prelude::*;

/// The sessions, oldest first.
#[component]
pub fn Sessions<'a>(run: &'a RunPage) -> impl IntoView + use<> {
    if run.sessions.is_empty() {
        return view! { <p class="text-muted">"No session has joined yet."</p> }.into_any();
    }
    let rows: Vec<AnyView> = run.sessions.iter().map(|session| session_row(session, run.now)).collect();
    view! { <ul class="rounded-lg border border-rule">{rows}</ul> }.into_any()
}

fn session_row(session: &SessionRow, now: Time) -> AnyView {
    let (tone, icon, word) = match session.status {
        SessionStatus::Active => (Tone::Pass, "play", "Active"),
        SessionStatus::Suspended => (Tone::Accent, "pause", "Suspended"),
        SessionStatus::Ended => (Tone::Quiet, "circle", "Ended"),
    };
    let runner = session.runner.clone().map(|runner| view! { " on "<code><Text text=&runner /></code> });
    view! {
        <li class="flex items-center gap-3 px-3 py-1.5 border-t border-rule first:border-t-0">
            <div class="min-w-0">
                <code class="block font-medium break-words"><Text text=&session.external_id /></code>
                <div class="text-xs text-muted break-words"><Text text=&session.framework />{runner}", "<code>"ses_…"{session.id.tail()}</code>", joined "<Moment at=session.attached_at now=now /></div>
                <div class="text-xs text-muted">"Resumes when its side fetches the outcome"</div>
            </div>
            <span class="ms-auto"><Badge tone=tone icon=icon text=word /></span>
        </li>
    }
    .into_any()
}

/// The newest approvals of the run.
#[component]
pub fn Approvals<'a>(run: &'a RunPage) -> impl IntoView + use<> {
    if run.approvals.is_empty() {
        return view! { <p class="text-muted">"No call of this run needed people."</p> }.into_any();
    }
    let rows: Vec<AnyView> = run.approvals.iter().map(|approval| approval_row(approval, run.now)).collect();
    view! { <ul class="rounded-lg border border-rule">{rows}</ul> }.into_any()
}

fn approval_row(approval: &ApprovalRow, now: Time) -> AnyView {
    let (tone, icon, word) = match approval.status {
        Status::Pending => (Tone::Accent, "hourglass", "Pending"),
        Status::Approved => (Tone::Pass, "check", "Approved"),
        Status::Rejected => (Tone::Fail, "x", "Rejected"),
        Status::Expired => (Tone::Quiet, "hourglass", "Expired"),
        Status::Cancelled => (Tone::Quiet, "ban", "Cancelled"),
        Status::Superseded => (Tone::Quiet, "ban", "Superseded"),
        Status::Revoked => (Tone::Quiet, "undo-2", "Revoked"),
    };
    let when = match approval.ended_at {
        Some(at) => view! { "ended "<Moment at=at now=now /> }.into_any(),
        None => view! { "opened "<Moment at=approval.opened_at now=now /> }.into_any(),
    };
    view! {
        <li class="flex items-center gap-3 px-3 py-1.5 border-t border-rule first:border-t-0">
            <div class="min-w-0">
                <a href=format!("/approvals/{}", approval.id) class="lnk block break-words"><Text text=&approval.title /></a>
                <div class="text-xs text-muted"><code>"apr_…"{approval.id.tail()}</code>", "{when}</div>
            </div>
            <span class="ms-auto"><Badge tone=tone icon=icon text=word /></span>
        </li>
    }
    .into_any()
}
