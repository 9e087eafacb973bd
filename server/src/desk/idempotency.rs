//! Calls without a natural key: a repeat under the same key gets the stored answer.

use domain::{Refusal, id::KeyId, refusal::Code};
use serde_json::Value;

use super::{Caller, Desk};
use crate::{
    error::{Error, Result},
    store::{self, Tx},
};

/// Calls without a natural key carry one of the caller's, so that a repeat does nothing twice.
#[derive(Debug, Clone)]
pub struct Idempotency {
    /// The header's value.
    pub name: String,
    /// The digest of the request.
    pub request: domain::Digest,
}

/// Keeps the answer of a call under its idempotency key, in the call's own transaction.
pub(super) async fn keep_answer(
    tx: &mut Tx,
    key: KeyId,
    idempotency: Option<&Idempotency>,
    status: u16,
    answer: &Value,
) -> Result<()> {
    let Some(idempotency) = idempotency else { return Ok(()) };
    let kept = store::idempotency::insert(tx, key, &idempotency.name, idempotency.request, status, &answer.to_string())
        .await?;
    // Somebody with the same key committed meanwhile: roll back and give their answer.
    if kept { Ok(()) } else { Err(Error::Moved) }
}

impl Desk {
    /// The answer to a repeated call, if this is one.
    ///
    /// # Errors
    /// `idempotency_mismatch` when the key was used with another body.
    pub async fn replay(&self, caller: &Caller, idempotency: Option<&Idempotency>) -> Result<Option<(u16, String)>> {
        let (Caller::Key(key), Some(idempotency)) = (caller, idempotency) else { return Ok(None) };
        let mut tx = self.database.read().await?;
        let Some(earlier) = store::idempotency::find(&mut tx, key.id, &idempotency.name).await? else {
            return Ok(None);
        };
        if earlier.request != idempotency.request {
            let message = "This Idempotency-Key was used with another request; nothing was done. Use a new key.";
            return Err(Refusal::new(Code::IdempotencyMismatch, message).into());
        }
        let (status, answer) = earlier.answer;
        Ok(Some((status, self.unsealed(answer)?)))
    }
}
