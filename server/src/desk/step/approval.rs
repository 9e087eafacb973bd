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
    desk::{Desk, KeyCaller, approval::Opened, deadline::counting},
    error::{Result, StoreError},
    store::{self, Tx, approval::Stored, run::Run, session::Attached},
};

/// What has come of an approval between steps.
pub(in crate::desk) struct Followed {
    /// In words, after "it cannot be taken back any more: ".
    pub(in crate::desk) why: String,
    /// When.
    pub(in crate::desk) at: Option<Time>,
}

impl Desk {
    /// The steps that may begin with an approval, in file order; none unless it is one between steps.
    pub(in crate::desk) async fn steps_after(&self, tx: &mut Tx, stored: &Stored) -> Result<Vec<String>> {
        if stored.package.origin != Origin::Step {
            return Ok(Vec::new());
        }
        let version = &stored.package.workflow;
        let compiled = self.compiled_in(tx, &version.name, version.version).await?;
        let steps = compiled.workflow().steps.iter().map(|step| step.id.clone());
        Ok(steps.skip_while(|step| *step != stored.package.gate_id).skip(1).collect())
    }
}

/// Whether a step has begun with an approval, or the run has ended with it. That the executor has read it is neither.
pub(in crate::desk) async fn followed(tx: &mut Tx, run: &Run, later: &[String]) -> Result<Option<Followed>> {
    let rows = store::step::list_of_run(tx, run.id).await?;
    let begun = later.iter().find_map(|step| rows.iter().find(|row| row.step == *step && row.attempt > 0));
    if let Some(row) = begun {
        let (at, why) = (row.state.moved_at(), format!("the step {} has begun with it", row.step));
        return Ok(Some(Followed { why, at }));
    }
    let at = run.state.ended_at();
    Ok(at.map(|at| Followed { why: "the run has ended".to_owned(), at: Some(at) }))
}

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
    let asked = match workflow.steps.get(place.position + 1) {
        Some(next) => format!("go on with {}", next.id),
        None => step.clone(),
    };
    Package {
        title: template::one_line(&format!("{} for {}: {asked}", workflow.title, run.subject)),
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
