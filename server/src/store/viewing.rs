//! What people viewed: one row a view that is over.

use domain::{
    Time,
    id::{ApprovalId, PersonId},
    policy::Via,
    viewing::Viewed,
};
use uuid::Uuid;

use super::{Tx, on};
use crate::error::StoreError;

/// Whether a package ever had this revision. The end of an approval counts as one of the record.
pub async fn has_revision(tx: &mut Tx, id: ApprovalId, revision: u32) -> Result<bool, StoreError> {
    let row: Option<(i64,)> = on!(tx, |conn| {
        sqlx::query_as("SELECT revision FROM approval WHERE id = $1").bind(id.uuid()).fetch_optional(conn).await
    })?;
    Ok(row.is_some_and(|(last,)| (1..=last).contains(&i64::from(revision))))
}

/// Stores a view of an approval.
pub async fn insert(tx: &mut Tx, approval: ApprovalId, person: PersonId, viewed: &Viewed) -> Result<(), StoreError> {
    let (id, now): (Uuid, Time) = (tx.uuid(), tx.now());
    let seconds = i64::try_from(viewed.seconds).unwrap_or(i64::MAX);
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO approval_view (id, approval_id, person_id, revision, opened_at, closed_at, seconds, via) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(id)
        .bind(approval.uuid())
        .bind(person.uuid())
        .bind(i64::from(viewed.revision))
        .bind(viewed.opened_at)
        .bind(now)
        .bind(seconds)
        .bind(Via::Console.as_str())
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}
