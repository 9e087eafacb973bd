//! The effects of a failed attempt, and the calls that undo them: asked of the harness, or of a person where nobody knows.

use std::{collections::BTreeMap, sync::Arc};

use domain::{
    Time,
    alert::{Alert, AlertKind},
    compensation::{Compensation, Outcome},
    event::Event,
    id::{CheckId, CompensationId},
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
        let allowed = store::compensation::list_allowed(tx, run.id, &row.stage, row.attempt).await?;
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
