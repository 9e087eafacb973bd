//! A claim: a reviewer's short, advisory lease on a pending approval. It tells the others that somebody looks into it,
//! and never keeps anybody from deciding. It lapses by itself: one whose time is over is as none.

use chrono::TimeDelta;
use serde::{Deserialize, Serialize};

use crate::{
    Refusal, Time,
    event::Event,
    id::{ApprovalId, PersonId},
    refusal::Code,
};

/// How long a claim lasts from when it was made or renewed.
pub const LASTS: TimeDelta = TimeDelta::minutes(10);
/// A claim is renewed once less than this is left of it: an open page does not write every few seconds.
pub const RENEWED_BELOW: TimeDelta = TimeDelta::minutes(8);
/// The longest reason for taking one over, in characters.
pub const MAX_REASON: usize = 400;

/// The state of a claim.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Claim {
    /// Nobody has it.
    Free,
    /// Somebody has.
    Claimed {
        /// Who.
        by: PersonId,
        /// Since when.
        since: Time,
        /// Until when, unless it is renewed.
        until: Time,
    },
}

/// A claim that lasts, as people see it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "Claim"))]
pub struct Held {
    /// Who has claimed it.
    pub person_id: PersonId,
    /// Their name.
    pub name: String,
    /// Since when.
    pub claimed_at: Time,
    /// Until when, unless it is renewed.
    pub until: Time,
}

/// What a person does with a claim.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Step {
    /// They claim it, or renew a claim of theirs.
    Claim,
    /// They take it over from whoever has it.
    TakeOver {
        /// Why.
        reason: String,
    },
    /// They give it up.
    Release,
}

/// What a move gives: the new state, and what the log says of it; renewals and repeats are not told.
type Moved = (Claim, Option<Event>);

impl Claim {
    /// The claim as it is now: one that has lapsed is free.
    #[must_use]
    pub fn at(self, now: Time) -> Self {
        match self {
            Self::Claimed { until, .. } if until <= now => Self::Free,
            Self::Free | Self::Claimed { .. } => self,
        }
    }

    /// A person claims it. Whoever has it already renews it.
    ///
    /// # Errors
    /// `claimed` with holder and end, while somebody else has it.
    pub fn claim(self, approval: ApprovalId, by: PersonId, now: Time) -> Result<Moved, Refusal> {
        match self.at(now) {
            Self::Claimed { by: holder, .. } if holder != by => Err(self.taken()),
            own @ (Self::Free | Self::Claimed { .. }) => Ok(own.make(approval, by, now)),
        }
    }

    /// A person takes it over, and says why. What nobody else has is claimed.
    pub fn take_over(self, approval: ApprovalId, by: PersonId, reason: String, now: Time) -> Moved {
        match self.at(now) {
            Self::Claimed { by: from, .. } if from != by => {
                let until = now + LASTS;
                let event = Event::ApprovalTakenOver { approval, from, reason, until };
                (Self::Claimed { by, since: now, until }, Some(event))
            }
            own @ (Self::Free | Self::Claimed { .. }) => own.make(approval, by, now),
        }
    }

    /// Makes a claim of what is free, and renews one's own.
    fn make(self, approval: ApprovalId, by: PersonId, now: Time) -> Moved {
        let until = now + LASTS;
        match self {
            Self::Free => (Self::Claimed { by, since: now, until }, Some(Event::ApprovalClaimed { approval, until })),
            Self::Claimed { since, .. } => (Self::Claimed { by, since, until }, None),
        }
    }

    /// Whoever has it looks at it still: it lasts longer, once little enough is left. `None` where nothing changes.
    pub fn renew(self, by: PersonId, now: Time) -> Option<Self> {
        match self.at(now) {
            Self::Claimed { by: holder, since, until } if holder == by && until - now < RENEWED_BELOW => {
                Some(Self::Claimed { by, since, until: now + LASTS })
            }
            Self::Free | Self::Claimed { .. } => None,
        }
    }

    /// Whoever has it gives it up. What nobody has stays so.
    ///
    /// # Errors
    /// `claimed` with holder and end, while somebody else has it.
    pub fn release(self, approval: ApprovalId, by: PersonId, now: Time) -> Result<Moved, Refusal> {
        match self.at(now) {
            Self::Free => Ok((Self::Free, None)),
            Self::Claimed { by: holder, .. } if holder == by => {
                Ok((Self::Free, Some(Event::ApprovalReleased { approval })))
            }
            held @ Self::Claimed { .. } => Err(held.taken()),
        }
    }

    /// What becomes of it when its approval ends. The end is told; the claim needs no word of its own.
    #[must_use]
    pub const fn end(self) -> Self {
        match self {
            Self::Free | Self::Claimed { .. } => Self::Free,
        }
    }

    /// What becomes of it when somebody has decided: who has done so need not look any more.
    #[must_use]
    pub fn decided_by(self, person: PersonId) -> Self {
        match self {
            Self::Claimed { by, .. } if by == person => Self::Free,
            Self::Free | Self::Claimed { .. } => self,
        }
    }

    /// Somebody else has it.
    fn taken(self) -> Refusal {
        let refusal = Refusal::new(Code::Claimed, "Somebody else has claimed this. Nothing was changed.");
        match self {
            Self::Free => refusal,
            Self::Claimed { by, until, .. } => {
                refusal.with("holder", serde_json::json!(by)).with("until", serde_json::json!(until))
            }
        }
    }
}

#[cfg(test)]
mod tests;
