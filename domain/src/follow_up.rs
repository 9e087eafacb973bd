//! A follow-up: what a closure hands over to a person, with everything they need. It is open until somebody says how it
//! was settled.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Actor, FieldError, Refusal, Time,
    actor::{UnknownWord, words},
    closure::Reason,
    escalation::fault,
    event::Event,
    id::{ClosureId, FollowUpId, PersonId},
    refusal::Code,
};

/// The longest resolution, in characters.
pub const MAX_RESOLUTION: usize = 2_000;
/// The longest reason of an assignment, in characters.
pub const MAX_REASON: usize = 400;

words! {
    /// The status of a follow-up.
    FollowUpStatus {
        /// Somebody has to look at it.
        Open = "open",
        /// Somebody has said how it was settled.
        Resolved = "resolved",
    }
}

words! {
    /// What is to become of a step that a person has looked at.
    Settlement {
        /// It is done: nothing is written any more.
        Done = "done",
        /// It is to be tried again, even where it may have been written.
        Again = "again",
        /// It stays undone.
        Left = "left",
    }
}

tagged! {
    "FollowUp", "state", "state@";
    /// The state of a follow-up.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(tag = "state", rename_all = "snake_case")]
    pub enum FollowUp {
        /// Somebody has to look at it.
        Open {
            /// Since when.
            at: Time,
        },
        /// It is settled.
        Resolved {
            /// Since when it was open.
            opened_at: Time,
            /// When.
            at: Time,
            /// By whom.
            by: Actor,
            /// How.
            resolution: String,
            /// What is to become of it.
            outcome: Settlement,
        },
    }
}

/// What a person needs to know.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "FollowUpPacket"))]
pub struct Packet {
    /// What they are asked.
    pub question: String,
    /// Why it stopped.
    pub reason: Reason,
    /// What was seen, in a sentence.
    pub detail: String,
    /// The step that stopped; the whole closure where there is none.
    pub step: Option<String>,
    /// The record that was settled, as its system names it.
    pub source: String,
    /// What the source said when it was looked at.
    pub source_state: Value,
    /// What was not touched: steps with their targets.
    pub not_touched: Vec<String>,
    /// What may have been written without anybody's knowing: steps with their targets.
    pub may_be_written: Vec<String>,
    /// Whose it is, as far as that is known.
    pub owner: Option<String>,
}

/// To whom a follow-up was given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "FollowUpOwner"))]
pub struct Owner {
    /// Who.
    pub person_id: PersonId,
    /// Their name.
    pub name: String,
}

impl FollowUp {
    /// Hands something over.
    pub fn open(follow_up: FollowUpId, closure: ClosureId, packet: &Packet, now: Time) -> (Self, Event) {
        let event = Event::FollowUpOpened { follow_up, closure, step: packet.step.clone(), reason: packet.reason };
        (Self::Open { at: now }, event)
    }

    /// Gives it to a person. That keeps nobody else from resolving it, so that the state stays as it is.
    ///
    /// # Errors
    /// `illegal_move` when it is settled already.
    pub fn assign(
        &self,
        follow_up: FollowUpId,
        closure: ClosureId,
        to: PersonId,
        reason: Option<String>,
    ) -> Result<Event, Refusal> {
        self.must_be_open()?;
        Ok(Event::FollowUpAssigned { follow_up, closure, to, reason })
    }

    /// Refuses what is settled.
    ///
    /// # Errors
    /// `illegal_move`.
    pub fn must_be_open(&self) -> Result<(), Refusal> {
        match self {
            Self::Open { .. } => Ok(()),
            Self::Resolved { .. } => Err(resolved_already()),
        }
    }

    /// Somebody says how it was settled.
    ///
    /// # Errors
    /// `illegal_move` when it is settled already.
    pub fn resolve(
        self,
        follow_up: FollowUpId,
        closure: ClosureId,
        by: Actor,
        (outcome, resolution): (Settlement, String),
        now: Time,
    ) -> Result<(Self, Event), Refusal> {
        match self {
            Self::Open { at } => {
                let event = Event::FollowUpResolved { follow_up, closure, resolution: resolution.clone(), outcome };
                Ok((Self::Resolved { opened_at: at, at: now, by, resolution, outcome }, event))
            }
            Self::Resolved { .. } => Err(resolved_already()),
        }
    }

    /// The word for the state.
    pub const fn status(&self) -> FollowUpStatus {
        match self {
            Self::Open { .. } => FollowUpStatus::Open,
            Self::Resolved { .. } => FollowUpStatus::Resolved,
        }
    }

    /// Since when it is there.
    pub const fn opened_at(&self) -> Time {
        match self {
            Self::Open { at } => *at,
            Self::Resolved { opened_at, .. } => *opened_at,
        }
    }
}

fn resolved_already() -> Refusal {
    Refusal::new(Code::IllegalMove, "The follow-up is resolved already.")
}

/// What is wrong with a resolution.
///
/// # Errors
/// `invalid_field` of `/resolution`.
pub fn check_resolution(resolution: &str) -> Result<(), Refusal> {
    match fault(resolution, MAX_RESOLUTION, "how it was settled") {
        None => Ok(()),
        Some(message) => Err(Refusal::new(Code::InvalidField, message.clone())
            .with_errors(vec![FieldError::new("/resolution", message)])),
    }
}
