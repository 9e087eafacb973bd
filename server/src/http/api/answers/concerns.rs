//! Concerns as the API shows them.

use domain::{
    Time,
    concern::{Concern, ConcernStatus, Matter},
    id::{ConcernId, RunId},
    money::Money,
    timeline::{ConcernRow, UnifiedRow},
};
use schemars::JsonSchema;
use serde::Serialize;

use crate::store::concern::Stored;

/// A concern that was opened.
#[derive(Debug, Clone, JsonSchema)]
pub struct ConcernOpened {
    /// The concern.
    pub concern_id: ConcernId,
    /// Its run.
    pub run_id: RunId,
    /// Its status.
    pub status: ConcernStatus,
    /// When it was opened.
    pub opened_at: Time,
}

/// A concern with what was found.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ConcernDetail {
    /// The concern.
    pub concern_id: ConcernId,
    /// Its status.
    pub status: ConcernStatus,
    /// What is to be looked into.
    #[serde(flatten)]
    pub matter: Matter,
    /// When it was opened.
    pub opened_at: Time,
    /// The status with its data: what was found, and how it is settled.
    pub state: Concern,
}

/// The concerns of a run.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct ConcernsOfRun {
    /// Oldest first.
    pub items: Vec<ConcernDetail>,
    /// The resolutions they have together, newest first.
    pub unified: Vec<UnifiedResolution>,
}

/// One resolution for several concerns.
#[derive(Debug, Clone, Serialize, JsonSchema)]
pub struct UnifiedResolution {
    /// How everything is settled.
    pub resolution: String,
    /// What the refunds that were found come to, by currency.
    pub refunds: Vec<Money>,
    /// The concerns.
    pub concerns: Vec<ConcernId>,
    /// When it was said.
    pub unified_at: Time,
}

/// Concerns that have one resolution now.
#[derive(Debug, Clone, JsonSchema)]
pub struct ConcernsUnified {
    /// The run.
    pub run_id: RunId,
    /// How everything is settled.
    pub resolution: String,
    /// What the refunds that were found come to, by currency.
    pub refunds: Vec<Money>,
    /// The concerns.
    pub concerns: Vec<ConcernId>,
    /// When it was said.
    pub unified_at: Time,
}

impl From<Stored> for ConcernDetail {
    fn from(stored: Stored) -> Self {
        Self {
            concern_id: stored.id,
            status: stored.state.status(),
            matter: stored.matter,
            opened_at: stored.opened_at,
            state: stored.state,
        }
    }
}

impl From<(Vec<ConcernRow>, Vec<UnifiedRow>)> for ConcernsOfRun {
    fn from((rows, unified): (Vec<ConcernRow>, Vec<UnifiedRow>)) -> Self {
        let of = |round| rows.iter().filter(|row| row.round == round).map(|row| row.id).collect();
        let unified = unified
            .into_iter()
            .map(|row| UnifiedResolution {
                concerns: of(row.round),
                resolution: row.resolution,
                refunds: row.refunds,
                unified_at: row.at,
            })
            .collect();
        let detail = |row: ConcernRow| ConcernDetail {
            concern_id: row.id,
            status: row.state.status(),
            matter: row.matter,
            opened_at: row.opened_at,
            state: row.state,
        };
        Self { items: rows.into_iter().map(detail).collect(), unified }
    }
}
