//! One sentence for every kind of event. The match is exhaustive: a new kind does not compile without its sentence.

use super::{
    administration,
    approval::tell_approval,
    closure, concern, escalation, notification,
    phrase::{Mark, Phrase},
    stages, steps, waking,
};
use crate::kit::badge::Tone;
use domain::{event::Event, gate::Outcome, id::ApprovalId, review::TimelineItem};
use serde_json::Value;

/// What is told of an event.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Told {
    /// The sentence.
    pub sentence: Vec<Phrase>,
    /// What there is to add.
    pub more: Vec<Phrase>,
    /// A badge at the end of the sentence.
    pub badge: Option<Mark>,
}

impl Told {
    pub(super) fn of(sentence: impl IntoIterator<Item = Phrase>) -> Self {
        Self { sentence: sentence.into_iter().collect(), ..Self::default() }
    }

    pub(super) fn more(mut self, more: impl IntoIterator<Item = Phrase>) -> Self {
        self.more.extend(more);
        self
    }

    pub(super) const fn badge(mut self, badge: Mark) -> Self {
        self.badge = Some(badge);
        self
    }

    /// As it is told on the page of this approval, which does not link to itself.
    pub fn at(mut self, here: Option<ApprovalId>) -> Self {
        for phrase in self.sentence.iter_mut().chain(&mut self.more) {
            if let Phrase::Approval(id, title) = phrase
                && Some(*id) == here
            {
                *phrase = Phrase::Name(std::mem::take(title));
            }
        }
        self
    }
}

/// A sentence without the name it begins with.
pub fn without_actor(mut sentence: Vec<Phrase>) -> Vec<Phrase> {
    if !matches!(sentence.first(), Some(Phrase::Name(_))) {
        return sentence;
    }
    sentence.remove(0);
    if let Some(Phrase::Words(words)) = sentence.first_mut() {
        let mut letters = words.trim_start().chars();
        *words = letters.next().into_iter().flat_map(char::to_uppercase).chain(letters).collect();
    }
    sentence
}

