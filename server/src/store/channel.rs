//! Channels as administrators have set them. Secrets are kept sealed.

use domain::channel::Channel;
use serde::{Serialize, de::DeserializeOwned};

use super::{Tx, from_text, on, to_text};
use crate::error::{Result, StoreError};

/// A channel's settings and its sealed secret.
#[derive(Debug, Clone)]
pub struct Stored<T> {
    /// What was set.
    pub settings: T,
    /// The sealed secret, where it has one.
    pub secret: Option<Vec<u8>>,
}

/// A channel, if it is set.
pub async fn find<T: DeserializeOwned>(tx: &mut Tx, channel: Channel) -> Result<Option<Stored<T>>, StoreError> {
    let row: Option<(String, Option<Vec<u8>>)> = on!(tx, |conn| {
        sqlx::query_as("SELECT settings, secret FROM channel WHERE name = $1")
            .bind(channel.as_str())
            .fetch_optional(conn)
            .await
    })?;
    row.map(|(settings, secret)| Ok(Stored { settings: from_text(&settings, "channel", "settings", channel)?, secret }))
        .transpose()
}

/// The channels that are set.
pub async fn list(tx: &mut Tx) -> Result<Vec<Channel>, StoreError> {
    let rows: Vec<(String,)> =
        on!(tx, |conn| sqlx::query_as("SELECT name FROM channel ORDER BY name").fetch_all(conn).await)?;
    rows.iter().map(|(name,)| super::parse(name, "channel", "name", name)).collect()
}

/// Sets a channel.
pub async fn set<T: Serialize + Sync>(tx: &mut Tx, channel: Channel, stored: &Stored<T>) -> Result<(), StoreError> {
    let now = tx.now();
    on!(tx, |conn| {
        sqlx::query(
            "INSERT INTO channel (name, settings, secret, changed_at) VALUES ($1, $2, $3, $4) ON CONFLICT (name) \
             DO UPDATE SET settings = excluded.settings, secret = excluded.secret, changed_at = excluded.changed_at",
        )
        .bind(channel.as_str())
        .bind(to_text(&stored.settings))
        .bind(&stored.secret)
        .bind(now)
        .execute(conn)
        .await
        .map(drop)
    })?;
    Ok(())
}

/// Forgets a channel with its secret; `false` when it was not set.
pub async fn delete(tx: &mut Tx, channel: Channel) -> Result<bool, StoreError> {
    let gone = on!(tx, |conn| {
        sqlx::query("DELETE FROM channel WHERE name = $1")
            .bind(channel.as_str())
            .execute(conn)
            .await
            .map(|done| done.rows_affected())
    })?;
    Ok(gone == 1)
}
