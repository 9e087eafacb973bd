//! Invitations to open the console: what a client sends back to say that its user was asked. They say which approval
//! it was, and nothing about how it was decided; that is only ever read from the store.

use base64::{Engine as _, engine::general_purpose::URL_SAFE_NO_PAD};
use chrono::TimeDelta;
use domain::{
    Digest, Refusal, Time,
    id::{ApprovalId, KeyId},
    permission::Action,
    refusal::Code,
};
use serde::{Deserialize, Serialize};

use super::{Caller, Desk};
use crate::error::{Error, Result, StoreError};

/// How long an invitation is good for.
const GOOD_FOR: TimeDelta = TimeDelta::hours(1);

#[derive(Serialize, Deserialize)]
struct Invitation {
    approval: ApprovalId,
    until: Time,
}

/// Binds an invitation to whoever was given it, and to the call it was given for.
fn context(key: KeyId, call: Digest) -> String {
    format!("invitation/{key}/{call}")
}

impl Desk {
    /// Seals an invitation to an approval, for this caller and this call.
    pub fn invite(&self, caller: &Caller, approval: ApprovalId, call: Digest) -> Result<String> {
        let key = caller.key(Action::RequestApproval)?.id;
        let until = self.database.clock().now() + GOOD_FOR;
        let text = serde_json::to_vec(&Invitation { approval, until });
        let text = text.map_err(|error| StoreError::Unexpected(error.to_string()))?;
        Ok(URL_SAFE_NO_PAD.encode(self.vault.seal(self.database.ids(), &context(key, call), &text)?))
    }

    /// The approval of an invitation. Seeing it is checked where it is read.
    ///
    /// # Errors
    /// `malformed_request` when it was not given to this caller for this call, was changed, or is too old.
    pub fn invited(&self, caller: &Caller, invitation: &str, call: Digest) -> Result<ApprovalId> {
        let key = caller.key(Action::RequestApproval)?.id;
        let sealed = URL_SAFE_NO_PAD.decode(invitation).map_err(|_| foreign())?;
        let text = self.vault.open(&context(key, call), &sealed).map_err(|_| foreign())?;
        let invitation: Invitation = serde_json::from_slice(&text).map_err(|_| foreign())?;
        if invitation.until <= self.database.clock().now() {
            return Err(foreign());
        }
        Ok(invitation.approval)
    }
}

fn foreign() -> Error {
    let message = "This requestState was not given to this key for this call, or is more than an hour old. Nothing was \
                   done. Call again without it, under the same idempotency_key.";
    Refusal::new(Code::MalformedRequest, message).into()
}
