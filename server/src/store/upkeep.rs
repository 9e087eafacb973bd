//! A SQLite file's upkeep: its version, its migrations, and its log folded into it off the commit path.

use std::{
    sync::{
        Arc,
        atomic::{AtomicI64, Ordering},
    },
    time::Duration,
};

use sqlx::{SqlitePool, migrate::MigrateError};

use super::failure::Failure;
use crate::error::{Result, StoreError};

/// How often the log is folded into the database, off the commit path. While something is written, often: commits wait
/// for the disk as long as a fold syncs, and a fold of few pages syncs for a short time.
const CHECKPOINT_EVERY: Duration = Duration::from_secs(1);
const CHECKPOINT_WHILE_BUSY: Duration = Duration::from_millis(100);
/// How long a statement waits for another process that writes.
pub(super) const PATIENCE: Duration = Duration::from_secs(5);
/// How often a migration that met another process is tried again, and after how long.
const MIGRATION_TRIES: u32 = 10;
const MIGRATION_PAUSE: Duration = Duration::from_millis(200);
/// The first release without the WAL-reset race (sqlite.org/wal.html#walresetbug).
const LEAST_VERSION: (u32, u32, u32) = (3, 51, 3);

/// Migrates. Another process may be at it: nothing locks a SQLite file for migration, so whoever loses looks again.
pub(super) async fn migrate(pool: &SqlitePool) -> Result<(), StoreError> {
    let mut tries = 0;
    loop {
        match sqlx::migrate!("../migrations/sqlite").run(pool).await {
            Err(MigrateError::Execute(_) | MigrateError::ExecuteMigration(..)) if tries < MIGRATION_TRIES => {
                tokio::time::sleep(MIGRATION_PAUSE).await;
            }
            done => return understood(done),
        }
        tries += 1;
    }
}

/// What a migration's failure means to whoever runs the server.
pub(super) fn understood(done: Result<(), MigrateError>) -> Result<(), StoreError> {
    match done {
        Err(MigrateError::VersionMissing(step)) => Err(StoreError::NewerDatabase { step }),
        Err(MigrateError::VersionMismatch(step)) => Err(StoreError::OtherDatabase { step }),
        done => Ok(done?),
    }
}

pub(super) async fn assert_version(pool: &SqlitePool) -> Result<(), StoreError> {
    let version: String = sqlx::query_scalar("SELECT sqlite_version()").fetch_one(pool).await?;
    if is_sound(&version) {
        return Ok(());
    }
    Err(StoreError::Unexpected(format!("SQLite {version} can corrupt its log; 3.51.3 or newer is needed")))
}

/// Whether a SQLite of this version keeps its log whole. What cannot be read is not sound.
fn is_sound(version: &str) -> bool {
    let mut parts = version.split('.').map(|part| part.parse::<u32>().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next()) >= LEAST_VERSION
}

/// Folds what the log holds into the database before anybody reads it. The log's end may never have been synced: its
/// writer was killed, or its sync failed and the kernel only pretends to have it. What is answered from it must be on
/// the disk. Nothing waits here: if another process is at it, the log is not what a crash left.
pub(super) async fn fold_log(pool: &SqlitePool) -> Result<(), StoreError> {
    sqlx::query("PRAGMA wal_checkpoint(PASSIVE)").execute(pool).await?;
    Ok(())
}

/// Begins the log anew, and tells whether it could be: whoever still reads an older state keeps it from that. Nobody
/// waits for them, for nobody could write meanwhile.
pub(super) async fn restart_log(pool: &SqlitePool) -> Result<bool, sqlx::Error> {
    let mut writer = pool.acquire().await?;
    sqlx::query("PRAGMA busy_timeout = 0").execute(&mut *writer).await?;
    let restarted =
        sqlx::query_as::<_, (i64, i64, i64)>("PRAGMA wal_checkpoint(RESTART)").fetch_one(&mut *writer).await;
    let patience = format!("PRAGMA busy_timeout = {}", PATIENCE.as_millis());
    sqlx::query(sqlx::AssertSqlSafe(patience)).execute(&mut *writer).await?;
    restarted.map(|(busy, ..)| busy == 0)
}

/// Folds the log into the database on a connection of its own until that is closed.
pub(super) async fn checkpoint(pool: SqlitePool, log_pages: Arc<AtomicI64>, failure: Failure) {
    let mut pause = CHECKPOINT_EVERY;
    while !pool.is_closed() {
        tokio::select! {
            () = pool.close_event() => return,
            () = tokio::time::sleep(pause) => {}
        }
        match sqlx::query_as::<_, (i64, i64, i64)>("PRAGMA wal_checkpoint(PASSIVE)").fetch_one(&pool).await {
            Ok((_, pages, _)) => {
                let is_busy = log_pages.swap(pages, Ordering::Relaxed) != pages;
                pause = if is_busy { CHECKPOINT_WHILE_BUSY } else { CHECKPOINT_EVERY };
            }
            Err(error) if pool.is_closed() => return tracing::debug!(%error, "stopped folding the log"),
            Err(error) => {
                tracing::warn!(%error, "the write-ahead log could not be folded into the database");
                failure.note(&error.into());
            }
        }
        if failure.told().is_some() {
            return;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_compared_as_numbers() {
        for sound in ["3.51.3", "3.51.10", "3.52.0", "3.100.0", "4.0.0"] {
            assert!(is_sound(sound), "{sound}");
        }
        for unsound in ["3.51.2", "3.51", "3.9.99", "3.50.100", "2.99.99", "", "new"] {
            assert!(!is_sound(unsound), "{unsound}");
        }
    }
}
