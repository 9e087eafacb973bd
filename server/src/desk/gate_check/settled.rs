//! Whether the answer that a call got stands when it is asked about again.

use domain::{gate::Outcome, judge};
use serde_json::Value;

use crate::{desk::snapshot::Snapshot, store::gate_check::Check};

/// Whether a call's stored answer stands: everything but a suspension whose approval has ended since, and a call that
/// rested while its session waited for another one's.
pub(super) fn is_settled(earlier: &Check, snapshot: &Snapshot) -> bool {
    let Some(approval) = earlier.approval.filter(|_| earlier.outcome == Outcome::Suspend || rests(earlier)) else {
        return true;
    };
    let mut known = snapshot.approvals.iter().filter(|known| known.prior.id == approval);
    !known.any(|known| known.prior.state.ended_at().is_some())
}

/// Whether a call was blocked for no reason of its own: its session waited for a person.
pub(in crate::desk) fn rests(earlier: &Check) -> bool {
    let error = || serde_json::from_str::<Value>(&earlier.answer).ok()?["error"].as_str().map(str::to_owned);
    earlier.outcome == Outcome::Block && error().is_some_and(|error| error.starts_with(judge::AWAITING))
}
