//! What a person is asked about something that stopped, with everything they need to answer.

use domain::{closure::Reason, follow_up::Packet};
use serde_json::{Value, json};

use super::named;
use crate::store::closure::Stored;

/// What a person is asked about something that stopped.
fn question(reason: Reason, step: Option<&str>, stored: &Stored) -> String {
    let what = step.map_or_else(|| stored.rule.clone(), |step| format!("{step} of {}", stored.rule));
    match reason {
        Reason::SourceRevoked => format!("The decision was taken back. What must {what} undo, if anything?"),
        Reason::SourceSuperseded => format!("A newer decision stands. Should {what} still happen?"),
        Reason::SourceChanged => format!("The source says something else by now. Should {what} still happen?"),
        Reason::SourceUnreachable => format!("The source cannot be read. Does the decision behind {what} still stand?"),
        Reason::ConditionFailed => format!("Should {what} happen at all? Its condition could not be evaluated."),
        Reason::MappingMissing => format!("Which record belongs to {what}?"),
        Reason::MappingStale => format!("Is this the record that {what} is about? It does not say so any more."),
        Reason::TargetAmbiguous => format!("Which record does {what} mean? It cannot be told."),
        Reason::OutcomeAmbiguous => format!("Was {what} written? The target has not said so."),
        Reason::TargetRefused => format!("The target does not take {what}. What is to be changed there?"),
        Reason::TargetUnreachable => format!("The target of {what} cannot be reached. Should it be tried again?"),
        Reason::SampleNotInOrder => {
            format!("{what} is not in order, says whoever looked at it. What is to be put right?")
        }
    }
}

/// The packet of something that is handed over.
pub(super) fn packet(
    stored: &Stored,
    step: Option<&str>,
    reason: Reason,
    detail: String,
    [not_touched, may_be_written]: [Vec<String>; 2],
) -> Packet {
    let snapshot = stored.snapshot.as_ref().map(|snapshot| json!(snapshot.said)).unwrap_or_default();
    let owner = stored.trigger.context.iter().find(|(name, _)| name.ends_with("owner")).map(|(_, value)| value);
    Packet {
        question: question(reason, step, stored),
        reason,
        detail,
        step: step.map(str::to_owned),
        source: named(&stored.trigger.source),
        source_state: snapshot,
        not_touched,
        may_be_written,
        owner: owner.and_then(Value::as_str).map(str::to_owned),
    }
}
