//! What a list shows when the world has moved on: rows never move by themselves, nothing disappears, what is new
//! waits. Only when somebody asks, or loads the page, the list becomes what it would be now.

use domain::{
    Time,
    approval::Status,
    id::{ApprovalId, PersonId},
    queue::{FailingRow, QueueCounts, QueuePage, QueueRefresh, QueueRow, SavedTab, View, Whereabouts},
    resumption::Resumption,
    viewing::Presence,
};

/// How soon a row was due when it was put on the page. Its group stays, because rows do not move.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Due {
    /// It is assigned to the viewer, and stands first among what needs their decision.
    Yours,
    /// Its time is over.
    Overdue,
    /// Within an hour.
    Soon,
    /// Later than that.
    Later,
    /// It has no deadline.
    Never,
    /// It waits for information; its deadline stands still.
    Paused,
}

impl Due {
    /// The head of the group.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Yours => "Assigned to you",
            Self::Overdue => "Overdue",
            Self::Soon => "Due within an hour",
            Self::Later => "Later",
            Self::Never => "No deadline",
            Self::Paused => "Paused",
        }
    }

    fn of(row: &QueueRow, view: View, viewer: Option<PersonId>, now: Time) -> Self {
        let assignee = row.assigned_to.as_ref().and_then(|assigned| assigned.person_id);
        if view == View::NeedsMyDecision && assignee.is_some() && assignee == viewer {
            return Self::Yours;
        }
        if row.is_waiting_for_information {
            return Self::Paused;
        }
        match row.expires_at.map(|end| (end - now).num_seconds()) {
            None => Self::Never,
            Some(left) if left < 0 => Self::Overdue,
            Some(left) if left <= 3600 => Self::Soon,
            Some(_) => Self::Later,
        }
    }
}

/// Why a row is no longer part of the list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Left {
    /// Approved, by whom if it is known.
    Approved(Option<String>),
    /// Rejected, by whom if it is known.
    Rejected(Option<String>),
    /// Nobody decided in time.
    Expired,
    /// Whoever asked took it back.
    Cancelled,
    /// The call it was for is gone.
    Superseded,
    /// It was given, and taken back.
    Revoked,
    /// It waits, but not for the viewer.
    NotYours,
    /// It waits, and somebody has claimed it.
    Claimed(String),
    /// The question it waited for was answered.
    Answered,
}

impl Left {
    fn of(view: View, viewer: Option<PersonId>, now: &Whereabouts) -> Option<Self> {
        if let Some(ended) = Self::ended(now.row.status, now.by.clone()) {
            return Some(ended);
        }
        match now.row.status {
            Status::Pending if view == View::NeedsMyDecision && !now.row.viewer_can_decide => Some(Self::NotYours),
            // What the viewer claims here stays at hand: they mean to work on it, or took the wrong row.
            Status::Pending if view == View::Unclaimed => {
                let others = now.row.claim.as_ref().filter(|held| viewer != Some(held.person_id));
                others.map(|held| Self::Claimed(held.name.clone()))
            }
            Status::Pending if view == View::InfoRequested && !now.row.is_waiting_for_information => {
                Some(Self::Answered)
            }
            _ => None,
        }
    }

    /// How an approval ended; `None` while it waits.
    pub fn ended(status: Status, by: Option<String>) -> Option<Self> {
        match status {
            Status::Approved => Some(Self::Approved(by)),
            Status::Rejected => Some(Self::Rejected(by)),
            Status::Expired => Some(Self::Expired),
            Status::Cancelled => Some(Self::Cancelled),
            Status::Superseded => Some(Self::Superseded),
            Status::Revoked => Some(Self::Revoked),
            Status::Pending => None,
        }
    }

    /// The reason in words.
    pub fn words(&self) -> String {
        let by = |done: &str, who: &Option<String>| {
            who.as_ref().map_or_else(|| done.to_owned(), |who| format!("{done} by {who}"))
        };
        match self {
            Self::Approved(who) => by("Approved", who),
            Self::Rejected(who) => by("Rejected", who),
            Self::Expired => "Expired".to_owned(),
            Self::Cancelled => "Cancelled".to_owned(),
            Self::Superseded => "Superseded".to_owned(),
            Self::Revoked => "Revoked".to_owned(),
            Self::NotYours => "Waits for others now".to_owned(),
            Self::Claimed(who) => format!("Claimed by {who}"),
            Self::Answered => "Answered".to_owned(),
        }
    }
}

