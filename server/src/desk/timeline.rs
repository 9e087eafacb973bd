//! A run's timeline and the run page.

use domain::{
    Actor, Refusal,
    id::RunId,
    page::Page,
    permission::Action,
    refusal::Code,
    review::TimelineItem,
    timeline::{FactRow, RunPage, SessionRow, WaitingApproval},
};

use super::{Caller, Desk};
use crate::{
    error::Result,
    store::{self, Tx, event::Logged},
};

/// Entries of a console page.
const ENTRIES: u32 = 50;

/// Entries with their actors named.
pub(super) async fn named(tx: &mut Tx, logged: Vec<Logged>) -> Result<Vec<TimelineItem>> {
    let names = store::entitlement::names(tx, logged.iter().map(|line| line.entry.actor)).await?;
    let item = |line: Logged| {
        let actor_name = match line.entry.actor {
            Actor::Person(id) => names.get(&id.uuid()).cloned().unwrap_or_else(|| id.to_string()),
            Actor::Key(id) => names.get(&id.uuid()).cloned().unwrap_or_else(|| id.to_string()),
            Actor::System(part) => part.to_string(),
        };
        TimelineItem { leaf_index: line.leaf_index, actor_name, entry: line.entry }
    };
    Ok(logged.into_iter().map(item).collect())
}

impl Desk {
    /// A page of a run's timeline, oldest first unless `newest_first`.
    pub async fn run_timeline(
        &self,
        caller: &Caller,
        run: RunId,
        newest_first: bool,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<TimelineItem>> {
        caller.authorize(Action::ReadRun)?;
        self.visible_run(caller, run).await?;
        let from = cursor.map(read_cursor).transpose()?;
        let mut tx = self.database.read().await?;
        let wanted = i64::from(limit) + 1;
        let mut logged = if newest_first {
            store::event::list_of_run_before(&mut tx, run, from.unwrap_or(i64::MAX), wanted).await?
        } else {
            store::event::list_of_run_after(&mut tx, run, from.unwrap_or(0), wanted).await?
        };
        let has_more = logged.len() > limit as usize;
        logged.truncate(limit as usize);
        let next_cursor = logged.last().filter(|_| has_more).map(|line| line.leaf_index.to_string());
        Ok(Page { items: named(&mut tx, logged).await?, next_cursor })
    }

    /// Everything the run page shows.
    pub async fn run_page(&self, caller: &Caller, id: RunId, cursor: Option<&str>) -> Result<RunPage> {
        caller.authorize(Action::ReadRun)?;
        let run = self.visible_run(caller, id).await?;
        let timeline = self.run_timeline(caller, id, true, cursor, ENTRIES).await?;
        let workflow = self.compiled(&run.workflow, run.version).await?;
        let mut tx = self.database.read().await?;
        let sessions = store::session::list_of_run(&mut tx, id).await?;
        let facts = store::fact::list_current(&mut tx, id).await?;
        let waiting = store::queue::list_pending_of_run(&mut tx, id).await?;
        Ok(RunPage {
            now: self.database.clock().now(),
            id,
            workflow: run.workflow,
            version: run.version,
            workflow_title: workflow.workflow().title.clone(),
            subject: run.subject,
            started_at: run.started_at,
            requested_by: run.requester_email,
            sessions: sessions.into_iter().map(session_row).collect(),
            waiting: waiting
                .into_iter()
                .map(|row| WaitingApproval { id: row.id, title: row.title, opened_at: row.opened_at })
                .collect(),
            facts: facts.into_iter().map(fact_row).collect(),
            timeline: timeline.items,
            next_cursor: timeline.next_cursor,
            is_continued: cursor.is_some(),
        })
    }
}

fn session_row(session: store::session::Attached) -> SessionRow {
    SessionRow {
        id: session.id,
        external_id: session.external_id,
        framework: session.framework,
        status: session.state.status(),
    }
}

fn fact_row(fact: store::fact::Fact) -> FactRow {
    FactRow {
        name: fact.name,
        value: fact.value,
        source: fact.source,
        reference: fact.reference,
        version: fact.version,
        written_at: fact.written_at,
    }
}

fn read_cursor(text: &str) -> Result<i64, Refusal> {
    let message = "The cursor is not one that a page gave; begin without one.";
    text.parse().map_err(|_| Refusal::new(Code::MalformedRequest, message))
}
