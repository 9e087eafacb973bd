//! Which delegations are taken, when they hold, who may decide by them, and that nobody counts twice.

use std::fmt::Write as _;

use proptest::prelude::*;
use uuid::Uuid;

use super::*;
use crate::{
    decision::Verdict,
    policy::{Candidate, Circumstances, Policy, Seat, Seats, StandIn, Wanted},
    testing::{at, person, two_groups, vote},
};

const DAY: i64 = 24 * 60;

const ANA: (u128, &str) = (1, "Ana");
const BEN: (u128, &str) = (2, "Ben");
const CAS: (u128, &str) = (3, "Cas");

fn party((id, name): (u128, &str)) -> Party {
    Party { id: person(id), name: name.to_owned() }
}

const fn id(number: u128) -> DelegationId {
    DelegationId::from_uuid(Uuid::from_u128(number))
}

/// From the start of a day, counted from the day of all tests, for some days.
fn terms(principal: (u128, &str), delegate: (u128, &str), first: i64, days: i64, groups: &[&str]) -> Terms {
    let midnight = at(-9 * 60);
    Terms {
        principal: party(principal),
        delegate: party(delegate),
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        from: midnight + TimeDelta::days(first),
        until: midnight + TimeDelta::days(first + days),
    }
}

fn set(terms: Terms) -> Delegation {
    Delegation::Set { terms }
}

#[test]
fn what_is_taken() {
    let wanted = [
        ("today, one day", terms(ANA, BEN, 0, 1, &[])),
        ("next week, ninety days", terms(ANA, BEN, 7, 90, &[])),
        ("ninety-one days", terms(ANA, BEN, 0, 91, &[])),
        ("yesterday", terms(ANA, BEN, -1, 3, &[])),
        ("no day at all", terms(ANA, BEN, 2, 0, &[])),
        ("the last day before the first", terms(ANA, BEN, 2, -1, &[])),
        ("to oneself", terms(ANA, ANA, 0, 1, &[])),
        ("to somebody who is away then", terms(ANA, CAS, 9, 3, &[])),
        ("to the same, once they are back", terms(ANA, CAS, 12, 3, &[])),
        ("by a delegate who goes away too", terms(BEN, CAS, 30, 1, &[])),
        ("a second delegate for all groups", terms(ANA, BEN, 20, 3, &[])),
        ("a second delegate for the same group", terms(ANA, BEN, 20, 3, &["risk"])),
        ("a second delegate for another group", terms(ANA, BEN, 20, 3, &["compliance"])),
        ("a second delegate afterwards", terms(ANA, BEN, 22, 3, &[])),
    ];
    let others = [
        (id(1), set(terms(CAS, BEN, 10, 2, &[]))),
        (id(2), set(terms(ANA, CAS, 20, 2, &["risk"]))),
        (id(3), Delegation::Ended { terms: terms(ANA, CAS, 0, 90, &[]), at: at(-1) }),
    ];
    let mut table = String::new();
    for (title, terms) in wanted {
        let taken = match Delegation::set(id(9), terms, &others, at(0)) {
            Ok((_, event)) => event.kind().to_owned(),
            Err(refusal) => {
                let field = refusal.errors.first().map_or("", |error| error.path.as_str());
                format!("{} {field}: {}", refusal.code.as_str(), refusal.message)
            }
        };
        writeln!(table, "{title:<40} {taken}").expect("write");
    }
    insta::assert_snapshot!(table);
}

