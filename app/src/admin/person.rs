//! One person: name, roles, groups, password, and whether they may sign in.

use super::{AdminTab, AdminTabs, done::Done, new_person::Passwords, refused::Refused, roles::RoleTicks};
use crate::{
    absence::{self, Absences, Whose},
    brought::Posted,
    frame::Bar,
    kit::{
        avatar,
        badge::{Badge, Tone},
        button,
        field::{Field, INPUT},
        icon::Icon,
        moment::{Grain, Moment},
        section::Section,
    },
    recorded::text::Text,
};
use domain::{
    Role,
    person::{PersonDetail, PersonRow},
};
use leptos::prelude::*;

const DONE: &[(&str, &str)] = &[
    ("added", "Added. They can sign in now."),
    ("changed", "Name and roles are as shown."),
    ("joined", "Added to the group."),
    ("left", "Removed from the group."),
    ("password", "The password is set. Their sessions have ended."),
    ("disabled", "Disabled. Their sessions have ended."),
    ("enabled", "They may sign in again."),
    absence::DONE[0],
    absence::DONE[1],
];

/// The page of a person. What was posted belongs to the form it came from.
#[component]
pub fn PersonView<'a>(detail: PersonDetail, posted: Option<&'a Posted>) -> impl IntoView + use<> {
    let of = |form: &str| posted.filter(|posted| posted.form == form).cloned();
    let (edit, groups, password) = (of("edit"), of("join").or_else(|| of("leave")), of("password"));
    let access = of("disable").or_else(|| of("enable"));
    let absence = posted.filter(|posted| absence::is_ours(posted)).cloned();
    let (whose, action) = (Whose::Anothers, format!("/admin/people/{}", detail.person.id));
    let decides = detail.person.disabled_at.is_none() && detail.person.roles.contains(&Role::Reviewer);
    view! {
        <Bar title="Admin" />
        <AdminTabs current=AdminTab::People />
        <div class="px-4 lg:px-6 py-6 max-w-[640px]">
            <a href="/admin" class="inline-flex items-center gap-1.5 text-xs text-muted hover:text-fg">
                <Icon name="arrow-left" class="w-3.5 h-3.5 shrink-0" />
                "People"
            </a>
            <Head detail=&detail />
            <div class="mt-3"><Done words=DONE /></div>
            <Edit person=detail.person.clone() posted=edit />
            <Groups detail=detail.clone() posted=groups />
            <Absences page=detail.absences.clone() whose=whose action=action decides=decides posted=absence />
            <Password posted=password is_viewer=detail.is_viewer />
            <Access detail=detail posted=access />
        </div>
    }
    .into_any()
}

#[component]
fn Head<'a>(detail: &'a PersonDetail) -> impl IntoView + use<> {
    let (person, now) = (&detail.person, detail.now);
    let decided = person.last_decision.map_or_else(
        || view! { "never" }.into_any(),
        |at| view! { <Moment at=at now=now grain=Grain::Minute /> }.into_any(),
    );
    view! {
        <div class="flex items-center gap-2 mt-2 min-w-0">
            <avatar::Person name=&person.name />
            <h2 class="text-xl leading-7 font-semibold tracking-[-0.015em] min-w-0 break-words"><Text text=&person.name /></h2>
            {person.disabled_at.map(|_| view! { <Badge tone=Tone::Quiet icon="ban" text="Disabled" /> })}
            {detail.is_viewer.then(|| view! { <span class="text-faint">"you"</span> })}
        </div>
        <p class="text-xs text-muted mt-1 break-words">
            <Text text=&person.email />" · added " <Moment at=detail.created_at now=now grain=Grain::Minute /> " · last decision " {decided}
        </p>
        <p class="flex flex-wrap items-center gap-x-3 text-xs">
            <code class="text-faint break-all">{person.id.to_string()}</code>
            <a href=format!("/audit?actor={}", person.id) class="lnk">"What they did, in the log"</a>
        </p>
    }
    .into_any()
}

#[component]
fn Edit(person: PersonRow, posted: Option<Posted>) -> impl IntoView {
    let name = posted.as_ref().map_or_else(|| person.name.clone(), |posted| posted.value("name"));
    let fault = posted.as_ref().and_then(|posted| posted.fault("name"));
    view! {
        <Section id="edit" title="Name and roles">
            <form method="post" action=format!("/admin/people/{}", person.id) class="space-y-4">
                <input type="hidden" name="form" value="edit" />
                <Refused posted=posted.as_ref() />
                <Field label="Name" name="name" value=name fault=fault />
                <RoleTicks has=&person.roles posted=posted.as_ref() />
                <p class="text-xs text-muted">"Whoever loses a role is signed out at once. A key that stands for the role stops working."</p>
                <button type="submit" class=button::PRIMARY>"Save name and roles"</button>
            </form>
        </Section>
    }
    .into_any()
}

