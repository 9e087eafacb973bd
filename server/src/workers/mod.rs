//! What happens by itself: deadlines, and removing what has ended.

pub mod deadline;
pub mod sweep;
