//! What followed a decision by itself, and what had to be handed over.

use super::{
    phrase::{Mark, Phrase},
    sentence::Told,
};
use crate::kit::{badge::Tone, moment::tooltip};
use domain::{
    closure::{ClosureStatus, review::ReviewVerdict, sample::Drawn},
    event::Event,
    follow_up::Settlement,
    id::ClosureId,
};
use serde_json::Value;

/// Tells an event of a closure, of its targets, or of what it handed over.
pub fn tell(event: &Event, who: Phrase) -> Told {
    match event {
        Event::ClosureStarted { closure, workflow, version, rule, event_id } => {
            Told::of([who, Phrase::words(" began closure "), tail(*closure), Phrase::words(" by "), Phrase::code(rule)])
                .more([
                    Phrase::Code(format!("{workflow}@{version}")),
                    Phrase::words(", event "),
                    Phrase::code(event_id),
                ])
        }
        Event::ClosureRepeated { closure, event_id } => Told::of([
            Phrase::words("The event "),
            Phrase::code(event_id),
            Phrase::words(" of closure "),
            tail(*closure),
            Phrase::words(" arrived once more; nothing was begun"),
        ])
        .badge((Tone::Quiet, "check", "Skipped")),
        Event::ClosureRevalidated { closure, record, version } => Told::of([
            who,
            Phrase::words(" looked at the source of closure "),
            tail(*closure),
            Phrase::words(" again: it stands"),
        ])
        .more([Phrase::code(record), Phrase::words(", version "), Phrase::code(version)]),
        Event::ClosurePlanned { closure, steps } => {
            Told::of([who, Phrase::words(format!(" planned {steps} steps of closure ")), tail(*closure)])
        }
        Event::ClosureDelayed { closure, cause, next_try } => {
            Told::of([Phrase::words("The source of closure "), tail(*closure), Phrase::words(" could not be read")])
                .more([Phrase::Quote(cause.clone()), Phrase::words(format!(" Next try {}", tooltip(*next_try)))])
        }
        Event::ClosureEnded { closure, status, reason, next_try } => {
            let told = Told::of([Phrase::words("Closure "), tail(*closure), Phrase::words(ended(*status))]);
            let why = reason.iter().map(|reason| Phrase::words(reason.title()));
            let next = next_try.iter().map(|next| Phrase::words(format!("It goes on {}", tooltip(*next))));
            told.more(why.chain(next)).badge(mark(*status))
        }
        other => tell_rest(other, who),
    }
}

/// Tells what people did about a closure, and what is asked of them.
fn tell_rest(event: &Event, who: Phrase) -> Told {
    match event {
        Event::ClosureReplayed { closure, steps } => {
            let what = if steps.is_empty() { String::new() } else { format!(" {}", steps.join(", ")) };
            Told::of([who, Phrase::words(" had closure "), tail(*closure), Phrase::words(" finish what was left")])
                .more([Phrase::Words(what)].into_iter().filter(|_| !steps.is_empty()))
        }
        Event::FollowUpOpened { closure, step, reason, .. } => {
            Told::of([who, Phrase::words(" needs a person for "), of(*closure, step.as_deref())])
                .more([Phrase::words(reason.title())])
                .badge((Tone::Warn, "circle-alert", "Follow-up"))
        }
        Event::FollowUpAssigned { closure, to, reason, .. } => Told::of([
            who,
            Phrase::words(" gave what closure "),
            tail(*closure),
            Phrase::words(" had handed over to person "),
            Phrase::code(to.tail()),
        ])
        .more(reason.iter().map(|reason| Phrase::Quote(reason.clone()))),
        Event::FollowUpResolved { closure, resolution, outcome, .. } => {
            let becomes = match outcome {
                Settlement::Done => "; it counts as done",
                Settlement::Again => "; it is to be tried again",
                Settlement::Left => "; it stays undone",
            };
            Told::of([
                who,
                Phrase::words(" settled what closure "),
                tail(*closure),
                Phrase::words(format!(" had handed over{becomes}")),
            ])
            .more([Phrase::Said(Value::from(resolution.as_str()))])
            .badge((Tone::Pass, "check", "Resolved"))
        }
        other => tell_drift(other, who),
    }
}

/// Tells what became of the records.
fn tell_drift(event: &Event, who: Phrase) -> Told {
    match event {
        Event::ClosureDrifted { closure, records } => Told::of([
            who,
            Phrase::words(" found records that are not as closure "),
            tail(*closure),
            Phrase::words(" left them"),
        ])
        .more([Phrase::Said(Value::from(records.join("\n")))])
        .badge((Tone::Warn, "circle-alert", "Drift")),
        Event::ClosureDriftEnded { closure } => Told::of([
            who,
            Phrase::words(" found the records of closure "),
            tail(*closure),
            Phrase::words(" as it left them"),
        ])
        .badge((Tone::Pass, "check", "As left")),
        Event::ClosureDriftAccepted { closure, reason } => Told::of([
            who,
            Phrase::words(" accepted how the records of closure "),
            tail(*closure),
            Phrase::words(" are"),
        ])
        .more([Phrase::Said(Value::from(reason.as_str()))]),
        other => tell_sample(other, who),
    }
}

