//! To whom what is looked for is assigned, as it stands in an address.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::id::PersonId;

/// To whom approvals are assigned that a list is narrowed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub enum Assignee {
    /// Whoever asks.
    Viewer,
    /// Nobody in particular, while it waits.
    Nobody,
    /// This person.
    Person(PersonId),
    /// The person with this email, in lower case.
    Email(String),
    /// The people of this group.
    Group(String),
}

/// The word for whoever asks.
const VIEWER: &str = "me";
/// The word for nobody.
const NOBODY: &str = "none";
/// What the ids of people begin with.
const PERSON: &str = "usr_";

/// A text that begins as the id of a person does, and is none.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("expected an email, a usr_… id, the name of a group, me or none")]
pub struct UnknownAssignee;

impl FromStr for Assignee {
    type Err = UnknownAssignee;

    fn from_str(text: &str) -> Result<Self, UnknownAssignee> {
        Ok(match text {
            VIEWER => Self::Viewer,
            NOBODY => Self::Nobody,
            _ if text.starts_with(PERSON) => Self::Person(text.parse().map_err(|_| UnknownAssignee)?),
            _ if text.contains('@') => Self::Email(text.to_lowercase()),
            _ => Self::Group(text.to_owned()),
        })
    }
}

impl TryFrom<String> for Assignee {
    type Error = UnknownAssignee;

    fn try_from(text: String) -> Result<Self, UnknownAssignee> {
        text.parse()
    }
}

impl From<Assignee> for String {
    fn from(assignee: Assignee) -> Self {
        assignee.to_string()
    }
}

impl fmt::Display for Assignee {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Viewer => f.write_str(VIEWER),
            Self::Nobody => f.write_str(NOBODY),
            Self::Person(id) => id.fmt(f),
            Self::Email(text) | Self::Group(text) => f.write_str(text),
        }
    }
}

/// Somebody to whom something may be assigned, as people read it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct KnownAssignee {
    /// Who.
    pub assignee: Assignee,
    /// The name of the person or of the group.
    pub name: String,
}
