//! One key a database: whoever brings another is refused before it seals or opens anything.

use domain::{Refusal, refusal::Code};
use futures::FutureExt as _;

use crate::{
    error::Result,
    store::{self, Database},
    vault::Vault,
};

/// Whether a key is noted for this database.
pub async fn has_key(database: &Database) -> Result<bool> {
    let mut tx = database.read().await?;
    Ok(store::vault::find(&mut tx).await?.is_some())
}

/// Notes the key of this database the first time, and compares it ever after.
///
/// # Errors
/// `conflict` when the database's secrets are sealed with another key.
pub async fn claim(database: &Database, vault: &Vault) -> Result<()> {
    let own = vault.fingerprint();
    let mut tx = database.read().await?;
    let mut noted = store::vault::find(&mut tx).await?;
    drop(tx);
    if noted.is_none() {
        let note = database.write(move |tx| {
            async move {
                store::vault::insert(tx, own).await?;
                Ok(store::vault::find(tx).await?)
            }
            .boxed()
        });
        noted = note.await?;
    }
    if noted == Some(own) { Ok(()) } else { Err(other_key()) }
}

/// What to do about another key.
pub fn other_key() -> crate::error::Error {
    let message = "The secrets in this database are sealed with another vault key. Start with the key that was used \
                   first: the same COUNTERSIGN_VAULT_KEY, or its vault.key in the data folder. Nothing was changed.";
    Refusal::new(Code::Conflict, message).into()
}
