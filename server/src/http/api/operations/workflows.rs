//! Publishing and reading workflows.

use axum::http::Method;
use domain::{page::Page, permission::Action, refusal::Code, workflow::Version};

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
        .notes("The body is the YAML text. The same text again answers the same version; a published version never changes.")
        .path::<String>("name", "The workflow's name, as the text says it.")
        .takes_text("application/yaml")
        .gives::<Version>(200, "The version that stands for this text.")
        .refuses(&[Code::MalformedRequest, Code::InvalidField, Code::InvalidWorkflow])
}

fn list() -> Operation {
    Operation::new(GROUP, "list_workflows", "List workflows, the newest version of each")
        .paged()
        .gives::<Page<WorkflowSummary>>(200, "A page, by name.")
}

fn latest() -> Operation {
    Operation::new(GROUP, "read_workflow", "Read the newest version of a workflow")
        .path::<String>("name", "The workflow's name.")
        .gives::<WorkflowDetail>(200, "The version with its text.")
}

fn version() -> Operation {
    Operation::new(GROUP, "read_workflow_version", "Read one version of a workflow")
        .path::<String>("name", "The workflow's name.")
        .path::<u32>("version", "The version, from 1.")
        .gives::<WorkflowDetail>(200, "The version with its text.")
}
