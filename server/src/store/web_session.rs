//! Browser sessions, kept by a digest of their id: a copy of the database signs nobody in.

use async_trait::async_trait;
use chrono::TimeDelta;
use domain::{Digest, Time, id::PersonId};
use futures::FutureExt as _;
use tower_sessions::{
    SessionStore,
    session::{Id, Record},
    session_store::{Error as SessionError, Result as SessionResult},
};

use super::{Database, Tx, from_text, on, to_text};
use crate::error::{Error, Result, StoreError};

/// A session nobody uses ends after this.
pub const IDLE: TimeDelta = TimeDelta::minutes(30);
/// Every session ends after this.
pub const ABSOLUTE: TimeDelta = TimeDelta::hours(8);
/// How far a clock may lag behind the one a session was used by. Beyond that it has gone back, and the session has
/// ended: nobody knows how long it has lasted.
const LAG: TimeDelta = TimeDelta::minutes(1);
/// The member of a session's data that names the person.
pub const PERSON: &str = "person";

/// The sessions of this database, by the injected clock.
#[derive(Clone)]
pub struct WebSessions(Database);

impl WebSessions {
    /// Sessions kept in this database.
    pub const fn new(database: Database) -> Self {
        Self(database)
    }

    /// When a session ends unless it is used; `None` when it has ended.
    pub async fn ends_at(&self, id: &Id) -> Result<Option<Time>> {
        let mut tx = self.0.read().await?;
        Ok(find(&mut tx, digest(*id)).await?.map(|(_, ends_at)| ends_at))
    }
}

impl std::fmt::Debug for WebSessions {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("WebSessions")
    }
}

/// What a session is kept by.
pub fn digest(id: Id) -> Digest {
    Digest::of("web-session/v1", &id.0.to_le_bytes())
}

fn person(record: &Record) -> Option<PersonId> {
    record.data.get(PERSON)?.as_str()?.parse().ok()
}

async fn insert(tx: &mut Tx, id: Digest, person: Option<PersonId>, data: &str) -> Result<bool, StoreError> {
    let now = tx.now();
    let inserted = on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO web_session (id_hash, person_id, data, created_at, expires_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT (id_hash) DO NOTHING",
        )
        .bind(id.bytes().to_vec())
        .bind(person.map(PersonId::uuid))
        .bind(data)
        .bind(now)
        .bind(now + IDLE)
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(inserted > 0)
}

/// Keeps a session alive. One that was dropped meanwhile stays dropped.
async fn touch(tx: &mut Tx, id: Digest, data: &str) -> Result<(), StoreError> {
    let now = tx.now();
    on!(tx, |conn| {
        sqlx::query("UPDATE web_session SET data = $2, expires_at = $3 WHERE id_hash = $1 AND expires_at > $4")
            .bind(id.bytes().to_vec())
            .bind(data)
            .bind(now + IDLE)
            .bind(now)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// What a session holds, and when it ends unless it is used.
async fn find(tx: &mut Tx, id: Digest) -> Result<Option<(String, Time)>, StoreError> {
    let now = tx.now();
    let found: Option<(String, Time, Time)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT data, expires_at, created_at FROM web_session WHERE id_hash = $1 AND expires_at > $2 AND created_at > $3 \
             AND expires_at <= $4",
        )
        .bind(id.bytes().to_vec())
        .bind(now)
        .bind(now - ABSOLUTE)
        .bind(now + IDLE + LAG)
        .fetch_optional(conn)
        .await
    })?;
    Ok(found.map(|(data, expires_at, created_at)| (data, expires_at.min(created_at + ABSOLUTE))))
}

async fn delete(tx: &mut Tx, id: Digest) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("DELETE FROM web_session WHERE id_hash = $1")
            .bind(id.bytes().to_vec())
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

/// Ends every session of a person.
pub async fn delete_of_person(tx: &mut Tx, person: PersonId) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("DELETE FROM web_session WHERE person_id = $1").bind(person.uuid()).execute(conn).await.map(drop)
    })?;
    Ok(())
}

