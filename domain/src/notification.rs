//! Notifications: what people are told of, who is told, and what it says. Never what a package holds: the inputs, notes
//! and assertions stay behind the sign-in.

use std::{collections::BTreeSet, fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Time,
    actor::{UnknownWord, words},
    decision::{Decision, Verdict},
    event::Event,
    id::{ApprovalId, PersonId},
    policy::{Candidate, Circumstances, Policy, Wanted},
    workflow::Risk,
};

mod dispatch;
mod inbox;
mod preference;

pub use dispatch::Dispatch;
pub use inbox::{InboxPage, InboxQuery, InboxRow};
pub use preference::{Notices, Quiet};

words! {
    /// What people are told of.
    Topic {
        /// An approval waits for their decision.
        ApprovalOpened = "approval_opened",
        /// It has waited for a while.
        ApprovalReminded = "approval_reminded",
        /// It was raised to their group.
        ApprovalRaised = "approval_raised",
        /// It was assigned to them, or to their group.
        ApprovalAssigned = "approval_assigned",
        /// A reviewer has a question about what they asked for.
        InformationRequested = "information_requested",
        /// What they asked for was approved.
        ApprovalApproved = "approval_approved",
        /// What they asked for was rejected.
        ApprovalRejected = "approval_rejected",
        /// Nobody decided in time.
        ApprovalExpired = "approval_expired",
        /// What they asked for was taken back.
        ApprovalCancelled = "approval_cancelled",
        /// What they asked for was approved, and the approval was taken back.
        ApprovalRevoked = "approval_revoked",
        /// A case was handed over to people.
        EscalationOpened = "escalation_opened",
        /// A case was given to them.
        EscalationAssigned = "escalation_assigned",
        /// A case was not worked in time.
        EscalationOverdue = "escalation_overdue",
        /// Somebody decides in another's place for some days.
        DelegationCreated = "delegation_created",
        /// That ended early.
        DelegationEnded = "delegation_ended",
        /// A decision could not be delivered.
        ResumptionFailed = "resumption_failed",
        /// A closure needs a person.
        FollowUpOpened = "follow_up_opened",
        /// A record is not as a closure left it.
        ClosureDrifted = "closure_drifted",
        /// A workflow version waits for a second administrator.
        VersionProposed = "version_proposed",
        /// What a closure could not do was given to them.
        FollowUpAssigned = "follow_up_assigned",
        /// A case was closed, and its workflow says that they are to know.
        ClosureTold = "closure_told",
        /// A closure of the sample is to be looked at.
        ClosureSampled = "closure_sampled",
        /// Something does not fit together.
        AlertRaised = "alert_raised",
    }
}

