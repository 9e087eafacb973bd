//! What people see: the console's pages in Leptos.

// A view's type mirrors its markup.
#![recursion_limit = "256"]

mod absence;
pub mod admin;
pub mod app;
mod audit;
pub mod brought;
mod bulk;
pub mod calls;
mod claims;
mod closures;
mod concerns;
#[cfg(feature = "ssr")]
pub mod desk;
mod escalations;
pub mod failure;
mod frame;
mod inbox;
mod keys;
pub mod kit;
pub mod live;
mod pages;
mod palette;
mod profile;
mod queue;
mod recorded;
mod refused;
mod review;
mod run;
mod runs;
#[cfg(all(test, feature = "ssr"))]
mod sample;
mod set_up;
#[cfg(feature = "ssr")]
pub mod shell;
mod timeline;
mod workflow;

pub use app::App;

/// Takes over the page the server rendered.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    console_error_panic_hook::set_once();
    leptos::mount::hydrate_body(App);
}
