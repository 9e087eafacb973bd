//! The packages of what agents ask for themselves: a question without a call, or several calls together.

use domain::{
    Digest,
    id::ApprovalId,
    item::Item,
    package::{Origin, Package},
    policy::Policy,
    template,
    workflow::Risk,
};
use serde_json::Value;

use super::{Request, items::Held};
use crate::{desk::snapshot::Snapshot, store::session::Attached};

/// Everything shown for a request without a call.
pub(super) fn question(
    id: ApprovalId,
    seen: &Snapshot,
    session: &Attached,
    request: &Request<'_>,
    (policy_name, policy): (&str, Policy),
) -> Package {
    let (run, workflow) = (&seen.run, seen.compiled.workflow());
    let summary = &request.along.summary;
    let (in_run, asked) = (run.id.uuid(), id.uuid());
    let about = [summary.as_bytes(), in_run.as_bytes(), asked.as_bytes()];
    Package {
        title: template::one_line(&format!("{} asks about {}", request.key.name, run.subject)),
        workflow: seen.compiled.version().clone(),
        workflow_title: workflow.title.clone(),
        run_id: run.id,
        subject: run.subject.clone(),
        session_id: session.id,
        session_name: session.external_id.clone(),
        agent: request.key.name.clone(),
        requested_by: run.requester_email.clone(),
        gate_id: String::new(),
        tool: String::new(),
        input: Value::Null,
        action_digest: Digest::of_parts("request-approval/v1", &about),
        reversible: true,
        blast_radius: None,
        risk: Risk::Medium,
        policy_name: policy_name.to_owned(),
        policy,
        review_unless: None,
        evidence: seen.compiled.beside(&seen.roots),
        origin: Origin::Request,
        summary: Some(summary.clone()),
        transcript: request.along.named(),
        stage: None,
        edit: None,
        information: Vec::new(),
        items: Vec::new(),
    }
}

/// Everything shown for the calls that wait.
pub(super) fn items(
    seen: &Snapshot,
    session: &Attached,
    request: &Request<'_>,
    held: &[Held],
    (policy_name, policy): (&str, Policy),
) -> Package {
    let (run, workflow) = (&seen.run, seen.compiled.workflow());
    let items: Vec<Item> = held.iter().map(item).collect();
    let actions: Vec<&[u8]> = items.iter().map(|item| item.action_digest.bytes().as_slice()).collect();
    Package {
        title: title(held),
        workflow: seen.compiled.version().clone(),
        workflow_title: workflow.title.clone(),
        run_id: run.id,
        subject: run.subject.clone(),
        session_id: session.id,
        session_name: session.external_id.clone(),
        agent: request.key.name.clone(),
        requested_by: run.requester_email.clone(),
        gate_id: String::new(),
        tool: String::new(),
        input: Value::Null,
        action_digest: Digest::of_parts("items/v1", &actions),
        reversible: items.iter().all(|item| item.reversible),
        blast_radius: None,
        risk: items.iter().map(|item| item.risk).max().unwrap_or(Risk::High),
        policy_name: policy_name.to_owned(),
        policy,
        review_unless: None,
        evidence: seen.compiled.beside(&seen.roots),
        origin: Origin::Items,
        summary: Some(request.along.summary.clone()),
        transcript: request.along.named(),
        stage: None,
        edit: None,
        information: Vec::new(),
        items,
    }
}

fn item(held: &Held) -> Item {
    let Held { asked, seen, title, risk, .. } = held;
    let workflow = seen.snapshot.compiled.workflow();
    let tool = workflow.tools.get(&asked.call.tool);
    let gate = workflow.gates.iter().find(|gate| gate.id == seen.finding.gate_id);
    let mut evidence = seen.finding.evidence.clone();
    // They stand beside the whole, once.
    evidence.assertions.clear();
    Item {
        tool_use_id: asked.call.tool_use_id.clone(),
        title: title.clone(),
        gate_id: seen.finding.gate_id.clone(),
        tool: asked.call.tool.clone(),
        input: asked.call.input.clone(),
        action_digest: seen.action,
        // A tool outside the manifest is taken for the worst.
        reversible: tool.is_some_and(|tool| tool.reversible),
        blast_radius: tool.and_then(|tool| tool.blast_radius.clone()),
        risk: *risk,
        review_unless: gate.and_then(|gate| gate.review.as_ref()).and_then(|review| review.unless.clone()),
        evidence,
    }
}

/// What the approval is called: its call, or its calls by their tools.
fn title(held: &[Held]) -> String {
    if let [only] = held {
        return only.title.clone();
    }
    let mut tools: Vec<&str> = Vec::new();
    for tool in held.iter().map(|held| held.asked.call.tool.as_str()) {
        if !tools.contains(&tool) {
            tools.push(tool);
        }
    }
    template::one_line(&format!("{} calls: {}", held.len(), tools.join(", ")))
}
