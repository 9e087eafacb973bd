//! What a gate check answers, given what the gates found and what was decided before.

use serde::Serialize;

use crate::{
    Time,
    approval::{Approval, Call, Use},
    gate::Evidence,
    id::ApprovalId,
    session::Session,
    workflow::Risk,
};

/// At most this many approvals of a run may be pending.
pub const MAX_PENDING: usize = 50;

/// How the error begins of a call that rests while its session waits for another: once that has ended, it is judged anew.
pub const AWAITING: &str = "awaiting ";

/// What the gates of a tool found, before anything decided earlier is considered.
#[derive(Debug, Clone, PartialEq)]
pub struct Finding {
    /// The gate that names the action, or `default`.
    pub gate_id: String,
    /// Whether a gate or a reviewing default guards the tool.
    pub is_guarded: bool,
    /// The evidence of every gate of the tool.
    pub evidence: Evidence,
    /// What follows from it.
    pub ruling: Ruling,
    /// How the tool's stage stands.
    pub threshold: Threshold,
}

/// How the stage of a tool stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Threshold {
    /// It is active, or the tool belongs to none.
    Open,
    /// Nobody has entered it, and everything it needs is recorded: the stage at this position is entered first, and
    /// the call is looked at again.
    Enter(usize),
    /// Its tools may not be called as things stand.
    Shut,
}

tagged! {
    "Ruling", "ruling", "ruling@";
    /// What follows from the gates alone.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[serde(tag = "ruling", rename_all = "snake_case")]
    pub enum Ruling {
        /// Every condition holds and nobody needs to agree.
        Allow,
        /// A condition does not hold, the input is wrong, or an evaluation failed.
        Block {
            /// What the agent reads.
            error: String,
        },
        /// Every condition holds; people must agree.
        Review {
            /// The policy's name.
            policy: String,
            /// What the approval is called.
            title: String,
            /// The highest risk any source names.
            risk: Risk,
        },
    }
}

/// An approval of the same action in the same run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Prior {
    /// Its id.
    pub id: ApprovalId,
    /// The call that opened it.
    pub opened_by: Call,
    /// Its state.
    pub state: Approval,
    /// What the reviewer wrote, for rejections.
    pub notes: Option<String>,
}

/// The answer to a call.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Judgement {
    /// The call may run.
    Allow,
    /// The call may not run.
    Block {
        /// What the agent reads.
        error: String,
        /// The approval it is about.
        approval: Option<ApprovalId>,
    },
    /// Open a new approval and suspend the session.
    Open {
        /// The policy's name.
        policy: String,
        /// What the approval is called.
        title: String,
        /// Its risk.
        risk: Risk,
    },
    /// The call waits for an approval that is pending already.
    Await(ApprovalId),
    /// The call uses an approval, and may run.
    Consume(ApprovalId),
    /// The call had an approval, but conditions changed: void it and block.
    Void {
        /// The approval.
        approval: ApprovalId,
        /// What the agent reads.
        error: String,
    },
}

/// Judges a call. `earlier` is the approval its first answer named, if it was suspended before; `prior` holds the
/// approvals of the same action digest in the run, newest first.
///
/// A call whose own approval has ended is allowed or blocked, never suspended again: asking afresh takes a new call.
pub fn judge(
    call: &Call,
    earlier: Option<ApprovalId>,
    session: &Session,
    prior: &[Prior],
    pending: usize,
    finding: &Finding,
    now: Time,
) -> Judgement {
    if *session == Session::Ended {
        return block("session_ended: start a new session for this run.");
    }
    if let Some(settled) = settled(call, earlier, prior, finding, now) {
        return settled;
    }
    match session {
        Session::Suspended { awaiting } if finding.is_guarded => {
            let first = awaiting.first().copied();
            let id = first.map_or_else(String::new, |id| id.to_string());
            return Judgement::Block {
                error: format!("{AWAITING}{id}: the session waits for a person to decide."),
                approval: first,
            };
        }
        Session::Active | Session::Suspended { .. } | Session::Ended => {}
    }
    match &finding.ruling {
        Ruling::Allow => Judgement::Allow,
        Ruling::Block { error } => Judgement::Block { error: error.clone(), approval: None },
        Ruling::Review { .. } if pending >= MAX_PENDING => {
            block(&format!("too_many_pending: {MAX_PENDING} approvals of this run wait already."))
        }
        Ruling::Review { policy, title, risk } => {
            Judgement::Open { policy: policy.clone(), title: title.clone(), risk: *risk }
        }
    }
}

