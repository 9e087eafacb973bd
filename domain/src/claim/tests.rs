//! Every state meets every move.

use std::fmt::Write as _;

use super::*;
use crate::testing::{approval, at, person};

fn states() -> [(&'static str, Claim); 3] {
    let held = |by: u128| Claim::Claimed { by: person(by), since: at(0), until: at(10) };
    [("free", Claim::Free), ("mine", held(1)), ("another's", held(2))]
}

type Take = fn(Claim, Time) -> Result<Moved, Refusal>;

fn moves() -> [(&'static str, Take); 6] {
    [
        ("claim", |claim, now| claim.claim(approval(1), person(1), now)),
        ("take over", |claim, now| Ok(claim.take_over(approval(1), person(1), "Ana is out.".to_owned(), now))),
        ("renew", |claim, now| Ok((claim.renew(person(1), now).unwrap_or(claim), None))),
        ("release", |claim, now| claim.release(approval(1), person(1), now)),
        ("decide", |claim, _| Ok((claim.decided_by(person(1)), None))),
        ("end", |claim, _| Ok((claim.end(), None))),
    ]
}

fn shown(claim: Claim) -> String {
    match claim {
        Claim::Free => "free".to_owned(),
        Claim::Claimed { by, since, until } => {
            let whose = if by == person(1) { "mine" } else { "another's" };
            format!("{whose}, {} to {}", since.format("%H:%M"), until.format("%H:%M"))
        }
    }
}

#[test]
fn every_state_meets_every_move() {
    let mut table = String::new();
    for (name, state) in states() {
        writeln!(table, "{name}").expect("write");
        for (step, take) in moves() {
            for (clock, now) in [("09:01", at(1)), ("09:09", at(9)), ("09:10", at(10))] {
                let met = match take(state, now) {
                    Ok((state, event)) => {
                        format!("{}  [{}]", shown(state), event.map_or("no event", |event| event.kind()))
                    }
                    Err(refusal) => format!("refused: {} {}", refusal.code.as_str(), refusal.extra["until"]),
                };
                writeln!(table, "  {clock}  {step:<10} {met}").expect("write");
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn taking_over_names_whom_from_and_why() {
    let (_, another) = states()[2];
    let (_, event) = another.take_over(approval(1), person(1), "Ana is out.".to_owned(), at(1));
    let told = Event::ApprovalTakenOver {
        approval: approval(1),
        from: person(2),
        reason: "Ana is out.".to_owned(),
        until: at(11),
    };
    assert_eq!(event, Some(told));
}
