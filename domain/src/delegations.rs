//! Delegations as pages list them.

use serde::{Deserialize, Serialize};

use crate::{
    Time,
    delegation::Terms,
    group::{Member, Unmet},
    id::DelegationId,
};

/// Delegations in force and to come, and who may be named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelegationsPage {
    /// The server's time when the page was made.
    pub now: Time,
    /// The delegations, the first to begin first.
    pub rows: Vec<DelegationRow>,
    /// People who decide, to choose from; some of them where there are many.
    pub people: Vec<Member>,
    /// The groups to choose from.
    pub groups: Vec<String>,
}

/// A delegation in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DelegationRow {
    /// Its id.
    pub id: DelegationId,
    /// What was settled.
    pub terms: Terms,
    /// Whether the delegate may decide now.
    pub is_in_force: bool,
    /// The name of whoever set it, if that was somebody else than the principal.
    pub set_by: Option<String>,
    /// Whether the viewer may end it.
    pub can_end: bool,
    /// Policies that can be met otherwise, and not while it holds.
    pub warnings: Vec<Unmet>,
}
