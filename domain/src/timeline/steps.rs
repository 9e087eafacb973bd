//! A step of an enforced execution as the run page shows it.

use serde::{Deserialize, Serialize};

use crate::step::State;

/// A step of the run's workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRow {
    /// Its id in the workflow.
    pub id: String,
    /// What it does: `run`, `analyse` or `approval`.
    pub kind: String,
    /// The attempt that counts, from 1; 0 while nobody has begun it.
    pub attempt: u32,
    /// Its state.
    pub state: State,
    /// The checks that were made of it, with whether each holds.
    pub checks: Vec<(String, bool)>,
}
