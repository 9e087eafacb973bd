//! The sentences about an approval: opened, asked about, decided, ended.

use super::{
    phrase::Phrase,
    sentence::{Told, words},
};
use crate::kit::{badge::Tone, span};
use domain::{Actor, decision::Verdict, event::Event, review::TimelineItem};
use serde_json::Value;

/// What became of an approval.
pub(super) fn tell_approval(item: &TimelineItem, who: Phrase) -> Told {
    match &item.entry.event {
        Event::ApprovalOpened { approval, title, policy, .. } => {
            Told::of([words("Approval opened: "), Phrase::Approval(*approval, title.clone())])
                .more([words("Policy "), Phrase::code(policy)])
        }
        Event::ApprovalEdited { revision, package_digest, .. } => {
            Told::of([who, words(format!(" edited the call, the package is rev {revision}"))])
                .more([words("Earlier votes count no more. Digest "), Phrase::Digest(*package_digest)])
                .badge((Tone::Accent, "file-diff", "Edited"))
        }
        Event::InformationRequested { question, revision, .. } => {
            Told::of([who, words(format!(" asked about rev {revision}"))])
                .more([Phrase::Quote(question.clone())])
                .badge((Tone::Accent, "message-square", "Information"))
        }
        Event::InformationGiven { answer, revision, .. } => tell_answer(item.entry.actor, who, answer, *revision),
        event @ Event::DecisionRecorded { .. } => tell_decision(event, who),
        Event::SignatureRefused { .. } => Told::of([who, words(" was to sign and gave another password than theirs")])
            .badge((Tone::Warn, "signature", "Not signed")),
        Event::ApprovalReminded { groups, .. } => {
            Told::of([words(format!("Reminder: it waits for {}", groups.join(" and ")))])
        }
        Event::ApprovalRaised { group, reason, .. } => tell_raise(item.entry.actor, who, group, reason.as_deref()),
        event @ (Event::ApprovalClaimed { .. }
        | Event::ApprovalReleased { .. }
        | Event::ApprovalTakenOver { .. }
        | Event::ApprovalAssigned { .. }
        | Event::ApprovalUnassigned { .. }
        | Event::ApprovalViewed { .. }) => tell_attention(event, who),
        _ => tell_end(item, who),
    }
}

/// Somebody, or time, lets more people decide.
fn tell_raise(actor: Actor, who: Phrase, group: &str, reason: Option<&str>) -> Told {
    let told = match actor {
        Actor::Person(_) => Told::of([who, words(format!(" raised the approval to {group}"))]),
        Actor::Key(_) | Actor::System(_) => Told::of([words(format!("Raised to {group}"))]),
    };
    let told = match reason {
        Some(reason) => told.more([Phrase::Quote(reason.to_owned()), words(" ")]),
        None => told,
    };
    told.more([words("Its people may fill any open seat from now on.")]).badge((Tone::Warn, "trending-up", "Raised"))
}

/// One person's decision, in whose place, and by what right.
fn tell_decision(event: &Event, who: Phrase) -> Told {
    let Event::DecisionRecorded {
        verdict,
        group,
        by_raise,
        revision,
        package_digest,
        reason_code,
        notes,
        on_behalf_of,
        signature,
        ..
    } = event
    else {
        return Told::default();
    };
    let done = match verdict {
        Verdict::Approve => " approved",
        Verdict::Reject => " rejected",
        Verdict::RequestInformation if on_behalf_of.is_some() => " asked before deciding",
        Verdict::RequestInformation => " asked before deciding on",
    };
    let raised = by_raise.as_ref().map_or_else(String::new, |to| format!(" as one of {to}"));
    let told = match on_behalf_of {
        Some(principal) => Told::of([
            who,
            words(format!("{done} for ")),
            Phrase::Name(principal.name.clone()),
            words(format!(": rev {revision} for {group}")),
        ]),
        None => Told::of([who, words(format!("{done} rev {revision} for {group}{raised}"))]),
    };
    let told = tell_reasons(told, reason_code.as_deref(), notes.as_deref())
        .more([words("Bound to digest "), Phrase::Digest(*package_digest)]);
    match signature {
        Some(signature) => told
            .more([words("Signed by password: "), Phrase::Quote(signature.meaning.clone())])
            .badge((Tone::Accent, "signature", "Signed")),
        None => told,
    }
}