impl Topic {
    /// What happened, as a sentence without its full stop.
    pub const fn title(self) -> &'static str {
        match self {
            Self::ApprovalOpened => "An approval waits for your decision",
            Self::ApprovalReminded => "An approval still waits for your decision",
            Self::ApprovalRaised => "An approval was raised to your group",
            Self::ApprovalAssigned => "An approval was assigned to you or your group",
            Self::InformationRequested => "A reviewer asks about what you requested",
            Self::ApprovalApproved => "What you requested was approved",
            Self::ApprovalRejected => "What you requested was rejected",
            Self::ApprovalExpired => "An approval expired without a decision",
            Self::ApprovalCancelled => "What you requested was cancelled",
            Self::ApprovalRevoked => "An approval of what you requested was revoked",
            Self::EscalationOpened => "A case was handed over to people",
            Self::EscalationAssigned => "A case was given to you",
            Self::EscalationOverdue => "A case is overdue",
            Self::DelegationCreated => "A delegation that concerns you was set",
            Self::DelegationEnded => "A delegation that concerns you was ended",
            Self::ResumptionFailed => "A decision could not be delivered to its agent",
            Self::FollowUpOpened => "A closure needs a person",
            Self::ClosureDrifted => "A record is not as a closure left it",
            Self::VersionProposed => "A workflow version waits for a second administrator",
            Self::FollowUpAssigned => "A follow-up was given to you",
            Self::ClosureTold => "A case was closed",
            Self::ClosureSampled => "A closure of the sample waits for your look",
            Self::AlertRaised => "An alert needs an administrator",
        }
    }

    /// The same for a place that many read.
    pub const fn public_title(self) -> &'static str {
        match self {
            Self::ApprovalOpened => "An approval waits for a decision",
            Self::ApprovalReminded => "An approval still waits for a decision",
            Self::ApprovalRaised => "An approval was raised to more people",
            Self::ApprovalAssigned => "An approval was assigned to somebody",
            Self::InformationRequested => "A reviewer asks about a request",
            Self::ApprovalApproved => "A request was approved",
            Self::ApprovalRejected => "A request was rejected",
            Self::ApprovalCancelled => "A request was cancelled",
            Self::ApprovalRevoked => "An approval of a request was revoked",
            Self::EscalationAssigned => "A case was given to somebody",
            Self::FollowUpAssigned => "A follow-up was given to somebody",
            Self::DelegationCreated => "A delegation was set",
            Self::DelegationEnded => "A delegation was ended",
            Self::ClosureSampled => "A closure of the sample waits for a look",
            Self::ApprovalExpired
            | Self::EscalationOpened
            | Self::EscalationOverdue
            | Self::ResumptionFailed
            | Self::FollowUpOpened
            | Self::ClosureDrifted
            | Self::VersionProposed
            | Self::ClosureTold
            | Self::AlertRaised => self.title(),
        }
    }

    /// Whether it concerns one person alone, so that a place that many read is not told unless they ask for it.
    pub const fn is_personal(self) -> bool {
        match self {
            Self::InformationRequested
            | Self::ApprovalAssigned
            | Self::ApprovalApproved
            | Self::ApprovalRejected
            | Self::ApprovalExpired
            | Self::ApprovalCancelled
            | Self::ApprovalRevoked
            | Self::EscalationAssigned
            | Self::FollowUpAssigned
            | Self::ClosureTold
            | Self::DelegationCreated
            | Self::DelegationEnded => true,
            Self::ApprovalOpened
            | Self::ApprovalReminded
            | Self::ApprovalRaised
            | Self::EscalationOpened
            | Self::EscalationOverdue
            | Self::ResumptionFailed
            | Self::FollowUpOpened
            | Self::ClosureDrifted
            | Self::VersionProposed
            | Self::ClosureSampled
            | Self::AlertRaised => false,
        }
    }

    /// Whether it asks for a decision, so that nobody needs to be told once there is one.
    pub const fn asks_for_a_decision(self) -> bool {
        matches!(self, Self::ApprovalOpened | Self::ApprovalReminded | Self::ApprovalRaised | Self::ApprovalAssigned)
    }
}

/// Who is told of something.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Audience {
    /// Everybody who may still decide the approval, and nobody else.
    Entitled,
    /// Those of them who may because it was raised to their group.
    Raised,
    /// Whom it was assigned to, as far as they may still decide it.
    Assigned,
    /// Who asked for the run.
    Requester,
    /// Who has decided the approval.
    Deciders,
    /// Every support lead.
    SupportLeads,
    /// Every administrator.
    Administrators,
    /// Who owns the process: those of the sample's group who may look at it, as long as it waits.
    Owners,
    /// This person.
    Person(PersonId),
}

/// The kinds of events people may be told of.
pub const KINDS: &[&str] = &[
    "approval.opened",
    "approval.reminded",
    "approval.raised",
    "approval.assigned",
    "information.requested",
    "approval.approved",
    "approval.rejected",
    "approval.expired",
    "approval.cancelled",
    "approval.revoked",
    "escalation.opened",
    "escalation.assigned",
    "escalation.overdue",
    "delegation.created",
    "delegation.ended",
    "resumption.failed",
    "alert.raised",
    "follow_up.opened",
    "follow_up.assigned",
    "closure.drifted",
    "closure.sampled",
    "workflow.proposed",
];

