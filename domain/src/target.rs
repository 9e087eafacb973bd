//! Targets: the systems that closures may read from and write to, as an administrator registered them.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Refusal, Time,
    actor::{UnknownWord, words},
    id::TargetId,
};

/// The longest name.
const NAME: usize = 64;

words! {
    /// What a target is.
    TargetKind {
        /// Records over HTTP, read and written as JSON.
        Http = "http",
        /// A place for files: a folder, or an address that takes them.
        Archive = "archive",
    }
}

/// A target without its credential.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Target {
    /// Its id.
    pub id: TargetId,
    /// Its name, as definitions say it.
    pub name: String,
    /// Where it is; records lie below.
    pub url: String,
    /// What it is.
    pub kind: TargetKind,
    /// Whether it may lie on a private network, without TLS.
    pub allow_private: bool,
    /// Whether it takes an `Idempotency-Key` for what it says: a request that comes twice has one effect.
    pub honours_keys: bool,
    /// Whether a credential is kept.
    pub has_credential: bool,
    /// When it was registered.
    pub created_at: Time,
    /// Since when nothing is sent there.
    pub disabled_at: Option<Time>,
}

/// What may be said in the name of a target.
///
/// # Errors
/// `invalid_field` of `name`.
pub fn check_name(name: &str) -> Result<(), Refusal> {
    if is_name(name) {
        return Ok(());
    }
    let message =
        format!("{name:?}: a target is named with lower-case letters, digits, '-', '_' and '.', 1 to {NAME} of them");
    Err(Refusal::invalid("name", message))
}

/// Whether something can name a target.
pub fn is_name(name: &str) -> bool {
    let is_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || matches!(c, '-' | '_' | '.');
    (1..=NAME).contains(&name.len()) && name.chars().all(is_word)
}
