//! The profile's parts: who one is here, and what one sets for oneself. Plain forms, so that it works without script.

mod notifications;
mod password;
mod sessions;

use self::{notifications::NotificationsForm, password::PasswordForm, sessions::Sessions};
use crate::{
    absence::{self, Absences, Whose},
    admin::role_titles,
    brought::Posted,
    frame::ThemeChoice,
    kit::{badge::Tone, button, notice::Notice, section::Section},
    recorded::text::Text,
};
use domain::{
    Role,
    profile::{Preferences, Profile},
    review::Viewer,
};
use leptos::prelude::*;

/// What the word in the address says was done; only these are known.
pub fn saved(word: &str) -> Option<&'static str> {
    match word {
        "keys" => Some("Your choice was kept. It holds in every browser you sign in with."),
        "notifications" => Some("What you are told by which channel was kept."),
        "password" => Some("Your password was changed. You are signed out everywhere else."),
        "sessions" => Some("You are signed out everywhere else."),
        other => absence::DONE.iter().find(|(known, _)| *known == other).map(|(_, told)| *told),
    }
}

/// The profile.
#[component]
pub fn ProfileView<'a>(
    /// Who looks.
    viewer: &'a Viewer,
    /// Their sessions.
    profile: &'a Profile,
    /// A form that was posted and refused.
    refused: Option<&'a Posted>,
    /// What was just done.
    saved: Option<&'static str>,
) -> impl IntoView + use<> {
    let keys = viewer.preferences;
    let of = |form: &str| refused.filter(|posted| posted.form == form);
    let decides = viewer.roles.contains(&Role::Reviewer);
    let sets_for_others = viewer.roles.iter().any(|role| matches!(role, Role::SupportLead | Role::Admin));
    let absence = refused.filter(|posted| absence::is_ours(posted)).cloned();
    view! {
        <div class="px-4 lg:px-6 pb-16 max-w-[640px]">
            {saved.map(|text| view! { <div class="pt-4"><Notice tone=Tone::Pass icon="check" title="Saved"><p role="status">{text}</p></Notice></div> })}
            <Identity viewer=viewer />
            <Section id="theme" title="Theme"><div class="max-w-56 -mx-2"><ThemeChoice /></div></Section>
            <KeysForm preferences=keys />
            <Absences page=profile.absences.clone() whose=Whose::Own action="/profile".to_owned() decides=decides posted=absence />
            {sets_for_others.then(|| view! { <p class="mt-2"><a href="/admin/out-of-office" class="lnk">"Set it for somebody else"</a></p> })}
            <NotificationsForm notices=&profile.notices refused=of("notifications") />
            <PasswordForm refused=of("password") />
            <Sessions profile=profile />
        </div>
    }
    .into_any()
}

#[component]
fn Identity<'a>(viewer: &'a Viewer) -> impl IntoView + use<> {
    let roles = role_titles(&viewer.roles);
    let groups = if viewer.groups.is_empty() { "none".to_owned() } else { viewer.groups.join(", ") };
    let lines = [("Name", viewer.name.clone()), ("Email", viewer.email.clone()), ("Roles", roles), ("Groups", groups)];
    let lines: Vec<AnyView> = lines.into_iter().map(|(what, text)| line(what, &text)).collect();
    view! {
        <Section id="you" title="You" aside=view! { "An administrator changes these" }.into_any()>
            <dl class="border-y border-rule">{lines}</dl>
        </Section>
    }
    .into_any()
}

fn line(what: &'static str, text: &str) -> AnyView {
    view! {
        <div class="grid grid-cols-[96px_minmax(0,1fr)] gap-x-3 py-1.5 border-t border-rule first:border-t-0">
            <dt class="text-muted">{what}</dt>
            <dd class="break-words"><Text text=text /></dd>
        </div>
    }
    .into_any()
}

/// One button that names what it does: it says the other state.
#[component]
fn KeysForm(preferences: Preferences) -> impl IntoView {
    let (state, other, word) = if preferences.keys {
        ("Single keys act: J and K move, A and R choose, G goes places.", "off", "Switch keys off")
    } else {
        ("Single keys do nothing. Everything can be reached by Tab and Enter.", "on", "Switch keys on")
    };
    view! {
        <Section id="keys" title="Keys">
            <form method="post" action="/profile" class="flex flex-wrap items-center gap-x-3 gap-y-2">
                <input type="hidden" name="form" value="keys" />
                <input type="hidden" name="keys" value=other />
                <p class="text-muted flex-1 min-w-48">{state}</p>
                <button type="submit" class=button::SMALL>{word}</button>
            </form>
        </Section>
    }
    .into_any()
}