#[test]
fn every_state_at_every_time_meets_its_end() {
    let planned = terms(ANA, BEN, 1, 2, &[]);
    let states = [set(planned.clone()), Delegation::Ended { terms: planned, at: at(0) }];
    let mut table = String::new();
    for (title, minutes) in [
        ("the day before", 0),
        ("as it begins", DAY - 9 * 60),
        ("in its last minute", 3 * DAY - 9 * 60 - 1),
        ("as it is over", 3 * DAY - 9 * 60),
    ] {
        for state in &states {
            let now = at(minutes);
            let word = if matches!(state, Delegation::Set { .. }) { "set" } else { "ended" };
            let ended = match state.clone().end(id(1), now) {
                Ok((Delegation::Ended { at: then, .. }, event)) if then == now => event.kind().to_owned(),
                Ok((other, _)) => format!("wrong: {other:?}"),
                Err(refusal) => format!("{}: {}", refusal.code.as_str(), refusal.message),
            };
            let holds = if state.is_in_force(now) { "in force" } else { "not in force" };
            writeln!(table, "{title:<20} {word:<6} {holds:<13} end: {ended}").expect("write");
        }
    }
    insta::assert_snapshot!(table);
}

fn stand_in(principal: (u128, &str), groups: &[&str]) -> StandIn {
    let principal = Principal { person: person(principal.0), name: principal.1.to_owned(), delegation: id(1) };
    StandIn { principal, groups: groups.iter().map(|group| (*group).to_owned()).collect() }
}

fn told(seat: Result<Seat, Refusal>) -> String {
    match seat {
        Ok(Seat { group, on_behalf_of: None }) => format!("{group}, in their own place"),
        Ok(Seat { group, on_behalf_of: Some(principal) }) => format!("{group}, for {}", principal.name),
        Err(refusal) => format!("{}: {}", refusal.code.as_str(), refusal.message),
    }
}

#[test]
fn which_seat_a_delegate_fills() {
    let nobody = Circumstances::default;
    let approve = |by: (u128, &str), group| vote(person(by.0), group, Verdict::Approve);
    let for_ana = |by: (u128, &str)| {
        let on_behalf_of = Some(stand_in(ANA, &[]).principal);
        crate::decision::Decision { name: by.1.to_owned(), on_behalf_of, ..approve(by, "compliance") }
    };
    let ben = |groups: &[&str], stands_in: Vec<StandIn>| Candidate {
        person: person(BEN.0),
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        raised_to: None,
        stands_in,
    };
    let for_compliance = || vec![stand_in(ANA, &["compliance"])];
    let asked_by = |who: (u128, &str)| Circumstances { requester: Some(person(who.0)), ..nobody() };
    let cases = [
        ("Ben for Ana", ben(&[], for_compliance()), nobody(), vec![]),
        ("Ben for Ana, of no group that is asked", ben(&[], vec![stand_in(ANA, &["support"])]), nobody(), vec![]),
        ("Ben belongs to risk himself", ben(&["risk"], for_compliance()), nobody(), vec![]),
        ("… whose seat is taken", ben(&["risk"], for_compliance()), nobody(), vec![approve(CAS, "risk")]),
        ("Ana asked for the run", ben(&[], for_compliance()), asked_by(ANA), vec![]),
        (
            "… and Cas is away too",
            ben(&[], vec![stand_in(ANA, &["compliance"]), stand_in(CAS, &["compliance"])]),
            asked_by(ANA),
            vec![],
        ),
        ("Ben asked for the run", ben(&[], for_compliance()), asked_by(BEN), vec![]),
        (
            "Ana approved an earlier step",
            ben(&[], for_compliance()),
            Circumstances { previous_approvers: vec![person(ANA.0)], ..nobody() },
            vec![],
        ),
        ("Ana voted herself", ben(&[], for_compliance()), nobody(), vec![approve(ANA, "risk")]),
        ("Ben voted for Ana already", ben(&["risk"], for_compliance()), nobody(), vec![for_ana(BEN)]),
        ("Cas voted for Ana", ben(&[], vec![stand_in(ANA, &["risk"])]), nobody(), vec![for_ana(CAS)]),
        ("the seat is taken", ben(&[], for_compliance()), nobody(), vec![approve(CAS, "compliance")]),
    ];
    let mut table = String::new();
    for (title, candidate, circumstances, votes) in cases {
        for verdict in [Verdict::Approve, Verdict::Reject] {
            let seat = two_groups().seat_for(&candidate, &circumstances, &votes, verdict, Wanted::default());
            writeln!(table, "{title:<40} {:<8} {}", verdict.as_str(), told(seat)).expect("write");
        }
    }
    let back =
        Candidate { person: person(ANA.0), groups: vec!["risk".to_owned()], raised_to: None, stands_in: Vec::new() };
    let seat = two_groups().seat_for(&back, &nobody(), &[for_ana(BEN)], Verdict::Approve, Wanted::default());
    writeln!(table, "{:<40} {:<8} {}", "Ana comes back after Ben", "approve", told(seat)).expect("write");
    insta::assert_snapshot!(table);
}

