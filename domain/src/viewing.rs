//! Who looks at an approval, and how long somebody did. An open page says every few seconds how long it was visible so
//! far; what it says is believed only as far as the server's own clock allows.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::{
    Time,
    id::{ApprovalId, PersonId},
};

/// Somebody is said to view an approval until so long after the last word of their page.
pub const SHOWN: TimeDelta = TimeDelta::seconds(25);
/// After so long a silence a view is over: its page was closed without a word, or nobody looks at it.
pub const SILENCE: TimeDelta = TimeDelta::minutes(5);

/// What an open page says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Beat {
    /// The approval it shows.
    pub approval: ApprovalId,
    /// Which of the viewer's pages it is: a number it has drawn.
    pub view: u64,
    /// The package revision it shows.
    pub revision: u32,
    /// For how long it has been visible since it was loaded, in milliseconds.
    pub visible: u64,
    /// Whether it is visible now.
    pub is_visible: bool,
    /// Whether it is being closed.
    pub is_over: bool,
    /// Whether its viewer is at work on it and wants their claim to last.
    pub renew: bool,
}

/// Somebody who has an approval open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Present {
    /// Who.
    pub person: PersonId,
    /// Their name.
    pub name: String,
}

/// Who has an approval open.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Presence {
    /// The approval.
    pub approval: ApprovalId,
    /// Who, by name.
    pub people: Vec<Present>,
}

/// A view of an approval as the server follows it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct View {
    /// The package revision that is shown.
    pub revision: u32,
    /// When its page was first heard of.
    pub opened_at: Time,
    /// When it was heard of last.
    heard_at: Time,
    /// Whether it was visible then.
    is_visible: bool,
    /// What it said then.
    said: u64,
    /// Milliseconds that count.
    visible: u64,
}

/// A view that is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Viewed {
    /// The package revision that was shown.
    pub revision: u32,
    /// When it began.
    pub opened_at: Time,
    /// For how long it was visible, in whole seconds.
    pub seconds: u64,
}

impl View {
    /// A page is heard of for the first time. What it was visible before is not known here, and does not count.
    pub const fn open(beat: &Beat, now: Time) -> Self {
        Self {
            revision: beat.revision,
            opened_at: now,
            heard_at: now,
            is_visible: beat.is_visible,
            said: beat.visible,
            visible: 0,
        }
    }

    /// It is heard of again: what it says more than before counts, up to the time that has passed since.
    #[must_use]
    pub fn hear(self, beat: &Beat, now: Time) -> Self {
        let passed = u64::try_from((now - self.heard_at).num_milliseconds()).unwrap_or_default();
        let more = beat.visible.saturating_sub(self.said).min(passed);
        Self {
            heard_at: now.max(self.heard_at),
            is_visible: beat.is_visible,
            said: beat.visible.max(self.said),
            visible: self.visible + more,
            ..self
        }
    }

    /// Until when its viewer is said to be there.
    pub fn shown_until(&self) -> Time {
        if self.is_visible { self.heard_at + SHOWN } else { self.heard_at }
    }

    /// Whether its viewer is there.
    pub fn is_shown(&self, now: Time) -> bool {
        now < self.shown_until()
    }

    /// When it is over, should nothing more be heard.
    pub fn over_at(&self) -> Time {
        self.heard_at + SILENCE
    }

    /// What is recorded of it; `None` for a page that was never visible.
    pub fn close(self) -> Option<Viewed> {
        let Self { revision, opened_at, visible, .. } = self;
        (visible > 0).then_some(Viewed { revision, opened_at, seconds: visible / 1_000 })
    }
}

#[cfg(test)]
mod tests;
