//! What the audit log can say: one variant a move, named `noun.past`.

#[macro_use]
mod declare;
mod entry;

use serde::Serialize;
use serde_json::Value;

use crate::{
    Digest, Role, Scope, Time,
    alert::AlertKind,
    channel::Channel,
    closure::{ClosureStatus, Reason, review::ReviewVerdict, sample::Drawn},
    concern::Findings,
    decision::Verdict,
    delegation::Principal,
    escalation::{Money, sla::Duty},
    follow_up::Settlement,
    gate::Outcome,
    id::{
        ApprovalId, CheckId, ClosureId, CompensationId, ConcernId, DecisionId, DelegationId, DispatchId, EndpointId,
        EscalationId, EventId, FollowUpId, GroupId, HandoffId, KeyId, PersonId, ResumptionId, SessionId, SnapshotId,
        TargetId,
    },
    item::ItemVerdict,
    notification::Topic,
    policy::Via,
    resumption::Reported,
    signature::Signature,
    stage::StageEnd,
    target::TargetKind,
    workflow::Risk,
};

pub use entry::Entry;

events! {
    /// A run began.
    RunStarted = "run.started" { workflow: String, version: u32, subject: String, requested_by: Option<PersonId>, },
    /// Somebody stopped a run.
    RunCancelled = "run.cancelled" { reason: String, },
    /// Every stage of a run is complete.
    RunCompleted = "run.completed" {},
    /// The harness gave a run up.
    RunFailed = "run.failed" { error: String, },
    /// An agent session joined a run.
    SessionAttached = "session.attached" { session: SessionId, framework: String, external_id: String, },
    /// A session is woken by a runner from now on.
    SessionAssigned = "session.assigned" { session: SessionId, runner: String, },
    /// A session now waits for an approval.
    SessionSuspended = "session.suspended" { session: SessionId, approval: ApprovalId, awaiting: usize, },
    /// One of several approvals ended; the session still waits.
    SessionReleased = "session.released" { session: SessionId, approval: ApprovalId, awaiting: usize, },
    /// The last blocking approval ended.
    SessionResumed = "session.resumed" { session: SessionId, approval: ApprovalId, },
    /// A session ended with its run.
    SessionEnded = "session.ended" { session: SessionId, },
    /// A fact was recorded.
    FactWritten = "fact.written" { name: String, value: Value, version: i64, previous: Option<Value>, source: String, reference: Option<String>, },
    /// A fact of a failed stage counts no more; systems of record keep theirs.
    FactRetracted = "fact.retracted" { name: String, version: i64, previous: Value, stage: String, },
    /// The model said something.
    AssertionRecorded = "assertion.recorded" { assertions: Value, statement: Option<String>, },
    /// A gate was evaluated.
    GateChecked = "gate.checked" { check: CheckId, session: SessionId, tool: String, tool_use_id: String, gate: String, outcome: Outcome, error: Option<String>, approval: Option<ApprovalId>, concern: Option<ConcernId>, },
    /// A tool ran and its harness reported the result.
    ToolExecuted = "tool.executed" { check: CheckId, tool: String, is_error: bool, facts: Vec<String>, },
    /// A stage's tools may be called from now on.
    StageEntered = "stage.entered" { stage: String, attempt: u32, snapshot: SnapshotId, },
    /// A stage could not be entered, or is not complete: what is unmet, by name.
    StageHeld = "stage.held" { stage: String, attempt: u32, end: StageEnd, unmet: Vec<String>, },
    /// A stage is done but for the people who must agree.
    StageSubmitted = "stage.submitted" { stage: String, attempt: u32, approval: ApprovalId, },
    /// The review of a stage ended without a verdict.
    StageWithdrawn = "stage.withdrawn" { stage: String, attempt: u32, approval: ApprovalId, },
    /// A stage's exit criteria held.
    StageCompleted = "stage.completed" { stage: String, attempt: u32, handoff: HandoffId, },
    /// A stage was given up.
    StageFailed = "stage.failed" { stage: String, attempt: u32, error: String, user_message: String, },
    /// Nothing is left of a failed stage.
    StageRolledBack = "stage.rolled_back" { stage: String, attempt: u32, },
    /// A stage is to be done once more.
    StageReopened = "stage.reopened" { stage: String, attempt: u32, because: String, },
    /// The executor is at a step.
    StepBegun = "step.begun" { step: String, attempt: u32, },
    /// People are asked whether an execution goes on.
    StepSubmitted = "step.submitted" { step: String, attempt: u32, approval: ApprovalId, },
    /// Everything that is verified of a step holds; what was found, by its digest.
    StepVerified = "step.verified" { step: String, attempt: u32, evidence: Digest, },
    /// Something does not hold, or people did not agree.
    StepFailed = "step.failed" { step: String, attempt: u32, error: String, },
    /// A stage hands over to the next.
    HandoffIssued = "handoff.issued" { handoff: HandoffId, from_stage: String, to_stage: Option<String>, digest: Digest, },
    /// The harness is to undo an effect.
    CompensationAsked = "compensation.asked" { compensation: CompensationId, stage: String, tool: String, },
    /// An effect is undone.
    CompensationDone = "compensation.done" { compensation: CompensationId, detail: Option<String>, },
    /// An effect could not be undone.
    CompensationFailed = "compensation.failed" { compensation: CompensationId, detail: Option<String>, },
    /// A case was handed over to people.
    EscalationOpened = "escalation.opened" { escalation: EscalationId, customer_id: String, refund_amount: Option<Money>, recommended_action: String, },
    /// Somebody has taken an escalation up.
    EscalationAcknowledged = "escalation.acknowledged" { escalation: EscalationId, },
    /// An escalation was given to a person.
    EscalationAssigned = "escalation.assigned" { escalation: EscalationId, to: PersonId, reason: String, },
    /// An escalation is settled.
    EscalationResolved = "escalation.resolved" { escalation: EscalationId, resolution: String, },
    /// What an escalation waits for was not done in time.
    EscalationOverdue = "escalation.overdue" { escalation: EscalationId, duty: Duty, due: Time, },
    /// One of several matters is to be looked into.
    ConcernOpened = "concern.opened" { concern: ConcernId, title: String, refs: Vec<String>, },
    /// Somebody looks into a concern, and says what was found so far.
    ConcernUpdated = "concern.updated" { concern: ConcernId, findings: Option<Findings>, },
    /// A concern is settled.
    ConcernResolved = "concern.resolved" { concern: ConcernId, findings: Option<Findings>, resolution: String, },
    /// The concerns of a run have one resolution.
    ConcernsUnified = "concerns.unified" { concerns: Vec<ConcernId>, refunds: Vec<Money>, resolution: String, },
    /// Something was settled: what follows by itself begins.
    ClosureStarted = "closure.started" { closure: ClosureId, workflow: String, version: u32, rule: String, event_id: String, },
    /// The same event arrived once more; nothing was begun.
    ClosureRepeated = "closure.repeated" { closure: ClosureId, event_id: String, },
    /// What settled it was looked at again, and stands.
    ClosureRevalidated = "closure.revalidated" { closure: ClosureId, record: String, version: String, },
    /// Its steps are known.
    ClosurePlanned = "closure.planned" { closure: ClosureId, steps: u32, },
    /// It goes on later.
    ClosureDelayed = "closure.delayed" { closure: ClosureId, cause: String, next_try: Time, },
    /// It is done, as far as it goes by itself.
    ClosureEnded = "closure.ended" { closure: ClosureId, status: ClosureStatus, reason: Option<Reason>, next_try: Option<Time>, },
    /// What it left undone is tried again: by a person, or by itself.
    ClosureReplayed = "closure.replayed" { closure: ClosureId, steps: Vec<String>, },
    /// Records are not as it left them any more, or otherwise than was found before.
    ClosureDrifted = "closure.drifted" { closure: ClosureId, records: Vec<String>, },
    /// They are as it left them again.
    ClosureDriftEnded = "closure.drift_ended" { closure: ClosureId, },
    /// Somebody says that they may be as they are.
    ClosureDriftAccepted = "closure.drift_accepted" { closure: ClosureId, reason: String, },
    /// A step is about to be written, and may have been from now on.
    ClosureStepIntended = "closure.step_intended" { closure: ClosureId, step: String, target: String, record: String, key: String, attempt: u32, },
    /// A step was written, and is confirmed.
    ClosureStepDone = "closure.step_done" { closure: ClosureId, step: String, key: String, confirmed: String, },
    /// A step was found as it should be: nothing was written.
    ClosureStepSkipped = "closure.step_skipped" { closure: ClosureId, step: String, key: String, confirmed: String, },
    /// A step failed.
    ClosureStepFailed = "closure.step_failed" { closure: ClosureId, step: String, key: String, attempts: u32, cause: String, next_try: Option<Time>, },
    /// A step stopped: a person is needed.
    ClosureStepBlocked = "closure.step_blocked" { closure: ClosureId, step: String, key: String, reason: Reason, detail: String, },
    /// Nobody was needed for it; people look whether it is in order.
    ClosureSampled = "closure.sampled" { closure: ClosureId, group: String, drawn: Drawn, one_in: u32, },
    /// Somebody has looked at a sample.
    ClosureReviewed = "closure.reviewed" { closure: ClosureId, verdict: ReviewVerdict, note: Option<String>, follow_up: Option<FollowUpId>, },
    /// A person is asked to take over.
    FollowUpOpened = "follow_up.opened" { follow_up: FollowUpId, closure: ClosureId, step: Option<String>, reason: Reason, },
    /// What was handed over was given to a person.
    FollowUpAssigned = "follow_up.assigned" { follow_up: FollowUpId, closure: ClosureId, to: PersonId, reason: Option<String>, },
    /// What was handed over is settled.
    FollowUpResolved = "follow_up.resolved" { follow_up: FollowUpId, closure: ClosureId, resolution: String, outcome: Settlement, },
    /// A system that closures may write to was registered.
    TargetAdded = "target.added" { target: TargetId, name: String, target_kind: TargetKind, allow_private: bool, },
    /// Its credential was replaced.
    TargetRekeyed = "target.rekeyed" { target: TargetId, name: String, },
    /// Nothing is written there any more.
    TargetDisabled = "target.disabled" { target: TargetId, name: String, },
    /// Things are written there again.
    TargetEnabled = "target.enabled" { target: TargetId, name: String, },
    /// An approval waits for people.
    ApprovalOpened = "approval.opened" { approval: ApprovalId, gate: String, tool: String, title: String, risk: Risk, policy: String, package_digest: Digest, expires_at: Option<Time>, },
    /// The policy is satisfied.
    ApprovalApproved = "approval.approved" { approval: ApprovalId, },
    /// The policy's reject count is reached.
    ApprovalRejected = "approval.rejected" { approval: ApprovalId, },
    /// Nobody decided in time.
    ApprovalExpired = "approval.expired" { approval: ApprovalId, },
    /// Those who may decide were reminded; they belong to these groups.
    ApprovalReminded = "approval.reminded" { approval: ApprovalId, groups: Vec<String>, },
    /// Nobody had decided for long, or somebody asked for it: the people of this group may fill any open seat from now on.
    ApprovalRaised = "approval.raised" { approval: ApprovalId, group: String, reason: Option<String>, },
    /// Whoever asked for an approval took it back.
    ApprovalCancelled = "approval.cancelled" { approval: ApprovalId, reason: String, },
    /// A reviewer changed the call's input: a new revision, which voids earlier votes.
    ApprovalEdited = "approval.edited" { approval: ApprovalId, input: Value, revision: u32, package_digest: Digest, },
    /// The call an approval was for is gone: its session goes on without it.
    ApprovalSuperseded = "approval.superseded" { approval: ApprovalId, },
    /// An approval was given, and taken back before any call used it.
    ApprovalRevoked = "approval.revoked" { approval: ApprovalId, reason: String, },
    /// Somebody says who is to decide an approval: a person or a group. Others may all the same.
    ApprovalAssigned = "approval.assigned" { approval: ApprovalId, person: Option<PersonId>, group: Option<String>, reason: String, },
    /// It was given back: nobody in particular is to decide any more.
    ApprovalUnassigned = "approval.unassigned" { approval: ApprovalId, },
    /// A reviewer looks into an approval and tells the others so.
    ApprovalClaimed = "approval.claimed" { approval: ApprovalId, until: Time, },
    /// A reviewer gave their claim up.
    ApprovalReleased = "approval.released" { approval: ApprovalId, },
    /// A reviewer took another's claim over.
    ApprovalTakenOver = "approval.taken_over" { approval: ApprovalId, from: PersonId, reason: String, until: Time, },
    /// Somebody had an approval's page open, and for how long it was visible.
    ApprovalViewed = "approval.viewed" { approval: ApprovalId, revision: u32, opened_at: Time, seconds: u64, via: Via, },
    /// A reviewer asks before deciding; the deadline stands still.
    InformationRequested = "information.requested" { approval: ApprovalId, question: String, revision: u32, expires_at: Option<Time>, },
    /// The question was answered; the deadline runs again.
    InformationGiven = "information.given" { approval: ApprovalId, answer: String, revision: u32, expires_at: Option<Time>, },
    /// The approved call was allowed; the approval cannot be used again, or its item where it has several.
    ApprovalConsumed = "approval.consumed" { approval: ApprovalId, session: SessionId, tool_use_id: String, },
    /// Conditions no longer held when the approved call came. `tool_use_id` is the item of it, where there are several.
    ApprovalVoided = "approval.voided" { approval: ApprovalId, because: String, tool_use_id: Option<String>, },
    /// A reviewer decided.
    DecisionRecorded = "decision.recorded" { decision: DecisionId, approval: ApprovalId, verdict: Verdict, group: String, by_raise: Option<String>, revision: u32, package_digest: Digest, reason_code: Option<String>, notes: Option<String>, items: Option<Vec<ItemVerdict>>, on_behalf_of: Option<Principal>, signature: Option<Signature>, },
    /// Somebody who was to sign gave another password than theirs.
    SignatureRefused = "signature.refused" { approval: ApprovalId, },
    /// The wake-up was queued with the decision.
    ResumptionQueued = "resumption.queued" { resumption: ResumptionId, approval: ApprovalId, },
    /// The agent's side has the final status: it fetched it, or its endpoint took it.
    ResumptionDelivered = "resumption.delivered" { resumption: ResumptionId, approval: ApprovalId, },
    /// The outcome is being sent to an endpoint.
    ResumptionAttempted = "resumption.attempted" { resumption: ResumptionId, approval: ApprovalId, endpoint: EndpointId, attempt: u32, },
    /// A runner has taken it, to have the agent's client go on.
    ResumptionLeased = "resumption.leased" { resumption: ResumptionId, approval: ApprovalId, runner: String, attempt: u32, },
    /// A runner says how it ended.
    ResumptionReported = "resumption.reported" { resumption: ResumptionId, approval: ApprovalId, runner: String, attempt: u32, outcome: Reported, detail: Option<String>, },
    /// The endpoint did not take it, or the runner could not.
    ResumptionFailed = "resumption.failed" { resumption: ResumptionId, approval: ApprovalId, attempt: u32, cause: String, next_try: Option<Time>, },
    /// A person has it sent now.
    ResumptionRetried = "resumption.retried" { resumption: ResumptionId, approval: ApprovalId, },
    /// A person ended the sending.
    ResumptionAbandoned = "resumption.abandoned" { resumption: ResumptionId, approval: ApprovalId, reason: String, },
    /// Something does not fit together, and a person is needed.
    AlertRaised = "alert.raised" { alert: AlertKind, about: String, },
    /// It fits together again.
    AlertSettled = "alert.settled" { alert: AlertKind, about: String, },
    /// An endpoint was added.
    EndpointAdded = "endpoint.added" { endpoint: EndpointId, name: String, allow_private: bool, },
    /// An endpoint got another secret; the one before signs too for a while.
    EndpointRotated = "endpoint.rotated" { endpoint: EndpointId, name: String, until: Time, },
    /// Nothing is sent to an endpoint any more.
    EndpointDisabled = "endpoint.disabled" { endpoint: EndpointId, name: String, because: String, },
    /// Things are sent to an endpoint again.
    EndpointEnabled = "endpoint.enabled" { endpoint: EndpointId, name: String, },
    /// People were told of an event.
    NotificationMade = "notification.made" { topic: Topic, about: EventId, people: Vec<PersonId>, },
    /// A message could not be sent, and is not tried any more by itself.
    NotificationFailed = "notification.failed" { dispatch: DispatchId, channel: Channel, cause: String, },
    /// A person has a message sent again.
    NotificationRetried = "notification.retried" { dispatch: DispatchId, channel: Channel, },
    /// A channel was set.
    ChannelSet = "channel.set" { channel: Channel, },
    /// Nothing is sent by a channel any more.
    ChannelRemoved = "channel.removed" { channel: Channel, },
    /// A workflow version was published.
    WorkflowPublished = "workflow.published" { name: String, version: u32, digest: Digest, },
    /// A version that could let more through waits for a second administrator.
    WorkflowProposed = "workflow.proposed" { name: String, version: u32, },
    /// Such a version is in force at once, since there was no second administrator.
    WorkflowUnseconded = "workflow.unseconded" { name: String, version: u32, },
    /// A second administrator put it in force.
    WorkflowConfirmed = "workflow.confirmed" { name: String, version: u32, },
    /// A second administrator declined it.
    WorkflowDeclined = "workflow.declined" { name: String, version: u32, reason: String, },
    /// A person was added.
    PersonAdded = "person.added" { person: PersonId, roles: Vec<Role>, groups: Vec<String>, },
    /// A person's name or roles changed; `previous_…` is there for what did.
    PersonChanged = "person.changed" { person: PersonId, name: String, previous_name: Option<String>, roles: Vec<Role>, previous_roles: Option<Vec<Role>>, },
    /// A person may no longer sign in.
    PersonDisabled = "person.disabled" { person: PersonId, },
    /// A person may sign in again.
    PersonEnabled = "person.enabled" { person: PersonId, },
    /// A person's password was changed.
    PasswordChanged = "person.password_changed" { person: PersonId, },
    /// A group was created.
    GroupCreated = "group.created" { group: GroupId, name: String, },
    /// A person joined a group; they may decide for it what opens from now on.
    GroupJoined = "group.joined" { group: GroupId, name: String, person: PersonId, },
    /// A person left a group; they decide nothing for it any more.
    GroupLeft = "group.left" { group: GroupId, name: String, person: PersonId, },
    /// Somebody decides in another's place for some days; without groups for all of theirs.
    DelegationCreated = "delegation.created" { delegation: DelegationId, principal: PersonId, principal_name: String, delegate: PersonId, delegate_name: String, groups: Vec<String>, from: Time, until: Time, },
    /// Somebody ended a delegation before its time.
    DelegationEnded = "delegation.ended" { delegation: DelegationId, principal: PersonId, principal_name: String, delegate: PersonId, delegate_name: String, },
    /// A key was created.
    KeyCreated = "key.created" { key: KeyId, name: String, scopes: Vec<Scope>, owner: Option<PersonId>, },
    /// A key may no longer be used.
    KeyRevoked = "key.revoked" { key: KeyId, },
    /// Somebody signed in.
    SignedIn = "session.signed_in" { person: PersonId, },
    /// Somebody signed out.
    SignedOut = "session.signed_out" { person: PersonId, },
    /// A sign-in was refused.
    SignInRefused = "session.sign_in_refused" { person: Option<PersonId>, },
}

#[cfg(test)]
mod tests;
