//! Sample escalations: one that needs somebody, one that is settled.

use super::{id, time, viewer};
use domain::{
    Actor,
    concern::{Concern, Findings, Matter},
    escalation::{EscalatedConcern, Escalation, Money, Summary, sla::Deadlines},
    escalations::{Case, EscalationPage, EscalationsPage, Lead},
    id::{ConcernId, EscalationId, RunId},
    timeline::{ConcernRow, EscalationRow, UnifiedRow},
};

/// A list with both; nothing is paid back in the second.
pub fn cases() -> EscalationsPage {
    let case = |row| Case {
        row,
        run: id::<RunId>("run", '1'),
        workflow: "onboarding".to_owned(),
        subject: "acc_7".to_owned(),
    };
    let mut rows: Vec<Case> = escalations().into_iter().map(case).collect();
    rows[1].row.summary.refund_amount = None;
    rows[1].row.assignee = None;
    EscalationsPage { now: time("14:50:00"), rows, next_cursor: None }
}

/// The open one, for a support lead.
pub fn case() -> EscalationPage {
    let page = cases();
    EscalationPage {
        now: page.now,
        case: page.rows[0].clone(),
        by: None,
        may_work: true,
        viewer: viewer(),
        leads: vec![Lead { id: viewer(), name: "Mira Okafor".to_owned() }],
        waiting: Vec::new(),
        concerns: concerns(),
        unified: vec![unified()],
        approvals: Vec::new(),
        activity: Vec::new(),
    }
}

/// One open, one resolved.
pub fn escalations() -> Vec<EscalationRow> {
    let open = Escalation::Open { at: time("14:31:00"), assignee: None };
    let resolved = Escalation::Resolved {
        at: time("14:40:00"),
        by: Actor::Person(viewer()),
        resolution: "Paid back in full. <b>Done</b>.".to_owned(),
        assignee: Some(viewer()),
    };
    vec![row('1', open, None), row('2', resolved, Some("Mira <i>Okafor</i>".to_owned()))]
}

fn row(last: char, state: Escalation, assignee: Option<String>) -> EscalationRow {
    let concern = EscalatedConcern {
        title: "Parcel lost <img src=x>".to_owned(),
        kind: Some("delivery".to_owned()),
        refs: vec!["ord_8</code>".to_owned(), "ord_9".to_owned()],
        concern_id: Some(id::<ConcernId>("con", '1')),
    };
    EscalationRow {
        id: id::<EscalationId>("esc", last),
        summary: Summary {
            customer_id: "cust_456".to_owned(),
            root_cause_analysis: "Two carriers <script>lost</script> the parcel.".to_owned(),
            refund_amount: Some(Money { amount: "1840.00".to_owned(), currency: "EUR".to_owned() }),
            recommended_action: "Refund and call the customer.".to_owned(),
            concerns: vec![concern],
            told: Some("You hear from us <b>today</b>.".to_owned()),
        },
        state,
        opened_by: "support-agent".to_owned(),
        opened_at: time("14:31:00"),
        deadlines: Deadlines::default(),
        assignee,
    }
}

fn eur(amount: &str) -> Money {
    Money { amount: amount.to_owned(), currency: "EUR".to_owned() }
}

/// One that is resolved, one that is looked into, one that is open.
pub fn concerns() -> Vec<ConcernRow> {
    let row = |last: char, title: &str, state: Concern, round: u32| ConcernRow {
        id: id::<ConcernId>("con", last),
        matter: Matter {
            title: format!("{title} <img src=x>"),
            kind: Some("delivery".to_owned()),
            refs: vec!["ord_8".to_owned()],
            shared_context: serde_json::Map::new(),
        },
        state,
        opened_at: time("14:20:00"),
        round,
        is_unified: round == 0,
    };
    let findings = Findings {
        charged: Some(eur("2000.00")),
        should_be: Some(eur("160.00")),
        refund: Some(eur("1840.00")),
        reference: Some("calc_5501".to_owned()),
        text: Some("Billed <b>twice</b>.".to_owned()),
    };
    let resolved = Concern::Resolved {
        since: time("14:21:00"),
        at: time("14:25:00"),
        by: Actor::Person(viewer()),
        findings: Some(findings),
        resolution: "Pay <b>back</b>.".to_owned(),
    };
    vec![
        row('1', "Parcel lost", resolved, 0),
        row('2', "Late", Concern::Investigating { since: time("14:22:00"), findings: None }, 1),
        row('3', "Scratched", Concern::Open { at: time("14:20:00") }, 1),
    ]
}

/// The resolution of the first.
pub fn unified() -> UnifiedRow {
    UnifiedRow {
        round: 0,
        resolution: "Everything is paid back.".to_owned(),
        refunds: vec![eur("1840.00")],
        at: time("14:26:00"),
        by: "support-agent".to_owned(),
    }
}
