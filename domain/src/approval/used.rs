//! Moves of an approval that was given: used by one call, or void.

use super::{Approval, Call, Use};
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
            | Self::Superseded { .. } => Err(Refusal::new(Code::IllegalMove, "The call is not approved.")),
        }
    }

    /// Voids an unused approval because a condition no longer holds.
    pub fn void(self, id: ApprovalId, because: String) -> Result<(Self, Event), Refusal> {
        match self {
            Self::Approved { at, valid_until, used: Use::Unused } => {
                let event = Event::ApprovalVoided { approval: id, because: because.clone() };
                Ok((Self::Approved { at, valid_until, used: Use::Void { because } }, event))
            }
            Self::Approved { .. }
            | Self::Pending { .. }
            | Self::Rejected { .. }
            | Self::Expired { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. } => Err(Refusal::new(Code::IllegalMove, "Only an unused approval can be voided.")),
        }
    }
}
