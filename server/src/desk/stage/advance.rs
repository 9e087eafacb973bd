//! What moves by itself: where the definition says so, what is recorded completes stages and enters those that no tool
//! belongs to.

use domain::{
    Time,
    id::{ApprovalId, RunId},
    judge::Ruling,
    stage::Attempt,
    workflow::Advance,
};

use futures::FutureExt as _;

use super::{ENGINE, Place, handoff::Completion, newest, review::Reviewed};
use crate::{
    desk::{
        Desk,
        cancellation::take_back_one,
        snapshot::{Attempts, Snapshot, lock},
        step::are_verified,
    },
    error::Result,
    store,
};

/// Moves of one go; a definition has at most 100 stages, each entered and completed once.
const MOST_STEPS: usize = 256;
/// Runs looked at in one go.
const AT_ONCE: i64 = 200;

impl Desk {
    /// Moves a run on as far as what is recorded lets it; says whether anything moved. What fails here is tried again
    /// with the next thing that happens in the run, and opens nothing meanwhile.
    pub(in crate::desk) async fn advance(&self, run: RunId) -> bool {
        // What is recorded stands: whoever recorded it may hang up now, and the run moves on all the same.
        let desk = self.clone();
        let advanced = tokio::spawn(async move { desk.advance_here(run).await }).await;
        advanced.unwrap_or_else(|error| {
            tracing::error!(%error, %run, "the run could not be moved on");
            false
        })
    }

    /// Moves every active run on whose move was cut off, by the end of the process between a record and what it allows;
    /// answers how many moved.
    ///
    /// # Errors
    /// `unavailable` when the runs cannot be listed.
    pub async fn advance_all(&self) -> Result<usize> {
        let (mut after, mut moved) = (RunId::from_uuid(uuid::Uuid::nil()), 0);
        loop {
            let mut tx = self.database.read().await?;
            let runs = store::stage::list_active_runs(&mut tx, after, AT_ONCE).await?;
            drop(tx);
            let Some(last) = runs.last() else { return Ok(moved) };
            after = *last;
            for run in runs {
                moved += usize::from(self.advance(run).await);
            }
        }
    }

    async fn advance_here(&self, run: RunId) -> bool {
        let mut has_moved = false;
        for _ in 0..MOST_STEPS {
            match self.step(run).await {
                Ok(true) => has_moved = true,
                Ok(false) => break,
                Err(error) => {
                    tracing::error!(%error, %run, "the run could not be moved on");
                    break;
                }
            }
        }
        has_moved
    }

    /// Ends a run whose stages are all complete, or steps all verified, once nobody is waited for. Nothing is asked of anybody anew.
    pub(in crate::desk) async fn conclude(&self, run: RunId) {
        let concluded = async {
            let mut tx = self.database.read_plainly().await?;
            let Some(run) = store::run::find(&mut tx, run).await? else { return Ok(false) };
            let compiled = self.compiled_in(&mut tx, &run.workflow, run.version).await?;
            let has_stages = !compiled.workflow().stages.is_empty();
            if !has_stages && !are_verified(&mut tx, run.id, &compiled.workflow().steps).await? {
                return Ok(false);
            }
            let seen = self.snapshot_of(&mut tx, run).await?;
            drop(tx);
            let is_done = !has_stages || seen.roots.stages.progress.is_done();
            let is_over = seen.run.state.must_be_active().is_err() || !is_done;
            if is_over { Ok(false) } else { self.finish_run(&seen).await }
        };
        // The next thing that happens in the run comes by here again.
        if let Err(error) = concluded.await {
            tracing::warn!(%error, %run, "the run could not be ended");
        }
    }

    async fn step(&self, run: RunId) -> Result<bool> {
        let mut attempts = Attempts::default();
        loop {
            let attempt = self.step_once(run).await;
            if let Some(settled) = attempts.settled(attempt) {
                return settled;
            }
        }
    }

