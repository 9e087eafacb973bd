//! API keys. Only a digest of the secret is kept.

use domain::{
    Actor, Digest, Scope, Time,
    id::{KeyId, PersonId, RunId},
    key::Begins,
    run::Run as State,
};
use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, from_text, on, parse, to_text};
use crate::error::{Result, StoreError};

/// An API key, usable or not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Key {
    /// Its id.
    pub id: KeyId,
    /// Its name.
    pub name: String,
    /// What it may do.
    pub scopes: Vec<Scope>,
    /// The person who answers for it.
    pub owner: Option<PersonId>,
    /// That person's name.
    pub owner_name: Option<String>,
    /// Whether that person is disabled.
    pub is_owner_disabled: bool,
    /// How its secret begins.
    pub hint: Option<String>,
    /// The system of record it speaks for.
    pub source: Option<String>,
    /// The only run it sees.
    pub run: Option<RunId>,
    /// When that run ended.
    pub run_ended_at: Option<Time>,
    /// Whether the key that began that run is revoked.
    pub is_minter_revoked: bool,
    /// What it may begin.
    pub begins: Begins,
    /// When it was created.
    pub created_at: Time,
    /// When it ends.
    pub expires_at: Option<Time>,
    /// Since when it is revoked.
    pub revoked_at: Option<Time>,
    /// When it was last used, to the minute.
    pub last_used_at: Option<Time>,
}

#[derive(FromRow)]
struct KeyRow {
    id: Uuid,
    name: String,
    scopes: String,
    owner_id: Option<Uuid>,
    owner_name: Option<String>,
    owner_disabled_at: Option<Time>,
    hint: Option<String>,
    source: Option<String>,
    run_id: Option<Uuid>,
    run_state: Option<String>,
    minter_revoked_at: Option<Time>,
    begins_runs: bool,
    workflows: String,
    created_at: Time,
    expires_at: Option<Time>,
    revoked_at: Option<Time>,
    last_used_at: Option<Time>,
}

impl TryFrom<KeyRow> for Key {
    type Error = StoreError;

    fn try_from(row: KeyRow) -> Result<Self, StoreError> {
        let id = KeyId::from_uuid(row.id);
        let ran: Option<State> = row.run_state.map(|state| from_text(&state, "run", "state", id)).transpose()?;
        let scopes = row.scopes.split_whitespace().map(|scope| parse(scope, "api_key", "scopes", id));
        Ok(Self {
            id,
            name: row.name,
            scopes: scopes.collect::<Result<_, _>>()?,
            owner: row.owner_id.map(PersonId::from_uuid),
            owner_name: row.owner_name,
            is_owner_disabled: row.owner_disabled_at.is_some(),
            hint: row.hint,
            source: row.source,
            run: row.run_id.map(RunId::from_uuid),
            run_ended_at: ran.and_then(|state| state.ended_at()),
            is_minter_revoked: row.minter_revoked_at.is_some(),
            begins: Begins {
                unregistered: row.begins_runs,
                workflows: from_text(&row.workflows, "api_key", "workflows", id)?,
            },
            created_at: row.created_at,
            expires_at: row.expires_at,
            revoked_at: row.revoked_at,
            last_used_at: row.last_used_at,
        })
    }
}

macro_rules! select_keys {
    ($tail:literal) => {
        concat!(
            "SELECT k.id, k.name, k.scopes, k.owner_id, p.name AS owner_name, p.disabled_at AS owner_disabled_at, k.hint, \
             k.source, k.run_id, k.begins_runs, k.workflows, r.state AS run_state, m.revoked_at AS minter_revoked_at, k.created_at, k.expires_at, \
             k.revoked_at, k.last_used_at FROM api_key k LEFT JOIN person p ON p.id = k.owner_id \
             LEFT JOIN run r ON r.id = k.run_id LEFT JOIN api_key m ON m.id = r.key_id ",
            $tail
        )
    };
}

/// The key with this secret, and all that decides whether it may be used.
pub async fn find_by_secret(tx: &mut Tx, secret: Digest) -> Result<Option<Key>, StoreError> {
    let row: Option<KeyRow> = on!(tx, |conn| {
        sqlx::query_as(select_keys!("WHERE k.secret_hash = $1"))
            .bind(secret.bytes().to_vec())
            .fetch_optional(conn)
            .await
    })?;
    row.map(Key::try_from).transpose()
}

