//! Every state of closures and steps meets every move.

use std::fmt::{self, Write as _};

use uuid::Uuid;

use super::{
    step::{Miss, Named},
    *,
};
use crate::testing::at;

fn closure() -> ClosureId {
    ClosureId::from_uuid(Uuid::from_u128(1))
}

fn told<E: fmt::Debug>(met: Result<(Closure, E), Refusal>) -> String {
    match met {
        Ok((state, event)) => format!("{state:?}  [{event:?}]"),
        Err(refusal) => format!("refused: {}", refusal.message),
    }
}

fn steps() -> [Step; 7] {
    let miss =
        |next_try| Step::Failed { at: at(1), attempts: 2, cause: "503".to_owned(), next_try, is_uncertain: false };
    [
        Step::Planned { at: at(1) },
        Step::Writing { at: at(1), attempt: 1, was_uncertain: false },
        Step::Done { at: at(1), confirmed: "read back".to_owned() },
        Step::AlreadyDone { at: at(1), confirmed: "read".to_owned() },
        miss(Some(at(3))),
        miss(None),
        Step::Blocked { at: at(1), reason: Reason::MappingMissing, detail: "no such record".to_owned() },
    ]
}

#[test]
fn every_state_of_a_closure_meets_every_move() {
    let running = |phase| Closure::Running { at: at(0), phase, attempts: 0, due: at(1) };
    let states = [
        running(Phase::Revalidate),
        running(Phase::Plan),
        running(Phase::Execute),
        running(Phase::Confirm),
        Closure::Completed { at: at(1) },
        Closure::Partial { at: at(1), next_try: Some(at(2)) },
        Closure::Partial { at: at(1), next_try: None },
        Closure::SkippedIdempotent { at: at(1) },
        Closure::ManualFollowUp { at: at(1), reason: Reason::SourceChanged },
    ];
    let mut table = String::new();
    for state in states {
        let plain = |met: Result<Closure, Refusal>| told(met.map(|state| (state, ())));
        let [_, _, done, ..] = steps();
        let moves = [
            ("lease", told(state.clone().lease(closure(), at(9), at(2)))),
            ("extend", plain(state.clone().extend(at(9)))),
            ("look again", plain(state.clone().look_again(at(9)))),
            ("to plan", plain(state.clone().advance(Phase::Plan, at(9)))),
            ("to execute", plain(state.clone().advance(Phase::Execute, at(9)))),
            ("to confirm", plain(state.clone().advance(Phase::Confirm, at(9)))),
            ("delay", told(state.clone().delay(closure(), "timeout".to_owned(), at(9)))),
            ("stop", told(state.clone().stop(closure(), Reason::SourceRevoked, &[], at(2)))),
            ("settle", told(state.clone().settle(closure(), &[done], at(2)))),
            ("replay", told(state.clone().replay(closure(), Vec::new(), at(2)))),
        ];
        for (name, met) in moves {
            writeln!(table, "{}, {name}: {met}", state.status()).expect("write");
        }
        let text = serde_json::to_string(&state).expect("JSON");
        assert_eq!(serde_json::from_str::<Closure>(&text).expect("state"), state, "{text}");
    }
    insta::assert_snapshot!(table);
}

#[test]
fn every_state_of_a_step_meets_every_move() {
    let named = Named { closure: closure(), step: "registry", key: "k" };
    let told = |met: Result<(Step, Event), Refusal>| match met {
        Ok((state, event)) => format!("{state:?}  [{}]", event.kind()),
        Err(refusal) => format!("refused: {}", refusal.message),
    };
    let mut table = String::new();
    for state in steps() {
        let miss = |is_uncertain| Miss { cause: "503".to_owned(), next_try: Some(at(9)), is_uncertain };
        let moves = [
            ("intend", told(state.clone().intend(named, "tracker", "r", at(2)))),
            ("found", told(state.clone().found(named, "read".to_owned(), at(2)))),
            ("fail", told(state.clone().fail(named, miss(false), at(2)))),
            ("fail, uncertain", told(state.clone().fail(named, miss(true), at(2)))),
            ("block", told(state.clone().block(named, Reason::OutcomeAmbiguous, "?".to_owned(), at(2)))),
            ("vouch", told(state.clone().vouch(named, "It is there.", at(2)))),
            (
                "reset",
                match state.clone().reset(at(2)) {
                    Ok(state) => format!("{state:?}"),
                    Err(refusal) => format!("refused: {}", refusal.message),
                },
            ),
        ];
        for (name, met) in moves {
            writeln!(table, "{}, {name}: {met}", state.status()).expect("write");
        }
        let text = serde_json::to_string(&state).expect("JSON");
        assert_eq!(serde_json::from_str::<Step>(&text).expect("state"), state, "{text}");
    }
    insta::assert_snapshot!(table);
}

#[test]
fn what_becomes_of_a_closure_follows_from_its_steps() {
    let [planned, _, done, already, retried, failed, blocked] = steps();
    let confirm = || Closure::Running { at: at(0), phase: Phase::Confirm, attempts: 0, due: at(1) };
    let settled = |steps: &[&Step]| {
        let steps: Vec<Step> = steps.iter().map(|step| (*step).clone()).collect();
        let (state, _) = confirm().settle(closure(), &steps, at(2)).expect("settled");
        (state.status(), state.due())
    };
    assert_eq!(settled(&[&done, &already]), (ClosureStatus::Completed, None));
    assert_eq!(settled(&[&already, &already]), (ClosureStatus::SkippedIdempotent, None));
    assert_eq!(settled(&[&done, &blocked]), (ClosureStatus::Partial, None));
    assert_eq!(settled(&[&already, &blocked]), (ClosureStatus::Partial, None));
    assert_eq!(settled(&[&retried, &blocked]), (ClosureStatus::Partial, Some(at(3))));
    assert_eq!(settled(&[&failed, &blocked]), (ClosureStatus::ManualFollowUp, None));
    assert_eq!(settled(&[&done, &planned]), (ClosureStatus::Partial, None));
}

#[test]
fn a_follow_up_is_resolved_once() {
    use crate::follow_up::{FollowUp, FollowUpStatus, Packet, Settlement, check_resolution};
    let id = crate::id::FollowUpId::from_uuid(Uuid::from_u128(2));
    let packet = Packet {
        question: "Which milestone is meant?".to_owned(),
        reason: Reason::TargetAmbiguous,
        detail: "Two are open.".to_owned(),
        step: Some("milestone".to_owned()),
        source: "board/7@3".to_owned(),
        source_state: serde_json::Value::Null,
        not_touched: vec!["tracker/milestones/7".to_owned()],
        may_be_written: Vec::new(),
        owner: None,
    };
    let settled = |how: &str| (Settlement::Again, how.to_owned());
    let by = crate::Actor::System(crate::SystemActor::CommandLine);
    let (open, opened) = FollowUp::open(id, closure(), &packet, at(0));
    assert_eq!((open.status(), opened.kind()), (FollowUpStatus::Open, "follow_up.opened"));
    let given = open.assign(id, closure(), crate::testing::person(1), None).expect("given");
    assert_eq!(given.kind(), "follow_up.assigned");
    let (resolved, event) = open.resolve(id, closure(), by, settled("The second."), at(1)).expect("resolved");
    assert_eq!((resolved.opened_at(), event.kind()), (at(0), "follow_up.resolved"));
    assert!(resolved.assign(id, closure(), crate::testing::person(1), None).is_err());
    assert!(resolved.resolve(id, closure(), by, settled("The first."), at(2)).is_err());
    assert!(check_resolution("The second.").is_ok() && check_resolution(" ").is_err());
}
