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
    Broken(#[from] StoreError),
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

impl From<sqlx::Error> for Error {
    fn from(error: sqlx::Error) -> Self {
        Self::Broken(error.into())
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
