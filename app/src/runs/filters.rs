//! The filters of the list of runs.

use crate::{
    kit::{
        address::Address,
        filter::{Choice, FilterBar, FilterChoice, FilterField},
    },
    recorded::text::set,
    run::status::word,
};
use domain::{run::RunStatus, runs::RunsQuery};
use leptos::prelude::*;

/// The first page of the list with these filters.
pub fn address(query: &RunsQuery) -> Address {
    Address::new("/runs")
        .with("status", query.status.map(RunStatus::as_str))
        .with("workflow", query.workflow.clone())
        .with("subject", query.subject.clone())
}

/// Status, workflow, subject.
#[component]
pub fn Filters(query: RunsQuery, workflows: Vec<String>) -> impl IntoView {
    let here = address(&query);
    let statuses = RunStatus::ALL.iter().map(|status| Choice {
        shown: word(*status).into_any(),
        to: here.clone().with("status", Some(status.as_str())),
    });
    let workflows = workflows
        .into_iter()
        .map(|name| Choice { to: here.clone().with("workflow", Some(name.clone())), shown: name.into_any() });
    let (statuses, workflows) = (statuses.collect(), workflows.collect());
    view! {
        <FilterBar label="Filter runs">
            <FilterChoice name="Status" value=query.status.map(|status| set(word(status))) clear=here.clone().without("status") choices=statuses />
            <FilterChoice name="Workflow" value=query.workflow.as_deref().map(set) clear=here.clone().without("workflow") choices=workflows />
            <FilterField name="Subject" field="subject" value=query.subject.as_deref().map(set) clear=here.without("subject") placeholder="cust_456" />
        </FilterBar>
    }
    .into_any()
}
