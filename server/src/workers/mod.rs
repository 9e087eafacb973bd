//! What happens by itself: deadlines, deliveries, comparing what should fit together, and removing what has ended.

pub mod deadline;
pub mod delivery;
pub mod escalation;
pub mod reconcile;
pub mod sweep;
