//! What happens by itself: closures, looks at what became of their records, deadlines, deliveries, notifications, comparing what should fit together, and removing what has ended.

pub mod closure;
pub mod deadline;
pub mod delivery;
pub mod drift;
pub mod escalation;
pub mod notification;
pub mod reconcile;
pub mod search;
pub mod sweep;
mod timer;
