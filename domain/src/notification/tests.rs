//! Who is told of what, and how messages move.

use std::fmt::Write as _;

use chrono::TimeDelta;
use uuid::Uuid;

use super::*;
use crate::{
    Digest, Refusal,
    alert::AlertKind,
    channel::{Channel, MailSettings, Security},
    escalation::sla::Duty,
    id::{DelegationId, EscalationId, ResumptionId},
    policy::{Exclusion, Seats},
    resumption::{Resumption, Setback},
    testing::{approval, at, person, two_groups},
};

/// One event of every kind people may be told of, and some they are not.
fn events() -> Vec<Event> {
    let approval = approval(1);
    let escalation = EscalationId::from_uuid(Uuid::from_u128(3));
    let resumption = ResumptionId::from_uuid(Uuid::from_u128(4));
    let failed =
        |next_try| Event::ResumptionFailed { resumption, approval, attempt: 7, cause: "down".to_owned(), next_try };
    let mut events = vec![
        Event::ApprovalOpened {
            approval,
            gate: "payment".to_owned(),
            tool: "pay".to_owned(),
            title: "Pay 250 to ACME".to_owned(),
            risk: Risk::High,
            policy: "two-groups".to_owned(),
            package_digest: Digest::of("any", b"1"),
            expires_at: None,
        },
        Event::ApprovalReminded { approval, groups: vec!["risk".to_owned()] },
        Event::ApprovalRaised { approval, group: "leads".to_owned(), reason: None },
        Event::ApprovalAssigned { approval, person: None, group: Some("risk".to_owned()), reason: "Out.".to_owned() },
        Event::InformationRequested { approval, question: "Which year?".to_owned(), revision: 2, expires_at: None },
        Event::ApprovalApproved { approval },
        Event::ApprovalRejected { approval },
        Event::ApprovalExpired { approval },
        Event::ApprovalCancelled { approval, reason: "Asked for twice.".to_owned() },
        Event::ApprovalRevoked { approval, reason: "The wrong account.".to_owned() },
        Event::EscalationOpened {
            escalation,
            customer_id: "cust_1".to_owned(),
            refund_amount: None,
            recommended_action: "Pay back.".to_owned(),
        },
        Event::EscalationAssigned { escalation, to: person(9), reason: "Knows the case.".to_owned() },
        Event::EscalationOverdue { escalation, duty: Duty::Acknowledge, due: at(1) },
        failed(None),
        failed(Some(at(5))),
        Event::AlertRaised { alert: AlertKind::SessionEnded, about: approval.to_string() },
        Event::AlertSettled { alert: AlertKind::SessionEnded, about: approval.to_string() },
        Event::ResumptionDelivered { resumption, approval },
        Event::NotificationMade {
            topic: Topic::AlertRaised,
            about: crate::id::EventId::from_uuid(Uuid::nil()),
            people: vec![],
        },
    ];
    let place = events.iter().position(|event| event.kind() == "resumption.failed").unwrap_or_default();
    events.splice(place..place, delegations());
    events.extend(left_over());
    events.push(Event::WorkflowProposed { name: "payments".to_owned(), version: 2 });
    events
}

/// What a closure needs people for, who is to be that person, and what did not stay as it left it.
fn left_over() -> [Event; 4] {
    let (follow_up, closure) =
        (crate::id::FollowUpId::from_uuid(Uuid::nil()), crate::id::ClosureId::from_uuid(Uuid::nil()));
    let reason = crate::closure::Reason::SourceChanged;
    let (group, drawn) = ("owners".to_owned(), crate::closure::sample::Drawn::First);
    [
        Event::FollowUpOpened { follow_up, closure, step: None, reason },
        Event::FollowUpAssigned { follow_up, closure, to: person(9), reason: None },
        Event::ClosureDrifted { closure, records: vec!["registry: tracker/7: /status".to_owned()] },
        Event::ClosureSampled { closure, group, drawn, one_in: 20 },
    ]
}

fn delegations() -> [Event; 2] {
    let delegation = DelegationId::from_uuid(Uuid::from_u128(5));
    [
        Event::DelegationCreated {
            delegation,
            principal: person(1),
            principal_name: "Ana".to_owned(),
            delegate: person(2),
            delegate_name: "Ben".to_owned(),
            groups: Vec::new(),
            from: at(1),
            until: at(2),
        },
        Event::DelegationEnded {
            delegation,
            principal: person(1),
            principal_name: "Ana".to_owned(),
            delegate: person(2),
            delegate_name: "Ben".to_owned(),
        },
    ]
}

