//! The delegations in force and to come, with what could not be decided meanwhile.

use super::END;
use crate::{
    kit::{
        avatar,
        badge::{Badge, Tone},
        button,
        icon::Icon,
        moment::days,
    },
    recorded::text::Text,
};
use domain::{delegations::DelegationRow, group::Unmet, inspect::spelled};
use leptos::prelude::*;

/// Every delegation.
#[component]
pub fn List<'a>(rows: Vec<DelegationRow>, action: &'a str) -> impl IntoView + use<> {
    if rows.is_empty() {
        return view! { <p class="text-muted">"Nobody is out of office, now or later."</p> }.into_any();
    }
    let rows = rows.into_iter().map(|row| view! { <Row row=row action=action.to_owned() /> }).collect_view();
    view! { <ul class="rounded-lg border border-rule">{rows}</ul> }.into_any()
}

#[component]
fn Row(row: DelegationRow, action: String) -> impl IntoView {
    let terms = &row.terms;
    let groups = if terms.groups.is_empty() { "all their groups".to_owned() } else { terms.groups.join(", ") };
    let badge = if row.is_in_force {
        view! { <Badge tone=Tone::Accent icon="plane" text="Away now" /> }.into_any()
    } else {
        view! { <Badge tone=Tone::Quiet icon="calendar" text="To come" /> }.into_any()
    };
    let set_by = row.set_by.clone().map(|name| view! { "Set by "<Text text=&name />". " });
    let warnings = row.warnings.iter().map(warning).collect_view();
    let end = row.can_end.then(|| end_button(&row, action));
    view! {
        <li class="px-3 py-2.5 border-t border-rule first:border-t-0">
            <div class="flex flex-wrap items-center gap-x-2 gap-y-1">
                <avatar::Person name=&terms.principal.name />
                <span class="font-medium min-w-0 break-words"><Text text=&terms.principal.name /></span>
                <Icon name="arrow-right" class="w-3.5 h-3.5 text-faint shrink-0" />
                <span class="sr-only">"is replaced by"</span>
                <avatar::Person name=&terms.delegate.name />
                <span class="font-medium min-w-0 break-words"><Text text=&terms.delegate.name /></span>
                <span class="ms-auto tabular-nums">{days(terms.from, terms.until)}</span>
            </div>
            <div class="flex flex-wrap items-center gap-x-2 gap-y-1 mt-1">
                {badge}
                <p class="text-xs text-muted min-w-0 flex-1">{set_by}"For "<Text text=&groups />". Both names appear on every decision."</p>
                {end}
            </div>
            {warnings}
        </li>
    }
    .into_any()
}

fn end_button(row: &DelegationRow, action: String) -> AnyView {
    let whose = spelled(&row.terms.principal.name);
    let word = if row.is_in_force { "End now" } else { "Cancel" };
    let label = format!("{word}: the delegation of {whose}");
    view! {
        <form method="post" action=action>
            <input type="hidden" name="form" value=END />
            <input type="hidden" name="delegation" value=row.id.to_string() />
            <button type="submit" class=button::SMALL aria-label=label>{word}</button>
        </form>
    }
    .into_any()
}

fn warning(unmet: &Unmet) -> AnyView {
    let (groups, short) = (unmet.shortage.groups.join(" and "), &unmet.shortage);
    let people = if short.has == 1 { "1 person".to_owned() } else { format!("{} people", short.has) };
    let told = format!("{groups} would have {people} left and must give {}: ", short.needed);
    view! {
        <p class="flex gap-1.5 text-xs text-warn mt-1">
            <Icon name="triangle-alert" class="w-3.5 h-3.5 mt-px shrink-0" />
            <span class="min-w-0 break-words"><Text text=&told />"policy "<code>{unmet.policy.clone()}</code>" of "<code>{format!("{}@{}", unmet.workflow, unmet.version)}</code>" could not be met."</span>
        </p>
    }
    .into_any()
}
