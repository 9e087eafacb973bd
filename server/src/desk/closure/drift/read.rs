//! What is there now: the source and the records of the steps that are done, read with nothing open in the database.

use std::collections::{BTreeMap, HashMap};

use axum::body::Bytes;
use domain::closure::{
    Reason,
    rule::{Moment, StepKind},
};
use serde_json::Value;

use super::super::{
    archive::{self, Filed},
    intake::target_of,
    place::Place,
    see::Seen,
};
use crate::{
    desk::Desk,
    error::Result,
    store::{self, closure::Stored, closure::step::Stored as StepStored, target::Stored as Target},
};

/// A record as it was read.
pub(super) struct Read {
    /// The step that brought it to what was wanted; `None` for the source.
    pub(super) step: Option<StepStored>,
    /// The target, or the system of the source.
    pub(super) target: String,
    /// The record there.
    pub(super) record: String,
    /// What is wanted there, by JSON pointer.
    pub(super) wanted: BTreeMap<String, Value>,
    /// What was read.
    pub(super) saw: Saw,
}

/// What was read.
pub(super) enum Saw {
    /// A record.
    Record(Value),
    /// The file as it was written.
    SameFile,
    /// Another file.
    OtherFile(Vec<u8>),
    /// Nothing.
    Gone,
    /// It answered, and cannot be read.
    Closed(String),
    /// It did not answer, or asks to be left alone.
    Silent(String),
}

impl Desk {
    /// Reads the source, where the event said where, and every record of a step that is done.
    pub(super) async fn read_records(&self, closure: &Stored) -> Result<Vec<Read>> {
        let mut tx = self.database.read().await?;
        let targets = store::target::list(&mut tx).await?;
        let mut places = Vec::new();
        for step in store::closure::step::list(&mut tx, closure.id).await? {
            // Nobody can read what people were told.
            if step.state.is_finished() && step.plan.kind != StepKind::Notification {
                places.push((self.place_of(&mut tx, &step.plan).await?, step));
            }
        }
        drop(tx);
        let mut read: Vec<Read> = self.read_source(closure, &targets).await?.into_iter().collect();
        // A target that does not answer keeps nobody waiting once for every step.
        let mut silent: HashMap<String, String> = HashMap::new();
        for (place, step) in places {
            let target = step.plan.target.clone();
            let saw = match (place, silent.get(&target)) {
                (Err((_, detail)), _) => Saw::Closed(detail),
                (Ok(_), Some(why)) => Saw::Closed(why.clone()),
                (Ok(place), None) => self.read_place(&place, &step, closure).await?,
            };
            if let Saw::Silent(why) = &saw {
                silent.insert(target.clone(), why.clone());
            }
            let (record, wanted) = (step.plan.record.clone(), step.plan.wanted.clone());
            read.push(Read { step: Some(step), target, record, wanted, saw });
        }
        Ok(read)
    }

    async fn read_source(&self, closure: &Stored, targets: &[Target]) -> Result<Option<Read>> {
        let source = &closure.trigger.source;
        let Some(url) = source.url.as_deref().filter(|_| closure.trigger.moment == Moment::Event) else {
            return Ok(None);
        };
        let saw = match target_of(targets, url).filter(|target| target.row.disabled_at.is_none()) {
            Some(target) => record_of(self.read_at(target, url).await?),
            None => Saw::Closed(format!("{url} lies below the address of no target that may be read.")),
        };
        let (target, record) = (source.system.clone(), source.record.clone());
        Ok(Some(Read { step: None, target, record, wanted: source.expect.clone(), saw }))
    }

    async fn read_place(&self, place: &Place, step: &StepStored, closure: &Stored) -> Result<Saw> {
        Ok(match place {
            Place::Record { target, url } => record_of(self.read_at(target, url).await?),
            Place::File { target, url } => match self.read_at(target, url).await? {
                Ok((_, body)) => file_of(&body, &archive::content(closure, &step.plan)),
                Err(seen) => missed(seen),
            },
            Place::Folder { path } => match archive::read(path).await {
                Filed::There(body) => file_of(&body, &archive::content(closure, &step.plan)),
                Filed::Absent => Saw::Gone,
                Filed::Broken(cause) => Saw::Silent(cause),
            },
            Place::Told(_) | Place::Mailed { .. } => Saw::Closed("Nobody can read what people were told.".to_owned()),
        })
    }
}

fn record_of(answered: std::result::Result<(Option<String>, Bytes), Seen>) -> Saw {
    let body = match answered {
        Ok((_, body)) => body,
        Err(seen) => return missed(seen),
    };
    match serde_json::from_slice::<Value>(&body) {
        Ok(record) if record.is_object() => Saw::Record(record),
        Ok(_) => Saw::Closed("What is read there is not one record.".to_owned()),
        Err(_) => Saw::Closed("What is read there is not JSON.".to_owned()),
    }
}

fn file_of(found: &[u8], wanted: &str) -> Saw {
    if found == wanted.as_bytes() { Saw::SameFile } else { Saw::OtherFile(found.to_vec()) }
}

fn missed(seen: Seen) -> Saw {
    match seen {
        Seen::Stop(Reason::MappingMissing, _) => Saw::Gone,
        Seen::Stop(_, detail) => Saw::Closed(detail),
        Seen::Later { cause, .. } => Saw::Silent(cause),
        Seen::AsWanted(_) | Seen::NotYet(_) => Saw::Closed("It was not read.".to_owned()),
    }
}
