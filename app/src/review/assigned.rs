//! To whom the approval is assigned, by whom and why: in the bar, and beside the decision. It asks, and takes no choice
//! away.

use super::follow::Followed;
use crate::{
    kit::{
        button,
        icon::Icon,
        moment::{stamp, tooltip},
        passing::passing,
        span,
    },
    recorded::text::Text,
    refused::Refused,
};
use domain::{assignment::Assigned, id::PersonId, inspect::spelled};
use leptos::prelude::*;

fn assigned(followed: Followed) -> Memo<Option<Assigned>> {
    Memo::new(move |_| followed.with(|review| review.assigned.clone()))
}

fn is_to(assigned: &Assigned, viewer: Option<PersonId>) -> bool {
    assigned.person_id.is_some() && assigned.person_id == viewer
}

/// Who it is, as the viewer reads it.
fn name(assigned: &Assigned, viewer: Option<PersonId>) -> String {
    if is_to(assigned, viewer) { "you".to_owned() } else { assigned.name.clone() }
}

/// What the bar says.
#[component]
pub fn BarAssigned(followed: Followed) -> impl IntoView {
    let assigned = assigned(followed);
    move || {
        assigned.get().map(|assigned| {
            let to = name(&assigned, followed.viewer());
            let title = spelled(&format!("Assigned to {to} by {}: {}", assigned.assigned_by_name, assigned.reason));
            view! {
                <span class="ms-3 inline-flex items-center gap-1.5 min-w-0 text-xs text-muted whitespace-nowrap" title=title>
                    <Icon name="user-plus" class="w-3.5 h-3.5 shrink-0" />
                    <span class="max-md:sr-only inline-flex gap-1 min-w-0">"Assigned to "<bdi class="truncate"><Text text=&to /></bdi></span>
                </span>
            }
        })
    }
}

/// Beside the decision.
#[component]
pub fn AssignedNote(followed: Followed) -> impl IntoView {
    let assigned = assigned(followed);
    let can_give_back = Memo::new(move |_| followed.with(|review| review.can_give_back));
    view! {
        <Refused forms=&["give_back"] />
        {move || assigned.get().map(|assigned| view! { <Note followed=followed assigned=&assigned can_give_back=can_give_back.get() /> })}
    }
    .into_any()
}

#[component]
fn Note<'a>(followed: Followed, assigned: &'a Assigned, can_give_back: bool) -> impl IntoView + use<> {
    let (viewer, loaded) = (followed.viewer(), followed.with_untracked(|review| review.now));
    let (at, now) = (assigned.assigned_at, passing(loaded));
    let is_yours = is_to(assigned, viewer);
    let told = if is_yours {
        "You are asked to decide it; others who may can as well."
    } else {
        "Whoever else may decide it can do so all the same."
    };
    let to = name(assigned, viewer);
    view! {
        <div class="rounded-lg border border-rule-strong p-3 flex gap-2.5">
            <Icon name="user-plus" class="w-4 h-4 mt-0.5 shrink-0 text-accent" />
            <div class="min-w-0 flex-1">
                <p class="font-medium">"Assigned to "<bdi class="break-words"><Text text=&to /></bdi>" by "<bdi class="break-words"><Text text=&assigned.assigned_by_name /></bdi></p>
                <p class="break-words"><bdi>"“"<Text text=&assigned.reason />"”"</bdi></p>
                <p class="text-xs text-muted">
                    <time datetime=stamp(at) title=tooltip(at)>{move || span::ago(at, now())}</time>". "{told}
                </p>
                {can_give_back.then(|| view! { <GiveBack is_yours=is_yours /> })}
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn GiveBack(is_yours: bool) -> impl IntoView {
    let word = if is_yours { "Give it back" } else { "End the assignment" };
    view! {
        <form method="post" class="mt-2">
            <input type="hidden" name="form" value="give_back" />
            <button type="submit" class=button::SMALL>{word}</button>
        </form>
    }
    .into_any()
}
