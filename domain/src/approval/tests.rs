//! The table of states and moves.

use std::fmt::Write as _;

use super::*;
use crate::{
    deadline::{Raising, Steps},
    hours::AroundTheClock,
    information::MAX_PAUSE,
    policy::SeatStanding,
    testing::{approval, at, person, session},
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
        ("pending, no deadline", Approval::open(None)),
        ("pending until 09:10", Approval::open(Some(at(10)))),
        ("pending until 09:10, waits since 09:05", waiting()),
        ("pending until 09:10, to be reminded and raised at 09:09", timed(None)),
        ("pending until 09:10, reminded and raised at 09:08", timed(Some(at(8)))),
        ("approved, unused", approved(Use::Unused, None)),
        ("approved, unused until 09:10", approved(Use::Unused, Some(at(10)))),
        ("approved, consumed by toolu_1", approved(Use::Consumed { by: call("toolu_1") }, None)),
        ("approved, void", approved(Use::Void { because: "KYC failed".to_owned() }, None)),
        ("rejected", Approval::Rejected { at: at(0) }),
        ("expired", Approval::Expired { at: at(0) }),
        ("cancelled", Approval::Cancelled { at: at(0), reason: "Asked for twice.".to_owned() }),
        ("superseded", Approval::Superseded { at: at(0) }),
        ("revoked", Approval::Revoked { at: at(0), by: person(1).into(), reason: "The wrong account.".to_owned() }),
    ]
}

/// Waits for an answer since 09:05, with five minutes left to pause.
fn waiting() -> Approval {
    let pause = Pause { since: Some(at(5)), spent: MAX_PAUSE - 300 };
    Approval::Pending { expires_at: Some(at(10)), pause, steps: Steps::default() }
}

/// Reminds and raises at 09:09, expires at 09:10; raised already or not.
fn timed(raised_at: Option<Time>) -> Approval {
    let raise = Some(Raising { to: "leads".to_owned(), at: at(9), raised_at });
    let steps = Steps { remind_at: Some(at(9)), reminded_at: raised_at, raise };
    Approval::Pending { expires_at: Some(at(10)), pause: Pause::default(), steps }
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
        ("ask", |state, now| {
            state.request_information(approval(1), "Which year?", 1, &AroundTheClock, now).map(with_event)
        }),
        ("answer", |state, now| state.give_information(approval(1), "2025.", 2, &AroundTheClock, now).map(with_event)),
        ("cancel", |state, now| state.cancel(approval(1), "Asked for twice.".to_owned(), now).map(with_event)),
        ("remind", |state, now| state.remind(approval(1), vec!["risk".to_owned()], now).map(with_event)),
        ("raise", |state, now| state.raise(approval(1), None, now).map(with_event)),
        ("raise: asked", |state, now| state.raise(approval(1), Some("Nobody is in.".to_owned()), now).map(with_event)),
        ("expire", |state, now| state.expire(approval(1), now).map(with_event)),
        ("consume by toolu_1", |state, now| state.consume(approval(1), call("toolu_1"), now).map(with_event)),
        ("supersede", |state, now| state.supersede(approval(1), now).map(with_event)),
        ("revoke", |state, now| {
            state.revoke(approval(1), person(1).into(), "The wrong account.".to_owned(), now).map(with_event)
        }),
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
        Approval::Pending { expires_at, pause, steps } => {
            let until =
                expires_at.map_or_else(|| ", no deadline".to_owned(), |end| end.format(" until %d. %H:%M").to_string());
            let waits = pause.since.map_or_else(String::new, |since| since.format(", waits since %H:%M").to_string());
            let spent = if pause.spent > 0 { format!(", paused {} s", pause.spent) } else { String::new() };
            let reminded = steps.reminded_at.map_or("", |_| ", reminded");
            let raised = steps.raised().map_or_else(String::new, |(group, _)| format!(", raised to {group}"));
            let to_come = [("remind", steps.reminder_due()), ("raise", steps.raise_due())].map(|(step, due)| {
                due.map_or_else(String::new, |at| format!(", to {step} {}", at.format("%d. %H:%M")))
            });
            format!("pending{until}{waits}{spent}{}{reminded}{raised}", to_come.concat())
        }
        Approval::Rejected { .. }
        | Approval::Expired { .. }
        | Approval::Cancelled { .. }
        | Approval::Superseded { .. }
        | Approval::Revoked { .. } => state.status().to_string(),
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
fn the_deadline_stands_still_while_a_question_is_open_but_not_for_ever() {
    let ask = |state: Approval, now| {
        state.request_information(approval(1), "Which year?", 1, &AroundTheClock, now).expect("asked").0
    };
    let answer = |state: Approval, now| {
        state.give_information(approval(1), "2025.", 2, &AroundTheClock, now).expect("answered").0
    };
    let asked = ask(Approval::open(Some(at(60))), at(10));
    assert!(asked.is_waiting_for_information());
    // Three hours later nothing has expired, and fifty minutes are left.
    assert!(!asked.is_overdue(at(190)));
    let answered = answer(asked.clone(), at(190));
    assert_eq!(answered.expires_at(), Some(at(240)));
    // The whole pause of an approval is a day: 21 hours are left of it.
    let again = ask(answered, at(200));
    assert_eq!(again.expires_at(), Some(at(240 + 21 * 60)));
    let late = answer(again, at(200 + 21 * 60 + 5));
    assert_eq!(late.expires_at(), Some(at(240 + 21 * 60)), "what was waited beyond the day counts");
    let third = ask(late, at(240 + 20 * 60));
    assert_eq!(third.expires_at(), Some(at(240 + 21 * 60)), "nothing is left of the pause");
    // Nobody answers: it expires once the pause is over and the rest has passed.
    assert!(!asked.is_overdue(at(10 + 24 * 60 + 49)));
    assert!(asked.is_overdue(at(10 + 24 * 60 + 50)));
}

#[test]
fn an_approval_stored_before_there_were_questions_is_read() {
    let stored = r#"{"status":"pending","expires_at":null}"#;
    assert_eq!(serde_json::from_str::<Approval>(stored).expect("state"), Approval::open(None));
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
