//! What became of a step: held against everything that is verified of it. What the executor looked at on its host it
//! reports check by check; conditions and approvals are looked up here.

use domain::{
    Actor, Refusal,
    approval::Status,
    id::{ApprovalId, RunId},
    permission::Action,
    step::{Executor, MAX_ERROR, MAX_EVIDENCE, Of, State},
    workflow::Deed,
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Place, superseded, undecided};
use crate::{
    desk::{
        Caller, Desk,
        cancellation::{Fail, RunEnd, end_locked},
        snapshot::{Attempts, lock},
        stage::finish,
        text::{self, NAME},
    },
    error::{Error, Result},
    store::{self, step::Stored},
};

/// What `POST /runs/{id}/steps/{step}/report` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ReportStep {
    /// The attempt that was begun.
    pub attempt: u32,
    /// What was found, such as `exit_code` and `output`: at most 64 KiB. Left out where people decide.
    #[serde(default)]
    pub evidence: Map<String, Value>,
    /// What the host shows of each check that is no condition, in the order of the definition; first that the program
    /// ends with 0 where no exit code is named.
    #[serde(default)]
    pub checks: Vec<FoundOut>,
    /// Why nothing could be looked at, such as a program that does not start.
    #[serde(default)]
    pub error: Option<String>,
    /// The executor that began it, where it said which it is.
    #[serde(default)]
    pub executor: Option<String>,
}

/// What was found of one check.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct FoundOut {
    /// Whether it holds.
    pub passed: bool,
    /// What is there, in words.
    pub found: String,
}

/// How a step ended.
enum Ending {
    Verified(Value),
    Failed(Value, String),
    /// People did not agree: the run has failed with it.
    Refused(Value, String),
}

impl Desk {
    /// Records how a step ended. A step that has ended in this attempt is answered again.
    ///
    /// # Errors
    /// `not_found`; `run_ended`; `wrong_step` for an attempt that counts no more, a step that was not begun or that another
    /// executor is at, and one whose approval waits; `invalid_field`.
    pub async fn report_step(&self, caller: &Caller, run: RunId, step: &str, body: ReportStep) -> Result<Value> {
        let key = caller.key(Action::MoveStage)?;
        text::optional("/executor", body.executor.as_deref(), NAME)?;
        text::optional("/error", body.error.as_deref(), MAX_ERROR)?;
        for (index, check) in body.checks.iter().enumerate() {
            text::required(&format!("/checks/{index}/found"), &check.found, MAX_ERROR)?;
        }
        if domain::canonical::to_string(&Value::Object(body.evidence.clone())).len() > MAX_EVIDENCE {
            return Err(Refusal::invalid("/evidence", format!("expected at most {MAX_EVIDENCE} bytes")).into());
        }
        let executor = Executor { key: key.id, name: body.executor.clone() };
        let mut attempts = Attempts::default();
        loop {
            let attempt = self.report_step_once(caller, run, step, &body, &executor).await;
            if let Some(settled) = attempts.settled(attempt) {
                return settled;
            }
        }
    }

    async fn report_step_once(
        &self,
        caller: &Caller,
        run: RunId,
        step: &str,
        body: &ReportStep,
        executor: &Executor,
    ) -> Result<Value> {
        let place = self.step_place(caller, run, step).await?;
        let row = place.row();
        if row.attempt != body.attempt {
            return Err(superseded(row, body.attempt).into());
        }
        if let State::Verified { .. } | State::Failed { .. } = row.state {
            return Ok(reported(&place, row));
        }
        place.snapshot.run.state.must_be_active()?;
        row.state.must_be_of(step, executor)?;
        let ending = match (&place.step().deed, row.state.approval()) {
            (Deed::Approval(_), Some(approval)) => self.decided(&place, approval).await?,
            (Deed::Run(_) | Deed::Analyse(_) | Deed::Approval(_), _) => looked_at(&place, body)?,
        };
        self.store_ending(place, ending, caller.actor()).await
    }

    /// What people decided.
    async fn decided(&self, place: &Place, approval: ApprovalId) -> Result<Ending> {
        let mut tx = self.database.read().await?;
        let stored = store::approval::find(&mut tx, approval).await?.ok_or(Error::Moved)?;
        drop(tx);
        let mut evidence = self.outcome(&stored).await?;
        let status = stored.state.status();
        evidence["approved"] = json!(status == Status::Approved);
        evidence["response"] = json!(if status == Status::Approved { "yes" } else { "no" });
        match status {
            Status::Pending => Err(undecided(place.row()).into()),
            Status::Approved => Ok(Ending::Verified(evidence)),
            Status::Rejected | Status::Expired | Status::Cancelled | Status::Superseded | Status::Revoked => {
                Ok(Ending::Refused(evidence, format!("The approval of {} is {status}.", place.row().step)))
            }
        }
    }

