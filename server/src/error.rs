//! The server's one error: a refusal the caller can act on, or something that broke here.

use domain::{Refusal, refusal::Code};

/// What a use case answers when it does not succeed.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The caller can act on it.
    #[error(transparent)]
    Refused(#[from] Box<Refusal>),
    /// Something the command relied on moved since it was read; the use case evaluates again.
    #[error("the run moved meanwhile")]
    Moved,
    /// The database or a row in it is broken: 500, logged with the request's id.
    #[error(transparent)]
    Broken(StoreError),
}

/// What can break below the use cases.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The driver failed.
    #[error("database: {0}")]
    Driver(#[from] sqlx::Error),
    /// Migrations failed.
    #[error("migration: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    /// A later release has migrated the database.
    #[error(
        "the database was made or upgraded by a newer Countersign: this one does not know its migration {step}. Nothing \
         was changed. Start the newer release, or restore a backup from before the upgrade."
    )]
    NewerDatabase {
        /// The first migration that is not known here.
        step: i64,
    },
    /// A migration was applied that had another text.
    #[error(
        "migration {step} of this database is not the one of this program. Nothing was changed. Start the release that \
         made the database, or restore a backup."
    )]
    OtherDatabase {
        /// The migration that differs.
        step: i64,
    },
    /// A row holds what the domain calls impossible.
    #[error("{table}.{column} of {row} is inconsistent: {why}")]
    Inconsistent {
        /// The table.
        table: &'static str,
        /// The column.
        column: &'static str,
        /// The row's id.
        row: String,
        /// What is wrong.
        why: String,
    },
    /// The commit of the batch failed; nothing in it happened.
    #[error("the commit failed: {0}")]
    CommitFailed(String),
    /// Somebody else wrote for too long; nothing of the batch happened.
    #[error("the database is busy: {0}")]
    Busy(String),
    /// The disk is full or failing; nothing of the batch happened.
    #[error("the disk is full or failing: {0}")]
    Disk(String),
    /// Something else that should not happen.
    #[error("{0}")]
    Unexpected(String),
}

/// The result of a use case or a store function.
pub type Result<T, E = Error> = std::result::Result<T, E>;

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

impl From<StoreError> for Error {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Driver(driver) if is_transient(&driver) => {
                tracing::warn!(error = %driver, "the database was busy or out of reach");
                Self::unavailable("The database is busy or out of reach.")
            }
            StoreError::Driver(driver) if crate::store::is_of_disk(&driver) => {
                tracing::error!(error = %driver, "the disk is full or failing");
                Self::unavailable("The disk is full or failing.")
            }
            StoreError::Busy(_) => Self::unavailable("The database is busy or out of reach."),
            StoreError::Disk(_) => Self::unavailable("The disk is full or failing."),
            other => Self::Broken(other),
        }
    }
}

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        StoreError::from(error).into()
    }
}

/// Whether the same call may succeed later: no connection was free, the file is locked, a transaction lost a race.
pub(crate) fn is_transient(error: &sqlx::Error) -> bool {
    match error {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => true,
        sqlx::Error::Database(told) => {
            let code = told.code().unwrap_or_default();
            // SQLite: BUSY, LOCKED and their kin. PostgreSQL: serialisation, deadlock, shutting down.
            matches!(&*code, "5" | "6" | "261" | "517" | "40001" | "40P01" | "57P01" | "57P02" | "57P03")
        }
        _ => false,
    }
}

impl Error {
    /// 503: the write queue is full, or the server is stopping.
    pub fn unavailable(why: &str) -> Self {
        Refusal::new(Code::Unavailable, format!("{why} Nothing was stored; try again.")).into()
    }

    /// The refusal's code, if it is one.
    pub fn code(&self) -> Option<Code> {
        match self {
            Self::Refused(refusal) => Some(refusal.code),
            Self::Moved | Self::Broken(_) => None,
        }
    }
}
