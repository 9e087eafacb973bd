//! The audit log as it is browsed: what may be asked of it, what a page and an event show.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Digest, Time,
    actor::{UnknownWord, words},
    id::PersonId,
    review::TimelineItem,
};

words! {
    /// How things ended, as the log's badges say it.
    Ending {
        /// A gate let a call through.
        Allowed = "allowed",
        /// A gate refused a call.
        Blocked = "blocked",
        /// A gate held a call for people.
        Suspended = "suspended",
        /// The policy of an approval was satisfied.
        Approved = "approved",
        /// An approval was rejected.
        Rejected = "rejected",
        /// Nobody decided in time.
        Expired = "expired",
        /// Whoever asked took an approval back.
        Cancelled = "cancelled",
        /// An approval was given, and taken back.
        Revoked = "revoked",
        /// An approval could not be used any more.
        Voided = "voided",
        /// A tool ran.
        Done = "done",
        /// A tool ran and failed.
        Failed = "failed",
        /// A sign-in was refused.
        Refused = "refused",
    }
}

impl Ending {
    /// The kind of event that ends so, and the member of its payload that says it, as canonical JSON writes it. Such
    /// kinds carry no free-form objects, so that nobody else can write that member.
    pub const fn mark(self) -> (&'static str, Option<&'static str>) {
        match self {
            Self::Allowed => ("gate.checked", Some(r#""outcome":"allow""#)),
            Self::Blocked => ("gate.checked", Some(r#""outcome":"block""#)),
            Self::Suspended => ("gate.checked", Some(r#""outcome":"suspend""#)),
            Self::Approved => ("approval.approved", None),
            Self::Rejected => ("approval.rejected", None),
            Self::Expired => ("approval.expired", None),
            Self::Cancelled => ("approval.cancelled", None),
            Self::Revoked => ("approval.revoked", None),
            Self::Voided => ("approval.voided", None),
            Self::Done => ("tool.executed", Some(r#""is_error":false"#)),
            Self::Failed => ("tool.executed", Some(r#""is_error":true"#)),
            Self::Refused => ("session.sign_in_refused", None),
        }
    }
}

/// What the log is narrowed to, as the address says it, and where the page begins.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct AuditQuery {
    /// A day in UTC, `2026-11-20`.
    pub day: Option<String>,
    /// A kind of actor, or one of them: `people`, `usr_…`, `key_…`, `gate`.
    pub actor: Option<String>,
    /// A kind of event.
    pub kind: Option<String>,
    /// A workflow by name: events of its runs.
    pub workflow: Option<String>,
    /// A run.
    pub run: Option<String>,
    /// How it ended.
    pub outcome: Option<String>,
    /// Free search: an event's number, an id, a digest, somebody's name.
    pub search: Option<String>,
    /// Where the page begins; absent for the newest.
    pub cursor: Option<String>,
}

impl AuditQuery {
    /// Whether the log is narrowed at all.
    pub const fn is_narrowed(&self) -> bool {
        self.day.is_some()
            || self.actor.is_some()
            || self.kind.is_some()
            || self.workflow.is_some()
            || self.run.is_some()
            || self.outcome.is_some()
            || self.search.is_some()
    }
}

/// A page of the log, newest first.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditPage {
    /// The server's time when the page was made.
    pub now: Time,
    /// The events.
    pub rows: Vec<TimelineItem>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
    /// How many events were looked through, when that is why the page ends here.
    pub looked_through: Option<u32>,
    /// What the search was taken for.
    pub understood: Option<String>,
    /// The name of the one actor it is narrowed to.
    pub actor_name: Option<String>,
    /// Workflows to choose from.
    pub workflows: Vec<String>,
    /// People to choose from.
    pub people: Vec<KnownPerson>,
}

/// Somebody to choose from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownPerson {
    /// Who.
    pub id: PersonId,
    /// Their name.
    pub name: String,
}

/// One event with all that is known around it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AuditEvent {
    /// The server's time when the page was made.
    pub now: Time,
    /// The event.
    pub item: TimelineItem,
    /// The salted commitment of its payload.
    pub commitment: Digest,
    /// The payload as it is kept: canonical JSON.
    pub payload: String,
    /// The title of the approval it concerns.
    pub approval_title: Option<String>,
    /// The policy of that approval.
    pub policy: Option<String>,
    /// The workflow version of its run: `onboarding@12`.
    pub workflow: Option<String>,
    /// The next newer event under the same filters.
    pub newer: Option<i64>,
    /// The next older event under the same filters.
    pub older: Option<i64>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::event::Event;

    #[test]
    fn every_ending_names_a_kind_there_is() {
        for ending in Ending::ALL {
            let (kind, member) = ending.mark();
            assert!(Event::KINDS.contains(&kind), "{ending}: {kind}");
            assert!(member.is_none_or(|member| member.starts_with('"')), "{ending}");
        }
    }
}
