//! Beginning a step: its turn has come, or it was not verified and is begun again.

use domain::{
    Actor, Refusal,
    id::{ApprovalId, RunId},
    judge::MAX_PENDING,
    permission::Action,
    refusal::Code,
    step::{Beginning, Of, State},
    workflow::Deed,
};
use futures::FutureExt as _;
use serde_json::{Value, json};

use super::{BeginStep, Place, approval::asked};
use crate::{
    desk::{
        Caller, Desk, KeyCaller,
        approval::open,
        snapshot::{Attempts, lock},
        text::{self, NAME},
    },
    error::{Error, Result},
    store,
};

impl Desk {
    /// Begins a step. One that is verified, or waits for people, is answered again.
    ///
    /// # Errors
    /// `not_found`; `run_ended`; `wrong_step` while a step before it is not verified, its approval does not stand any
    /// more, or another executor is at it; `invalid_field`; `too_many` approvals that wait.
    pub async fn begin_step(&self, caller: &Caller, run: RunId, step: &str, body: BeginStep) -> Result<Value> {
        let key = caller.key(Action::MoveStage)?;
        text::optional("/session_id", body.session_id.as_deref(), NAME)?;
        text::optional("/executor", body.executor.as_deref(), NAME)?;
        let mut attempts = Attempts::default();
        loop {
            let attempt = self.begin_step_once(caller, key, run, step, &body).await;
            if let Some(settled) = attempts.settled(attempt) {
                return settled;
            }
        }
    }

    async fn begin_step_once(
        &self,
        caller: &Caller,
        key: &KeyCaller,
        run: RunId,
        step: &str,
        body: &BeginStep,
    ) -> Result<Value> {
        let place = self.step_place(caller, run, step).await?;
        if let State::Verified { .. } | State::Awaiting { .. } = place.row().state {
            return Ok(begun(&place, place.row()));
        }
        let mut tx = self.database.read().await?;
        place.must_be_next(&mut tx).await?;
        drop(tx);
        match place.step().deed {
            Deed::Approval(_) => self.submit_step(key, place, body.session_id.as_deref()).await,
            Deed::Run(_) | Deed::Analyse(_) => self.start_step(key, place, body.beginning(key)).await,
        }
    }

    async fn start_step(&self, key: &KeyCaller, place: Place, by: Beginning) -> Result<Value> {
        let mut row = place.row().clone();
        row.attempt += 1;
        row.evidence = Value::Null;
        let (run, actor) = (place.snapshot.run.clone(), Actor::Key(key.id));
        let row = self.database.write(move |tx| {
            async move {
                let run = lock(tx, &run).await?;
                let of = Of { step: &row.step, attempt: row.attempt };
                let (state, event) = row.state.clone().start(of, by, tx.now())?;
                row.state = state;
                store::step::put(tx, run.id, &row).await?;
                tx.record_in(run.id, &run.subject, None, actor, event);
                Ok(row)
            }
            .boxed()
        });
        let row = row.await?;
        Ok(begun(&place, &row))
    }

    /// Asks people, and suspends the session that waits for them.
    async fn submit_step(&self, key: &KeyCaller, place: Place, session: Option<&str>) -> Result<Value> {
        let run = place.snapshot.run.id;
        if place.snapshot.pending() >= MAX_PENDING {
            let message = format!("{MAX_PENDING} approvals of this run wait already. Nothing was stored.");
            return Err(Refusal::new(Code::TooMany, message).into());
        }
        let session = self.only_session(run, session).await?;
        let mut tx = self.database.read().await?;
        let session = store::session::find(&mut tx, run, &session).await?;
        drop(tx);
        let session = session.ok_or_else(|| Error::from(Refusal::not_found("session of this run")))?;
        let id = ApprovalId::from_uuid(self.database.ids().uuid());
        let opened = asked(&place, key, session, id, self.database.clock().now())?;
        let mut row = place.row().clone();
        row.attempt += 1;
        row.evidence = Value::Null;
        let (seen, actor) = (place.snapshot.run.clone(), Actor::Key(key.id));
        let row = self.database.write(move |tx| {
            async move {
                let run = lock(tx, &seen).await?;
                let of = Of { step: &row.step, attempt: row.attempt };
                let (state, event) = row.state.clone().submit(of, id, tx.now())?;
                row.state = state;
                store::step::put(tx, run.id, &row).await?;
                tx.record_in(run.id, &run.subject, Some(id), actor, event);
                open(tx, &run, opened).await?;
                Ok(row)
            }
            .boxed()
        });
        let row = row.await?;
        Ok(begun(&place, &row))
    }
}

fn begun(place: &Place, row: &store::step::Stored) -> Value {
    json!({
        "run_id": place.snapshot.run.id, "step": row.step, "attempt": row.attempt, "status": row.state.status(),
        "approval_id": row.state.approval(), "evidence": row.evidence,
    })
}
