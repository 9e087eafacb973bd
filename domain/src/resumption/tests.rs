//! The table of states and moves, and when tries are made.

use std::fmt::Write as _;

use chrono::TimeDelta;
use uuid::Uuid;

use super::*;
use crate::testing::{approval, at};

const ID: ResumptionId = ResumptionId::from_uuid(Uuid::from_u128(1));
const ENDPOINT: EndpointId = EndpointId::from_uuid(Uuid::from_u128(2));
const WEBHOOK: Way = Way::Webhook { endpoint: ENDPOINT };

fn failed(attempts: u32, next_try: Option<Time>) -> Resumption {
    let cause = "answered 503".to_owned();
    Resumption::Failed { queued_at: at(0), way: WEBHOOK, attempts, cause, failed_at: at(1), next_try, lease: None }
}

fn delivering(attempt: u32, leased_until: Time) -> Resumption {
    Resumption::Delivering { queued_at: at(0), way: WEBHOOK, attempt, leased_until, lease: None }
}

fn runner() -> Way {
    Way::Runner { runner: "build-7".to_owned() }
}

fn mine() -> Digest {
    Digest::of("lease/v1", b"mine")
}

fn running(attempt: u32, leased_until: Time) -> Resumption {
    Resumption::Delivering { queued_at: at(0), way: runner(), attempt, leased_until, lease: Some(mine()) }
}

fn read(until: Option<Time>) -> Resumption {
    let turn = Turn { runner: "build-7".to_owned(), lease: mine(), attempt: 1, until };
    Resumption::Resumed { queued_at: at(0), at: at(1), turn: Some(turn) }
}

fn not_run(attempts: u32, next_try: Option<Time>) -> Resumption {
    let cause = "no such folder".to_owned();
    let (queued_at, failed_at, lease) = (at(0), at(1), Some(mine()));
    Resumption::Failed { queued_at, way: runner(), attempts, cause, failed_at, next_try, lease }
}

fn abandoned(way: Way) -> Resumption {
    Resumption::Abandoned { queued_at: at(0), way, at: at(1), reason: "gone".to_owned() }
}

fn states() -> Vec<Resumption> {
    vec![
        Resumption::queue(ID, approval(1), Way::Poll, at(0)).0,
        Resumption::queue(ID, approval(1), WEBHOOK, at(0)).0,
        Resumption::Queued { at: at(0), way: WEBHOOK, attempts: 2 },
        delivering(1, at(3)),
        delivering(2, at(1)),
        Resumption::Resumed { queued_at: at(0), at: at(1), turn: None },
        failed(1, Some(at(2))),
        failed(1, Some(at(3))),
        failed(ATTEMPTS, None),
        abandoned(Way::Poll),
        abandoned(WEBHOOK),
        Resumption::queue(ID, approval(1), runner(), at(0)).0,
        running(1, at(3)),
        running(2, at(1)),
        read(Some(at(3))),
        read(Some(at(1))),
        read(None),
        not_run(1, Some(at(2))),
        not_run(1, None),
        abandoned(runner()),
    ]
}

fn setback(attempt: u32) -> Setback {
    Setback { attempt, cause: "no answer".to_owned(), next_try: Some(at(5)) }
}