/// A row on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ShownRow {
    /// As it is now.
    pub row: QueueRow,
    /// The group it was put into.
    pub due: Due,
    /// Why it is no longer part of the list, if it is not.
    pub left: Option<Left>,
}

impl ShownRow {
    /// Why nobody decides it here: it has left the list, or had ended before it came into it.
    pub fn settled(&self) -> Option<Left> {
        self.left.clone().or_else(|| Left::ended(self.row.status, None))
    }
}

/// A list on the page.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    view: View,
    viewer: Option<PersonId>,
    /// The rows, in the order they were put there.
    pub rows: Vec<ShownRow>,
    /// Failed resumptions, in the order they were put there.
    pub failing: Vec<FailingRow>,
    /// Who else has which of these open.
    pub presence: Vec<Presence>,
    /// How many rows wait to be shown.
    pub unseen: usize,
    /// Counts as they are now.
    pub counts: QueueCounts,
    /// What the viewer keeps, with counts as they are now.
    pub saved: Vec<SavedTab>,
    /// The server's time of what is shown.
    pub now: Time,
    /// Where the next page began when this one was put together.
    pub next_cursor: Option<String>,
    /// Whether this is not the first page.
    pub is_continued: bool,
    /// The server's time when the rows were put there.
    since: Time,
    /// What the list would be now.
    fresh: Option<QueuePage>,
}

impl Shown {
    /// A list as it was loaded, for whoever looks at it.
    pub fn load(page: QueuePage, view: View, viewer: Option<PersonId>) -> Self {
        let now = page.now;
        let shown = |row| ShownRow { due: Due::of(&row, view, viewer, now), row, left: None };
        let rows = page.rows.into_iter().map(shown).collect();
        let QueuePage { next_cursor, is_continued, counts, saved, failing, presence, .. } = page;
        Self {
            view,
            viewer,
            rows,
            failing,
            presence,
            unseen: 0,
            counts,
            saved,
            now,
            next_cursor,
            is_continued,
            since: now,
            fresh: None,
        }
    }

    /// The same list after it was asked for again: every row where it was, as it is now, with the reason where it has
    /// left the list; new rows counted.
    #[must_use]
    pub fn refresh(mut self, refresh: QueueRefresh) -> Self {
        let QueueRefresh { page, others } = refresh;
        for shown in &mut self.rows {
            let id = shown.row.id;
            if let Some(row) = page.rows.iter().find(|row| row.id == id) {
                shown.row.clone_from(row);
                shown.left = None;
            } else if let Some(now) = others.iter().find(|now| now.row.id == id) {
                // What had ended already when it was shown has only moved to another page.
                if shown.left.is_some() || shown.row.status == Status::Pending {
                    shown.left = Left::of(self.view, self.viewer, now);
                }
                shown.row.clone_from(&now.row);
            }
        }
        for shown in &mut self.failing {
            if let Some(now) = page.failing.iter().find(|now| now.id == shown.id) {
                shown.clone_from(now);
            } else {
                // It was woken, or given up: nothing is to be done any more.
                shown.resumption = Resumption::Resumed { queued_at: shown.since, at: page.now, turn: None };
            }
        }
        let is_known = |row: &&FailingRow| self.failing.iter().any(|shown| shown.id == row.id);
        let failed = page.failing.iter().filter(|row| !is_known(row)).count();
        self.unseen = page.rows.iter().filter(|row| self.is_new(row, &page)).count() + failed;
        self.presence.clone_from(&page.presence);
        self.counts = page.counts;
        self.saved.clone_from(&page.saved);
        self.now = page.now;
        self.fresh = Some(page);
        self
    }

    /// The list as it would be now: because somebody asked for it.
    #[must_use]
    pub fn show(mut self) -> Self {
        match self.fresh.take() {
            Some(page) => Self::load(page, self.view, self.viewer),
            None => self,
        }
    }

    /// Whether the list would be another now.
    pub const fn is_outdated(&self) -> bool {
        self.fresh.is_some()
    }

    /// The rows on the page.
    pub fn ids(&self) -> Vec<ApprovalId> {
        self.rows.iter().map(|shown| shown.row.id).collect()
    }

    /// A row that moves up from the next page is not new; where there is no other page, every row that is not shown is.
    fn is_new(&self, row: &QueueRow, page: &QueuePage) -> bool {
        let is_shown = self.rows.iter().any(|shown| shown.row.id == row.id);
        let is_whole = page.next_cursor.is_none() && !page.is_continued && self.next_cursor.is_none();
        !is_shown && (is_whole || row.opened_at > self.since)
    }
}

#[cfg(test)]
mod tests;
