//! One request that changes something elsewhere, and what is known of its effect.

use axum::http::Method as HttpMethod;
use chrono::TimeDelta;
use domain::{
    closure::rule::{Method, apply, change},
    id::EventId,
};
use serde_json::{Value, json};

use super::{
    archive::{self, Filed},
    named,
    place::Place,
    see::Before,
};
use crate::{
    desk::{Desk, channel::Target as Sends},
    error::Result,
    store::{closure::Stored, closure::step::Stored as StepStored, target::Stored as Target},
    webhook::{Ask, Exchange},
};

/// What is known of the effect.
pub(super) enum Wrote {
    /// The target says that it took it.
    Taken,
    /// It took it, and that is all there is to know.
    Confirmed(String),
    /// Nobody knows.
    Unknown(String),
    /// It has had none, and can be tried again.
    NotDone {
        /// Why.
        cause: String,
        /// How long the target wants to be left alone.
        asked: Option<TimeDelta>,
    },
    /// It has had none, and will have none.
    Refused(String),
}

impl Desk {
    /// Writes what is wanted.
    pub(super) async fn write_at(
        &self,
        place: &Place,
        step: &StepStored,
        before: &Before,
        (stored, said): (&Stored, Option<EventId>),
    ) -> Result<Wrote> {
        match place {
            Place::Record { target, url } => {
                let (method, body) = match step.plan.method {
                    Method::Patch => (HttpMethod::PATCH, change(&step.plan.wanted)),
                    Method::Put => {
                        let mut whole = before.record.clone();
                        apply(&mut whole, &step.plan.wanted);
                        (HttpMethod::PUT, whole)
                    }
                };
                // A weak tag never matches what is to be written over.
                let strong = before.etag.clone().filter(|etag| !etag.starts_with("W/"));
                let tag = strong.map(|etag| ("if-match", etag));
                self.send_to_target(target, method, url, step, tag, body.to_string()).await
            }
            Place::File { target, url } => {
                let only_new = Some(("if-none-match", "*".to_owned()));
                let body = archive::content(stored, &step.plan);
                self.send_to_target(target, HttpMethod::PUT, url, step, only_new, body).await
            }
            Place::Folder { path } => {
                let (aside, content) =
                    (format!("{}-{}", step.closure, step.place), archive::content(stored, &step.plan));
                Ok(match archive::write(path, &aside, &content).await {
                    Filed::There(_) | Filed::Absent => Wrote::Taken,
                    Filed::Broken(cause) => Wrote::Unknown(cause),
                })
            }
            Place::Told(sends) => self.tell_closed(sends, step, stored).await,
            Place::Mailed { people } => self.mail_closed(people, step, stored, said).await,
        }
    }

    async fn send_to_target(
        &self,
        target: &Target,
        method: HttpMethod,
        url: &str,
        step: &StepStored,
        condition: Option<(&'static str, String)>,
        body: String,
    ) -> Result<Wrote> {
        let mut headers = self.authorization(target)?;
        headers.push(("idempotency-key", step.key.clone()));
        headers.extend(condition);
        let (allow_private, at) = (target.row.allow_private, self.database.clock().now());
        let ask = Ask { method, url: url.to_owned(), allow_private, headers, body, at };
        Ok(effect(self.outbound.ask_target(&ask).await))
    }

    /// Tells people, with nothing but what the closure is about.
    async fn tell_closed(&self, sends: &Sends, step: &StepStored, stored: &Stored) -> Result<Wrote> {
        match sends {
            Sends::Slack { url, allow_private } => {
                let ask = Ask {
                    method: HttpMethod::POST,
                    url: url.clone(),
                    allow_private: *allow_private,
                    headers: Vec::new(),
                    body: slack(stored).to_string(),
                    at: self.database.clock().now(),
                };
                Ok(match effect(self.outbound.ask_target(&ask).await) {
                    Wrote::Taken => Wrote::Confirmed("Taken by Slack".to_owned()),
                    other => other,
                })
            }
            Sends::Webhook { endpoint } => {
                let body = json!({
                    "type": "closure.notified", "timestamp": stored.trigger.occurred_at, "data": told(stored),
                });
                let id = format!("msg_{}", step.key);
                let answer = self.outbound.send(&self.message(endpoint, id, body.to_string())?).await;
                Ok(match (answer.cause, answer.status) {
                    (None, _) => Wrote::Confirmed("Taken by the endpoint".to_owned()),
                    (Some(cause), Some(408 | 425 | 429)) => Wrote::NotDone { cause, asked: answer.asked },
                    (Some(cause), Some(400..=499)) => Wrote::Refused(cause),
                    (Some(cause), _) => Wrote::Unknown(cause),
                })
            }
            Sends::Mail { .. } => Ok(Wrote::Refused("mail goes to the people of a group".to_owned())),
        }
    }
}

/// What an answer says of the effect.
fn effect(answered: Exchange) -> Wrote {
    let (status, asked) = match answered {
        Exchange::NotSent(cause) => return Wrote::NotDone { cause, asked: None },
        Exchange::Unanswered(cause) => return Wrote::Unknown(cause),
        Exchange::Answered { status, asked, .. } => (status, asked),
    };
    let cause = format!("answered {status}");
    match status {
        200..=299 => Wrote::Taken,
        // It has changed meanwhile, or is not to be asked now: nothing was done.
        412 | 425 | 429 => Wrote::NotDone { cause, asked },
        408 | 500..=599 => Wrote::Unknown(cause),
        _ => Wrote::Refused(cause),
    }
}

/// What may be told of a closure: names, ids and versions.
fn told(stored: &Stored) -> Value {
    json!({
        "closure_id": stored.id,
        "workflow": stored.workflow,
        "workflow_version": stored.version,
        "rule": stored.rule,
        "source": {
            "system": stored.trigger.source.system, "record": stored.trigger.source.record,
            "version": stored.trigger.source.version,
        },
        "disposition": stored.trigger.disposition,
    })
}

fn slack(stored: &Stored) -> Value {
    let plain = |text: String| json!({"type": "plain_text", "text": text, "emoji": false});
    let lines = format!(
        "Source: {}\nDisposition: {}\nPolicy: {} of {}@{}\nReceipt: {}",
        named(&stored.trigger.source),
        stored.trigger.disposition,
        stored.rule,
        stored.workflow,
        stored.version,
        stored.id
    );
    json!({
        "text": "A case was closed", "parse": "none",
        "blocks": [{"type": "section", "text": plain(format!("A case was closed\n{lines}"))}],
    })
}
