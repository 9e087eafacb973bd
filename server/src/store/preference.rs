//! What people have set for themselves.

use domain::{id::PersonId, profile::Preferences};

use super::{Tx, on};
use crate::error::{Result, StoreError};

/// A person's preferences; the usual ones until they have set some.
pub async fn find(tx: &mut Tx, person: PersonId) -> Result<Preferences, StoreError> {
    let row: Option<(bool,)> = on!(tx, |conn| {
        sqlx::query_as("SELECT keys FROM preference WHERE person_id = $1")
            .bind(person.uuid())
            .fetch_optional(conn)
            .await
    })?;
    Ok(row.map_or_else(Preferences::default, |(keys,)| Preferences { keys }))
}

/// Keeps a person's preferences.
pub async fn set(tx: &mut Tx, person: PersonId, preferences: Preferences) -> Result<(), StoreError> {
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO preference (person_id, keys) VALUES ($1, $2) \
             ON CONFLICT (person_id) DO UPDATE SET keys = excluded.keys",
        )
        .bind(person.uuid())
        .bind(preferences.keys)
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}