#[test]
fn who_is_told_of_what() {
    let mut table = String::new();
    for event in events() {
        let (topic, audience) =
            told(&event).map_or(("nobody".to_owned(), vec![]), |(topic, who)| (topic.to_string(), who));
        writeln!(table, "{}: {topic} {audience:?}", event.kind()).expect("write");
    }
    insta::assert_snapshot!(table);
}

#[test]
fn the_worker_looks_at_every_kind_that_is_told() {
    let mut seen: Vec<&str> = events().iter().filter(|event| told(event).is_some()).map(Event::kind).collect();
    seen.dedup();
    assert_eq!(seen, KINDS);
    assert!(KINDS.iter().all(|kind| Event::KINDS.contains(kind)));
}

#[test]
fn only_who_could_decide_is_entitled() {
    let candidate = |number, groups: &[&str]| Candidate {
        person: person(number),
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        raised_to: None,
        stands_in: Vec::new(),
    };
    let mut policy = two_groups();
    let [first, second] = [policy.approve[0].group.clone(), policy.approve[1].group.clone()];
    let people = [
        candidate(1, &[&first]),
        candidate(2, &[&second, "others"]),
        candidate(3, &["others"]),
        candidate(4, &[]),
        candidate(5, &[&first, &second]),
        candidate(6, &[&first]),
        candidate(7, &[&second]),
    ];
    policy.exclude = vec![Exclusion::Requester, Exclusion::AgentOwner, Exclusion::PreviousApprover];
    let circumstances =
        Circumstances { requester: Some(person(5)), agent_owner: Some(person(6)), previous_approvers: vec![person(7)] };
    let told = entitled(&policy, &people, &circumstances, &[]);
    assert_eq!(told.into_iter().collect::<Vec<_>>(), [person(1), person(2)]);
    policy.exclude.clear();
    assert_eq!(entitled(&policy, &people, &circumstances, &[]).len(), 5);
    policy.approve = vec![Seats { group: "nobody".to_owned(), count: 1 }];
    assert!(entitled(&policy, &people, &circumstances, &[]).is_empty());
}

fn states() -> Vec<Dispatch> {
    let failed =
        |attempts, next_try| Dispatch::Failed { attempts, cause: "refused".to_owned(), failed_at: at(1), next_try };
    vec![
        Dispatch::new(at(2)),
        Dispatch::Waiting { due: at(9), attempts: 1 },
        Dispatch::Sending { attempt: 1, leased_until: at(3) },
        Dispatch::Sending { attempt: 2, leased_until: at(1) },
        Dispatch::Sent { at: at(1), attempt: 1 },
        failed(1, Some(at(2))),
        failed(1, Some(at(9))),
        failed(1, Some(at(9_999))),
        failed(7, None),
        Dispatch::Dropped { at: at(1), because: "it was decided".to_owned() },
    ]
}

