//! Closures: what set them going, how far they are, and how far the log was looked through for more.

/// What is read of a closure; stands before the modules that read some.
macro_rules! select_closure {
    ($tail:literal) => {
        concat!(
            "SELECT id, event_key, event_digest, workflow, version, rule, title, run_id, cause, snapshot, state, started_at, moves \
             FROM closure ",
            $tail
        )
    };
}

pub mod drift;
pub mod list;
pub mod review;
pub mod step;

use domain::{
    Time,
    closure::{
        Closure,
        page::{Mark, Snapshot},
        trigger::Trigger,
    },
    event::Entry,
    id::{ClosureId, RunId},
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, from_text, inconsistent, on, to_text};
use crate::error::{Result, StoreError};

/// The kinds of events that closures follow.
const KINDS: &[&str] = &["approval.approved", "tool.executed", "run.completed"];

/// A closure as stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub id: ClosureId,
    /// The event that set it going, with its sender.
    pub event_key: String,
    /// What was told of it.
    pub event_digest: String,
    /// The workflow whose policy it follows.
    pub workflow: String,
    /// Its version.
    pub version: u32,
    /// The policy.
    pub rule: String,
    /// What it is about.
    pub title: String,
    /// Its run, for what happened here.
    pub run: Option<RunId>,
    /// What set it going.
    pub trigger: Trigger,
    /// What the source said when it was last looked at.
    pub snapshot: Option<Snapshot>,
    /// How far it is.
    pub state: Closure,
    /// When it began.
    pub started_at: Time,
    /// How often it moved.
    pub moves: i64,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    event_key: String,
    event_digest: String,
    workflow: String,
    version: i64,
    rule: String,
    title: String,
    run_id: Option<Uuid>,
    cause: String,
    snapshot: Option<String>,
    state: String,
    started_at: Time,
    moves: i64,
}

impl TryFrom<Row> for Stored {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let id = ClosureId::from_uuid(row.id);
        let snapshot = row.snapshot.map(|text| from_text(&text, "closure", "snapshot", id)).transpose()?;
        Ok(Self {
            id,
            event_key: row.event_key,
            event_digest: row.event_digest,
            workflow: row.workflow,
            version: u32::try_from(row.version).map_err(|error| inconsistent("closure", "version", id, error))?,
            rule: row.rule,
            title: row.title,
            run: row.run_id.map(RunId::from_uuid),
            trigger: from_text(&row.cause, "closure", "cause", id)?,
            snapshot,
            state: from_text(&row.state, "closure", "state", id)?,
            started_at: row.started_at,
            moves: row.moves,
        })
    }
}

/// Stores a new closure; `false` when the event has set this policy going already.
pub async fn insert(tx: &mut Tx, new: &Stored) -> Result<bool, StoreError> {
    let stored = on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO closure (id, event_key, workflow, version, rule, title, run_id, cause, status, state, due_at, \
             started_at, event_digest, source_system, source_record, source_version, occurred_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) ON CONFLICT DO NOTHING",
        )
        .bind(new.id.uuid())
        .bind(&new.event_key)
        .bind(&new.workflow)
        .bind(i64::from(new.version))
        .bind(&new.rule)
        .bind(&new.title)
        .bind(new.run.map(RunId::uuid))
        .bind(to_text(&new.trigger))
        .bind(new.state.status().as_str())
        .bind(to_text(&new.state))
        .bind(new.state.due())
        .bind(new.started_at)
        .bind(&new.event_digest)
        .bind(&new.trigger.source.system)
        .bind(&new.trigger.source.record)
        .bind(&new.trigger.source.version)
        .bind(new.trigger.occurred_at)
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(stored == 1)
}