/// Who looked into an approval.
fn tell_attention(event: &Event, who: Phrase) -> Told {
    match event {
        Event::ApprovalClaimed { .. } => Told::of([who, words(" claimed the approval")]),
        Event::ApprovalAssigned { person, group, reason, .. } => {
            let to = match (person, group) {
                (Some(person), _) => vec![words(" assigned the approval to person "), Phrase::code(person.tail())],
                (None, group) => {
                    vec![words(format!(" assigned the approval to {}", group.as_deref().unwrap_or("nobody")))]
                }
            };
            Told::of([vec![who], to].concat()).more([Phrase::Quote(reason.clone())])
        }
        Event::ApprovalUnassigned { .. } => Told::of([who, words(" gave the approval back: it is assigned to nobody")]),
        Event::ApprovalReleased { .. } => Told::of([who, words(" released the claim")]),
        Event::ApprovalTakenOver { from, reason, .. } => {
            Told::of([who, words(" took over the claim of person "), Phrase::code(from.tail())])
                .more([Phrase::Quote(reason.clone())])
        }
        Event::ApprovalViewed { revision, seconds, .. } => {
            Told::of([who, words(format!(" viewed rev {revision} for {}", viewed_for(*seconds)))])
        }
        _ => Told::default(),
    }
}

/// For how long somebody had a page before them.
pub fn viewed_for(seconds: u64) -> String {
    match i64::try_from(seconds) {
        Ok(0) => "less than a second".to_owned(),
        Ok(seconds) => span::long(seconds),
        Err(_) => "longer than can be told".to_owned(),
    }
}

/// How an approval ended.
fn tell_end(item: &TimelineItem, who: Phrase) -> Told {
    match &item.entry.event {
        Event::ApprovalApproved { .. } => {
            Told::of([words("The policy is satisfied")]).badge((Tone::Pass, "check", "Approved"))
        }
        Event::ApprovalRejected { .. } => {
            Told::of([words("The call may not run")]).badge((Tone::Fail, "x", "Rejected"))
        }
        Event::ApprovalExpired { .. } => {
            Told::of([words("Nobody decided in time. Nothing ran")]).badge((Tone::Quiet, "hourglass", "Expired"))
        }
        Event::ApprovalConsumed { .. } => {
            Told::of([words("The approved call was allowed. The approval cannot be used again")])
        }
        Event::ApprovalCancelled { reason, .. } => Told::of([who, words(" took the approval back")])
            .more([Phrase::Quote(reason.clone()), words(" Nothing ran.")])
            .badge((Tone::Quiet, "ban", "Cancelled")),
        Event::ApprovalSuperseded { .. } => Told::of([words(
            "The call is gone: the session went on without it. Nothing ran",
        )])
        .badge((Tone::Quiet, "ban", "Superseded")),
        Event::ApprovalRevoked { reason, .. } => Told::of([who, words(" revoked the approval")])
            .more([Phrase::Quote(reason.clone()), words(" No call had used it, and none can.")])
            .badge((Tone::Quiet, "undo-2", "Revoked")),
        Event::ApprovalVoided { because, tool_use_id, .. } => {
            let call = tool_use_id.as_ref().map(Phrase::code);
            let phrases = match call {
                None => vec![words("A condition no longer held when the approved call came")],
                Some(id) => vec![words("The approved call "), id, words(" may not run any more; the others may")],
            };
            Told::of(phrases)
                .more([Phrase::Quote(because.clone()), words(" Nothing ran; a fresh approval is needed.")])
                .badge((Tone::Fail, "shield-x", "Void"))
        }
        _ => Told::default(),
    }
}

/// What an agent's side answers is its own words; what a person answers is quoted.
fn tell_answer(actor: Actor, who: Phrase, answer: &str, revision: u32) -> Told {
    let answer = match actor {
        Actor::Key(_) => Phrase::Said(Value::from(answer)),
        Actor::Person(_) | Actor::System(_) => Phrase::Quote(answer.to_owned()),
    };
    Told::of([who, words(format!(" answered, the package is rev {revision}"))]).more([answer])
}

fn tell_reasons(told: Told, code: Option<&str>, notes: Option<&str>) -> Told {
    let told = match code {
        Some(code) => told.more([words("Reason "), Phrase::code(code), words(". ")]),
        None => told,
    };
    match notes {
        Some(notes) => told.more([Phrase::Quote(notes.to_owned()), words(" ")]),
        None => told,
    }
}
