//! Calls of tools that belong to a stage: the run may move on for them, and what allows them is an attempt.

use domain::{
    gate::Outcome,
    id::{CompensationId, SessionId},
    judge::Threshold,
    session::Session,
};
use futures::FutureExt as _;

use super::{Asked, Evaluated};
use crate::{
    desk::{Desk, snapshot::Snapshot, tool_result::is_standing},
    error::{Error, Result},
    rules::evaluate::COMPENSATION_GATE,
    store::{self, CheckRow, Tx, gate_check::Check},
};

impl Desk {
    /// Whether the run moved on for this call: its stage was entered, or what is recorded has completed the one before.
    /// Then the call is looked at again.
    pub(in crate::desk) async fn moved_on(&self, seen: &Evaluated) -> Result<bool> {
        match seen.finding.threshold {
            Threshold::Enter(position) if seen.session.state == Session::Active => {
                self.enter_for(&seen.snapshot, position, seen.session.id).await.map(|()| true)
            }
            Threshold::Open | Threshold::Enter(_) => Ok(false),
            Threshold::Shut => Ok(self.advance(seen.snapshot.run.id).await),
        }
    }

    /// Allows the call that undoes an effect, to one session.
    pub(super) async fn allow_undoing(&self, row: CheckRow, id: CompensationId) -> Result<String> {
        let answer = row.answer.clone();
        self.database
            .write(move |tx| {
                async move {
                    let run = store::run::lock_still(tx, row.run).await?.ok_or(Error::Moved)?;
                    let is_as_seen = run.moves == row.moves && store::compensation::claim(tx, id, row.session).await?;
                    if !is_as_seen || !store::gate_check::insert(tx, &row).await? {
                        return Err(Error::Moved);
                    }
                    Ok(answer)
                }
                .boxed()
            })
            .await
    }

    /// Allows a call in the attempt of its stage, which must stand as it was seen.
    pub(super) async fn allow_in_stage(&self, row: CheckRow) -> Result<String> {
        let answer = row.answer.clone();
        self.database
            .write(move |tx| {
                async move {
                    let run = store::run::lock_still(tx, row.run).await?.ok_or(Error::Moved)?;
                    if run.moves != row.moves || !store::gate_check::insert(tx, &row).await? {
                        return Err(Error::Moved);
                    }
                    Ok(answer)
                }
                .boxed()
            })
            .await
    }
}

/// Why a session may not make a compensation's call: another one makes it. An effect is undone once.
pub(super) fn claimed_by_another(asked: &Asked, snapshot: &Snapshot, session: SessionId) -> Option<String> {
    let id: CompensationId = asked.call.tool_use_id.parse().ok()?;
    let known = snapshot.roots.stages.outstanding.iter().find(|known| known.id == id && known.is_asked)?;
    known.claimed_by.filter(|claimed| *claimed != session).map(|claimed| {
        format!(
            "compensation_claimed: the session {claimed} makes this call. Report how it went, or leave it to a person."
        )
    })
}

/// Why a compensation's call that was allowed may not run again: how it went is known.
pub(super) fn settled_compensation(asked: &Asked, earlier: &Check, snapshot: &Snapshot) -> Option<String> {
    let id: CompensationId = asked.call.tool_use_id.parse().ok()?;
    let is_open = snapshot.roots.stages.outstanding.iter().any(|known| known.id == id && known.is_asked);
    (earlier.outcome == Outcome::Allow && !is_open)
        .then(|| format!("compensation_settled: {id} was reported on already. Nothing is left to be run."))
}

impl Evaluated {
    /// The stage and attempt in which a call of this tool is allowed; what undoes something belongs to none.
    pub(super) fn in_stage(&self, tool: &str) -> Option<(String, u32)> {
        let workflow = self.snapshot.compiled.workflow();
        let position = workflow.stage_of(tool).filter(|_| self.finding.gate_id != COMPENSATION_GATE)?;
        let attempt = self.snapshot.roots.stages.progress.at(position).attempt;
        Some((workflow.stages[position].id.clone(), attempt))
    }
}

/// Why a call that was allowed may not run any more: the attempt it was allowed in is undone. Whoever asks again has not
/// run it yet.
pub(super) async fn undone(tx: &mut Tx, earlier: Option<&Check>) -> Result<Option<String>> {
    let Some(earlier) = earlier.filter(|earlier| earlier.outcome == Outcome::Allow) else { return Ok(None) };
    let attempt = store::stage::find_of_call(tx, earlier.id).await?.filter(|attempt| !is_standing(attempt));
    Ok(attempt.map(|attempt| {
        let (stage, number) = (attempt.stage, attempt.attempt);
        format!("stage_undone: attempt {number} of the stage {stage} was given up. Call again under a new id.")
    }))
}