/// Tells an event.
#[expect(clippy::too_many_lines, reason = "a line for each kind of event, so that none is forgotten")]
pub fn tell(item: &TimelineItem) -> Told {
    let who = || Phrase::Name(item.actor_name.clone());
    match &item.entry.event {
        Event::RunCompleted {}
        | Event::StageEntered { .. }
        | Event::StageHeld { .. }
        | Event::StageSubmitted { .. }
        | Event::StageWithdrawn { .. }
        | Event::StageCompleted { .. }
        | Event::StageFailed { .. }
        | Event::StageRolledBack { .. }
        | Event::StageReopened { .. }
        | Event::HandoffIssued { .. }
        | Event::CompensationAsked { .. }
        | Event::CompensationDone { .. }
        | Event::CompensationFailed { .. }
        | Event::FactRetracted { .. } => stages::tell(&item.entry.event, who()),
        Event::StepBegun { .. }
        | Event::StepSubmitted { .. }
        | Event::StepVerified { .. }
        | Event::StepFailed { .. } => steps::tell(&item.entry.event, who()),
        Event::EscalationOpened { .. }
        | Event::EscalationAcknowledged { .. }
        | Event::EscalationAssigned { .. }
        | Event::EscalationResolved { .. }
        | Event::EscalationOverdue { .. } => escalation::tell(&item.entry.event, who()),
        Event::ConcernOpened { .. }
        | Event::ConcernUpdated { .. }
        | Event::ConcernResolved { .. }
        | Event::ConcernsUnified { .. } => concern::tell(&item.entry.event, who()),
        Event::ClosureStarted { .. }
        | Event::ClosureRepeated { .. }
        | Event::ClosureRevalidated { .. }
        | Event::ClosurePlanned { .. }
        | Event::ClosureDelayed { .. }
        | Event::ClosureEnded { .. }
        | Event::ClosureReplayed { .. }
        | Event::ClosureStepIntended { .. }
        | Event::ClosureStepDone { .. }
        | Event::ClosureStepSkipped { .. }
        | Event::ClosureStepFailed { .. }
        | Event::ClosureStepBlocked { .. }
        | Event::ClosureDrifted { .. }
        | Event::ClosureDriftEnded { .. }
        | Event::ClosureDriftAccepted { .. }
        | Event::ClosureSampled { .. }
        | Event::ClosureReviewed { .. }
        | Event::FollowUpOpened { .. }
        | Event::FollowUpAssigned { .. }
        | Event::FollowUpResolved { .. }
        | Event::TargetAdded { .. }
        | Event::TargetRekeyed { .. }
        | Event::TargetDisabled { .. }
        | Event::TargetEnabled { .. } => closure::tell(&item.entry.event, who()),
        Event::NotificationMade { .. }
        | Event::NotificationFailed { .. }
        | Event::NotificationRetried { .. }
        | Event::ChannelSet { .. }
        | Event::ChannelRemoved { .. } => notification::tell(&item.entry.event, who()),
        Event::RunStarted { .. }
        | Event::RunCancelled { .. }
        | Event::RunFailed { .. }
        | Event::SessionAttached { .. }
        | Event::FactWritten { .. }
        | Event::AssertionRecorded { .. }
        | Event::ToolExecuted { .. } => tell_agent(&item.entry.event, who()),
        Event::GateChecked { tool, gate, outcome, error, .. } => tell_check(tool, gate, *outcome, error.as_deref()),
        Event::ApprovalOpened { .. }
        | Event::ApprovalApproved { .. }
        | Event::ApprovalRejected { .. }
        | Event::ApprovalExpired { .. }
        | Event::ApprovalConsumed { .. }
        | Event::ApprovalVoided { .. }
        | Event::ApprovalReminded { .. }
        | Event::ApprovalRaised { .. }
        | Event::ApprovalAssigned { .. }
        | Event::ApprovalUnassigned { .. }
        | Event::ApprovalCancelled { .. }
        | Event::ApprovalEdited { .. }
        | Event::ApprovalSuperseded { .. }
        | Event::ApprovalRevoked { .. }
        | Event::ApprovalClaimed { .. }
        | Event::ApprovalReleased { .. }
        | Event::ApprovalTakenOver { .. }
        | Event::ApprovalViewed { .. }
        | Event::InformationRequested { .. }
        | Event::InformationGiven { .. }
        | Event::DecisionRecorded { .. }
        | Event::SignatureRefused { .. } => tell_approval(item, who()),
        Event::SessionAssigned { .. }
        | Event::SessionSuspended { .. }
        | Event::SessionReleased { .. }
        | Event::SessionResumed { .. }
        | Event::SessionEnded { .. }
        | Event::ResumptionQueued { .. }
        | Event::ResumptionDelivered { .. }
        | Event::ResumptionAttempted { .. }
        | Event::ResumptionLeased { .. }
        | Event::ResumptionReported { .. }
        | Event::ResumptionFailed { .. }
        | Event::ResumptionRetried { .. }
        | Event::ResumptionAbandoned { .. }
        | Event::AlertRaised { .. }
        | Event::AlertSettled { .. }
        | Event::EndpointAdded { .. }
        | Event::EndpointRotated { .. }
        | Event::EndpointDisabled { .. }
        | Event::EndpointEnabled { .. } => waking::tell(&item.entry.event, who()),
        Event::WorkflowPublished { .. }
        | Event::WorkflowProposed { .. }
        | Event::WorkflowUnseconded { .. }
        | Event::WorkflowConfirmed { .. }
        | Event::WorkflowDeclined { .. }
        | Event::PersonAdded { .. }
        | Event::PersonChanged { .. }
        | Event::PersonDisabled { .. }
        | Event::PersonEnabled { .. }
        | Event::PasswordChanged { .. }
        | Event::GroupCreated { .. }
        | Event::GroupJoined { .. }
        | Event::GroupLeft { .. }
        | Event::DelegationCreated { .. }
        | Event::DelegationEnded { .. }
        | Event::KeyCreated { .. }
        | Event::KeyRevoked { .. }
        | Event::SignedIn { .. }
        | Event::SignedOut { .. }
        | Event::SignInRefused { .. } => administration::tell(&item.entry.event, who()),
    }
}

