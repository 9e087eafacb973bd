//! A batch of plain checks in one hand-over to SQLite: begin, store what nothing has overtaken, log it, number it and
//! commit. Each hand-over to SQLite's thread and back costs as much as half a commit.

use domain::{Time, event::Entry};
use sqlx::{QueryBuilder, Sqlite, SqliteConnection};
use uuid::Uuid;

use super::{CheckRow, append, event::actor_text};
use crate::error::{Result, StoreError};

/// Each event of the batch that is durable now, with its place in the log.
pub(super) type Places = Vec<(i64, Uuid)>;

/// Stores checks with their events, `entries[n]` being that of `rows[n]`, and commits.
///
/// After an error the connection may still be in the transaction: it must not be used again.
pub(super) async fn store(
    conn: &mut SqliteConnection,
    rows: &[&CheckRow],
    entries: &[Entry],
    salts: &[[u8; 16]],
    now: Time,
) -> Result<Places, StoreError> {
    let payloads: Vec<String> = entries.iter().map(Entry::payload).collect();
    let mut query = QueryBuilder::<Sqlite>::new("BEGIN IMMEDIATE; ");
    append::push_guarded(&mut query, rows, now);
    query.push("; WITH v (check_id, id, at, actor, kind, run_id, approval_id, subject, commitment) AS (");
    query.push_values(rows.iter().zip(entries).zip(salts.iter().zip(&payloads)), |mut values, row| {
        let ((check, entry), (salt, payload)) = row;
        values.push_bind(check.id.uuid()).push_bind(entry.id.uuid()).push_bind(entry.at);
        values.push_bind(actor_text(entry.actor)).push_bind(entry.event.kind()).push_bind(check.run.uuid());
        values.push_bind(check.approval.map(domain::id::ApprovalId::uuid)).push_bind(check.subject.as_str());
        values.push_bind(Entry::commitment_to(payload, salt).bytes().to_vec());
    });
    query.push(
        ") INSERT INTO event (id, at, actor, kind, run_id, approval_id, subject, commitment) \
         SELECT v.id, v.at, v.actor, v.kind, v.run_id, v.approval_id, v.subject, v.commitment \
         FROM v JOIN gate_check c ON c.id = v.check_id; WITH v (event_id, salt, payload) AS (",
    );
    query.push_values(entries.iter().zip(salts.iter().zip(&payloads)), |mut values, (entry, (salt, payload))| {
        values.push_bind(entry.id.uuid()).push_bind(salt.to_vec()).push_bind(payload.as_str());
    });
    query.push(
        ") INSERT INTO event_payload (event_id, salt, payload) \
         SELECT v.event_id, v.salt, v.payload FROM v JOIN event e ON e.id = v.event_id; WITH v (ord, event_id) AS (",
    );
    query.push_values((0_i64..).zip(entries), |mut values, (position, entry)| {
        values.push_bind(position).push_bind(entry.id.uuid());
    });
    query.push(
        ") INSERT INTO event_leaf (leaf_index, event_id, run_id, approval_id, kind, actor, subject) \
         SELECT (SELECT COALESCE(MAX(leaf_index), 0) FROM event_leaf) + row_number() OVER (ORDER BY v.ord), \
         e.id, e.run_id, e.approval_id, e.kind, e.actor, e.subject FROM v JOIN event e ON e.id = v.event_id \
         ORDER BY v.ord RETURNING leaf_index, event_id; COMMIT",
    );
    Ok(query.build_query_as().fetch_all(conn).await?)
}
