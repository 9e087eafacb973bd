//! Escalations: the list, and one of them.

use super::carried::Answer;
use crate::failure::Failure;
use domain::{
    escalations::{EscalationPage, EscalationsPage, EscalationsQuery},
    id::EscalationId,
};
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// A page of escalations.
#[server(prefix = "/calls", endpoint = "load_escalations", input = Json, output = Answer)]
pub async fn load_escalations(query: EscalationsQuery) -> Result<EscalationsPage, Failure> {
    answer(desk()?.escalations(query)).await
}

/// One escalation.
#[server(prefix = "/calls", endpoint = "load_escalation", input = Json, output = Answer)]
pub async fn load_escalation(id: EscalationId) -> Result<EscalationPage, Failure> {
    answer(desk()?.escalation(id)).await
}
