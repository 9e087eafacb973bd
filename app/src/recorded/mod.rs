//! Recorded things as they are: text that may be hostile, and JSON values. Nothing here is markup, nothing can hide.

pub mod changes;
pub mod folded;
pub mod json;
pub mod lines;
pub mod text;
pub mod value;
pub mod yaml;
