//! What may be decided together, and what is named when something may not.

use super::*;
use crate::testing::approval;

fn member(number: u128) -> Member {
    Member {
        id: approval(number),
        title: format!("Close alert {number}"),
        origin: Origin::Gate,
        workflow: "sanctions".to_owned(),
        gate: "disposition".to_owned(),
        policy: "analysts".to_owned(),
        risk: Risk::Low,
        differs: false,
        is_asked: false,
        must_sign: false,
        may_decide: true,
    }
}

/// Three that go together, the second changed.
fn with(change: impl FnOnce(&mut Member)) -> Vec<Member> {
    let mut members = vec![member(1), member(2), member(3)];
    change(&mut members[1]);
    members
}

type Spoil = fn(&mut Member);

#[test]
fn the_guard_names_who_does_not_fit_and_why() {
    assert_eq!(guard(&[]), None);
    assert_eq!(guard(&[member(1)]), None);
    assert_eq!(guard(&with(|_| {})), None);
    let table: [(Spoil, Objection); 13] = [
        (|one| one.risk = Risk::High, Objection::HighRisk),
        (|one| one.risk = Risk::Medium, Objection::OtherRisk),
        (|one| one.differs = true, Objection::Differs),
        (|one| one.is_asked = true, Objection::Asked),
        (|one| one.must_sign = true, Objection::MustSign),
        (|one| one.origin = Origin::Request, Objection::NoGate),
        (|one| one.origin = Origin::Step, Objection::NoGate),
        (|one| one.origin = Origin::Items, Objection::HasItems),
        (|one| one.origin = Origin::Stage, Objection::OtherGate),
        (|one| one.may_decide = false, Objection::NotEntitled),
        (|one| one.gate = "merge".to_owned(), Objection::OtherGate),
        (|one| one.workflow = "onboarding".to_owned(), Objection::OtherGate),
        (|one| one.policy = "leads".to_owned(), Objection::OtherPolicy),
    ];
    for (change, objection) in table {
        let members = with(change);
        assert_eq!(guard(&members), Some((1, objection)));
        let refusal = refusal(&members, 1, objection);
        let code = if objection == Objection::NotEntitled { Code::NotEntitled } else { Code::BulkRefused };
        assert_eq!((refusal.code, refusal.extra["item"].as_str()), (code, Some(members[1].id.to_string().as_str())));
        assert_eq!(refusal.errors[0].path, "/items/1");
        assert!(refusal.message.contains("Close alert 2"), "{}", refusal.message);
    }
}

#[test]
fn high_risk_is_never_decided_together_not_even_with_its_like() {
    let mut members = vec![member(1), member(2)];
    (members[0].risk, members[1].risk) = (Risk::High, Risk::High);
    assert_eq!(guard(&members), Some((0, Objection::HighRisk)));
    (members[0].risk, members[1].risk) = (Risk::Medium, Risk::Medium);
    assert_eq!(guard(&members), None);
}

#[test]
fn the_shape_is_checked_before_anything_is_read() {
    let item = |number| Item {
        id: approval(number),
        revision: 1,
        package_digest: Digest::of("package", b"1"),
        for_group: None,
        on_behalf_of: None,
    };
    let bulk = |verdict, numbers: Vec<u128>| Bulk {
        verdict,
        reason_code: None,
        notes: None,
        items: numbers.into_iter().map(item).collect(),
    };
    let table = [
        (bulk(Verdict::Approve, vec![1, 2]), None),
        (bulk(Verdict::Reject, (1..=50).collect()), None),
        (bulk(Verdict::RequestInformation, vec![1]), Some("/verdict")),
        (bulk(Verdict::Approve, vec![]), Some("/items")),
        (bulk(Verdict::Approve, (1..=51).collect()), Some("/items")),
        (bulk(Verdict::Approve, vec![1, 2, 1]), Some("/items/2/id")),
    ];
    for (bulk, wrong) in table {
        let path = bulk.check().err().map(|refusal| refusal.errors[0].path.clone());
        assert_eq!(path.as_deref(), wrong, "{bulk:?}");
    }
}
