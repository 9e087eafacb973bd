//! Every state of an attempt meets every move.

use super::*;
use crate::testing::at;
use std::fmt::Write as _;
use uuid::Uuid;

const OF: Of<'static> = Of { stage: "kyc", attempt: 2 };

fn approval(number: u128) -> ApprovalId {
    ApprovalId::from_uuid(Uuid::from_u128(number))
}

fn handoff() -> HandoffId {
    HandoffId::from_uuid(Uuid::from_u128(9))
}

fn snapshot() -> SnapshotId {
    SnapshotId::from_uuid(Uuid::from_u128(8))
}

fn states() -> [(&'static str, Attempt); 6] {
    let (entered_at, failed_at, error) = (at(0), at(1), "The bureau timed out.".to_owned());
    [
        ("pending", Attempt::Pending),
        ("active", Attempt::Active { entered_at, awaiting: None }),
        ("active, awaiting 1", Attempt::Active { entered_at, awaiting: Some(approval(1)) }),
        (
            "complete",
            Attempt::Complete { entered_at, completed_at: at(1), handoff: handoff(), approval: Some(approval(1)) },
        ),
        ("failed", Attempt::Failed { entered_at, failed_at, error: error.clone() }),
        ("rolled back", Attempt::RolledBack { entered_at, failed_at, error, rolled_back_at: at(2) }),
    ]
}

type Move = fn(Attempt) -> Moved;

#[test]
fn every_state_meets_every_move() {
    let moves: [(&str, Move); 9] = [
        ("enter", |state| state.enter(OF, snapshot(), at(3))),
        ("submit", |state| state.submit(OF, approval(1))),
        ("withdraw 1", |state| state.withdraw(OF, approval(1))),
        ("withdraw 2", |state| state.withdraw(OF, approval(2))),
        ("complete", |state| state.complete(OF, None, handoff(), at(3))),
        ("complete after 1", |state| state.complete(OF, Some(approval(1)), handoff(), at(3))),
        ("fail", |state| state.fail(OF, "Gave up.".to_owned(), "It will be tried again.", at(3))),
        ("reopen", |state| state.reopen(OF, "Identity failed.", at(3))),
        ("roll back", |state| state.roll_back(OF, at(3))),
    ];
    let mut table = String::new();
    for (name, state) in states() {
        writeln!(table, "{name}").expect("write");
        for (step, take) in moves {
            let met = match take(state.clone()) {
                Ok((state, event)) => format!("{}  [{}]", state.status(), event.kind()),
                Err(refusal) => format!("refused: {}", refusal.message),
            };
            writeln!(table, "  {step:<16} {met}").expect("write");
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_stored_state_is_read_back() {
    for (_, state) in states() {
        let text = serde_json::to_string(&state).expect("JSON");
        assert_eq!(serde_json::from_str::<Attempt>(&text).expect("state"), state, "{text}");
    }
}
