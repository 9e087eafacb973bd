//! Keyset pages: items and where the next page begins.

use serde::{Deserialize, Serialize};

/// The most items a page holds.
pub const MAX_LIMIT: u32 = 200;
/// Items of a page when the caller does not say.
pub const DEFAULT_LIMIT: u32 = 50;

/// A page of a list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "{T}Page"))]
pub struct Page<T> {
    /// The items.
    pub items: Vec<T>,
    /// Hand this back as `cursor` for the next page; absent on the last.
    pub next_cursor: Option<String>,
}
