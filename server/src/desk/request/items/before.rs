//! What is known of calls before they are asked about together: no call has two answers.

use domain::{
    Refusal, canonical,
    id::{ApprovalId, SessionId},
    package::Origin,
};

use super::{Looked, Said};
use crate::{
    desk::gate_check::{CheckCall, call_digest, settled::rests},
    error::Result,
    store::{self, Tx, approval::Stored},
};

/// What is known of the calls from before.
pub(super) struct Before {
    /// The approval in which they were asked about together.
    pub(super) approval: Option<Stored>,
    /// The place of each among the checks of its call; `None` where it was checked, and its answer stands.
    pub(super) phases: Vec<Option<i64>>,
}

impl Before {
    /// Looks the calls up. One that rested while its session waited for another's approval was not checked at all.
    ///
    /// # Errors
    /// `invalid_field` for one that was checked otherwise, let run, or blocked for a reason of its own.
    pub(super) async fn find(tx: &mut Tx, session: SessionId, calls: &[CheckCall]) -> Result<Self> {
        let mut found: Option<ApprovalId> = None;
        let mut phases = Vec::with_capacity(calls.len());
        for (place, call) in calls.iter().enumerate() {
            let Some(check) = store::gate_check::find_of_call(tx, session, &call.tool_use_id).await? else {
                phases.push(Some(0));
                continue;
            };
            let is_same = check.call_digest == call_digest(&call.tool, &canonical::to_string(&call.input));
            if is_same && rests(&check) {
                phases.push(Some(check.phase + 1));
                continue;
            }
            let asked = check.approval.filter(|id| is_same && found.is_none_or(|found| found == *id));
            found = Some(asked.ok_or_else(|| checked_before(place))?);
            phases.push(None);
        }
        let approval = match found {
            Some(id) => store::approval::find(tx, id).await?.filter(|stored| stored.package.origin == Origin::Items),
            None => None,
        };
        Ok(Self { approval, phases })
    }

    /// Refuses to ask about a call again.
    pub(super) fn must_be_new(&self, looked: &Looked) -> Result<(), Refusal> {
        if self.approval.is_some() {
            return Err(Refusal::invalid("/items", "some of these calls were asked about before: leave them out"));
        }
        let is_held = |said: &Said| looked.held.iter().any(|held| held.asked.call.tool_use_id == said.tool_use_id);
        let again = self.phases.iter().zip(&looked.said).position(|(phase, said)| phase.is_none() && is_held(said));
        again.map_or(Ok(()), |place| Err(checked_before(place)))
    }
}

fn checked_before(place: usize) -> Refusal {
    let message = "this call was checked before; ask about calls that were not, each under a new id";
    Refusal::invalid(format!("/items/{place}/tool_use_id"), message)
}
