//! Approvals opened, used and voided by gate checks.

use domain::{
    Actor, Refusal, SystemActor, Time,
    approval::{Approval, Call},
    event::Event,
    gate::Outcome,
    id::{ApprovalId, PersonId},
    package::{Origin, Package},
    permission::Action,
    policy::{Circumstances, Exclusion},
    session::Session,
    transcript::Message,
    workflow::Risk,
};
use futures::FutureExt as _;

use super::{
    Caller, Desk,
    deadline::counting,
    gate_check::{Asked, Evaluated},
    item,
    request::Along,
    snapshot::lock,
};
use crate::{
    error::{Error, Result, StoreError},
    store::{
        self, CheckRow, Tx,
        approval::{Change, Stored},
        run::Run,
    },
};

/// What an agent reads as status while people decide.
pub const AWAITING: &str = "AWAITING_HUMAN_REVIEW";

/// The gate's own actor.
const GATE: Actor = Actor::System(SystemActor::Gate);

/// Hours to the deadline, rounded up; `None` without one.
pub fn eta_hours(expires_at: Option<Time>, now: Time) -> Option<i64> {
    expires_at
        .map(|end| (end - now).num_minutes().max(0).div_euclid(60) + i64::from((end - now).num_minutes() % 60 > 0))
}

impl Desk {
    /// Opens an approval and suspends the session, in one transaction with the check.
    pub(super) async fn open_approval(
        &self,
        asked: &Asked,
        seen: Evaluated,
        policy_name: String,
        title: String,
        risk: Risk,
    ) -> Result<String> {
        let policy = seen.snapshot.compiled.workflow().policies.get(&policy_name).cloned();
        let policy = policy.ok_or_else(|| StoreError::Unexpected(format!("policy {policy_name} is missing")))?;
        let now = self.database.clock().now();
        let state = Approval::begin(&policy, &*counting(&policy)?, now);
        let id = ApprovalId::from_uuid(self.database.ids().uuid());
        let row = self.suspended_row(asked, &seen, id, state.expires_at());
        let answer = row.answer.clone();
        let requester = seen.snapshot.run.requested_by;
        let circumstances = Circumstances { requester, agent_owner: None, previous_approvers: Vec::new() };
        let package = package(asked, &seen, policy_name, policy, title, risk);
        let stored = Stored {
            id,
            run: seen.snapshot.run.id,
            call: Call { session: seen.session.id, tool_use_id: asked.call.tool_use_id.clone() },
            key: asked.key,
            state,
            revision: 1,
            package_digest: package.digest(1),
            package,
            circumstances,
            notes: None,
            opened_at: now,
        };
        let (run, along) = (seen.snapshot.run, asked.along.as_ref());
        let blob = along.and_then(|along| along.blob.as_deref()).map(|blob| self.seal_blob(id, blob)).transpose()?;
        let transcript = along.map(|along| along.transcript.clone()).unwrap_or_default();
        let opened = Opened { stored, session: seen.session.state, transcript, blob, rows: vec![row] };
        self.database
            .write(move |tx| {
                async move {
                    let run = lock(tx, &run).await?;
                    open(tx, &run, opened).await?;
                    Ok(answer)
                }
                .boxed()
            })
            .await
    }

    /// Allows an approved call, once: the approval is consumed in the transaction of the check.
    pub(super) async fn consume_approval(
        &self,
        asked: &Asked,
        seen: Evaluated,
        call: Call,
        approval: ApprovalId,
    ) -> Result<String> {
        let row = self.row(asked, &seen, Outcome::Allow, None, Some(approval));
        self.use_approval(seen, row, approval, move |state, now| state.consume(approval, call, now)).await
    }

    /// Blocks an approved call whose conditions no longer hold; the approval cannot be used any more.
    pub(super) async fn void_approval(
        &self,
        asked: &Asked,
        seen: Evaluated,
        approval: ApprovalId,
        error: String,
    ) -> Result<String> {
        let row = self.row(asked, &seen, Outcome::Block, Some(error.clone()), Some(approval));
        self.use_approval(seen, row, approval, move |state, _| state.void(approval, error)).await
    }

    async fn use_approval(
        &self,
        seen: Evaluated,
        row: CheckRow,
        id: ApprovalId,
        step: impl FnOnce(Approval, Time) -> Result<(Approval, Event), Refusal> + Send + 'static,
    ) -> Result<String> {
        let (answer, action) = (row.answer.clone(), seen.action);
        let run = seen.snapshot.run;
        self.database
            .write(move |tx| {
                async move {
                    let run = lock(tx, &run).await?;
                    let stored = store::approval::find(tx, id).await?.ok_or(Error::Moved)?;
                    let event = if stored.package.origin == Origin::Items {
                        item::step(tx, &stored, (action, &row.tool_use_id), step).await?
                    } else {
                        step_whole(tx, stored, step).await?
                    };
                    tx.record_in(run.id, &run.subject, Some(id), GATE, event);
                    if !store::gate_check::insert(tx, &row).await? {
                        return Err(Error::Moved);
                    }
                    Ok(answer)
                }
                .boxed()
            })
            .await
    }

    /// An approval the caller may read.
    pub async fn find_approval(&self, caller: &Caller, id: ApprovalId) -> Result<Stored> {
        caller.authorize(Action::ReadApprovals)?;
        let mut tx = self.database.read().await?;
        let stored = store::approval::find(&mut tx, id).await?.filter(|stored| caller.sees(stored.run));
        stored.ok_or_else(|| Refusal::not_found("approval").into())
    }
}

