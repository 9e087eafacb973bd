//! Drift: what became of the records that a closure has brought to what was wanted. They are looked at once a day for a
//! month, and nothing is ever written to them because of it.

mod page;
mod record;

use std::{fmt, str::FromStr};

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use super::{Closure, illegal};
use crate::{
    Actor, FieldError, Refusal, Time,
    actor::{UnknownWord, words},
    escalation::fault,
    event::Event,
    id::ClosureId,
    refusal::Code,
};
pub use page::{DriftReport, DriftRow};
pub use record::{Difference, Found, Glance, Looked, Noted, Overtaken, Seen, Told, overlaps};

/// Days after its end for which the records of a closure are looked at.
pub const DAYS: i64 = 30;
/// The longest reason for accepting a difference, in characters.
pub const MAX_REASON: usize = 2_000;
/// Between two looks, and before the first.
const PAUSE: TimeDelta = TimeDelta::days(1);

words! {
    /// How the records of a closure stand.
    DriftStatus {
        /// Nobody has looked yet.
        Unseen = "unseen",
        /// Every record that could be looked at is as wanted, and all of them could.
        AsWanted = "as_wanted",
        /// What could be looked at is as wanted; something could not be looked at.
        Unreadable = "unreadable",
        /// Something is not as wanted.
        Drifted = "drifted",
        /// Somebody has accepted that it is not.
        Accepted = "accepted",
    }
}

tagged! {
    "Drift", "state", "state@";
    /// How the records of a closure stand, with what belongs to it.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ClosureDriftState"))]
    #[serde(tag = "state", rename_all = "snake_case")]
    pub enum Drift {
        /// Nobody has looked yet.
        Unseen {},
        /// They are as wanted.
        AsWanted {
            /// Since when.
            since: Time,
        },
        /// Something could not be looked at; nothing else is otherwise than wanted.
        Unreadable {
            /// Since when.
            since: Time,
        },
        /// Something is not as wanted.
        Drifted {
            /// Since when it is as it is.
            since: Time,
        },
        /// Somebody has accepted that it is not, until something else is found.
        Accepted {
            /// Since when it is as it is.
            since: Time,
            /// When it was accepted.
            at: Time,
            /// By whom.
            by: Actor,
            /// Why.
            reason: String,
        },
    }
}

impl Drift {
    /// What follows from a look. Only what is found otherwise than before is said in the log. What was not as wanted and
    /// cannot be looked at now is taken to be as it was.
    pub fn look(self, closure: ClosureId, before: &[Noted], after: &[Noted], now: Time) -> (Self, Option<Event>) {
        let found: Vec<_> = after.iter().filter_map(Noted::mark).collect();
        let is_same = before.iter().filter_map(Noted::mark).eq(found.iter().copied());
        let is_unread = after.iter().any(|noted| noted.looked.is_unread());
        match self {
            kept @ (Self::Drifted { .. } | Self::Accepted { .. }) if is_same && !found.is_empty() => (kept, None),
            _ if !found.is_empty() => {
                let records = after.iter().filter(|noted| noted.mark().is_some()).map(|noted| noted.looked.name());
                let event = Event::ClosureDrifted { closure, records: records.collect() };
                (Self::Drifted { since: now }, Some(event))
            }
            Self::Drifted { .. } | Self::Accepted { .. } => {
                (Self::quiet(is_unread, now), Some(Event::ClosureDriftEnded { closure }))
            }
            kept @ Self::AsWanted { .. } if !is_unread => (kept, None),
            kept @ Self::Unreadable { .. } if is_unread => (kept, None),
            Self::Unseen {} | Self::AsWanted { .. } | Self::Unreadable { .. } => (Self::quiet(is_unread, now), None),
        }
    }

    const fn quiet(is_unread: bool, since: Time) -> Self {
        if is_unread { Self::Unreadable { since } } else { Self::AsWanted { since } }
    }

    /// Somebody says that what was found may stay.
    ///
    /// # Errors
    /// `illegal_move` where nothing is otherwise than wanted, or it is accepted already.
    pub fn accept(self, closure: ClosureId, by: Actor, reason: String, now: Time) -> Result<(Self, Event), Refusal> {
        match self {
            Self::Drifted { since } => {
                let event = Event::ClosureDriftAccepted { closure, reason: reason.clone() };
                Ok((Self::Accepted { since, at: now, by, reason }, event))
            }
            Self::Accepted { .. } => Err(illegal("The difference is accepted already.")),
            Self::Unseen {} | Self::AsWanted { .. } | Self::Unreadable { .. } => {
                Err(illegal("Nothing was found that is not as wanted."))
            }
        }
    }

    /// The word for the state.
    pub const fn status(&self) -> DriftStatus {
        match self {
            Self::Unseen {} => DriftStatus::Unseen,
            Self::AsWanted { .. } => DriftStatus::AsWanted,
            Self::Unreadable { .. } => DriftStatus::Unreadable,
            Self::Drifted { .. } => DriftStatus::Drifted,
            Self::Accepted { .. } => DriftStatus::Accepted,
        }
    }
}

/// When the records of a closure are looked at first.
pub fn first_look(ended: Time) -> Time {
    ended + PAUSE
}

/// When they are looked at after a look; `None` once the month is over.
pub fn next_look(ended: Time, now: Time) -> Option<Time> {
    let next = now + PAUSE;
    (next <= ended + TimeDelta::days(DAYS)).then_some(next)
}

/// What is wrong with a reason.
///
/// # Errors
/// `invalid_field` of `/reason`.
pub fn check_reason(reason: &str) -> Result<(), Refusal> {
    match fault(reason, MAX_REASON, "why the difference may stay") {
        None => Ok(()),
        Some(message) => {
            let errors = vec![FieldError::new("/reason", message.clone())];
            Err(Refusal::new(Code::InvalidField, message).with_errors(errors))
        }
    }
}

impl Closure {
    /// When it ended with something done, so that its records are looked at.
    pub const fn ended_at(&self) -> Option<Time> {
        match self {
            Self::Completed { at } | Self::Partial { at, .. } | Self::SkippedIdempotent { at } => Some(*at),
            Self::Running { .. } | Self::ManualFollowUp { .. } => None,
        }
    }
}

#[cfg(test)]
mod tests;
