//! The strip at the bottom of narrow windows: the seal, what is left, and the way to the decision.

use super::{open_groups, panel::ending, quorum};
use crate::kit::{icon::Icon, passing::passing, seal::Seal, span};
use domain::{
    approval::{Approval, Status},
    review::{Mandate, Review},
};
use leptos::prelude::*;

/// The strip.
#[component]
pub fn Strip<'a>(review: &'a Review) -> impl IntoView + use<> {
    let (given, needed) = quorum(review);
    let (state_then, now) = (review.state.clone(), passing(review.now));
    let left = move || match &state_then {
        Approval::Pending { expires_at: Some(end), .. } => span::left(*end, now()),
        Approval::Pending { expires_at: None, .. } => "no deadline".to_owned(),
        Approval::Approved { at, .. }
        | Approval::Rejected { at }
        | Approval::Expired { at }
        | Approval::Cancelled { at, .. }
        | Approval::Superseded { at }
        | Approval::Revoked { at, .. } => span::ago(*at, now()),
    };
    let can = matches!(review.mandate, Mandate::Decide { .. });
    let (class, icon, word) = if can {
        ("inline-flex items-center gap-1.5 h-11 px-4 rounded-md bg-ink text-ink-fg font-medium", "pen-line", "Decide")
    } else {
        (
            "inline-flex items-center gap-1.5 h-11 px-4 rounded-md border border-rule-strong font-medium",
            "eye",
            "Decision",
        )
    };
    view! {
        <div class="lg:hidden fixed bottom-0 inset-x-0 z-30 bg-surface border-t border-rule px-4 py-2.5 flex items-center gap-2 noprint">
            <Seal needed=needed given=given ending=ending(review) size=24 />
            <span class="text-xs leading-4 me-auto min-w-0">
                <span class="block font-medium truncate">{state(review)}</span>
                <span class="text-muted tabular-nums">{left}</span>
            </span>
            <a href="#decide" class=class><Icon name=icon />{word}</a>
        </div>
    }
    .into_any()
}

fn state(review: &Review) -> String {
    match (review.state.status(), &review.mandate) {
        (Status::Pending, _) if review.state.is_waiting_for_information() => "Waits for information".to_owned(),
        (Status::Pending, Mandate::Decide { group, .. }) => {
            let seat = review.standing.seats.iter().find(|seat| seat.group == *group);
            seat.map_or_else(
                || format!("{group}, you can decide"),
                |seat| format!("{group} {}/{}, you can decide", seat.given, seat.needed),
            )
        }
        (Status::Pending, _) => format!("Waits for {}", open_groups(review)),
        (Status::Approved, _) => "Approved".to_owned(),
        (Status::Rejected, _) => "Rejected".to_owned(),
        (Status::Expired, _) => "Expired".to_owned(),
        (Status::Cancelled, _) => "Cancelled".to_owned(),
        (Status::Superseded, _) => "Superseded".to_owned(),
        (Status::Revoked, _) => "Revoked".to_owned(),
    }
}
