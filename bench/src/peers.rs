//! What is measured against: the physical limits, each as plain as it can be.

use std::{
    fs::File,
    io::{BufRead as _, BufReader},
    os::unix::fs::FileExt as _,
    path::Path,
    process::{Child, Command, Stdio},
    time::{Duration, Instant},
};

use anyhow::{Context as _, Result, ensure};
use axum::{Router, body::Bytes, routing};
use sqlx::{
    Connection as _, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};

use crate::{
    stats::float,
    wire::{Reply, Wire, get, post},
};

/// One row, one durable commit, with the driver the product uses: a write-ahead log, `synchronous=FULL`.
pub struct Commits {
    connection: SqliteConnection,
    row: String,
}

impl Commits {
    /// On a database of its own; the row is as long as an answer the product stores.
    pub async fn open(disk: &Path, row: usize) -> Result<Self> {
        let file = disk.join("raw.db");
        for ending in ["", "-wal", "-shm"] {
            let mut name = file.clone().into_os_string();
            name.push(ending);
            // Each round begins with an empty database: none grows into a slower one.
            drop(std::fs::remove_file(name));
        }
        let options = SqliteConnectOptions::new()
            .filename(&file)
            .create_if_missing(true)
            .journal_mode(SqliteJournalMode::Wal)
            .synchronous(SqliteSynchronous::Full);
        let mut connection = SqliteConnection::connect_with(&options).await?;
        sqlx::query("CREATE TABLE row (id INTEGER PRIMARY KEY, text TEXT NOT NULL)").execute(&mut connection).await?;
        Ok(Self { connection, row: "x".repeat(row) })
    }

    /// One commit.
    pub async fn commit(&mut self) -> Result<()> {
        sqlx::query("INSERT INTO row (text) VALUES (?)").bind(&self.row).execute(&mut self.connection).await?;
        Ok(())
    }

    /// Commits a second, one after the other.
    pub async fn rate(&mut self, length: Duration) -> Result<f64> {
        let start = Instant::now();
        let mut done = 0;
        while start.elapsed() < length {
            self.commit().await?;
            done += 1;
        }
        let rate = float(done) / start.elapsed().as_secs_f64();
        let stored: i64 = sqlx::query_scalar("SELECT COUNT(*) FROM row").fetch_one(&mut self.connection).await?;
        ensure!(usize::try_from(stored)? == done, "{stored} rows of {done}");
        Ok(rate)
    }
}

/// Overwrites of 4 kB in place, each synced, a second.
pub fn syncs(disk: &Path, length: Duration) -> Result<f64> {
    const BLOCK: usize = 4 << 10;
    const BLOCKS: u64 = 256;
    let file = File::options().write(true).create(true).truncate(true).open(disk.join("syncs"))?;
    file.write_all_at(&vec![0; BLOCK << 8], 0)?;
    file.sync_all()?;
    let block = [7_u8; BLOCK];
    let start = Instant::now();
    let mut done = 0;
    while start.elapsed() < length {
        file.write_all_at(&block, (done % BLOCKS) << 12)?;
        file.sync_data()?;
        done += 1;
    }
    Ok(float(usize::try_from(done)?) / start.elapsed().as_secs_f64())
}

/// A bare axum server in a process of its own: `GET /ping` and an echo of what is posted.
pub struct Bare {
    child: Child,
    /// Where it answers.
    pub url: String,
}

impl Bare {
    /// Starts this program again as that server.
    pub fn start() -> Result<Self> {
        let mut child =
            Command::new(std::env::current_exe()?).arg("peer").stdin(Stdio::null()).stdout(Stdio::piped()).spawn()?;
        let mut url = String::new();
        BufReader::new(child.stdout.take().context("its output")?).read_line(&mut url)?;
        ensure!(url.starts_with("http://"), "the bare server did not start");
        Ok(Self { child, url: url.trim().to_owned() })
    }
}

impl Drop for Bare {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// One request to the echo, as long as a gate check.
pub async fn echo(wire: &mut Wire, body: &str) -> Result<Reply> {
    let reply = wire.send(&post("/echo", "nobody", body)).await?;
    ensure!(reply.status == 200 && reply.body == body.as_bytes(), "the echo does not echo");
    Ok(reply)
}

/// One request to the ping.
pub async fn ping(wire: &mut Wire) -> Result<()> {
    let reply = wire.send(&get("/ping", "")).await?;
    ensure!(reply.status == 200 && reply.body == b"ok", "the ping is not answered");
    Ok(())
}

/// Serves until it is killed.
pub async fn serve() -> Result<()> {
    let router = Router::new()
        .route("/ping", routing::get(async || "ok"))
        .route("/echo", routing::post(async |body: Bytes| body));
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await?;
    println!("http://{}", listener.local_addr()?);
    axum::serve(listener, router).await?;
    Ok(())
}
