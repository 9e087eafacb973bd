//! Whether what tools return is more than the agent's word.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use super::{FactSource, Workflow};
use crate::actor::{UnknownWord, words};

words! {
    /// Whether an agent can reach the key of its harness, and so report by itself what its tools return.
    Trust {
        /// It cannot: facts of tools are what the harness saw.
        Isolated = "isolated",
        /// It can: facts of tools are agent-grade.
        Shared = "shared",
    }
}

impl Workflow {
    /// Whether the agent could have written a fact by itself.
    pub fn is_agent_grade(&self, fact: &str) -> bool {
        match (self.trust, self.facts.get(fact).map(|rule| &rule.from)) {
            (Trust::Isolated, _) | (Trust::Shared, Some(FactSource::System)) => false,
            (Trust::Shared, Some(FactSource::Tool { .. }) | None) => true,
        }
    }
}