/// Tells that people look at a closure, and what they said.
fn tell_sample(event: &Event, who: Phrase) -> Told {
    match event {
        Event::ClosureSampled { closure, group, drawn, one_in } => {
            let why = match drawn {
                Drawn::First => "It is one of the first of its policy in this version".to_owned(),
                Drawn::Draw => format!("The draw of one in {one_in} fell on it"),
            };
            let whom = Phrase::code(group);
            Told::of([Phrase::words("Closure "), tail(*closure), Phrase::words(" is in the sample, for "), whom])
                .more([Phrase::Words(why)])
                .badge((Tone::Accent, "eye", "Sample"))
        }
        Event::ClosureReviewed { closure, verdict, note, .. } => {
            let (word, mark) = match verdict {
                ReviewVerdict::InOrder => (" in order", (Tone::Pass, "check", "In order")),
                ReviewVerdict::NotInOrder => (" not in order", (Tone::Fail, "x", "Not in order")),
            };
            Told::of([who, Phrase::words(" found closure "), tail(*closure), Phrase::words(word)])
                .more(note.iter().map(|note| Phrase::Said(Value::from(note.as_str()))))
                .badge(mark)
        }
        other => tell_step(other, who),
    }
}

/// Tells an event of a step, or of a target.
fn tell_step(event: &Event, who: Phrase) -> Told {
    match event {
        Event::ClosureStepIntended { step, target, record, key, attempt, .. } => {
            let place = Phrase::Code(format!("{target}/{record}"));
            Told::of([who, Phrase::words(" is about to write "), place, Phrase::words(" for "), Phrase::code(step)])
                .more([Phrase::words(format!("Try {attempt}, key ")), Phrase::code(key)])
        }
        Event::ClosureStepDone { step, confirmed, .. } => Told::of([Phrase::code(step), Phrase::words(" is done")])
            .more([Phrase::Said(Value::from(confirmed.as_str()))])
            .badge((Tone::Pass, "check", "Done")),
        Event::ClosureStepSkipped { step, confirmed, .. } => {
            Told::of([Phrase::code(step), Phrase::words(" was as it should be already; nothing was written")])
                .more([Phrase::Said(Value::from(confirmed.as_str()))])
                .badge((Tone::Quiet, "check", "Already done"))
        }
        Event::ClosureStepFailed { step, attempts, cause, next_try, .. } => {
            let next = match next_try {
                Some(next) => format!(" Next try {}", tooltip(*next)),
                None => " No try is left".to_owned(),
            };
            Told::of([Phrase::code(step), Phrase::words(format!(" failed at try {attempts}"))])
                .more([Phrase::Quote(cause.clone()), Phrase::Words(next)])
                .badge((Tone::Fail, "x", "Failed"))
        }
        Event::ClosureStepBlocked { step, reason, detail, .. } => {
            Told::of([Phrase::code(step), Phrase::words(" was not done: "), Phrase::words(reason.title())])
                .more([Phrase::Said(Value::from(detail.as_str()))])
                .badge((Tone::Warn, "circle-alert", "Blocked"))
        }
        Event::TargetAdded { name, target_kind, allow_private, .. } => {
            let private = if *allow_private { ", private networks allowed" } else { "" };
            Told::of([who, Phrase::words(" registered the target "), Phrase::code(name)])
                .more([Phrase::words(format!("{target_kind}{private}"))])
        }
        Event::TargetRekeyed { name, .. } => {
            Told::of([who, Phrase::words(" replaced the credential of the target "), Phrase::code(name)])
        }
        Event::TargetDisabled { name, .. } => {
            Told::of([who, Phrase::words(" disabled the target "), Phrase::code(name)])
        }
        Event::TargetEnabled { name, .. } => Told::of([who, Phrase::words(" enabled the target "), Phrase::code(name)]),
        _ => Told::default(),
    }
}

const fn ended(status: ClosureStatus) -> &'static str {
    match status {
        ClosureStatus::Running => " goes on",
        ClosureStatus::Completed => " is complete",
        ClosureStatus::Partial => " is done in part",
        ClosureStatus::SkippedIdempotent => " found everything done already",
        ClosureStatus::ManualFollowUp => " stopped: a person is needed",
    }
}

const fn mark(status: ClosureStatus) -> Mark {
    match status {
        ClosureStatus::Running => (Tone::Quiet, "clock", "Running"),
        ClosureStatus::Completed => (Tone::Pass, "check", "Completed"),
        ClosureStatus::Partial => (Tone::Warn, "circle-alert", "Partial"),
        ClosureStatus::SkippedIdempotent => (Tone::Quiet, "check", "Skipped"),
        ClosureStatus::ManualFollowUp => (Tone::Warn, "circle-alert", "Follow-up"),
    }
}

fn of(closure: ClosureId, step: Option<&str>) -> Phrase {
    match step {
        Some(step) => Phrase::code(step),
        None => tail(closure),
    }
}

fn tail(closure: ClosureId) -> Phrase {
    Phrase::Code(format!("clo_…{}", closure.tail()))
}
