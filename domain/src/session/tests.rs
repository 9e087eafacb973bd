//! The table of states and moves.

use std::fmt::Write as _;

use super::*;
use crate::testing::{approval, session};

fn states() -> Vec<Session> {
    vec![
        Session::Active,
        Session::Suspended { awaiting: vec![approval(1)] },
        Session::Suspended { awaiting: vec![approval(1), approval(2)] },
        Session::Ended,
    ]
}

fn shown(state: &Session) -> String {
    match state {
        Session::Suspended { awaiting } => {
            let held: Vec<String> = awaiting.iter().map(|id| format!("#{}", id.uuid().as_u128())).collect();
            format!("suspended on {}", held.join(" "))
        }
        Session::Active | Session::Ended => state.status().to_string(),
    }
}

type Move = fn(Session) -> Result<(Session, Event), Refusal>;

#[test]
fn every_state_meets_every_move() {
    let moves: [(&str, Move); 5] = [
        ("suspend on #1", |state| state.suspend(session(9), approval(1))),
        ("suspend on #3", |state| state.suspend(session(9), approval(3))),
        ("release #1", |state| state.release(session(9), approval(1))),
        ("release #3", |state| state.release(session(9), approval(3))),
        ("end", |state| state.end(session(9))),
    ];
    let mut table = String::new();
    for state in states() {
        writeln!(table, "{}", shown(&state)).expect("write");
        for (step, take) in moves {
            let met = match take(state.clone()) {
                Ok((state, event)) => format!("{}  [{}]", shown(&state), event.kind()),
                Err(refusal) => format!("refused: {}", refusal.code.as_str()),
            };
            writeln!(table, "  {step:<14} {met}").expect("write");
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_stored_state_is_read_back() {
    for state in states() {
        let text = serde_json::to_string(&state).expect("JSON");
        assert_eq!(serde_json::from_str::<Session>(&text).expect("state"), state, "{text}");
    }
}
