//! How a run went through its stages.

use super::{
    phrase::Phrase,
    sentence::{Told, list},
};
use crate::kit::badge::Tone;
use domain::{event::Event, stage::StageEnd};

/// Tells an event of a stage, its handoff or its undoing.
pub fn tell(event: &Event, who: Phrase) -> Told {
    match event {
        Event::RunCompleted {} => Told::of([words("Every stage is complete, and so is the run")]).badge((
            Tone::Pass,
            "check-check",
            "Completed",
        )),
        Event::StageEntered { stage, attempt, snapshot } => {
            Told::of([words("Stage "), Phrase::code(stage), words(format!(" entered, attempt {attempt}"))]).more([
                words("Snapshot "),
                Phrase::Code(format!("snap_…{}", snapshot.tail())),
                words(" taken before"),
            ])
        }
        Event::StageHeld { stage, end, unmet, .. } => {
            let verb = match end {
                StageEnd::Entry => " could not be entered",
                StageEnd::Exit => " could not be completed",
            };
            Told::of([words("Stage "), Phrase::code(stage), words(verb)])
                .more([words("Unmet: "), Phrase::Code(list(unmet))])
                .badge((Tone::Fail, "x", "Not met"))
        }
        Event::StageSubmitted { stage, .. } => {
            Told::of([words("Stage "), Phrase::code(stage), words(" waits for people")]).badge((
                Tone::Accent,
                "hourglass",
                "Review",
            ))
        }
        Event::StageWithdrawn { stage, .. } => Told::of([
            words("Stage "),
            Phrase::code(stage),
            words(" waits for people no more: its review ended without a verdict"),
        ]),
        _ => tell_handing_over(event, who),
    }
}

fn tell_handing_over(event: &Event, who: Phrase) -> Told {
    match event {
        Event::StageCompleted { stage, attempt, .. } => {
            Told::of([words("Stage "), Phrase::code(stage), words(format!(" complete, attempt {attempt}"))]).badge((
                Tone::Pass,
                "check",
                "Complete",
            ))
        }
        Event::HandoffIssued { handoff, from_stage, to_stage, .. } => {
            let to = to_stage.as_deref().map_or_else(|| words(", the last stage"), |_| words(" to "));
            let told = Told::of([
                words("Handoff "),
                Phrase::Code(format!("ho_…{}", handoff.tail())),
                words(" from "),
                Phrase::code(from_stage),
                to,
            ]);
            match to_stage {
                Some(stage) => Told { sentence: [told.sentence, vec![Phrase::code(stage)]].concat(), ..told },
                None => told,
            }
        }
        _ => tell_undoing(event, who),
    }
}

fn tell_undoing(event: &Event, who: Phrase) -> Told {
    match event {
        Event::StageFailed { stage, attempt, error, .. } => {
            Told::of([words("Stage "), Phrase::code(stage), words(format!(" failed, attempt {attempt}"))])
                .more([Phrase::Quote(error.clone())])
                .badge((Tone::Fail, "circle-x", "Failed"))
        }
        Event::StageRolledBack { stage, attempt } => {
            Told::of([words("Stage "), Phrase::code(stage), words(format!(" rolled back, attempt {attempt}"))]).badge((
                Tone::Warn,
                "undo-2",
                "Rolled back",
            ))
        }
        Event::StageReopened { stage, because, .. } => {
            Told::of([words("Stage "), Phrase::code(stage), words(" is to be done again")])
                .more([Phrase::Quote(because.clone())])
                .badge((Tone::Warn, "undo-2", "Reopened"))
        }
        Event::CompensationAsked { tool, stage, .. } => {
            Told::of([Phrase::code(tool), words(" is to undo an effect of stage "), Phrase::code(stage)])
        }
        Event::CompensationDone { compensation, detail } => {
            let told = Told::of([who, words(" undid an effect: "), tail(&compensation.tail())]);
            quoted(told, detail.as_deref()).badge((Tone::Pass, "check", "Undone"))
        }
        Event::CompensationFailed { compensation, detail } => {
            let told = Told::of([words("An effect could not be undone: "), tail(&compensation.tail())]);
            quoted(told, detail.as_deref()).badge((Tone::Fail, "circle-alert", "A person is needed"))
        }
        Event::FactRetracted { name, version, previous, stage } => {
            Told::of([Phrase::code(name), words(" retracted with stage "), Phrase::code(stage)])
                .more([words(format!("Version {version}, was ")), Phrase::Value(previous.clone())])
        }
        _ => Told::default(),
    }
}

fn tail(tail: &str) -> Phrase {
    Phrase::Code(format!("cmp_…{tail}"))
}

fn quoted(told: Told, words: Option<&str>) -> Told {
    match words {
        Some(words) => told.more([Phrase::Quote(words.to_owned())]),
        None => told,
    }
}

fn words(words: impl Into<String>) -> Phrase {
    Phrase::words(words)
}