    async fn store_ending(&self, place: Place, ending: Ending, actor: Actor) -> Result<Value> {
        let (mut row, is_last, seen) = (place.row().clone(), place.is_last(), place.snapshot.run.clone());
        let row = self.database.write(move |tx| {
            async move {
                let run = lock(tx, &seen).await?;
                let (evidence, error, is_over) = match ending {
                    Ending::Verified(evidence) => (evidence, None, false),
                    Ending::Failed(evidence, error) => (evidence, Some(error), false),
                    Ending::Refused(evidence, error) => (evidence, Some(error), true),
                };
                let (of, state, now) = (Of { step: &row.step, attempt: row.attempt }, row.state.clone(), tx.now());
                let approval = state.approval();
                let (state, event) = match &error {
                    None => state.verify(of, &evidence, now)?,
                    Some(error) => state.fail(of, error.clone(), now)?,
                };
                (row.state, row.evidence) = (state, evidence);
                store::step::put(tx, run.id, &row).await?;
                tx.record_in(run.id, &run.subject, approval, actor, event);
                if let Some(error) = error {
                    if is_over {
                        end_locked(tx, run, RunEnd::Fail(Fail { error }), actor).await?;
                    }
                } else if is_last {
                    finish(tx, &run).await?;
                }
                Ok(row)
            }
            .boxed()
        });
        let row = row.await?;
        Ok(reported(&place, &row))
    }
}

/// Holds what the executor found against the definition, and the conditions against what is recorded.
fn looked_at(place: &Place, body: &ReportStep) -> Result<Ending> {
    let mut evidence = body.evidence.clone();
    let Deed::Run(program) = &place.step().deed else {
        must_be_as_many(&body.checks, 0)?;
        let evidence = Value::Object(evidence);
        return Ok(match &body.error {
            Some(error) => Ending::Failed(evidence, error.clone()),
            None => Ending::Verified(evidence),
        });
    };
    if let Some(error) = &body.error {
        return Ok(Ending::Failed(Value::Object(evidence), error.clone()));
    }
    let checks = program.checks();
    let of_host: Vec<_> = checks.iter().filter(|check| !check.is_condition()).collect();
    must_be_as_many(&body.checks, of_host.len())?;
    let mut seen: Vec<(String, bool, String)> =
        of_host.iter().zip(&body.checks).map(|(check, out)| (check.told(), out.passed, out.found.clone())).collect();
    let steps = recorded(place, &evidence);
    for said in place.snapshot.compiled.check_step(&place.snapshot.roots, place.position, &steps) {
        let found = if said.passed { "true" } else { "not true of what is recorded" };
        seen.push((said.when, said.passed, found.to_owned()));
    }
    let told = seen.iter().map(|(check, passed, found)| json!({"check": check, "passed": passed, "found": found}));
    evidence.insert("verified".to_owned(), told.collect());
    let unmet: Vec<String> = seen
        .iter()
        .filter(|(_, passed, _)| !passed)
        .map(|(check, _, found)| format!("expected {check}, found: {found}"))
        .collect();
    let evidence = Value::Object(evidence);
    Ok(if unmet.is_empty() { Ending::Verified(evidence) } else { Ending::Failed(evidence, unmet.join("; ")) })
}

fn must_be_as_many(checks: &[FoundOut], wanted: usize) -> Result<(), Refusal> {
    if checks.len() == wanted {
        return Ok(());
    }
    let message = format!("expected {wanted} results, one for each check of the definition that is no condition");
    Err(Refusal::invalid("/checks", message))
}

/// What conditions read of the steps: those that are verified, and this one as it was just found.
fn recorded(place: &Place, evidence: &Map<String, Value>) -> Value {
    let member = |row: &Stored, evidence: &Map<String, Value>, is_verified: bool| {
        let mut member =
            Map::from_iter([("verified".to_owned(), json!(is_verified)), ("attempt".to_owned(), json!(row.attempt))]);
        for name in ["exit_code", "output"] {
            if let Some(value) = evidence.get(name) {
                member.insert(name.to_owned(), value.clone());
            }
        }
        (row.step.clone(), Value::Object(member))
    };
    let nothing = Map::new();
    let before = place.rows[..place.position].iter();
    let before = before.map(|row| member(row, row.evidence.as_object().unwrap_or(&nothing), true));
    before.chain([member(place.row(), evidence, false)]).collect::<Map<_, _>>().into()
}

fn reported(place: &Place, row: &Stored) -> Value {
    let error = match &row.state {
        State::Failed { error, .. } => Some(error),
        State::Pending | State::Running { .. } | State::Awaiting { .. } | State::Verified { .. } => None,
    };
    json!({
        "run_id": place.snapshot.run.id, "step": row.step, "attempt": row.attempt, "status": row.state.status(),
        "error": error, "evidence": row.evidence,
    })
}
