//! Searching the event log. One condition leads through its index; the others are tried on what it leads to, and
//! never on more events than a search may look through: then it says how far it came.

mod conditions;

use domain::{
    Actor, Digest, Time,
    id::{ApprovalId, EventId, RunId},
    timeline::ActorKind,
};
use sqlx::AssertSqlSafe;

use super::{
    Tx, digest,
    event::{Logged, LoggedRow},
    on,
    statement::{Bind, Statement, bound},
};
use crate::error::{Result, StoreError};

/// Events one search looks through at the most.
const MOST: i64 = 10_000;
/// Events looked through at first; a search that finds little takes larger steps.
const FIRST_STEP: i64 = 250;

/// Whose events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ActorSearch {
    /// Those of a kind of actor.
    Kind(ActorKind),
    /// Those of any of these.
    AnyOf(Vec<Actor>),
}

/// What is searched for; what is absent does not matter.
#[derive(Debug, Clone, Default)]
pub struct EventSearch {
    /// The event's number.
    pub leaf: Option<i64>,
    /// Its run.
    pub run: Option<RunId>,
    /// The approval it concerns.
    pub approval: Option<ApprovalId>,
    /// Who caused it; each of these must hold.
    pub actors: Vec<ActorSearch>,
    /// Its kind.
    pub kind: Option<String>,
    /// Its kind, once more: what another condition asks for.
    pub also_kind: Option<&'static str>,
    /// The workflow of its run.
    pub workflow: Option<String>,
    /// Numbers from the first to before the second, and the time between which it happened.
    pub during: Option<During>,
    /// Parts of its payload.
    pub payload: Vec<String>,
}

/// A stretch of time, and where it lies in the log.
#[derive(Debug, Clone, Copy)]
pub struct During {
    /// From.
    pub from: Time,
    /// Before.
    pub until: Time,
    /// The first number that may lie in it.
    pub first: i64,
    /// The number after the last one that may.
    pub end: i64,
}

/// Where a page begins and which way it goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Start {
    /// Newest first, before this number.
    Before(i64),
    /// Oldest first, after this number.
    After(i64),
}

/// What a search found.
pub struct Found {
    /// The events, in the order of the search.
    pub lines: Vec<Logged>,
    /// Where to go on.
    pub next: Option<i64>,
    /// How many events were looked through, when that is why the search ended.
    pub looked_through: Option<u32>,
}

const fn order(from: Start) -> &'static str {
    match from {
        Start::Before(_) => " ORDER BY l.leaf_index DESC LIMIT ",
        Start::After(_) => " ORDER BY l.leaf_index LIMIT ",
    }
}

/// Searches the log for at most `limit` events.
pub async fn search(tx: &mut Tx, search: &EventSearch, from: Start, limit: u32) -> Result<Found, StoreError> {
    let wanted = limit as usize + 1;
    if search.is_led() {
        let lines = events(tx, search, from, None, wanted).await?;
        return Ok(page(lines, limit, None));
    }
    let (mut lines, mut at, mut seen, mut step) = (Vec::new(), from, 0, FIRST_STEP);
    loop {
        let (count, last) = extent(tx, search, at, step).await?;
        let Some(last) = last else { return Ok(page(lines, limit, None)) };
        lines.extend(events(tx, search, at, Some(last), wanted - lines.len()).await?);
        seen += count;
        let is_last = count < step;
        if lines.len() >= wanted || is_last {
            return Ok(page(lines, limit, None));
        }
        if seen >= MOST {
            return Ok(page(lines, limit, Some((last, seen))));
        }
        at = match at {
            Start::Before(_) => Start::Before(last),
            Start::After(_) => Start::After(last),
        };
        step = (step * 4).min(MOST - seen);
    }
}

fn page(mut lines: Vec<Logged>, limit: u32, stopped: Option<(i64, i64)>) -> Found {
    let is_full = lines.len() > limit as usize;
    lines.truncate(limit as usize);
    let next = if is_full { lines.last().map(|line| line.leaf_index) } else { stopped.map(|(last, _)| last) };
    let looked_through = stopped.filter(|_| !is_full).map(|(_, seen)| u32::try_from(seen).unwrap_or(u32::MAX));
    Found { lines, next, looked_through }
}

