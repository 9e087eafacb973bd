//! What happens by itself: deadlines.

pub mod deadline;
