//! Fixed people, times and records for tests.

use serde_json::json;
use uuid::Uuid;

use crate::{
    Digest, Time,
    approval::Call,
    decision::{Ballot, Decision, Verdict},
    edit::Edit,
    gate::{Asserted, ConditionResult, Evidence, FactRead, GateResult, action_digest},
    handoff::{Handoff, KeptFact, Snapshot},
    id::{ApprovalId, DecisionId, HandoffId, PersonId, RunId, SessionId, SnapshotId},
    information::{Answer, Information},
    item::Item,
    package::{Origin, Package, StageReview},
    policy::{Exclusion, Policy, Reasons, Seats, Via},
    transcript::Transcript,
    workflow::{OnFailure, OnReject, Risk, Stage, Version},
};

/// Minutes after nine on the day of all tests.
pub fn at(minutes: i64) -> Time {
    let start: Time = "2026-11-21T09:00:00Z".parse().expect("time");
    start + chrono::TimeDelta::minutes(minutes)
}

pub const fn approval(number: u128) -> ApprovalId {
    ApprovalId::from_uuid(Uuid::from_u128(number))
}

pub const fn session(number: u128) -> SessionId {
    SessionId::from_uuid(Uuid::from_u128(number))
}

pub const fn person(number: u128) -> PersonId {
    PersonId::from_uuid(Uuid::from_u128(number))
}

/// Compliance and risk must both agree.
pub fn two_groups() -> Policy {
    let seats = |group: &str| Seats { group: group.to_owned(), count: 1 };
    Policy {
        approve: vec![seats("compliance"), seats("risk")],
        reject_count: 1,
        exclude: vec![Exclusion::Requester, Exclusion::AgentOwner, Exclusion::PreviousApprover],
        reasons: Reasons {
            required_on: vec![Verdict::Reject],
            codes: vec!["identity_doubt".to_owned(), "other".to_owned()],
        },
        via: vec![Via::Console],
        valid_for: Some(3_600),
        remind_after: None,
        raise: None,
        expire_after: Some(3_600),
        hours: None,
        sign: false,
    }
}

pub fn vote(by: PersonId, group: &str, verdict: Verdict) -> Decision {
    Decision {
        id: DecisionId::from_uuid(by.uuid()),
        approval: approval(1),
        person: by,
        name: "Somebody".to_owned(),
        on_behalf_of: None,
        group: group.to_owned(),
        by_raise: None,
        verdict,
        revision: 1,
        package_digest: Digest::of("test", b"package"),
        reason_code: None,
        notes: None,
        items: Vec::new(),
        signature: None,
        at: at(0),
    }
}

/// A ballot on the package of [`vote`].
pub fn ballot(verdict: Verdict) -> Ballot {
    Ballot {
        verdict,
        package_digest: Digest::of("test", b"package"),
        revision: Some(1),
        reason_code: None,
        notes: None,
        for_group: None,
        on_behalf_of: None,
        edited_input: None,
        items: Vec::new(),
        signature: None,
    }
}

/// A call of the first session.
pub fn call(tool_use_id: &str) -> Call {
    Call { session: session(1), tool_use_id: tool_use_id.to_owned() }
}

/// One of several calls, with every field filled.
pub fn item() -> Item {
    let run = RunId::from_uuid(Uuid::from_u128(7));
    let input = json!({"to": "acc_1"});
    Item {
        tool_use_id: "toolu_1".to_owned(),
        title: "Pay acc_1".to_owned(),
        gate_id: "payments".to_owned(),
        tool: "pay".to_owned(),
        action_digest: action_digest("pay", &input, run, "payments"),
        input,
        reversible: false,
        blast_radius: Some("one account".to_owned()),
        risk: Risk::High,
        review_unless: Some("input.amount <= 100".to_owned()),
        evidence: evidence(),
    }
}

/// Evidence with every field filled.
pub fn evidence() -> Evidence {
    let read = FactRead {
        name: "kyc_status".to_owned(),
        value: Some(json!("PASSED")),
        source: Some("kyc_db".to_owned()),
        reference: Some("jum_789xyz".to_owned()),
        recorded_at: Some(at(-5)),
        version: Some(1),
        agent_grade: false,
    };
    let condition = ConditionResult {
        name: "kyc_verified".to_owned(),
        when: r#"facts.kyc_status == "PASSED""#.to_owned(),
        expected: r#""PASSED""#.to_owned(),
        recorded: json!("PASSED"),
        source: Some("kyc_db".to_owned()),
        recorded_at: Some(at(-5)),
        passed: true,
        message: Some("KYC has not passed.".to_owned()),
        facts: vec![read],
    };
    let said = Asserted {
        name: "risk_tier".to_owned(),
        asserted: json!("medium"),
        recorded: Some(json!("high")),
        source: Some("risk_engine".to_owned()),
        reference: Some("ra_5513".to_owned()),
        recorded_at: Some(at(-3)),
    };
    Evidence {
        gate_id: "gate_account_setup".to_owned(),
        checked_at: at(0),
        checked_by: "countersign 0.1.0 financial-onboarding@1".to_owned(),
        result: GateResult::Passed,
        conditions: vec![condition],
        assertions: vec![said],
    }
}

