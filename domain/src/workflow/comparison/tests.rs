//! Each kind of change, and which way it goes.

use super::*;
use crate::{
    closure::{
        rule::{Method, Moment, Rule, StepKind, StepRule},
        sample::Sampling,
    },
    deadline::Raise,
    decision::Verdict,
    escalation::sla::Limits,
    field::{Field, FieldType},
    hours::{Day, Hours},
    policy::{Exclusion, Policy, Reasons, Seats, Via},
    testing::stage,
    workflow::{Advance, Compensate, Condition, FactRule, FactSource, Gate, OnFailure, Review, Risk, Stage, Tool},
};

mod hidden;

fn condition(name: &str) -> Condition {
    Condition { name: name.to_owned(), when: "true".to_owned(), otherwise: "No.".to_owned() }
}

fn workflow() -> Workflow {
    let tool = Tool {
        input: None,
        reversible: true,
        risk: Risk::Medium,
        blast_radius: None,
        accept_irreversible: None,
        compensation_only: false,
    };
    let policy = Policy {
        approve: vec![Seats { group: "compliance".to_owned(), count: 1 }, Seats { group: "risk".to_owned(), count: 1 }],
        reject_count: 1,
        exclude: vec![Exclusion::Requester, Exclusion::AgentOwner],
        reasons: Reasons { required_on: vec![Verdict::Reject], codes: vec!["other".to_owned()] },
        via: vec![Via::Console],
        valid_for: Some(7_200),
        remind_after: None,
        raise: None,
        expire_after: Some(86_400),
        hours: None,
        sign: false,
    };
    let fact = FactRule { field: Field::of(FieldType::String), from: FactSource::System, max_age: Some(86_400) };
    Workflow {
        name: "payments".to_owned(),
        title: "Payments".to_owned(),
        subject: "account".to_owned(),
        default: Fallback::Block,
        tools: [("pay".to_owned(), tool.clone()), ("note".to_owned(), tool)].into(),
        trust: Trust::Isolated,
        advance: Advance::Auto,
        stages: Vec::new(),
        facts: [("status".to_owned(), fact)].into(),
        gates: vec![Gate {
            id: "payment".to_owned(),
            tools: vec!["pay".to_owned()],
            require: vec![condition("open"), condition("known")],
            review: Some(Review { unless: None, policy: "two".to_owned(), summary: None, risk: None }),
        }],
        policies: [("two".to_owned(), policy)].into(),
        requests: None,
        escalations: Limits::default(),
        closure: Vec::new(),
        inputs: BTreeMap::new(),
        steps: Vec::new(),
    }
}

fn office() -> Hours {
    Hours { zone: "Europe/Berlin".to_owned(), days: vec![Day::Mon, Day::Fri], from: 540, to: 1_020 }
}

#[test]
fn requests_open_no_gate_either_way() {
    let (before, mut after) = (workflow(), workflow());
    after.requests = Some("two".to_owned());
    let texts = |found: Comparison| {
        assert!(found.stricter.is_empty() && found.looser.is_empty());
        found.other.into_iter().map(|other| other.text).collect::<Vec<_>>()
    };
    assert_eq!(texts(compare(&before, &after)), ["may be made by agents, decided by two"]);
    assert_eq!(texts(compare(&after, &before)), ["may no longer be made by agents"]);
}

/// What a change, and the same change taken back, mean.
fn there_and_back(change: impl FnOnce(&mut Workflow)) -> String {
    there_and_back_from(&workflow(), change)
}

fn there_and_back_from(before: &Workflow, change: impl FnOnce(&mut Workflow)) -> String {
    let mut after = before.clone();
    change(&mut after);
    let told = |found: Comparison| {
        let list = |sign: &str, list: Vec<Difference>| {
            list.into_iter().map(|one| format!("{sign} {} {}", one.at, one.text)).collect::<Vec<_>>()
        };
        [list("stricter:", found.stricter), list("looser:", found.looser), list("other:", found.other)]
            .concat()
            .join("; ")
    };
    format!("{}\n    {}", told(compare(before, &after)), told(compare(&after, before)))
}

fn payment(workflow: &mut Workflow) -> &mut Gate {
    &mut workflow.gates[0]
}

