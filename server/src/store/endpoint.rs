//! Endpoints: where sessions are woken. Secrets are kept sealed.

use domain::{Time, endpoint::EndpointRow, id::EndpointId};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, on};
use crate::error::{Result, StoreError};

/// An endpoint as stored.
#[derive(Debug, Clone)]
pub struct Endpoint {
    /// What is shown of it.
    pub row: EndpointRow,
    /// The sealed secret.
    pub secret: Vec<u8>,
    /// The sealed secret before, which signs too until the rotation is over.
    pub previous: Option<Vec<u8>>,
}

#[derive(FromRow)]
struct StoredRow {
    id: Uuid,
    name: String,
    url: String,
    allow_private: bool,
    secret: Vec<u8>,
    previous_secret: Option<Vec<u8>>,
    previous_until: Option<Time>,
    created_at: Time,
    disabled_at: Option<Time>,
    disabled_because: Option<String>,
}

impl From<StoredRow> for Endpoint {
    fn from(row: StoredRow) -> Self {
        Self {
            secret: row.secret,
            previous: row.previous_secret,
            row: EndpointRow {
                id: EndpointId::from_uuid(row.id),
                name: row.name,
                url: row.url,
                allow_private: row.allow_private,
                created_at: row.created_at,
                rotating_until: row.previous_until,
                disabled_at: row.disabled_at,
                disabled_because: row.disabled_because,
            },
        }
    }
}

macro_rules! select_endpoint {
    ($tail:literal) => {
        concat!(
            "SELECT id, name, url, allow_private, secret, previous_secret, previous_until, created_at, disabled_at, \
             disabled_because FROM endpoint ",
            $tail
        )
    };
}

/// Stores a new endpoint; `false` when the name is taken.
pub async fn insert(tx: &mut Tx, endpoint: &Endpoint) -> Result<bool, StoreError> {
    let row = &endpoint.row;
    let stored = on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO endpoint (id, name, url, allow_private, secret, created_at) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT DO NOTHING",
        )
        .bind(row.id.uuid())
        .bind(&row.name)
        .bind(&row.url)
        .bind(row.allow_private)
        .bind(&endpoint.secret)
        .bind(row.created_at)
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(stored == 1)
}

/// An endpoint by id.
pub async fn find(tx: &mut Tx, id: EndpointId) -> Result<Option<Endpoint>, StoreError> {
    let row: Option<StoredRow> =
        on!(tx, |conn| sqlx::query_as(select_endpoint!("WHERE id = $1")).bind(id.uuid()).fetch_optional(conn).await)?;
    Ok(row.map(Endpoint::from))
}

/// An endpoint by name.
pub async fn find_by_name(tx: &mut Tx, name: &str) -> Result<Option<Endpoint>, StoreError> {
    let row: Option<StoredRow> =
        on!(tx, |conn| sqlx::query_as(select_endpoint!("WHERE name = $1")).bind(name).fetch_optional(conn).await)?;
    Ok(row.map(Endpoint::from))
}

/// Every endpoint, by name.
pub async fn list(tx: &mut Tx) -> Result<Vec<EndpointRow>, StoreError> {
    let rows: Vec<StoredRow> = on!(tx, |conn| sqlx::query_as(select_endpoint!("ORDER BY name")).fetch_all(conn).await)?;
    Ok(rows.into_iter().map(|row| Endpoint::from(row).row).collect())
}

/// Gives an endpoint another secret; the present one signs too until then.
pub async fn rotate(tx: &mut Tx, id: EndpointId, secret: &[u8], until: Time) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("UPDATE endpoint SET previous_secret = secret, previous_until = $3, secret = $2 WHERE id = $1")
            .bind(id.uuid())
            .bind(secret)
            .bind(until)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Stops sending; `false` when nothing is sent already.
pub async fn disable(tx: &mut Tx, id: EndpointId, because: &str) -> Result<bool, StoreError> {
    let now = tx.now();
    let changed = on!(tx, |conn| {
        sqlx::query("UPDATE endpoint SET disabled_at = $2, disabled_because = $3 WHERE id = $1 AND disabled_at IS NULL")
            .bind(id.uuid())
            .bind(now)
            .bind(because)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(changed == 1)
}

/// Sends again; `false` when it was never stopped.
pub async fn enable(tx: &mut Tx, id: EndpointId) -> Result<bool, StoreError> {
    let changed = on!(tx, |conn| {
        sqlx::query(
            "UPDATE endpoint SET disabled_at = NULL, disabled_because = NULL WHERE id = $1 AND disabled_at IS NOT NULL",
        )
        .bind(id.uuid())
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(changed == 1)
}