/// A package with every field filled.
pub fn package() -> Package {
    let run = RunId::from_uuid(Uuid::from_u128(7));
    let input = json!({"customer_id": "cust_456", "product": "current account"});
    Package {
        title: "Set up a current account for Aarav Shah".to_owned(),
        workflow: Version {
            name: "financial-onboarding".to_owned(),
            version: 1,
            digest: Digest::of("workflow/v1", b"text"),
        },
        workflow_title: "Financial onboarding".to_owned(),
        run_id: run,
        subject: "cust_456".to_owned(),
        session_id: session(1),
        session_name: "thread-1".to_owned(),
        agent: "onboarding-agent".to_owned(),
        requested_by: Some("sales@northgate.example".to_owned()),
        gate_id: "gate_account_setup".to_owned(),
        tool: "setup_account".to_owned(),
        action_digest: action_digest("setup_account", &input, run, "gate_account_setup"),
        input,
        reversible: false,
        blast_radius: Some("one customer".to_owned()),
        risk: Risk::High,
        policy_name: "high-risk".to_owned(),
        policy: two_groups(),
        review_unless: Some(r#"facts.risk_tier in ["low", "medium"]"#.to_owned()),
        evidence: evidence(),
        origin: Origin::Request,
        summary: Some("May I open the account for this customer?".to_owned()),
        transcript: Some(Transcript { messages: 2, digest: Digest::of("test", b"transcript") }),
        stage: Some(StageReview {
            from_stage: "risk_assessment".to_owned(),
            attempt: 1,
            to_stage: Some("account_setup".to_owned()),
        }),
        edit: Some(edit()),
        information: vec![information()],
        items: vec![item()],
    }
}

/// A stage that does nothing.
pub fn stage(id: &str) -> Stage {
    Stage {
        id: id.to_owned(),
        tools: Vec::new(),
        entry: Vec::new(),
        exit: Vec::new(),
        review: None,
        on_failure: OnFailure::Retry,
        on_reject: OnReject::FailStage,
        compensate: Vec::new(),
    }
}

/// A handoff package with every field filled, not sealed.
pub fn handoff() -> Handoff {
    let kept = KeptFact { value: json!("Aarav Shah"), version: 1, source: "collect_info".to_owned() };
    let fields = |value: serde_json::Value| value.as_object().cloned().unwrap_or_default();
    Handoff {
        handoff_id: HandoffId::from_uuid(Uuid::from_u128(2)),
        run_id: RunId::from_uuid(Uuid::from_u128(7)),
        sequence: 2,
        previous: Some(HandoffId::from_uuid(Uuid::from_u128(1))),
        from_stage: "kyc_check".to_owned(),
        attempt: 1,
        to_stage: Some("risk_assessment".to_owned()),
        completed_at: at(10),
        outputs: fields(json!({"kyc_status": "PASSED"})),
        customer_profile: fields(json!({"customer_id": "cust_456", "name": "Aarav Shah"})),
        gate_evidence: evidence(),
        rollback_data: Snapshot {
            snapshot_id: SnapshotId::from_uuid(Uuid::from_u128(3)),
            taken_at: at(1),
            facts: [("name".to_owned(), kept)].into(),
            handoff_id: Some(HandoffId::from_uuid(Uuid::from_u128(1))),
            harness: Some(json!({"thread": 4})),
        },
        approval_id: Some(approval(9)),
        digest: Digest::of("test", b"unsealed"),
    }
}

fn edit() -> Edit {
    Edit {
        asked_input: json!({"customer_id": "cust_456", "product": "savings account"}),
        edited_digest: Digest::of("test", b"package"),
        person: person(2),
        edited_by: "Ana Ruiz".to_owned(),
        edited_at: at(1),
    }
}

fn information() -> Information {
    Information {
        question: "Which year is the statement from?".to_owned(),
        asked_by: "Ana Ruiz".to_owned(),
        asked_at: at(1),
        answer: Some(Answer {
            text: "2025.".to_owned(),
            by: "onboarding-agent".to_owned(),
            from_agent: true,
            attachments: Some(json!({"page": 2})),
            answered_at: at(2),
        }),
    }
}
