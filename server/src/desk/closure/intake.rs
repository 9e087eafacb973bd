//! Events from systems of record: taken once, however often they arrive.

use std::collections::BTreeMap;

use domain::{
    Digest, FieldError, Refusal, Time,
    closure::{
        key::{encoded, leads_away},
        page::{ClosureRow, Mark},
        rule::{Moment, is_short},
        trigger::{Source, Trigger},
    },
    event::Event,
    permission::Action,
    refusal::Code,
    target::TargetKind,
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::{Beginning, begin, follow::OWN, following, page::rows};
use crate::{
    desk::{Caller, Desk, KeyCaller},
    error::Result,
    rules::Roots,
    store::{self, Tx, closure::Stored, target::Stored as Target},
    webhook::check_url,
};

/// Members of the context at the most, and of what is expected.
const MOST: usize = 50;
/// Workflows looked through for policies.
const MOST_WORKFLOWS: i64 = 1_000;

/// What `POST /closure/events` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct PostEvent {
    /// The sender's own id of the event: the same however often it is sent.
    pub event_id: String,
    /// What was settled, and where that can be looked up.
    pub source: Source,
    /// How it was settled.
    pub disposition: String,
    /// When it happened.
    pub occurred_at: Time,
    /// Ids and references that belong to it: texts of one line, numbers, true or false.
    #[serde(default)]
    pub context: Map<String, Value>,
}

/// What became of an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum EventOutcome {
    /// Closures have begun.
    Accepted,
    /// It was taken before: these are the closures it began then.
    SkippedIdempotent,
    /// No policy follows it; nothing is kept of it.
    NoPolicy,
}

/// An event that was taken.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct EventTaken {
    /// The event.
    pub event_id: String,
    /// What became of it.
    pub outcome: EventOutcome,
    /// The closures that follow it.
    pub closures: Vec<ClosureRow>,
}

impl Desk {
    /// Takes an event of a system of record, and begins what follows it.
    ///
    /// # Errors
    /// `invalid_field` with everything that is wrong: a source that is not the key's own, or lies below no target.
    pub async fn post_closure_event(&self, caller: &Caller, body: PostEvent) -> Result<EventTaken> {
        let key = caller.key(Action::PostClosureEvent)?.clone();
        let mut tx = self.database.read().await?;
        let targets = store::target::list(&mut tx).await?;
        refuse(faults(&body, &key, &targets))?;
        let event_id = body.event_id.clone();
        let trigger = read(body, &key);
        let event = EventKey::of(&trigger);
        let beginnings = if store::closure::list_of_event(&mut tx, &event.key).await?.is_empty() {
            self.policies_of(&mut tx, &event, &trigger).await?
        } else {
            Vec::new()
        };
        drop(tx);
        let (outcome, stored) =
            self.database.write(move |tx| async move { take(tx, &event, beginnings).await }.boxed()).await?;
        let mut tx = self.database.read().await?;
        Ok(EventTaken { event_id, outcome, closures: rows(&mut tx, stored).await? })
    }

    /// The policies of the latest versions that follow an event.
    async fn policies_of(&self, tx: &mut Tx, event: &EventKey, trigger: &Trigger) -> Result<Vec<Beginning>> {
        let said = json!({"event": trigger.root()});
        let roots = Roots::of_nothing(self.database.clock().now());
        let mut beginnings = Vec::new();
        let published = store::workflow::list(tx, None, MOST_WORKFLOWS).await?;
        for published in published.into_iter().filter(|published| published.standing.is_in_force()) {
            let (workflow, version) = (published.version.name, published.version.version);
            let compiled = self.compiled_in(tx, &workflow, version).await?;
            for (rule, is_unknown) in following(&compiled, &roots, Moment::Event, &said) {
                beginnings.push(Beginning {
                    event_key: event.key.clone(),
                    event_digest: event.digest.clone(),
                    trigger: trigger.clone(),
                    workflow: workflow.clone(),
                    version,
                    rule,
                    title: trigger.source.record.clone(),
                    is_unknown,
                });
            }
        }
        Ok(beginnings)
    }
}

/// An event as it is told apart from others.
struct EventKey {
    /// Its sender, and its id there.
    key: String,
    /// What was told of it.
    digest: String,
}

impl EventKey {
    fn of(trigger: &Trigger) -> Self {
        // Whoever tells of it again may do so with another key.
        let told = Trigger { key: None, ..trigger.clone() };
        Self {
            key: format!("{}/{}", encoded(&trigger.source.system), trigger.event_id),
            digest: Digest::of("closure-event/v1", json!(told).to_string().as_bytes()).to_string(),
        }
    }

    /// Refuses what comes under the id of another event: nobody would hear of it otherwise.
    fn must_be(&self, known: &[Stored]) -> Result<(), Refusal> {
        match known.iter().find(|stored| stored.event_digest != self.digest) {
            None => Ok(()),
            Some(other) => {
                let message = format!(
                    "{} began with this event_id and says something else. Nothing was begun: what is new has an id of its own.",
                    other.id
                );
                Err(Refusal::new(Code::Conflict, message))
            }
        }
    }
}

