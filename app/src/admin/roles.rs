//! What each role is called, and what it may do.

use crate::{
    brought::Posted,
    kit::field::{Fault, Tick},
};
use domain::Role;
use leptos::prelude::*;

/// The role as people say it.
pub const fn title(role: Role) -> &'static str {
    match role {
        Role::Reviewer => "Reviewer",
        Role::SupportLead => "Support lead",
        Role::Auditor => "Auditor",
        Role::Admin => "Administrator",
    }
}

/// What somebody with this role may do.
pub const fn meaning(role: Role) -> &'static str {
    match role {
        Role::Reviewer => "Decides approvals of the groups they belong to.",
        Role::SupportLead => "Looks after escalations. Decides nothing by this role alone.",
        Role::Auditor => "Reads approvals, runs and the log. Changes nothing.",
        Role::Admin => "Manages people, groups and keys, publishes workflows. Decides nothing by this role alone.",
    }
}

/// The roles in words, in their order.
pub fn titles(roles: &[Role]) -> String {
    roles.iter().map(|role| title(*role)).collect::<Vec<_>>().join(", ")
}

/// A box for each role. `posted` has what was ticked when the form was refused.
#[component]
pub fn RoleTicks<'a>(has: &'a [Role], posted: Option<&'a Posted>) -> impl IntoView + use<> {
    let fault = posted.and_then(|posted| posted.fault("roles"));
    let is_wrong = fault.is_some();
    let ticks = Role::ALL.iter().map(|role| {
        let name = format!("role_{role}");
        let checked = posted.map_or_else(|| has.contains(role), |posted| posted.values.contains_key(&name));
        view! { <Tick name=name label=title(*role) meaning=meaning(*role) checked=checked /> }
    });
    view! {
        <fieldset aria-describedby=is_wrong.then_some("roles-fault")>
            <legend class="font-medium mb-1">"Roles"</legend>
            {ticks.collect_view()}
            {fault.map(|message| view! { <Fault id="roles-fault".to_owned() message=message /> })}
        </fieldset>
    }
    .into_any()
}
