//! Undoing what a failed stage did: its effects are asked to be undone, last first, and its facts are retracted. Stages
//! that were complete before stay, unless the definition returns over them.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    Actor, Time,
    alert::{Alert, AlertKind},
    compensation::Compensation,
    event::Event,
    id::{CheckId, CompensationId},
    stage::{Attempt, Of},
    workflow::{FactSource, OnFailure, Workflow},
};
use serde_json::Value;

use super::{ENGINE, Place, fail::user_message, newest, store_move};
use crate::{
    desk::{cancellation::take_back_one, tool_result::captured},
    error::{Error, Result},
    rules::{Compiled, RecordedFact, Roots},
    store::{
        self, Tx,
        compensation::{Allowed, Returned, Stored as Undoing},
        run::Run,
        stage::{Rollback, Stored},
    },
};

/// Everything a failure needs that was read before its transaction.
#[derive(Clone)]
pub(in crate::desk) struct Failure {
    compiled: Arc<Compiled>,
    roots: Roots,
    position: usize,
}

/// A compensation to be asked for, or one that only a person can see to.
struct Wanted {
    stage: String,
    attempt: u32,
    check: CheckId,
    place: usize,
    tool: String,
    input: Value,
    /// When its effect came about.
    since: Time,
    /// Why the harness cannot be asked.
    trouble: Option<String>,
}

impl Failure {
    pub(super) fn of(place: &Place) -> Self {
        let (compiled, roots) = (Arc::clone(&place.snapshot.compiled), place.snapshot.roots.clone());
        Self { compiled, roots, position: place.position }
    }

    fn workflow(&self) -> &Workflow {
        self.compiled.workflow()
    }

    /// How a text may call the stage at a position: `account_setup` reads "Account setup".
    fn title(&self) -> String {
        let words = self.workflow().stages[self.position].id.replace('_', " ");
        let mut chars = words.chars();
        chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
    }
}

/// Fails the attempt of a stage and undoes it, as far as that is possible here and now. The run is locked.
pub(in crate::desk) async fn fail(
    tx: &mut Tx,
    run: &Run,
    failure: Failure,
    error: String,
    actor: Actor,
) -> Result<Stored> {
    let stages = &failure.workflow().stages;
    let stage = &stages[failure.position];
    let is_kept = stage.on_failure == OnFailure::Keep;
    let undone = failure.roots.stages.progress.undone_by(stages, failure.position);
    let mut rows = Vec::new();
    for position in undone {
        rows.push((position, settled_row(tx, run, &stages[position].id).await?));
    }
    let wanted = if is_kept { Vec::new() } else { wanted(tx, run, &failure, &rows).await? };
    let rollback = Rollback {
        rolled_back_to: first_kept(&failure, rows.first().map_or(failure.position, |(position, _)| *position)),
        undone: rows.iter().map(|(_, row)| (row.stage.clone(), row.attempt)).collect(),
        user_message: user_message(&failure.title(), &stage.on_failure),
        is_kept,
    };
    for (position, row) in &mut rows {
        let of = Of { stage: &stages[*position].id, attempt: row.attempt };
        let moved = if *position == failure.position {
            row.rollback = Some(rollback.clone());
            row.state.clone().fail(of, error.clone(), &rollback.user_message, tx.now())?
        } else {
            let because = format!("{} failed: {error}", stage.id);
            match row.state {
                Attempt::Active { .. } => row.state.clone().fail(of, because, "", tx.now())?,
                Attempt::Pending | Attempt::Complete { .. } | Attempt::Failed { .. } | Attempt::RolledBack { .. } => {
                    row.state.clone().reopen(of, &because, tx.now())?
                }
            }
        };
        store_move(tx, run, row, moved, actor).await?;
    }
    if is_kept {
        return keep(tx, run, rows).await;
    }
    for call in wanted {
        ask(tx, run, call).await?;
    }
    retract(tx, run, &failure, &rows).await?;
    roll_back(tx, run, failure.workflow()).await?;
    newest_failed(tx, run, &stage.id).await
}

