//! What is said of an approval that takes no more moves.

use super::Approval;
use crate::{Refusal, refusal::Code};

impl Approval {
    /// Why nothing more is decided.
    pub(super) fn settled(&self) -> Refusal {
        match self {
            Self::Pending { .. } => Refusal::new(Code::IllegalMove, "The approval waits for people."),
            Self::Approved { at, .. } | Self::Rejected { at } => {
                Refusal::new(Code::AlreadyDecided, "Your decision was not applied: the approval was decided before.")
                    .with("decided_at", serde_json::json!(at))
            }
            Self::Expired { .. } => expired(),
            Self::Cancelled { at, reason } => {
                let message = format!("Nothing was applied: the approval was cancelled. {reason}");
                Refusal::new(Code::Cancelled, message).with("cancelled_at", serde_json::json!(at))
            }
            Self::Revoked { at, reason, .. } => {
                let message = format!("Nothing was applied: the approval was taken back. {reason}");
                Refusal::new(Code::Revoked, message).with("revoked_at", serde_json::json!(at))
            }
            Self::Superseded { .. } => {
                Refusal::new(Code::Cancelled, "Nothing was applied: the call is gone that this approval was for.")
            }
        }
    }
}

pub(super) fn expired() -> Refusal {
    Refusal::new(Code::Expired, "Your decision was not applied: the time to decide is over. Nothing ran.")
}

pub(super) fn question_is_open() -> Refusal {
    let message = "Nothing was approved: a question is open. Reject, or wait for the answer.";
    Refusal::new(Code::InformationRequested, message)
}
