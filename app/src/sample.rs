//! Sample records for tests of what is shown.

mod bulk;
mod closures;
mod escalations;
mod events;
mod lists;
mod reviews;
mod stages;

use domain::{
    Actor, Digest, SystemActor, Time,
    approval::{Approval, Use},
    decision::{Decision, Verdict},
    event::{Entry, Event},
    gate::{Asserted, ConditionResult, Evidence, FactRead, GateResult},
    id::{ApprovalId, DecisionId, EventId, KeyId, PersonId, ResumptionId, RunId, SessionId},
    package::{Origin, Package},
    policy::{Exclusion, Policy, Reasons, Seats, Via},
    resumption::{Resumption, Way},
    review::{EntitledPerson, ExcludedPerson, Mandate, ResumptionProgress, Review, TimelineItem, ToolOutcome},
    workflow::{Risk, Version},
};
use serde_json::json;

pub use self::{
    bulk::{done, preview},
    closures::{closure, closures, drift, dry_run, open_follow_ups, owner},
    escalations::{case, cases, concerns},
    events::every_event,
    lists::{audit, audit_event, run_page, runs},
    reviews::{sample, samples},
};

pub fn time(clock: &str) -> Time {
    format!("2026-11-21T{clock}Z").parse().expect("a time of day")
}

/// An id of any kind: the same text with another prefix.
fn id<T: std::str::FromStr>(prefix: &str, last: char) -> T {
    let text = format!("{prefix}_01j1x6q34xfvqr28t5cy4tp00{last}");
    text.parse().ok().expect("an id")
}

pub fn approval_id() -> ApprovalId {
    id("apr", '1')
}

pub fn viewer() -> PersonId {
    id("usr", '1')
}

pub fn session() -> SessionId {
    id("ses", '1')
}

pub fn policy() -> Policy {
    let seat = |group: &str| Seats { group: group.to_owned(), count: 1 };
    Policy {
        approve: vec![seat("Compliance"), seat("Risk")],
        reject_count: 1,
        exclude: vec![Exclusion::Requester, Exclusion::AgentOwner],
        reasons: Reasons {
            required_on: vec![Verdict::Reject],
            codes: vec!["source_of_funds".to_owned(), "other".to_owned()],
        },
        via: vec![Via::Console],
        valid_for: None,
        remind_after: None,
        raise: None,
        expire_after: None,
        hours: None,
        sign: false,
    }
}

pub fn vote(person: char, name: &str, group: &str, verdict: Verdict) -> Decision {
    Decision {
        id: id("dec", person),
        approval: approval_id(),
        person: id("usr", person),
        name: name.to_owned(),
        on_behalf_of: None,
        group: group.to_owned(),
        by_raise: None,
        verdict,
        revision: 3,
        package_digest: Digest::of("package", b"1"),
        reason_code: None,
        notes: (verdict == Verdict::Reject).then(|| "Ask for a newer <b>statement</b>.".to_owned()),
        items: Vec::new(),
        signature: None,
        at: time("14:41:30"),
    }
}

fn said() -> Asserted {
    Asserted {
        name: "risk_tier".to_owned(),
        asserted: json!("medium <i>tier</i>"),
        recorded: Some(json!("high")),
        source: Some("risk_engine".to_owned()),
        reference: Some("ra_5513".to_owned()),
        recorded_at: Some(time("14:33:10")),
    }
}

fn package() -> Package {
    let fact = FactRead {
        name: "kyc_status".to_owned(),
        value: Some(json!("PASSED")),
        source: Some("Jumio".to_owned()),
        reference: Some("jum_789xyz".to_owned()),
        recorded_at: Some(time("14:31:40")),
        version: Some(2),
        agent_grade: true,
    };
    let (condition, said) = (condition("kyc_verified", true, vec![fact]), said());
    Package {
        title: "Set up account </h1><script>alert(1)</script>\u{202e}".to_owned(),
        workflow: Version { name: "onboarding".to_owned(), version: 12, digest: Digest::of("workflow", b"1") },
        workflow_title: "Onboarding".to_owned(),
        run_id: id("run", '1'),
        subject: "cust_456".to_owned(),
        session_id: session(),
        session_name: "claude-1".to_owned(),
        agent: "onboarding-agent".to_owned(),
        requested_by: None,
        gate_id: "gate_account_setup".to_owned(),
        tool: "setup_account".to_owned(),
        input: json!({"customer_id": "cust_456", "note": "</pre><img src=x onerror=alert(1)>\u{200b}"}),
        action_digest: Digest::of("action", b"1"),
        reversible: true,
        blast_radius: None,
        risk: Risk::High,
        policy_name: "high-risk".to_owned(),
        policy: policy(),
        review_unless: Some("facts.risk_tier == 'low'".to_owned()),
        evidence: Evidence {
            gate_id: "gate_account_setup".to_owned(),
            checked_at: time("14:33:12"),
            checked_by: "countersign 0.1.0 onboarding@12".to_owned(),
            result: GateResult::Passed,
            conditions: vec![condition],
            assertions: vec![said],
        },
        origin: Origin::Gate,
        summary: None,
        transcript: None,
        stage: None,
        edit: None,
        information: Vec::new(),
        items: Vec::new(),
    }
}

