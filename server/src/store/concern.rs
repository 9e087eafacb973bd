//! Concerns: the single matters of a run, and the resolutions they get together.

use domain::{
    Time,
    concern::{Concern, Matter},
    escalation::EscalatedConcern,
    id::{ConcernId, KeyId, RunId},
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, from_text, inconsistent, on, to_text};
use crate::error::StoreError;

/// A concern as stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id.
    pub id: ConcernId,
    /// The run.
    pub run: RunId,
    /// The key that opened it.
    pub key: KeyId,
    /// Which of the run's resolutions it belongs to, from 0.
    pub round: u32,
    /// What is to be looked into.
    pub matter: Matter,
    /// How far it is.
    pub state: Concern,
    /// When it was opened.
    pub opened_at: Time,
}

impl Stored {
    /// As an escalation names it.
    pub fn escalated(self) -> EscalatedConcern {
        let Matter { title, kind, refs, .. } = self.matter;
        EscalatedConcern { title, kind, refs, concern_id: Some(self.id) }
    }
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    run_id: Uuid,
    key_id: Uuid,
    round: i64,
    matter: String,
    state: String,
    opened_at: Time,
}

impl TryFrom<Row> for Stored {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let id = ConcernId::from_uuid(row.id);
        Ok(Self {
            id,
            run: RunId::from_uuid(row.run_id),
            key: KeyId::from_uuid(row.key_id),
            round: u32::try_from(row.round).map_err(|error| inconsistent("concern", "round", id, error))?,
            matter: from_text(&row.matter, "concern", "matter", id)?,
            state: from_text(&row.state, "concern", "state", id)?,
            opened_at: row.opened_at,
        })
    }
}

macro_rules! select_concern {
    ($tail:literal) => {
        concat!("SELECT id, run_id, key_id, round, matter, state, opened_at FROM concern ", $tail)
    };
}

/// Stores a new concern; the run is locked.
pub async fn insert(tx: &mut Tx, new: &Stored) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO concern (id, run_id, key_id, round, matter, status, state, opened_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(new.id.uuid())
        .bind(new.run.uuid())
        .bind(new.key.uuid())
        .bind(i64::from(new.round))
        .bind(to_text(&new.matter))
        .bind(new.state.status().as_str())
        .bind(to_text(&new.state))
        .bind(new.opened_at)
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Stores how far a concern is; the run is locked.
pub async fn update(tx: &mut Tx, id: ConcernId, state: &Concern) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE concern SET status = $1, state = $2 WHERE id = $3")
            .bind(state.status().as_str())
            .bind(to_text(state))
            .bind(id.uuid())
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// A concern by id.
pub async fn find(tx: &mut Tx, id: ConcernId) -> Result<Option<Stored>, StoreError> {
    let row: Option<Row> = on!(tx, |conn| {
        sqlx::query_as(select_concern!("WHERE id = $1")).bind(id.uuid()).fetch_optional(conn).await
    })?;
    row.map(Stored::try_from).transpose()
}

/// The concerns of a run, oldest first; a run has few of them.
pub async fn list_of_run(tx: &mut Tx, run: RunId) -> Result<Vec<Stored>, StoreError> {
    let rows: Vec<Row> = on!(tx, |conn| {
        sqlx::query_as(select_concern!("WHERE run_id = $1 ORDER BY id")).bind(run.uuid()).fetch_all(conn).await
    })?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// One resolution for the concerns of a round.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unified {
    /// Its place among those of its run, from 0.
    pub round: u32,
    /// How everything is settled.
    pub resolution: String,
    /// The key that said so.
    pub key: KeyId,
    /// The name of that key.
    pub by: String,
    /// When.
    pub at: Time,
}

#[derive(FromRow)]
struct UnifiedRow {
    round: i64,
    resolution: String,
    key_id: Uuid,
    name: String,
    unified_at: Time,
}

/// Stores a resolution; the run is locked.
pub async fn insert_unified(tx: &mut Tx, run: RunId, new: &Unified) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO unified_resolution (run_id, round, key_id, resolution, unified_at) VALUES ($1, $2, $3, $4, $5)",
        )
        .bind(run.uuid())
        .bind(i64::from(new.round))
        .bind(new.key.uuid())
        .bind(&new.resolution)
        .bind(new.at)
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// The resolutions of a run, oldest first.
pub async fn list_unified(tx: &mut Tx, run: RunId) -> Result<Vec<Unified>, StoreError> {
    let rows: Vec<UnifiedRow> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT u.round, u.resolution, u.key_id, k.name, u.unified_at FROM unified_resolution u \
             JOIN api_key k ON k.id = u.key_id WHERE u.run_id = $1 ORDER BY u.round",
        )
        .bind(run.uuid())
        .fetch_all(conn)
        .await
    })?;
    let read = |row: UnifiedRow| {
        Ok(Unified {
            round: u32::try_from(row.round).map_err(|error| inconsistent("unified_resolution", "round", run, error))?,
            resolution: row.resolution,
            key: KeyId::from_uuid(row.key_id),
            by: row.name,
            at: row.unified_at,
        })
    };
    rows.into_iter().map(read).collect()
}
