//! The state an agent hands over with a request: sealed at rest, opened for the key that gave it and nobody else.

use domain::id::{ApprovalId, KeyId};

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

    /// The state blob of an approval, for the key that gave it.
    pub(super) async fn open_blob(&self, key: KeyId, id: ApprovalId) -> Result<Option<String>> {
        let mut tx = self.database.read().await?;
        let Some(sealed) = store::request::find_blob(&mut tx, id, key).await? else { return Ok(None) };
        let blob = self.vault.open(&context(id), &sealed)?;
        let text = String::from_utf8(blob);
        Ok(Some(text.map_err(|_| StoreError::Unexpected(format!("{} is no text", context(id))))?))
    }
}
