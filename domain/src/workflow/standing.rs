//! Whether a published version is in force: one that could let more through than the one before waits for a second
//! administrator.

use serde::{Deserialize, Serialize};

use super::Version;
use crate::{
    Refusal, Time,
    actor::{UnknownWord, words},
    event::Event,
    id::PersonId,
    refusal::Code,
};
use std::{fmt, str::FromStr};

words! {
    /// Whether new runs begin on a version.
    VersionStatus {
        /// It is in force, from when it was published or confirmed, until a newer one is.
        InForce = "in_force",
        /// It waits for a second administrator; nothing begins on it.
        Proposed = "proposed",
        /// An administrator declined it; nothing ever begins on it.
        Declined = "declined",
    }
}

/// How a version stands, and who made it so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum Standing {
    /// In force at once: nothing in it could let more through.
    Narrow,
    /// In force at once although it is wider: there was no second administrator to ask.
    Unseconded,
    /// Wider, and not in force.
    Proposed,
    /// Wider, and confirmed.
    Confirmed {
        /// The second administrator.
        by: PersonId,
        /// When.
        at: Time,
    },
    /// Wider, and declined.
    Declined {
        /// The second administrator.
        by: PersonId,
        /// When.
        at: Time,
        /// Why.
        reason: String,
    },
}

/// Who may settle a proposal: an administrator who has not published it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Second {
    /// The administrator.
    by: PersonId,
    /// The moment.
    at: Time,
}

impl Second {
    /// An administrator other than those who answer for the publication.
    ///
    /// # Errors
    /// `self_approval` for each of them.
    pub fn of(by: PersonId, publishers: &[PersonId], at: Time) -> Result<Self, Refusal> {
        if publishers.contains(&by) {
            let message =
                "You published this version, or own or made the key that did: another administrator confirms it.";
            return Err(Refusal::new(Code::SelfApproval, message));
        }
        Ok(Self { by, at })
    }
}

impl Standing {
    /// How a version begins, and what the log says of it besides that it was published.
    pub fn begin(version: &Version, is_wider: bool, has_second: bool) -> (Self, Option<Event>) {
        let (name, number) = (version.name.clone(), version.version);
        match (is_wider, has_second) {
            (false, _) => (Self::Narrow, None),
            (true, false) => (Self::Unseconded, Some(Event::WorkflowUnseconded { name, version: number })),
            (true, true) => (Self::Proposed, Some(Event::WorkflowProposed { name, version: number })),
        }
    }

    /// Puts a proposal in force.
    ///
    /// # Errors
    /// `conflict` unless it waits.
    pub fn confirm(self, version: &Version, second: Second) -> Result<(Self, Event), Refusal> {
        self.must_wait()?;
        let event = Event::WorkflowConfirmed { name: version.name.clone(), version: version.version };
        Ok((Self::Confirmed { by: second.by, at: second.at }, event))
    }

    /// Ends a proposal: nothing ever begins on it.
    ///
    /// # Errors
    /// `conflict` unless it waits.
    pub fn decline(self, version: &Version, second: Second, reason: String) -> Result<(Self, Event), Refusal> {
        self.must_wait()?;
        let event =
            Event::WorkflowDeclined { name: version.name.clone(), version: version.version, reason: reason.clone() };
        Ok((Self::Declined { by: second.by, at: second.at, reason }, event))
    }

    fn must_wait(&self) -> Result<(), Refusal> {
        let message = match self {
            Self::Proposed => return Ok(()),
            Self::Narrow | Self::Unseconded => "This version is in force already: it waited for nobody.",
            Self::Confirmed { .. } => "This version was confirmed already.",
            Self::Declined { .. } => "This version was declined already.",
        };
        Err(Refusal::new(Code::Conflict, message))
    }

    /// Whether new runs may begin on the version.
    pub const fn status(&self) -> VersionStatus {
        match self {
            Self::Narrow | Self::Unseconded | Self::Confirmed { .. } => VersionStatus::InForce,
            Self::Proposed => VersionStatus::Proposed,
            Self::Declined { .. } => VersionStatus::Declined,
        }
    }

    /// Whether new runs may begin on the version.
    pub const fn is_in_force(&self) -> bool {
        matches!(self.status(), VersionStatus::InForce)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Digest;

    fn version() -> Version {
        Version { name: "payments".to_owned(), version: 2, digest: Digest::of("workflow/v1", b"x") }
    }

    fn person(number: u128) -> PersonId {
        PersonId::from_uuid(uuid::Uuid::from_u128(number))
    }

    fn told(moved: Result<(Standing, Event), Refusal>) -> String {
        match moved {
            Ok((standing, event)) => format!("{} ({})", standing.status(), event.kind()),
            Err(refusal) => format!("{}: {}", refusal.code.as_str(), refusal.message),
        }
    }

    #[test]
    fn every_move_from_every_state() {
        let at = "2026-11-21T09:00:00Z".parse().expect("a time");
        let second = Second::of(person(1), &[person(2)], at).expect("another");
        let states = [
            Standing::Narrow,
            Standing::Unseconded,
            Standing::Proposed,
            Standing::Confirmed { by: person(1), at },
            Standing::Declined { by: person(1), at, reason: "No.".to_owned() },
        ];
        let lines: Vec<String> = states
            .into_iter()
            .map(|state| {
                let confirmed = told(state.clone().confirm(&version(), second));
                let declined = told(state.clone().decline(&version(), second, "Too wide.".to_owned()));
                format!("{} {state:?}\n  confirm -> {confirmed}\n  decline -> {declined}", state.status())
            })
            .collect();
        insta::assert_snapshot!(lines.join("\n"));
    }

    #[test]
    fn only_what_is_wider_waits_and_only_where_somebody_could_confirm() {
        let began = |wider, second| {
            let (standing, event) = Standing::begin(&version(), wider, second);
            (standing, event.map(|event| event.kind()))
        };
        assert_eq!(began(false, true), (Standing::Narrow, None));
        assert_eq!(began(false, false), (Standing::Narrow, None));
        assert_eq!(began(true, false), (Standing::Unseconded, Some("workflow.unseconded")));
        assert_eq!(began(true, true), (Standing::Proposed, Some("workflow.proposed")));
    }

    #[test]
    fn whoever_published_is_no_second() {
        let at = "2026-11-21T09:00:00Z".parse().expect("a time");
        assert!(Second::of(person(1), &[person(2), person(1)], at).is_err());
        assert!(Second::of(person(1), &[], at).is_ok());
    }
}
