//! What was read, held against what is wanted: only where no later closure has written since.

use std::collections::BTreeMap;

use domain::{
    canonical,
    closure::{
        drift::{Difference, Found, Glance, Overtaken, Told, overlaps},
        rule::StepKind,
    },
    id::ClosureId,
};
use serde_json::{Value, json};

use super::read::{Read, Saw};
use crate::{
    error::Result,
    store::{self, Tx, closure::Stored, closure::step::Stored as StepStored},
    vault::Vault,
};

/// Steps about the same record that are looked through, those of the latest closures first.
const MOST_OTHERS: i64 = 500;

/// What became of a record. Which closure has written it last is looked up here, in the transaction that notes it, so that
/// what one writes while another looks is not taken for drift.
pub(super) async fn weigh(tx: &mut Tx, closure: &Stored, read: Read, vault: &Vault) -> Result<Glance> {
    let Read { step, target, record, wanted, saw } = read;
    let overtaken = match (&step, &saw) {
        (_, Saw::SameFile | Saw::OtherFile(_)) => Vec::new(),
        (Some(step), _) => overtaken(tx, step).await?,
        (None, _) => match store::closure::find_newer(tx, closure).await? {
            Some(by) => wanted.keys().map(|pointer| Overtaken { pointer: pointer.clone(), by }).collect(),
            None => Vec::new(),
        },
    };
    let is_own = |pointer: &String| !overtaken.iter().any(|one| one.pointer == *pointer);
    let own: BTreeMap<String, Value> = wanted.into_iter().filter(|(pointer, _)| is_own(pointer)).collect();
    let name = step.map(|step| step.plan.step);
    let context = format!("closure/{}/{}", closure.id, name.as_deref().unwrap_or_default());
    let (found, raw) = found(saw, &own, !overtaken.is_empty());
    let print = raw.map(|raw| vault.print(&context, &raw));
    Ok(Glance { step: name, target, record, overtaken, found, print })
}

/// What was found, and, where it differs, the very bytes that do.
fn found(saw: Saw, own: &BTreeMap<String, Value>, is_overtaken: bool) -> (Found, Option<Vec<u8>>) {
    if own.is_empty() && is_overtaken {
        return (Found::Overtaken {}, None);
    }
    match saw {
        Saw::Record(record) => {
            let found = Found::compare(&record, own);
            let raw = found.is_drift().then(|| {
                // An array of one or none: what is absent is not null.
                let values = own.keys().map(|pointer| json!([pointer, record.pointer(pointer).as_slice()]));
                canonical::to_string(&Value::Array(values.collect())).into_bytes()
            });
            (found, raw)
        }
        Saw::SameFile => (Found::AsWanted {}, None),
        Saw::OtherFile(file) => {
            let wanted = json!("the file as it was written");
            let field = Difference { pointer: "content".to_owned(), wanted, found: Told::Withheld {} };
            (Found::Differs { fields: vec![field] }, Some(file))
        }
        Saw::Gone => (Found::Gone {}, None),
        Saw::Closed(why) | Saw::Silent(why) => (Found::Unreadable { why }, None),
    }
}

/// The fields of a step that a later one has written, or writes at this moment.
async fn overtaken(tx: &mut Tx, step: &StepStored) -> Result<Vec<Overtaken>> {
    let others = store::closure::step::list_of_record(tx, step, MOST_OTHERS).await?;
    let later: Vec<&StepStored> = others.iter().filter(|other| is_later(other, step)).collect();
    let by = |pointer: &str| -> Option<ClosureId> {
        let writes = |other: &&&StepStored| other.plan.wanted.keys().any(|theirs| overlaps(theirs, pointer));
        later.iter().filter(writes).max_by_key(|other| (other.state.at(), other.closure)).map(|other| other.closure)
    };
    let found =
        step.plan.wanted.keys().filter_map(|pointer| by(pointer).map(|by| Overtaken { pointer: pointer.clone(), by }));
    Ok(found.collect())
}

/// Whether another step has written its record after this one, or may be about to. What stopped and waits for a person has
/// its follow-up; what was written before it stands until then.
fn is_later(other: &StepStored, own: &StepStored) -> bool {
    let is_written = other.state.is_finished() || other.state.is_uncertain() && other.state.reason().is_none();
    let order = |step: &StepStored| (step.state.at(), step.closure, step.place);
    other.plan.kind != StepKind::Notification && is_written && order(other) > order(own)
}
