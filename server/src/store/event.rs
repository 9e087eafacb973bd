//! The event log: written with the commit, numbered by the sequencer, read by leaf index.

use domain::{
    Actor, Time,
    event::Entry,
    id::{ApprovalId, EventId, RunId},
};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{Leaf, Tx, from_text, on};
use crate::error::{Result, StoreError};

/// An event with its place in the log.
pub struct Logged {
    /// Its place.
    pub leaf_index: i64,
    /// The event.
    pub entry: Entry,
}

/// Events bound into one statement; both databases take far more parameters than this needs.
const CHUNK: usize = 400;

/// An actor as the log keeps it.
pub fn actor_text(actor: Actor) -> String {
    match actor {
        Actor::Person(id) => id.to_string(),
        Actor::Key(id) => id.to_string(),
        Actor::System(part) => part.to_string(),
    }
}

fn read_actor(text: &str, event: Uuid) -> Result<Actor, StoreError> {
    let row = EventId::from_uuid(event);
    if text.starts_with("usr_") {
        super::parse(text, "event", "actor", row).map(Actor::Person)
    } else if text.starts_with("key_") {
        super::parse(text, "event", "actor", row).map(Actor::Key)
    } else {
        super::parse(text, "event", "actor", row).map(Actor::System)
    }
}

/// Writes the collected events with their payloads, one multi-row statement a table.
pub(super) async fn insert(tx: &mut Tx, entries: &[Entry]) -> Result<(), StoreError> {
    for chunk in entries.chunks(CHUNK) {
        let salts: Vec<[u8; 16]> = chunk.iter().map(|_| tx.salt()).collect();
        let payloads: Vec<String> = chunk.iter().map(Entry::payload).collect();
        let sealed = || chunk.iter().zip(salts.iter().zip(&payloads));
        on!(tx, |conn| {
            let mut query =
                QueryBuilder::new("INSERT INTO event (id, at, actor, kind, run_id, approval_id, subject, commitment) ");
            query.push_values(sealed(), |mut row, (entry, (salt, payload))| {
                row.push_bind(entry.id.uuid()).push_bind(entry.at).push_bind(actor_text(entry.actor));
                row.push_bind(entry.event.kind()).push_bind(entry.run.map(RunId::uuid));
                row.push_bind(entry.approval.map(ApprovalId::uuid)).push_bind(entry.subject.as_deref());
                row.push_bind(Entry::commitment_to(payload, salt).bytes().to_vec());
            });
            query.build().execute(conn).await.map(drop)
        })?;
        on!(tx, |conn| {
            let mut query = QueryBuilder::new("INSERT INTO event_payload (event_id, salt, payload) ");
            query.push_values(sealed(), |mut row, (entry, (salt, payload))| {
                row.push_bind(entry.id.uuid()).push_bind(salt.to_vec()).push_bind(payload.as_str());
            });
            query.build().execute(conn).await.map(drop)
        })?;
    }
    Ok(())
}

/// Numbers events that are being committed, in order. The caller is the only one who numbers.
pub(super) async fn number(tx: &mut Tx, entries: &[Entry]) -> Result<Vec<Leaf>, StoreError> {
    let last: i64 = on!(tx, |conn| {
        sqlx::query_scalar("SELECT COALESCE(MAX(leaf_index), 0) FROM event_leaf").fetch_one(conn).await
    })?;
    let leaves: Vec<i64> = (last + 1..).take(entries.len()).collect();
    let numbered: Vec<(i64, &Entry)> = leaves.into_iter().zip(entries).collect();
    for chunk in numbered.chunks(CHUNK) {
        on!(tx, |conn| {
            let mut query = QueryBuilder::new(
                "INSERT INTO event_leaf (leaf_index, event_id, run_id, approval_id, kind, actor, subject) ",
            );
            query.push_values(chunk, |mut row, (leaf, entry)| {
                row.push_bind(*leaf).push_bind(entry.id.uuid()).push_bind(entry.run.map(RunId::uuid));
                row.push_bind(entry.approval.map(ApprovalId::uuid)).push_bind(entry.event.kind());
                row.push_bind(actor_text(entry.actor)).push_bind(entry.subject.as_deref());
            });
            query.build().execute(conn).await.map(drop)
        })?;
    }
    Ok(numbered.into_iter().map(|(leaf_index, entry)| leaf_of(leaf_index, entry)).collect())
}

