//! The stages of a run as the API tells them.

use domain::stage::Attempt;
use serde_json::{Value, json};

use crate::{
    desk::Desk,
    error::Result,
    store::{self, Tx, run::Run},
};

impl Desk {
    /// The newest attempt of each stage, in file order; empty for a workflow without any.
    pub(in crate::desk) async fn stages_view(&self, tx: &mut Tx, run: &Run) -> Result<Vec<Value>> {
        let compiled = self.compiled_in(tx, &run.workflow, run.version).await?;
        let stages = &compiled.workflow().stages;
        if stages.is_empty() {
            return Ok(Vec::new());
        }
        let mut newest = store::stage::list_newest(tx, run.id).await?;
        let view = |stage: &domain::workflow::Stage| {
            let newest = newest.remove(&stage.id).unwrap_or_default();
            let (handoff, error) = match &newest.state {
                Attempt::Complete { handoff, .. } => (Some(*handoff), None),
                Attempt::Failed { error, .. } | Attempt::RolledBack { error, .. } => (None, Some(error.clone())),
                Attempt::Pending | Attempt::Active { .. } => (None, None),
            };
            json!({
                "id": stage.id, "attempt": newest.attempt, "status": newest.state.status(),
                "since": newest.state.moved_at(), "awaiting": newest.state.awaiting(), "handoff_id": handoff,
                "error": error,
            })
        };
        Ok(stages.iter().map(view).collect())
    }
}