/// What agents, harnesses and systems of record did.
fn tell_agent(event: &Event, who: Phrase) -> Told {
    match event {
        Event::RunStarted { workflow, version, subject, .. } => {
            Told::of([who, words(" started the run for "), Phrase::code(subject)])
                .more([Phrase::Code(format!("{workflow}@{version}"))])
        }
        Event::RunCancelled { reason } => Told::of([who, words(" cancelled the run")])
            .more([Phrase::Quote(reason.clone())])
            .badge((Tone::Quiet, "ban", "Cancelled")),
        Event::RunFailed { error } => Told::of([who, words(" gave the run up")])
            .more([Phrase::Quote(error.clone())])
            .badge((Tone::Fail, "circle-x", "Failed")),
        Event::SessionAttached { framework, external_id, .. } => {
            Told::of([who, words(" attached session "), Phrase::code(external_id)]).more([Phrase::code(framework)])
        }
        Event::FactWritten { name, value, version, previous, source, reference } => {
            let told = Told::of([
                Phrase::code(name),
                words(" recorded as "),
                Phrase::Value(value.clone()),
                words(" by "),
                Phrase::code(source),
            ]);
            let told = told.more([words(format!("Version {version}"))]);
            let told = match reference {
                Some(reference) => told.more([words(", reference "), Phrase::code(reference)]),
                None => told,
            };
            match previous {
                Some(previous) => told.more([words(", was "), Phrase::Value(previous.clone())]),
                None => told,
            }
        }
        Event::AssertionRecorded { assertions, statement } => {
            let told = Told::of([who, words(" asserted ")].into_iter().chain(asserted(assertions)));
            match statement {
                Some(statement) => told.more([Phrase::Said(Value::from(statement.as_str()))]),
                None => told,
            }
        }
        Event::ToolExecuted { tool, is_error, facts, .. } => {
            let told = if *is_error {
                Told::of([Phrase::code(tool), words(" ran and failed")]).badge((Tone::Fail, "x", "Failed"))
            } else {
                Told::of([Phrase::code(tool), words(" ran")]).badge((Tone::Pass, "check", "Done"))
            };
            if facts.is_empty() { told } else { told.more([words("Recorded "), Phrase::Code(facts.join(", "))]) }
        }
        _ => Told::default(),
    }
}

fn tell_check(tool: &str, gate: &str, outcome: Outcome, error: Option<&str>) -> Told {
    let (verb, badge) = match outcome {
        Outcome::Allow => (" allowed ", (Tone::Pass, "check", "Allowed")),
        Outcome::Block => (" blocked ", (Tone::Fail, "x", "Blocked")),
        Outcome::Suspend => (" held ", (Tone::Accent, "pause", "Suspended")),
    };
    let told = Told::of([words("Gate "), Phrase::code(gate), words(verb), Phrase::code(tool)]).badge(badge);
    match error {
        Some(error) => told.more([words("The agent was told "), Phrase::Quote(error.to_owned())]),
        None => told,
    }
}

fn asserted(assertions: &Value) -> Vec<Phrase> {
    let Value::Object(members) = assertions else { return vec![Phrase::Said(assertions.clone())] };
    let mut out = Vec::new();
    for (name, value) in members {
        if !out.is_empty() {
            out.push(words(", "));
        }
        out.extend([Phrase::code(name), words(" "), Phrase::Said(value.clone())]);
    }
    out
}

/// Items with commas, or that there are none.
pub(super) fn list<T: AsRef<str>>(items: &[T]) -> String {
    if items.is_empty() { "none".to_owned() } else { items.iter().map(AsRef::as_ref).collect::<Vec<&str>>().join(", ") }
}

pub(super) fn words(words: impl Into<String>) -> Phrase {
    Phrase::words(words)
}

#[cfg(all(test, feature = "ssr"))]
mod tests;
