//! Workflows: the list, one version, and a text being written.

use super::carried::Answer;
use crate::failure::Failure;
use domain::workflow::shown::{DraftPage, DraftQuery, WorkflowList, WorkflowPage, WorkflowQuery};
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// The workflows by name; the page begins after `cursor`.
#[server(prefix = "/calls", endpoint = "load_workflows", input = Json, output = Answer)]
pub async fn load_workflows(cursor: Option<String>) -> Result<WorkflowList, Failure> {
    answer(desk()?.workflows(cursor)).await
}

/// One version of a workflow with what it is used for.
#[server(prefix = "/calls", endpoint = "load_workflow", input = Json, output = Answer)]
pub async fn load_workflow(query: WorkflowQuery) -> Result<WorkflowPage, Failure> {
    answer(desk()?.workflow(query)).await
}

/// A definition that is being written: its faults, or what it would change.
#[server(prefix = "/calls", endpoint = "load_draft", input = Json, output = Answer)]
pub async fn load_draft(query: DraftQuery) -> Result<DraftPage, Failure> {
    answer(desk()?.draft(query)).await
}
