//! The whole permission table: which scope or role may do what.

use crate::actor::{Role, Scope};

/// Something a caller may want to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Action {
    /// Publish a workflow version.
    PublishWorkflow,
    /// Read workflow definitions.
    ReadWorkflows,
    /// Start a run, attach a session.
    StartRun,
    /// End a run: cancel it, or give it up.
    EndRun,
    /// Read a run and its timeline.
    ReadRun,
    /// Write facts.
    WriteFacts,
    /// Record assertions.
    RecordAssertions,
    /// Ask a gate.
    CheckGate,
    /// Report a tool's result.
    ReportToolResult,
    /// Enter, complete or give up a stage.
    MoveStage,
    /// Say that an effect of a failed stage is undone, or could not be.
    ReportCompensation,
    /// Read approvals.
    ReadApprovals,
    /// Listen to what happens, as the console does.
    FollowLive,
    /// Fetch the outcome of an approval.
    AwaitDecision,
    /// Browse the audit log.
    ReadAudit,
    /// Decide.
    Decide,
    /// Say who is to decide a pending approval.
    AssignApproval,
    /// Sign a decision.
    Sign,
    /// Take a pending approval back.
    CancelApproval,
    /// Take an approval back that was given.
    RevokeApproval,
    /// Ask for an approval.
    RequestApproval,
    /// Call tools of the MCP server.
    CallTools,
    /// Ask what a gate would say, without a trace.
    TryGate,
    /// Answer a reviewer's question.
    GiveInformation,
    /// Hand a case over to people.
    OpenEscalation,
    /// Read escalations.
    ReadEscalations,
    /// Acknowledge, assign and resolve escalations.
    WorkEscalations,
    /// Open, change and unify the concerns of a run.
    WorkConcerns,
    /// Tell of something that was settled elsewhere.
    PostClosureEvent,
    /// Read closures, their receipts, and what they handed over.
    ReadClosures,
    /// Have a closure finish what it left undone.
    ReplayClosure,
    /// Say how what a closure handed over was settled.
    ResolveFollowUp,
    /// Give what a closure handed over to somebody who may settle it.
    AssignFollowUp,
    /// Look at once at what became of a closure's records, and say that a difference may stay.
    SettleDrift,
    /// Look at a closure of the sample.
    ReviewClosure,
    /// Have a failed resumption sent again, or end the sending.
    WakeSession,
    /// Take resumptions for a host, and report how they went.
    RunSessions,
    /// Name who decides in one's own place while one is away.
    SetOwnAbsence,
    /// Name who decides in somebody else's place while they are away.
    SetAbsence,
    /// Add and disable people, set passwords, create and revoke keys, register endpoints.
    ManageAccess,
}