    async fn step_once(&self, run: RunId) -> Result<bool> {
        let mut tx = self.database.read_plainly().await?;
        let Some(run) = store::run::find(&mut tx, run).await? else { return Ok(false) };
        if run.state.must_be_active().is_err() {
            return Ok(false);
        }
        let compiled = self.compiled_in(&mut tx, &run.workflow, run.version).await?;
        if compiled.workflow().stages.is_empty() && !are_verified(&mut tx, run.id, &compiled.workflow().steps).await? {
            return Ok(false);
        }
        let seen = self.snapshot_of(&mut tx, run).await?;
        drop(tx);
        if compiled.workflow().stages.is_empty() || seen.roots.stages.progress.is_done() {
            return self.finish_run(&seen).await;
        }
        let is_auto = compiled.workflow().advance == Advance::Auto;
        for position in 0..compiled.workflow().stages.len() {
            let has_moved = match seen.roots.stages.progress.at(position).state.awaiting() {
                Some(review) => self.renew_review(&seen, position, review).await?,
                None => is_auto && self.move_stage(&seen, position).await?,
            };
            if has_moved {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// Moves one stage, if what is recorded says so.
    async fn move_stage(&self, seen: &Snapshot, position: usize) -> Result<bool> {
        match seen.roots.stages.progress.at(position).state {
            Attempt::Active { awaiting: None, .. } => self.leave_alone(seen, position).await,
            Attempt::Pending => {
                let has_tools = !seen.compiled.workflow().stages[position].tools.is_empty();
                // A stage with tools is entered by a call of one, unless nothing is left to be done in it.
                let is_idle = has_tools && !seen.compiled.check_exit(&seen.roots, position).is_met;
                if is_idle || !seen.compiled.check_entry(&seen.roots, position).is_met {
                    return Ok(false);
                }
                let place = self.place_at(seen, position).await?;
                if !self.may_begin(&place).await? {
                    return Ok(false);
                }
                self.enter_alone(&place).await.map(|()| true)
            }
            Attempt::Active { awaiting: Some(_), .. }
            | Attempt::Complete { .. }
            | Attempt::Failed { .. }
            | Attempt::RolledBack { .. } => Ok(false),
        }
    }

    /// Takes a review back when something was recorded since that changes what people would agree to. With what stands
    /// now a new one is opened.
    async fn renew_review(&self, seen: &Snapshot, position: usize, review: ApprovalId) -> Result<bool> {
        let place = self.place_at(seen, position).await?;
        let exam = seen.compiled.check_exit(&seen.roots, position);
        let mut tx = self.database.read_plainly().await?;
        let Some(stored) = store::approval::find(&mut tx, review).await? else { return Ok(false) };
        let before = store::handoff::find_standing(&mut tx, seen.run.id).await?;
        drop(tx);
        let is_met = exam.is_met;
        let completion = Completion::of(&place, exam, place.row.submitted.clone().unwrap_or_default())?;
        if is_met && completion.handover(before.as_ref()) == stored.package.input {
            return Ok(false);
        }
        let run = std::sync::Arc::clone(&seen.run);
        let reason = "Something was recorded since that changes what the stage hands over.".to_owned();
        let taken_back = self.database.write(move |tx| {
            async move {
                let run = lock(tx, &run).await?;
                take_back_one(tx, &run, review, reason, ENGINE).await
            }
            .boxed()
        });
        taken_back.await?;
        // The new review is opened at once, also where nothing else moves by itself.
        let mut tx = self.database.read_plainly().await?;
        let Some(run) = store::run::find(&mut tx, seen.run.id).await? else { return Ok(true) };
        let now = self.snapshot_of(&mut tx, run).await?;
        drop(tx);
        self.leave_alone(&now, position).await?;
        Ok(true)
    }

    /// Completes an active stage, or opens its review, if its exit criteria hold.
    async fn leave_alone(&self, seen: &Snapshot, position: usize) -> Result<bool> {
        let exam = seen.compiled.check_exit(&seen.roots, position);
        if !exam.is_met {
            return Ok(false);
        }
        let place = self.place_at(seen, position).await?;
        match seen.compiled.stage_review(&seen.roots, position) {
            Ruling::Allow => {
                let submitted = place.row.submitted.clone().unwrap_or_default();
                self.store_completion(place, exam, submitted, ENGINE).await?;
                Ok(true)
            }
            Ruling::Block { .. } => Ok(false),
            Ruling::Review { policy, title, risk } => {
                // Without a session there is nobody to be suspended and woken: the stage waits for one.
                let Some(session) = self.reviewing_session(&place, None).await? else { return Ok(false) };
                // What the harness handed over for a review that was taken back is looked at in the next one.
                let submitted = place.row.submitted.clone().unwrap_or_default();
                let reviewed = Reviewed { policy, title, risk, exam, submitted };
                self.open_review(place, reviewed, session).await?;
                Ok(true)
            }
        }
    }

    async fn place_at(&self, seen: &Snapshot, position: usize) -> Result<Place> {
        let mut tx = self.database.read_plainly().await?;
        let stage = &seen.compiled.workflow().stages[position].id;
        let row = newest(&mut tx, seen.run.id, stage).await?;
        Ok(Place { snapshot: seen.clone(), position, row })
    }

    /// Whether a stage may begin by itself. After a failure it waits for something new to be recorded: a reviewer who
    /// has just rejected it is not asked the same again.
    async fn may_begin(&self, place: &Place) -> Result<bool> {
        let Some(before) = place.row.attempt.checked_sub(1).filter(|before| *before > 0) else { return Ok(true) };
        let mut tx = self.database.read_plainly().await?;
        let failed = store::stage::find(&mut tx, place.snapshot.run.id, &place.row.stage, Some(before)).await?;
        let failed_at: Option<Time> = failed.and_then(|failed| match failed.state {
            Attempt::Failed { failed_at, .. } | Attempt::RolledBack { failed_at, .. } => Some(failed_at),
            Attempt::Pending | Attempt::Active { .. } | Attempt::Complete { .. } => None,
        });
        let is_new = |written_at: Time| failed_at.is_some_and(|failed| written_at > failed);
        Ok(place.snapshot.roots.facts.values().any(|fact| !fact.value.is_null() && is_new(fact.written_at)))
    }
}
