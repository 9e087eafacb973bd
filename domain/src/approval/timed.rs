//! How a pending approval begins under its policy, and what happens to it by itself before it expires.

use chrono::TimeDelta;

use super::{Approval, expired};
use crate::{
    Refusal, Time,
    deadline::{Raising, Steps},
    event::Event,
    hours::Counting,
    id::ApprovalId,
    information::Pause,
    policy::Policy,
    refusal::Code,
};

impl Approval {
    /// A new approval under a policy: its moments are counted from now.
    pub fn begin(policy: &Policy, counting: &dyn Counting, now: Time) -> Self {
        let after = |seconds: u64| counting.later(now, TimeDelta::try_seconds(i64::try_from(seconds).ok()?)?);
        let raise = policy.raise.as_ref();
        Self::Pending {
            expires_at: policy.expire_after.and_then(after),
            pause: Pause::default(),
            steps: Steps {
                remind_at: policy.remind_after.and_then(after),
                reminded_at: None,
                raise: raise
                    .and_then(|raise| Some(Raising { to: raise.to.clone(), at: after(raise.after)?, raised_at: None })),
            },
        }
    }

    /// What is to happen, and has happened, by itself while it waits; `None` once it has ended.
    pub const fn steps(&self) -> Option<&Steps> {
        match self {
            Self::Pending { steps, .. } => Some(steps),
            Self::Approved { .. }
            | Self::Rejected { .. }
            | Self::Expired { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. }
            | Self::Revoked { .. } => None,
        }
    }

    /// When those who may decide are to be reminded, or more of them to be asked, whichever comes first.
    pub fn next_step(&self) -> Option<Time> {
        let steps = self.steps()?;
        [steps.reminder_due(), steps.raise_due()].into_iter().flatten().min()
    }

    /// Whether those who may decide should have been reminded by now. What should have ended needs no reminder.
    pub fn is_reminder_due(&self, now: Time) -> bool {
        !self.is_overdue(now) && self.steps().and_then(Steps::reminder_due).is_some_and(|at| at <= now)
    }

    /// Whether it should have been raised by now. What should have ended is not raised.
    pub fn is_raise_due(&self, now: Time) -> bool {
        !self.is_overdue(now) && self.steps().and_then(Steps::raise_due).is_some_and(|at| at <= now)
    }

    /// Notes that those who may decide were reminded: the people of these groups.
    ///
    /// # Errors
    /// As [`Self::decide`]; `illegal_move` before the reminder is due, after it, and where there is none.
    pub fn remind(self, id: ApprovalId, groups: Vec<String>, now: Time) -> Result<(Self, Event), Refusal> {
        if self.is_overdue(now) {
            return Err(expired());
        }
        let is_due = self.is_reminder_due(now);
        match self {
            Self::Pending { expires_at, pause, steps } if is_due => {
                let steps = Steps { reminded_at: Some(now), ..steps };
                Ok((Self::Pending { expires_at, pause, steps }, Event::ApprovalReminded { approval: id, groups }))
            }
            Self::Pending { .. } => Err(Refusal::new(Code::IllegalMove, "No reminder is due.")),
            Self::Approved { .. }
            | Self::Rejected { .. }
            | Self::Expired { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. }
            | Self::Revoked { .. } => Err(self.settled()),
        }
    }

    /// Lets the people of one more group decide: because it is time, or because somebody asks for it, and says why.
    ///
    /// # Errors
    /// As [`Self::decide`]; `illegal_move` before that is due and nobody asks, after it, and where the policy raises to
    /// nobody.
    pub fn raise(self, id: ApprovalId, reason: Option<String>, now: Time) -> Result<(Self, Event), Refusal> {
        if self.is_overdue(now) {
            return Err(expired());
        }
        let is_due = self.is_raise_due(now) || reason.is_some();
        match self {
            Self::Pending { steps: Steps { raise: Some(Raising { to, raised_at: Some(_), .. }), .. }, .. } => {
                Err(Refusal::new(Code::IllegalMove, format!("The approval was raised to {to} already.")))
            }
            Self::Pending { expires_at, pause, steps: Steps { raise: Some(raise), remind_at, reminded_at } }
                if is_due =>
            {
                let event = Event::ApprovalRaised { approval: id, group: raise.to.clone(), reason };
                let raise = Some(Raising { raised_at: Some(now), ..raise });
                Ok((Self::Pending { expires_at, pause, steps: Steps { remind_at, reminded_at, raise } }, event))
            }
            Self::Pending { .. } => Err(Refusal::new(Code::IllegalMove, "The approval is not to be raised now.")),
            Self::Approved { .. }
            | Self::Rejected { .. }
            | Self::Expired { .. }
            | Self::Cancelled { .. }
            | Self::Superseded { .. }
            | Self::Revoked { .. } => Err(self.settled()),
        }
    }
}

#[cfg(test)]
mod tests;
