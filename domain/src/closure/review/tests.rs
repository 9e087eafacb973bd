//! A sample is looked at once, by somebody who had no part in it.

use uuid::Uuid;

use super::*;
use crate::testing::{at, person};

fn closure() -> ClosureId {
    ClosureId::from_uuid(Uuid::from_u128(1))
}

fn follow_up() -> FollowUpId {
    FollowUpId::from_uuid(Uuid::from_u128(2))
}

fn accept(state: ClosureReview) -> Moved {
    state.in_order(closure(), person(1), Some("As it should be.".to_owned()), at(2))
}

fn object(state: ClosureReview) -> Moved {
    state.not_in_order(closure(), person(2), ("The wrong queue.".to_owned(), follow_up()), at(3))
}

#[test]
fn a_sample_is_looked_at_once() {
    let waiting = ClosureReview::Waiting { at: at(1) };
    let (fine, said) = accept(waiting.clone()).expect("it waits");
    assert_eq!((fine.status(), said.kind()), (ReviewStatus::InOrder, "closure.reviewed"));
    assert_eq!((fine.drawn_at(), fine.looked(), fine.follow_up()), (at(1), Some((person(1), at(2))), None));
    let (wrong, said) = object(waiting.clone()).expect("it waits");
    assert_eq!((wrong.status(), said.kind()), (ReviewStatus::NotInOrder, "closure.reviewed"));
    assert_eq!((wrong.looked(), wrong.follow_up()), (Some((person(2), at(3))), Some(follow_up())));
    assert_eq!((waiting.status(), waiting.looked()), (ReviewStatus::Waiting, None));
    for done in [fine, wrong] {
        for again in [accept(done.clone()), object(done)] {
            assert_eq!(again.map_err(|refusal| refusal.code), Err(Code::AlreadyDecided));
        }
    }
}

#[test]
fn states_are_read_as_they_are_written() {
    for state in [
        ClosureReview::Waiting { at: at(1) },
        ClosureReview::InOrder { drawn_at: at(1), at: at(2), by: person(1), note: None },
        ClosureReview::NotInOrder {
            drawn_at: at(1),
            at: at(2),
            by: person(1),
            note: "No.".to_owned(),
            follow_up: follow_up(),
        },
    ] {
        let text = serde_json::to_string(&state).expect("JSON");
        assert!(text.contains(&format!("\"state\":\"{}\"", state.status())), "{text}");
        assert_eq!(serde_json::from_str::<ClosureReview>(&text).expect("a state"), state);
    }
}

#[test]
fn what_is_not_in_order_says_why() {
    use ReviewVerdict::{InOrder, NotInOrder};
    let long = "x".repeat(MAX_NOTE + 1);
    let table = [
        (InOrder, None, Some(Finding::InOrder(None))),
        (InOrder, Some("  "), Some(Finding::InOrder(None))),
        (InOrder, Some(" Fine. "), Some(Finding::InOrder(Some("Fine.".to_owned())))),
        (InOrder, Some(&*long), None),
        (NotInOrder, None, None),
        (NotInOrder, Some(" \n "), None),
        (NotInOrder, Some("The wrong queue."), Some(Finding::NotInOrder("The wrong queue.".to_owned()))),
        (NotInOrder, Some(&*long), None),
    ];
    for (verdict, note, expected) in table {
        let read = Finding::read(verdict, note);
        if let Err(refusal) = &read {
            assert_eq!(refusal.errors[0].path, "/note");
        }
        assert_eq!(read.ok(), expected, "{verdict} {note:?}");
    }
}

#[test]
fn nobody_looks_at_their_own_work() {
    let involved =
        Involved { decided: [person(1)].into(), settled: [person(1), person(2)].into(), replayed: [person(3)].into() };
    let bars = [1, 2, 3, 4].map(|number| involved.bar(person(number)));
    assert_eq!(bars, [Some(Bar::Decided), Some(Bar::Settled), Some(Bar::Replayed), None]);
}
