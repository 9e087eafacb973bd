//! The table of states and moves, and who may be given an approval.

use std::fmt::Write as _;

use super::*;
use crate::testing::{approval, at, person, two_groups, vote};

fn states() -> Vec<(&'static str, Assignment)> {
    let assigned = |to| Assignment::Assigned { to, by: person(1), reason: "Knows them.".to_owned(), at: at(0) };
    vec![
        ("free", Assignment::Free),
        ("to person 2, by 1", assigned(Target::Person(person(2)))),
        ("to risk, by 1", assigned(Target::Group("risk".to_owned()))),
    ]
}

type Move = fn(Assignment) -> Result<Moved, Refusal>;

fn moves() -> Vec<(&'static str, Move)> {
    fn assign(state: Assignment, to: Target, by: PersonId) -> Moved {
        state.assign(approval(1), to, by, "Knows them.".to_owned(), at(5))
    }
    vec![
        ("1 assigns to 2", |state| Ok(assign(state, Target::Person(person(2)), person(1)))),
        ("3 assigns to 2", |state| Ok(assign(state, Target::Person(person(2)), person(3)))),
        ("1 assigns to risk", |state| Ok(assign(state, Target::Group("risk".to_owned()), person(1)))),
        ("1 gives back", |state| state.give_back(approval(1), person(1), false)),
        ("2 gives back", |state| state.give_back(approval(1), person(2), false)),
        ("3 gives back", |state| state.give_back(approval(1), person(3), false)),
        ("a lead gives back", |state| state.give_back(approval(1), person(3), true)),
        ("the approval ends", |state| Ok((state.end(), None))),
    ]
}

fn shown(state: &Assignment) -> String {
    match state {
        Assignment::Free => "free".to_owned(),
        Assignment::Assigned { to, by, at, .. } => {
            let who = |id: &PersonId| id.uuid().as_u128().to_string();
            let to = match to {
                Target::Person(id) => who(id),
                Target::Group(group) => group.clone(),
            };
            format!("to {to}, by {}, since {}", who(by), at.format("%H:%M"))
        }
    }
}

#[test]
fn every_state_meets_every_move() {
    let mut table = String::new();
    for (name, state) in states() {
        writeln!(table, "{name}").expect("write");
        for (step, take) in moves() {
            let met = match take(state.clone()) {
                Ok((state, event)) => {
                    format!("{}  [{}]", shown(&state), event.map_or("no event", |event| event.kind()))
                }
                Err(refusal) => format!("refused: {}", refusal.code.as_str()),
            };
            writeln!(table, "  {step:<18} {met}").expect("write");
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn whoever_may_not_decide_is_refused_with_why() {
    let circumstances =
        Circumstances { requester: Some(person(1)), agent_owner: Some(person(2)), previous_approvers: vec![person(3)] };
    let votes = [vote(person(4), "compliance", Verdict::Approve)];
    let mut told = String::new();
    for (number, groups) in
        [(1, "risk"), (2, "risk"), (3, "risk"), (4, "risk"), (5, "compliance"), (6, "others"), (7, "risk")]
    {
        let groups = vec![groups.to_owned()];
        let candidate = Candidate { person: person(number), groups, raised_to: None, stands_in: Vec::new() };
        let name = format!("Person {number}");
        let checked = check_person(&two_groups(), (&name, &candidate), &circumstances, &votes);
        let checked = checked.map_or_else(|refusal| refusal.message, |()| "may decide".to_owned());
        writeln!(told, "{number}: {checked}").expect("write");
    }
    for group in ["risk", "compliance", "others"] {
        let checked = check_group(&two_groups(), group, &votes, Some("leads"));
        let checked = checked.map_or_else(|refusal| refusal.message, |()| "will do".to_owned());
        writeln!(told, "{group}: {checked}").expect("write");
    }
    insta::assert_snapshot!(told);
}
