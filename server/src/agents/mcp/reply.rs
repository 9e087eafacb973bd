//! What a tool says: what it was asked for, or why not. A refusal is a result that the model reads and can act on; only
//! what is wrong with the protocol is an error of the protocol.

use domain::{Refusal, refusal::Code};
use serde::Serialize;
use serde_json::{Value, json};

use super::tools::Toolbox;
use crate::error::{Error, StoreError};

/// What a call is answered.
pub(super) enum Said {
    /// What was asked for.
    Done(Value),
    /// Why not, and what to do.
    Refused(Value),
    /// The client is to ask its user to open an address, and to call again.
    Open {
        /// What the client may call it by.
        id: String,
        /// The address.
        url: String,
        /// Why.
        message: String,
        /// What the client sends back.
        invitation: String,
    },
}

/// What is wrong with a call of the protocol.
pub(super) enum Fault {
    /// There is no such tool.
    UnknownTool(String),
    /// The `requestState` is not one that this call was answered.
    ForeignState(String),
}

impl Said {
    /// A result as it travels.
    pub(super) fn done(result: &impl Serialize) -> Result<Self, Error> {
        let value = serde_json::to_value(result).map_err(|error| StoreError::Unexpected(error.to_string()))?;
        Ok(Self::Done(value))
    }
}

impl Toolbox {
    /// An error as a result: code, sentence and fields of the problem that the HTTP API answers.
    pub(super) fn refused(&self, error: Error) -> Value {
        let moved = || Refusal::new(Code::Conflict, "Somebody changed this at the same moment; try again.");
        match error {
            Error::Refused(refusal) => problem(&refusal),
            Error::Moved => problem(&moved()),
            Error::Broken(error) => {
                let id = &self.request;
                tracing::error!(%error, request_id = %id, "a tool broke");
                let message = "Something broke on Countersign's side, and nothing was allowed. Report the request_id.";
                json!({"code": "internal_error", "message": message, "errors": [], "request_id": id})
            }
        }
    }
}

fn problem(refusal: &Refusal) -> Value {
    let mut told = json!({"code": refusal.code, "message": refusal.message, "errors": refusal.errors});
    for (name, value) in &refusal.extra {
        told[name] = value.clone();
    }
    told
}
