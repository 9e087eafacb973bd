//! What is due when, in which order, and how a question moves it.

use chrono_tz::Tz;

use super::*;
use crate::{
    approval::Status,
    deadline::Raise,
    hours::{AroundTheClock, Day, Hours, InHours},
    testing::{approval, at, two_groups},
};

/// Reminds after one hour, raises to the leads after two, expires after three.
fn policy() -> Policy {
    let raise = Some(Raise { after: 7_200, to: "leads".to_owned() });
    Policy { remind_after: Some(3_600), raise, expire_after: Some(10_800), ..two_groups() }
}

/// The tests' day is a Saturday; it is ten in Berlin.
fn office() -> InHours<Tz> {
    let days = vec![Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri, Day::Sat];
    let hours = Hours { zone: "Europe/Berlin".to_owned(), days, from: 540, to: 720 };
    InHours { hours, zone: Tz::Europe__Berlin }
}

fn dues(state: &Approval) -> [Option<i64>; 3] {
    let minutes = |time: Time| (time - at(0)).num_minutes();
    let steps = state.steps().expect("pending");
    [steps.reminder_due(), steps.raise_due(), state.expires_at()].map(|due| due.map(minutes))
}

#[test]
fn moments_are_known_when_it_opens() {
    let state = Approval::begin(&policy(), &AroundTheClock, at(0));
    assert_eq!(dues(&state), [Some(60), Some(120), Some(180)]);
    assert_eq!(state.next_step(), Some(at(60)));
    // From ten to twelve two hours pass; the third is Monday's first.
    let state = Approval::begin(&policy(), &office(), at(0));
    assert_eq!(dues(&state), [Some(60), Some(120), Some(2 * 24 * 60)]);
    let none = Policy { remind_after: None, raise: None, expire_after: None, ..policy() };
    let state = Approval::begin(&none, &AroundTheClock, at(0));
    assert_eq!((dues(&state), state.next_step()), ([None; 3], None));
    assert_eq!(state, Approval::open(None));
}

#[test]
fn what_is_late_happens_in_order_and_once() {
    let groups = || vec!["risk".to_owned()];
    let state = Approval::begin(&policy(), &AroundTheClock, at(0));
    assert!(state.clone().remind(approval(1), groups(), at(59)).is_err());
    assert!(state.clone().raise(approval(1), None, at(119)).is_err());
    let (state, event) = state.remind(approval(1), groups(), at(150)).expect("late");
    assert_eq!(event, Event::ApprovalReminded { approval: approval(1), groups: groups() });
    assert!(state.clone().remind(approval(1), groups(), at(151)).is_err(), "once");
    assert_eq!(state.next_step(), Some(at(120)), "still due");
    let (state, event) = state.raise(approval(1), None, at(150)).expect("late");
    assert_eq!(event, Event::ApprovalRaised { approval: approval(1), group: "leads".to_owned(), reason: None });
    assert_eq!(state.steps().and_then(Steps::raised), Some(("leads", at(150))));
    assert!(state.clone().raise(approval(1), None, at(151)).is_err(), "once");
    assert_eq!(state.next_step(), None);
}

#[test]
fn past_its_end_it_only_expires() {
    let state = Approval::begin(&policy(), &AroundTheClock, at(0));
    assert!(!state.is_reminder_due(at(180)) && !state.is_raise_due(at(180)));
    let code = |refused: Result<(Approval, Event), Refusal>| refused.expect_err("too late").code;
    assert_eq!(code(state.clone().remind(approval(1), Vec::new(), at(180))), Code::Expired);
    assert_eq!(code(state.clone().raise(approval(1), None, at(180))), Code::Expired);
    assert_eq!(state.expire(approval(1), at(180)).expect("over").0.status(), Status::Expired);
}

#[test]
fn a_question_moves_everything_that_is_to_come() {
    let clock = AroundTheClock;
    let state = Approval::begin(&policy(), &clock, at(0));
    let (state, _) = state.remind(approval(1), Vec::new(), at(60)).expect("due");
    let (asked, _) = state.request_information(approval(1), "Which year?", 1, &clock, at(90)).expect("asked");
    // A day at the most; what has happened stays.
    assert_eq!(dues(&asked), [None, Some(24 * 60 + 120), Some(24 * 60 + 180)]);
    let (answered, _) = asked.give_information(approval(1), "2025.", 2, &clock, at(100)).expect("answered");
    assert_eq!(dues(&answered), [None, Some(130), Some(190)]);
    assert_eq!(answered.steps().and_then(|steps| steps.remind_at), Some(at(60)));
}

#[test]
fn in_business_hours_a_question_costs_only_those() {
    let office = office();
    let state = Approval::begin(&policy(), &office, at(0));
    // Asked at half past ten and answered at night: an hour and a half had been left before noon.
    let (asked, _) = state.request_information(approval(1), "Which year?", 1, &office, at(30)).expect("asked");
    let (answered, _) = asked.give_information(approval(1), "2025.", 2, &office, at(15 * 60)).expect("answered");
    // From Monday nine o'clock: half an hour to the reminder, one and a half to the leads, two and a half to the end.
    let monday = 47 * 60;
    assert_eq!(dues(&answered), [Some(monday + 30), Some(monday + 90), Some(monday + 150)]);
}

#[test]
fn what_was_due_before_a_question_is_not_put_off() {
    let clock = AroundTheClock;
    let state = Approval::begin(&policy(), &clock, at(0));
    let (asked, _) = state.request_information(approval(1), "Which year?", 1, &clock, at(70)).expect("asked");
    assert!(asked.is_reminder_due(at(70)));
    let (answered, _) = asked.give_information(approval(1), "2025.", 2, &clock, at(80)).expect("answered");
    assert_eq!(dues(&answered), [Some(60), Some(130), Some(190)]);
}

#[test]
fn an_approval_stored_before_there_were_steps_is_read() {
    let stored = r#"{"status":"pending","expires_at":"2026-11-21T09:00:00Z","pause":{"since":null,"spent":0}}"#;
    assert_eq!(serde_json::from_str::<Approval>(stored).expect("state"), Approval::open(Some(at(0))));
    let policy = serde_json::to_string(&two_groups()).expect("JSON");
    assert!(!policy.contains("remind") && !policy.contains("hours"), "its digest stays what it was: {policy}");
    assert_eq!(serde_json::from_str::<Policy>(&policy).expect("policy"), two_groups());
}