/// The leaf of an entry.
pub(super) fn leaf_of(leaf_index: i64, entry: &Entry) -> Leaf {
    Leaf { leaf_index, kind: entry.event.kind().to_owned(), run: entry.run, approval: entry.approval }
}

/// Leaves events for the sequencer to number.
pub(super) async fn await_numbers(tx: &mut Tx, entries: &[Entry]) -> Result<(), StoreError> {
    for chunk in entries.chunks(CHUNK) {
        on!(tx, |conn| {
            let mut query = QueryBuilder::new("INSERT INTO event_pending (event_id) ");
            query.push_values(chunk, |mut row, entry| {
                row.push_bind(entry.id.uuid());
            });
            query.build().execute(conn).await.map(drop)
        })?;
    }
    Ok(())
}

/// A row of the log.
#[derive(FromRow)]
pub(super) struct LoggedRow {
    leaf_index: i64,
    id: Uuid,
    at: Time,
    actor: String,
    run_id: Option<Uuid>,
    approval_id: Option<Uuid>,
    subject: Option<String>,
    payload: String,
}

impl TryFrom<LoggedRow> for Logged {
    type Error = StoreError;

    fn try_from(row: LoggedRow) -> Result<Self, StoreError> {
        let id = EventId::from_uuid(row.id);
        Ok(Self {
            leaf_index: row.leaf_index,
            entry: Entry {
                id,
                at: row.at,
                actor: read_actor(&row.actor, row.id)?,
                run: row.run_id.map(RunId::from_uuid),
                approval: row.approval_id.map(ApprovalId::from_uuid),
                subject: row.subject,
                event: from_text(&row.payload, "event_payload", "payload", id)?,
            },
        })
    }
}

macro_rules! select_logged {
    ($tail:literal) => {
        concat!(
            "SELECT l.leaf_index, e.id, e.at, e.actor, e.run_id, e.approval_id, e.subject, p.payload FROM event_leaf l \
             JOIN event e ON e.id = l.event_id JOIN event_payload p ON p.event_id = e.id ",
            $tail
        )
    };
}

fn read_all(rows: Vec<LoggedRow>) -> Result<Vec<Logged>, StoreError> {
    rows.into_iter().map(Logged::try_from).collect()
}

/// A run's events after a leaf, oldest first.
pub async fn list_of_run_after(tx: &mut Tx, run: RunId, after: i64, limit: i64) -> Result<Vec<Logged>, StoreError> {
    read_all(on!(tx, |conn| {
        sqlx::query_as(select_logged!("WHERE l.run_id = $1 AND l.leaf_index > $2 ORDER BY l.leaf_index LIMIT $3"))
            .bind(run.uuid())
            .bind(after)
            .bind(limit)
            .fetch_all(conn)
            .await
    })?)
}

/// A run's events before a leaf, newest first.
pub async fn list_of_run_before(tx: &mut Tx, run: RunId, before: i64, limit: i64) -> Result<Vec<Logged>, StoreError> {
    read_all(on!(tx, |conn| {
        sqlx::query_as(select_logged!("WHERE l.run_id = $1 AND l.leaf_index < $2 ORDER BY l.leaf_index DESC LIMIT $3"))
            .bind(run.uuid())
            .bind(before)
            .bind(limit)
            .fetch_all(conn)
            .await
    })?)
}