/// Ends every session of a person but one, and answers how many that were.
pub async fn delete_others(tx: &mut Tx, person: PersonId, kept: Digest) -> Result<u64, StoreError> {
    Ok(on!(tx, |conn| {
        sqlx::query("DELETE FROM web_session WHERE person_id = $1 AND id_hash <> $2")
            .bind(person.uuid())
            .bind(kept.bytes().to_vec())
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?)
}

/// A person's sessions, the latest first: what each is kept by, when it began, and when it was used last.
pub async fn list_of_person(tx: &mut Tx, person: PersonId) -> Result<Vec<(Digest, Time, Time)>, StoreError> {
    let now = tx.now();
    let rows: Vec<(Vec<u8>, Time, Time)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT id_hash, created_at, expires_at FROM web_session \
             WHERE person_id = $1 AND expires_at > $2 AND created_at > $3 AND expires_at <= $4 ORDER BY created_at DESC, id_hash",
        )
        .bind(person.uuid())
        .bind(now)
        .bind(now - ABSOLUTE)
        .bind(now + IDLE + LAG)
        .fetch_all(conn)
        .await
    })?;
    let read = |(hash, since, ends): (Vec<u8>, Time, Time)| {
        Ok((super::digest(&hash, "web_session", "id_hash", person)?, since, ends - IDLE))
    };
    rows.into_iter().map(read).collect()
}

/// Removes sessions that have ended by themselves.
pub async fn delete_expired(tx: &mut Tx) -> Result<(), StoreError> {
    let now = tx.now();
    on!(tx, |conn| {
        sqlx::query("DELETE FROM web_session WHERE expires_at <= $1 OR created_at <= $2")
            .bind(now)
            .bind(now - ABSOLUTE)
            .execute(conn)
            .await
            .map(drop)
    })?;
    Ok(())
}

fn failed(error: impl Into<Error>) -> SessionError {
    SessionError::Backend(error.into().to_string())
}

/// The dates of `Record` follow the system's clock; what counts here are the columns, which follow ours.
#[async_trait]
impl SessionStore for WebSessions {
    async fn create(&self, record: &mut Record) -> SessionResult<()> {
        record.id = Id(i128::from_le_bytes(self.0.ids().bytes()));
        let (id, person, data) = (digest(record.id), person(record), to_text(&record.data));
        let created = self.0.write(move |tx| async move { Ok(insert(tx, id, person, &data).await?) }.boxed()).await;
        if created.map_err(failed)? {
            Ok(())
        } else {
            Err(SessionError::Backend("a fresh session id was taken".to_owned()))
        }
    }

    async fn save(&self, record: &Record) -> SessionResult<()> {
        let (id, data) = (digest(record.id), to_text(&record.data));
        let saved = self.0.write(move |tx| async move { Ok(touch(tx, id, &data).await?) }.boxed()).await;
        // A page need not fail because its session could not be prolonged.
        if let Err(error) = saved {
            tracing::warn!(%error, "a session could not be prolonged");
        }
        Ok(())
    }

    async fn load(&self, id: &Id) -> SessionResult<Option<Record>> {
        let mut tx = self.0.read().await.map_err(failed)?;
        let Some((data, expires_at)) = find(&mut tx, digest(*id)).await.map_err(failed)? else { return Ok(None) };
        let expiry_date = time::OffsetDateTime::from_unix_timestamp(expires_at.timestamp())
            .map_err(|error| SessionError::Decode(error.to_string()))?;
        let data = from_text(&data, "web_session", "data", "a session").map_err(failed)?;
        Ok(Some(Record { id: *id, data, expiry_date }))
    }

    async fn delete(&self, id: &Id) -> SessionResult<()> {
        let id = digest(*id);
        self.0.write(move |tx| async move { Ok(delete(tx, id).await?) }.boxed()).await.map_err(failed)
    }
}
