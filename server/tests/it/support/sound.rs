//! What must hold of a database file, whatever was done to it.

use std::{collections::HashMap, path::Path, sync::Arc};

use serde_json::Value;
use server::{clock::Clock, ids::Ids, store::Database};
use sqlx::SqlitePool;

/// A call that was answered.
#[derive(Debug, Clone)]
pub struct Acknowledged {
    /// The call, as it was asked.
    pub call: Value,
    /// What was answered.
    pub answer: Value,
    /// How long the trace was when the answer was there.
    pub at: u64,
}

/// Opens a database as the product does, migrations and all, and closes it.
pub async fn open(file: &Path) -> Result<(), String> {
    let ids = Arc::new(Ids::from_os(Clock::System));
    let database = Database::open_sqlite(file, Clock::System, ids).await.map_err(|error| format!("open: {error}"))?;
    let is_ready = database.is_ready().await;
    database.close().await;
    is_ready.then_some(()).ok_or_else(|| "opened, but not ready".to_owned())
}

/// Whether the file is sound and the log whole.
pub async fn check(file: &Path) -> Result<(), String> {
    check_answers(file, &[]).await
}

/// Whether the file is sound, the log whole, and every answer there as it was given.
pub async fn check_answers(file: &Path, answered: &[Acknowledged]) -> Result<(), String> {
    let options = sqlx::sqlite::SqliteConnectOptions::new().filename(file);
    let pool = SqlitePool::connect_with(options).await.map_err(|error| format!("connect: {error}"))?;
    let found = async {
        is_whole(&pool).await?;
        are_there(&pool, answered).await
    };
    let found = found.await;
    pool.close().await;
    found
}

async fn is_whole(pool: &SqlitePool) -> Result<(), String> {
    let broken = |error: sqlx::Error| error.to_string();
    let check: String = sqlx::query_scalar("PRAGMA integrity_check").fetch_one(pool).await.map_err(broken)?;
    if check != "ok" {
        return Err(check);
    }
    // Each of these is 0, or something happened in part.
    for (what, count) in [
        (
            "places without an event, left out or held twice",
            "SELECT COALESCE(MAX(leaf_index), 0) - COUNT(*) FROM \
             (SELECT leaf_index FROM event_leaf UNION ALL SELECT leaf_index FROM check_inbox)",
        ),
        (
            "checks both sorted and to be sorted",
            "SELECT COUNT(*) FROM check_inbox i JOIN gate_check c \
             ON c.id = i.id OR (c.session_id = i.session_id AND c.tool_use_id = i.tool_use_id AND c.phase = i.phase)",
        ),
        ("places before the first", "SELECT COUNT(*) FROM event_leaf WHERE leaf_index < 1"),
        ("events without a place", "SELECT COUNT(*) FROM event WHERE id NOT IN (SELECT event_id FROM event_leaf)"),
        ("places of no event", "SELECT COUNT(*) FROM event_leaf WHERE event_id NOT IN (SELECT id FROM event)"),
        ("events without content", "SELECT COUNT(*) FROM event WHERE id NOT IN (SELECT event_id FROM event_payload)"),
        (
            "checks without their event, or the reverse",
            "SELECT (SELECT COUNT(*) FROM gate_check) - (SELECT COUNT(*) FROM event WHERE kind = 'gate.checked')",
        ),
        (
            "approvals without their event, or the reverse",
            "SELECT (SELECT COUNT(*) FROM approval) - (SELECT COUNT(*) FROM event WHERE kind = 'approval.opened')",
        ),
        ("steps of migration left half", "SELECT COUNT(*) FROM _sqlx_migrations WHERE NOT success"),
    ] {
        let count: i64 = sqlx::query_scalar(count).fetch_one(pool).await.map_err(broken)?;
        if count != 0 {
            return Err(format!("{what}: {count}"));
        }
    }
    Ok(())
}

async fn are_there(pool: &SqlitePool, answered: &[Acknowledged]) -> Result<(), String> {
    let stored = "SELECT tool_use_id, answer FROM (SELECT tool_use_id, phase, answer FROM gate_check UNION ALL \
                  SELECT tool_use_id, phase, answer FROM check_inbox) ORDER BY phase DESC";
    let rows: Vec<(String, String)> =
        sqlx::query_as(stored).fetch_all(pool).await.map_err(|error| error.to_string())?;
    let stored: HashMap<String, String> = rows.into_iter().collect();
    for known in answered {
        let id = known.call["tool_use_id"].as_str().expect("an id");
        let answer = stored.get(id).ok_or_else(|| format!("{id} was answered and is lost"))?;
        let answer: Value = serde_json::from_str(answer).map_err(|error| error.to_string())?;
        if answer != known.answer {
            return Err(format!("{id} was answered {}, stored is {answer}", known.answer));
        }
    }
    Ok(())
}
