//! What is there now: read before anything is written, and afterwards.

use axum::http::Method;
use chrono::TimeDelta;
use domain::{
    Digest,
    closure::{Reason, rule::holds},
};
use serde_json::Value;

use super::{
    archive::{self, Filed},
    place::Place,
};
use crate::{
    desk::Desk,
    error::Result,
    store::{closure::Stored, closure::step::Stored as StepStored, target::Stored as Target},
    webhook::{Ask, Exchange},
};

/// What is there.
pub(super) enum Seen {
    /// What is wanted, and how that was seen.
    AsWanted(String),
    /// Something else, which may be changed.
    NotYet(Before),
    /// Something that a person has to look at.
    Stop(Reason, String),
    /// It cannot be read now.
    Later {
        /// Why.
        cause: String,
        /// How long the target wants to be left alone.
        asked: Option<TimeDelta>,
    },
}

/// What was there before.
#[derive(Debug, Clone, Default)]
pub(super) struct Before {
    /// The record.
    pub(super) record: Value,
    /// Its tag, if it has one.
    pub(super) etag: Option<String>,
}

impl Desk {
    /// Reads what a step is about.
    pub(super) async fn see(&self, place: &Place, step: &StepStored, stored: &Stored) -> Result<Seen> {
        Ok(match place {
            Place::Record { target, url } => match self.read_at(target, url).await? {
                Ok((etag, body)) => weigh(&body, etag, step),
                Err(seen) => seen,
            },
            Place::File { target, url } => match self.read_at(target, url).await? {
                Ok((_, body)) => same_file(&body, &archive::content(stored, &step.plan)),
                Err(Seen::Stop(Reason::MappingMissing, _)) => Seen::NotYet(Before::default()),
                Err(seen) => seen,
            },
            Place::Folder { path } => match archive::read(path).await {
                Filed::There(body) => same_file(&body, &archive::content(stored, &step.plan)),
                Filed::Absent => Seen::NotYet(Before::default()),
                Filed::Broken(cause) => Seen::Later { cause, asked: None },
            },
            // Nobody can read what people were told.
            Place::Told(_) | Place::Mailed { .. } => Seen::NotYet(Before::default()),
        })
    }

    /// Gets what is at an address; what else it answers, as it is seen.
    pub(super) async fn read_at(
        &self,
        target: &Target,
        url: &str,
    ) -> Result<Result<(Option<String>, axum::body::Bytes), Seen>> {
        let ask = Ask {
            method: Method::GET,
            url: url.to_owned(),
            allow_private: target.row.allow_private,
            headers: self.authorization(target)?,
            body: String::new(),
            at: self.database.clock().now(),
        };
        let (status, etag, asked, body) = match self.outbound.ask_target(&ask).await {
            Exchange::NotSent(cause) | Exchange::Unanswered(cause) => {
                return Ok(Err(Seen::Later { cause, asked: None }));
            }
            Exchange::Answered { status, etag, asked, body } => (status, etag, asked, body),
        };
        let stop = |reason, what: &str| Ok(Err(Seen::Stop(reason, format!("{url} answered {status}: {what}."))));
        match status {
            200 => Ok(Ok((etag, body))),
            404 | 410 => stop(Reason::MappingMissing, "there is no such record"),
            300 | 409 => stop(Reason::TargetAmbiguous, "more than one record could be meant"),
            401 | 403 => stop(Reason::TargetRefused, "it refuses the credential"),
            408 | 425 | 429 | 500..=599 => {
                Ok(Err(Seen::Later { cause: format!("answered {status} when it was read"), asked }))
            }
            _ => stop(Reason::TargetRefused, "it cannot be read"),
        }
    }
}

/// Compares a record with what is wanted.
fn weigh(body: &[u8], etag: Option<String>, step: &StepStored) -> Seen {
    let Ok(record) = serde_json::from_slice::<Value>(body) else {
        return Seen::Stop(Reason::TargetRefused, "What is read there is not JSON.".to_owned());
    };
    if !record.is_object() {
        let detail = "What is read there is not one record: more than one could be meant.".to_owned();
        return Seen::Stop(Reason::TargetAmbiguous, detail);
    }
    let plan = &step.plan;
    if !holds(&record, &plan.expect) {
        let differs = |(name, value): &(&String, &Value)| record.pointer(name) != Some(*value);
        let names: Vec<&str> = plan.expect.iter().filter(differs).map(|(name, _)| name.as_str()).collect();
        let detail = format!("The record is not the one that is meant: {} differs.", names.join(", "));
        return Seen::Stop(Reason::MappingStale, detail);
    }
    if holds(&record, &plan.wanted) {
        let told = plan.wanted.iter().map(|(name, value)| format!("{} is {value}", name.trim_start_matches('/')));
        return Seen::AsWanted(format!("Read: {}", told.collect::<Vec<_>>().join(", ")));
    }
    Seen::NotYet(Before { record, etag })
}

fn same_file(found: &[u8], wanted: &str) -> Seen {
    let digest = Digest::of("closure-archive/v1", found);
    if found == wanted.as_bytes() {
        return Seen::AsWanted(format!("Hash matches {digest}"));
    }
    let detail = "Another file has this name already, and is not written over.".to_owned();
    Seen::Stop(Reason::TargetAmbiguous, detail)
}
