//! Claims of pending approvals: at most one each, of whom and until when.

use domain::{
    Time,
    approval::Status,
    claim::{Claim, Held},
    id::{ApprovalId, PersonId},
};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Tx, on, queue::QueueLine};
use crate::error::StoreError;

/// The claim of an approval as it was stored; whether it has lapsed is for the clock to say.
pub async fn find(tx: &mut Tx, id: ApprovalId) -> Result<Claim, StoreError> {
    let row: Option<(Uuid, Time, Time)> = on!(tx, |conn| {
        sqlx::query_as("SELECT person_id, since, until FROM approval_claim WHERE approval_id = $1")
            .bind(id.uuid())
            .fetch_optional(conn)
            .await
    })?;
    Ok(row.map_or(Claim::Free, |(by, since, until)| Claim::Claimed { by: PersonId::from_uuid(by), since, until }))
}

/// Stores what has become of a claim; the run is locked.
pub async fn update(tx: &mut Tx, id: ApprovalId, claim: Claim) -> Result<(), StoreError> {
    match claim {
        Claim::Free => on!(tx, |conn| {
            sqlx::query("DELETE FROM approval_claim WHERE approval_id = $1")
                .bind(id.uuid())
                .execute(conn)
                .await
                .map(drop)
        })?,
        Claim::Claimed { by, since, until } => on!(tx, |conn| {
            sqlx::query(
                "INSERT INTO approval_claim (approval_id, person_id, since, until) VALUES ($1, $2, $3, $4) \
                 ON CONFLICT (approval_id) DO UPDATE SET person_id = $2, since = $3, until = $4",
            )
            .bind(id.uuid())
            .bind(by.uuid())
            .bind(since)
            .bind(until)
            .execute(conn)
            .await
            .map(drop)
        })?,
    }
    Ok(())
}

/// Whether people decide an approval still; the run is locked.
pub async fn is_pending(tx: &mut Tx, id: ApprovalId) -> Result<bool, StoreError> {
    let status: Option<(String,)> = on!(tx, |conn| {
        sqlx::query_as("SELECT status FROM approval WHERE id = $1").bind(id.uuid()).fetch_optional(conn).await
    })?;
    Ok(status.is_some_and(|(status,)| status == Status::Pending.as_str()))
}

/// Who holds a claim on each of these that has not lapsed.
pub async fn list_held(tx: &mut Tx, ids: &[ApprovalId]) -> Result<Vec<(ApprovalId, Held)>, StoreError> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    let now = tx.now();
    let rows: Vec<(Uuid, Uuid, String, Time, Time)> = on!(tx, |conn| {
        let mut query = QueryBuilder::new(
            "SELECT c.approval_id, c.person_id, p.name, c.since, c.until FROM approval_claim c \
             JOIN person p ON p.id = c.person_id WHERE c.until > ",
        );
        query.push_bind(now).push(" AND c.approval_id IN (");
        let mut list = query.separated(", ");
        for id in ids {
            list.push_bind(id.uuid());
        }
        query.push(")");
        query.build_query_as().fetch_all(conn).await
    })?;
    let read = |(approval, person, name, claimed_at, until)| {
        (ApprovalId::from_uuid(approval), Held { person_id: PersonId::from_uuid(person), name, claimed_at, until })
    };
    Ok(rows.into_iter().map(read).collect())
}

/// Who holds a claim on this one.
pub async fn find_held(tx: &mut Tx, id: ApprovalId) -> Result<Option<Held>, StoreError> {
    Ok(list_held(tx, &[id]).await?.pop().map(|(_, held)| held))
}

/// Fills in who has claimed what is pending.
pub(super) async fn fill(tx: &mut Tx, lines: &mut [QueueLine]) -> Result<(), StoreError> {
    let pending = lines.iter().filter(|line| line.row.status == Status::Pending);
    let ids: Vec<ApprovalId> = pending.map(|line| line.row.id).collect();
    for (approval, held) in list_held(tx, &ids).await? {
        if let Some(line) = lines.iter_mut().find(|line| line.row.id == approval) {
            line.row.claim = Some(held);
        }
    }
    Ok(())
}