/// What people are told of an event, and who; `None` when nobody is. Whoever caused it is not told.
pub fn told(event: &Event) -> Option<(Topic, Vec<Audience>)> {
    use Audience::{Administrators, Assigned, Deciders, Entitled, Owners, Person, Raised, Requester, SupportLeads};
    Some(match event {
        Event::ApprovalOpened { .. } => (Topic::ApprovalOpened, vec![Entitled]),
        Event::ApprovalReminded { .. } => (Topic::ApprovalReminded, vec![Entitled]),
        Event::ApprovalRaised { .. } => (Topic::ApprovalRaised, vec![Raised]),
        Event::ApprovalAssigned { .. } => (Topic::ApprovalAssigned, vec![Assigned]),
        Event::InformationRequested { .. } => (Topic::InformationRequested, vec![Requester]),
        Event::ApprovalApproved { .. } => (Topic::ApprovalApproved, vec![Requester]),
        Event::ApprovalRejected { .. } => (Topic::ApprovalRejected, vec![Requester]),
        Event::ApprovalExpired { .. } => (Topic::ApprovalExpired, vec![Requester, Entitled]),
        Event::ApprovalCancelled { .. } => (Topic::ApprovalCancelled, vec![Requester]),
        Event::ApprovalRevoked { .. } => (Topic::ApprovalRevoked, vec![Requester]),
        Event::EscalationOpened { .. } => (Topic::EscalationOpened, vec![SupportLeads]),
        Event::EscalationAssigned { to, .. } => (Topic::EscalationAssigned, vec![Person(*to)]),
        Event::EscalationOverdue { .. } => (Topic::EscalationOverdue, vec![SupportLeads]),
        Event::DelegationCreated { principal, delegate, .. } => {
            (Topic::DelegationCreated, vec![Person(*principal), Person(*delegate)])
        }
        Event::DelegationEnded { principal, delegate, .. } => {
            (Topic::DelegationEnded, vec![Person(*principal), Person(*delegate)])
        }
        Event::ResumptionFailed { next_try: None, .. } => (Topic::ResumptionFailed, vec![Deciders, Administrators]),
        Event::FollowUpOpened { .. } => (Topic::FollowUpOpened, vec![Administrators]),
        Event::ClosureDrifted { .. } => (Topic::ClosureDrifted, vec![Administrators]),
        Event::WorkflowProposed { .. } => (Topic::VersionProposed, vec![Administrators]),
        Event::FollowUpAssigned { to, .. } => (Topic::FollowUpAssigned, vec![Person(*to)]),
        Event::ClosureSampled { .. } => (Topic::ClosureSampled, vec![Owners]),
        Event::AlertRaised { .. } => (Topic::AlertRaised, vec![Administrators]),
        _ => return None,
    })
}

/// Those of the candidates who may decide an approval under its policy beside these votes.
pub fn entitled<'a>(
    policy: &Policy,
    candidates: impl IntoIterator<Item = &'a Candidate>,
    circumstances: &Circumstances,
    votes: &[Decision],
) -> BTreeSet<PersonId> {
    let may = |candidate: &&Candidate| {
        policy.seat_for(candidate, circumstances, votes, Verdict::Approve, Wanted::default()).is_ok()
    };
    candidates.into_iter().filter(may).map(|candidate| candidate.person).collect()
}

/// What a notification says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notice {
    /// What of.
    pub topic: Topic,
    /// The tool.
    #[serde(default)]
    pub tool: Option<String>,
    /// The workflow.
    #[serde(default)]
    pub workflow: Option<String>,
    /// The id of the run's subject.
    #[serde(default)]
    pub subject: Option<String>,
    /// How grave it is.
    #[serde(default)]
    pub risk: Option<Risk>,
    /// When it expires.
    #[serde(default)]
    pub due: Option<Time>,
    /// The approval, where it is about one.
    #[serde(default)]
    pub approval: Option<ApprovalId>,
    /// Where it leads, below the console's address.
    pub path: String,
}

#[cfg(test)]
mod tests;
