//! The form that names a delegate. Somebody is named by their email; the browser offers who decides.

use super::{SET, Whose};
use crate::{
    brought::Posted,
    kit::{
        button,
        field::{Fault, Field, INPUT, Tick},
        icon::Icon,
    },
};
use domain::{delegations::DelegationsPage, group::Member, inspect::spelled};
use leptos::prelude::*;

/// The form, folded on the page of a person.
#[component]
pub fn Form(page: DelegationsPage, whose: Whose, action: String, posted: Option<Posted>) -> impl IntoView {
    let posted = posted.filter(|posted| posted.form == SET);
    let is_open = posted.is_some();
    if matches!(whose, Whose::Everybodys) {
        return view! { <Fields page=page whose=whose action=action posted=posted /> }.into_any();
    }
    view! {
        <details open=is_open>
            <summary class=button::PLAIN><Icon name="plane" />"Name a delegate"</summary>
            <div class="mt-3 rounded-lg border border-rule-strong p-3">
                <Fields page=page whose=whose action=action posted=posted />
            </div>
        </details>
    }
    .into_any()
}

#[component]
fn Fields(page: DelegationsPage, whose: Whose, action: String, posted: Option<Posted>) -> impl IntoView {
    let kept = |field: &str| posted.as_ref().map(|posted| posted.value(field)).unwrap_or_default();
    let fault = |field: &str| posted.as_ref().and_then(|posted| posted.fault(field));
    let asks = whose == Whose::Everybodys;
    let from = asks
        .then(|| view! { <Email name="from" label="Who is away, by email" value=kept("from") fault=fault("from") /> });
    // Who is known to be away is at fault without a field of their own.
    let from_fault = fault("from").filter(|_| !asks);
    let today = page.now.date_naive().to_string();
    let start = posted.as_ref().map_or_else(|| today.clone(), |posted| posted.value("start"));
    let (to, until) = ((kept("to"), fault("to")), (kept("until"), fault("until")));
    view! {
        <form method="post" action=action class="space-y-4">
            <input type="hidden" name="form" value=SET />
            {from}
            {from_fault.map(|message| view! { <Fault id="from-fault".to_owned() message=message /> })}
            <Email name="to" label="Who decides meanwhile, by email" value=to.0 fault=to.1 />
            <div class="grid sm:grid-cols-2 gap-3">
                <Field label="First day" name="start" kind="date" value=start fault=fault("start") hint="Days are counted in UTC." />
                <Field label="Last day" name="until" kind="date" value=until.0 fault=until.1 hint="At most 90 days in all." />
            </div>
            <Groups groups=page.groups posted=posted.clone() />
            <button type="submit" class=button::PRIMARY>"Set the delegate"</button>
            <Offered people=page.people />
        </form>
    }
    .into_any()
}

#[component]
fn Email(name: &'static str, label: &'static str, value: String, fault: Option<String>) -> impl IntoView {
    let is_wrong = fault.is_some();
    let id = format!("{name}-fault");
    view! {
        <div>
            <label class="block">
                <span class="block font-medium mb-1">{label}</span>
                <input
                    type="email"
                    name=name
                    list="deciders"
                    value=value
                    required=true
                    autocomplete="off"
                    autofocus=is_wrong
                    aria-invalid=is_wrong.then_some("true")
                    aria-describedby=is_wrong.then(|| id.clone())
                    class=INPUT
                />
            </label>
            {fault.map(|message| view! { <Fault id=id message=message /> })}
        </div>
    }
    .into_any()
}

/// The groups it is for.
#[component]
fn Groups(groups: Vec<String>, posted: Option<Posted>) -> impl IntoView {
    if groups.len() < 2 {
        return ().into_any();
    }
    let fault = posted.as_ref().and_then(|posted| posted.fault("groups"));
    let described = fault.is_some().then_some("groups-fault");
    let is_ticked = |name: &str| posted.as_ref().is_some_and(|posted| !posted.value(name).is_empty());
    let ticks = groups
        .into_iter()
        .map(|group| {
            let name = format!("group_{group}");
            let checked = is_ticked(&name);
            view! { <Tick name=name label=group checked=checked /> }
        })
        .collect_view();
    view! {
        <fieldset aria-describedby=described>
            <legend class="font-medium">"For these groups"</legend>
            <p class="text-xs text-muted mb-1">"None ticked means all of theirs."</p>
            {ticks}
            {fault.map(|message| view! { <Fault id="groups-fault".to_owned() message=message /> })}
        </fieldset>
    }
    .into_any()
}

/// What the browser offers to fill in.
#[component]
fn Offered(people: Vec<Member>) -> impl IntoView {
    let options =
        people.into_iter().map(|one| view! { <option value=one.email>{spelled(&one.name)}</option> }).collect_view();
    view! { <datalist id="deciders">{options}</datalist> }.into_any()
}
