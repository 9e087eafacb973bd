//! Sample runs and a sample log.

use super::{
    approval_id,
    escalations::{concerns, escalations, unified},
    every_event, id, item, session,
    stages::{compensation, handoff, stages},
    time,
};
use domain::{
    Digest,
    approval::Status,
    audit::{AuditEvent, AuditPage, KnownPerson},
    event::Event,
    id::{ApprovalId, RunId},
    run::RunStatus,
    runs::{RunRow, RunsPage, WaitsFor},
    session::SessionStatus,
    timeline::{
        ApprovalRow, AssertionRow, EarlierFact, FactRow, GateRow, GateStanding, HandoffRow, RunPage, SessionRow,
        WaitingApproval,
    },
};
use serde_json::json;

const TITLE: &str = "Set up <script>alert(1)</script>\u{202e}";

pub fn runs() -> RunsPage {
    let row = |last: char, status: RunStatus| RunRow {
        id: id::<RunId>("run", last),
        workflow: "onboarding".to_owned(),
        version: 12,
        workflow_title: "Onboarding".to_owned(),
        subject: "cust_456\u{202e}".to_owned(),
        status,
        sessions: 2,
        waiting: (status == RunStatus::Suspended).then(|| WaitsFor { id: approval_id(), title: TITLE.to_owned() }),
        more_waiting: u32::from(status == RunStatus::Suspended),
        agent: "onboarding-agent".to_owned(),
        requested_by: Some("rosa@example.com".to_owned()),
        started_at: time("13:57:40"),
        ended_at: (status == RunStatus::Failed).then(|| time("14:33:12")),
        last_event_at: Some(time("14:33:12")),
    };
    RunsPage {
        now: time("14:58:41"),
        rows: vec![row('2', RunStatus::Suspended), row('1', RunStatus::Failed)],
        next_cursor: None,
        workflows: vec!["onboarding".to_owned(), "payments".to_owned()],
    }
}

fn gates() -> Vec<GateRow> {
    let gate = |standing: &GateStanding| GateRow {
        id: format!("gate_{standing}"),
        tools: vec!["setup_account".to_owned(), "close_account".to_owned()],
        standing: *standing,
        checked_at: (*standing != GateStanding::NotReached).then(|| time("14:33:12")),
        approval: (*standing == GateStanding::Holding).then(approval_id),
    };
    GateStanding::ALL.iter().map(gate).collect()
}

fn fact() -> FactRow {
    FactRow {
        name: "risk_tier".to_owned(),
        value: json!("high</code><b>"),
        source: "risk_engine".to_owned(),
        reference: Some("ra_5513".to_owned()),
        version: 2,
        written_at: time("14:33:10"),
        agent_grade: true,
        earlier: vec![EarlierFact {
            value: json!("medium"),
            source: "risk_engine".to_owned(),
            reference: None,
            version: 1,
            written_at: time("14:02:00"),
        }],
    }
}

fn attached() -> SessionRow {
    SessionRow {
        id: session(),
        external_id: "01jd4</code><img src=x>".to_owned(),
        framework: "claude-code".to_owned(),
        status: SessionStatus::Suspended,
        runner: Some("worker-1".to_owned()),
        attached_at: time("13:57:41"),
    }
}

/// A run that waits, with one of everything.
pub fn run_page() -> RunPage {
    RunPage {
        now: time("14:58:41"),
        id: id::<RunId>("run", '1'),
        workflow: "onboarding".to_owned(),
        version: 12,
        workflow_title: "Onboarding".to_owned(),
        subject: "cust_456".to_owned(),
        status: RunStatus::Suspended,
        started_at: time("13:57:40"),
        ended_at: None,
        why: None,
        agent: "onboarding-agent".to_owned(),
        requested_by: Some("rosa@example.com".to_owned()),
        sessions: vec![attached()],
        waiting: vec![WaitingApproval { id: approval_id(), title: TITLE.to_owned(), opened_at: time("14:33:12") }],
        escalations: escalations(),
        concerns: concerns(),
        unified: vec![unified()],
        stages: stages(),
        steps: Vec::new(),
        compensations: vec![compensation()],
        may_settle: true,
        handoffs: vec![HandoffRow { package: handoff(), is_intact: false }],
        gates: gates(),
        facts: vec![fact()],
        assertions: vec![AssertionRow {
            name: "risk_tier".to_owned(),
            value: json!("medium tier"),
            statement: Some("He is <b>medium</b> tier.".to_owned()),
            by: "onboarding-agent".to_owned(),
            at: time("14:31:00"),
        }],
        approvals: vec![ApprovalRow {
            id: id::<ApprovalId>("apr", '1'),
            title: TITLE.to_owned(),
            status: Status::Pending,
            opened_at: time("14:33:12"),
            ended_at: None,
        }],
        timeline: every_event().into_iter().map(item).collect(),
        next_cursor: None,
        looked_through: None,
        is_continued: false,
    }
}

/// A log with one event of every kind.
pub fn audit() -> AuditPage {
    AuditPage {
        now: time("14:58:41"),
        rows: every_event().into_iter().map(item).collect(),
        next_cursor: None,
        looked_through: None,
        understood: None,
        actor_name: None,
        workflows: vec!["onboarding".to_owned()],
        people: vec![KnownPerson { id: super::viewer(), name: "Mira <i>Okafor</i>".to_owned() }],
    }
}

pub fn audit_event(event: Event) -> AuditEvent {
    let item = item(event);
    AuditEvent {
        now: time("14:58:41"),
        commitment: Digest::of("payload", b"1"),
        payload: item.entry.payload(),
        approval_title: Some(TITLE.to_owned()),
        policy: Some("high-risk".to_owned()),
        workflow: Some("onboarding@12".to_owned()),
        newer: Some(item.leaf_index + 1),
        older: Some(item.leaf_index - 1),
        item,
    }
}
