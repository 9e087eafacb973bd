//! Where the data lies: a folder with a SQLite file, or a PostgreSQL database.

use std::{
    io::{BufRead as _, stdin},
    path::{Path, PathBuf},
    sync::Arc,
};

use clap::Args;

use super::Stopped;
use crate::{
    clock::Clock,
    desk::{self, Desk},
    ids::Ids,
    password::Password,
    store::Database,
    vault::{NoKey, Vault},
    webhook::Outbound,
};

/// The folder that is used when none is named.
const FOLDER: &str = "countersign-data";
/// The database file in it.
const FILE: &str = "countersign.db";
/// Brings the vault key where no file is wanted, and where several servers share a database.
const VAULT_KEY: &str = "COUNTERSIGN_VAULT_KEY";

#[derive(Args)]
pub(super) struct Storage {
    /// Folder of the SQLite database [default: ./countersign-data]
    #[arg(long, global = true, value_name = "DIR")]
    data: Option<PathBuf>,
    /// PostgreSQL database instead, such as `postgres://user@host/countersign`
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "COUNTERSIGN_DATABASE_URL",
        hide_env_values = true,
        conflicts_with = "data"
    )]
    database_url: Option<String>,
}

impl Storage {
    /// The same storage, in another folder unless one is named.
    pub(super) fn or_in(&self, folder: &str) -> Self {
        let data = self.data.clone().unwrap_or_else(|| PathBuf::from(folder));
        Self { data: Some(data), database_url: self.database_url.clone() }
    }

    /// Whether a folder or a database is named.
    pub(super) const fn is_named(&self) -> bool {
        self.data.is_some() || self.database_url.is_some()
    }

    /// The folder, which nobody else may look into.
    pub(super) fn folder(&self) -> Result<PathBuf, Stopped> {
        let folder = self.data.clone().unwrap_or_else(|| PathBuf::from(FOLDER));
        create_private(&folder)?;
        Ok(folder)
    }

    /// Opens the database, creating and migrating it where necessary.
    pub(super) async fn open(&self) -> Result<Desk, Stopped> {
        let clock = Clock::System;
        let ids = Arc::new(Ids::from_os(clock.clone()));
        let database = match &self.database_url {
            Some(url) if url.starts_with("postgres://") || url.starts_with("postgresql://") => {
                Database::open_postgres(url, clock, ids).await?
            }
            Some(_) => return Err(Stopped::Failed("--database-url: expected postgres://…".to_owned())),
            None => open_file(&self.folder()?.join(FILE), clock, ids).await?,
        };
        let vault = self.vault(&database).await?;
        desk::vault::claim(&database, &vault).await?;
        Ok(Desk::new(database, vault, Outbound::new()?))
    }

    /// The key that seals secrets: from the environment, else from its file, which is made for a fresh database.
    async fn vault(&self, database: &Database) -> Result<Vault, Stopped> {
        #[expect(clippy::disallowed_methods, reason = "the command line is where configuration is read")]
        if let Ok(key) = std::env::var(VAULT_KEY) {
            return Vault::parse(&key).map_err(|error| Stopped::Failed(format!("{VAULT_KEY}: {error}")));
        }
        let folder = self.folder()?;
        let failed = |error: NoKey| Stopped::Failed(format!("vault key: {error}"));
        if let Some(vault) = Vault::read(&folder).map_err(failed)? {
            return Ok(vault);
        }
        if desk::vault::has_key(database).await? {
            return Err(desk::vault::other_key().into());
        }
        Vault::create(&folder, database.ids()).map_err(failed)
    }
}

/// Opens the SQLite file. Whoever meant another folder must see that a database was made here.
async fn open_file(file: &Path, clock: Clock, ids: Arc<Ids>) -> Result<Database, Stopped> {
    let is_new = !file.exists();
    let database = Database::open_sqlite(file, clock, ids).await?;
    if is_new {
        let made = file.canonicalize().unwrap_or_else(|_| file.to_owned());
        eprintln!("countersign: made a new database, {}", made.display());
    }
    Ok(database)
}

/// Creates a folder that nobody else may look into.
fn create_private(folder: &Path) -> Result<(), Stopped> {
    let mut builder = std::fs::DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(folder).map_err(|error| Stopped::Failed(format!("{}: {error}", folder.display())))
}

/// The first line of standard input as a password.
pub(super) fn read_password() -> Result<Password, Stopped> {
    Ok(Password::new(read_line()?))
}

/// The first line of standard input.
pub(super) fn read_line() -> Result<String, Stopped> {
    let mut line = String::new();
    stdin().lock().read_line(&mut line)?;
    let typed = line.strip_suffix('\n').unwrap_or(&line);
    Ok(typed.strip_suffix('\r').unwrap_or(typed).to_owned())
}
