//! When the disk has failed: what can be tried again, and what cannot.
//!
//! A write that finds no room can be tried again. A sync that fails cannot: the kernel may have dropped what it could not
//! write, and a second sync would succeed without it. Then nothing more is written; the process ends, and whoever
//! starts next begins with what the log holds.

use std::sync::Arc;

use tokio::sync::watch;

use crate::error::{StoreError, is_transient};

/// SQLite's codes of a sync that failed: of a file, and of a folder.
const SYNCS: [&str; 2] = ["1034", "1290"];
/// SQLite's codes, in the lowest byte, of a disk without room, a failed call, a file that cannot be opened, and one that
/// can only be read.
const OF_DISK: [i32; 4] = [13, 10, 14, 8];

/// Told once, for good, when nothing may be written any more.
#[derive(Clone, Default)]
pub(super) struct Failure(Arc<watch::Sender<Option<String>>>);

impl Failure {
    /// Looks whether an error is one after which nothing may be written.
    pub(super) fn note(&self, error: &StoreError) {
        if let StoreError::Driver(sqlx::Error::Database(told)) = error
            && told.code().is_some_and(|code| SYNCS.contains(&&*code))
        {
            tracing::error!(%error, "a sync failed: nothing more is written, and the server ends");
            let why = format!("the disk failed to keep what was written ({told}); start again once it is sound");
            self.0.send_replace(Some(why));
        }
    }

    /// What has failed, if it has.
    pub(super) fn told(&self) -> Option<String> {
        self.0.borrow().clone()
    }

    /// Waits until it fails.
    pub(super) async fn wait(&self) {
        // The sender is in `self`: it is never gone.
        drop(self.0.subscribe().wait_for(Option::is_some).await);
    }
}

/// Why a batch was not stored.
#[derive(Debug, Clone)]
pub(super) enum NotStored {
    /// The disk is full or failing.
    Disk(String),
    /// The same may be stored later.
    Busy(String),
    /// Anything else.
    Other(String),
}

impl From<&StoreError> for NotStored {
    fn from(error: &StoreError) -> Self {
        match error {
            StoreError::Driver(driver) if is_of_disk(driver) => Self::Disk(error.to_string()),
            StoreError::Driver(driver) if is_transient(driver) => Self::Busy(error.to_string()),
            _ => Self::Other(error.to_string()),
        }
    }
}

impl From<NotStored> for StoreError {
    fn from(why: NotStored) -> Self {
        match why {
            NotStored::Disk(why) => Self::Disk(why),
            NotStored::Busy(why) => Self::Busy(why),
            NotStored::Other(why) => Self::CommitFailed(why),
        }
    }
}

/// Whether SQLite says that the disk is full or failing.
pub(crate) fn is_of_disk(error: &sqlx::Error) -> bool {
    let sqlx::Error::Database(told) = error else { return false };
    let code = told.try_downcast_ref::<sqlx::sqlite::SqliteError>().and_then(|_| told.code()?.parse::<i32>().ok());
    code.is_some_and(|code| OF_DISK.contains(&(code & 0xff)))
}
