//! Concerns of a run as pages show them.

use serde::{Deserialize, Serialize};

use crate::{
    Time,
    concern::{Concern, Matter},
    id::ConcernId,
    money::Money,
};

/// A concern of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ConcernRow {
    /// Its id.
    pub id: ConcernId,
    /// What is to be looked into.
    pub matter: Matter,
    /// How far it is.
    pub state: Concern,
    /// When it was opened.
    pub opened_at: Time,
    /// Which of the run's resolutions it belongs to, from 0.
    pub round: u32,
    /// Whether it has one.
    pub is_unified: bool,
}

/// One resolution for several concerns.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UnifiedRow {
    /// Its place among those of its run, from 0.
    pub round: u32,
    /// How everything is settled.
    pub resolution: String,
    /// What the refunds come to, by currency.
    pub refunds: Vec<Money>,
    /// When.
    pub at: Time,
    /// The name of the key that said so.
    pub by: String,
}
