//! The look of a process owner at a closure of the sample: whether it did what it should have done. It writes nothing; what
//! was not in order becomes a follow-up.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::sample::Drawn;
use crate::{
    FieldError, Refusal, Time,
    actor::{UnknownWord, words},
    escalation::fault,
    event::Event,
    id::{ClosureId, FollowUpId, PersonId},
    refusal::Code,
};

/// The longest note, in characters.
pub const MAX_NOTE: usize = 2_000;

words! {
    /// The status of a sample.
    ReviewStatus {
        /// Somebody has to look at it.
        Waiting = "waiting",
        /// It did what it should have done.
        InOrder = "in_order",
        /// It did not.
        NotInOrder = "not_in_order",
    }
}

words! {
    /// What a process owner says of a sample.
    ReviewVerdict {
        /// It did what it should have done.
        InOrder = "in_order",
        /// It did not.
        NotInOrder = "not_in_order",
    }
}

tagged! {
    "ClosureReview", "state", "state@";
    /// How far the look at a sample is.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
    #[serde(tag = "state", rename_all = "snake_case")]
    pub enum ClosureReview {
        /// Somebody has to look at it.
        Waiting {
            /// When it was drawn.
            at: Time,
        },
        /// It did what it should have done.
        InOrder {
            /// When it was drawn.
            drawn_at: Time,
            /// When somebody said so.
            at: Time,
            /// Who.
            by: PersonId,
            /// What they added.
            note: Option<String>,
        },
        /// It did not.
        NotInOrder {
            /// When it was drawn.
            drawn_at: Time,
            /// When somebody said so.
            at: Time,
            /// Who.
            by: PersonId,
            /// What is not in order.
            note: String,
            /// What a person is asked because of it.
            follow_up: FollowUpId,
        },
    }
}

/// What a move gives: the new state and what the log says of it.
type Moved = Result<(ClosureReview, Event), Refusal>;

impl ClosureReview {
    /// Somebody finds it in order.
    ///
    /// # Errors
    /// `already_decided` when somebody was first.
    pub fn in_order(self, closure: ClosureId, by: PersonId, note: Option<String>, now: Time) -> Moved {
        let drawn_at = self.waiting()?;
        let event =
            Event::ClosureReviewed { closure, verdict: ReviewVerdict::InOrder, note: note.clone(), follow_up: None };
        Ok((Self::InOrder { drawn_at, at: now, by, note }, event))
    }

    /// Somebody finds that it is not in order.
    ///
    /// # Errors
    /// `already_decided` when somebody was first.
    pub fn not_in_order(
        self,
        closure: ClosureId,
        by: PersonId,
        (note, follow_up): (String, FollowUpId),
        now: Time,
    ) -> Moved {
        let drawn_at = self.waiting()?;
        let event = Event::ClosureReviewed {
            closure,
            verdict: ReviewVerdict::NotInOrder,
            note: Some(note.clone()),
            follow_up: Some(follow_up),
        };
        Ok((Self::NotInOrder { drawn_at, at: now, by, note, follow_up }, event))
    }

    fn waiting(self) -> Result<Time, Refusal> {
        match self {
            Self::Waiting { at } => Ok(at),
            Self::InOrder { .. } | Self::NotInOrder { .. } => {
                Err(Refusal::new(Code::AlreadyDecided, "Somebody has looked at this sample already."))
            }
        }
    }

    /// The word for the state.
    pub const fn status(&self) -> ReviewStatus {
        match self {
            Self::Waiting { .. } => ReviewStatus::Waiting,
            Self::InOrder { .. } => ReviewStatus::InOrder,
            Self::NotInOrder { .. } => ReviewStatus::NotInOrder,
        }
    }

    /// When it was drawn.
    pub const fn drawn_at(&self) -> Time {
        match self {
            Self::Waiting { at } => *at,
            Self::InOrder { drawn_at, .. } | Self::NotInOrder { drawn_at, .. } => *drawn_at,
        }
    }

