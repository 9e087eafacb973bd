//! How cases were handed over to people.

use super::{phrase::Phrase, sentence::Told};
use crate::kit::{badge::Tone, moment::tooltip};
use domain::{escalation::sla::Duty, event::Event};
use serde_json::Value;

/// Tells an event of an escalation.
pub fn tell(event: &Event, who: Phrase) -> Told {
    match event {
        Event::EscalationOpened { customer_id, refund_amount, recommended_action, .. } => {
            let refund = match refund_amount {
                Some(money) => vec![Phrase::words("Refund asked for: "), Phrase::Said(Value::from(money.to_string()))],
                None => vec![Phrase::words("No refund is stated")],
            };
            let action = [Phrase::words(". Recommended: "), Phrase::Said(Value::from(recommended_action.as_str()))];
            Told::of([
                who,
                Phrase::words(" handed the case of "),
                Phrase::code(customer_id),
                Phrase::words(" over to people"),
            ])
            .more(refund.into_iter().chain(action))
            .badge((Tone::Warn, "circle-alert", "Escalated"))
        }
        Event::EscalationAcknowledged { escalation } => {
            Told::of([who, Phrase::words(" took up escalation "), tail(&escalation.tail())])
        }
        Event::EscalationAssigned { escalation, to, reason } => Told::of([
            who,
            Phrase::words(" gave escalation "),
            tail(&escalation.tail()),
            Phrase::words(" to person "),
            Phrase::code(to.tail()),
        ])
        .more([Phrase::Quote(reason.clone())]),
        Event::EscalationResolved { escalation, resolution } => {
            Told::of([who, Phrase::words(" resolved escalation "), tail(&escalation.tail())])
                .more([Phrase::Quote(resolution.clone())])
                .badge((Tone::Pass, "check", "Resolved"))
        }
        Event::EscalationOverdue { escalation, duty, due } => {
            let what = match duty {
                Duty::Acknowledge => "Nobody took up escalation ",
                Duty::Resolve => "Nobody settled escalation ",
            };
            Told::of([Phrase::words(what), tail(&escalation.tail()), Phrase::words(" in time")])
                .more([Phrase::Words(format!("Due {}", tooltip(*due)))])
                .badge((Tone::Fail, "circle-alert", "Overdue"))
        }
        _ => Told::default(),
    }
}

fn tail(tail: &str) -> Phrase {
    Phrase::Code(format!("esc_…{tail}"))
}
