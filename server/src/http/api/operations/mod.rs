//! The routes of the API with what each takes and gives.

pub mod approvals;
pub mod audit;
pub mod closures;
pub mod concerns;
pub mod escalations;
pub mod health;
pub mod live;
pub mod requests;
pub mod runners;
pub mod runs;
pub mod signatures;
pub mod stages;
pub mod steps;
pub mod workflows;
