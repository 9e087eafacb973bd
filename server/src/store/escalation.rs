//! Escalations: what was handed over to people, whose it is, and how far they are.

pub mod overdue;

use domain::{
    Time,
    escalation::{Escalation, EscalationStatus, Summary, sla::Deadlines},
    id::{EscalationId, KeyId, PersonId, RunId},
};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{Tx, from_text, on, to_text};
use crate::error::StoreError;

/// A new escalation.
pub struct NewEscalation<'a> {
    /// Its id.
    pub id: EscalationId,
    /// The run.
    pub run: RunId,
    /// The key that opened it.
    pub key: KeyId,
    /// What was handed over.
    pub summary: &'a Summary,
    /// Its state.
    pub state: &'a Escalation,
    /// By when it is to be worked.
    pub deadlines: Deadlines,
}

/// An escalation as stored, with the names people know things by.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub id: EscalationId,
    /// The run.
    pub run: RunId,
    /// The run's workflow.
    pub workflow: String,
    /// The run's subject.
    pub subject: String,
    /// What was handed over.
    pub summary: Summary,
    /// How far it is.
    pub state: Escalation,
    /// The key that opened it, by name.
    pub opened_by: String,
    /// When.
    pub opened_at: Time,
    /// By when it is to be worked.
    pub deadlines: Deadlines,
    /// The latest deadline whose passing was told.
    pub told_at: Option<Time>,
    /// The name of the person whose it is.
    pub assignee_name: Option<String>,
}

/// What a list is narrowed to.
#[derive(Debug, Clone, Copy, Default)]
pub struct EscalationFilter {
    /// Only this status.
    pub status: Option<EscalationStatus>,
    /// Only this run.
    pub run: Option<RunId>,
    /// Only those of this person.
    pub of: Option<PersonId>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    run_id: Uuid,
    workflow: String,
    subject: String,
    summary: String,
    state: String,
    opened_by: String,
    opened_at: Time,
    acknowledge_by: Option<Time>,
    resolve_by: Option<Time>,
    told_at: Option<Time>,
    assignee_name: Option<String>,
}

impl TryFrom<Row> for Stored {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let id = EscalationId::from_uuid(row.id);
        Ok(Self {
            id,
            run: RunId::from_uuid(row.run_id),
            workflow: row.workflow,
            subject: row.subject,
            summary: from_text(&row.summary, "escalation", "summary", id)?,
            state: from_text(&row.state, "escalation", "state", id)?,
            opened_by: row.opened_by,
            opened_at: row.opened_at,
            deadlines: Deadlines { acknowledge_by: row.acknowledge_by, resolve_by: row.resolve_by },
            told_at: row.told_at,
            assignee_name: row.assignee_name,
        })
    }
}

/// What is read of an escalation.
const SELECT: &str = "SELECT e.id, e.run_id, r.workflow, r.subject, e.summary, e.state, k.name AS opened_by, e.opened_at, \
    e.acknowledge_by, e.resolve_by, e.told_at, p.name AS assignee_name FROM escalation e JOIN run r ON r.id = e.run_id JOIN api_key k ON k.id = e.key_id \
    LEFT JOIN person p ON p.id = e.assignee_id WHERE e.id ";

