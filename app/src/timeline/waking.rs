//! What happened to sessions that are to be woken, and to where that is sent.

use super::{phrase::Phrase, sentence::Told};
use crate::kit::badge::Tone;
use domain::{alert::AlertKind, event::Event, resumption::Reported};

/// Tells an event of resumptions, alerts and endpoints.
pub fn tell(event: &Event, who: Phrase) -> Told {
    match event {
        Event::SessionSuspended { session, awaiting, .. } => Told::of([
            words("Session "),
            Phrase::code(session.tail()),
            words(" suspended, waits for "),
            approvals(*awaiting),
        ]),
        Event::SessionReleased { session, awaiting, .. } => Told::of([
            words("Session "),
            Phrase::code(session.tail()),
            words(" still waits for "),
            approvals(*awaiting),
        ]),
        Event::SessionResumed { session, .. } => {
            Told::of([words("Session "), Phrase::code(session.tail()), words(" may go on")])
        }
        Event::SessionEnded { session } => Told::of([words("Session "), Phrase::code(session.tail()), words(" ended")]),
        Event::ResumptionQueued { .. } => Told::of([words("The outcome waits for the agent’s side")]),
        Event::ResumptionDelivered { .. } => Told::of([words("The agent’s side has the outcome")]),
        Event::ResumptionAttempted { endpoint, attempt, .. } => Told::of([
            words("The outcome is sent to endpoint "),
            Phrase::code(endpoint.tail()),
            words(format!(", try {attempt}")),
        ]),
        Event::ResumptionFailed { attempt, cause, next_try, .. } => {
            let told = Told::of([words(format!("Try {attempt} failed"))]).more([Phrase::Quote(cause.clone())]).badge((
                Tone::Fail,
                "rotate-ccw",
                "Not resumed",
            ));
            if next_try.is_some() { told } else { told.more([words(" No try is left: a person is needed.")]) }
        }
        Event::ResumptionRetried { .. } => Told::of([who, words(" has the outcome sent again")]),
        _ => tell_runner(event).unwrap_or_else(|| tell_care(event, who)),
    }
}

/// What a runner does.
fn tell_runner(event: &Event) -> Option<Told> {
    let told = match event {
        Event::SessionAssigned { session, runner } => Told::of([
            words("Session "),
            Phrase::code(session.tail()),
            words(" is woken by runner "),
            Phrase::code(runner),
        ]),
        Event::ResumptionLeased { runner, attempt, .. } => {
            Told::of([words("Runner "), Phrase::code(runner), words(format!(" has the session go on, try {attempt}"))])
        }
        Event::ResumptionReported { runner, outcome, detail, .. } => {
            let told = Told::of([words("Runner "), Phrase::code(runner), words(format!(" {}", reported(*outcome)))]);
            match detail {
                Some(detail) => told.more([Phrase::Said(detail.as_str().into())]),
                None => told,
            }
        }
        _ => return None,
    };
    Some(told)
}

fn tell_care(event: &Event, who: Phrase) -> Told {
    match event {
        Event::ResumptionAbandoned { reason, .. } => {
            Told::of([who, words(" ended the sending of the outcome")]).more([Phrase::Quote(reason.clone())])
        }
        Event::AlertRaised { alert, about } => Told::of([words(trouble(*alert)), words(": "), Phrase::code(about)])
            .badge((Tone::Fail, "circle-alert", "Alert")),
        Event::AlertSettled { about, .. } => {
            Told::of([words("It fits together again: "), Phrase::code(about)]).badge((Tone::Pass, "check", "Settled"))
        }
        Event::EndpointAdded { name, allow_private, .. } => {
            let told = Told::of([who, words(" added endpoint "), Phrase::code(name)]);
            if *allow_private { told.more([words("Private networks are allowed.")]) } else { told }
        }
        Event::EndpointRotated { name, .. } => {
            Told::of([who, words(" gave another secret to endpoint "), Phrase::code(name)])
        }
        Event::EndpointDisabled { name, because, .. } => {
            Told::of([words("Nothing is sent any more to endpoint "), Phrase::code(name)])
                .more([Phrase::Quote(because.clone())])
        }
        Event::EndpointEnabled { name, .. } => Told::of([who, words(" enabled endpoint "), Phrase::code(name)]),
        _ => Told::default(),
    }
}

/// What does not fit together.
pub const fn trouble(alert: AlertKind) -> &'static str {
    match alert {
        AlertKind::SessionEnded => "An approval waits, and its session has ended",
        AlertKind::CompensationFailed => "An effect of a failed stage stands, and only a person can see to it",
        AlertKind::ApprovalMissing => "A session waits for an approval that does not exist",
        AlertKind::InputDiffers => "A tool ran with another input than was allowed",
    }
}

/// What a runner reported.
const fn reported(outcome: Reported) -> &'static str {
    match outcome {
        Reported::Running => "still has the agent at work",
        Reported::Resumed => "had the session go on, and the agent ended",
        Reported::AlreadyResumed => "found that the session waits for nothing",
        Reported::DeferredAgain => "found the call suspended once more",
        Reported::Superseded => "found the session waiting with another call",
        Reported::ToolUnavailable => "found that the tool is not there any more",
        Reported::GateUnreachable => "started nothing: the gate cannot be asked",
        Reported::SessionUnknown => "has no such session",
        Reported::SettingsRefused => "started nothing: its settings are not as they must be",
        Reported::CwdRefused => "started nothing: it may not work in that folder",
        Reported::GivenBack => "gave the session back",
        Reported::Failed => "could not have the session go on, or the agent ended with an error",
    }
}

fn approvals(count: usize) -> Phrase {
    words(if count == 1 { "1 approval".to_owned() } else { format!("{count} approvals") })
}

fn words(words: impl Into<String>) -> Phrase {
    Phrase::words(words)
}
