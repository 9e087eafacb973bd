//! Moves of an approval that was given: used by one call, void, or taken back.

use super::{Approval, Call, Revoker, Use};
use crate::{Refusal, Time, event::Event, id::ApprovalId, refusal::Code};

impl Approval {
    /// Uses the approval for one call, once.
    pub fn consume(self, id: ApprovalId, call: Call, now: Time) -> Result<(Self, Event), Refusal> {
        match self {
            Self::Approved { at, valid_until, used: Use::Unused } if valid_until.is_none_or(|end| now < end) => {
                let event = Event::ApprovalConsumed {
                    approval: id,
                    session: call.session,
                    tool_use_id: call.tool_use_id.clone(),
                };
                Ok((Self::Approved { at, valid_until, used: Use::Consumed { by: call } }, event))
            }
            Self::Approved { .. } => Err(Refusal::new(Code::IllegalMove, "The approval cannot be used any more.")),
            Self::Pending { .. }
            | Self::Rejected { .. }
            | Self::Expired { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. }
            | Self::Revoked { .. } => Err(Refusal::new(Code::IllegalMove, "The call is not approved.")),
        }
    }

    /// Voids an unused approval because a condition no longer holds.
    pub fn void(self, id: ApprovalId, because: String) -> Result<(Self, Event), Refusal> {
        match self {
            Self::Approved { at, valid_until, used: Use::Unused } => {
                let event = Event::ApprovalVoided { approval: id, because: because.clone(), tool_use_id: None };
                Ok((Self::Approved { at, valid_until, used: Use::Void { because } }, event))
            }
            Self::Approved { .. }
            | Self::Pending { .. }
            | Self::Rejected { .. }
            | Self::Expired { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. }
            | Self::Revoked { .. } => Err(Refusal::new(Code::IllegalMove, "Only an unused approval can be voided.")),
        }
    }
    /// Takes back an approval that was given and that nothing has used.
    ///
    /// # Errors
    /// `already_used` once a call has used it; `illegal_move` where there is nothing to take back: it waits still, is
    /// void, or was not used in time; as [`Self::decide`] where it ended otherwise.
    pub fn revoke(self, id: ApprovalId, by: Revoker, reason: String, now: Time) -> Result<(Self, Event), Refusal> {
        let refuse = |why: &str| Err(Refusal::new(Code::IllegalMove, format!("Nothing was taken back: {why}")));
        match self {
            Self::Approved { used: Use::Unused, .. } if self.is_open_or_usable(now) => {
                let event = Event::ApprovalRevoked { approval: id, reason: reason.clone() };
                Ok((Self::Revoked { at: now, by, reason }, event))
            }
            Self::Approved { used: Use::Unused, .. } => {
                refuse("it was not used in time, and lets nothing run any more.")
            }
            Self::Approved { used: Use::Consumed { by }, .. } => Err(used_already(&by, None)),
            Self::Approved { used: Use::Void { .. }, .. } => refuse("it is void, and lets nothing run any more."),
            Self::Pending { .. } => refuse("it was not given yet. Reject it instead."),
            Self::Rejected { .. } => refuse("it was rejected, and lets nothing run."),
            Self::Expired { .. } | Self::Cancelled { .. } | Self::Superseded { .. } | Self::Revoked { .. } => {
                Err(self.settled())
            }
        }
    }
}

/// 409: one call has it, since when if that is known. Nothing is undone by taking the approval back.
pub fn used_already(by: &Call, at: Option<Time>) -> Refusal {
    let call = &by.tool_use_id;
    let when = at.map_or_else(String::new, |at| format!(" at {}", at.format("%Y-%m-%d %H:%M:%S UTC")));
    let message = format!(
        "Nothing was taken back: the call {call} used this approval{when}. Nothing is undone by itself; cancel the run, \
         or have the stage given up, which asks for its effects to be undone."
    );
    Refusal::new(Code::AlreadyUsed, message).with("used_by", call.as_str()).with("used_at", serde_json::json!(at))
}