/// Stores a new escalation; the run is locked.
pub async fn insert(tx: &mut Tx, new: &NewEscalation<'_>) -> Result<(), StoreError> {
    let now = tx.now();
    let due = new.deadlines.due(new.state.status()).map(|(_, by)| by);
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO escalation (id, run_id, key_id, summary, status, state, assignee_id, opened_at, acknowledge_by, \
             resolve_by, due_at, alarm_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)",
        )
        .bind(new.id.uuid())
        .bind(new.run.uuid())
        .bind(new.key.uuid())
        .bind(to_text(new.summary))
        .bind(new.state.status().as_str())
        .bind(to_text(new.state))
        .bind(new.state.assignee().map(PersonId::uuid))
        .bind(now)
        .bind(new.deadlines.acknowledge_by)
        .bind(new.deadlines.resolve_by)
        .bind(due)
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Stores how far an escalation is, and what is due then; the run is locked.
pub async fn update(tx: &mut Tx, stored: &Stored, state: &Escalation) -> Result<(), StoreError> {
    let status = state.status();
    let at = |deadline: Option<(_, Time)>| deadline.map(|(_, by)| by);
    let (due, alarm) = (at(stored.deadlines.due(status)), at(stored.deadlines.untold(status, stored.told_at)));
    on!(tx, |conn| {
        sqlx::query(
            "UPDATE escalation SET status = $1, state = $2, assignee_id = $3, due_at = $4, alarm_at = $5 WHERE id = $6",
        )
        .bind(status.as_str())
        .bind(to_text(state))
        .bind(state.assignee().map(PersonId::uuid))
        .bind(due)
        .bind(alarm)
        .bind(stored.id.uuid())
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Those of a run that are not resolved, oldest first; a run has few of them.
pub async fn list_unresolved(tx: &mut Tx, run: RunId) -> Result<Vec<Stored>, StoreError> {
    let rows: Vec<Row> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(SELECT);
        query.push("IN (SELECT u.id FROM escalation u WHERE u.status <> 'resolved' AND u.run_id = ");
        query.push_bind(run.uuid()).push(") ORDER BY e.id");
        query.build_query_as().fetch_all(conn).await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// How many of a run are not resolved.
pub async fn count_unresolved(tx: &mut Tx, run: RunId) -> Result<i64, StoreError> {
    Ok(on!(tx, |conn| {
        sqlx::query_scalar("SELECT COUNT(*) FROM escalation WHERE run_id = $1 AND status <> 'resolved'")
            .bind(run.uuid())
            .fetch_one(conn)
            .await
    })?)
}

/// An escalation by id.
pub async fn find(tx: &mut Tx, id: EscalationId) -> Result<Option<Stored>, StoreError> {
    let row: Option<Row> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(SELECT);
        query.push("= ").push_bind(id.uuid());
        query.build_query_as().fetch_optional(conn).await
    })?;
    row.map(Stored::try_from).transpose()
}

/// Where a page of those that wait begins: after this deadline and id.
#[derive(Debug, Clone, Copy)]
pub struct After {
    /// The deadline.
    pub due: Option<Time>,
    /// The id.
    pub id: EscalationId,
}

/// Stands for "nothing is due", so that what is due comes first.
fn never() -> Time {
    Time::from_timestamp(253_402_214_400, 0).unwrap_or_default()
}

/// Those that are not resolved, the soonest due first and then the longest waiting; a person's own, where one is named.
pub async fn list_waiting(
    tx: &mut Tx,
    of: Option<PersonId>,
    after: Option<After>,
    limit: i64,
) -> Result<Vec<Stored>, StoreError> {
    let rows: Vec<Row> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(SELECT);
        query.push("IS NOT NULL AND e.status IN ('open', 'acknowledged')");
        if let Some(after) = after {
            query.push(" AND (COALESCE(e.due_at, ").push_bind(never()).push("), e.id) > (");
            query.push_bind(after.due.unwrap_or_else(never)).push(", ").push_bind(after.id.uuid()).push(")");
        }
        if let Some(person) = of {
            query.push(" AND e.assignee_id = ").push_bind(person.uuid());
        }
        query.push(" ORDER BY COALESCE(e.due_at, ").push_bind(never()).push("), e.id LIMIT ").push_bind(limit);
        query.build_query_as().fetch_all(conn).await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// Escalations, newest first, before `cursor`.
pub async fn list(
    tx: &mut Tx,
    filter: EscalationFilter,
    before: Option<EscalationId>,
    limit: i64,
) -> Result<Vec<Stored>, StoreError> {
    let before = before.map_or(Uuid::max(), EscalationId::uuid);
    let rows: Vec<Row> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(SELECT);
        query.push("< ").push_bind(before);
        if let Some(status) = filter.status {
            query.push(" AND e.status = ").push_bind(status.as_str());
        }
        if let Some(run) = filter.run {
            query.push(" AND e.run_id = ").push_bind(run.uuid());
        }
        if let Some(person) = filter.of {
            query.push(" AND e.assignee_id = ").push_bind(person.uuid());
        }
        query.push(" ORDER BY e.id DESC LIMIT ").push_bind(limit);
        query.build_query_as().fetch_all(conn).await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}