/// A key by id.
pub async fn find(tx: &mut Tx, id: KeyId) -> Result<Option<Key>, StoreError> {
    let row: Option<KeyRow> =
        on!(tx, |conn| sqlx::query_as(select_keys!("WHERE k.id = $1")).bind(id.uuid()).fetch_optional(conn).await)?;
    row.map(Key::try_from).transpose()
}

/// Every key, oldest first.
pub async fn list(tx: &mut Tx) -> Result<Vec<Key>, StoreError> {
    let rows: Vec<KeyRow> = on!(tx, |conn| sqlx::query_as(select_keys!("ORDER BY k.id")).fetch_all(conn).await)?;
    rows.into_iter().map(Key::try_from).collect()
}

/// Keys of a name, usable or not.
pub async fn list_by_name(tx: &mut Tx, name: &str) -> Result<Vec<Key>, StoreError> {
    let rows: Vec<KeyRow> = on!(tx, |conn| {
        sqlx::query_as(select_keys!("WHERE k.name = $1 ORDER BY k.id")).bind(name).fetch_all(conn).await
    })?;
    rows.into_iter().map(Key::try_from).collect()
}

/// Keys older than one, newest first.
pub async fn list_before(tx: &mut Tx, before: Option<KeyId>, limit: i64) -> Result<Vec<Key>, StoreError> {
    let rows: Vec<KeyRow> = on!(tx, |conn| {
        sqlx::query_as(select_keys!("WHERE ($1 IS NULL OR k.id < $1) ORDER BY k.id DESC LIMIT $2"))
            .bind(before.map(KeyId::uuid))
            .bind(limit)
            .fetch_all(conn)
            .await
    })?;
    rows.into_iter().map(Key::try_from).collect()
}

/// Notes when a key was used last.
pub async fn touch(tx: &mut Tx, id: KeyId, at: Time) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query(
            "UPDATE api_key SET last_used_at = $2 WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)",
        )
        .bind(id.uuid())
        .bind(at)
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// The keys a person answers for, oldest first.
pub async fn list_of_owner(tx: &mut Tx, owner: PersonId) -> Result<Vec<Key>, StoreError> {
    let rows: Vec<KeyRow> = on!(tx, |conn| {
        sqlx::query_as(select_keys!("WHERE k.owner_id = $1 ORDER BY k.id")).bind(owner.uuid()).fetch_all(conn).await
    })?;
    rows.into_iter().map(Key::try_from).collect()
}

/// Those who answer for a key: its owner, and whoever made it.
pub async fn list_answerable(tx: &mut Tx, id: KeyId) -> Result<Vec<PersonId>, StoreError> {
    let row: Option<(Option<Uuid>, Option<Uuid>)> = on!(tx, |conn| {
        sqlx::query_as("SELECT owner_id, created_by_id FROM api_key WHERE id = $1")
            .bind(id.uuid())
            .fetch_optional(conn)
            .await
    })?;
    let people = row.into_iter().flat_map(|(owner, maker)| [owner, maker]).flatten();
    Ok(people.map(PersonId::from_uuid).collect())
}

/// Keeps a new key with the digest of its secret, and who made it.
pub async fn insert(tx: &mut Tx, key: &Key, secret: Digest, maker: Actor) -> Result<(), StoreError> {
    let maker = match maker {
        Actor::Person(person) => Some(person),
        Actor::Key(_) | Actor::System(_) => None,
    };
    let scopes: Vec<&str> = key.scopes.iter().map(|scope| scope.as_str()).collect();
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO api_key (id, secret_hash, name, scopes, owner_id, source, run_id, created_at, expires_at, hint, \
             begins_runs, workflows, created_by_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)",
        )
        .bind(key.id.uuid())
        .bind(secret.bytes().to_vec())
        .bind(&key.name)
        .bind(scopes.join(" "))
        .bind(key.owner.map(PersonId::uuid))
        .bind(&key.source)
        .bind(key.run.map(RunId::uuid))
        .bind(key.created_at)
        .bind(key.expires_at)
        .bind(&key.hint)
        .bind(key.begins.unregistered)
        .bind(to_text(&key.begins.workflows))
        .bind(maker.map(PersonId::uuid))
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Revokes a key; `false` when it is revoked already or there is none.
pub async fn revoke(tx: &mut Tx, id: KeyId) -> Result<bool, StoreError> {
    let now = tx.now();
    let changed = on!(tx, |conn| {
        sqlx::query("UPDATE api_key SET revoked_at = $2 WHERE id = $1 AND revoked_at IS NULL")
            .bind(id.uuid())
            .bind(now)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(changed > 0)
}
