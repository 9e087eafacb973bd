//! Adding a person: who they are, what they may do, and their first password.

use super::{AdminTab, AdminTabs, refused::Refused, roles::RoleTicks};
use crate::{
    brought::Posted,
    frame::Bar,
    kit::{
        button,
        field::{Field, Tick},
        icon::Icon,
    },
};
use leptos::prelude::*;

/// The form.
#[component]
pub fn NewPersonView<'a>(groups: Vec<String>, posted: Option<&'a Posted>) -> impl IntoView + use<> {
    view! {
        <Bar title="Admin" />
        <AdminTabs current=AdminTab::People />
        <div class="px-4 lg:px-6 py-6 max-w-[560px]">
            <a href="/admin" class="inline-flex items-center gap-1.5 text-xs text-muted hover:text-fg">
                <Icon name="arrow-left" class="w-3.5 h-3.5 shrink-0" />
                "People"
            </a>
            <h2 class="text-xl leading-7 font-semibold tracking-[-0.015em] mt-2">"Add person"</h2>
            <form method="post" action="/admin/people/new" class="mt-4 space-y-4">
                <input type="hidden" name="form" value="add" />
                <Refused posted=posted />
                <Fields posted=posted />
                <RoleTicks has=&[] posted=posted />
                <GroupTicks groups=groups posted=posted />
                <Passwords posted=posted label="First password" />
                <button type="submit" class=button::PRIMARY>"Add person"</button>
            </form>
        </div>
    }
    .into_any()
}

#[component]
fn Fields<'a>(posted: Option<&'a Posted>) -> impl IntoView + use<> {
    let kept = |field: &str| posted.map(|posted| posted.value(field)).unwrap_or_default();
    let fault = |field: &str| posted.and_then(|posted| posted.fault(field));
    view! {
        <Field label="Name" name="name" value=kept("name") fault=fault("name") />
        <Field label="Email" name="email" kind="email" value=kept("email") fault=fault("email") hint="They sign in with it. It cannot be changed later." />
    }
}

#[component]
fn GroupTicks<'a>(groups: Vec<String>, posted: Option<&'a Posted>) -> impl IntoView + use<> {
    let none = groups.is_empty().then(|| view! { <p class="text-xs text-muted">"There is no group yet."</p> });
    let ticks = groups
        .into_iter()
        .map(|group| {
            let name = format!("group_{group}");
            let checked = posted.is_some_and(|posted| posted.values.contains_key(&name));
            view! { <Tick name=name label=group checked=checked /> }
        })
        .collect_view();
    view! {
        <fieldset>
            <legend class="font-medium mb-1">"Groups"</legend>
            <p class="text-xs text-muted mb-1">"They decide for these groups what opens from now on."</p>
            <div class="grid grid-cols-1 sm:grid-cols-2 gap-x-4">{ticks}</div>
            {none}
        </fieldset>
    }
    .into_any()
}

/// A password, typed twice.
#[component]
pub fn Passwords<'a>(posted: Option<&'a Posted>, label: &'static str) -> impl IntoView + use<> {
    let fault = |field: &str| posted.and_then(|posted| posted.fault(field));
    view! {
        <Field
            label=label
            name="password"
            kind="password"
            autocomplete="new-password"
            fault=fault("password")
            hint="At least 15 characters. Several words in a row are easy to remember. Hand it over in person."
        />
        <Field label="The same again" name="password_again" kind="password" autocomplete="new-password" fault=fault("password_again") />
    }
}