fn read(body: PostEvent, key: &KeyCaller) -> Trigger {
    Trigger {
        event_id: body.event_id,
        moment: Moment::Event,
        occurred_at: body.occurred_at,
        source: body.source,
        disposition: body.disposition,
        context: body.context.into_iter().collect::<BTreeMap<_, _>>(),
        run: None,
        approval: None,
        key: Some(key.id),
    }
}

/// Begins what follows, unless the event was taken before; then that is noted.
async fn take(tx: &mut Tx, event: &EventKey, beginnings: Vec<Beginning>) -> Result<(EventOutcome, Vec<Stored>)> {
    let mut begun = Vec::new();
    if store::closure::list_of_event(tx, &event.key).await?.is_empty() {
        for beginning in beginnings {
            begun.extend(begin(tx, beginning).await?);
        }
    }
    if !begun.is_empty() {
        return Ok((EventOutcome::Accepted, begun));
    }
    let known = store::closure::list_of_event(tx, &event.key).await?;
    event.must_be(&known)?;
    for stored in &known {
        let at = tx.now();
        store::closure::mark(tx, stored.id, &Mark::Repeated { at }).await?;
        let event = Event::ClosureRepeated { closure: stored.id, event_id: stored.trigger.event_id.clone() };
        super::keep::record(tx, stored, event);
    }
    Ok((if known.is_empty() { EventOutcome::NoPolicy } else { EventOutcome::SkippedIdempotent }, known))
}

/// Everything that is wrong with an event.
fn faults(body: &PostEvent, key: &KeyCaller, targets: &[Target]) -> Vec<FieldError> {
    let PostEvent { event_id, source, disposition, context, .. } = body;
    let texts = [
        ("/event_id", event_id),
        ("/source/system", &source.system),
        ("/source/record", &source.record),
        ("/source/version", &source.version),
        ("/disposition", disposition),
    ];
    let short = "expected one line of 1 to 200 characters";
    let mut faults: Vec<FieldError> =
        texts.iter().filter(|(_, text)| !is_short(text)).map(|(path, _)| FieldError::new(*path, short)).collect();
    let own = key.source.as_deref().unwrap_or(&key.name);
    if source.system == OWN {
        let message = "this is what the console calls itself: name the system of record otherwise";
        faults.push(FieldError::new("/source/system", message));
    } else if source.system != own {
        faults.push(FieldError::new("/source/system", format!("this key speaks for {own} and for nobody else")));
    }
    match &source.url {
        None => faults.push(FieldError::new("/source/url", "say where the record can be read, to be looked at again")),
        Some(url) if check_url(url, true).is_err() || target_of(targets, url).is_none() => {
            let message = "it lies below the address of no registered target: an administrator adds one (target add)";
            faults.push(FieldError::new("/source/url", message));
        }
        Some(_) => {}
    }
    if source.expect.is_empty() {
        faults
            .push(FieldError::new("/source/expect", "say what must stand there, such as {\"/status\": \"approved\"}"));
    }
    let scalars = "expected a text of one line, a number, or true or false";
    let expected = source
        .expect
        .iter()
        .map(|(name, value)| ("/source/expect", name, value, name.starts_with('/') && is_short(name)));
    let members = context.iter().map(|(name, value)| ("/context", name, value, is_short(name)));
    for (path, name, value, is_named) in expected.chain(members) {
        if !is_named || !is_scalar(value) {
            faults.push(FieldError::new(format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")), scalars));
        }
    }
    for (path, count) in [("/context", context.len()), ("/source/expect", source.expect.len())] {
        if count > MOST {
            faults.push(FieldError::new(path, format!("expected at most {MOST} members")));
        }
    }
    faults
}

fn is_scalar(value: &Value) -> bool {
    match value {
        Value::String(text) => is_short(text),
        Value::Number(_) | Value::Bool(_) => true,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

fn refuse(faults: Vec<FieldError>) -> Result<(), Refusal> {
    if faults.is_empty() {
        return Ok(());
    }
    let paths: Vec<&str> = faults.iter().map(|fault| fault.path.as_str()).collect();
    let message = format!("Nothing was begun. Missing or wrong: {}. See errors for what to do.", paths.join(", "));
    Err(Refusal::new(Code::InvalidField, message).with_errors(faults))
}

/// The target below whose address something lies; nothing leads out of it.
pub(super) fn target_of<'t>(targets: &'t [Target], url: &str) -> Option<&'t Target> {
    let address = url::Url::parse(url).ok()?;
    // What the address becomes once it is read is what counts: `..` and the like are gone then.
    let plain = address.as_str();
    let is_below = |target: &&Target| {
        if target.row.kind != TargetKind::Http {
            return false;
        }
        let base = url::Url::parse(&target.row.url).ok();
        base.is_some_and(|base| {
            let base = base.as_str().trim_end_matches('/');
            let rest = plain.strip_prefix(base).and_then(|rest| rest.strip_prefix('/'));
            let path = rest.and_then(|rest| rest.split(['?', '#']).next());
            path.is_some_and(|path| !path.is_empty() && !path.split('/').any(leads_away))
        })
    };
    let mut found: Vec<&Target> = targets.iter().filter(is_below).collect();
    found.sort_by_key(|target| std::cmp::Reverse(target.row.url.len()));
    found.into_iter().next()
}
