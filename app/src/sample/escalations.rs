//! Sample escalations: one that needs somebody, one that is settled.

use super::{id, time, viewer};
use domain::{
    Actor,
    escalation::{EscalatedConcern, Escalation, Money, Summary},
    id::EscalationId,
    timeline::EscalationRow,
};

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
