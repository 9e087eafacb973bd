//! What looks find, what follows from it, and what is told.

use std::fmt::Write as _;

use serde_json::json;
use uuid::Uuid;

use super::*;
use crate::{
    Digest, SystemActor,
    testing::{at, person},
};

fn closure() -> ClosureId {
    ClosureId::from_uuid(Uuid::nil())
}

fn glance(step: Option<&str>, found: Found, print: &str) -> Glance {
    let print = found.is_drift().then(|| Digest::of("test", print.as_bytes()));
    let (target, record) = ("tracker".to_owned(), "studies/7".to_owned());
    Glance { step: step.map(str::to_owned), target, record, overtaken: Vec::new(), found, print }
}

fn noted(found: Found, print: &str) -> Noted {
    Noted::after(None, glance(Some("registry"), found, print), at(1))
}

fn differs(value: &str) -> Found {
    Found::compare(&json!({"status": value}), &[("/status".to_owned(), json!("approved"))].into())
}

fn unreadable() -> Found {
    Found::Unreadable { why: "answered 503".to_owned() }
}

#[test]
fn every_state_meets_every_find() {
    let by = Actor::Person(person(1));
    let accepted = Drift::Accepted { since: at(1), at: at(2), by, reason: "Known.".to_owned() };
    let states = [
        Drift::Unseen {},
        Drift::AsWanted { since: at(1) },
        Drift::Unreadable { since: at(1) },
        Drift::Drifted { since: at(1) },
        accepted,
    ];
    let finds = [
        ("as wanted", Found::AsWanted {}),
        ("the same", differs("open")),
        ("another", differs("closed")),
        ("gone", Found::Gone {}),
        ("overtaken", Found::Overtaken {}),
        ("unreadable", unreadable()),
    ];
    let mut table = String::new();
    for state in &states {
        let before = match state.status() {
            DriftStatus::Drifted | DriftStatus::Accepted => vec![noted(differs("open"), "open")],
            DriftStatus::Unseen => Vec::new(),
            DriftStatus::AsWanted => vec![noted(Found::AsWanted {}, "")],
            DriftStatus::Unreadable => vec![noted(unreadable(), "")],
        };
        for (name, found) in &finds {
            let print = if *name == "the same" { "open" } else { name };
            let after = vec![Noted::after(before.first(), glance(Some("registry"), found.clone(), print), at(9))];
            let (next, event) = state.clone().look(closure(), &before, &after, at(9));
            let event = event.map_or("nothing", |event| event.kind());
            writeln!(table, "{} finds {name}: {}, {event}", state.status(), next.status()).expect("text");
        }
        let accepts = state.clone().accept(closure(), by, "Known.".to_owned(), at(9));
        let said =
            accepts.map_or_else(|refusal| refusal.code.as_str().to_owned(), |(next, _)| next.status().to_string());
        writeln!(table, "{} is accepted: {said}", state.status()).expect("text");
        let text = serde_json::to_string(state).expect("JSON");
        assert_eq!(serde_json::from_str::<Drift>(&text).expect("state"), *state, "{text}");
    }
    insta::assert_snapshot!(table);
}

#[test]
fn what_cannot_be_looked_at_says_when_it_could_be_last() {
    let first = Noted::after(None, glance(None, differs("open"), "open"), at(1));
    let down = Noted::after(Some(&first), glance(None, unreadable(), ""), at(2));
    let still = Noted::after(Some(&down), glance(None, unreadable(), ""), at(3));
    assert_eq!((still.looked.seen.since, still.looked.seen.at), (at(2), at(3)));
    let known = still.looked.known().expect("what was known before");
    assert_eq!((known.at, known.since, still.print), (at(1), at(1), first.print));
    assert!(still.looked.is_drift() && still.looked.is_unread());
    let back = Noted::after(Some(&still), glance(None, differs("open"), "open"), at(4));
    assert_eq!((back.looked.seen.since, back.looked.seen.at, back.looked.before), (at(1), at(4), None));
    let never = Noted::after(None, glance(None, unreadable(), ""), at(2));
    assert!(never.looked.known().is_none() && !never.looked.is_drift());
}

#[test]
fn a_value_that_is_not_told_is_told_apart_all_the_same() {
    let found = || Found::compare(&json!({"iban": "DE02"}), &[("/iban".to_owned(), json!("DE01"))].into());
    let first = Noted::after(None, glance(None, found(), "DE02"), at(1));
    let second = Noted::after(Some(&first), glance(None, found(), "DE03"), at(2));
    assert_eq!((first.looked.seen.found.clone(), second.looked.seen.since), (second.looked.seen.found.clone(), at(2)));
    let by = Actor::System(SystemActor::CommandLine);
    let (accepted, _) =
        Drift::Drifted { since: at(1) }.accept(closure(), by, "Known.".to_owned(), at(1)).expect("accepted");
    let (state, event) = accepted.look(closure(), &[first], &[second], at(2));
    assert_eq!((state.status(), event.map(|event| event.kind())), (DriftStatus::Drifted, Some("closure.drifted")));
}

#[test]
fn only_ids_statuses_and_references_are_told() {
    let told = |pointer: &str, value: serde_json::Value| Told::of(pointer, Some(&value));
    let value = |value| Told::Value { value };
    assert_eq!(told("/status", json!("open")), value(json!("open")));
    assert_eq!(told("/links/evidence_ref", json!(7)), value(json!(7)));
    assert_eq!(told("/notes", json!(null)), value(json!(null)));
    let withheld = [
        ("/notes", json!("A word.")),
        ("/amount", json!(7)),
        ("/status", json!("two\nlines")),
        ("/status", json!({"a": 1})),
        ("/status", json!("x".repeat(201))),
    ];
    for (pointer, hidden) in withheld {
        assert_eq!(told(pointer, hidden), Told::Withheld {}, "{pointer}");
    }
    assert_eq!(Told::of("/status", None), Told::Absent {});
}

#[test]
fn pointers_overlap_where_one_leads_into_the_other() {
    for (one, other) in [("/a", "/a"), ("/a", "/a/b"), ("/a/b/c", "/a/b"), ("", "/a")] {
        assert!(overlaps(one, other), "{one} {other}");
    }
    assert!(!overlaps("/a", "/ab") && !overlaps("/a/b", "/a/c"));
}

#[test]
fn records_are_looked_at_for_a_month() {
    let ended = at(0);
    let looks = std::iter::successors(Some(first_look(ended)), |last| next_look(ended, *last));
    assert_eq!(looks.count(), usize::try_from(DAYS).expect("days"));
    assert!(check_reason("Known.").is_ok() && check_reason(" ").is_err() && check_reason(&"x".repeat(2_001)).is_err());
}
