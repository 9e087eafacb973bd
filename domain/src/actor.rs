//! Who acts: people with roles, keys with scopes, and the closed list of system actors.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::id::{KeyId, PersonId};

/// Whoever caused an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(tag = "kind", content = "id", rename_all = "snake_case")]
pub enum Actor {
    /// A person, signed in at the console.
    Person(PersonId),
    /// An API key: a harness, an agent, a system of record.
    Key(KeyId),
    /// A part of Countersign itself.
    System(SystemActor),
}

/// Declares an enum whose variants are words on the wire and in the database.
macro_rules! words {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal,)* }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant,)* }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The word used on the wire, in the database and on the command line.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl FromStr for $name {
            type Err = UnknownWord;

            fn from_str(text: &str) -> Result<Self, UnknownWord> {
                Self::ALL.iter().copied().find(|known| known.as_str() == text).ok_or_else(|| UnknownWord {
                    word: text.to_owned(),
                    known: Self::ALL.iter().map(|known| known.as_str()).collect::<Vec<_>>().join(", "),
                })
            }
        }
    };
}
pub(crate) use words;

/// A word outside a closed list.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{word:?} is not one of {known}")]
pub struct UnknownWord {
    /// What was given.
    pub word: String,
    /// What would have been understood.
    pub known: String,
}

words! {
    /// The parts of Countersign that act by themselves.
    SystemActor {
        /// Evaluates gates.
        Gate = "gate",
        /// Moves runs and sessions.
        Engine = "engine",
        /// Wakes sessions.
        Resumption = "resumption",
        /// Expires approvals.
        Deadline = "deadline",
        /// Compares what should fit together, and repairs it.
        Reconciler = "reconciler",
        /// Tells people what happened.
        Notifier = "notifier",
        /// Finishes the bookkeeping that follows a decision.
        Closure = "closure",
        /// Acts for an administrator at the command line.
        CommandLine = "command_line",
    }
}

words! {
    /// What a person may do in the console.
    Role {
        /// Decides approvals of the groups they belong to.
        Reviewer = "reviewer",
        /// Works escalations.
        SupportLead = "support_lead",
        /// Reads everything, changes nothing.
        Auditor = "auditor",
        /// Publishes workflows, administers people and keys; decides nothing.
        Admin = "admin",
    }
}

words! {
    /// What an API key may do.
    Scope {
        /// A trusted harness: runs, sessions, gate checks, tool results.
        Hook = "hook",
        /// The model's side: assertions, the outcome of an approval.
        Agent = "agent",
        /// A system of record: writes facts under its source name.
        System = "system",
        /// A host that runs agents: has suspended sessions go on. Its key's name is the runner's.
        Runner = "runner",
        /// A person's token: reads approvals, decides where a policy allows it.
        Reviewer = "reviewer",
        /// A support lead's token.
        SupportLead = "support_lead",
        /// Reads everything.
        Auditor = "auditor",
        /// Publishes workflows.
        Admin = "admin",
    }
}
