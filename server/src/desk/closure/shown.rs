//! The closures pages of the console: the list, what waits for a person, and one receipt.

use domain::{
    Refusal,
    closure::drift::DriftStatus,
    closures::{ClosurePage, ClosuresPage, ClosuresQuery, ClosuresView, FIGURES_DAYS, Listed, OpenFollowUp},
    follow_up::FollowUpStatus,
    id::{ClosureId, FollowUpId, PersonId},
    permission::Action,
    refusal::Code,
};

use super::{
    page::{named, read_cursor},
    review,
};
use crate::{
    desk::{Caller, Desk, PersonCaller, follow_up::owners},
    error::Result,
    store::{
        self, Tx,
        closure::{drift::DriftFilter, list::ClosureFilter},
    },
};

/// Rows of a page.
const ROWS: u32 = 50;
/// Workflows to choose from.
const NAMES: i64 = 100;

impl Desk {
    /// A page of the console's list.
    pub async fn closures_page(&self, viewer: &PersonCaller, query: &ClosuresQuery) -> Result<ClosuresPage> {
        if query.workflow.as_ref().is_some_and(|name| name.contains('\0')) {
            return Err(Refusal::new(Code::MalformedRequest, "workflow: U+0000 is not allowed").into());
        }
        let caller = Caller::Person(viewer.clone());
        caller.authorize(Action::ReadClosures)?;
        let (listed, next_cursor) = match query.view {
            ClosuresView::All => {
                let filter = ClosureFilter {
                    status: query.status,
                    workflow: query.workflow.clone(),
                    ..ClosureFilter::default()
                };
                let page = self.list_closures(&caller, filter, query.cursor.as_deref(), ROWS).await?;
                (Listed::Closures(page.items), page.next_cursor)
            }
            ClosuresView::FollowUps => {
                let after = query.cursor.as_deref().map(read_cursor::<FollowUpId>).transpose()?;
                let mut tx = self.database.read().await?;
                let of = query.mine.then_some(viewer.id);
                let (rows, next_cursor) = open_follow_ups(&mut tx, of, after).await?;
                (Listed::FollowUps(rows), next_cursor)
            }
            ClosuresView::Drift => {
                let filter = DriftFilter { status: Some(DriftStatus::Drifted), ..DriftFilter::default() };
                let page = self.list_drift(&caller, filter, query.cursor.as_deref(), ROWS).await?;
                (Listed::Drift(page.items), page.next_cursor)
            }
            ClosuresView::Samples => {
                let mut tx = self.database.read().await?;
                let (rows, next_cursor) = review::samples(&mut tx, viewer, query.cursor.as_deref(), ROWS).await?;
                (Listed::Samples(rows), next_cursor)
            }
        };
        let mut tx = self.database.read().await?;
        let (drifted, unreadable) = store::closure::drift::count(&mut tx).await?;
        let since = tx.now() - chrono::TimeDelta::days(FIGURES_DAYS);
        Ok(ClosuresPage {
            now: tx.now(),
            viewer: viewer.id,
            listed,
            next_cursor,
            open_follow_ups: store::follow_up::count_open(&mut tx).await?,
            drifted,
            unreadable,
            my_samples: review::count_mine(&mut tx, viewer).await?,
            workflows: store::workflow::list_names(&mut tx, NAMES).await?,
            figures: store::closure::list::figures(&mut tx, since).await?,
        })
    }

    /// One receipt, and what the viewer may do about it.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn closure_page(&self, viewer: &PersonCaller, id: ClosureId) -> Result<ClosurePage> {
        let caller = Caller::Person(viewer.clone());
        let receipt = self.read_closure(&caller, id).await?;
        let is_open = receipt.follow_ups.iter().any(|row| row.status == FollowUpStatus::Open);
        let owners = if is_open && caller.authorize(Action::AssignFollowUp).is_ok() {
            owners(&mut self.database.read().await?).await?
        } else {
            Vec::new()
        };
        let lookers = match &receipt.review {
            Some(row) => review::lookers(&mut self.database.read().await?, row, viewer).await?,
            None => None,
        };
        Ok(ClosurePage {
            lookers,
            now: self.database.clock().now(),
            receipt,
            viewer: viewer.id,
            owners,
            may_resolve: caller.authorize(Action::ResolveFollowUp).is_ok(),
            may_replay: caller.authorize(Action::ReplayClosure).is_ok(),
            may_settle_drift: caller.authorize(Action::SettleDrift).is_ok(),
        })
    }
}

async fn open_follow_ups(
    tx: &mut Tx,
    of: Option<PersonId>,
    after: Option<FollowUpId>,
) -> Result<(Vec<OpenFollowUp>, Option<String>)> {
    let mut stored = store::follow_up::list_open(tx, of, after, i64::from(ROWS) + 1).await?;
    let has_more = stored.len() > ROWS as usize;
    stored.truncate(ROWS as usize);
    let next_cursor = stored.last().filter(|_| has_more).map(|last| last.id.to_string());
    let mut closures: Vec<ClosureId> = stored.iter().map(|one| one.closure).collect();
    closures.sort_unstable();
    closures.dedup();
    let titles = store::closure::list::titles(tx, &closures).await?;
    let of = |closure: &ClosureId| titles.get(closure).cloned().unwrap_or_else(|| closure.to_string());
    let rows = named(tx, stored).await?;
    Ok((rows.into_iter().map(|row| OpenFollowUp { title: of(&row.closure_id), row }).collect(), next_cursor))
}
