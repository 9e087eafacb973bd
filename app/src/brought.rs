//! What the request that loaded the page brought with it, carried over to the browser with the page.

use crate::calls::carried::Loaded;
use domain::{Refusal, bulk::Done, closure::replay::DryRun, review::Unapplied};
use leptos::prelude::*;
use leptos_router::hooks::use_location;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// What came with the request.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Brought {
    /// A decision that was posted and not applied.
    pub unapplied: Option<Unapplied>,
    /// A sign-in that was posted and refused.
    pub sign_in_refused: Option<SignInRefused>,
    /// A form of this page that was posted.
    pub posted: Option<Posted>,
    /// Approvals that were decided together, by a form of this page.
    #[serde(default)]
    pub decided: Option<Done>,
    /// What a replay would do, asked by a form of this page.
    #[serde(default)]
    pub tried: Option<DryRun>,
    /// Whether a set-up link waits to be opened.
    #[serde(default)]
    pub set_up_waits: bool,
    /// The address people reach the console under.
    pub base_url: String,
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

/// A form that was posted to the page it stands on: refused, with what was typed; or done, with something to show once.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Posted {
    /// Which form of the page, as its hidden field `form` says.
    pub form: String,
    /// Why it was refused; `None` when it was done.
    pub refusal: Option<Refusal>,
    /// What was typed, secrets left out.
    pub values: BTreeMap<String, String>,
    /// A secret that was made, shown this once.
    pub secret: Option<String>,
}

impl Posted {
    /// What was typed into a field.
    pub fn value(&self, field: &str) -> String {
        self.values.get(field).cloned().unwrap_or_default()
    }

    /// What is wrong with a field.
    pub fn fault(&self, field: &str) -> Option<String> {
        let errors = &self.refusal.as_ref()?.errors;
        errors.iter().find(|error| error.path.trim_start_matches('/') == field).map(|error| error.message.clone())
    }
}

/// The form of this name, if it was posted to this page.
pub async fn posted(form: &str) -> Option<Posted> {
    brought().await.posted.filter(|posted| posted.form == form)
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
    if is_here { brought } else { Brought { theme: brought.theme, base_url: brought.base_url, ..Brought::default() } }
}

#[cfg(feature = "ssr")]
fn incoming() -> Brought {
    let incoming = use_context::<crate::desk::Incoming>().unwrap_or_default();
    Brought {
        unapplied: incoming.unapplied,
        sign_in_refused: incoming.sign_in_refused,
        posted: incoming.posted,
        decided: incoming.decided,
        tried: incoming.tried,
        set_up_waits: incoming.set_up_waits,
        base_url: incoming.base_url,
        theme: incoming.theme,
    }
}

#[cfg(not(feature = "ssr"))]
fn incoming() -> Brought {
    Brought::default()
}
