//! The short way of a plain check: evaluated against what was read of its run lately, and stored only if that still
//! holds. It reads nothing; whatever is not plain goes the long way.

use domain::{
    gate::Outcome,
    id::RunId,
    judge::{Judgement, Threshold},
};

use super::{Asked, check_shape, evaluate};
use crate::{
    desk::{Caller, Desk},
    error::Result,
    rules::evaluate::COMPENSATION_GATE,
    store::Appended,
};

impl Desk {
    /// Answers a call that is allowed or blocked as things stood a moment ago, once it is stored that they still stand
    /// so: the run has not moved, the key is usable, and the call has no answer yet. `None` says nothing about the
    /// call.
    ///
    /// # Errors
    /// `unavailable` when it cannot be stored; then it is not answered.
    pub(super) async fn check_remembered(&self, caller: &Caller, run: RunId, asked: &Asked) -> Result<Option<String>> {
        if !asked.call.assertions.is_empty()
            || asked.call.concern_id.is_some()
            || !caller.sees(run)
            || check_shape(&asked.call).is_err()
        {
            return Ok(None);
        }
        let now = self.database.clock().now();
        let Some((snapshot, session)) = self.recent.run(run, &asked.call.session_id) else { return Ok(None) };
        if snapshot.run.state.must_be_active().is_err() {
            return Ok(None);
        }
        let seen = evaluate(asked, snapshot.at(now), session, 0, None);
        if seen.finding.threshold != Threshold::Open || seen.finding.gate_id == COMPENSATION_GATE {
            // The run may move on for this call, or one session alone may make it.
            return Ok(None);
        }
        let priors = seen.snapshot.priors(seen.action);
        let row = match seen.judged(&asked.call.tool_use_id, &priors) {
            Judgement::Allow => self.row(asked, &seen, Outcome::Allow, None, None),
            Judgement::Block { error, approval } => self.row(asked, &seen, Outcome::Block, Some(error), approval),
            // People have a part in these.
            Judgement::Await(_) | Judgement::Open { .. } | Judgement::Consume(_) | Judgement::Void { .. } => {
                return Ok(None);
            }
        };
        if row.in_stage.is_some() {
            // The attempt it is allowed in is noted with it.
            return Ok(None);
        }
        let answer = row.answer.clone();
        match self.database.append_check(row).await? {
            Appended::Stored => Ok(Some(answer)),
            Appended::Overtaken => {
                self.recent.forget_run(run);
                Ok(None)
            }
        }
    }
}
