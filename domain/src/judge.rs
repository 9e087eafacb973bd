//! What a gate check answers, given what the gates found and what was decided before.

use serde::{Deserialize, Serialize};

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
}

/// What follows from the gates alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
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

/// Judges a call. `prior` holds the approvals of the same action digest in the run, newest first.
pub fn judge(
    call: &Call,
    session: &Session,
    prior: &[Prior],
    pending: usize,
    finding: &Finding,
    now: Time,
) -> Judgement {
    if let Some(settled) = prior.iter().find_map(|approval| settled_by(approval, call, finding, now)) {
        return settled;
    }
    match session {
        Session::Suspended { awaiting } if finding.is_guarded => {
            let first = awaiting.first().copied();
            let id = first.map_or_else(String::new, |id| id.to_string());
            return Judgement::Block {
                error: format!("awaiting {id}: this session waits for a person to decide."),
                approval: first,
            };
        }
        Session::Active | Session::Suspended { .. } => {}
        Session::Ended => return block("session_ended: start a new session for this run."),
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

/// What an earlier approval of the same action settles for this call, if anything.
fn settled_by(prior: &Prior, call: &Call, finding: &Finding, now: Time) -> Option<Judgement> {
    let refuse = |error: String| Some(Judgement::Block { error, approval: Some(prior.id) });
    let same_session = prior.opened_by.session == call.session;
    let same_call = prior.opened_by.tool_use_id == call.tool_use_id;
    if let Approval::Rejected { .. } = prior.state {
        let notes = prior.notes.as_deref().unwrap_or("no note was left");
        return refuse(format!("approval_rejected: {notes}"));
    }
    if !same_session {
        // A fork carries the call ids of the session it was copied from; only the original may go on.
        return if same_call {
            refuse("forked_session: the call belongs to another session.".to_owned())
        } else {
            None
        };
    }
    match &prior.state {
        Approval::Pending { .. } => Some(Judgement::Await(prior.id)),
        Approval::Expired { .. } if same_call => {
            refuse("approval_expired: nobody decided in time. Nothing ran. Call again to ask afresh.".to_owned())
        }
        Approval::Approved { used: Use::Consumed { by }, .. } if by == call => Some(Judgement::Allow),
        Approval::Approved { used: Use::Void { because }, .. } if same_call => refuse(fresh(because)),
        Approval::Approved { used: Use::Unused, valid_until, .. } => {
            if valid_until.is_some_and(|end| end <= now) {
                return same_call.then(|| Judgement::Block {
                    error: "approval_stale: it was not used in time. Call again to ask afresh.".to_owned(),
                    approval: Some(prior.id),
                });
            }
            Some(match &finding.ruling {
                Ruling::Block { error } => Judgement::Void { approval: prior.id, error: fresh(error) },
                Ruling::Allow | Ruling::Review { .. } => Judgement::Consume(prior.id),
            })
        }
        Approval::Rejected { .. } | Approval::Expired { .. } | Approval::Approved { .. } => None,
    }
}

fn fresh(because: &str) -> String {
    format!("needs a fresh approval: {because}")
}
