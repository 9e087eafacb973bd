//! The first administrator: name, email, password twice.

use super::{Heading, Refused};
use crate::{
    brought::Posted,
    kit::{button, icon::Icon},
    recorded::text::Text,
};
use leptos::prelude::*;

const FIELDS: &[&str] = &["name", "email", "password", "password_again"];

/// The form; whoever it adds is signed in.
#[component]
pub fn Administrator(token: Option<String>, posted: Option<Posted>) -> impl IntoView {
    let value = |field: &str| posted.as_ref().map(|posted| posted.value(field)).unwrap_or_default();
    let fault = |field: &str| posted.as_ref().and_then(|posted| posted.fault(field));
    let first = FIELDS.iter().position(|field| fault(field).is_some()).unwrap_or(0);
    let (name, email) = (value("name"), value("email"));
    let faults = [fault("name"), fault("email"), fault("password"), fault("password_again")];
    let [name_fault, email_fault, password_fault, again_fault] = faults;
    view! {
        <Heading title="Name the first administrator" text="An administrator adds people, makes keys and publishes workflows, and decides nothing. Reviewers are added afterwards." />
        <form method="post" class="mt-6 space-y-3">
            <input type="hidden" name="form" value="administrator" />
            <input type="hidden" name="token" value=token.unwrap_or_default() />
            <Field name="name" label="Name" kind="text" value=name fault=name_fault autocomplete="name" focused=first == 0 />
            <Field name="email" label="Email" kind="email" value=email fault=email_fault autocomplete="username" focused=first == 1 />
            <Field name="password" label="Password" kind="password" value=String::new() fault=password_fault autocomplete="new-password" focused=first == 2 hint="At least 15 characters. Several words in a row are easy to remember." />
            <Field name="password_again" label="Password, once more" kind="password" value=String::new() fault=again_fault autocomplete="new-password" focused=first == 3 />
            <Refused posted=posted fields=FIELDS />
            <div class="flex pt-2"><button type="submit" class=format!("ms-auto {}", button::PRIMARY)>"Add and sign in"</button></div>
        </form>
    }
    .into_any()
}

#[component]
fn Field(
    name: &'static str,
    label: &'static str,
    kind: &'static str,
    value: String,
    fault: Option<String>,
    autocomplete: &'static str,
    focused: bool,
    #[prop(optional)] hint: Option<&'static str>,
) -> impl IntoView {
    let has_fault = fault.is_some();
    let note = format!("{name}-note");
    let class = if has_fault {
        "block w-full h-9 max-lg:h-11 rounded-md border-2 border-fail bg-surface px-2.5"
    } else {
        "block w-full h-9 max-lg:h-11 rounded-md border border-control bg-surface px-2.5"
    };
    let below = match (fault, hint) {
        (Some(fault), _) => view! {
            <p id=note.clone() class="flex gap-2 text-xs text-fail mt-1"><Icon name="circle-alert" class="w-3.5 h-3.5 mt-px shrink-0" /><span class="min-w-0"><Text text=&fault /></span></p>
        }
        .into_any(),
        (None, Some(hint)) => view! { <p id=note.clone() class="text-xs text-faint mt-1">{hint}</p> }.into_any(),
        (None, None) => ().into_any(),
    };
    view! {
        <div>
            <label class="block font-medium mb-1" for=name>{label}</label>
            <input
                id=name
                type=kind
                name=name
                value=value
                autocomplete=autocomplete
                required=true
                autofocus=focused
                aria-invalid=has_fault.then_some("true")
                aria-describedby=(has_fault || hint.is_some()).then_some(note)
                class=class
            />
            {below}
        </div>
    }
    .into_any()
}
