//! Open seats and barred people: what "needs my decision" asks.

use domain::{
    id::{ApprovalId, PersonId},
    policy::SeatStanding,
};
use sqlx::QueryBuilder;
use uuid::Uuid;

use super::{Tx, on};
use crate::error::{Result, StoreError};

/// Stores the seats of a new approval.
pub async fn insert(tx: &mut Tx, id: ApprovalId, seats: &[SeatStanding]) -> Result<(), StoreError> {
    on!(tx, |conn| {
        let mut query = QueryBuilder::new("INSERT INTO approval_seat (approval_id, group_name, is_open) ");
        query.push_values(seats, |mut row, seat| {
            row.push_bind(id.uuid()).push_bind(&seat.group).push_bind(seat.is_open());
        });
        query.build().execute(conn).await.map(drop)
    })?;
    Ok(())
}

/// Stores which of an approval's seats are open.
pub async fn update(tx: &mut Tx, id: ApprovalId, seats: &[SeatStanding]) -> Result<(), StoreError> {
    for seat in seats {
        on!(tx, |conn| {
            sqlx::query("UPDATE approval_seat SET is_open = $1 WHERE approval_id = $2 AND group_name = $3")
                .bind(seat.is_open())
                .bind(id.uuid())
                .bind(&seat.group)
                .execute(conn)
                .await
                .map(drop)
        })?;
    }
    Ok(())
}

/// Takes approvals out of these people's "needs my decision".
pub async fn bar(tx: &mut Tx, approvals: &[ApprovalId], people: &[PersonId]) -> Result<(), StoreError> {
    let pairs: Vec<(Uuid, Uuid)> = approvals
        .iter()
        .flat_map(|approval| people.iter().map(move |person| (approval.uuid(), person.uuid())))
        .collect();
    if pairs.is_empty() {
        return Ok(());
    }
    on!(tx, |conn| {
        let mut query = QueryBuilder::new("INSERT INTO approval_barred (approval_id, person_id) ");
        query.push_values(&pairs, |mut row, (approval, person)| {
            row.push_bind(*approval).push_bind(*person);
        });
        query.push(" ON CONFLICT DO NOTHING");
        query.build().execute(conn).await.map(drop)
    })?;
    Ok(())
}

/// Lets everybody back to an approval; who may never decide it is barred anew by the caller.
pub async fn readmit(tx: &mut Tx, id: ApprovalId) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query("DELETE FROM approval_barred WHERE approval_id = $1").bind(id.uuid()).execute(conn).await.map(drop)
    })?;
    Ok(())
}
