//! The source is looked at again: what was settled must stand, or nothing is written.

use std::collections::BTreeMap;

use axum::http::Method;
use domain::{
    Time,
    closure::{Closure, Phase, Reason, drift::Told, page::Snapshot, rule::Moment},
    event::Event,
    follow_up::Settlement,
    resumption::next_try,
};
use futures::FutureExt as _;
use serde_json::{Value, json};

use super::{Held, LEASE, intake::target_of, keep, stand::own_stand};
use crate::{
    desk::Desk,
    error::Result,
    store::{self, Tx, closure::Stored},
    webhook::{Ask, Exchange},
};

/// What the source says.
pub(super) enum Stand {
    /// What was expected.
    Holds(Snapshot),
    /// Something else.
    Gone(Reason, String, Option<Snapshot>),
    /// Nobody knows now.
    Silent(String, Option<chrono::TimeDelta>),
}

impl Desk {
    /// Looks at the source again, and goes on only where it stands.
    pub(super) async fn revalidate(&self, held: Held) -> Result<Option<Held>> {
        match self.look_at_source(&held.0).await? {
            Stand::Holds(seen) => {
                self.database.write(move |tx| async move { go_on(tx, held, seen).await }.boxed()).await
            }
            Stand::Gone(reason, detail, seen) => self.stop_closure(held, reason, detail, seen).await.map(|()| None),
            Stand::Silent(cause, asked) => self.wait_for_source(held, cause, asked).await.map(|()| None),
        }
    }

    async fn wait_for_source(&self, held: Held, cause: String, asked: Option<chrono::TimeDelta>) -> Result<()> {
        let Closure::Running { attempts, .. } = held.0.state else { return Ok(()) };
        let [jitter] = self.database.ids().bytes();
        let Some(next) = next_try(attempts + 1, self.database.clock().now(), jitter, asked) else {
            return self.stop_closure(held, Reason::SourceUnreachable, cause, None).await;
        };
        self.database
            .write(move |tx| {
                async move {
                    let (state, event) = held.0.state.clone().delay(held.id(), cause, next)?;
                    keep::moved(tx, &held.0, &state).await?;
                    keep::record(tx, &held.0, event);
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    /// What the source says now, nothing open in the database meanwhile.
    pub(super) async fn look_at_source(&self, stored: &Stored) -> Result<Stand> {
        let mut tx = self.database.read().await?;
        if stored.trigger.moment != Moment::Event {
            return own_stand(&mut tx, &stored.trigger).await;
        }
        let Some(url) = stored.trigger.source.url.clone() else {
            let detail = "The event does not say where its record can be read.".to_owned();
            return Ok(Stand::Gone(Reason::SourceUnreachable, detail, None));
        };
        let targets = store::target::list(&mut tx).await?;
        drop(tx);
        let Some(target) = target_of(&targets, &url).filter(|target| target.row.disabled_at.is_none()) else {
            let detail = format!("{url} lies below the address of no target that may be read.");
            return Ok(Stand::Gone(Reason::MappingMissing, detail, None));
        };
        let now = self.database.clock().now();
        let ask = Ask {
            method: Method::GET,
            url,
            allow_private: target.row.allow_private,
            headers: self.authorization(target)?,
            body: String::new(),
            at: now,
        };
        Ok(weigh(self.outbound.ask_target(&ask).await, &stored.trigger.source.expect, now))
    }
}

/// Stores that the source stands, unless something newer has been settled about its record.
async fn go_on(tx: &mut Tx, held: Held, seen: Snapshot) -> Result<Option<Held>> {
    if let Some(detail) = superseded(tx, &held.0).await? {
        keep::stop(tx, held, Reason::SourceSuperseded, detail, Some(seen)).await?;
        return Ok(None);
    }
    let stored = held.0;
    let state = stored.state.clone().advance(Phase::Plan, tx.now() + LEASE)?;
    keep::moved(tx, &stored, &state).await?;
    store::closure::set_snapshot(tx, stored.id, &seen).await?;
    let (record, version) = (stored.trigger.source.record.clone(), stored.trigger.source.version.clone());
    keep::record(tx, &stored, Event::ClosureRevalidated { closure: stored.id, record, version });
    let stands = (Settlement::Again, "The source was looked at again, and stands.");
    keep::take_back(tx, &stored, None, stands).await?;
    let moves = stored.moves + 1;
    Ok(Some(Held(Stored { state, moves, snapshot: Some(seen), ..stored })))
}

/// What says that a newer decision about the same record has arrived. The source may say it later than its event does.
pub(super) async fn superseded(tx: &mut Tx, stored: &Stored) -> Result<Option<String>> {
    if stored.trigger.moment != Moment::Event {
        return Ok(None);
    }
    let newer = store::closure::find_newer(tx, stored).await?;
    Ok(newer.map(|newer| format!("{newer} follows a newer decision about {}.", stored.trigger.source.record)))
}

/// What an answer of the source means.
fn weigh(answered: Exchange, expect: &BTreeMap<String, Value>, now: Time) -> Stand {
    let (status, asked, body) = match answered {
        Exchange::NotSent(cause) | Exchange::Unanswered(cause) => return Stand::Silent(cause, None),
        Exchange::Answered { status, asked, body, .. } => (status, asked, body),
    };
    match status {
        200 => {}
        404 | 410 => {
            let detail = format!("The source answered {status}: the record is not there any more.");
            return Stand::Gone(Reason::SourceChanged, detail, None);
        }
        401 | 403 => {
            let detail = format!("The source answered {status}: it refuses the target's credential.");
            return Stand::Gone(Reason::SourceUnreachable, detail, None);
        }
        _ => return Stand::Silent(format!("the source answered {status}"), asked),
    }
    let Ok(record) = serde_json::from_slice::<Value>(&body) else {
        return Stand::Silent("the source did not answer JSON".to_owned(), None);
    };
    let read = |(pointer, wanted): (&String, &Value)| {
        (pointer.clone(), record.pointer(pointer).map(|value| kept(pointer, value, wanted)).unwrap_or_default())
    };
    let said: BTreeMap<String, Value> = expect.iter().map(read).collect();
    let differing: Vec<&str> = expect
        .iter()
        .filter(|(name, value)| record.pointer(name) != Some(value))
        .map(|(name, _)| name.as_str())
        .collect();
    let seen = Snapshot { read_at: now, said, holds: differing.is_empty() };
    if differing.is_empty() {
        return Stand::Holds(seen);
    }
    let detail = format!("Source changed: {} is not what the event says.", differing.join(", "));
    Stand::Gone(Reason::SourceChanged, detail, Some(seen))
}

/// What is kept of something the source said: what the sender knew; otherwise only ids, statuses and references, and
/// only where they are short. The rest of the record is nobody's business here, not the sender's either.
fn kept(pointer: &str, value: &Value, wanted: &Value) -> Value {
    match Told::of(pointer, Some(value)) {
        _ if value == wanted => value.clone(),
        Told::Value { value } => value,
        Told::Withheld {} => json!("(differs; not kept)"),
        Told::Absent {} => Value::Null,
    }
}
