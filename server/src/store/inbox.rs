//! SQLite's inbox of plain checks. A check is durable and answered once its row stands here: one row at the end of one
//! small table, where the tables it belongs to have a dozen trees to grow. It is sorted into those with many others at
//! once: when the writer has nothing else to do, when many wait, and before anything reads or moves what they hold.

use std::collections::HashSet;

use domain::{Time, event::Entry};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use uuid::Uuid;

use super::{
    CheckRow,
    append::{Takes, columns},
    event::actor_text,
};
use crate::error::{Result, StoreError};

/// Checks with their events on their way to the inbox.
pub(super) struct Incoming<'a> {
    /// The checks.
    pub(super) rows: Vec<&'a CheckRow>,
    /// Their events, one each.
    pub(super) entries: Vec<Entry>,
    /// What the events' payloads are sealed with, one each.
    pub(super) salts: Vec<[u8; 16]>,
    /// When.
    pub(super) now: Time,
}

/// Stores what nothing has overtaken, numbers it and commits, in one hand-over to SQLite's thread: each costs as much
/// as half a commit. Gives the places in the log and the ids of the checks that are durable now. No call may come twice.
///
/// After an error the connection may still be in the transaction: it must not be used again.
pub(super) async fn store(
    conn: &mut SqliteConnection,
    incoming: &Incoming<'_>,
) -> Result<Vec<(i64, Uuid)>, StoreError> {
    let mut query = QueryBuilder::<Sqlite>::new(concat!(
        "BEGIN IMMEDIATE; WITH v (ord, event_id, actor, subject, salt, payload, commitment, ",
        columns!(),
        ", moves, assertions, key_id) AS (",
    ));
    let events = incoming.entries.iter().zip(&incoming.salts);
    query.push_values((0_i64..).zip(incoming.rows.iter().zip(events)), |mut values, (ord, (check, (entry, salt)))| {
        let payload = entry.payload();
        let commitment = Entry::commitment_to(&payload, salt).bytes().to_vec();
        values.push_bind(ord).push_bind(entry.id.uuid()).push_bind(actor_text(entry.actor));
        values.push_bind(check.subject.as_str()).push_bind(salt.to_vec()).push_bind(payload).push_bind(commitment);
        Sqlite::row(&mut values, check, incoming.now);
        Sqlite::basis(&mut values, check);
    });
    query.push(concat!(
        ") INSERT INTO check_inbox (leaf_index, event_id, actor, subject, salt, payload, commitment, ",
        columns!(),
        ") SELECT MAX((SELECT COALESCE(MAX(leaf_index), 0) FROM event_leaf), \
         (SELECT COALESCE(MAX(leaf_index), 0) FROM check_inbox)) + row_number() OVER (ORDER BY v.ord), \
         v.event_id, v.actor, v.subject, v.salt, v.payload, v.commitment, v.id, v.run_id, v.session_id, v.tool_use_id, \
         v.phase, v.tool, v.call_digest, v.gate_id, v.outcome, v.approval_id, v.answer, v.checked_at FROM v \
         JOIN run r ON r.id = v.run_id AND r.moves = v.moves AND r.assertions = v.assertions \
         JOIN api_key k ON k.id = v.key_id AND k.revoked_at IS NULL \
         WHERE (k.expires_at IS NULL OR k.expires_at > v.checked_at) \
         AND NOT EXISTS (SELECT 1 FROM gate_check c WHERE c.session_id = v.session_id \
         AND c.tool_use_id = v.tool_use_id AND c.phase = v.phase) \
         AND NOT EXISTS (SELECT 1 FROM check_inbox c WHERE c.session_id = v.session_id \
         AND c.tool_use_id = v.tool_use_id AND c.phase = v.phase) \
         ORDER BY v.ord RETURNING leaf_index, id; COMMIT",
    ));
    Ok(query.build_query_as().fetch_all(conn).await?)
}

/// Empties the inbox into the tables its checks belong to; to be run in a transaction.
pub(super) const SORT: &str = concat!(
    "INSERT INTO gate_check (",
    columns!(),
    ") SELECT ",
    columns!(),
    " FROM check_inbox ORDER BY leaf_index; \
     INSERT INTO event (id, at, actor, kind, run_id, approval_id, subject, commitment) \
     SELECT event_id, checked_at, actor, 'gate.checked', run_id, approval_id, subject, commitment \
     FROM check_inbox ORDER BY leaf_index; \
     INSERT INTO event_payload (event_id, salt, payload) SELECT event_id, salt, payload FROM check_inbox \
     ORDER BY leaf_index; \
     INSERT INTO event_leaf (leaf_index, event_id, run_id, approval_id, kind, actor, subject) \
     SELECT leaf_index, event_id, run_id, approval_id, 'gate.checked', actor, subject FROM check_inbox \
     ORDER BY leaf_index; \
     DELETE FROM check_inbox"
);

/// The first of each call; a call given twice in one batch is answered once.
pub(super) fn firsts<'a>(rows: impl Iterator<Item = &'a CheckRow>) -> Vec<&'a CheckRow> {
    let mut calls = HashSet::new();
    rows.filter(|row| calls.insert((row.session.uuid(), row.tool_use_id.as_str(), row.phase))).collect()
}