impl Action {
    /// Every action.
    pub const ALL: &'static [Self] = &[
        Self::PublishWorkflow,
        Self::ReadWorkflows,
        Self::StartRun,
        Self::EndRun,
        Self::ReadRun,
        Self::WriteFacts,
        Self::RecordAssertions,
        Self::CheckGate,
        Self::ReportToolResult,
        Self::MoveStage,
        Self::ReportCompensation,
        Self::ReadApprovals,
        Self::FollowLive,
        Self::AwaitDecision,
        Self::ReadAudit,
        Self::Decide,
        Self::AssignApproval,
        Self::Sign,
        Self::CancelApproval,
        Self::RevokeApproval,
        Self::RequestApproval,
        Self::CallTools,
        Self::TryGate,
        Self::GiveInformation,
        Self::OpenEscalation,
        Self::ReadEscalations,
        Self::WorkEscalations,
        Self::WorkConcerns,
        Self::PostClosureEvent,
        Self::ReadClosures,
        Self::ReplayClosure,
        Self::ResolveFollowUp,
        Self::AssignFollowUp,
        Self::SettleDrift,
        Self::ReviewClosure,
        Self::WakeSession,
        Self::RunSessions,
        Self::SetOwnAbsence,
        Self::SetAbsence,
        Self::ManageAccess,
    ];

    /// The scopes a key needs one of.
    pub const fn scopes(self) -> &'static [Scope] {
        match self {
            Self::PublishWorkflow | Self::ManageAccess | Self::ReplayClosure | Self::SettleDrift => &[Scope::Admin],
            // A runner reads nothing of what its sessions are about.
            Self::ReadWorkflows | Self::ReadRun | Self::ReadClosures => &[
                Scope::Hook,
                Scope::Agent,
                Scope::System,
                Scope::Reviewer,
                Scope::SupportLead,
                Scope::Auditor,
                Scope::Admin,
            ],
            Self::StartRun
            | Self::CheckGate
            | Self::ReportToolResult
            | Self::MoveStage
            | Self::ReportCompensation
            | Self::GiveInformation => &[Scope::Hook],
            Self::EndRun | Self::CancelApproval => &[Scope::Hook, Scope::Admin],
            Self::WriteFacts | Self::PostClosureEvent => &[Scope::System],
            Self::RecordAssertions
            | Self::AwaitDecision
            | Self::RequestApproval
            | Self::OpenEscalation
            | Self::WorkConcerns
            | Self::TryGate => &[Scope::Hook, Scope::Agent],
            Self::CallTools => &[Scope::Agent],
            Self::ReadEscalations => {
                &[Scope::Hook, Scope::Agent, Scope::Reviewer, Scope::SupportLead, Scope::Auditor, Scope::Admin]
            }
            Self::WorkEscalations => &[Scope::SupportLead],
            Self::ReadApprovals => &[Scope::Hook, Scope::Reviewer, Scope::SupportLead, Scope::Auditor, Scope::Admin],
            Self::ReadAudit => &[Scope::Auditor],
            Self::Decide | Self::ResolveFollowUp => &[Scope::Reviewer],
            Self::RevokeApproval => &[Scope::Reviewer, Scope::System],
            Self::AssignApproval => &[Scope::Reviewer, Scope::SupportLead],
            // Who signs, or looks at a sample, is there in person: no key does it for them.
            Self::FollowLive | Self::Sign | Self::ReviewClosure | Self::SetOwnAbsence | Self::SetAbsence => &[],
            Self::RunSessions => &[Scope::Runner],
            Self::WakeSession | Self::AssignFollowUp => &[Scope::Reviewer, Scope::Admin],
        }
    }

    /// The roles a signed-in person needs one of.
    pub const fn roles(self) -> &'static [Role] {
        match self {
            Self::ReadWorkflows
            | Self::ReadRun
            | Self::ReadApprovals
            | Self::ReadEscalations
            | Self::ReadClosures
            | Self::ReadAudit
            | Self::FollowLive => Role::ALL,
            Self::WorkEscalations => &[Role::SupportLead],
            Self::Decide
            | Self::RevokeApproval
            | Self::Sign
            | Self::SetOwnAbsence
            | Self::ResolveFollowUp
            | Self::ReviewClosure => &[Role::Reviewer],
            Self::AssignApproval => &[Role::Reviewer, Role::SupportLead],
            Self::WakeSession | Self::AssignFollowUp => &[Role::Reviewer, Role::Admin],
            Self::ManageAccess
            | Self::EndRun
            | Self::CancelApproval
            | Self::PublishWorkflow
            | Self::ReplayClosure
            | Self::SettleDrift => &[Role::Admin],
            // What a harness could not undo, a person has undone by hand; executives do not set their own absences.
            Self::ReportCompensation | Self::SetAbsence => &[Role::SupportLead, Role::Admin],
            // Auditors change nothing, an answer included.
            Self::GiveInformation => &[Role::Reviewer, Role::SupportLead, Role::Admin],
            Self::StartRun
            | Self::WriteFacts
            | Self::PostClosureEvent
            | Self::RecordAssertions
            | Self::CheckGate
            | Self::ReportToolResult
            | Self::MoveStage
            | Self::RequestApproval
            | Self::CallTools
            | Self::TryGate
            | Self::OpenEscalation
            | Self::WorkConcerns
            | Self::RunSessions
            | Self::AwaitDecision => &[],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fmt::Write as _;

    #[test]
    fn the_permission_table() {
        let mut table = String::new();
        for action in Action::ALL {
            let scopes: Vec<_> = action.scopes().iter().map(|scope| scope.as_str()).collect();
            let roles: Vec<_> = action.roles().iter().map(|role| role.as_str()).collect();
            writeln!(table, "{action:?}: keys [{}], people [{}]", scopes.join(" "), roles.join(" ")).expect("write");
        }
        insta::assert_snapshot!(table);
    }
}
