//! The table of states and moves.

use std::fmt::Write as _;

use super::*;
use crate::{
    policy::SeatStanding,
    testing::{approval, at, session},
};

fn standing(outcome: Option<Verdict>) -> Standing {
    let seats = vec![SeatStanding { group: "risk".to_owned(), needed: 1, given: 0 }];
    Standing { seats, rejections: 0, outcome }
}

fn call(id: &str) -> Call {
    Call { session: session(1), tool_use_id: id.to_owned() }
}

/// Every shape of state. Deadlines are ten minutes past nine, `valid_until` likewise.
fn states() -> Vec<(&'static str, Approval)> {
    let approved = |used, valid_until| Approval::Approved { at: at(0), valid_until, used };
    vec![
        ("pending, no deadline", Approval::Pending { expires_at: None }),
        ("pending until 09:10", Approval::Pending { expires_at: Some(at(10)) }),
        ("approved, unused", approved(Use::Unused, None)),
        ("approved, unused until 09:10", approved(Use::Unused, Some(at(10)))),
        ("approved, consumed by toolu_1", approved(Use::Consumed { by: call("toolu_1") }, None)),
        ("approved, void", approved(Use::Void { because: "KYC failed".to_owned() }, None)),
        ("rejected", Approval::Rejected { at: at(0) }),
        ("expired", Approval::Expired { at: at(0) }),
    ]
}

type Moved = Result<(Approval, Option<Event>), Refusal>;
type Move = fn(Approval, Time) -> Moved;

fn moves() -> Vec<(&'static str, Move)> {
    vec![
        ("decide: approve", |state, now| {
            state.decide(approval(1), &standing(Some(Verdict::Approve)), Some(3_600), now)
        }),
        ("decide: reject", |state, now| state.decide(approval(1), &standing(Some(Verdict::Reject)), None, now)),
        ("decide: still open", |state, now| state.decide(approval(1), &standing(None), None, now)),
        ("expire", |state, now| state.expire(approval(1), now).map(with_event)),
        ("consume by toolu_1", |state, now| state.consume(approval(1), call("toolu_1"), now).map(with_event)),
        ("void", |state, _| state.void(approval(1), "KYC failed".to_owned()).map(with_event)),
    ]
}

fn with_event((state, event): (Approval, Event)) -> (Approval, Option<Event>) {
    (state, Some(event))
}

fn shown(state: &Approval) -> String {
    match state {
        Approval::Approved { used, valid_until, .. } => {
            let used = match used {
                Use::Unused => "unused".to_owned(),
                Use::Consumed { by } => format!("consumed by {}", by.tool_use_id),
                Use::Void { .. } => "void".to_owned(),
            };
            let until = valid_until.map_or_else(String::new, |end| end.format(" until %H:%M").to_string());
            format!("approved, {used}{until}")
        }
        Approval::Pending { expires_at } => {
            let until =
                expires_at.map_or_else(|| ", no deadline".to_owned(), |end| end.format(" until %H:%M").to_string());
            format!("pending{until}")
        }
        Approval::Rejected { .. } | Approval::Expired { .. } => state.status().to_string(),
    }
}

#[test]
fn every_state_meets_every_move() {
    let mut table = String::new();
    for (name, state) in states() {
        writeln!(table, "{name}").expect("write");
        for (step, take) in moves() {
            for (clock, now) in [("09:09", at(9)), ("09:10", at(10))] {
                let met = match take(state.clone(), now) {
                    Ok((state, event)) => {
                        format!("{}  [{}]", shown(&state), event.map_or("no event", |event| event.kind()))
                    }
                    Err(refusal) => format!("refused: {}", refusal.code.as_str()),
                };
                writeln!(table, "  {clock}  {step:<19} {met}").expect("write");
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_use_in_the_same_microsecond_as_the_end_is_too_late() {
    let state = Approval::Approved { at: at(0), valid_until: Some(at(10)), used: Use::Unused };
    let just_before = at(10) - chrono::TimeDelta::microseconds(1);
    assert!(state.clone().consume(approval(1), call("toolu_1"), just_before).is_ok());
    assert!(state.consume(approval(1), call("toolu_1"), at(10)).is_err());
}

#[test]
fn a_span_beyond_the_calendar_has_no_end() {
    assert_eq!(later(at(0), 60), Some(at(1)));
    assert_eq!(later(at(0), u64::MAX), None);
    assert_eq!(later(at(0), 1 << 53), None);
}

#[test]
fn a_stored_state_is_read_back() {
    for (name, state) in states() {
        let text = serde_json::to_string(&state).expect("JSON");
        assert_eq!(serde_json::from_str::<Approval>(&text).expect(name), state, "{text}");
    }
}
