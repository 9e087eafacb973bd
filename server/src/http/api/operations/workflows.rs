//! Publishing and reading workflows.

use axum::http::Method;
use domain::{page::Page, permission::Action, refusal::Code};

use crate::http::{
    api::{
        answers::workflows::{WorkflowDetail, WorkflowSummary},
        workflows,
    },
    operation::Operation,
    routes::{Access, Routes},
};

const GROUP: &str = "Workflows";

pub fn routes(routes: Routes) -> Routes {
    let (reads, publishes) = (Access::Granted(Action::ReadWorkflows), Access::Granted(Action::PublishWorkflow));
    routes
        .call(Method::PUT, "/api/v1/workflows/{name}", publishes, publish(), workflows::publish)
        .call(Method::GET, "/api/v1/workflows", reads, list(), workflows::list)
        .call(Method::GET, "/api/v1/workflows/{name}", reads, latest(), workflows::latest)
        .call(Method::GET, "/api/v1/workflows/{name}/versions/{version}", reads, version(), workflows::version)
}

fn publish() -> Operation {
    Operation::new(GROUP, "publish_workflow", "Publish a definition")
        .notes(
            "The body is the YAML text. The same text again answers the same version; a published version never changes. \
             One that could let more through than the version in force, or writes elsewhere for the first time, is \
             `proposed` until an administrator other than the publisher confirms it in the console; no call does.",
        )
        .path::<String>("name", "The workflow's name, as the text says it.")
        .takes_text("application/yaml")
        .gives::<WorkflowSummary>(200, "The version that stands for this text.")
        .refuses(&[Code::MalformedRequest, Code::InvalidField, Code::InvalidWorkflow, Code::Conflict])
}

fn list() -> Operation {
    Operation::new(GROUP, "list_workflows", "List workflows, the version in force of each")
        .notes("Where none is in force yet, the newest.")
        .paged()
        .gives::<Page<WorkflowSummary>>(200, "A page, by name.")
}

fn latest() -> Operation {
    Operation::new(GROUP, "read_workflow", "Read the version of a workflow that is in force")
        .notes("Where none is in force yet, the newest.")
        .path::<String>("name", "The workflow's name.")
        .gives::<WorkflowDetail>(200, "The version with its text.")
}

fn version() -> Operation {
    Operation::new(GROUP, "read_workflow_version", "Read one version of a workflow")
        .path::<String>("name", "The workflow's name.")
        .path::<u32>("version", "The version, from 1.")
        .gives::<WorkflowDetail>(200, "The version with its text.")
}
