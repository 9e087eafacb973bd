//! Moves of a pending approval that decide nothing: a question, its answer, and taking it back.

use super::{Approval, Use, expired, question_is_open};
use crate::{
    Refusal, Time,
    event::Event,
    hours::Counting,
    id::ApprovalId,
    information::{Pause, Timing},
    refusal::Code,
};

impl Approval {
    /// Waits for the answer to a question. The deadline, and what comes before it, stands still meanwhile, up to
    /// [`crate::information::MAX_PAUSE`].
    ///
    /// # Errors
    /// As [`Self::decide`]; `information_requested` while another question is open.
    pub fn request_information(
        self,
        id: ApprovalId,
        question: &str,
        revision: u32,
        counting: &dyn Counting,
        now: Time,
    ) -> Result<(Self, Event), Refusal> {
        if self.is_overdue(now) {
            return Err(expired());
        }
        match self {
            Self::Pending { pause: Pause { since: Some(_), .. }, .. } => Err(question_is_open()),
            Self::Pending { expires_at, pause, steps } => {
                let (pause, Timing { expires_at, steps }) = pause.begin(Timing { expires_at, steps }, counting, now);
                let question = question.to_owned();
                let event = Event::InformationRequested { approval: id, question, revision, expires_at };
                Ok((Self::Pending { expires_at, pause, steps }, event))
            }
            Self::Approved { .. }
            | Self::Rejected { .. }
            | Self::Expired { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. }
            | Self::Revoked { .. } => Err(self.settled()),
        }
    }

    /// Goes on with the answer to the open question; the deadline runs again.
    ///
    /// # Errors
    /// As [`Self::decide`]; `illegal_move` when no question is open.
    pub fn give_information(
        self,
        id: ApprovalId,
        answer: &str,
        revision: u32,
        counting: &dyn Counting,
        now: Time,
    ) -> Result<(Self, Event), Refusal> {
        if self.is_overdue(now) {
            return Err(expired());
        }
        match self {
            Self::Pending { expires_at, pause, steps } if pause.since.is_some() => {
                let (pause, Timing { expires_at, steps }) = pause.end(Timing { expires_at, steps }, counting, now);
                let answer = answer.to_owned();
                let event = Event::InformationGiven { approval: id, answer, revision, expires_at };
                Ok((Self::Pending { expires_at, pause, steps }, event))
            }
            Self::Pending { .. } => Err(Refusal::new(Code::IllegalMove, "No question is open; nothing was stored.")),
            Self::Approved { .. }
            | Self::Rejected { .. }
            | Self::Expired { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. }
            | Self::Revoked { .. } => Err(self.settled()),
        }
    }

    /// Takes a pending approval back.
    ///
    /// # Errors
    /// As [`Self::decide`].
    pub fn cancel(self, id: ApprovalId, reason: String, now: Time) -> Result<(Self, Event), Refusal> {
        if self.is_overdue(now) {
            return Err(expired());
        }
        match self {
            Self::Pending { .. } => {
                let event = Event::ApprovalCancelled { approval: id, reason: reason.clone() };
                Ok((Self::Cancelled { at: now, reason }, event))
            }
            Self::Approved { .. }
            | Self::Rejected { .. }
            | Self::Expired { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. }
            | Self::Revoked { .. } => Err(self.settled()),
        }
    }

    /// Closes an approval whose call is gone: one that waits, or one that was given and not used. What people decided
    /// otherwise stands.
    ///
    /// # Errors
    /// As [`Self::decide`]; `illegal_move` once it was used or is void.
    pub fn supersede(self, id: ApprovalId, now: Time) -> Result<(Self, Event), Refusal> {
        match self {
            Self::Pending { .. } | Self::Approved { used: Use::Unused, .. } => {
                Ok((Self::Superseded { at: now }, Event::ApprovalSuperseded { approval: id }))
            }
            Self::Approved { .. } => Err(Refusal::new(Code::IllegalMove, "The approval was used, or is void.")),
            Self::Rejected { .. }
            | Self::Expired { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. }
            | Self::Revoked { .. } => Err(self.settled()),
        }
    }
}