async fn step_whole(
    tx: &mut Tx,
    stored: Stored,
    step: impl FnOnce(Approval, Time) -> Result<(Approval, Event), Refusal>,
) -> Result<Event> {
    let (state, event) = step(stored.state, tx.now())?;
    let given = stored.package.policy.quorum();
    let change = Change { state: &state, revision: stored.revision, given, notes: None };
    store::approval::update(tx, stored.id, &change).await?;
    Ok(event)
}

/// Everything shown for the approval.
fn package(
    asked: &Asked,
    seen: &Evaluated,
    policy_name: String,
    policy: domain::policy::Policy,
    title: String,
    risk: Risk,
) -> Package {
    let workflow = seen.snapshot.compiled.workflow();
    let tool = workflow.tools.get(&asked.call.tool);
    let gate = workflow.gates.iter().find(|gate| gate.id == seen.finding.gate_id);
    Package {
        title,
        workflow: seen.snapshot.compiled.version().clone(),
        workflow_title: workflow.title.clone(),
        run_id: seen.snapshot.run.id,
        subject: seen.snapshot.run.subject.clone(),
        session_id: seen.session.id,
        session_name: seen.session.external_id.clone(),
        agent: asked.agent.clone(),
        requested_by: seen.snapshot.run.requester_email.clone(),
        gate_id: seen.finding.gate_id.clone(),
        tool: asked.call.tool.clone(),
        input: asked.call.input.clone(),
        action_digest: seen.action,
        // A tool outside the manifest is taken for the worst.
        reversible: tool.is_some_and(|tool| tool.reversible),
        blast_radius: tool.and_then(|tool| tool.blast_radius.clone()),
        risk,
        policy_name,
        policy,
        review_unless: gate.and_then(|gate| gate.review.as_ref()).and_then(|review| review.unless.clone()),
        evidence: seen.finding.evidence.clone(),
        origin: Origin::Gate,
        summary: asked.along.as_ref().map(|along| along.summary.clone()),
        transcript: asked.along.as_ref().and_then(Along::named),
        stage: None,
        edit: None,
        information: Vec::new(),
        items: Vec::new(),
    }
}

/// An approval about to be stored, with the session it suspends, what comes along, and the checks that opened it.
pub(super) struct Opened {
    pub(super) stored: Stored,
    pub(super) session: Session,
    pub(super) transcript: Vec<Message>,
    /// Sealed already.
    pub(super) blob: Option<Vec<u8>>,
    pub(super) rows: Vec<CheckRow>,
}

/// Stores the approval, the suspended session, the check and their events; the run is locked.
pub(super) async fn open(tx: &mut Tx, run: &Run, opened: Opened) -> Result<()> {
    let Opened { mut stored, session, transcript, blob, rows } = opened;
    // The agent's owner answers for the key that began the run, whichever key asks now.
    stored.circumstances.agent_owner = store::key::find(tx, run.key).await?.and_then(|key| key.owner);
    let package = &stored.package;
    let seats = package.standing(&[]).seats;
    let previous = store::decision::list_previous_approvers(tx, run.id, stored.id).await?;
    let barred = barred(&stored, &previous);
    store::approval::insert(tx, &stored, &seats, &barred).await?;
    store::run::count(tx, run.id, 1, 0).await?;
    let (session, suspended) = session.suspend(stored.call.session, stored.id)?;
    store::session::update(tx, stored.call.session, &session).await?;
    for row in rows {
        if !store::gate_check::insert(tx, &row).await? {
            return Err(Error::Moved);
        }
    }
    if !transcript.is_empty() {
        store::request::insert_transcript(tx, stored.id, &transcript).await?;
    }
    if let Some(sealed) = blob {
        store::request::insert_blob(tx, stored.id, stored.key, &sealed).await?;
    }
    let actor = match package.origin {
        Origin::Gate => GATE,
        Origin::Request | Origin::Items | Origin::Step => Actor::Key(stored.key),
        Origin::Stage => Actor::System(SystemActor::Engine),
    };
    let opened = Event::ApprovalOpened {
        approval: stored.id,
        gate: package.gate_id.clone(),
        tool: package.tool.clone(),
        title: package.title.clone(),
        risk: package.risk,
        policy: package.policy_name.clone(),
        package_digest: stored.package_digest,
        expires_at: stored.state.expires_at(),
    };
    tx.record_in(run.id, &run.subject, Some(stored.id), actor, opened);
    tx.record_in(run.id, &run.subject, Some(stored.id), Actor::System(SystemActor::Engine), suspended);
    Ok(())
}

/// The people the policy excludes from this approval, as far as they are known when it opens.
pub(super) fn barred(stored: &Stored, previous: &[PersonId]) -> Vec<PersonId> {
    let circumstances = &stored.circumstances;
    let people = |exclusion: &Exclusion| match exclusion {
        Exclusion::Requester => circumstances.requester.into_iter().collect::<Vec<_>>(),
        Exclusion::AgentOwner => circumstances.agent_owner.into_iter().collect(),
        Exclusion::PreviousApprover => previous.to_vec(),
    };
    let mut people: Vec<PersonId> = stored.package.policy.exclude.iter().flat_map(people).collect();
    people.sort_unstable();
    people.dedup();
    people
}