#[component]
fn Groups(detail: PersonDetail, posted: Option<Posted>) -> impl IntoView {
    let action = format!("/admin/people/{}", detail.person.id);
    let rows = detail.person.groups.iter().map(|group| {
        view! {
            <li class="flex items-center gap-2 min-h-10 px-3 border-t border-rule first:border-t-0">
                <Icon name="users" class="w-4 h-4 text-faint shrink-0" />
                <span class="font-medium min-w-0 break-words">{group.clone()}</span>
                <form method="post" action=action.clone() class="ms-auto">
                    <input type="hidden" name="form" value="leave" />
                    <input type="hidden" name="group" value=group.clone() />
                    <button type="submit" class=button::SMALL aria-label=format!("Remove from {group}")>"Remove"</button>
                </form>
            </li>
        }
    });
    let rows = rows.collect_view();
    let belongs = if detail.person.groups.is_empty() {
        view! { <p class="text-muted">"Belongs to no group, so decides nothing."</p> }.into_any()
    } else {
        view! { <ul class="rounded-lg border border-rule">{rows}</ul> }.into_any()
    };
    view! {
        <Section id="groups" title="Groups">
            <div class="space-y-3">
                <Refused posted=posted.as_ref() />
                {belongs}
                <Join groups=detail.other_groups.clone() action=action.clone() />
                <p class="text-xs text-muted">
                    "Joining counts for approvals that open from now on. Leaving counts at once, also for approvals that are open."
                </p>
            </div>
        </Section>
    }
    .into_any()
}

#[component]
fn Join(groups: Vec<String>, action: String) -> impl IntoView {
    if groups.is_empty() {
        return ().into_any();
    }
    let options =
        groups.into_iter().map(|name| view! { <option value=name.clone()>{name.clone()}</option> }).collect_view();
    view! {
        <form method="post" action=action class="flex items-end gap-2">
            <input type="hidden" name="form" value="join" />
            <label class="flex-1 min-w-0">
                <span class="block font-medium mb-1">"Another group"</span>
                <select name="group" class=INPUT>{options}</select>
            </label>
            <button type="submit" class=button::PLAIN>"Add to group"</button>
        </form>
    }
    .into_any()
}

#[component]
fn Password(posted: Option<Posted>, is_viewer: bool) -> impl IntoView {
    let whose =
        if is_viewer { "You are signed out and sign in with the new one." } else { "They are signed out everywhere." };
    let is_open = posted.is_some();
    view! {
        <Section id="password" title="Password">
            <details open=is_open>
                <summary class=button::PLAIN>"Set a new password"</summary>
                <form method="post" class="space-y-4 mt-3">
                    <input type="hidden" name="form" value="password" />
                    <Refused posted=posted.as_ref() />
                    <Passwords posted=posted.as_ref() label="New password" />
                    <p class="text-xs text-muted">{whose}</p>
                    <button type="submit" class=button::PRIMARY>"Set password and end sessions"</button>
                </form>
            </details>
        </Section>
    }
    .into_any()
}

/// Disabling and enabling again; where it is impossible, why.
#[component]
fn Access(detail: PersonDetail, posted: Option<Posted>) -> impl IntoView {
    let content = if detail.person.disabled_at.is_some() {
        view! { <Enable /> }.into_any()
    } else if detail.is_viewer {
        view! { <p class="text-muted">"This is your own account. Another administrator can disable it."</p> }.into_any()
    } else if detail.is_last_administrator {
        view! { <p class="text-muted">"The last administrator cannot be disabled. Give somebody else the role first."</p> }.into_any()
    } else {
        view! { <Disable keys=detail.standing_keys.clone() /> }.into_any()
    };
    view! {
        <Section id="access" title="Access">
            <div class="space-y-3">
                <Refused posted=posted.as_ref() />
                {content}
            </div>
        </Section>
    }
    .into_any()
}

#[component]
fn Enable() -> impl IntoView {
    view! {
        <form method="post" class="space-y-3">
            <input type="hidden" name="form" value="enable" />
            <p class="text-muted">"They may not sign in. Their password, roles and groups are kept."</p>
            <button type="submit" class=button::PLAIN>"Let them sign in again"</button>
        </form>
    }
    .into_any()
}

#[component]
fn Disable(keys: Vec<String>) -> impl IntoView {
    let keys = (!keys.is_empty()).then(|| format!(" Keys that stand for them stop working: {}.", keys.join(", ")));
    view! {
        <details>
            <summary class=button::PLAIN>"Disable this person"</summary>
            <form method="post" class="mt-3 rounded-lg border border-rule-strong p-3 space-y-3">
                <input type="hidden" name="form" value="disable" />
                <p>"They are signed out at once and may not sign in or decide. What they decided stands." {keys.map(|keys| view! { <Text text=&keys /> })}</p>
                <button type="submit" class=button::DANGER><Icon name="user-x" />"Disable and end sessions"</button>
            </form>
        </details>
    }
    .into_any()
}
