//! What people are asked at a step: everything that was verified before it, in one package.

use domain::{
    Time,
    approval::{Approval, Call},
    id::ApprovalId,
    package::{Origin, Package},
    policy::{Circumstances, Policy},
    step::action_digest,
    template,
    workflow::Risk,
};
use serde_json::json;

use super::Place;
use crate::{
    desk::{KeyCaller, approval::Opened, deadline::counting},
    error::{Result, StoreError},
    store::{approval::Stored, session::Attached},
};

/// The approval of a step, about to be stored.
pub(super) fn asked(place: &Place, key: &KeyCaller, session: Attached, id: ApprovalId, now: Time) -> Result<Opened> {
    let named = place.step().policy().unwrap_or_default();
    let policy = place.snapshot.compiled.workflow().policies.get(named).cloned();
    let policy = policy.ok_or_else(|| StoreError::Unexpected(format!("policy {named} is missing")))?;
    let state = Approval::begin(&policy, &*counting(&policy)?, now);
    let package = package(place, key, &session, (named, policy));
    let requester = place.snapshot.run.requested_by;
    let stored = Stored {
        id,
        run: place.snapshot.run.id,
        // No call waits for it: the id is its own, so that no call is ever taken for it.
        call: Call { session: session.id, tool_use_id: id.to_string() },
        key: key.id,
        state,
        revision: 1,
        package_digest: package.digest(1),
        package,
        circumstances: Circumstances { requester, agent_owner: None, previous_approvers: Vec::new() },
        notes: None,
        opened_at: now,
    };
    Ok(Opened { stored, session: session.state, transcript: Vec::new(), blob: None, rows: Vec::new() })
}

/// Everything shown: the inputs and what was found of every step before.
fn package(place: &Place, key: &KeyCaller, session: &Attached, (named, policy): (&str, Policy)) -> Package {
    let (run, compiled, step) = (&place.snapshot.run, &place.snapshot.compiled, &place.step().id);
    let workflow = compiled.workflow();
    let shown = json!({"inputs": run.inputs, "steps": place.evidence_before()});
    let next = workflow.steps.get(place.position + 1).map_or(step, |next| &next.id);
    Package {
        title: template::one_line(&format!("{} for {}: go on with {next}", workflow.title, run.subject)),
        workflow: compiled.version().clone(),
        workflow_title: workflow.title.clone(),
        run_id: run.id,
        subject: run.subject.clone(),
        session_id: session.id,
        session_name: session.external_id.clone(),
        agent: key.name.clone(),
        requested_by: run.requester_email.clone(),
        gate_id: step.clone(),
        tool: String::new(),
        action_digest: action_digest(run.id.uuid(), step, &shown),
        input: shown,
        // Nobody has said how what follows could be undone.
        reversible: false,
        blast_radius: None,
        risk: Risk::High,
        policy_name: named.to_owned(),
        policy,
        review_unless: None,
        evidence: compiled.beside(&place.snapshot.roots),
        origin: Origin::Step,
        summary: None,
        transcript: None,
        stage: None,
        edit: None,
        information: Vec::new(),
        items: Vec::new(),
    }
}
