//! People as administrators see them.

use serde::{Deserialize, Serialize};

use crate::{Role, Time, delegations::DelegationsPage, id::PersonId};

/// What the list of people is narrowed to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeopleQuery {
    /// Only the people of this group.
    pub group: Option<String>,
    /// Where the page begins; absent for the first.
    pub cursor: Option<String>,
}

/// A page of people, by name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PeoplePage {
    /// The server's time when the page was made.
    pub now: Time,
    /// The people.
    pub rows: Vec<PersonRow>,
    /// Where the next page begins.
    pub next_cursor: Option<String>,
    /// Every group there is, to choose from.
    pub groups: Vec<String>,
}

/// A person in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonRow {
    /// Who.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Their email.
    pub email: String,
    /// Their roles.
    pub roles: Vec<Role>,
    /// The names of their groups.
    pub groups: Vec<String>,
    /// When they last decided.
    pub last_decision: Option<Time>,
    /// Since when they may not sign in.
    pub disabled_at: Option<Time>,
}

/// A person with all an administrator may change.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonDetail {
    /// The server's time when the page was made.
    pub now: Time,
    /// The person.
    pub person: PersonRow,
    /// When they were added.
    pub created_at: Time,
    /// The groups they do not belong to.
    pub other_groups: Vec<String>,
    /// Who decides in their place, and in whose they do.
    pub absences: DelegationsPage,
    /// The names of usable keys that stand for them.
    pub standing_keys: Vec<String>,
    /// Whether it is the viewer.
    pub is_viewer: bool,
    /// Whether nobody else could administer.
    pub is_last_administrator: bool,
}