    /// Who has looked at it, and when.
    pub const fn looked(&self) -> Option<(PersonId, Time)> {
        match self {
            Self::Waiting { .. } => None,
            Self::InOrder { by, at, .. } | Self::NotInOrder { by, at, .. } => Some((*by, *at)),
        }
    }

    /// The follow-up it has led to.
    pub const fn follow_up(&self) -> Option<FollowUpId> {
        match self {
            Self::NotInOrder { follow_up, .. } => Some(*follow_up),
            Self::Waiting { .. } | Self::InOrder { .. } => None,
        }
    }
}

/// What somebody says of a sample, with the note that belongs to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Finding {
    /// It is in order.
    InOrder(Option<String>),
    /// It is not, because of this.
    NotInOrder(String),
}

impl Finding {
    /// Takes a verdict and its note. One that nobody has to write may be blank.
    ///
    /// # Errors
    /// `invalid_field` of `/note`.
    pub fn read(verdict: ReviewVerdict, note: Option<&str>) -> Result<Self, Refusal> {
        let note = note.map(str::trim).filter(|note| !note.is_empty());
        let wrong = match (verdict, note) {
            (ReviewVerdict::InOrder, None) => None,
            (_, note) => fault(note.unwrap_or_default(), MAX_NOTE, "what is not in order, and what should be there"),
        };
        if let Some(message) = wrong {
            return Err(
                Refusal::new(Code::InvalidField, message.clone()).with_errors(vec![FieldError::new("/note", message)])
            );
        }
        Ok(match verdict {
            ReviewVerdict::InOrder => Self::InOrder(note.map(str::to_owned)),
            ReviewVerdict::NotInOrder => Self::NotInOrder(note.unwrap_or_default().to_owned()),
        })
    }
}

words! {
    /// Why somebody who belongs to the group does not look at this sample: they would look at their own work.
    Bar {
        /// They decided the approval that it followed.
        Decided = "decided",
        /// They said how a follow-up of it was settled.
        Settled = "settled",
        /// They had it finish what it left.
        Replayed = "replayed",
    }
}

impl Bar {
    /// Why, as the end of a sentence about the reader.
    pub const fn why(self) -> &'static str {
        match self {
            Self::Decided => "you decided the approval that it followed",
            Self::Settled => "you settled a follow-up of it",
            Self::Replayed => "you had it finish what it left",
        }
    }
}

/// The people who had a part in a closure.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Involved {
    /// Who decided the approval that it followed, or for whom somebody did.
    pub decided: BTreeSet<PersonId>,
    /// Who settled a follow-up of it.
    pub settled: BTreeSet<PersonId>,
    /// Who had it finish what it left.
    pub replayed: BTreeSet<PersonId>,
}

impl Involved {
    /// Why somebody may not look at it.
    pub fn bar(&self, person: PersonId) -> Option<Bar> {
        let parts = [(&self.decided, Bar::Decided), (&self.settled, Bar::Settled), (&self.replayed, Bar::Replayed)];
        parts.into_iter().find(|(people, _)| people.contains(&person)).map(|(_, bar)| bar)
    }
}

/// A sample as lists and receipts show it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ClosureReviewItem"))]
pub struct ReviewRow {
    /// The closure.
    pub closure_id: ClosureId,
    /// What it is about.
    pub title: String,
    /// The workflow whose policy it followed.
    pub workflow: String,
    /// Its version.
    pub workflow_version: u32,
    /// The policy.
    pub rule: String,
    /// The group that looks at it.
    pub group: String,
    /// Why it is in the sample.
    pub drawn: Drawn,
    /// One in so many is drawn.
    pub one_in: u32,
    /// Its status.
    pub status: ReviewStatus,
    /// The status with its data.
    pub state: ClosureReview,
    /// The name of whoever looked at it.
    pub reviewed_by: Option<String>,
}

#[cfg(test)]
mod tests;
