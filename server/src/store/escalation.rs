//! Escalations: what was handed over to people, whose it is, and how far they are.

use domain::{
    Time,
    escalation::{Escalation, EscalationStatus, Summary},
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
            assignee_name: row.assignee_name,
        })
    }
}

/// What is read of an escalation.
const SELECT: &str = "SELECT e.id, e.run_id, r.workflow, r.subject, e.summary, e.state, k.name AS opened_by, e.opened_at, \
    p.name AS assignee_name FROM escalation e JOIN run r ON r.id = e.run_id JOIN api_key k ON k.id = e.key_id \
    LEFT JOIN person p ON p.id = e.assignee_id WHERE e.id ";

/// Stores a new escalation; the run is locked.
pub async fn insert(tx: &mut Tx, new: &NewEscalation<'_>) -> Result<(), StoreError> {
    let now = tx.now();
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO escalation (id, run_id, key_id, summary, status, state, assignee_id, opened_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(new.id.uuid())
        .bind(new.run.uuid())
        .bind(new.key.uuid())
        .bind(to_text(new.summary))
        .bind(new.state.status().as_str())
        .bind(to_text(new.state))
        .bind(new.state.assignee().map(PersonId::uuid))
        .bind(now)
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Stores how far an escalation is; the run is locked.
pub async fn update(tx: &mut Tx, id: EscalationId, state: &Escalation) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE escalation SET status = $1, state = $2, assignee_id = $3 WHERE id = $4")
            .bind(state.status().as_str())
            .bind(to_text(state))
            .bind(state.assignee().map(PersonId::uuid))
            .bind(id.uuid())
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

/// Those that are not resolved, the longest waiting first, after `cursor`; a person's own, where one is named.
pub async fn list_waiting(
    tx: &mut Tx,
    of: Option<PersonId>,
    after: Option<EscalationId>,
    limit: i64,
) -> Result<Vec<Stored>, StoreError> {
    let after = after.map_or(Uuid::nil(), EscalationId::uuid);
    let rows: Vec<Row> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(SELECT);
        query.push("> ").push_bind(after).push(" AND e.status IN ('open', 'acknowledged')");
        if let Some(person) = of {
            query.push(" AND e.assignee_id = ").push_bind(person.uuid());
        }
        query.push(" ORDER BY e.id LIMIT ").push_bind(limit);
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
