//! What the model's side hands over for a stage: kept as what was said. The stage is complete because its exit criteria
//! are recorded; nothing that is handed over here completes it.

use domain::{
    Refusal,
    gate::ConditionResult,
    id::{ApprovalId, HandoffId, RunId},
    permission::Action,
    stage::{Attempt, AttemptStatus},
    workflow::Advance,
};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{Place, text};
use crate::{
    desk::{
        Caller, Desk,
        fact::{RecordAssertions, assert_boxed, check_assertions},
    },
    error::Result,
};

/// The name under which a profile is kept.
const PROFILE: &str = "customer_profile";

/// What the model's side says a stage has produced.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct SubmitHandoff {
    /// The stage's id in the workflow.
    pub stage: String,
    /// What it produced, by name. Where a fact has the name, people see what is said beside what is recorded.
    pub outputs: Map<String, Value>,
    /// What the next stage needs to know about the customer.
    #[serde(default)]
    pub customer_profile: Option<Map<String, Value>>,
}

/// How the stage stands after something was handed over for it.
#[derive(Debug, Clone)]
pub struct HandoffSubmitted {
    /// The names that are kept.
    pub recorded: Vec<String>,
    /// The stage.
    pub stage: String,
    /// The attempt that counts, from 1.
    pub attempt: u32,
    /// Its state.
    pub status: AttemptStatus,
    /// The review it waits for.
    pub awaiting: Option<ApprovalId>,
    /// What it handed over, if it is complete.
    pub handoff: Option<HandoffId>,
    /// The exit criteria that are not recorded; none where it is complete.
    pub unmet: Vec<ConditionResult>,
    /// Whether the run moves on by itself once they are.
    pub is_automatic: bool,
}

impl Desk {
    /// Keeps what was handed over, lets the run move on as far as what is recorded allows, and says how the stage stands.
    ///
    /// # Errors
    /// `not_found` for an unknown run or stage; `run_ended`; `invalid_field`.
    pub async fn submit_handoff(&self, caller: &Caller, run: RunId, body: SubmitHandoff) -> Result<HandoffSubmitted> {
        let key = caller.key(Action::RecordAssertions)?.id;
        text::required("/stage", &body.stage, text::NAME)?;
        let place = self.place(caller, run, &body.stage, None).await?;
        place.snapshot.run.state.must_be_active()?;
        let said = said(&body)?;
        let recorded: Vec<String> = said.assertions.keys().cloned().collect();
        self.database.write(move |tx| assert_boxed(tx, run, key, said)).await?;
        // The engine's own move: it reads facts, and none of what was just said.
        self.advance(run).await;
        let place = self.place(caller, run, &body.stage, None).await?;
        Ok(standing(&place, recorded))
    }
}

/// What was handed over, as what was said.
fn said(body: &SubmitHandoff) -> Result<RecordAssertions, Refusal> {
    let mut assertions = body.outputs.clone();
    if let Some(profile) = &body.customer_profile
        && assertions.insert(PROFILE.to_owned(), json!(profile)).is_some()
    {
        return Err(Refusal::invalid(format!("/outputs/{PROFILE}"), "give it once: as customer_profile"));
    }
    if assertions.is_empty() {
        return Err(Refusal::invalid("/outputs", "expected at least one output"));
    }
    let statement = Some(format!("Handed over for the stage {}.", body.stage));
    let said = RecordAssertions { assertions, statement };
    check_assertions(&said).map_err(in_outputs)?;
    Ok(said)
}

/// A fault, at the place where whoever handed it over finds it.
fn in_outputs(mut refusal: Refusal) -> Refusal {
    for error in &mut refusal.errors {
        error.path = match error.path.strip_prefix("/assertions") {
            Some(rest) if rest == format!("/{PROFILE}") => rest.to_owned(),
            Some(rest) => format!("/outputs{rest}"),
            None => continue,
        };
    }
    refusal
}

fn standing(place: &Place, recorded: Vec<String>) -> HandoffSubmitted {
    let (snapshot, row) = (&place.snapshot, &place.row);
    let (awaiting, handoff) = match &row.state {
        Attempt::Active { awaiting, .. } => (*awaiting, None),
        Attempt::Complete { handoff, .. } => (None, Some(*handoff)),
        Attempt::Pending | Attempt::Failed { .. } | Attempt::RolledBack { .. } => (None, None),
    };
    let exam = snapshot.compiled.check_exit(&snapshot.roots, place.position);
    let unmet = if handoff.is_some() { Vec::new() } else { exam.unmet().into_iter().cloned().collect() };
    HandoffSubmitted {
        recorded,
        stage: row.stage.clone(),
        attempt: row.attempt,
        status: row.state.status(),
        awaiting,
        handoff,
        unmet,
        is_automatic: snapshot.compiled.workflow().advance == Advance::Auto,
    }
}
