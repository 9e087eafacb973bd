//! The stages of the run page: how far the run has come, and what was undone.

use domain::timeline::{AttemptRow, CompensationRow, HandoffRow, StageRow};

use crate::{
    desk::Desk,
    error::Result,
    store::{self, Tx, run::Run},
};

/// Handoffs shown; the API has the rest.
const HANDOFFS: i64 = 50;

/// What the run page shows of the stages; nothing for a workflow without any.
#[derive(Default)]
pub(super) struct Staged {
    pub(super) stages: Vec<StageRow>,
    pub(super) compensations: Vec<CompensationRow>,
    pub(super) handoffs: Vec<HandoffRow>,
}

impl Desk {
    pub(super) async fn staged(&self, tx: &mut Tx, run: &Run) -> Result<Staged> {
        let compiled = self.compiled_in(tx, &run.workflow, run.version).await?;
        if compiled.workflow().stages.is_empty() {
            return Ok(Staged::default());
        }
        let seen = self.snapshot_of(tx, run.clone()).await?;
        let mut attempts = store::stage::list_of_run(tx, run.id).await?;
        let row = |(position, stage): (usize, &domain::workflow::Stage)| {
            let own = attempts.extract_if(.., |attempt| attempt.stage == stage.id);
            let attempts = own.map(|attempt| AttemptRow {
                attempt: attempt.attempt,
                snapshot: attempt.snapshot.map(|kept| kept.snapshot_id),
                state: attempt.state,
            });
            let attempts = attempts.collect();
            let is_complete = seen.roots.stages.progress.is_complete(position);
            let exam = compiled.check_exit(&seen.roots, position).evidence;
            let exit = exam.conditions.into_iter().map(|seen| (seen.name, seen.passed || is_complete));
            StageRow {
                id: stage.id.clone(),
                tools: stage.tools.clone(),
                undone_by: stage.compensate.iter().map(|call| call.tool.clone()).collect(),
                is_reviewed: stage.review.is_some(),
                exit: exit.collect(),
                attempts,
            }
        };
        let stages = compiled.workflow().stages.iter().enumerate().map(row).collect();
        let compensations = store::compensation::list_of_run(tx, run.id).await?.into_iter().rev();
        let handoffs = store::handoff::list_newest(tx, run.id, HANDOFFS).await?.into_iter();
        Ok(Staged {
            stages,
            compensations: compensations.map(compensation_row).collect(),
            handoffs: handoffs.map(|package| HandoffRow { is_intact: package.is_intact(), package }).collect(),
        })
    }
}

fn compensation_row(stored: store::compensation::Stored) -> CompensationRow {
    let store::compensation::Stored { id, stage, attempt, tool, input, state, .. } = stored;
    CompensationRow { id, stage, attempt, tool, input, state }
}
