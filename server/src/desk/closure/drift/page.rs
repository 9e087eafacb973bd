//! What became of the records of closures, as lists and receipts show it.

use domain::{
    closure::drift::{Drift, DriftReport, DriftRow, Looked},
    id::ClosureId,
    page::Page,
    permission::Action,
};

use super::super::page::{read_cursor, sight};
use crate::{
    desk::{Caller, Desk, follow_up::name_of},
    error::Result,
    store::{
        self, Tx,
        closure::{
            drift::{DriftFilter, Stored},
            list::Sight,
        },
    },
};

impl Desk {
    /// What became of the records of closures, the newest closures first, as far as the caller sees them.
    pub async fn list_drift(
        &self,
        caller: &Caller,
        mut filter: DriftFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<DriftRow>> {
        caller.authorize(Action::ReadClosures)?;
        let sight = sight(caller);
        filter.sight = sight.clone();
        let before = cursor.map(read_cursor::<ClosureId>).transpose()?;
        let mut tx = self.database.read().await?;
        let mut stored = store::closure::drift::page(&mut tx, &filter, before, i64::from(limit) + 1).await?;
        let has_more = stored.len() > limit as usize;
        stored.truncate(limit as usize);
        let next_cursor = stored.last().filter(|_| has_more).map(|last| last.closure.to_string());
        let ids: Vec<ClosureId> = stored.iter().map(|one| one.closure).collect();
        let mut closures = store::closure::list::by_ids(&mut tx, &ids).await?;
        let mut items = Vec::with_capacity(stored.len());
        for one in stored {
            let Some(closure) = closures.remove(&one.closure) else { continue };
            items.push(DriftRow {
                closure_id: closure.id,
                title: closure.title,
                workflow: closure.workflow,
                rule: closure.rule,
                drift: report(&mut tx, one, &sight).await?,
            });
        }
        Ok(Page { items, next_cursor })
    }
}

/// What became of the records of a closure; `None` where none has ended with something done.
pub(in crate::desk::closure) async fn found(tx: &mut Tx, id: ClosureId, sight: &Sight) -> Result<Option<DriftReport>> {
    match store::closure::drift::find(tx, id).await? {
        Some(stored) => report(tx, stored, sight).await.map(Some),
        None => Ok(None),
    }
}

/// Keys that do not work for people learn that something is otherwise, and not what others have written there: they would
/// read it by the target's credential.
async fn report(tx: &mut Tx, stored: Stored, sight: &Sight) -> Result<DriftReport> {
    let is_for_people = matches!(sight, Sight::All);
    let told = |looked: Looked| if is_for_people { looked } else { looked.withheld() };
    let accepted_by = match &stored.state {
        Drift::Accepted { by, .. } => Some(name_of(tx, *by).await?),
        _ => None,
    };
    Ok(DriftReport {
        status: stored.state.status(),
        state: stored.state,
        accepted_by,
        records: stored.noted.into_iter().map(|noted| told(noted.looked)).collect(),
        looked_at: stored.looked_at,
        next_look: stored.due,
    })
}
