//! What people see: the console's pages in Leptos.
#[cfg(feature = "ssr")]
pub mod desk;
pub mod failure;
