//! What a receipt says of repeats, and of what people did.

use super::{
    drift::{Drift, DriftReport},
    mark::Mark,
    page::{FollowUpRow, IdempotencyDecision, Override, StepRow},
    step::Step,
    trigger::Trigger,
};
use crate::follow_up::FollowUp;

/// What was found to be done already, and events that came again.
pub(super) fn decisions(trigger: &Trigger, steps: &[StepRow], marks: &[Mark]) -> Vec<IdempotencyDecision> {
    let repeated = marks.iter().filter_map(|mark| match mark {
        Mark::Repeated { at } => Some(IdempotencyDecision {
            step: None,
            key: trigger.event_id.clone(),
            decision: "skipped_idempotent: the event arrived once more".to_owned(),
            at: *at,
        }),
        Mark::Replayed { .. } => None,
    });
    let found = steps.iter().filter_map(|row| match &row.state {
        Step::AlreadyDone { at, confirmed } => Some(IdempotencyDecision {
            step: Some(row.step.clone()),
            key: row.idempotency_key.clone(),
            decision: format!("already_done: {confirmed}"),
            at: *at,
        }),
        _ => None,
    });
    found.chain(repeated).collect()
}

/// What people did about it, in order.
pub(super) fn overrides(marks: &[Mark], follow_ups: &[FollowUpRow], drift: Option<&DriftReport>) -> Vec<Override> {
    let replayed = marks.iter().filter_map(|mark| match mark {
        Mark::Replayed { at, by, steps, .. } => {
            let what =
                format!("had it finish {}", if steps.is_empty() { "all of it".to_owned() } else { steps.join(", ") });
            Some(Override { at: *at, by: by.clone(), what })
        }
        Mark::Repeated { .. } => None,
    });
    let resolved = follow_ups.iter().filter_map(|row| match &row.state {
        FollowUp::Resolved { at, resolution, .. } => Some(Override {
            at: *at,
            by: row.resolved_by.clone().unwrap_or_default(),
            what: format!("resolved {}: {resolution}", row.packet.step.as_deref().unwrap_or("the closure")),
        }),
        FollowUp::Open { .. } => None,
    });
    let accepted = drift.and_then(|drift| match &drift.state {
        Drift::Accepted { at, reason, .. } => Some(Override {
            at: *at,
            by: drift.accepted_by.clone().unwrap_or_default(),
            what: format!("accepted that a record is not as it was left: {reason}"),
        }),
        _ => None,
    });
    let mut all: Vec<Override> = replayed.chain(resolved).chain(accepted).collect();
    all.sort_by_key(|one| one.at);
    all
}
