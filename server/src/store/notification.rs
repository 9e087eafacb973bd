//! Notifications: what each person was told, and how far the log was looked through for more.

use domain::{
    Time,
    event::Entry,
    id::{EventId, NotificationId, PersonId},
    notification::{InboxRow, KINDS, Notice},
};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{Tx, from_text, on, to_text};
use crate::error::{Result, StoreError};

#[derive(FromRow)]
struct NotificationRow {
    id: Uuid,
    made_at: Time,
    read_at: Option<Time>,
    notice: String,
}

impl TryFrom<NotificationRow> for InboxRow {
    type Error = StoreError;

    fn try_from(row: NotificationRow) -> Result<Self, StoreError> {
        let id = NotificationId::from_uuid(row.id);
        let notice = from_text(&row.notice, "notification", "notice", id)?;
        Ok(Self { id, made_at: row.made_at, read_at: row.read_at, notice })
    }
}

/// How far the log was looked through.
///
/// # Errors
/// `Unexpected` where no place is kept: from the beginning of the log, people would be told of everything again.
pub async fn cursor(tx: &mut Tx) -> Result<i64, StoreError> {
    let found: Option<i64> = on!(tx, |conn| {
        sqlx::query_scalar("SELECT leaf_index FROM notification_cursor WHERE id = 1").fetch_optional(conn).await
    })?;
    found.ok_or_else(|| StoreError::Unexpected("notification_cursor has no row: restore it from a backup".to_owned()))
}

/// Moves the cursor on; `false` when it does not stand there any more: another server was first.
pub async fn advance(tx: &mut Tx, from: i64, to: i64) -> Result<bool, StoreError> {
    let moved = on!(tx, |conn| {
        sqlx::query("UPDATE notification_cursor SET leaf_index = $2 WHERE id = 1 AND leaf_index = $1")
            .bind(from)
            .bind(to)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(moved == 1)
}

/// Events after a leaf that people may be told of, oldest first, with their leaves; in place of one that cannot be read
/// stands why.
pub async fn list_events(
    tx: &mut Tx,
    after: i64,
    limit: i64,
) -> Result<Vec<(i64, Result<Entry, StoreError>)>, StoreError> {
    super::event::list_of_kinds(tx, KINDS, after, limit).await
}

/// Keeps what a person was told of an event; `false` when they were told already.
pub async fn insert(
    tx: &mut Tx,
    id: NotificationId,
    event: EventId,
    person: PersonId,
    notice: &Notice,
) -> Result<bool, StoreError> {
    let now = tx.now();
    let stored = on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO notification (id, event_id, person_id, notice, made_at) VALUES ($1, $2, $3, $4, $5) \
             ON CONFLICT DO NOTHING",
        )
        .bind(id.uuid())
        .bind(event.uuid())
        .bind(person.uuid())
        .bind(to_text(notice))
        .bind(now)
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(stored == 1)
}

/// What a person was told before one, the latest first.
pub async fn list(
    tx: &mut Tx,
    person: PersonId,
    before: Option<NotificationId>,
    limit: i64,
) -> Result<Vec<InboxRow>, StoreError> {
    let before = before.map_or(Uuid::max(), NotificationId::uuid);
    let rows: Vec<NotificationRow> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT id, made_at, read_at, notice FROM notification WHERE person_id = $1 AND id < $2 \
             ORDER BY id DESC LIMIT $3",
        )
        .bind(person.uuid())
        .bind(before)
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    rows.into_iter().map(InboxRow::try_from).collect()
}

/// One of a person's notifications.
pub async fn find(tx: &mut Tx, person: PersonId, id: NotificationId) -> Result<Option<InboxRow>, StoreError> {
    let row: Option<NotificationRow> = on!(tx, |conn| {
        sqlx::query_as("SELECT id, made_at, read_at, notice FROM notification WHERE person_id = $1 AND id = $2")
            .bind(person.uuid())
            .bind(id.uuid())
            .fetch_optional(conn)
            .await
    })?;
    row.map(InboxRow::try_from).transpose()
}

/// How many a person has not read.
pub async fn count_unread(tx: &mut Tx, person: PersonId) -> Result<u32, StoreError> {
    let count: i64 = on!(tx, |conn| {
        sqlx::query_scalar("SELECT COUNT(*) FROM notification WHERE person_id = $1 AND read_at IS NULL")
            .bind(person.uuid())
            .fetch_one(conn)
            .await
    })?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Notes that a person has read one, or all up to one and that one too.
pub async fn mark_read(
    tx: &mut Tx,
    person: PersonId,
    up_to: NotificationId,
    with_earlier: bool,
) -> Result<(), StoreError> {
    let now = tx.now();
    on!(tx, |conn| {
        let mut query = QueryBuilder::new("UPDATE notification SET read_at = ");
        query.push_bind(now).push(" WHERE read_at IS NULL AND person_id = ").push_bind(person.uuid());
        query.push(if with_earlier { " AND id <= " } else { " AND id = " }).push_bind(up_to.uuid());
        query.build().execute(conn).await.map(drop)
    })?;
    Ok(())
}
