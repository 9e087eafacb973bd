//! Browsing the event log: by filters, by a free search, one event at a time.

mod meaning;

use domain::{
    Actor, Refusal,
    audit::{AuditEvent, AuditPage, AuditQuery, Ending, KnownPerson},
    event::Event,
    id::RunId,
    page::Page,
    permission::Action,
    refusal::Code,
    review::TimelineItem,
    timeline::ActorKind,
};

use self::meaning::{meaning, parse_actor};
use super::{Caller, Desk, KeyCaller, PersonCaller, timeline::named};
use crate::{
    error::Result,
    store::{
        self, Tx,
        audit::{ActorSearch, During, EventSearch, Found, Start},
    },
};

/// Events of a console page.
const ROWS: u32 = 50;
/// Workflows and people to choose from.
const CHOICES: usize = 100;

impl Desk {
    /// Events for the API, oldest first after a number, newest first before one.
    pub async fn list_events(
        &self,
        caller: &Caller,
        mut search: EventSearch,
        start: Start,
        limit: u32,
    ) -> Result<Page<TimelineItem>> {
        caller.authorize(Action::ReadAudit)?;
        if let Caller::Key(KeyCaller { run: Some(own), .. }) = caller
            && !narrow(&mut search.run, *own)
        {
            search.leaf = Some(0);
        }
        let mut tx = self.database.read().await?;
        let Found { lines, next, .. } = store::audit::search(&mut tx, &search, start, limit).await?;
        Ok(Page { items: named(&mut tx, lines).await?, next_cursor: next.map(|leaf| leaf.to_string()) })
    }

    /// A page of the console's log.
    pub async fn audit_page(&self, viewer: &PersonCaller, query: &AuditQuery) -> Result<AuditPage> {
        Caller::Person(viewer.clone()).authorize(Action::ReadAudit)?;
        let start = Start::Before(query.cursor.as_deref().map(read_cursor).transpose()?.unwrap_or(i64::MAX));
        let mut tx = self.database.read().await?;
        let (search, understood) = read_query(&mut tx, query).await?;
        let found = store::audit::search(&mut tx, &search, start, ROWS).await?;
        let actor_name = match search.actors.as_slice() {
            [ActorSearch::AnyOf(actors)] if actors.len() == 1 => name_of(&mut tx, actors[0]).await?,
            _ => None,
        };
        let people = store::person::list(&mut tx).await?.into_iter().take(CHOICES);
        Ok(AuditPage {
            now: self.database.clock().now(),
            rows: named(&mut tx, found.lines).await?,
            next_cursor: found.next.map(|leaf| leaf.to_string()),
            looked_through: found.looked_through,
            understood,
            actor_name,
            workflows: store::workflow::list_names(&mut tx, i64::try_from(CHOICES).unwrap_or(100)).await?,
            people: people.map(|person| KnownPerson { id: person.id, name: person.name }).collect(),
        })
    }

    /// One event, with its neighbours under the same filters.
    pub async fn audit_event(&self, viewer: &PersonCaller, leaf: i64, query: &AuditQuery) -> Result<AuditEvent> {
        Caller::Person(viewer.clone()).authorize(Action::ReadAudit)?;
        let mut tx = self.database.read().await?;
        let only = EventSearch { leaf: Some(leaf), ..EventSearch::default() };
        let found = store::audit::search(&mut tx, &only, Start::Before(i64::MAX), 1).await?;
        let item = named(&mut tx, found.lines).await?.pop().ok_or_else(|| Refusal::not_found("event"))?;
        let (search, _) = read_query(&mut tx, query).await?;
        let newer = store::audit::search(&mut tx, &search, Start::After(leaf), 1).await?;
        let older = store::audit::search(&mut tx, &search, Start::Before(leaf), 1).await?;
        let sealed = store::audit::find_sealed(&mut tx, item.entry.id).await?;
        let (commitment, payload) = sealed.ok_or_else(|| Refusal::not_found("event"))?;
        let approval = match item.entry.approval {
            Some(id) => store::approval::find(&mut tx, id).await?,
            None => None,
        };
        let run = match item.entry.run {
            Some(id) => store::run::find(&mut tx, id).await?,
            None => None,
        };
        Ok(AuditEvent {
            now: self.database.clock().now(),
            item,
            commitment,
            payload,
            approval_title: approval.as_ref().map(|approval| approval.package.title.clone()),
            policy: approval.map(|approval| approval.package.policy_name),
            workflow: run.map(|run| format!("{}@{}", run.workflow, run.version)),
            newer: newer.lines.first().map(|line| line.leaf_index),
            older: older.lines.first().map(|line| line.leaf_index),
        })
    }
}