fn block(error: &str) -> Judgement {
    Judgement::Block { error: error.to_owned(), approval: None }
}

/// What earlier approvals of the same action settle for this call, if anything.
fn settled(
    call: &Call,
    earlier: Option<ApprovalId>,
    prior: &[Prior],
    finding: &Finding,
    now: Time,
) -> Option<Judgement> {
    if prior.iter().any(|known| known.state.is_consumed_by(call)) {
        return Some(Judgement::Allow);
    }
    // A rejection anywhere in the run stands, whatever was approved for another session meanwhile.
    if let Some(rejected) = prior.iter().find(|known| matches!(known.state, Approval::Rejected { .. })) {
        return Some(rejected.settle(finding, now));
    }
    // Of calls that were asked about together and are the same, each has its own before it has another's.
    let opened = || prior.iter().find(|known| known.opened_by == *call);
    let is_earlier = |known: &&Prior| earlier == Some(known.id);
    let left = || prior.iter().find(|known| is_earlier(known) && known.state.is_open_or_usable(now));
    if let Some(own) = opened().or_else(left).or_else(|| prior.iter().find(is_earlier)) {
        return Some(own.settle(finding, now));
    }
    // A fork carries the call ids of the session it was copied from; only the original may go on.
    let copied =
        |known: &&Prior| known.opened_by.session != call.session && known.opened_by.tool_use_id == call.tool_use_id;
    if let Some(original) = prior.iter().find(copied) {
        return Some(original.refuse("forked_session: the call belongs to another session."));
    }
    let attaches = |known: &&Prior| known.opened_by.session == call.session && known.state.is_open_or_usable(now);
    prior.iter().find(attaches).map(|known| known.settle(finding, now))
}

impl Prior {
    /// What this approval means for the call that waited for it.
    fn settle(&self, finding: &Finding, now: Time) -> Judgement {
        match &self.state {
            Approval::Pending { .. } => Judgement::Await(self.id),
            Approval::Rejected { .. } => {
                let notes = self.notes.as_deref().unwrap_or("no note was left");
                self.refuse(&format!("approval_rejected: {notes}"))
            }
            Approval::Expired { .. } => {
                self.refuse("approval_expired: nobody decided in time. Nothing ran. Call again to ask afresh.")
            }
            Approval::Cancelled { reason, .. } => {
                self.refuse(&format!("approval_cancelled: {reason} Nothing ran. Call again to ask afresh."))
            }
            Approval::Revoked { reason, .. } => {
                self.refuse(&format!("approval_revoked: {reason} Nothing ran. Call again to ask afresh."))
            }
            Approval::Superseded { .. } => {
                self.refuse("approval_superseded: the session went on without this call. Call again to ask afresh.")
            }
            Approval::Approved { used: Use::Consumed { .. }, .. } => {
                self.refuse("approval_used: another call of this action used it. Call again to ask afresh.")
            }
            Approval::Approved { used: Use::Void { because }, .. } => self.refuse(&fresh(because)),
            Approval::Approved { used: Use::Unused, .. } if !self.state.is_open_or_usable(now) => {
                self.refuse("approval_stale: it was not used in time. Call again to ask afresh.")
            }
            Approval::Approved { used: Use::Unused, .. } => match &finding.ruling {
                Ruling::Block { error } => Judgement::Void { approval: self.id, error: fresh(error) },
                Ruling::Allow | Ruling::Review { .. } => Judgement::Consume(self.id),
            },
        }
    }

    fn refuse(&self, error: &str) -> Judgement {
        Judgement::Block { error: error.to_owned(), approval: Some(self.id) }
    }
}

fn fresh(because: &str) -> String {
    format!("needs a fresh approval: {because}")
}

#[cfg(test)]
mod tests;
