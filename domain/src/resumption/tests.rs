//! The table of states and moves.

use std::fmt::Write as _;

use uuid::Uuid;

use super::*;
use crate::testing::{approval, at};

#[test]
fn every_state_meets_every_move() {
    let id = ResumptionId::from_uuid(Uuid::from_u128(1));
    let (queued, event) = Resumption::queue(id, approval(1), at(0));
    let mut table = format!("none\n  queue    {}  [{}]\n", shown(&queued), event.kind());
    let resumed = Resumption::Resumed { queued_at: at(0), at: at(1) };
    for state in [queued, resumed] {
        let met = match state.clone().deliver(id, approval(1), at(2)) {
            Ok((state, event)) => format!("{}  [{}]", shown(&state), event.kind()),
            Err(refusal) => format!("refused: {}", refusal.code.as_str()),
        };
        writeln!(table, "{}\n  deliver  {met}", shown(&state)).expect("write");
    }
    insta::assert_snapshot!(table);
}

fn shown(state: &Resumption) -> String {
    match state {
        Resumption::Queued { at } => format!("queued at {}", at.format("%H:%M")),
        Resumption::Resumed { queued_at, at } => {
            format!("resumed at {}, queued at {}", at.format("%H:%M"), queued_at.format("%H:%M"))
        }
    }
}
