//! The claim on an approval's page, and who else has it open: in the bar, and beside the decision where it is
//! somebody else's. A claim never takes a choice away.

use super::follow::Followed;
use crate::{
    claims::{StepButton, Then, send},
    keys::{Mark, hint::NextForMe},
    kit::{
        avatar::{Person, Viewer},
        button,
        icon::Icon,
        moment::{Grain, Moment},
        passing::passing,
        span,
    },
    recorded::text::Text,
    refused::Refused,
};
use domain::{
    approval::Status,
    claim::{Held, MAX_REASON},
    review::{Mandate, Review},
    viewing::Present,
};
use leptos::prelude::*;

/// Whether this viewer may claim it.
fn can_claim(review: &Review) -> bool {
    review.state.status() == Status::Pending && matches!(review.mandate, Mandate::Decide { .. })
}

/// The claim while it lasts, by the time that passes on the page.
fn lasting(followed: Followed) -> Memo<Option<Held>> {
    let now = passing(followed.now().now);
    Memo::new(move |_| followed.with(|review| review.claim.clone()).filter(|held| held.until > now()))
}

/// What the bar says: who is viewing, and the claim with the button that makes or releases one.
#[component]
pub fn BarClaim(followed: Followed) -> impl IntoView {
    let viewing = Memo::new(move |_| followed.with(|review| review.viewing.clone()));
    let (held, can) = (lasting(followed), Memo::new(move |_| followed.with(can_claim)));
    let then = Then::new(move |claim| followed.set_claim(claim));
    let id = followed.now().id;
    let claim = move || match held.get() {
        Some(held) if Some(held.person_id) == followed.viewer() => view! {
            {left(followed, &held, view! { "Claimed by you" }.into_any())}
            <StepButton id=id releases=true class=button::QUIET then=then />
        }
        .into_any(),
        Some(held) => left(
            followed,
            &held,
            view! { "Claimed by "<bdi class="truncate"><Text text=&held.name /></bdi> }.into_any(),
        ),
        None if can.get() => view! { <StepButton id=id class=button::QUIET then=then /> }.into_any(),
        None => ().into_any(),
    };
    view! {
        <span class="ms-auto inline-flex items-center gap-2 lg:gap-3 min-w-0 text-xs text-muted">
            {move || there(&viewing.get())}
            {claim}
        </span>
    }
    .into_any()
}

/// Whose claim it is, and how long it lasts.
fn left(followed: Followed, held: &Held, whose: AnyView) -> AnyView {
    let (until, now) = (held.until, passing(followed.now().now));
    view! {
        <span class="inline-flex items-center gap-1.5 min-w-0 whitespace-nowrap">
            <Icon name="hand" class="w-3.5 h-3.5 shrink-0" />
            <span class="max-md:sr-only inline-flex gap-1 min-w-0">{whose}</span>
            <span class="tabular-nums text-faint">{move || span::left(until, now())}</span>
        </span>
    }
    .into_any()
}

fn there(viewing: &[Present]) -> Option<AnyView> {
    const SHOWN: usize = 3;
    let first = viewing.first()?;
    let people: Vec<AnyView> =
        viewing.iter().take(SHOWN).map(|present| view! { <Person name=&present.name /> }.into_any()).collect();
    let others = match viewing.len() - 1 {
        0 => " is viewing".to_owned(),
        more => format!(" and {more} more are viewing"),
    };
    let all: Vec<&str> = viewing.iter().map(|present| present.name.as_str()).collect();
    let title = domain::inspect::spelled(&all.join(", "));
    Some(
        view! {
            <span class="inline-flex items-center gap-1.5 min-w-0" title=title>
                <Icon name="eye" class="w-3.5 h-3.5 shrink-0" />
                <span class="inline-flex">{people}</span>
                <span class="max-lg:sr-only truncate"><bdi><Text text=&first.name /></bdi>{others}</span>
            </span>
        }
        .into_any(),
    )
}

/// Beside the decision: somebody else looks into it. Nothing is taken away by that.
#[component]
pub fn ClaimNote(followed: Followed) -> impl IntoView {
    let (held, can) = (lasting(followed), Memo::new(move |_| followed.with(can_claim)));
    let others = move || held.get().filter(|held| Some(held.person_id) != followed.viewer() && can.get());
    view! {
        <Refused forms=&["claim", "take_over", "release"] />
        {move || others().map(|held| view! { <Courtesy followed=followed held=&held /> })}
    }
    .into_any()
}

#[component]
fn Courtesy<'a>(followed: Followed, held: &'a Held) -> impl IntoView + use<> {
    let (id, loaded) = followed.with_untracked(|review| (review.id, review.now));
    let (since, until, now) = (held.claimed_at, held.until, passing(loaded));
    let then = Then::new(move |claim| followed.set_claim(claim));
    let name = &held.name;
    view! {
        <div class="rounded-lg border border-rule-strong p-3 flex gap-2.5">
            <Viewer name=name />
            <div class="min-w-0 flex-1">
                <p class="font-medium"><bdi class="break-words"><Text text=name /></bdi>" claimed this"</p>
                <p class="text-xs text-muted">
                    {move || span::ago(since, now())}", until "<Moment at=until now=loaded grain=Grain::Minute />". A claim is a courtesy: you can still decide."
                </p>
                <div class="flex flex-wrap items-start gap-2 mt-2">
                    <details class="text-xs min-w-0">
                        <summary data-key=Mark::Claim.word() class=button::SMALL><Icon name="hand" class="w-3.5 h-3.5 shrink-0" />"Take over"</summary>
                        <form method="post" action=format!("/approvals/{id}") class="mt-2 space-y-2" on:submit=move |event| send(&event, id, then)>
                            <input type="hidden" name="form" value="take_over" />
                            <label class="block">
                                <span class="block font-medium mb-1">"Why"</span>
                                <input type="text" name="reason" required=true maxlength=MAX_REASON.to_string() autocomplete="off" class="field w-full h-8 px-2 rounded-md border border-control bg-surface" />
                            </label>
                            <button type="submit" class=button::SMALL>"Take over the claim"</button>
                        </form>
                    </details>
                    <NextForMe waiting=Signal::stored(1) />
                </div>
            </div>
        </div>
    }
    .into_any()
}
