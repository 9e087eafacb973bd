//! Targets: the systems that closures read from and write to. Credentials are kept sealed.

use domain::{
    Time,
    id::TargetId,
    target::{Target, TargetKind},
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, on, parse};
use crate::error::{Result, StoreError};

/// A target as stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// What is shown of it.
    pub row: Target,
    /// The sealed credential.
    pub credential: Option<Vec<u8>>,
}

#[derive(FromRow)]
struct Row {
    id: Uuid,
    name: String,
    url: String,
    kind: String,
    allow_private: bool,
    honours_keys: bool,
    credential: Option<Vec<u8>>,
    created_at: Time,
    disabled_at: Option<Time>,
}

impl TryFrom<Row> for Stored {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        let id = TargetId::from_uuid(row.id);
        let kind: TargetKind = parse(&row.kind, "closure_target", "kind", id)?;
        let shown = Target {
            id,
            name: row.name,
            url: row.url,
            kind,
            allow_private: row.allow_private,
            honours_keys: row.honours_keys,
            has_credential: row.credential.is_some(),
            created_at: row.created_at,
            disabled_at: row.disabled_at,
        };
        Ok(Self { row: shown, credential: row.credential })
    }
}

macro_rules! select_target {
    ($tail:literal) => {
        concat!(
            "SELECT id, name, url, kind, allow_private, honours_keys, credential, created_at, disabled_at \
             FROM closure_target ",
            $tail
        )
    };
}

/// Stores a new target; `false` when the name is taken.
pub async fn insert(tx: &mut Tx, target: &Stored) -> Result<bool, StoreError> {
    let row = &target.row;
    let stored = on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO closure_target (id, name, url, kind, allow_private, honours_keys, credential, created_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
        )
        .bind(row.id.uuid())
        .bind(&row.name)
        .bind(&row.url)
        .bind(row.kind.as_str())
        .bind(row.allow_private)
        .bind(row.honours_keys)
        .bind(&target.credential)
        .bind(row.created_at)
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(stored == 1)
}

/// A target by name.
pub async fn find_by_name(tx: &mut Tx, name: &str) -> Result<Option<Stored>, StoreError> {
    let row: Option<Row> =
        on!(tx, |conn| sqlx::query_as(select_target!("WHERE name = $1")).bind(name).fetch_optional(conn).await)?;
    row.map(Stored::try_from).transpose()
}

/// Every target, by name.
pub async fn list(tx: &mut Tx) -> Result<Vec<Stored>, StoreError> {
    let rows: Vec<Row> = on!(tx, |conn| sqlx::query_as(select_target!("ORDER BY name")).fetch_all(conn).await)?;
    rows.into_iter().map(Stored::try_from).collect()
}

/// Replaces the credential.
pub async fn set_credential(tx: &mut Tx, id: TargetId, credential: Option<&[u8]>) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE closure_target SET credential = $2 WHERE id = $1")
            .bind(id.uuid())
            .bind(credential)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Sends nothing there any more, or again; `false` when it is so already.
pub async fn set_disabled(tx: &mut Tx, id: TargetId, is_disabled: bool) -> Result<bool, StoreError> {
    let at = is_disabled.then(|| tx.now());
    let changed = on!(tx, |conn| {
        sqlx::query("UPDATE closure_target SET disabled_at = $2 WHERE id = $1 AND (disabled_at IS NULL) = $3")
            .bind(id.uuid())
            .bind(at)
            .bind(is_disabled)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(changed == 1)
}
