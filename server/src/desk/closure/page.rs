//! Closures as lists and receipts show them.

use domain::{
    Refusal, Scope,
    closure::{
        Closure,
        page::{ClosureRow, FollowUpRow, Parts, Receipt, StepRow},
    },
    id::{ClosureId, FollowUpId},
    page::Page,
    permission::Action,
    refusal::Code,
};

use super::drift;
use crate::{
    desk::{Caller, Desk},
    error::Result,
    store::{
        self, Tx,
        closure::{
            Stored,
            list::{ClosureFilter, Sight},
            step::Stored as StepStored,
        },
        follow_up::FollowUpFilter,
    },
};

/// Marks of a receipt at the most.
const MOST_MARKS: i64 = 200;

impl Desk {
    /// Closures, newest first, as far as the caller sees them.
    pub async fn list_closures(
        &self,
        caller: &Caller,
        mut filter: ClosureFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<ClosureRow>> {
        caller.authorize(Action::ReadClosures)?;
        filter.sight = sight(caller);
        let before = cursor.map(read_cursor::<ClosureId>).transpose()?;
        let mut tx = self.database.read().await?;
        let mut items = store::closure::list::page(&mut tx, &filter, before, i64::from(limit) + 1).await?;
        let has_more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next_cursor = items.last().filter(|_| has_more).map(|row| row.id.to_string());
        Ok(Page { items: rows(&mut tx, items).await?, next_cursor })
    }

    /// The receipt of a closure.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn read_closure(&self, caller: &Caller, id: ClosureId) -> Result<Receipt> {
        caller.authorize(Action::ReadClosures)?;
        let stored = self.visible_closure(caller, id).await?;
        let digest = self.compiled(&stored.workflow, stored.version).await?.version().digest;
        let mut tx = self.database.read().await?;
        let steps = store::closure::step::list(&mut tx, id).await?.into_iter().map(step_row).collect();
        let filter = FollowUpFilter { closure: Some(id), ..FollowUpFilter::default() };
        let mut follow_ups = store::follow_up::list(&mut tx, &filter, None, MOST_MARKS).await?;
        follow_ups.reverse();
        let review: Vec<_> = store::closure::review::find(&mut tx, id).await?.into_iter().collect();
        let review = super::review::rows(&mut tx, review).await?.pop();
        Ok(Receipt::from(Parts {
            closure_id: id,
            state: stored.state,
            trigger: stored.trigger,
            workflow: (stored.workflow, stored.version, digest),
            rule: stored.rule,
            title: stored.title,
            started_at: stored.started_at,
            snapshot: stored.snapshot,
            steps,
            marks: store::closure::list_marks(&mut tx, id, MOST_MARKS).await?,
            follow_ups: named(&mut tx, follow_ups).await?,
            drift: drift::page::found(&mut tx, id, &sight(caller)).await?,
            review,
        }))
    }

    /// Refuses what the caller may not see, before anything is said about the body.
    pub async fn must_see_closure(&self, caller: &Caller, id: ClosureId) -> Result<()> {
        self.visible_closure(caller, id).await.map(drop)
    }

    /// A closure that the caller may see.
    pub(in crate::desk) async fn visible_closure(&self, caller: &Caller, id: ClosureId) -> Result<Stored> {
        let mut tx = self.database.read().await?;
        let sight = sight(caller);
        let stored = store::closure::find(&mut tx, id).await?.filter(|stored| sight.reaches(stored));
        stored.ok_or_else(|| Refusal::not_found("closure").into())
    }

    /// Follow-ups, newest first, of closures that the caller sees.
    pub async fn list_follow_ups(
        &self,
        caller: &Caller,
        mut filter: FollowUpFilter,
        cursor: Option<&str>,
        limit: u32,
    ) -> Result<Page<FollowUpRow>> {
        caller.authorize(Action::ReadClosures)?;
        filter.sight = sight(caller);
        let before = cursor.map(read_cursor::<FollowUpId>).transpose()?;
        let mut tx = self.database.read().await?;
        let mut items = store::follow_up::list(&mut tx, &filter, before, i64::from(limit) + 1).await?;
        let has_more = items.len() > limit as usize;
        items.truncate(limit as usize);
        let next_cursor = items.last().filter(|_| has_more).map(|row| row.id.to_string());
        Ok(Page { items: named(&mut tx, items).await?, next_cursor })
    }
}

/// What somebody sees of closures. People see all of them, and so do keys that work for people. What is settled
/// elsewhere is nobody else's but its own system's.
pub(super) fn sight(caller: &Caller) -> Sight {
    let (Caller::Key(key) | Caller::Remembered(key)) = caller else { return Sight::All };
    if let Some(run) = key.run {
        return Sight::Run(run);
    }
    let for_people = [Scope::Reviewer, Scope::SupportLead, Scope::Auditor, Scope::Admin];
    if key.scopes.iter().any(|scope| for_people.contains(scope)) {
        return Sight::All;
    }
    let speaks = key.scopes.contains(&Scope::System);
    Sight::Runs { system: speaks.then(|| key.source.clone().unwrap_or_else(|| key.name.clone())) }
}

/// Closures as rows, in the same order.
pub(super) async fn rows(tx: &mut Tx, stored: Vec<Stored>) -> Result<Vec<ClosureRow>> {
    let ids: Vec<ClosureId> = stored.iter().map(|one| one.id).collect();
    let mut beside = store::closure::list::beside(tx, &ids).await?;
    let row = |one: Stored| {
        let beside = beside.remove(&one.id).unwrap_or_default();
        ClosureRow {
            closure_id: one.id,
            title: one.title,
            workflow: one.workflow,
            workflow_version: one.version,
            rule: one.rule,
            status: one.state.status(),
            reason: match &one.state {
                Closure::ManualFollowUp { reason, .. } => Some(*reason),
                _ => None,
            },
            steps: beside.steps,
            open_follow_ups: beside.open_follow_ups,
            repeats: beside.repeats,
            started_at: one.started_at,
            next_try: match &one.state {
                Closure::Partial { next_try, .. } => *next_try,
                _ => None,
            },
        }
    };
    Ok(stored.into_iter().map(row).collect())
}

/// Follow-ups with the names of whoever resolved them.
pub(in crate::desk) async fn named(tx: &mut Tx, stored: Vec<store::follow_up::Stored>) -> Result<Vec<FollowUpRow>> {
    let mut rows = Vec::with_capacity(stored.len());
    for one in stored {
        let mut row = FollowUpRow::from(one);
        if let domain::follow_up::FollowUp::Resolved { by, .. } = &row.state {
            row.resolved_by = Some(crate::desk::follow_up::name_of(tx, *by).await?);
        }
        rows.push(row);
    }
    Ok(rows)
}

fn step_row(stored: StepStored) -> StepRow {
    StepRow {
        step: stored.plan.step,
        kind: stored.plan.kind,
        target: stored.plan.target,
        record: stored.plan.record,
        wanted: stored.plan.wanted,
        idempotency_key: stored.key,
        status: stored.state.status(),
        state: stored.state,
    }
}

pub(in crate::desk) fn read_cursor<T: std::str::FromStr>(text: &str) -> Result<T, Refusal> {
    let message = "The cursor is not one that a page gave; begin without one.";
    text.parse().map_err(|_| Refusal::new(Code::MalformedRequest, message))
}
