//! Groups as administrators see them: who belongs, which policies ask for them, and whether that can work.

use serde::{Deserialize, Serialize};

use crate::{id::PersonId, quorum::Shortage};

/// Every group there is, and those that a policy names and nobody has created.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupsPage {
    /// The groups, by name.
    pub rows: Vec<GroupRow>,
    /// Policies that cannot be met.
    pub warnings: Vec<Unmet>,
}

/// A group in the list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupRow {
    /// Its name.
    pub name: String,
    /// Whether it was created.
    pub exists: bool,
    /// People in it who may sign in.
    pub people: u32,
    /// Those of them who may decide.
    pub reviewers: u32,
    /// The policies that ask for it.
    pub needs: Vec<Need>,
}

/// What a policy asks of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Need {
    /// The workflow, by name, in its newest version.
    pub workflow: String,
    /// That version.
    pub version: u32,
    /// The policy.
    pub policy: String,
    /// How many of the group must approve; 0 where the policy only raises approvals to it.
    pub count: u32,
}

/// A policy that cannot be met, whoever asks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unmet {
    /// The workflow, by name, in its newest version.
    pub workflow: String,
    /// That version.
    pub version: u32,
    /// The policy.
    pub policy: String,
    /// Who is missing.
    pub shortage: Shortage,
}

/// A group with everybody in it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct GroupDetail {
    /// The group.
    pub row: GroupRow,
    /// Everybody in it, by name.
    pub members: Vec<Member>,
    /// People who could join, by name; some of them where there are many.
    pub others: Vec<Member>,
    /// Policies that name it and cannot be met.
    pub warnings: Vec<Unmet>,
}

/// A person of a group.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Member {
    /// Who.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Their email.
    pub email: String,
    /// Whether they have the role that decides.
    pub is_reviewer: bool,
    /// Whether they may not sign in.
    pub is_disabled: bool,
}

impl Member {
    /// Whether they may decide.
    pub const fn is_able(&self) -> bool {
        self.is_reviewer && !self.is_disabled
    }
}
