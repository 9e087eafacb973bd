//! What is noted of a closure beside its moves.

use serde::{Deserialize, Serialize};

use crate::{Actor, Time};

/// An event that arrived once more, or a replay.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub enum Mark {
    /// The same event arrived.
    Repeated {
        /// When.
        at: Time,
    },
    /// Somebody had it finish what was left.
    Replayed {
        /// When.
        at: Time,
        /// Who.
        by: String,
        /// The same as the log names them; not known of old ones.
        #[serde(default)]
        who: Option<Actor>,
        /// The steps.
        steps: Vec<String>,
    },
}

impl Mark {
    /// The word for what it is.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Repeated { .. } => "repeated",
            Self::Replayed { .. } => "replayed",
        }
    }
}
