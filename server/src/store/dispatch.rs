//! Messages of channels: the outbox of notifications, and the log of how it went.

use domain::{
    Time,
    channel::{Channel, DispatchRow},
    id::{DispatchId, EventId, PersonId},
    notification::{Dispatch, Notice},
};
use sqlx::{FromRow, QueryBuilder};
use uuid::Uuid;

use super::{Tx, from_text, on, parse, to_text};
use crate::error::{Result, StoreError};

/// A message as stored.
#[derive(Debug, Clone)]
pub struct Stored {
    /// Its id, the same for every try.
    pub id: DispatchId,
    /// The event it tells of.
    pub event: EventId,
    /// How it goes out.
    pub channel: Channel,
    /// To whom; `None` for the channel itself.
    pub person: Option<PersonId>,
    /// What it says.
    pub notice: Notice,
    /// Since when it is to be sent.
    pub made_at: Time,
    /// How far it is.
    pub state: Dispatch,
    /// Changes so far.
    pub moves: i64,
}

#[derive(FromRow)]
struct StoredRow {
    id: Uuid,
    event_id: Uuid,
    channel: String,
    person_id: Option<Uuid>,
    notice: String,
    made_at: Time,
    state: String,
    moves: i64,
    name: Option<String>,
}

impl TryFrom<&StoredRow> for Stored {
    type Error = StoreError;

    fn try_from(row: &StoredRow) -> Result<Self, StoreError> {
        let id = DispatchId::from_uuid(row.id);
        Ok(Self {
            id,
            event: EventId::from_uuid(row.event_id),
            channel: parse(&row.channel, "dispatch", "channel", id)?,
            person: row.person_id.map(PersonId::from_uuid),
            notice: from_text(&row.notice, "dispatch", "notice", id)?,
            made_at: row.made_at,
            state: from_text(&row.state, "dispatch", "state", id)?,
            moves: row.moves,
        })
    }
}

impl TryFrom<StoredRow> for DispatchRow {
    type Error = StoreError;

    fn try_from(row: StoredRow) -> Result<Self, StoreError> {
        let stored = Stored::try_from(&row)?;
        let to = row.name.unwrap_or_else(|| stored.channel.title().to_owned());
        let (topic, path) = (stored.notice.topic, stored.notice.path);
        Ok(Self {
            id: stored.id,
            made_at: stored.made_at,
            to,
            topic,
            channel: stored.channel,
            path,
            state: stored.state,
        })
    }
}

/// Puts a message into the outbox, unless this recipient's is there already.
pub async fn insert(tx: &mut Tx, new: &Stored) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO dispatch (id, event_id, channel, person_id, recipient, notice, made_at, status, state, due_at) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING",
        )
        .bind(new.id.uuid())
        .bind(new.event.uuid())
        .bind(new.channel.as_str())
        .bind(new.person.map(PersonId::uuid))
        .bind(new.person.map(|person| person.to_string()).unwrap_or_default())
        .bind(to_text(&new.notice))
        .bind(new.made_at)
        .bind(new.state.status())
        .bind(to_text(&new.state))
        .bind(new.state.due())
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Keeps a move; `false` when somebody else has moved it meanwhile.
pub async fn update(tx: &mut Tx, read: &Stored, state: &Dispatch) -> Result<bool, StoreError> {
    let moved = on!(tx, |conn| {
        sqlx::query(
            "UPDATE dispatch SET moves = moves + 1, status = $1, state = $2, due_at = $3 WHERE id = $4 AND moves = $5",
        )
        .bind(state.status())
        .bind(to_text(state))
        .bind(state.due())
        .bind(read.id.uuid())
        .bind(read.moves)
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(moved == 1)
}

macro_rules! select_stored {
    ($tail:literal) => {
        concat!(
            "SELECT d.id, d.event_id, d.channel, d.person_id, d.notice, d.made_at, d.state, d.moves, p.name \
             FROM dispatch d LEFT JOIN person p ON p.id = d.person_id ",
            $tail
        )
    };
}

/// A message by id.
pub async fn find(tx: &mut Tx, id: DispatchId) -> Result<Option<Stored>, StoreError> {
    let row: Option<StoredRow> =
        on!(tx, |conn| sqlx::query_as(select_stored!("WHERE d.id = $1")).bind(id.uuid()).fetch_optional(conn).await)?;
    row.as_ref().map(Stored::try_from).transpose()
}

/// Messages of a channel that are due, the longest waiting first. A time after `latest` was noted by a clock that was
/// wrong and is due too.
pub async fn list_due(tx: &mut Tx, channel: Channel, latest: Time, limit: i64) -> Result<Vec<Stored>, StoreError> {
    let now = tx.now();
    let rows: Vec<StoredRow> = on!(tx, |conn| {
        sqlx::query_as(select_stored!(
            "WHERE d.channel = $1 AND d.due_at IS NOT NULL AND (d.due_at <= $2 OR (d.due_at > $3 AND d.status IN ('failed', 'sending'))) \
             ORDER BY d.due_at, d.id LIMIT $4"
        ))
        .bind(channel.as_str())
        .bind(now)
        .bind(latest)
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    rows.iter().map(Stored::try_from).collect()
}

/// When the next message of a channel is due.
pub async fn next_due(tx: &mut Tx, channel: Channel) -> Result<Option<Time>, StoreError> {
    let due: Option<Time> = on!(tx, |conn| {
        sqlx::query_scalar(
            "SELECT due_at FROM dispatch WHERE channel = $1 AND due_at IS NOT NULL ORDER BY due_at LIMIT 1",
        )
        .bind(channel.as_str())
        .fetch_optional(conn)
        .await
    })?;
    Ok(due)
}

/// Messages made before one, the latest first.
pub async fn list(
    tx: &mut Tx,
    failed_only: bool,
    before: Option<DispatchId>,
    limit: i64,
) -> Result<Vec<DispatchRow>, StoreError> {
    let before = before.map_or(Uuid::max(), DispatchId::uuid);
    let rows: Vec<StoredRow> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(select_stored!("WHERE d.id < "));
        query.push_bind(before);
        if failed_only {
            query.push(" AND d.status = 'failed'");
        }
        query.push(" ORDER BY d.id DESC LIMIT ").push_bind(limit);
        query.build_query_as().fetch_all(conn).await
    })?;
    rows.into_iter().map(DispatchRow::try_from).collect()
}
