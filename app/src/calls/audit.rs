//! The audit log.

use super::carried::Answer;
use crate::failure::Failure;
use domain::audit::{AuditEvent, AuditPage, AuditQuery};
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// A page of the log, newest first.
#[server(prefix = "/calls", endpoint = "load_audit", input = Json, output = Answer)]
pub async fn load_audit(query: AuditQuery) -> Result<AuditPage, Failure> {
    answer(desk()?.audit(query)).await
}

/// One event, with its neighbours under the same filters.
#[server(prefix = "/calls", endpoint = "load_audit_event", input = Json, output = Answer)]
pub async fn load_audit_event(leaf: i64, query: AuditQuery) -> Result<AuditEvent, Failure> {
    answer(desk()?.audit_event(leaf, query)).await
}
