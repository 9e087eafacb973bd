//! Sample escalations: one that needs somebody, one that is settled.

use super::{id, time, viewer};
use domain::{
    Actor,
    escalation::{EscalatedConcern, Escalation, Money, Summary},
    escalations::{Case, EscalationPage, EscalationsPage, Lead},
    id::{EscalationId, RunId},
    timeline::EscalationRow,
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
    };
    EscalationRow {
        id: id::<EscalationId>("esc", last),
        summary: Summary {
            customer_id: "cust_456".to_owned(),
            root_cause_analysis: "Two carriers <script>lost</script> the parcel.".to_owned(),
            refund_amount: Some(Money { amount: "1840.00".to_owned(), currency: "EUR".to_owned() }),
            recommended_action: "Refund and call the customer.".to_owned(),
            concerns: vec![concern],
        },
        state,
        opened_by: "support-agent".to_owned(),
        opened_at: time("14:31:00"),
        assignee,
    }
}