/// The newest attempt of a stage; a review it waits for is taken back first.
async fn settled_row(tx: &mut Tx, run: &Run, stage: &str) -> Result<Stored> {
    let row = newest(tx, run.id, stage).await?;
    let Some(approval) = row.state.awaiting() else { return Ok(row) };
    take_back_one(tx, run, approval, format!("The stage {stage} was given up."), ENGINE).await?;
    newest(tx, run.id, stage).await
}

/// The last stage before a position that is complete.
fn first_kept(failure: &Failure, position: usize) -> Option<String> {
    let is_complete = |at: &usize| failure.roots.stages.progress.is_complete(*at);
    (0..position).rev().find(is_complete).map(|at| failure.workflow().stages[at].id.clone())
}

/// Nothing is undone: the stage may be entered again at once.
async fn keep(tx: &mut Tx, run: &Run, rows: Vec<(usize, Stored)>) -> Result<Stored> {
    let (_, row) = rows.into_iter().next().ok_or(Error::Moved)?;
    store::stage::put(tx, run.id, &Stored::pending(&row.stage, row.attempt + 1)).await?;
    Ok(row)
}

async fn newest_failed(tx: &mut Tx, run: &Run, stage: &str) -> Result<Stored> {
    let row = newest(tx, run.id, stage).await?;
    if row.rollback.is_some() {
        return Ok(row);
    }
    store::stage::find(tx, run.id, stage, Some(row.attempt - 1)).await?.ok_or(Error::Moved)
}

/// The calls that undo what happened in these attempts, last effect first.
async fn wanted(tx: &mut Tx, run: &Run, failure: &Failure, rows: &[(usize, Stored)]) -> Result<Vec<Wanted>> {
    let entered = |row: &Stored| row.snapshot.as_ref().map(|kept| kept.taken_at);
    let Some(from) = rows.iter().filter_map(|(_, row)| entered(row)).min() else { return Ok(Vec::new()) };
    let allowed = store::compensation::list_allowed(tx, run.id, from).await?;
    let known = store::compensation::list_of_run(tx, run.id).await?;
    let mut wanted = Vec::new();
    for (position, row) in rows {
        let since = entered(row).unwrap_or(from);
        let stage = &failure.workflow().stages[*position];
        for (place, call) in stage.compensate.iter().enumerate() {
            let tools = failure.workflow().undone_by(stage, call);
            let is_known = |effect: &Allowed| known.iter().any(|one| (one.check, one.place) == (effect.check, place));
            let of_this = |effect: &&Allowed| {
                effect.checked_at >= since && tools.contains(&effect.tool.as_str()) && !is_known(effect)
            };
            for effect in allowed.iter().filter(of_this) {
                wanted.extend(undoing(failure, (*position, place), row, effect));
            }
        }
    }
    // Last effect first; of one effect, what stands last in the definition.
    wanted.sort_by_key(|call| std::cmp::Reverse((call.since, call.check, call.place)));
    Ok(wanted)
}

/// The call that undoes one effect. What a call returned counts for its own undoing, whatever was recorded later.
fn undoing(failure: &Failure, (position, place): (usize, usize), row: &Stored, effect: &Allowed) -> Option<Wanted> {
    let workflow = failure.workflow();
    let call = &workflow.stages[position].compensate[place];
    let (input, trouble) = match &effect.returned {
        Returned::Error => return None,
        Returned::Unknown if workflow.tools.get(&effect.tool).is_some_and(|tool| tool.reversible) => return None,
        Returned::Unknown => {
            let trouble =
                format!("{} was allowed and its result never reported: nobody knows its effect.", effect.tool);
            (Value::Object(call.input.clone().into_iter().collect()), Some(trouble))
        }
        Returned::Output(output) => {
            let roots = with_returned(failure, effect, output);
            match failure.compiled.compensations(&roots, position).into_iter().nth(place)?.1 {
                Ok(input) => (input, None),
                Err(missing) => {
                    let trouble = format!("Its input needs {}, which is not recorded.", missing.join(", "));
                    (Value::Object(call.input.clone().into_iter().collect()), Some(trouble))
                }
            }
        }
    };
    Some(Wanted {
        stage: row.stage.clone(),
        attempt: row.attempt,
        check: effect.check,
        place,
        tool: call.tool.clone(),
        input,
        since: effect.checked_at,
        trouble,
    })
}

