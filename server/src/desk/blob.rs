//! The state an agent hands over with a request: sealed at rest, opened for the key that gave it and nobody else.

use domain::{
    Refusal,
    id::{ApprovalId, KeyId},
    refusal::Code,
};
use futures::FutureExt as _;

use super::Desk;
use crate::{
    error::{Result, StoreError},
    store,
};

/// Binds what is sealed to its approval: moved to another it does not open.
fn context(id: ApprovalId) -> String {
    format!("approval/{id}/state_blob")
}

impl Desk {
    /// Seals a state blob for its approval.
    pub(super) fn seal_blob(&self, id: ApprovalId, blob: &str) -> Result<Vec<u8>> {
        Ok(self.vault.seal(self.database.ids(), &context(id), blob.as_bytes())?)
    }

    /// Keeps the state that comes with a call which waits already: the newest that its key gave.
    ///
    /// # Errors
    /// `conflict` where another key keeps one with this approval.
    pub(super) async fn keep_blob(&self, key: KeyId, id: ApprovalId, blob: &str) -> Result<()> {
        if self.open_blob(key, id).await?.as_deref() == Some(blob) {
            return Ok(());
        }
        let sealed = self.seal_blob(id, blob)?;
        let put = self
            .database
            .write(move |tx| async move { Ok(store::request::put_blob(tx, id, key, &sealed).await?) }.boxed());
        if put.await? {
            return Ok(());
        }
        let message = format!("The call waits for {id}, and another key keeps a state with it. Yours was not stored.");
        Err(Refusal::new(Code::Conflict, message).into())
    }

    /// The state blob of an approval, for the key that gave it.
    pub(super) async fn open_blob(&self, key: KeyId, id: ApprovalId) -> Result<Option<String>> {
        let mut tx = self.database.read().await?;
        let Some(sealed) = store::request::find_blob(&mut tx, id, key).await? else { return Ok(None) };
        let blob = self.vault.open(&context(id), &sealed)?;
        let text = String::from_utf8(blob);
        Ok(Some(text.map_err(|_| StoreError::Unexpected(format!("{} is no text", context(id))))?))
    }
}
