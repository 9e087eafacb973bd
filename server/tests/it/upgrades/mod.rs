//! Upgrades: an older database that this release opens, killed at each step; and a newer one, which it leaves alone.

mod older;

use std::{future::poll_fn, path::Path, sync::Arc, task::Poll};

use server::{clock::Clock, error::StoreError, ids::Ids, store::Database};
use sqlx::{Connection as _, Executor as _, PgConnection, SqliteConnection};

use crate::support::{
    TestConsole, empty_postgres,
    load::Load,
    process::{Installation, binary},
    shim::{ANY, DEEDS, Plan, Shim, Way},
    sound,
    trials::is_long,
};
use older::{Log, Schema};

/// How many migrations the older release did not have.
const BACK: usize = 3;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upgrade_killed_at_any_call_is_whole_or_untouched() {
    let site = Installation::new();
    let Some(shim) = Shim::on(site.folder()) else { return };
    let file = site.database();
    let server = site.start();
    let mut load = Load::start(&site, None, &server).await;
    load.ask_on(&server, 4, |answered| answered >= 40).await;
    server.kill();
    // The checks of the last moments are sorted into the log before it is compared.
    let server = site.start();
    server.get(&reqwest::Client::new(), &site.hook, "/runs").await.expect("an answer");
    server.kill();
    let schemas = older::schemas().await;
    let first = schemas.len() - 1 - BACK;
    let before = older::downgrade(&file, &schemas, first).await;
    let kept = site.folder().join("older.db");
    std::fs::copy(&file, &kept).expect("a copy");
    let mut met = vec![0; schemas.len()];
    for nth in 1.. {
        restore(&kept, &file);
        shim.arm(Plan { deeds: &DEEDS, files: ANY, nth, times: 1, way: Way::Kill });
        let started = site.start_as(|command| shim.watch(command));
        let is_disturbed = shim.failed() > 0;
        shim.disarm();
        assert!(is_disturbed || started.is_ok(), "it does not start by itself");
        drop(started);
        let applied = whole_or_untouched(&file, &schemas, &before).await;
        met[applied] += 1;
        if !is_disturbed {
            assert_eq!(applied, schemas.len() - 1, "not upgraded");
            break;
        }
        if nth % 10 == 1 || is_long() {
            let server = site.start();
            load.again(&server).await;
            server.kill();
            sound::check(&file).await.expect("a sound database");
        }
    }
    eprintln!(
        "killed at {} calls; migrations applied then, from {first}: {:?}",
        met.iter().sum::<i32>() - 1,
        &met[first..]
    );
    assert!(met[first] > 0 && met[schemas.len() - 1] > 0, "never killed before, or never after the upgrade: {met:?}");
}

/// Puts the older database back as it was.
fn restore(kept: &Path, file: &Path) {
    for ending in ["-wal", "-shm", "-journal"] {
        let mut name = file.as_os_str().to_owned();
        name.push(ending);
        drop(std::fs::remove_file(name));
    }
    std::fs::copy(kept, file).expect("the older database");
}

/// How many migrations are applied; each of them as a whole, and the log as it was.
async fn whole_or_untouched(file: &Path, schemas: &[Schema], before: &Log) -> usize {
    let mut connection = SqliteConnection::connect(file.to_str().expect("a path")).await.expect("SQLite");
    let applied = older::applied(&mut connection).await;
    assert_eq!(older::schema(&mut connection).await, schemas[applied], "after {applied} migrations");
    assert_eq!(&older::log(&mut connection).await, before, "the log is not as it was");
    connection.close().await.expect("closed");
    applied
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_connection_lost_while_postgresql_is_upgraded_leaves_whole_migrations() {
    let Some(url) = empty_postgres().await else { return };
    let schemas = older::postgres_schemas(&url).await;
    let mut met = vec![0; schemas.len()];
    for steps in (1..).step_by(if is_long() { 1 } else { 7 }) {
        let url = empty_postgres().await.expect("a database");
        let is_done = open_and_leave(&url, steps).await;
        let applied = older::applied_to_postgres(&url, &schemas).await;
        met[applied] += 1;
        if is_done {
            assert_eq!(applied, schemas.len() - 1, "not migrated");
            break;
        }
        Database::open_postgres(&url, Clock::System, ids()).await.expect("it goes on where it was left").close().await;
    }
    eprintln!("left {} times; migrations applied then: {met:?}", met.iter().sum::<i32>() - 1);
    assert!(met.iter().filter(|count| **count > 0).count() > 2, "hardly ever left between migrations: {met:?}");
}

fn ids() -> Arc<Ids> {
    Arc::new(Ids::from_os(Clock::System))
}

/// Opens a database and goes away after so many steps; whether that was late enough.
async fn open_and_leave(url: &str, steps: u32) -> bool {
    let mut opening = Box::pin(Database::open_postgres(url, Clock::System, ids()));
    let mut left = steps;
    let opened = poll_fn(|context| {
        if left == 0 {
            return Poll::Ready(None);
        }
        left -= 1;
        opening.as_mut().poll(context).map(|opened| Some(opened.expect("opened")))
    });
    match opened.await {
        Some(database) => database.close().await,
        None => return false,
    }
    true
}

/// What a later release would have noted.
const LATER: &str = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
    SELECT 9999, 'later', success, checksum, 0 FROM _sqlx_migrations WHERE version = 1";

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_database_is_refused_and_left_alone() {
    let site = Installation::new();
    let file = site.database();
    let mut connection = SqliteConnection::connect(file.to_str().expect("a path")).await.expect("SQLite");
    connection.execute(LATER).await.expect("a later migration");
    let (schema, log) = (older::schema(&mut connection).await, older::log(&mut connection).await);
    let pages = site.folder().join("site");
    let serve = ["serve", "--listen", "127.0.0.1:0", "--site", pages.to_str().expect("a path")];
    for arguments in [&serve[..], &["person", "list"]] {
        let refused = binary(site.folder()).args(arguments).output().expect("the program");
        let said = String::from_utf8_lossy(&refused.stderr);
        assert_eq!(refused.status.code(), Some(1), "{said}");
        for words in ["a newer Countersign", "migration 9999", "Nothing was changed", "Start the newer release"] {
            assert!(said.contains(words), "{words}: {said}");
        }
    }
    assert_eq!(older::schema(&mut connection).await, schema);
    assert_eq!(older::log(&mut connection).await, log);
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_newer_postgresql_database_is_refused() {
    let Some(console) = TestConsole::postgres().await else { return };
    let crate::support::Kept::Postgres(url) = &console.kept else { panic!("PostgreSQL") };
    let mut connection = PgConnection::connect(url).await.expect("PostgreSQL");
    connection.execute(LATER).await.expect("a later migration");
    let refused = Database::open_postgres(url, Clock::System, ids()).await.err();
    assert!(matches!(refused, Some(StoreError::NewerDatabase { step: 9999 })), "{refused:?}");
    connection.execute("DELETE FROM _sqlx_migrations WHERE version = 9999").await.expect("gone");
    connection.execute("UPDATE _sqlx_migrations SET checksum = '\\x00' WHERE version = 2").await.expect("altered");
    let refused = Database::open_postgres(url, Clock::System, ids()).await.err();
    assert!(matches!(refused, Some(StoreError::OtherDatabase { step: 2 })), "{refused:?}");
}