#[test]
fn a_quorum_is_counted_without_the_absent_and_with_their_delegates() {
    let able: Able = [("compliance", [1, 2].as_slice()), ("risk", [3].as_slice())]
        .into_iter()
        .map(|(group, ids)| (group.to_owned(), ids.iter().copied().map(person).collect()))
        .collect();
    let policy = Policy {
        approve: vec![Seats { group: "compliance".to_owned(), count: 2 }, Seats { group: "risk".to_owned(), count: 1 }],
        ..two_groups()
    };
    let told = |absences: &[(&Terms, bool)]| {
        let short = policy.shortage(&able_during(&able, absences));
        short.map(|short| format!("{} need {} and have {}", short.groups.join(" and "), short.needed, short.has))
    };
    let dan = (4, "Dan");
    assert_eq!(told(&[]), None);
    assert_eq!(told(&[(&terms(ANA, dan, 0, 1, &[]), true)]), None);
    let short = Some("compliance need 2 and have 1".to_owned());
    assert_eq!(told(&[(&terms(ANA, BEN, 0, 1, &[]), true)]), short, "Ben has one vote");
    assert_eq!(told(&[(&terms(ANA, dan, 0, 1, &["risk"]), true)]), short, "delegated for another group");
    assert_eq!(told(&[(&terms(ANA, dan, 0, 1, &[]), false)]), short, "Dan may not decide");
    let away = terms(dan, CAS, 0, 1, &[]);
    assert_eq!(told(&[(&terms(ANA, dan, 0, 1, &[]), true), (&away, true)]), short, "Dan is away too");
}

proptest! {
    /// Whoever tries, and in whose place, in whatever order: no human stands behind two votes.
    #[test]
    fn nobody_counts_twice(tries in prop::collection::vec((0..5_u128, prop::collection::vec(0..5_u128, 0..4), any::<bool>()), 1..40)) {
        let policy = Policy {
            approve: vec![Seats { group: "compliance".to_owned(), count: 9 }, Seats { group: "risk".to_owned(), count: 9 }],
            ..two_groups()
        };
        let mut votes = Vec::new();
        for (who, principals, belongs) in tries {
            let stands_in = principals.into_iter().filter(|one| *one != who).map(|one| stand_in((one, "Away"), &["risk"]));
            let groups = if belongs { vec!["compliance".to_owned()] } else { Vec::new() };
            // Some of them belong to the group it was raised to.
            let raised_to = (who % 2 == 0).then(|| "leads".to_owned());
            let candidate = Candidate { person: person(who), groups, raised_to, stands_in: stands_in.collect() };
            if let Ok(seat) = policy.seat_for(&candidate, &Circumstances::default(), &votes, Verdict::Approve, Wanted::default()) {
                let given = vote(person(who), &seat.group, Verdict::Approve);
                votes.push(crate::decision::Decision { on_behalf_of: seat.on_behalf_of, ..given });
            }
        }
        for one in 0..5 {
            let counted = votes.iter().filter(|vote| vote.speaks_for(person(one))).count();
            prop_assert!(counted <= 1, "{one} counts {counted} times");
        }
    }
}