/// Stores how far a closure is; `false` when somebody has moved it since.
pub async fn update(tx: &mut Tx, read: &Stored, state: &Closure) -> Result<bool, StoreError> {
    let changed = on!(tx, |conn| {
        sqlx::query(
            "UPDATE closure SET status = $3, state = $4, due_at = $5, moves = moves + 1 WHERE id = $1 AND moves = $2",
        )
        .bind(read.id.uuid())
        .bind(read.moves)
        .bind(state.status().as_str())
        .bind(to_text(state))
        .bind(state.due())
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(changed == 1)
}

/// Keeps what the source said.
pub async fn set_snapshot(tx: &mut Tx, id: ClosureId, snapshot: &Snapshot) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE closure SET snapshot = $2 WHERE id = $1")
            .bind(id.uuid())
            .bind(to_text(snapshot))
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// A closure by id.
pub async fn find(tx: &mut Tx, id: ClosureId) -> Result<Option<Stored>, StoreError> {
    let row: Option<Row> =
        on!(tx, |conn| sqlx::query_as(select_closure!("WHERE id = $1")).bind(id.uuid()).fetch_optional(conn).await)?;
    row.map(Stored::try_from).transpose()
}

/// The closures that an event has set going, oldest first.
pub async fn list_of_event(tx: &mut Tx, event_key: &str) -> Result<Vec<Stored>, StoreError> {
    let rows: Vec<Row> = on!(tx, |conn| {
        sqlx::query_as(select_closure!("WHERE event_key = $1 ORDER BY id")).bind(event_key).fetch_all(conn).await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// A closure of a newer decision about the same record: of another version, settled later.
pub async fn find_newer(tx: &mut Tx, of: &Stored) -> Result<Option<ClosureId>, StoreError> {
    let source = &of.trigger.source;
    let newer: Option<Uuid> = on!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT id FROM closure WHERE source_system = $1 AND source_record = $2 AND source_version <> $3 \
             AND (occurred_at > $4 OR (occurred_at = $4 AND started_at > $5)) ORDER BY occurred_at DESC, id DESC LIMIT 1",
        )
        .bind(&source.system)
        .bind(&source.record)
        .bind(&source.version)
        .bind(of.trigger.occurred_at)
        .bind(of.started_at)
        .fetch_optional(conn)
        .await
    })?;
    Ok(newer.map(ClosureId::from_uuid))
}

/// Some of what is due, the longest due first. What is due later than anything can be was noted by a clock that was
/// wrong, and is due too.
pub async fn list_due(tx: &mut Tx, latest: Time, limit: i64) -> Result<Vec<Stored>, StoreError> {
    let now = tx.now();
    let rows: Vec<Row> = on!(tx, |conn| {
        sqlx::query_as(select_closure!("WHERE due_at <= $1 OR due_at > $2 ORDER BY due_at LIMIT $3"))
            .bind(now)
            .bind(latest)
            .bind(limit)
            .fetch_all(conn)
            .await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// When the next one is due.
pub async fn next_due(tx: &mut Tx) -> Result<Option<Time>, StoreError> {
    Ok(on!(tx, |conn| {
        sqlx::query_scalar("SELECT due_at FROM closure WHERE due_at IS NOT NULL ORDER BY due_at LIMIT 1")
            .fetch_optional(conn)
            .await
    })?)
}

/// Notes that an event arrived once more, or that somebody replayed it.
pub async fn mark(tx: &mut Tx, id: ClosureId, mark: &Mark) -> Result<(), StoreError> {
    let own = tx.uuid();
    on!(tx, |conn| {
        sqlx::query("INSERT INTO closure_mark (id, closure_id, mark, kind) VALUES ($1, $2, $3, $4)")
            .bind(own)
            .bind(id.uuid())
            .bind(to_text(mark))
            .bind(mark.kind())
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// What was noted of a closure last, oldest first.
pub async fn list_marks(tx: &mut Tx, id: ClosureId, limit: i64) -> Result<Vec<Mark>, StoreError> {
    let rows: Vec<String> = on!(tx, |conn| {
        sqlx::query_scalar("SELECT mark FROM closure_mark WHERE closure_id = $1 ORDER BY id DESC LIMIT $2")
            .bind(id.uuid())
            .bind(limit)
            .fetch_all(conn)
            .await
    })?;
    rows.iter().rev().map(|text| from_text(text, "closure_mark", "mark", id)).collect()
}

/// How far the log was looked through.
///
/// # Errors
/// `Unexpected` where no place is kept: from the beginning of the log, everything would be closed again.
pub async fn cursor(tx: &mut Tx) -> Result<i64, StoreError> {
    let found: Option<i64> = on!(tx, |conn| {
        sqlx::query_scalar("SELECT leaf_index FROM closure_cursor WHERE id = 1").fetch_optional(conn).await
    })?;
    found.ok_or_else(|| StoreError::Unexpected("closure_cursor has no row: restore it from a backup".to_owned()))
}

/// Moves the cursor on; `false` when it does not stand there any more: another server was first.
pub async fn advance(tx: &mut Tx, from: i64, to: i64) -> Result<bool, StoreError> {
    let moved = on!(tx, |conn| {
        sqlx::query("UPDATE closure_cursor SET leaf_index = $2 WHERE id = 1 AND leaf_index = $1")
            .bind(from)
            .bind(to)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(moved == 1)
}

/// Events after a leaf that closures may follow, oldest first, with their leaves; in place of one that cannot be read
/// stands why.
pub async fn list_events(
    tx: &mut Tx,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, Result<Entry, StoreError>)>, StoreError> {
    super::event::list_of_kinds(tx, KINDS, after, limit).await
}
