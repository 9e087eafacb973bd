//! Escalations that nobody took up, or settled, by when the workflow promises it: told once for each deadline.

use domain::{Actor, SystemActor, Time, event::Event, id::EscalationId};
use futures::FutureExt as _;

use crate::{
    desk::Desk,
    error::{Error, Result},
    store::{self, Tx},
};

const DEADLINE: Actor = Actor::System(SystemActor::Deadline);
/// Told of in one round.
const AT_ONCE: i64 = 200;

impl Desk {
    /// Records which deadlines of escalations have passed; answers how many.
    pub async fn tell_overdue_escalations(&self) -> Result<usize> {
        let now = self.database.clock().now();
        let mut tx = self.database.read().await?;
        let overdue = store::escalation::overdue::list(&mut tx, now, AT_ONCE).await?;
        drop(tx);
        let mut told = 0;
        for id in overdue {
            match self.database.write(move |tx| tell(tx, id).boxed()).await {
                Ok(is_told) => told += usize::from(is_told),
                // The others are told of all the same.
                Err(error) => tracing::warn!(%error, escalation = %id, "a deadline that passed could not be told"),
            }
        }
        Ok(told)
    }

    /// When the next deadline of an escalation passes that nobody has been told of.
    pub async fn next_escalation_deadline(&self) -> Result<Option<Time>> {
        let mut tx = self.database.read().await?;
        Ok(store::escalation::overdue::find_next(&mut tx).await?)
    }
}

/// Tells of one deadline; `false` when it was met, or another server has told of it meanwhile.
async fn tell(tx: &mut Tx, id: EscalationId) -> Result<bool> {
    let run = store::escalation::find(tx, id).await?.ok_or(Error::Moved)?.run;
    let run = store::run::lock_still(tx, run).await?.ok_or(Error::Moved)?;
    // Read again: it may have moved until the run was locked.
    let stored = store::escalation::find(tx, id).await?.ok_or(Error::Moved)?;
    let passed = stored.deadlines.untold(stored.state.status(), stored.told_at).filter(|(_, due)| *due <= tx.now());
    let Some((duty, due)) = passed else { return Ok(false) };
    store::escalation::overdue::tell(tx, &stored, due).await?;
    tx.record_in(run.id, &run.subject, None, DEADLINE, Event::EscalationOverdue { escalation: id, duty, due });
    Ok(true)
}
