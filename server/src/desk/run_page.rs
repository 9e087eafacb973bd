//! The run page: what the run is, what holds it, what its stages and gates did, its timeline.

mod stages;

use domain::{
    escalation::EscalationStatus,
    gate::Outcome,
    id::ApprovalId,
    permission::Action,
    queue::QueueRow,
    timeline::{
        AssertionRow, EarlierFact, EscalationRow, FactRow, GateRow, GateStanding, RunPage, RunQuery, SessionRow,
        WaitingApproval,
    },
    workflow::{Gate, Workflow},
};

use super::{
    Caller, Desk, PersonCaller, concern,
    escalation::page::escalation_row,
    timeline::{named, read_cursor},
};
use crate::{
    error::Result,
    store::{
        self, Tx,
        audit::{ActorSearch, EventSearch, Found, Start},
        escalation::EscalationFilter,
        fact::Fact,
        run::Run,
    },
};

/// Entries of a page of the timeline.
const ENTRIES: u32 = 50;
/// Approvals shown; the timeline has the rest.
const APPROVALS: i64 = 20;
/// Resolved escalations shown; the API has the rest.
const ESCALATIONS: i64 = 20;
/// Earlier versions of facts shown; the timeline has the rest.
const EARLIER: i64 = 200;

impl Desk {
    /// Everything the run page shows.
    pub async fn run_page(&self, viewer: &PersonCaller, query: &RunQuery) -> Result<RunPage> {
        let (caller, id) = (Caller::Person(viewer.clone()), query.id);
        caller.authorize(Action::ReadRun)?;
        let run = self.visible_run(&caller, id).await?;
        let workflow = self.compiled(&run.workflow, run.version).await?;
        let start = Start::Before(query.cursor.as_deref().map(read_cursor).transpose()?.unwrap_or(i64::MAX));
        let mut tx = self.database.read().await?;
        let actors = query.actors.map(ActorSearch::Kind).into_iter().collect();
        let search = EventSearch { run: Some(id), actors, ..EventSearch::default() };
        let Found { lines, next, looked_through } = store::audit::search(&mut tx, &search, start, ENTRIES).await?;
        let timeline = named(&mut tx, lines).await?;
        let sessions = store::session::list_of_run(&mut tx, id).await?;
        let waiting = store::queue::list_pending_of_run(&mut tx, id).await?;
        let staged = self.staged(&mut tx, &run).await?;
        let gates = gates(&mut tx, &run, &workflow.workflow().gates, &waiting).await?;
        Ok(RunPage {
            now: self.database.clock().now(),
            id,
            workflow_title: workflow.workflow().title.clone(),
            status: run.status(),
            agent: agent(&mut tx, &run).await?,
            started_at: run.started_at,
            ended_at: run.state.ended_at(),
            why: run.state.why().map(str::to_owned),
            sessions: sessions.into_iter().map(session_row).collect(),
            waiting: waiting.into_iter().map(waiting_row).collect(),
            escalations: escalations(&mut tx, &run).await?,
            concerns: concern::rows(&mut tx, id).await?,
            unified: concern::unified(&mut tx, id).await?,
            stages: staged.stages,
            steps: self.step_rows(&mut tx, &run).await?,
            compensations: staged.compensations,
            may_settle: caller.authorize(Action::ReportCompensation).is_ok(),
            handoffs: staged.handoffs,
            gates,
            facts: facts(&mut tx, &run, workflow.workflow()).await?,
            assertions: store::fact::list_said(&mut tx, id).await?.into_iter().map(assertion_row).collect(),
            approvals: store::runs::list_approvals(&mut tx, id, APPROVALS).await?,
            workflow: run.workflow,
            version: run.version,
            subject: run.subject,
            requested_by: run.requester_email,
            timeline,
            next_cursor: next.map(|leaf| leaf.to_string()),
            looked_through,
            is_continued: query.cursor.is_some(),
        })
    }
}

async fn agent(tx: &mut Tx, run: &Run) -> Result<String> {
    let key = store::key::find(tx, run.key).await?;
    Ok(key.map_or_else(|| run.key.to_string(), |key| key.name))
}

/// How each gate stands: by what waits at it now, else by the newest call that asked it.
async fn gates(tx: &mut Tx, run: &Run, gates: &[Gate], waiting: &[QueueRow]) -> Result<Vec<GateRow>> {
    let mut rows = Vec::with_capacity(gates.len());
    for gate in gates {
        let newest = store::gate_check::find_newest(tx, run.id, &gate.id).await?;
        let held: Option<ApprovalId> = waiting.iter().find(|row| row.gate_id == gate.id).map(|row| row.id);
        let standing = match (held, newest) {
            (Some(_), _) => GateStanding::Holding,
            (None, None) => GateStanding::NotReached,
            (None, Some((_, Outcome::Allow, _))) => GateStanding::Passed,
            (None, Some((_, Outcome::Block, _))) => GateStanding::NotMet,
            (None, Some((_, Outcome::Suspend, _))) => GateStanding::Decided,
        };
        rows.push(GateRow {
            id: gate.id.clone(),
            tools: gate.tools.clone(),
            standing,
            checked_at: newest.map(|(at, _, _)| at),
            approval: held.or_else(|| newest.and_then(|(_, _, approval)| approval)),
        });
    }
    Ok(rows)
}

async fn facts(tx: &mut Tx, run: &Run, workflow: &Workflow) -> Result<Vec<FactRow>> {
    let current = store::fact::list_current(tx, run.id).await?;
    let mut earlier = store::fact::list_earlier(tx, run.id, EARLIER).await?;
    let row = |fact: Fact| FactRow {
        earlier: earlier.extract_if(.., |old| old.name == fact.name).map(earlier_row).collect(),
        agent_grade: workflow.is_agent_grade(&fact.name),
        name: fact.name,
        value: fact.value,
        source: fact.source,
        reference: fact.reference,
        version: fact.version,
        written_at: fact.written_at,
    };
    Ok(current.into_iter().map(row).collect())
}

/// Every escalation that is not resolved, of which there are few, then the newest that are.
async fn escalations(tx: &mut Tx, run: &Run) -> Result<Vec<EscalationRow>> {
    let mut stored = store::escalation::list_unresolved(tx, run.id).await?;
    let of_run = EscalationFilter { run: Some(run.id), status: Some(EscalationStatus::Resolved), of: None };
    stored.extend(store::escalation::list(tx, of_run, None, ESCALATIONS).await?);
    Ok(stored.into_iter().map(escalation_row).collect())
}

fn earlier_row(fact: Fact) -> EarlierFact {
    EarlierFact {
        value: fact.value,
        source: fact.source,
        reference: fact.reference,
        version: fact.version,
        written_at: fact.written_at,
    }
}

fn assertion_row(said: store::fact::Said) -> AssertionRow {
    let by = said.by.unwrap_or_else(|| "a key that is gone".to_owned());
    AssertionRow { name: said.name, value: said.value, statement: said.statement, by, at: said.at }
}

pub(super) fn waiting_row(row: QueueRow) -> WaitingApproval {
    WaitingApproval { id: row.id, title: row.title, opened_at: row.opened_at }
}

fn session_row(session: store::session::Attached) -> SessionRow {
    SessionRow {
        id: session.id,
        external_id: session.external_id,
        framework: session.framework,
        status: session.state.status(),
        runner: session.runner,
        attached_at: session.attached_at,
    }
}
