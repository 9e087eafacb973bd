//! The filters of the list of escalations.

use crate::{
    kit::{
        address::Address,
        filter::{Choice, FilterBar, FilterChoice},
    },
    recorded::text::set,
};
use domain::{escalation::EscalationStatus, escalations::EscalationsQuery};
use leptos::prelude::*;

/// The first page of the list with these filters.
pub fn address(query: &EscalationsQuery) -> Address {
    Address::new("/escalations")
        .with("status", query.status.map(EscalationStatus::as_str))
        .with("mine", query.mine.then_some("1"))
}

/// The word for a status.
pub const fn word(status: EscalationStatus) -> &'static str {
    match status {
        EscalationStatus::Open => "Open",
        EscalationStatus::Acknowledged => "Acknowledged",
        EscalationStatus::Resolved => "Resolved",
    }
}

/// Status, and whose they are.
#[component]
pub fn Filters<'a>(query: &'a EscalationsQuery) -> impl IntoView + use<> {
    let here = address(query);
    let statuses = EscalationStatus::ALL.iter().map(|status| Choice {
        shown: word(*status).into_any(),
        to: here.clone().with("status", Some(status.as_str())),
    });
    let statuses = statuses.collect();
    let mine = vec![Choice { shown: "Me".into_any(), to: here.clone().with("mine", Some("1")) }];
    let (status, whose) = (query.status.map(|status| set(word(status))), query.mine.then(|| set("Me")));
    view! {
        <FilterBar label="Filter escalations">
            <FilterChoice name="Status" value=status clear=here.clone().without("status") choices=statuses />
            <FilterChoice name="Assigned to" value=whose clear=here.without("mine") choices=mine />
        </FilterBar>
    }
    .into_any()
}