#[test]
fn every_state_meets_every_move() {
    type Move = fn(Resumption) -> Result<(Resumption, Option<Event>), Refusal>;
    fn told(moved: Moved) -> Result<(Resumption, Option<Event>), Refusal> {
        moved.map(|(state, event)| (state, Some(event)))
    }
    let moves: [(&str, Move); 12] = [
        ("lease", |state| told(state.lease(ID, approval(1), at(9), at(2)))),
        ("lend", |state| told(state.lend(ID, approval(1), Digest::of("lease/v1", b"new"), at(9), at(2)))),
        ("extend", |state| state.extend(mine(), at(9), at(2)).map(|state| (state, None))),
        ("settle", |state| state.report(ID, approval(1), mine(), None, at(2))),
        ("report", |state| state.report(ID, approval(1), mine(), Some(setback(1)), at(2))),
        ("another's", |state| state.report(ID, approval(1), Digest::of("lease/v1", b"other"), None, at(2))),
        ("lapse", |state| told(state.lapse(ID, approval(1), 0, at(2)))),
        ("deliver", |state| told(state.deliver(ID, approval(1), at(2)))),
        ("fail try 1", |state| told(state.fail(ID, approval(1), setback(1), at(2)))),
        ("fail try 2", |state| told(state.fail(ID, approval(1), setback(2), at(2)))),
        ("retry", |state| told(state.retry(ID, approval(1)))),
        ("abandon", |state| told(state.abandon(ID, approval(1), "gone".to_owned(), at(2)))),
    ];
    let mut table = String::new();
    for state in states() {
        writeln!(table, "{}", shown(&state)).expect("write");
        for (step, take) in moves {
            let met = match take(state.clone()) {
                Ok((state, Some(event))) => format!("{}  [{}]", shown(&state), event.kind()),
                Ok((state, None)) => format!("{}  [nothing]", shown(&state)),
                Err(refusal) => format!("refused: {}", refusal.code.as_str()),
            };
            writeln!(table, "  {step:<10} {met}").expect("write");
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_stored_state_is_read_back() {
    for state in states() {
        let text = serde_json::to_string(&state).expect("JSON");
        assert_eq!(serde_json::from_str::<Resumption>(&text).expect("state"), state, "{text}");
    }
    let before_webhooks = r#"{"state":"queued","at":"2026-11-21T09:00:00Z"}"#;
    assert_eq!(serde_json::from_str::<Resumption>(before_webhooks).expect("state"), states()[0]);
}

#[test]
fn every_report_is_weighed() {
    let mut table = String::new();
    for outcome in Reported::ALL {
        for (what, is_call, is_read, attempt) in [
            ("first try", true, false, 1),
            ("third try", true, false, 3),
            ("last try", true, false, ATTEMPTS),
            ("of no call", false, false, 1),
            ("read", true, true, 1),
        ] {
            let weighed = match outcome.weigh(is_call, is_read, attempt, at(0), 0) {
                Weighed::Settled { is_superseded: true } => "settled, the call is gone".to_owned(),
                Weighed::Settled { is_superseded: false } => "settled".to_owned(),
                Weighed::Again(None) => "a person is needed".to_owned(),
                Weighed::Again(Some(next)) => format!("again in {} s", (next - at(0)).num_seconds()),
            };
            writeln!(table, "{:<18} {what:<11} {weighed}", outcome.as_str()).expect("write");
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn tries_come_ever_later_and_end() {
    let pauses = |jitter: u8| -> Vec<i64> {
        (1..=ATTEMPTS)
            .map_while(|try_| next_try(try_, at(0), jitter, None))
            .map(|next| (next - at(0)).num_seconds())
            .collect()
    };
    assert_eq!(pauses(0), [5, 300, 1_800, 7_200, 18_000, 36_000]);
    assert_eq!(pauses(255), [5, 330, 1_980, 7_920, 19_800, 39_600]);
    assert_eq!(next_try(ATTEMPTS, at(0), 0, Some(TimeDelta::hours(1))), None);
}

#[test]
fn a_receiver_that_asks_for_time_gets_it_within_bounds() {
    let next = |asked| next_try(1, at(0), 0, Some(asked)).map(|next| next - at(0));
    assert_eq!(next(TimeDelta::seconds(1)), Some(TimeDelta::seconds(5)));
    assert_eq!(next(TimeDelta::minutes(2)), Some(TimeDelta::minutes(2)));
    assert_eq!(next(TimeDelta::days(400)), Some(TimeDelta::hours(12)));
}

fn shown(state: &Resumption) -> String {
    let minute = |at: &Time| at.format("%H:%M").to_string();
    let until = |next: &Option<Time>| {
        next.as_ref().map_or("a person is needed".to_owned(), |next| format!("next {}", minute(next)))
    };
    match state {
        Resumption::Queued { at, way, attempts } => {
            format!("queued at {}, {}, {attempts} tries", minute(at), via(way))
        }
        Resumption::Delivering { way, attempt, leased_until, .. } => {
            format!("delivering, {}, try {attempt}, leased until {}", via(way), minute(leased_until))
        }
        Resumption::Resumed { queued_at, at, turn } => {
            let turn = turn.as_ref().map_or(String::new(), |turn| match &turn.until {
                Some(until) => format!(", a runner at it until {}", minute(until)),
                None => ", a runner reported".to_owned(),
            });
            format!("resumed at {}, queued at {}{turn}", minute(at), minute(queued_at))
        }
        Resumption::Failed { way, attempts, cause, next_try, .. } => {
            format!("failed, {}, after {attempts}: {cause}, {}", via(way), until(next_try))
        }
        Resumption::Abandoned { way, at, reason, .. } => {
            format!("abandoned at {}, {}: {reason}", minute(at), via(way))
        }
    }
}

const fn via(way: &Way) -> &'static str {
    match way {
        Way::Poll => "poll",
        Way::Webhook { .. } => "webhook",
        Way::Runner { .. } => "runner",
    }
}
