//! Labelled fields of forms. What is wrong with a field stands below it, is read with it, and takes the focus.

use super::icon::Icon;
use leptos::prelude::*;

/// The look of a one-line field.
pub const INPUT: &str = "block w-full h-9 max-lg:h-11 rounded-md border border-control bg-surface px-2.5";

/// What is wrong with a field.
#[component]
pub fn Fault(
    /// The id that the field is described by.
    id: String,
    /// What is wrong, and what would be right.
    message: String,
) -> impl IntoView {
    view! {
        <p id=id class="flex gap-1.5 text-xs text-fail mt-1">
            <Icon name="circle-alert" class="w-3.5 h-3.5 mt-px shrink-0" />
            <span class="min-w-0 break-words">{message}</span>
        </p>
    }
    .into_any()
}

/// A one-line field with its label.
#[component]
pub fn Field(
    /// The label.
    label: &'static str,
    /// The name it is posted under.
    name: &'static str,
    /// The kind of input.
    #[prop(default = "text")]
    kind: &'static str,
    /// What it holds at first.
    #[prop(default = String::new())]
    value: String,
    /// What is wrong with it.
    #[prop(default = None)]
    fault: Option<String>,
    /// A line below it that helps.
    #[prop(default = "")]
    hint: &'static str,
    /// What a password manager may fill in.
    #[prop(default = "off")]
    autocomplete: &'static str,
    /// Whether it must be filled.
    #[prop(default = true)]
    required: bool,
) -> impl IntoView {
    let (fault_id, hint_id) = (format!("{name}-fault"), format!("{name}-hint"));
    let is_wrong = fault.is_some();
    let described = if is_wrong { Some(fault_id.clone()) } else { (!hint.is_empty()).then(|| hint_id.clone()) };
    view! {
        <div>
            <label class="block">
                <span class="block font-medium mb-1">{label}</span>
                <input
                    type=kind
                    name=name
                    value=value
                    autocomplete=autocomplete
                    required=required
                    autofocus=is_wrong
                    aria-invalid=is_wrong.then_some("true")
                    aria-describedby=described
                    class=INPUT
                />
            </label>
            {fault.map(|message| view! { <Fault id=fault_id message=message /> })}
            {(!hint.is_empty() && !is_wrong).then(|| view! { <p id=hint_id class="text-xs text-muted mt-1">{hint}</p> })}
        </div>
    }
    .into_any()
}

/// A box to tick, with what ticking it means.
#[component]
pub fn Tick(
    /// The name it is posted under.
    #[prop(into)]
    name: String,
    /// What it is called.
    #[prop(into)]
    label: String,
    /// What ticking it means.
    #[prop(default = "")]
    meaning: &'static str,
    /// Whether it is ticked at first.
    checked: bool,
) -> impl IntoView {
    view! {
        <label class="flex items-start gap-2 py-1 max-lg:py-2 cursor-pointer">
            <input type="checkbox" name=name checked=checked class="mt-0.5" />
            <span class="min-w-0">
                <span class="font-medium break-words">{label}</span>
                {(!meaning.is_empty()).then(|| view! { <span class="block text-xs text-muted">{meaning}</span> })}
            </span>
        </label>
    }
    .into_any()
}
