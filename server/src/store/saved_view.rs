//! Views of the approvals list that people keep for themselves.

use domain::{
    id::{PersonId, SavedViewId},
    queue::{QueueQuery, SavedView},
};
use uuid::Uuid;

use super::{Tx, from_text, on, to_text};
use crate::error::{Result, StoreError};

/// What a person keeps, oldest first.
pub async fn list(tx: &mut Tx, person: PersonId) -> Result<Vec<SavedView>, StoreError> {
    let rows: Vec<(Uuid, String, String)> = on!(tx, |conn| {
        sqlx::query_as("SELECT id, name, query FROM saved_view WHERE person_id = $1 ORDER BY id")
            .bind(person.uuid())
            .fetch_all(conn)
            .await
    })?;
    let read = |(id, name, query): (Uuid, String, String)| {
        let id = SavedViewId::from_uuid(id);
        Ok(SavedView { id, name, query: from_text(&query, "saved_view", "query", id)? })
    };
    rows.into_iter().map(read).collect()
}

/// Keeps a view; `false` when the person has another of this name.
pub async fn insert(tx: &mut Tx, person: PersonId, name: &str, query: &QueueQuery) -> Result<bool, StoreError> {
    let id = tx.uuid();
    let stored = on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO saved_view (id, person_id, name, query) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING",
        )
        .bind(id)
        .bind(person.uuid())
        .bind(name)
        .bind(to_text(query))
        .execute(conn)
        .await
        .map(|done| done.rows_affected())
    })?;
    Ok(stored == 1)
}

/// Gives a person's view another name, which the person's other views do not have; `false` when there is no such view.
pub async fn rename(tx: &mut Tx, person: PersonId, id: SavedViewId, name: &str) -> Result<bool, StoreError> {
    let renamed = on!(tx, |conn| {
        sqlx::query("UPDATE saved_view SET name = $3 WHERE person_id = $1 AND id = $2")
            .bind(person.uuid())
            .bind(id.uuid())
            .bind(name)
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(renamed == 1)
}

/// Keeps a person's view no more; `false` when there is no such view.
pub async fn delete(tx: &mut Tx, person: PersonId, id: SavedViewId) -> Result<bool, StoreError> {
    let deleted = on!(tx, |conn| {
        sqlx::query("DELETE FROM saved_view WHERE person_id = $1 AND id = $2")
            .bind(person.uuid())
            .bind(id.uuid())
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(deleted == 1)
}