/// An approval's events, oldest first.
pub async fn list_of_approval(tx: &mut Tx, approval: ApprovalId, limit: i64) -> Result<Vec<Logged>, StoreError> {
    read_all(on!(tx, |conn| {
        sqlx::query_as(select_logged!("WHERE l.approval_id = $1 ORDER BY l.leaf_index LIMIT $2"))
            .bind(approval.uuid())
            .bind(limit)
            .fetch_all(conn)
            .await
    })?)
}

/// Every event after a leaf, oldest first.
pub async fn list_after(tx: &mut Tx, after: i64, limit: i64) -> Result<Vec<Logged>, StoreError> {
    read_all(on!(tx, |conn| {
        sqlx::query_as(select_logged!("WHERE l.leaf_index > $1 ORDER BY l.leaf_index LIMIT $2"))
            .bind(after)
            .bind(limit)
            .fetch_all(conn)
            .await
    })?)
}

/// Events of these kinds after a leaf, oldest first, with their leaves; in place of one that cannot be read stands why.
pub async fn list_of_kinds(
    tx: &mut Tx,
    kinds: &[&str],
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, Result<Entry, StoreError>)>, StoreError> {
    let rows: Vec<LoggedRow> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(select_logged!("WHERE l.leaf_index > "));
        query.push_bind(after).push(" AND l.kind IN (");
        let mut list = query.separated(", ");
        for kind in kinds {
            list.push_bind((*kind).to_owned());
        }
        query.push(") ORDER BY l.leaf_index LIMIT ").push_bind(limit);
        query.build_query_as().fetch_all(conn).await
    })?;
    Ok(rows.into_iter().map(|row| (row.leaf_index, Logged::try_from(row).map(|logged| logged.entry))).collect())
}

/// The leaves from `first` on, in order.
pub async fn list_leaves(tx: &mut Tx, first: i64, limit: i64) -> Result<Vec<Leaf>, StoreError> {
    let rows: Vec<(i64, String, Option<Uuid>, Option<Uuid>)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT leaf_index, kind, run_id, approval_id FROM event_leaf WHERE leaf_index >= $1 \
             ORDER BY leaf_index LIMIT $2",
        )
        .bind(first)
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    Ok(rows.into_iter().map(leaf).collect())
}

/// A leaf from its columns.
pub(super) fn leaf((leaf_index, kind, run, approval): (i64, String, Option<Uuid>, Option<Uuid>)) -> Leaf {
    Leaf { leaf_index, kind, run: run.map(RunId::from_uuid), approval: approval.map(ApprovalId::from_uuid) }
}

/// Events by id, in the order given.
pub async fn load(tx: &mut Tx, ids: &[Uuid]) -> Result<Vec<Entry>, StoreError> {
    let rows: Vec<LoggedRow> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(
            "SELECT CAST(0 AS BIGINT) AS leaf_index, e.id, e.at, e.actor, e.run_id, e.approval_id, e.subject, p.payload \
             FROM event e JOIN event_payload p ON p.event_id = e.id WHERE e.id IN (",
        );
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(*id);
        }
        query.push(")");
        query.build_query_as().fetch_all(conn).await
    })?;
    let mut found: std::collections::HashMap<Uuid, Entry> = std::collections::HashMap::with_capacity(rows.len());
    for row in rows {
        found.insert(row.id, Logged::try_from(row)?.entry);
    }
    Ok(ids.iter().filter_map(|id| found.remove(id)).collect())
}

/// Notes that these events have their numbers.
pub(super) async fn forget_pending(tx: &mut Tx, seqs: &[i64]) -> Result<(), StoreError> {
    on!(tx, |conn| {
        let mut query = QueryBuilder::new("DELETE FROM event_pending WHERE seq IN (");
        let mut list = query.separated(", ");
        for seq in seqs {
            list.push_bind(*seq);
        }
        query.push(")");
        query.build().execute(conn).await.map(drop)
    })?;
    Ok(())
}