pub fn condition(name: &str, passed: bool, facts: Vec<FactRead>) -> ConditionResult {
    ConditionResult {
        name: name.to_owned(),
        when: "facts.kyc_status == 'PASSED'".to_owned(),
        expected: "\"PASSED\"".to_owned(),
        recorded: if passed { json!("PASSED") } else { json!("FAILED") },
        source: Some("Jumio".to_owned()),
        recorded_at: Some(time("14:31:40")),
        passed,
        message: Some("Run the KYC check first.".to_owned()),
        facts,
    }
}

/// A pending approval: Compliance has approved, the viewer may decide for Risk.
pub fn review() -> Review {
    let votes = vec![vote('2', "Ana Ruiz", "Compliance", Verdict::Approve)];
    Review {
        now: time("14:58:41"),
        id: approval_id(),
        state: Approval::open(Some(time("15:32:00"))),
        revision: 3,
        package: package(),
        package_digest: Digest::of("package", b"1"),
        opened_at: time("14:33:12"),
        standing: policy().standing(&votes),
        votes,
        excluded: vec![ExcludedPerson { name: "Dev Patel".to_owned(), why: Exclusion::AgentOwner }],
        entitled: vec![EntitledPerson {
            name: "Mira Okafor".to_owned(),
            group: "Risk".to_owned(),
            on_behalf_of: None,
            is_viewer: true,
        }],
        mandate: Mandate::Decide { group: "Risk".to_owned(), on_behalf_of: None },
        claim: None,
        assigned: None,
        can_give_back: false,
        assignable: None,
        viewing: Vec::new(),
        can_revoke: false,
        can_answer: false,
        transcript: Vec::new(),
        resumption: None,
        activity: Vec::new(),
        place: None,
    }
}

/// The same approval after these decisions.
pub fn decided(state: Approval, votes: Vec<Decision>, resumption: Option<ResumptionProgress>) -> Review {
    Review {
        state,
        standing: policy().standing(&votes),
        votes,
        mandate: Mandate::Closed,
        entitled: Vec::new(),
        resumption,
        ..review()
    }
}

pub fn approved(used: Use) -> Approval {
    Approval::Approved { at: time("14:58:02"), valid_until: None, used }
}

pub fn progress(resumed: bool, result: Option<bool>) -> ResumptionProgress {
    let queued_at = time("14:58:02");
    let state = if resumed {
        Resumption::Resumed { queued_at, at: time("14:58:05"), turn: None }
    } else {
        Resumption::Queued { at: queued_at, way: Way::Poll, attempts: 0 }
    };
    let outcome = |is_error| ToolOutcome { at: time("14:58:47"), is_error, output: json!({"account_id": "acc_77120"}) };
    ResumptionProgress {
        id: id::<ResumptionId>("res", '1'),
        state,
        endpoint: None,
        deliveries: Vec::new(),
        viewer_can_wake: true,
        allowed_at: None,
        result: result.map(outcome),
    }
}

pub fn item(event: Event) -> TimelineItem {
    let actor = match &event {
        Event::DecisionRecorded { .. } | Event::SignatureRefused { .. } => Actor::Person(viewer()),
        Event::GateChecked { .. } => Actor::System(SystemActor::Gate),
        _ => Actor::Key(id::<KeyId>("key", '1')),
    };
    TimelineItem {
        leaf_index: 1_204_331,
        actor_name: "onboarding-agent".to_owned(),
        entry: Entry {
            id: id::<EventId>("evt", '1'),
            at: time("14:33:12"),
            actor,
            run: Some(id::<RunId>("run", '1')),
            approval: Some(approval_id()),
            subject: Some("cust_456".to_owned()),
            event,
        },
    }
}

pub fn decision_id() -> DecisionId {
    id("dec", '1')
}
