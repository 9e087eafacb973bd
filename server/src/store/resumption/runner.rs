//! What runners take from the outbox.

use chrono::TimeDelta;
use domain::{Time, id::ResumptionId};
use sqlx::QueryBuilder;

use super::{Due, Queued, ResumptionRow};
use crate::{
    error::{Result, StoreError},
    store::{
        Tx, on,
        session::{self, Attached},
        tx::Conn,
    },
};

/// A resumption by its id.
pub async fn find(tx: &mut Tx, id: ResumptionId) -> Result<Option<Queued>, StoreError> {
    let row: Option<ResumptionRow> = on!(tx, |conn| {
        sqlx::query_as("SELECT id, approval_id, session_id, state, moves FROM resumption WHERE id = $1")
            .bind(id.uuid())
            .fetch_optional(conn)
            .await
    })?;
    row.map(Queued::try_from).transpose()
}

/// How long a client that has not said that it stops is left alone, where no call of its waits.
const LEFT_ALONE: TimeDelta = TimeDelta::minutes(10);

/// What the runner may take now, longest due first: nothing of a session that waits for people, that somebody sits before,
/// or that a runner may be at work on. Where no call waits, the session's client may still be at work by itself: it is
/// told only once it has said that it stops, or has had time enough.
fn takeable<DB: sqlx::Database>(query: &mut QueryBuilder<DB>, runner: &str, due: Due)
where
    String: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
    Time: for<'q> sqlx::Encode<'q, DB> + sqlx::Type<DB>,
{
    query.push(
        "SELECT r.id, r.approval_id, r.session_id, r.state, r.moves FROM resumption r JOIN session s ON s.id = r.session_id \
         JOIN approval a ON a.id = r.approval_id \
         WHERE r.run_due_at IS NOT NULL AND s.status <> 'suspended' AND NOT s.interactive AND r.runner = ",
    );
    query.push_bind(runner.to_owned());
    query.push(" AND (a.origin = 'gate' OR s.stopped OR r.run_due_at <= ").push_bind(due.now - LEFT_ALONE).push(")");
    query.push(" AND (r.status = 'queued' OR r.run_due_at <= ").push_bind(due.now);
    query.push(" OR (r.status = 'delivering' AND r.run_due_at > ").push_bind(due.longest_lease);
    query.push(") OR r.run_due_at > ").push_bind(due.longest_pause);
    query.push(
        ") AND NOT EXISTS (SELECT 1 FROM resumption o JOIN session os ON os.id = o.session_id \
         WHERE o.held_until IS NOT NULL AND o.id <> r.id AND os.external_id = s.external_id AND o.held_until > ",
    );
    query.push_bind(due.now).push(") ORDER BY r.run_due_at, r.id LIMIT 1");
}

/// Whether there is something for the runner, without taking it.
pub async fn is_any(tx: &mut Tx, runner: &str, due: Due) -> Result<bool, StoreError> {
    let found: Option<ResumptionRow> = on!(tx, |conn| {
        let mut query = QueryBuilder::new("");
        takeable(&mut query, runner, due);
        query.build_query_as().fetch_optional(conn).await
    })?;
    Ok(found.is_some())
}

/// When the next record of the runner is due that is not yet.
pub async fn next_due(tx: &mut Tx, runner: &str, now: Time) -> Result<Option<Time>, StoreError> {
    let due: Option<(Time,)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT run_due_at FROM resumption WHERE run_due_at > $1 AND runner = $2 ORDER BY run_due_at LIMIT 1",
        )
        .bind(now)
        .bind(runner)
        .fetch_optional(conn)
        .await
    })?;
    Ok(due.map(|(due,)| due))
}

/// The next record for the runner, with its session. On PostgreSQL both are locked, and what another has locked is passed
/// over; whoever was at the session first is seen then.
pub async fn lock_next(tx: &mut Tx, runner: &str, due: Due) -> Result<Option<(Queued, Attached)>, StoreError> {
    let is_shared = matches!(tx.conn, Conn::Postgres(_));
    let row: Option<ResumptionRow> = on!(tx, |conn| {
        let mut query = QueryBuilder::new("");
        takeable(&mut query, runner, due);
        if is_shared {
            query.push(" FOR UPDATE OF r SKIP LOCKED");
        }
        query.build_query_as().fetch_optional(conn).await
    })?;
    let Some(queued) = row.map(Queued::try_from).transpose()? else { return Ok(None) };
    let Some(attached) = session::find_any(tx, queued.session).await? else { return Ok(None) };
    if is_shared && is_held_by_another(tx, &queued, &attached, due.now).await? {
        return Ok(None);
    }
    Ok(Some((queued, attached)))
}

async fn is_held_by_another(tx: &mut Tx, queued: &Queued, of: &Attached, now: Time) -> Result<bool, StoreError> {
    // Locks the session, whatever run it is in: two runners come here one after the other.
    on!(tx, |conn| {
        sqlx::query("UPDATE session SET by_runner = by_runner WHERE external_id = $1")
            .bind(&of.external_id)
            .execute(conn)
            .await
            .map(drop)
    })?;
    let held: Option<(i64,)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT o.moves FROM resumption o JOIN session os ON os.id = o.session_id \
             WHERE o.held_until > $1 AND o.id <> $2 AND os.external_id = $3 LIMIT 1",
        )
        .bind(now)
        .bind(queued.id.uuid())
        .bind(&of.external_id)
        .fetch_optional(conn)
        .await
    })?;
    Ok(held.is_some())
}

/// Records that wait for their runner since before a moment, of sessions that could go on.
pub async fn list_untaken(tx: &mut Tx, before: Time, limit: i64) -> Result<Vec<Queued>, StoreError> {
    let rows: Vec<ResumptionRow> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT r.id, r.approval_id, r.session_id, r.state, r.moves FROM resumption r JOIN session s ON s.id = r.session_id \
             WHERE r.status = 'queued' AND r.run_due_at <= $1 AND s.status <> 'suspended' AND NOT s.interactive \
             ORDER BY r.run_due_at LIMIT $2",
        )
        .bind(before)
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    rows.into_iter().map(Queued::try_from).collect()
}

/// Records whose runner is silent beyond its lease.
pub async fn list_silent(tx: &mut Tx, now: Time, limit: i64) -> Result<Vec<Queued>, StoreError> {
    let rows: Vec<ResumptionRow> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, approval_id, session_id, state, moves FROM resumption WHERE held_until <= $1 \
             ORDER BY held_until LIMIT $2",
        )
        .bind(now)
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    rows.into_iter().map(Queued::try_from).collect()
}