/// How many events the leading condition gives within a step, and the last of them.
async fn extent(tx: &mut Tx, search: &EventSearch, from: Start, step: i64) -> Result<(i64, Option<i64>), StoreError> {
    let last = match from {
        Start::Before(_) => "MIN",
        Start::After(_) => "MAX",
    };
    let mut statement = Statement::new(format!(
        "SELECT COUNT(*), {last}(leaf_index) FROM (SELECT l.leaf_index AS leaf_index FROM event_leaf l WHERE"
    ));
    search.stretch(from, &mut statement);
    search.lead(&mut statement);
    statement.push(order(from)).bind(Bind::Number(step)).push(") AS looked");
    let Statement { sql, binds } = statement;
    Ok(on!(tx, |conn| bound!(sqlx::query_as(AssertSqlSafe(sql)), binds).fetch_one(conn).await)?)
}

/// The events that meet every condition, up to and with `last`.
async fn events(
    tx: &mut Tx,
    search: &EventSearch,
    from: Start,
    last: Option<i64>,
    limit: usize,
) -> Result<Vec<Logged>, StoreError> {
    let mut statement = Statement::new(
        "SELECT l.leaf_index, e.id, e.at, e.actor, e.run_id, e.approval_id, e.subject, p.payload FROM event_leaf l \
         JOIN event e ON e.id = l.event_id JOIN event_payload p ON p.event_id = e.id WHERE"
            .to_owned(),
    );
    search.stretch(from, &mut statement);
    if let Some(last) = last {
        statement.push(if matches!(from, Start::Before(_)) {
            " AND l.leaf_index >= "
        } else {
            " AND l.leaf_index <= "
        });
        statement.bind(Bind::Number(last));
    }
    search.all(&mut statement);
    statement.push(order(from)).bind(Bind::Number(i64::try_from(limit).unwrap_or(i64::MAX)));
    let Statement { sql, binds } = statement;
    let rows: Vec<LoggedRow> = on!(tx, |conn| bound!(sqlx::query_as(AssertSqlSafe(sql)), binds).fetch_all(conn).await)?;
    rows.into_iter().map(Logged::try_from).collect()
}

/// The first number whose event happened at this time or later. Numbers follow time but for the length of a commit;
/// callers leave that much room.
pub async fn first_since(tx: &mut Tx, time: Time) -> Result<i64, StoreError> {
    let newest: i64 = on!(tx, |conn| {
        sqlx::query_scalar("SELECT COALESCE(MAX(leaf_index), 0) FROM event_leaf").fetch_one(conn).await
    })?;
    let (mut low, mut high) = (1, newest + 1);
    while low < high {
        let middle = low + (high - low) / 2;
        let at: Option<Time> = on!(tx, |conn| {
            sqlx::query_scalar(
                "SELECT e.at FROM event_leaf l JOIN event e ON e.id = l.event_id WHERE l.leaf_index >= $1 \
                 ORDER BY l.leaf_index LIMIT 1",
            )
            .bind(middle)
            .fetch_optional(conn)
            .await
        })?;
        if at.is_some_and(|at| at < time) { low = middle + 1 } else { high = middle }
    }
    Ok(low)
}

/// The number of an event.
pub async fn leaf_of(tx: &mut Tx, id: EventId) -> Result<Option<i64>, StoreError> {
    Ok(on!(tx, |conn| {
        sqlx::query_scalar("SELECT leaf_index FROM event_leaf WHERE event_id = $1")
            .bind(id.uuid())
            .fetch_optional(conn)
            .await
    })?)
}

/// The commitment of an event's payload, and the payload as it is kept.
pub async fn find_sealed(tx: &mut Tx, id: EventId) -> Result<Option<(Digest, String)>, StoreError> {
    let row: Option<(Vec<u8>, String)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT e.commitment, p.payload FROM event e JOIN event_payload p ON p.event_id = e.id WHERE e.id = $1",
        )
        .bind(id.uuid())
        .fetch_optional(conn)
        .await
    })?;
    row.map(|(commitment, payload)| Ok((digest(&commitment, "event", "commitment", id)?, payload))).transpose()
}
