//! Who looks into an approval of the queue: its claim, and who has it open.

use super::{StepButton, Then};
use crate::{
    kit::{avatar::Person, icon::Icon, moment::tooltip, passing::passing, span},
    recorded::text::Text,
};
use domain::{
    Time, assignment::Assigned, claim::Held, id::PersonId, inspect::spelled, queue::QueueRow, viewing::Present,
};
use leptos::prelude::*;

const BUTTON: &str = "inline-flex items-center gap-1 min-h-6 text-muted hover:text-fg cursor-pointer";

/// The second line of a row's "waiting for": the claim, else the button that makes one, and who is viewing.
#[component]
pub fn Attention<'a>(
    /// The row.
    row: &'a QueueRow,
    /// Who else has it open.
    viewing: &'a [Present],
    /// Who looks.
    viewer: Option<PersonId>,
    /// The server's time of the row.
    now: Time,
    /// What follows a step.
    then: Then,
) -> impl IntoView + use<> {
    let (id, can_decide) = (row.id, row.viewer_can_decide);
    let passing = passing(now);
    let held = row.claim.clone();
    let lasting = Memo::new(move |_| held.clone().filter(|held| held.until > passing()));
    let claim = move || match lasting.get() {
        Some(held) if Some(held.person_id) == viewer => {
            let until = held.until;
            view! {
                <span class="inline-flex items-center gap-1 text-muted tabular-nums whitespace-nowrap" title=format!("Claimed by you until {}", tooltip(until))>
                    <Icon name="hand" class="w-3.5 h-3.5 shrink-0" /><span class="sr-only">"Claimed by "</span>"you, "{move || span::short((until - passing()).num_seconds())}
                </span>
                <StepButton id=id releases=true in_list=true class=BUTTON then=then />
            }
            .into_any()
        }
        Some(held) => holder(&held),
        None if can_decide => view! { <StepButton id=id in_list=true class=BUTTON then=then /> }.into_any(),
        None => ().into_any(),
    };
    let assigned = row.assigned_to.as_ref().map(|assigned| assignee(assigned, viewer));
    view! {
        <span class="flex items-center gap-1.5 min-w-0">
            {assigned}
            {claim}
            {(!viewing.is_empty()).then(|| there(viewing))}
        </span>
    }
    .into_any()
}

/// To whom it is assigned; by whom and why is said beside it.
fn assignee(assigned: &Assigned, viewer: Option<PersonId>) -> AnyView {
    let is_viewer = assigned.person_id.is_some() && assigned.person_id == viewer;
    let name = if is_viewer { "you".to_owned() } else { assigned.name.clone() };
    let (by, why) = (&assigned.assigned_by_name, &assigned.reason);
    let said = spelled(&format!("Assigned to {name} by {by}: {why}"));
    view! {
        <span class="inline-flex items-center gap-1 min-w-0 text-accent" title=said>
            <Icon name="user-plus" class="w-3.5 h-3.5 shrink-0" />
            <span class="sr-only">"Assigned to "</span>
            <span class="truncate"><Text text=&name /></span>
        </span>
    }
    .into_any()
}

fn holder(held: &Held) -> AnyView {
    let name = &held.name;
    view! {
        <span class="inline-flex items-center gap-1 min-w-0 text-muted" title=format!("Claimed until {}", tooltip(held.until))>
            <Icon name="hand" class="w-3.5 h-3.5 shrink-0" />
            <span class="sr-only">"Claimed by "</span>
            <Person name=name />
            <span class="truncate"><Text text=name /></span>
        </span>
    }
    .into_any()
}

/// Avatars of who has it open, three at the most; read out with their names.
fn there(viewing: &[Present]) -> AnyView {
    const SHOWN: usize = 3;
    let names: Vec<&str> = viewing.iter().map(|present| present.name.as_str()).collect();
    let said = format!("{} viewing", names.join(", "));
    let people: Vec<AnyView> =
        viewing.iter().take(SHOWN).map(|present| view! { <Person name=&present.name /> }.into_any()).collect();
    view! {
        <span class="inline-flex items-center gap-1 text-muted">
            <Icon name="eye" class="w-3.5 h-3.5 shrink-0" />
            {people}
            <span class="sr-only"><Text text=&said /></span>
        </span>
    }
    .into_any()
}
