//! A person's inbox.

use serde::{Deserialize, Serialize};

use super::Notice;
use crate::{Time, id::NotificationId};

/// A notification in somebody's inbox.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxRow {
    /// Its id.
    pub id: NotificationId,
    /// When the person was told.
    pub made_at: Time,
    /// When they have read it.
    pub read_at: Option<Time>,
    /// What it says.
    pub notice: Notice,
}

/// What the inbox is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxQuery {
    /// Where the page begins; absent for the first.
    #[serde(default)]
    pub cursor: Option<NotificationId>,
}

/// A page of somebody's inbox, the latest first.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct InboxPage {
    /// The server's time when the page was made.
    pub now: Time,
    /// The notifications.
    pub rows: Vec<InboxRow>,
    /// How many are unread in all.
    pub unread: u32,
    /// Where the next page begins.
    pub next_cursor: Option<NotificationId>,
    /// Whether this is not the first page.
    pub is_continued: bool,
}
