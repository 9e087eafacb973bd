//! Filters of a list, all of them in its address: a search field, and chips that are dashed while empty and filled
//! once set. Links and GET forms, so that they work without script.

use super::{address::Address, button, icon::Icon};
use crate::keys::{Mark, hint::SearchHint};
use leptos::prelude::*;

const EMPTY: &str = "inline-flex items-center gap-1 h-7 px-2 rounded-md border border-rule-strong border-dashed text-muted hover:bg-hover text-xs whitespace-nowrap";
const SET: &str = "inline-flex items-center gap-1 h-7 px-2 rounded-md border border-accent-line bg-accent-soft text-accent text-xs whitespace-nowrap min-w-0 max-w-full";
const PANEL: &str =
    "pop md:absolute z-30 mt-1 rounded-lg bg-surface p-1 min-w-48 max-w-80 max-h-80 overflow-y-auto text-xs";
const CHOICE: &str = "flex items-center min-h-8 px-2 rounded-md text-muted hover:bg-hover hover:text-fg";

/// The row of filters.
#[component]
pub fn FilterBar(
    /// What is narrowed, for the row's name: `Filter runs`.
    label: &'static str,
    /// The fields and chips.
    children: Children,
) -> impl IntoView {
    view! {
        <div role="search" aria-label=label class="flex flex-wrap items-center gap-1.5 px-4 lg:px-6 py-2 min-h-12 border-b border-rule">
            {children()}
        </div>
    }
    .into_any()
}

/// What a filter is set to. It comes from the address, so whoever gives it says how it is shown.
pub struct Set {
    /// In words, for the chip's name.
    pub words: String,
    /// As the chip shows it.
    pub shown: AnyView,
}

/// Something to choose in a chip.
pub struct Choice {
    /// What it is called. Names come from people, so whoever gives it says how it is shown.
    pub shown: AnyView,
    /// The list narrowed to it.
    pub to: Address,
}

/// A filter with a closed list of values. Set, it is a link that clears it.
#[component]
pub fn FilterChoice(
    /// What it narrows by.
    name: &'static str,
    /// The value, in words.
    value: Option<Set>,
    /// The list without this filter.
    clear: Address,
    /// The values to choose from.
    choices: Vec<Choice>,
) -> impl IntoView {
    if let Some(value) = value {
        return view! { <SetChip name=name value=value clear=clear /> }.into_any();
    }
    let choices = choices.into_iter().map(|choice| {
        view! { <li><a href=choice.to.to_string() class=CHOICE><span class="break-words min-w-0">{choice.shown}</span></a></li> }
    });
    view! {
        <details name="filter" class="relative">
            <summary class=EMPTY><Icon name="plus" class="w-3 h-3 shrink-0" />{name}</summary>
            <div class=PANEL><ul>{choices.collect_view()}</ul></div>
        </details>
    }
    .into_any()
}

/// A filter whose value is typed. Set, it is a link that clears it.
#[component]
pub fn FilterField(
    /// What it narrows by.
    name: &'static str,
    /// The value's name in the address.
    field: &'static str,
    /// The kind of the input: `text` or `date`.
    #[prop(default = "text")]
    kind: &'static str,
    /// The value.
    value: Option<Set>,
    /// The list without this filter.
    clear: Address,
    /// An example.
    #[prop(default = "")]
    placeholder: &'static str,
    /// Values that are known, offered while typing.
    #[prop(default = Vec::new())]
    known: Vec<String>,
) -> impl IntoView {
    if let Some(value) = value {
        return view! { <SetChip name=name value=value clear=clear /> }.into_any();
    }
    let (input, list) = (format!("filter-{field}"), format!("known-{field}"));
    let offered = (!known.is_empty()).then(|| {
        let options = known.into_iter().map(|value| view! { <option value=value></option> }).collect_view();
        view! { <datalist id=list.clone()>{options}</datalist> }
    });
    let list = offered.is_some().then_some(list);
    view! {
        <details name="filter" class="relative">
            <summary class=EMPTY><Icon name="plus" class="w-3 h-3 shrink-0" />{name}</summary>
            <div class=PANEL>
                <form method="get" action=clear.path().to_owned() class="flex items-center gap-1.5 p-1">
                    <Kept address=clear.clone() />
                    <label for=input.clone() class="sr-only">{name}</label>
                    <span class="field flex items-center h-7 px-2 rounded-md border border-control">
                        <input id=input type=kind name=field required placeholder=placeholder list=list autocomplete="off" class="w-40 min-w-0 bg-transparent text-xs" />
                    </span>
                    {offered}
                    <button type="submit" class=button::SMALL>"Apply"</button>
                </form>
            </div>
        </details>
    }
    .into_any()
}

/// The order of a list, at the end of its filters.
#[component]
pub fn FilterOrder(
    /// The order it has.
    value: &'static str,
    /// The orders to choose from.
    choices: Vec<Choice>,
) -> impl IntoView {
    let choices = choices.into_iter().map(|choice| {
        view! { <li><a href=choice.to.to_string() class=CHOICE>{choice.shown}</a></li> }
    });
    view! {
        <details name="filter" class="relative ms-auto">
            <summary class="inline-flex items-center gap-1 h-7 px-2 rounded-md text-muted hover:bg-hover text-xs whitespace-nowrap">
                <Icon name="arrow-up-down" class="w-3.5 h-3.5 shrink-0" />"Sort "<span class="font-medium text-fg">{value}</span>
            </summary>
            <div class=format!("{PANEL} right-0")><ul>{choices.collect_view()}</ul></div>
        </details>
    }
    .into_any()
}

#[component]
fn SetChip(name: &'static str, value: Set, clear: Address) -> impl IntoView {
    let label = format!("{name} {}, clear", value.words);
    view! {
        <a href=clear.to_string() aria-label=label title="Clear" class=SET>
            <span class="text-muted">{name}</span>
            <bdi class="font-medium truncate">{value.shown}</bdi>
            <Icon name="x" class="w-3 h-3 shrink-0" />
        </a>
    }
    .into_any()
}

/// What a GET form keeps of the address it stands on.
#[component]
fn Kept(address: Address) -> impl IntoView {
    let kept = address.values().to_vec().into_iter();
    kept.map(|(name, value)| view! { <input type="hidden" name=name value=value /> }).collect_view()
}

/// The free search of a list; `/` focuses it.
#[component]
pub fn SearchField(
    /// What is searched, for the field's name.
    label: &'static str,
    /// What it understands.
    placeholder: &'static str,
    /// What was searched for.
    value: Option<String>,
    /// The list without the search.
    clear: Address,
) -> impl IntoView {
    let action = clear.path().to_owned();
    let kept = view! { <Kept address=clear /> };
    view! {
        <form method="get" action=action class="max-md:w-full">
            {kept}
            <label class="field flex items-center gap-2 h-7 max-lg:h-9 md:w-64 px-2 rounded-md border border-control">
                <Icon name="search" class="w-3.5 h-3.5 text-faint shrink-0" />
                <span class="sr-only">{label}</span>
                <input type="search" name="q" value=value placeholder=placeholder autocomplete="off" spellcheck="false" data-key=Mark::Search.word() class="flex-1 min-w-0 bg-transparent text-xs" />
                <SearchHint />
            </label>
        </form>
    }
    .into_any()
}
