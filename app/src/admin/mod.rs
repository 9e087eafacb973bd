//! Administration: people, groups, keys, endpoints, deliveries.

mod tabs;

pub use tabs::{AdminTab, AdminTabs};
