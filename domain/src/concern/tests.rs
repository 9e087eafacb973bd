//! Every move from every state, what is wrong with what is sent, and sums beside what is stated.

use std::fmt::Write as _;

use uuid::Uuid;

use super::*;
use crate::testing::{at, person};

fn id() -> ConcernId {
    ConcernId::from_uuid(Uuid::from_u128(1))
}

fn usd(amount: &str) -> Money {
    Money { amount: amount.to_owned(), currency: "USD".to_owned() }
}

fn matter() -> Matter {
    Matter {
        title: "Billed twice".to_owned(),
        kind: Some("duplicate".to_owned()),
        refs: vec!["INV-29904".to_owned()],
        shared_context: Map::new(),
    }
}

fn found(refund: &str) -> Findings {
    Findings { refund: Some(usd(refund)), ..Findings::default() }
}

fn states() -> Vec<Concern> {
    let by = Actor::Person(person(1));
    let (open, _) = Concern::open(id(), &matter(), at(0));
    let resolution = "Paid back.".to_owned();
    vec![
        open,
        Concern::Investigating { since: at(1), findings: None },
        Concern::Investigating { since: at(1), findings: Some(found("5.00")) },
        Concern::Resolved { since: at(1), at: at(2), by, findings: Some(found("5.00")), resolution },
    ]
}

#[test]
fn every_state_meets_every_move() {
    type Move = fn(Concern) -> Moved;
    let by = || Actor::Person(person(3));
    let moves: [(&str, Move); 4] = [
        ("investigate", |state| state.investigate(id(), None, at(5))),
        ("investigate, 7", |state| state.investigate(id(), Some(found("7.00")), at(5))),
        ("resolve", |state| state.resolve(id(), None, Actor::Person(person(3)), "Paid.".to_owned(), at(5))),
        ("resolve, 7", |state| {
            state.resolve(id(), Some(found("7.00")), Actor::Person(person(3)), "Paid.".to_owned(), at(5))
        }),
    ];
    let told = |state: &Concern| {
        let refund = state.findings().and_then(|found| found.refund.as_ref());
        format!("{} {}", state.status(), refund.map_or_else(|| "nothing found".to_owned(), ToString::to_string))
    };
    let mut table = String::new();
    for state in states() {
        writeln!(table, "{}", told(&state)).expect("write");
        for (step, take) in moves {
            let met = match take(state.clone()) {
                Ok((state, event)) => format!("{}  [{}]", told(&state), event.kind()),
                Err(refusal) => format!("refused: {} {}", refusal.code.as_str(), refusal.message),
            };
            writeln!(table, "  {step:<15} {met}").expect("write");
        }
    }
    insta::assert_snapshot!(table);
    let resolved = states()[0].clone().resolve(id(), None, by(), "Paid.".to_owned(), at(5)).expect("a move").0;
    assert!(matches!(resolved, Concern::Resolved { since, at: end, .. } if since == at(0) && end == at(5)));
}

#[test]
fn a_stored_state_is_read_back() {
    for state in states() {
        let text = serde_json::to_string(&state).expect("JSON");
        assert_eq!(serde_json::from_str::<Concern>(&text).expect("state"), state, "{text}");
    }
}

#[test]
fn what_is_so_already_changes_nothing() {
    use ConcernStatus::{Investigating, Resolved};
    let change = |status, findings: Option<&str>, resolution: Option<&str>| Change {
        status,
        findings: findings.map(found),
        resolution: resolution.map(str::to_owned),
    };
    // The states are open, investigating with nothing found, with 5.00, resolved with 5.00.
    let table = [
        (change(Some(Investigating), None, None), [false, true, true, false]),
        (change(None, Some("5.00"), None), [false, false, true, true]),
        (change(None, Some("7.00"), None), [false; 4]),
        (change(Some(Resolved), None, Some("Paid back.")), [false, false, false, true]),
        (change(None, None, Some("Otherwise.")), [false; 4]),
    ];
    for (change, expected) in table {
        let met: Vec<bool> = states().iter().map(|state| state.is_as(&change)).collect();
        assert_eq!(met, expected, "{change:?}");
    }
}

#[test]
fn every_fault_is_named_with_what_to_do() {
    assert_eq!(
        (matter().faults(), Change { findings: Some(found("0.00")), ..Change::default() }.faults()),
        (vec![], vec![])
    );
    let mut faults = Matter {
        title: String::new(),
        kind: Some("a\u{0}".to_owned()),
        refs: vec![" ".to_owned(); MAX_REFS + 1],
        shared_context: [("x".to_owned(), Value::from("y".repeat(MAX_CONTEXT)))].into_iter().collect(),
    }
    .faults();
    faults.retain(|fault| !fault.path.starts_with("/refs/") || fault.path == "/refs/0");
    let status = Some(ConcernStatus::Resolved);
    let wrong = [
        Change::default(),
        Change { status, ..Change::default() },
        Change { status: Some(ConcernStatus::Open), ..Change::default() },
        Change {
            status: Some(ConcernStatus::Investigating),
            resolution: Some(" ".to_owned()),
            findings: Some(Findings {
                charged: Some(usd("-1")),
                should_be: Some(Money { amount: "1".to_owned(), currency: "usd".to_owned() }),
                reference: Some(String::new()),
                ..found("1.00")
            }),
        },
        Change { findings: Some(Findings::default()), ..Change::default() },
    ];
    faults.extend(wrong.iter().flat_map(Change::faults));
    let told: Vec<String> = faults.iter().map(|fault| format!("{} {}", fault.path, fault.message)).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn sums_are_held_against_what_is_stated() {
    let eur = Money { amount: "1.00".to_owned(), currency: "EUR".to_owned() };
    let three = [usd("1040.00"), usd("800.00"), usd("2440.00")];
    let table: [(Option<Money>, Vec<Money>, SumCheck); 6] = [
        (Some(usd("4280.00")), three.to_vec(), SumCheck::Matches),
        (Some(usd("4280")), three.to_vec(), SumCheck::Matches),
        (Some(usd("4300.00")), three.to_vec(), SumCheck::Differs),
        (Some(usd("4280.00")), [three.to_vec(), vec![eur]].concat(), SumCheck::Differs),
        (None, three.to_vec(), SumCheck::NotStated),
        (Some(usd("4280.00")), Vec::new(), SumCheck::NothingFound),
    ];
    for (stated, refunds, expected) in table {
        assert_eq!(check_sum(stated.as_ref(), &refunds).1, expected, "{stated:?} {refunds:?}");
    }
}
