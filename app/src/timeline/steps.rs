//! How an enforced execution went through its steps.

use super::{phrase::Phrase, sentence::Told};
use crate::kit::badge::Tone;
use domain::event::Event;

/// Tells an event of a step.
pub fn tell(event: &Event, who: Phrase) -> Told {
    let step = |step: &str, words: String| Told::of([Phrase::words("Step "), Phrase::code(step), Phrase::words(words)]);
    match event {
        Event::StepBegun { step: id, attempt } => step(id, format!(" begun, attempt {attempt}")),
        Event::StepSubmitted { step: id, .. } => {
            step(id, " waits for people".to_owned()).badge((Tone::Accent, "hourglass", "Approval"))
        }
        Event::StepVerified { step: id, attempt, evidence } => step(id, format!(" verified, attempt {attempt}"))
            .more([Phrase::words("Evidence "), Phrase::Code(evidence.to_string())])
            .badge((Tone::Pass, "check", "Verified")),
        Event::StepFailed { step: id, attempt, error } => step(id, format!(" failed, attempt {attempt}"))
            .more([Phrase::code(error)])
            .badge((Tone::Fail, "x", "Failed")),
        _ => Told::of([who]),
    }
}
