//! What each scope of a key allows.

use crate::{
    brought::Posted,
    kit::field::{Fault, Tick},
};
use domain::Scope;
use leptos::prelude::*;

/// What a key with this scope may do.
pub const fn meaning(scope: Scope) -> &'static str {
    match scope {
        Scope::Hook => "A trusted harness: starts runs, asks gates, reports what tools returned.",
        Scope::Agent => "The model's side: records assertions and fetches outcomes. It cannot write facts.",
        Scope::System => "A system of record: writes facts under its own source.",
        Scope::Runner => "A host that runs agents: has suspended sessions go on. The key's name is the runner's.",
        Scope::Reviewer => {
            "A person's token: reads approvals, and decides where a policy takes decisions by API. Needs an owner who is a reviewer."
        }
        Scope::SupportLead => {
            "A support lead's token: reads approvals, works escalations. Needs an owner with that role."
        }
        Scope::Auditor => "Reads approvals, runs and workflows. Changes nothing.",
        Scope::Admin => "Publishes workflows. Decides nothing.",
    }
}

/// A box for each scope.
#[component]
pub fn ScopeTicks<'a>(posted: Option<&'a Posted>) -> impl IntoView + use<> {
    let fault = posted.and_then(|posted| posted.fault("scopes"));
    let is_wrong = fault.is_some();
    let ticks = Scope::ALL.iter().map(|scope| {
        let name = format!("scope_{scope}");
        let checked = posted.is_some_and(|posted| posted.values.contains_key(&name));
        view! { <Tick name=name label=scope.as_str() meaning=meaning(*scope) checked=checked /> }
    });
    view! {
        <fieldset aria-describedby=is_wrong.then_some("scopes-fault")>
            <legend class="font-medium mb-1">"Scopes"</legend>
            {ticks.collect_view()}
            {fault.map(|message| view! { <Fault id="scopes-fault".to_owned() message=message /> })}
        </fieldset>
    }
    .into_any()
}