fn two(workflow: &mut Workflow) -> &mut Policy {
    workflow.policies.get_mut("two").expect("the policy")
}

fn pay(workflow: &mut Workflow) -> &mut Tool {
    workflow.tools.get_mut("pay").expect("the tool")
}

#[test]
fn each_change_goes_one_way_there_and_the_other_way_back() {
    type Change = (&'static str, fn(&mut Workflow));
    let changes: &[Change] = &[
        ("nothing", |_| {}),
        ("default allows", |w| w.default = Fallback::Allow),
        ("default reviews", |w| w.default = Fallback::Review("two".to_owned())),
        ("condition removed", |w| drop(payment(w).require.pop())),
        ("condition rewritten", |w| payment(w).require[0].when = "false".to_owned()),
        ("message rewritten", |w| payment(w).require[0].otherwise = "Later.".to_owned()),
        ("review removed", |w| payment(w).review = None),
        ("review skipped", |w| payment(w).review.as_mut().expect("a review").unless = Some("input.a < 1".to_owned())),
        ("other policy", |w| payment(w).review.as_mut().expect("a review").policy = "one".to_owned()),
        ("tool guarded", |w| payment(w).tools.push("note".to_owned())),
        ("guard removed", |w| drop(w.gates.pop())),
        ("one more guard", |w| {
            let mut gate = w.gates[0].clone();
            gate.id = "second".to_owned();
            w.gates.push(gate);
        }),
        ("one approval more", |w| two(w).approve[0].count = 2),
        ("a group less", |w| drop(two(w).approve.pop())),
        ("two rejections", |w| two(w).reject_count = 2),
        ("exclusion removed", |w| two(w).exclude.truncate(1)),
        ("by api", |w| two(w).via.push(Via::Api)),
        ("signed", |w| two(w).sign = true),
        ("reason on approve", |w| two(w).reasons.required_on.push(Verdict::Approve)),
        ("other codes", |w| two(w).reasons.codes.push("limit".to_owned())),
        ("later deadline", |w| two(w).expire_after = Some(172_800)),
        ("no deadline", |w| two(w).expire_after = None),
        ("a reminder", |w| two(w).remind_after = Some(3_600)),
        ("raised", |w| two(w).raise = Some(Raise { after: 7_200, to: "leads".to_owned() })),
        ("business hours", |w| two(w).hours = Some(office())),
        ("shorter validity", |w| two(w).valid_for = Some(1_800)),
        ("irreversible", |w| pay(w).reversible = false),
        ("low risk", |w| pay(w).risk = Risk::Low),
        ("accepted", |w| pay(w).accept_irreversible = Some("small".to_owned())),
        ("arguments", |w| pay(w).input = Some(BTreeMap::new())),
        ("written by a tool", |w| {
            let fact = w.facts.get_mut("status").expect("the fact");
            fact.from = FactSource::Tool { tool: "pay".to_owned(), path: "/a".to_owned() };
        }),
        ("older facts", |w| w.facts.get_mut("status").expect("the fact").max_age = None),
    ];
    let told: Vec<String> =
        changes.iter().map(|(name, change)| format!("{name}\n    {}", there_and_back(change))).collect();
    insta::assert_snapshot!(told.join("\n"));
}

#[test]
fn each_change_of_a_stage_goes_one_way_there_and_the_other_way_back() {
    type Change = (&'static str, fn(&mut Vec<Stage>));
    let changes: &[Change] = &[
        ("removed", |s| drop(s.pop())),
        ("another order", |s| s.swap(0, 1)),
        ("another exit", |s| s[0].exit.push(condition("signed"))),
        ("conditions at the entry", |s| s[1].entry.push(condition("paid"))),
        ("reviewed", |s| {
            s[0].review = Some(Review { unless: None, policy: "two".to_owned(), summary: None, risk: None });
        }),
        ("a tool of its own", |s| s[1].tools.push("note".to_owned())),
        ("undone", |s| s[1].compensate.push(Compensate { tool: "pay".to_owned(), input: BTreeMap::new() })),
        ("kept", |s| s[1].on_failure = OnFailure::Keep),
        ("returns", |s| s[1].on_failure = OnFailure::ReturnTo("first".to_owned())),
        ("cancels", |s| s[0].on_reject = crate::workflow::OnReject::CancelRun),
    ];
    let told = changes.iter().map(|(name, change)| {
        let there = there_and_back_from(&staged(), |workflow| change(&mut workflow.stages));
        format!("{name}\n    {there}")
    });
    let explicit = there_and_back_from(&staged(), |workflow| workflow.advance = Advance::Explicit);
    let shared = there_and_back_from(&staged(), |workflow| workflow.trust = Trust::Shared);
    let told = told.chain([format!("explicit\n    {explicit}"), format!("shared\n    {shared}")]);
    let told: Vec<String> = told.collect();
    insta::assert_snapshot!(told.join("\n"));
}

fn staged() -> Workflow {
    let mut first = stage("first");
    first.exit.push(condition("done"));
    Workflow { stages: vec![first, stage("second")], ..workflow() }
}

#[test]
fn spans_name_the_units_that_count() {
    assert_eq!([30, 3_600, 86_400, 129_600, 5_430].map(span), ["30 s", "1 h", "1 d", "1 d 12 h", "1 h 30 min 30 s"]);
}

#[test]
fn each_change_of_a_closure_goes_one_way_there_and_the_other_way_back() {
    type Change = (&'static str, fn(&mut Workflow));
    let changes: &[Change] = &[
        ("a policy less", |w| drop(w.closure.pop())),
        ("another moment", |w| w.closure[0].after = Moment::Event),
        ("without a condition", |w| w.closure[0].condition = None),
        ("another condition", |w| w.closure[0].condition = Some("true".to_owned())),
        ("no sample", |w| w.closure[0].sample = None),
        ("a smaller sample", |w| w.closure[0].sample.as_mut().expect("a sample").one_in = 50),
        ("others look", |w| w.closure[0].sample.as_mut().expect("a sample").by = "agents".to_owned()),
        ("a step less", |w| drop(w.closure[0].steps.pop())),
        ("another target", |w| w.closure[0].steps[0].target = "wiki".to_owned()),
        ("another kind", |w| w.closure[0].steps[0].kind = StepKind::QueueCleanup),
        ("another record", |w| w.closure[0].steps[0].record = "all".to_owned()),
        ("the whole record", |w| w.closure[0].steps[0].method = Method::Put),
        ("one field more", |w| drop(w.closure[0].steps[0].set.insert("owner".to_owned(), "x".into()))),
        ("another value", |w| drop(w.closure[0].steps[0].set.insert("status".to_owned(), "open".into()))),
        ("expects less", |w| w.closure[0].steps[0].expect.clear()),
        ("expects otherwise", |w| drop(w.closure[0].steps[0].expect.insert("id".to_owned(), "y".into()))),
    ];
    let told: Vec<String> = changes
        .iter()
        .map(|(name, change)| format!("{name}\n    {}", there_and_back_from(&closing(), change)))
        .collect();
    insta::assert_snapshot!(told.join("\n"));
}

fn closing() -> Workflow {
    let step = StepRule {
        id: "status".to_owned(),
        kind: StepKind::StatusSync,
        target: "tracker".to_owned(),
        record: "cases/{{run.subject}}".to_owned(),
        set: [("status".to_owned(), "closed".into())].into(),
        expect: [("id".to_owned(), "{{run.subject}}".into())].into(),
        method: Method::Patch,
    };
    let rule = Rule {
        id: "close".to_owned(),
        after: Moment::RunCompleted,
        condition: Some("facts.status == \"done\"".to_owned()),
        sample: Some(Sampling { one_in: 20, by: "owners".to_owned() }),
        steps: vec![step],
    };
    Workflow { closure: vec![rule], ..workflow() }
}

#[test]
fn a_first_version_is_wider_by_what_it_writes_elsewhere() {
    assert_eq!(begin(&workflow()).wider(), []);
    let told: Vec<String> =
        begin(&closing()).wider().into_iter().map(|one| format!("{} {}", one.at, one.text)).collect();
    assert_eq!(told, ["close closes after run.completed now", "close.status writes to tracker now (status_sync)"]);
}