/// The conditions an address asks for, and what its free search was taken for.
async fn read_query(tx: &mut Tx, query: &AuditQuery) -> Result<(EventSearch, Option<String>)> {
    let mut search = EventSearch { workflow: plain("workflow", query.workflow.as_deref())?, ..EventSearch::default() };
    if let Some(actor) = query.actor.as_deref() {
        search.actors.push(read_actor(actor)?);
    }
    if let Some(kind) = query.kind.as_deref() {
        search.kind = Some(read_kind(kind)?.to_owned());
    }
    if let Some(run) = query.run.as_deref() {
        search.run = Some(run.parse::<RunId>().map_err(|error| unreadable("run", error))?);
    }
    if let Some(outcome) = query.outcome.as_deref() {
        let (kind, member) = outcome.parse::<Ending>().map_err(|error| unreadable("outcome", error))?.mark();
        search.also_kind = Some(kind);
        search.payload.extend(member.map(str::to_owned));
    }
    if let Some(day) = query.day.as_deref() {
        search.during = Some(day_of(tx, day).await?);
    }
    let understood = match plain("q", query.search.as_deref())? {
        Some(words) => Some(meaning(tx, words.trim(), &mut search).await?),
        None => None,
    };
    Ok((search, understood))
}

/// Whose events a word asks for: a kind of actor, an id, a part of the system.
pub fn read_actor(word: &str) -> Result<ActorSearch, Refusal> {
    if let Ok(kind) = word.parse::<ActorKind>() {
        return Ok(ActorSearch::Kind(kind));
    }
    let actor = parse_actor(word);
    let expected = "expected people, keys, system, a usr_… or key_… id, or a part of the system";
    actor.map(|actor| ActorSearch::AnyOf(vec![actor])).ok_or_else(|| unreadable("actor", expected))
}

/// A kind of event there is.
pub fn read_kind(word: &str) -> Result<&'static str, Refusal> {
    let known = Event::KINDS.iter().copied().find(|kind| *kind == word);
    known.ok_or_else(|| unreadable("kind", format!("there is no kind of event {word:?}")))
}

/// The day in the log. Numbers follow time but for the length of a commit, so a minute is left at both ends.
async fn day_of(tx: &mut Tx, text: &str) -> Result<During> {
    let day: chrono::NaiveDate = text.parse().map_err(|_| unreadable("day", "expected a day like 2026-11-20"))?;
    let from = day.and_time(chrono::NaiveTime::MIN).and_utc();
    let until = from + chrono::TimeDelta::days(1);
    let margin = chrono::TimeDelta::minutes(1);
    let first = store::audit::first_since(tx, from - margin).await?;
    let end = store::audit::first_since(tx, until + margin).await?;
    Ok(During { from, until, first, end })
}

async fn name_of(tx: &mut Tx, actor: Actor) -> Result<Option<String>> {
    let names = store::entitlement::names(tx, [actor]).await?;
    Ok(match actor {
        Actor::Person(id) => names.get(&id.uuid()).cloned(),
        Actor::Key(id) => names.get(&id.uuid()).cloned(),
        Actor::System(part) => Some(part.to_string()),
    })
}

/// Narrows to one value; `false` when it was another.
fn narrow<T: PartialEq>(place: &mut Option<T>, value: T) -> bool {
    let is_same = place.as_ref().is_none_or(|known| *known == value);
    if is_same {
        *place = Some(value);
    }
    is_same
}

fn plain(name: &str, text: Option<&str>) -> Result<Option<String>, Refusal> {
    if text.is_some_and(|text| text.contains('\0')) {
        return Err(unreadable(name, "U+0000 is not allowed"));
    }
    Ok(text.map(str::to_owned))
}

fn read_cursor(text: &str) -> Result<i64, Refusal> {
    let message = "The cursor is not one that a page gave; begin without one.";
    text.parse().map_err(|_| Refusal::new(Code::MalformedRequest, message))
}

fn unreadable(name: &str, why: impl std::fmt::Display) -> Refusal {
    Refusal::new(Code::MalformedRequest, format!("{name}: {why}"))
}
