//! The effects of a failed attempt, and the calls that undo them: asked of the harness, or of a person where nobody knows.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    Time,
    alert::{Alert, AlertKind},
    compensation::{Compensation, Outcome},
    event::Event,
    id::{CheckId, CompensationId},
    workflow::FactSource,
};
use serde_json::Value;

use super::{ENGINE, undo::Failure};
use crate::{
    desk::tool_result::captured,
    error::Result,
    rules::{RecordedFact, Roots},
    store::{
        self, Tx,
        compensation::{Allowed, Returned, Stored as Undoing},
        run::Run,
        stage::Stored,
    },
};

/// A compensation to be asked for, or one that only a person can see to.
pub(super) struct Wanted {
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

/// The calls that undo what happened in these attempts, last effect first.
pub(super) async fn wanted(tx: &mut Tx, run: &Run, failure: &Failure, rows: &[(usize, Stored)]) -> Result<Vec<Wanted>> {
    let mut wanted = Vec::new();
    for (position, row) in rows {
        let mut allowed = Vec::new();
        for attempt in with_those_kept(tx, run, row).await? {
            allowed.extend(store::compensation::list_allowed(tx, run.id, &row.stage, attempt).await?);
        }
        let stage = &failure.workflow().stages[*position];
        for (place, call) in stage.compensate.iter().enumerate() {
            let tools = failure.workflow().undone_by(stage, call);
            let of_this = |effect: &&Allowed| tools.contains(&effect.tool.as_str());
            for effect in allowed.iter().filter(of_this) {
                wanted.extend(undoing(failure, (*position, place), row, effect));
            }
        }
    }
    // Last effect first; of one effect, what stands last in the definition.
    wanted.sort_by_key(|call| std::cmp::Reverse((call.since, call.check, call.place)));
    Ok(wanted)
}

/// The attempt, and those before it that failed and were kept: their effects stand yet.
async fn with_those_kept(tx: &mut Tx, run: &Run, row: &Stored) -> Result<Vec<u32>> {
    let mut attempts = vec![row.attempt];
    for earlier in (1..row.attempt).rev() {
        let found = store::stage::find(tx, run.id, &row.stage, Some(earlier)).await?;
        if !found.and_then(|found| found.rollback).is_some_and(|rollback| rollback.is_kept) {
            break;
        }
        attempts.push(earlier);
    }
    Ok(attempts)
}

/// The call that undoes one effect. What a call returned counts for its own undoing, whatever was recorded later.
fn undoing(failure: &Failure, (position, place): (usize, usize), row: &Stored, effect: &Allowed) -> Option<Wanted> {
    let workflow = failure.workflow();
    let call = &workflow.stages[position].compensate[place];
    let (input, trouble) = match &effect.returned {
        Returned::Error => return None,
        Returned::Unknown => {
            let trouble =
                format!("{} was allowed and its result never reported: nobody knows its effect.", effect.tool);
            (Value::Object(call.input.clone().into_iter().collect()), Some(trouble))
        }
        Returned::Output(output) => {
            let roots = with_returned(failure, effect, output);
            match failure.compiled.compensations(&roots, position).into_iter().nth(place)?.1 {
                Ok(input) => {
                    let faults =
                        workflow.tools.get(&call.tool).map(|tool| tool.input_faults(&input)).unwrap_or_default();
                    let wrong = faults.first().map(|fault| format!("{} {}", fault.path, fault.message));
                    let trouble = wrong.map(|wrong| format!("{} does not take its input: {wrong}.", call.tool));
                    (input, trouble)
                }
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

/// What is recorded, where the tool's own facts are those of this very call.
fn with_returned(failure: &Failure, effect: &Allowed, output: &Value) -> Roots {
    let mut roots = failure.roots.clone();
    let mut facts: BTreeMap<String, RecordedFact> = (*roots.facts).clone();
    // What another call of the tool returned names another effect: better nobody knows than the wrong one is undone.
    facts.retain(|name, _| {
        let rule = failure.workflow().facts.get(name).map(|rule| &rule.from);
        !matches!(rule, Some(FactSource::Tool { tool, .. }) if *tool == effect.tool)
    });
    for (name, value) in captured(failure.workflow(), &effect.tool, output) {
        let (source, written_at) = (effect.tool.clone(), roots.now);
        facts.insert(name, RecordedFact { value, source, reference: None, written_at, version: 0 });
    }
    roots.facts = Arc::new(facts);
    roots
}

/// Asks the harness to undo an effect, or a person where the harness cannot. The run is locked.
pub(super) async fn ask(tx: &mut Tx, run: &Run, wanted: Wanted) -> Result<()> {
    let id = CompensationId::from_uuid(tx.uuid());
    let (asked, event) = Compensation::ask(id, &wanted.stage, &wanted.tool, tx.now());
    tx.record_in(run.id, &run.subject, None, ENGINE, event);
    let state = match &wanted.trouble {
        None => asked,
        Some(trouble) => {
            let outcome = Outcome::Failed;
            let (state, event) = asked.report(id, outcome, Some(trouble.clone()), tx.now())?;
            tx.record_in(run.id, &run.subject, None, ENGINE, event);
            raise(tx, run, id).await?;
            state
        }
    };
    let Wanted { stage, attempt, check, place, tool, input, .. } = wanted;
    let stored = Undoing { id, run: run.id, stage, attempt, check, place, tool, input, state, claimed_by: None };
    Ok(store::compensation::insert(tx, &stored).await?)
}

/// Nobody makes calls for a run that has ended: what is asked of its harness yet, a person sees to. The run is locked.
pub(in crate::desk) async fn give_up(tx: &mut Tx, run: &Run) -> Result<()> {
    for stored in store::compensation::list_outstanding(tx, run.id).await? {
        if !matches!(stored.state, Compensation::Asked { .. }) {
            continue;
        }
        let detail = Some("The run ended before this call was made.".to_owned());
        let (state, event) = stored.state.report(stored.id, Outcome::Failed, detail, tx.now())?;
        store::compensation::update(tx, stored.id, &state).await?;
        tx.record_in(run.id, &run.subject, None, ENGINE, event);
        raise(tx, run, stored.id).await?;
    }
    Ok(())
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