#[test]
fn the_table_of_states_and_moves() {
    type Move = (&'static str, fn(Dispatch) -> Result<Dispatch, Refusal>);
    let moves: [Move; 6] = [
        ("lease", |state| state.lease(at(4), at(2))),
        ("hold", |state| state.hold(at(8))),
        ("sent", |state| state.sent(at(2))),
        ("fail", |state| state.fail(Setback { attempt: 1, cause: "down".to_owned(), next_try: Some(at(3)) }, at(2))),
        ("drop", |state| state.drop_it("it was decided", at(2))),
        ("retry", |state| state.retry(at(2))),
    ];
    let mut table = String::new();
    for state in states() {
        writeln!(table, "{} due {:?}", serde_json::to_string(&state).expect("JSON"), state.due()).expect("write");
        for (name, go) in &moves {
            let after = match go(state.clone()) {
                Ok(after) => serde_json::to_string(&after).expect("JSON"),
                Err(refusal) => refusal.message,
            };
            writeln!(table, "  {name}: {after}").expect("write");
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_pause_that_is_over_lets_the_next_try_begin() {
    let state = Dispatch::Failed { attempts: 3, cause: "down".to_owned(), failed_at: at(0), next_try: Some(at(30)) };
    assert!(state.clone().lease(at(31), at(29)).is_err());
    assert_eq!(state.lease(at(31), at(30)), Ok(Dispatch::Sending { attempt: 4, leased_until: at(31) }));
    assert!(Resumption::longest_pause(at(0)) > at(0) + TimeDelta::hours(10));
}

#[test]
fn quiet_hours_may_lie_around_midnight() {
    let quiet = |from: &str, to: &str| Quiet {
        from: Quiet::minutes(from, "from").expect("a time"),
        to: Quiet::minutes(to, "to").expect("a time"),
        zone: "UTC".to_owned(),
    };
    let holds = |quiet: &Quiet, time: &str| quiet.holds(Quiet::minutes(time, "time").expect("a time"));
    let (night, noon, never) = (quiet("22:00", "07:30"), quiet("12:00", "13:00"), quiet("08:00", "08:00"));
    for (time, by_night, at_noon) in [
        ("21:59", false, false),
        ("22:00", true, false),
        ("00:00", true, false),
        ("07:29", true, false),
        ("07:30", false, false),
        ("12:00", false, true),
        ("12:59", false, true),
        ("13:00", false, false),
        ("08:00", false, false),
    ] {
        assert_eq!(
            (holds(&night, time), holds(&noon, time), holds(&never, time)),
            (by_night, at_noon, false),
            "{time}"
        );
    }
    for bad in ["", "7:30", "24:00", "12:60", "12", "12:3x", "+1:30", "12:30:00"] {
        assert!(Quiet::minutes(bad, "from").is_err(), "{bad}");
    }
    assert_eq!(Quiet::spelled(night.to), "07:30");
}

#[test]
fn without_a_word_personal_things_go_to_no_shared_place() {
    let notices = Notices::default();
    for topic in Topic::ALL {
        assert!(notices.wants(*topic, Channel::Mail));
        assert_eq!(notices.wants(*topic, Channel::Slack), !topic.is_personal(), "{topic}");
    }
    // What somebody has set before a topic came is sent of the new one too.
    let stored: Notices = serde_json::from_str(r#"{"no_mail":["alert_raised"]}"#).expect("JSON");
    assert!(!stored.wants(Topic::AlertRaised, Channel::Mail) && stored.wants(Topic::AlertRaised, Channel::Slack));
}

#[test]
fn a_mail_server_in_the_clear_is_on_this_machine() {
    let good = MailSettings {
        host: "mail.example.com".to_owned(),
        port: 587,
        security: Security::StartTls,
        user: Some("countersign".to_owned()),
        from: "countersign@example.com".to_owned(),
        allow_private: false,
    };
    assert_eq!(good.check(), Ok(()));
    for host in ["localhost", "127.0.0.1", "::1"] {
        let local = MailSettings { host: host.to_owned(), security: Security::Plain, ..good.clone() };
        assert_eq!(local.check(), Ok(()), "{host}");
    }
    let bad = [
        MailSettings { security: Security::Plain, ..good.clone() },
        MailSettings { host: String::new(), ..good.clone() },
        MailSettings { host: "mail example".to_owned(), ..good.clone() },
        MailSettings { host: "mail\r\nexample".to_owned(), ..good.clone() },
        MailSettings { port: 0, ..good.clone() },
        MailSettings { user: Some("a\nb".to_owned()), ..good.clone() },
    ];
    assert!(bad.iter().all(|settings| settings.check().is_err()));
    assert!(good.keeps_password(&MailSettings { from: "other@example.com".to_owned(), ..good.clone() }));
    assert!(!good.keeps_password(&MailSettings { host: "evil.example.com".to_owned(), ..good.clone() }));
}

/// A vote is no reason to tell anybody that somebody else may decide: that is for the page to say.
#[test]
fn votes_are_not_told() {
    let vote: Decision = crate::testing::vote(person(1), "compliance", Verdict::Approve);
    let event = Event::DecisionRecorded {
        decision: vote.id,
        approval: approval(1),
        verdict: vote.verdict,
        group: vote.group,
        by_raise: None,
        on_behalf_of: None,
        revision: vote.revision,
        package_digest: vote.package_digest,
        reason_code: None,
        items: None,
        notes: None,
        signature: None,
    };
    assert_eq!(told(&event), None);
}
