//! What the request that loaded the page brought with it, carried over to the browser with the page.

use crate::calls::carried::Loaded;
use domain::review::Unapplied;
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize};

/// What came with the request.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Brought {
    /// A decision that was posted and not applied.
    pub unapplied: Option<Unapplied>,
    /// A sign-in that was posted and refused.
    pub sign_in_refused: Option<SignInRefused>,
    /// The chosen theme: `light` or `dark`; the system's when absent.
    pub theme: Option<String>,
}

/// A refused sign-in.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SignInRefused {
    /// What to show.
    pub message: String,
    /// The email that was typed.
    pub email: String,
    /// Where to go after signing in.
    pub to: Option<String>,
}

#[derive(Clone)]
struct Landing {
    path: String,
    brought: Loaded<Brought>,
}

/// Reads the request, once for the page that is loaded.
pub fn provide_brought() {
    let brought = Loaded::new_with_options(|| (), |()| async { incoming() }, true);
    provide_context(Landing { path: use_location().pathname.get_untracked(), brought });
}

/// What came with the request. What was posted belongs to the address it was posted to: elsewhere it is absent.
pub async fn brought() -> Brought {
    let Some(landing) = use_context::<Landing>() else { return Brought::default() };
    let is_here = use_location().pathname.get_untracked() == landing.path;
    let brought = landing.brought.await;
    if is_here { brought } else { Brought { unapplied: None, sign_in_refused: None, ..brought } }
}

#[cfg(feature = "ssr")]
fn incoming() -> Brought {
    let incoming = use_context::<crate::desk::Incoming>().unwrap_or_default();
    Brought { unapplied: incoming.unapplied, sign_in_refused: incoming.sign_in_refused, theme: incoming.theme }
}

#[cfg(not(feature = "ssr"))]
fn incoming() -> Brought {
    Brought::default()
}
