//! Where one is signed in, and signing out of everything but this browser.

use crate::kit::{
    badge::{Badge, Tone},
    button,
    moment::{Grain, Moment, ZoneNote},
    section::Section,
};
use domain::{
    Time,
    profile::{Profile, SignedInSession},
};
use leptos::prelude::*;

/// The sessions, the latest first.
#[component]
pub fn Sessions<'a>(profile: &'a Profile) -> impl IntoView + use<> {
    let now = profile.now;
    let others = profile.sessions.iter().filter(|session| !session.is_this).count();
    let rows: Vec<AnyView> = profile.sessions.iter().map(|session| row(*session, now)).collect();
    let word = match others {
        0 => None,
        1 => Some("Sign out of the other one".to_owned()),
        more => Some(format!("Sign out of the other {more}")),
    };
    view! {
        <Section id="sessions" title="Signed in" aside=view! { <ZoneNote /> }.into_any()>
            <ul class="border-y border-rule">{rows}</ul>
            {word
                .map(|word| {
                    view! {
                        <form method="post" action="/profile" class="mt-3">
                            <input type="hidden" name="form" value="sessions" />
                            <button type="submit" class=button::SMALL>{word}</button>
                        </form>
                    }
                })}
        </Section>
    }
    .into_any()
}

fn row(session: SignedInSession, now: Time) -> AnyView {
    let badge = session.is_this.then(|| view! { <Badge tone=Tone::Accent icon="check" text="This browser" /> });
    view! {
        <li class="flex flex-wrap items-center gap-x-3 min-h-9 border-t border-rule first:border-t-0">
            <span>"Since "<Moment at=session.since now=now grain=Grain::Minute /></span>
            <span class="text-muted">"used "<Moment at=session.used_at now=now grain=Grain::Minute /></span>
            <span class="ms-auto">{badge}</span>
        </li>
    }
    .into_any()
}
