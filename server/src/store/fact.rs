//! Recorded facts with provenance, each version kept; and assertions, which no gate reads.

use domain::{
    Actor, Time,
    id::{KeyId, RunId},
};
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

use super::{Tx, from_text, on, to_text};
use crate::error::{Result, StoreError};

/// A fact as recorded.
#[derive(Debug, Clone, PartialEq)]
pub struct Fact {
    /// Its name.
    pub name: String,
    /// From 1.
    pub version: i64,
    /// Its value.
    pub value: Value,
    /// Source system or tool.
    pub source: String,
    /// The source's own reference.
    pub reference: Option<String>,
    /// When.
    pub written_at: Time,
}

#[derive(FromRow)]
struct FactRow {
    name: String,
    version: i64,
    value: String,
    source: String,
    reference: Option<String>,
    written_at: Time,
}

impl TryFrom<FactRow> for Fact {
    type Error = StoreError;

    fn try_from(row: FactRow) -> Result<Self, StoreError> {
        Ok(Self {
            value: from_text(&row.value, "fact", "value", &row.name)?,
            name: row.name,
            version: row.version,
            source: row.source,
            reference: row.reference,
            written_at: row.written_at,
        })
    }
}

/// The current facts of a run, by name.
pub async fn list_current(tx: &mut Tx, run: RunId) -> Result<Vec<Fact>, StoreError> {
    let rows: Vec<FactRow> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT name, version, value, source, reference, written_at FROM fact WHERE run_id = $1 AND is_current ORDER BY name",
        )
        .bind(run.uuid())
        .fetch_all(conn)
        .await
    })?;
    rows.into_iter().map(Fact::try_from).collect()
}

/// Versions that are not current any more, newest first within each name.
pub async fn list_earlier(tx: &mut Tx, run: RunId, limit: i64) -> Result<Vec<Fact>, StoreError> {
    let rows: Vec<FactRow> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT name, version, value, source, reference, written_at FROM fact \
             WHERE run_id = $1 AND NOT is_current ORDER BY name, version DESC LIMIT $2",
        )
        .bind(run.uuid())
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    rows.into_iter().map(Fact::try_from).collect()
}

/// A fact to be written.
pub struct NewFact<'a> {
    /// Its name.
    pub name: &'a str,
    /// Its value.
    pub value: &'a Value,
    /// Source system or tool.
    pub source: &'a str,
    /// The source's own reference.
    pub reference: Option<&'a str>,
    /// Who wrote it.
    pub writer: Actor,
}

/// Writes a fact as a new version; answers the version and the value before. The run is locked by the caller.
pub async fn write(tx: &mut Tx, run: RunId, fact: &NewFact<'_>) -> Result<(i64, Option<Value>), StoreError> {
    let now = tx.now();
    let before: Option<(i64, String)> = on!(tx, |conn| {
        sqlx::query_as(
            "UPDATE fact SET is_current = FALSE WHERE run_id = $1 AND name = $2 AND is_current RETURNING version, value",
        )
        .bind(run.uuid())
        .bind(fact.name)
        .fetch_optional(conn)
        .await
    })?;
    let version = before.as_ref().map_or(1, |(version, _)| version + 1);
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO fact (run_id, name, version, value, source, reference, writer, written_at, is_current) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, TRUE)",
        )
        .bind(run.uuid())
        .bind(fact.name)
        .bind(version)
        .bind(to_text(fact.value))
        .bind(fact.source)
        .bind(fact.reference)
        .bind(to_text(&fact.writer))
        .bind(now)
        .execute(conn)
        .await
        .map(drop)
    })?;
    let previous = before.map(|(_, value)| from_text(&value, "fact", "value", fact.name)).transpose()?;
    Ok((version, previous))
}

/// Takes a fact back as a new version without a value; the version before stays. The run is locked by the caller.
pub async fn retract(tx: &mut Tx, run: RunId, name: &str, writer: Actor) -> Result<(i64, Option<Value>), StoreError> {
    let fact = NewFact { name, value: &Value::Null, source: "rollback", reference: None, writer };
    write(tx, run, &fact).await
}

/// Something the model said, by name; the newest wins.
pub async fn assert(
    tx: &mut Tx,
    run: RunId,
    key: KeyId,
    name: &str,
    value: &Value,
    statement: Option<&str>,
) -> Result<(), StoreError> {
    let now = tx.now();
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO assertion (run_id, name, value, statement, key_id, asserted_at) VALUES ($1, $2, $3, $4, $5, $6) \
             ON CONFLICT (run_id, name) DO UPDATE SET value = excluded.value, statement = excluded.statement, \
             key_id = excluded.key_id, asserted_at = excluded.asserted_at",
        )
        .bind(run.uuid())
        .bind(name)
        .bind(to_text(value))
        .bind(statement)
        .bind(key.uuid())
        .bind(now)
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Something the model said, with who said it and when.
#[derive(Debug, Clone, PartialEq)]
pub struct Said {
    /// What it is about.
    pub name: String,
    /// What was said.
    pub value: Value,
    /// The sentence it came with.
    pub statement: Option<String>,
    /// The name of the key.
    pub by: Option<String>,
    /// When.
    pub at: Time,
}

#[derive(FromRow)]
struct SaidRow {
    name: String,
    value: String,
    statement: Option<String>,
    said_by: Option<String>,
    asserted_at: Time,
}

/// What the model has said in a run, by name, with who said it.
pub async fn list_said(tx: &mut Tx, run: RunId) -> Result<Vec<Said>, StoreError> {
    let rows: Vec<SaidRow> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT a.name, a.value, a.statement, (SELECT k.name FROM api_key k WHERE k.id = a.key_id) AS said_by, \
             a.asserted_at FROM assertion a WHERE a.run_id = $1 ORDER BY a.name",
        )
        .bind(run.uuid())
        .fetch_all(conn)
        .await
    })?;
    let read = |row: SaidRow| {
        let value = from_text(&row.value, "assertion", "value", &row.name)?;
        Ok(Said { value, name: row.name, statement: row.statement, by: row.said_by, at: row.asserted_at })
    };
    rows.into_iter().map(read).collect()
}

/// What the model has said in a run, by name.
pub async fn list_assertions(tx: &mut Tx, run: RunId) -> Result<Vec<(String, Value)>, StoreError> {
    let rows: Vec<(String, String)> = on!(tx, |conn| {
        sqlx::query_as("SELECT name, value FROM assertion WHERE run_id = $1 ORDER BY name")
            .bind(run.uuid())
            .fetch_all(conn)
            .await
    })?;
    rows.into_iter()
        .map(|(name, value)| {
            let value = from_text(&value, "assertion", "value", &name)?;
            Ok((name, value))
        })
        .collect()
}

/// How many distinct names a run has asserted.
pub async fn count_assertions(tx: &mut Tx, run: RunId) -> Result<i64, StoreError> {
    let run: Uuid = run.uuid();
    Ok(on!(tx, |conn| {
        sqlx::query_scalar("SELECT COUNT(*) FROM assertion WHERE run_id = $1").bind(run).fetch_one(conn).await
    })?)
}
