//! Changing one's own password: the current one, and the new one twice.

use crate::{
    brought::Posted,
    kit::{badge::Tone, button, icon::Icon, notice::Notice, section::Section},
};
use leptos::prelude::*;

const FIELD: &str = "block w-full h-9 max-lg:h-11 rounded-md border border-control bg-surface px-2.5";
const WRONG: &str = "block w-full h-9 max-lg:h-11 rounded-md border-2 border-fail bg-surface px-2.5";

/// The fields in their order: name, label, and what a password manager fills in.
const FIELDS: [(&str, &str, &str); 3] = [
    ("current_password", "Current password", "current-password"),
    ("password", "New password", "new-password"),
    ("password_again", "New password, again", "new-password"),
];

/// The form; nothing that was typed is shown again.
#[component]
pub fn PasswordForm<'a>(
    /// What was posted and refused.
    refused: Option<&'a Posted>,
) -> impl IntoView + use<> {
    let fault = |field: &str| refused.and_then(|posted| posted.fault(field));
    let field = |(name, label, fill)| view! { <Field name=name label=label fill=fill fault=fault(name) /> }.into_any();
    let fields: Vec<AnyView> = FIELDS.into_iter().map(field).collect();
    let is_told = FIELDS.iter().any(|(name, ..)| fault(name).is_some());
    let elsewhere = refused.and_then(|posted| posted.refusal.clone()).filter(|_| !is_told);
    view! {
        <Section id="password" title="Password">
            <form method="post" action="/profile" class="space-y-3 max-w-[360px]">
                <input type="hidden" name="form" value="password" />
                {elsewhere
                    .map(|refusal| {
                        view! {
                            <Notice tone=Tone::Fail icon="circle-alert" title="Your password was not changed" alert=true>
                                <p>{refusal.message}</p>
                            </Notice>
                        }
                    })}
                {fields}
                <p class="text-xs text-muted">"15 characters or more. Changing it signs you out everywhere else."</p>
                <button type="submit" class=button::PLAIN>"Change password"</button>
            </form>
        </Section>
    }
    .into_any()
}

#[component]
fn Field(name: &'static str, label: &'static str, fill: &'static str, fault: Option<String>) -> impl IntoView {
    let wrong = fault.is_some();
    let message = format!("{name}-message");
    let described = wrong.then(|| message.clone());
    view! {
        <div>
            <label class="block">
                <span class="block font-medium mb-1">{label}</span>
                <input
                    type="password"
                    name=name
                    autocomplete=fill
                    required=true
                    autofocus=wrong
                    aria-invalid=wrong.then_some("true")
                    aria-describedby=described
                    class=if wrong { WRONG } else { FIELD }
                />
            </label>
            {fault
                .map(|fault| {
                    view! {
                        <p id=message role="alert" class="flex gap-1 text-xs text-fail mt-1">
                            <Icon name="circle-alert" class="w-3.5 h-3.5 mt-px shrink-0" />
                            <span>{fault}</span>
                        </p>
                    }
                })}
        </div>
    }
    .into_any()
}
