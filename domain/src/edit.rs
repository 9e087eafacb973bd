//! A call that a reviewer changed before approving it.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Digest, Time, id::PersonId};

/// What became of a call's input. Part of the package, whose `input` is the edited one; the call is still known by the
/// digest of the action its agent asked for.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Edit {
    /// The input as the agent asked for it.
    pub asked_input: Value,
    /// The digest of the package that was read and edited.
    pub edited_digest: Digest,
    /// Who edited it last.
    pub person: PersonId,
    /// Their name, as it was.
    pub edited_by: String,
    /// When.
    pub edited_at: Time,
}