/// What is recorded, with the facts this very call returned above it.
fn with_returned(failure: &Failure, effect: &Allowed, output: &Value) -> Roots {
    let mut roots = failure.roots.clone();
    let mut facts: BTreeMap<String, RecordedFact> = (*roots.facts).clone();
    for (name, value) in captured(failure.workflow(), &effect.tool, output) {
        let (source, written_at) = (effect.tool.clone(), roots.now);
        facts.insert(name, RecordedFact { value, source, reference: None, written_at, version: 0 });
    }
    roots.facts = Arc::new(facts);
    roots
}

/// Asks the harness to undo an effect, or a person where the harness cannot. The run is locked.
async fn ask(tx: &mut Tx, run: &Run, wanted: Wanted) -> Result<()> {
    let id = CompensationId::from_uuid(tx.uuid());
    let (asked, event) = Compensation::ask(id, &wanted.stage, &wanted.tool, tx.now());
    tx.record_in(run.id, &run.subject, None, ENGINE, event);
    let state = match &wanted.trouble {
        None => asked,
        Some(trouble) => {
            let outcome = domain::compensation::Outcome::Failed;
            let (state, event) = asked.report(id, outcome, Some(trouble.clone()), tx.now())?;
            tx.record_in(run.id, &run.subject, None, ENGINE, event);
            raise(tx, run, id).await?;
            state
        }
    };
    let Wanted { stage, attempt, check, place, tool, input, .. } = wanted;
    let stored = Undoing { id, run: run.id, stage, attempt, check, place, tool, input, state };
    Ok(store::compensation::insert(tx, &stored).await?)
}

/// An effect stands that only a person can see to.
pub(super) async fn raise(tx: &mut Tx, run: &Run, id: CompensationId) -> Result<()> {
    let (kind, about) = (AlertKind::CompensationFailed, id.to_string());
    let alert = Alert { kind, about: about.clone(), run: run.id, approval: None, raised_at: tx.now() };
    if store::alert::insert(tx, &alert).await? {
        tx.record_in(run.id, &run.subject, None, ENGINE, Event::AlertRaised { alert: kind, about });
    }
    Ok(())
}

/// Takes back what the tools of these attempts recorded. What systems of record wrote stays. The run is locked.
async fn retract(tx: &mut Tx, run: &Run, failure: &Failure, rows: &[(usize, Stored)]) -> Result<()> {
    for (position, row) in rows {
        let stage = &failure.workflow().stages[*position];
        for (name, rule) in &failure.workflow().facts {
            let FactSource::Tool { tool, .. } = &rule.from else { continue };
            let before = row.snapshot.as_ref().and_then(|kept| kept.facts.get(name)).map_or(0, |kept| kept.version);
            let is_of_attempt = |fact: &&RecordedFact| fact.version > before && !fact.value.is_null();
            let fact = failure.roots.facts.get(name).filter(is_of_attempt);
            if let Some(fact) = fact.filter(|_| stage.tools.contains(tool)) {
                let (version, _) = store::fact::retract(tx, run.id, name, ENGINE).await?;
                let (name, previous, stage) = (name.clone(), fact.value.clone(), stage.id.clone());
                let event = Event::FactRetracted { name, version, previous, stage };
                tx.record_in(run.id, &run.subject, None, ENGINE, event);
            }
        }
    }
    Ok(())
}

/// Rolls back every failed stage once nothing of it is left, so that it may be entered again. The run is locked.
pub(super) async fn roll_back(tx: &mut Tx, run: &Run, workflow: &Workflow) -> Result<bool> {
    if !store::compensation::list_outstanding(tx, run.id).await?.is_empty() {
        return Ok(false);
    }
    for stage in &workflow.stages {
        let mut row = newest(tx, run.id, &stage.id).await?;
        if !matches!(row.state, Attempt::Failed { .. }) {
            continue;
        }
        let of = Of { stage: &stage.id, attempt: row.attempt };
        let moved = row.state.clone().roll_back(of, tx.now())?;
        store_move(tx, run, &mut row, moved, ENGINE).await?;
        store::stage::put(tx, run.id, &Stored::pending(&stage.id, row.attempt + 1)).await?;
    }
    Ok(true)
}
