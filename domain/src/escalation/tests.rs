//! Every move from every state, and what is wrong with what is handed over.

use std::fmt::Write as _;

use uuid::Uuid;

use super::*;
use crate::testing::{at, person};

fn id() -> EscalationId {
    EscalationId::from_uuid(Uuid::from_u128(1))
}

fn summary() -> Summary {
    Summary {
        customer_id: "cust_456".to_owned(),
        root_cause_analysis: "Two carriers lost the parcel.".to_owned(),
        refund_amount: Some(Money { amount: "1840.00".to_owned(), currency: "EUR".to_owned() }),
        recommended_action: "Refund and call the customer.".to_owned(),
        concerns: vec![EscalatedConcern {
            title: "Parcel lost".to_owned(),
            kind: None,
            refs: vec!["ord_1".to_owned()],
            concern_id: None,
        }],
        told: None,
    }
}

fn states() -> Vec<Escalation> {
    let by = Actor::Person(person(1));
    let (open, _) = Escalation::open(id(), &summary(), at(0));
    let acknowledged = Escalation::Acknowledged { at: at(1), by, assignee: Some(person(1)) };
    let resolved =
        Escalation::Resolved { at: at(2), by, resolution: "Paid back.".to_owned(), assignee: Some(person(1)) };
    vec![open, Escalation::Open { at: at(0), assignee: Some(person(2)) }, acknowledged, resolved]
}

#[test]
fn every_state_meets_every_move() {
    type Move = fn(Escalation) -> Moved;
    let moves: [(&str, Move); 4] = [
        ("acknowledge", |state| state.acknowledge(id(), Actor::Person(person(3)), Some(person(3)), at(5))),
        ("assign to 1", |state| state.assign(id(), person(1), "Knows the case.".to_owned())),
        ("assign to 3", |state| state.assign(id(), person(3), "Knows the case.".to_owned())),
        ("resolve", |state| state.resolve(id(), Actor::Person(person(3)), "Paid.".to_owned(), at(5))),
    ];
    let who = |state: &Escalation| state.assignee().map_or_else(|| "nobody".to_owned(), PersonId::tail);
    let mut table = String::new();
    for state in states() {
        writeln!(table, "{} of {}", state.status(), who(&state)).expect("write");
        for (step, take) in moves {
            let met = match take(state.clone()) {
                Ok((state, event)) => format!("{} of {}  [{}]", state.status(), who(&state), event.kind()),
                Err(refusal) => format!("refused: {} {}", refusal.code.as_str(), refusal.message),
            };
            writeln!(table, "  {step:<12} {met}").expect("write");
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_stored_state_is_read_back() {
    for state in states() {
        let text = serde_json::to_string(&state).expect("JSON");
        assert_eq!(serde_json::from_str::<Escalation>(&text).expect("state"), state, "{text}");
    }
}

#[test]
fn every_fault_is_named_with_what_to_do() {
    assert_eq!(summary().faults(), Vec::new());
    let long = "x".repeat(MAX_TEXT + 1);
    let concern = EscalatedConcern {
        title: " ".to_owned(),
        kind: Some("\u{7}".to_owned()),
        refs: vec![long.clone(); 21],
        concern_id: None,
    };
    let wrong = Summary {
        customer_id: String::new(),
        root_cause_analysis: long,
        refund_amount: Some(Money { amount: "-1".to_owned(), currency: "eur".to_owned() }),
        recommended_action: "a\u{0}b".to_owned(),
        concerns: vec![concern; 21],
        told: Some(String::new()),
    };
    let faults = wrong.faults();
    let told = |fault: &FieldError| format!("{} {}", fault.path, fault.message);
    // Every concern and reference is wrong in the same way: the first ones stand for all.
    let is_shown = |fault: &&FieldError| {
        ["/concerns/0/refs/", "/concerns/1"].iter().all(|more| !fault.path.starts_with(more))
            && (2..10).all(|place| !fault.path.starts_with(&format!("/concerns/{place}")))
            || fault.path == "/concerns/0/refs/20"
    };
    let shown: Vec<String> = faults.iter().filter(is_shown).map(told).collect();
    insta::assert_snapshot!(shown.join("\n"));
}
