//! The filters and the order of the queue, all of them in its address.

use super::level;
use crate::{
    kit::{
        address::Address,
        filter::{Choice, FilterBar, FilterChoice, FilterField, FilterOrder, SearchField},
    },
    recorded::text::{pieces, set},
};
use domain::{
    queue::{Assignee, Filters as Asked, KnownAssignee, QueuePage, QueueQuery, QueueRow, Sort, Standing, View},
    workflow::Risk,
};
use leptos::prelude::*;

/// The first page of what a query asks for.
pub fn address(query: &QueueQuery) -> Address {
    let filters = &query.filters;
    Address::new("/approvals")
        .with("view", (query.view != View::AllPending).then(|| query.view.as_str()))
        .with("status", filters.status.map(Standing::as_str))
        .with("risk", filters.risk.map(Risk::as_str))
        .with("workflow", filters.workflow.clone())
        .with("gate", filters.gate.clone())
        .with("agent", filters.agent.clone())
        .with("assignee", filters.assignee.as_ref().map(Assignee::to_string))
        .with("waiting_for", filters.waiting_for.clone())
        .with("q", filters.search.clone())
        .with("sort", query.sort.map(Sort::as_str))
}

/// The word for statuses.
const fn standing_word(standing: Standing) -> &'static str {
    match standing {
        Standing::Pending => "Pending",
        Standing::Approved => "Approved",
        Standing::Rejected => "Rejected",
        Standing::Expired => "Expired",
        Standing::Cancelled => "Cancelled",
        Standing::Superseded => "Superseded",
        Standing::Revoked => "Revoked",
        Standing::Decided => "All decided",
        Standing::Any => "Any",
    }
}

/// The word for an order.
const fn sort_word(sort: Sort) -> &'static str {
    match sort {
        Sort::Due => "Due first",
        Sort::Newest => "Newest first",
        Sort::Oldest => "Oldest first",
        Sort::Risk => "Highest risk first",
    }
}

/// What the filters offer: what the server knows, and what stands on the page.
#[derive(Clone, Default)]
pub struct Known {
    workflows: Vec<String>,
    groups: Vec<String>,
    gates: Vec<String>,
    agents: Vec<String>,
    assignees: Vec<KnownAssignee>,
}

impl Known {
    /// What a page offers.
    pub fn of(page: &QueuePage) -> Self {
        let distinct = |value: fn(&QueueRow) -> &String| {
            let mut values: Vec<String> =
                page.rows.iter().map(value).filter(|value| !value.is_empty()).cloned().collect();
            values.sort();
            values.dedup();
            values
        };
        Self {
            workflows: page.offered.workflows.clone(),
            groups: page.offered.groups.clone(),
            gates: distinct(|row| &row.gate_id),
            agents: distinct(|row| &row.agent),
            assignees: page.offered.assignees.clone(),
        }
    }
}

/// Search, status, risk, workflow, gate, agent, assigned to, waiting for; and the order.
#[component]
pub fn Filters<'a>(query: &'a QueueQuery, known: Known) -> impl IntoView + use<> {
    let here = address(query);
    let to = |name: &'static str, value: &str, word: &str| Choice {
        shown: pieces(word).into_any(),
        to: here.clone().with(name, Some(value)),
    };
    let named = |name: &'static str, values: &[String]| values.iter().map(|value| to(name, value, value)).collect();
    let risks = Risk::ALL.iter().rev().map(|risk| to("risk", risk.as_str(), level(*risk).word)).collect();
    let (workflows, groups) = (named("workflow", &known.workflows), named("waiting_for", &known.groups));
    let orders = Sort::ALL.iter().map(|sort| to("sort", sort.as_str(), sort_word(*sort))).collect();
    let status = (query.view == View::AllPending).then(|| status(query));
    let clear = move |name: &'static str| here.clone().without(name);
    let assigned = assigned(query, &known.assignees);
    let Asked { risk, workflow, gate, agent, waiting_for, search, .. } = query.filters.clone();
    let value = |value: Option<String>| value.as_deref().map(set);
    let (workflow, gate, agent, waiting_for) = (value(workflow), value(gate), value(agent), value(waiting_for));
    let risk = (query.view != View::HighRisk).then(|| {
        let value = risk.map(|risk| set(level(risk).word));
        view! { <FilterChoice name="Risk" value=value clear=clear("risk") choices=risks /> }
    });
    let searched = search.as_ref().map(|words| {
        view! { <FilterChoice name="Search" value=Some(set(&format!("“{words}”"))) clear=clear("q") choices=Vec::new() /> }
    });
    let order = sort_word(query.order());
    view! {
        <FilterBar label="Filter approvals">
            <SearchField label="Search approvals" placeholder="Customer, tool, argument, run" value=search clear=clear("q") />
            {searched}
            {status}
            {risk}
            <FilterChoice name="Workflow" value=workflow clear=clear("workflow") choices=workflows />
            <FilterField name="Gate" field="gate" value=gate clear=clear("gate") known=known.gates />
            <FilterField name="Agent" field="agent" value=agent clear=clear("agent") known=known.agents />
            {assigned}
            <FilterChoice name="Waiting for" value=waiting_for clear=clear("waiting_for") choices=groups />
            <FilterOrder value=order choices=orders />
        </FilterBar>
    }
    .into_any()
}

/// The chip of whom it is assigned to: whoever looks, nobody, and those to whom something is.
fn assigned(query: &QueueQuery, known: &[KnownAssignee]) -> AnyView {
    let here = address(query);
    let word = |assignee: &Assignee| match assignee {
        Assignee::Viewer => "You".to_owned(),
        Assignee::Nobody => "Nobody".to_owned(),
        Assignee::Person(_) | Assignee::Email(_) | Assignee::Group(_) => {
            let named = known.iter().find(|known| known.assignee == *assignee);
            named.map_or_else(|| assignee.to_string(), |known| known.name.clone())
        }
    };
    let offered =
        [Assignee::Viewer, Assignee::Nobody].into_iter().chain(known.iter().map(|known| known.assignee.clone()));
    let choices = offered.map(|assignee| Choice {
        shown: pieces(&word(&assignee)).into_any(),
        to: here.clone().with("assignee", Some(assignee.to_string())),
    });
    let value = query.filters.assignee.as_ref().map(|assignee| set(&word(assignee)));
    let clear = here.clone().without("assignee");
    view! { <FilterChoice name="Assigned to" value=value clear=clear choices=choices.collect() /> }.into_any()
}

/// The chip of the status: pending unless somebody asks for others.
fn status(query: &QueueQuery) -> AnyView {
    let here = address(query);
    let standing = query.standing();
    let choices = Standing::ALL.iter().filter(|choice| **choice != Standing::Any).map(|choice| Choice {
        shown: standing_word(*choice).into_any(),
        to: here.clone().with("status", (*choice != Standing::Pending).then(|| choice.as_str())),
    });
    let value = (standing != Standing::Any).then(|| set(standing_word(standing)));
    let clear = here.clone().with("status", Some(Standing::Any.as_str()));
    view! { <FilterChoice name="Status" value=value clear=clear choices=choices.collect() /> }.into_any()
}
