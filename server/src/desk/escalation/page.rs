//! The escalations pages of the console: the list, and one case with what is needed to settle it.

use domain::{
    Actor, Refusal, Time,
    escalation::{Escalation, EscalationStatus},
    escalations::{Case, EscalationPage, EscalationsPage, EscalationsQuery, Lead},
    id::EscalationId,
    permission::Action,
    refusal::Code,
    timeline::EscalationRow,
};

use super::read_cursor;
use crate::{
    desk::{Caller, Desk, PersonCaller, concern, run_page::waiting_row, timeline::named},
    error::Result,
    store::{
        self, Tx,
        audit::{EventSearch, Start},
        escalation::{After, EscalationFilter, Stored},
    },
};

/// Rows of a page.
const ROWS: usize = 50;
/// Events of a case that are shown; the log has the rest.
const ACTIVITY: u32 = 200;
/// Approvals of its run that are shown; the run page has more.
const APPROVALS: i64 = 10;

impl Desk {
    /// A page of the list.
    pub async fn escalations_page(&self, viewer: &PersonCaller, query: &EscalationsQuery) -> Result<EscalationsPage> {
        Caller::Person(viewer.clone()).authorize(Action::ReadEscalations)?;
        let (of, limit) = (query.mine.then_some(viewer.id), i64::try_from(ROWS).unwrap_or(i64::MAX) + 1);
        let mut tx = self.database.read().await?;
        let mut stored = match query.status {
            // What is due first, then the longest waiting, as they are worked.
            None => {
                let after = query.cursor.as_deref().map(read_after).transpose()?;
                store::escalation::list_waiting(&mut tx, of, after, limit).await?
            }
            Some(status) => {
                let cursor = query.cursor.as_deref().map(read_cursor).transpose()?;
                let filter = EscalationFilter { status: Some(status), run: None, of };
                store::escalation::list(&mut tx, filter, cursor, limit).await?
            }
        };
        let has_more = stored.len() > ROWS;
        stored.truncate(ROWS);
        let next_cursor = stored.last().filter(|_| has_more).map(|last| match query.status {
            None => write_after(last),
            Some(_) => last.id.to_string(),
        });
        Ok(EscalationsPage { now: tx.now(), rows: stored.into_iter().map(case).collect(), next_cursor })
    }

    /// One case.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn escalation_page(&self, viewer: &PersonCaller, id: EscalationId) -> Result<EscalationPage> {
        let caller = Caller::Person(viewer.clone());
        let stored = self.read_escalation(&caller, id).await?;
        let may_work =
            caller.authorize(Action::WorkEscalations).is_ok() && stored.state.status() != EscalationStatus::Resolved;
        let mut tx = self.database.read().await?;
        let waiting = store::queue::list_pending_of_run(&mut tx, stored.run).await?;
        let search = EventSearch { run: Some(stored.run), payload: vec![id.to_string()], ..EventSearch::default() };
        let found = store::audit::search(&mut tx, &search, Start::After(-1), ACTIVITY).await?;
        let leads = if may_work { store::person::list_leads(&mut tx).await? } else { Vec::new() };
        Ok(EscalationPage {
            now: tx.now(),
            by: by(&mut tx, &stored.state).await?,
            may_work,
            viewer: viewer.id,
            leads: leads.into_iter().map(|(id, name)| Lead { id, name }).collect(),
            waiting: waiting.into_iter().map(waiting_row).collect(),
            concerns: concern::rows(&mut tx, stored.run).await?,
            unified: concern::unified(&mut tx, stored.run).await?,
            approvals: store::runs::list_approvals(&mut tx, stored.run, APPROVALS).await?,
            activity: named(&mut tx, found.lines).await?,
            case: case(stored),
        })
    }
}

/// The name of whoever acknowledged or resolved it.
async fn by(tx: &mut Tx, state: &Escalation) -> Result<Option<String>> {
    let actor = match state {
        Escalation::Open { .. } => return Ok(None),
        Escalation::Acknowledged { by, .. } | Escalation::Resolved { by, .. } => *by,
    };
    let names = store::entitlement::names(tx, [actor]).await?;
    Ok(Some(match actor {
        Actor::Person(id) => names.get(&id.uuid()).cloned().unwrap_or_else(|| id.to_string()),
        Actor::Key(id) => names.get(&id.uuid()).cloned().unwrap_or_else(|| id.to_string()),
        Actor::System(part) => part.to_string(),
    }))
}

/// `<microseconds>~esc_…`, or `~esc_…` where nothing is due.
fn write_after(last: &Stored) -> String {
    let due = last.deadlines.due(last.state.status()).map(|(_, by)| by.timestamp_micros().to_string());
    format!("{}~{}", due.unwrap_or_default(), last.id)
}

fn read_after(text: &str) -> Result<After, Refusal> {
    let read = || {
        let (due, id) = text.split_once('~')?;
        let due = if due.is_empty() { None } else { Some(Time::from_timestamp_micros(due.parse().ok()?)?) };
        Some(After { due, id: id.parse().ok()? })
    };
    let message = "The cursor is not one that a page gave; begin without one.";
    read().ok_or_else(|| Refusal::new(Code::MalformedRequest, message))
}

fn case(stored: Stored) -> Case {
    Case {
        run: stored.run,
        workflow: stored.workflow.clone(),
        subject: stored.subject.clone(),
        row: escalation_row(stored),
    }
}

/// An escalation as pages show it.
pub(in crate::desk) fn escalation_row(stored: Stored) -> EscalationRow {
    EscalationRow {
        id: stored.id,
        summary: stored.summary,
        state: stored.state,
        opened_by: stored.opened_by,
        opened_at: stored.opened_at,
        deadlines: stored.deadlines,
        assignee: stored.assignee_name,
    }
}
