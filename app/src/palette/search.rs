//! Asking the server what a typed text finds: once the typing pauses, and only the last text counts.

use crate::calls::found::load_found;
use domain::found::{Found, Wanted};
use leptos::{prelude::*, task::spawn_local};
use std::time::Duration;

/// How long the typing has to pause.
const PAUSE: Duration = Duration::from_millis(150);

/// A search that is going on.
#[derive(Clone, Copy)]
pub struct Search {
    /// What was typed.
    pub typed: RwSignal<String>,
    /// What the last answer was.
    pub found: RwSignal<Found>,
    /// Whether an answer is on its way.
    pub is_looking: RwSignal<bool>,
    /// Whether the server could not be asked.
    pub is_lost: RwSignal<bool>,
    waiting: StoredValue<Option<TimeoutHandle>>,
}

impl Search {
    /// Nothing typed yet.
    pub fn new() -> Self {
        let search = Self {
            typed: RwSignal::new(String::new()),
            found: RwSignal::new(Found::default()),
            is_looking: RwSignal::new(false),
            is_lost: RwSignal::new(false),
            waiting: StoredValue::new(None),
        };
        on_cleanup(move || search.stop());
        search
    }

    fn stop(self) {
        if let Some(Some(waiting)) = self.waiting.try_update_value(Option::take) {
            waiting.clear();
        }
    }

    /// Looks for this, after a pause.
    pub fn look_for(self, text: String) {
        self.stop();
        let is_enough = Wanted::read(&text).is_some();
        self.typed.set(text.clone());
        self.is_looking.set(is_enough);
        self.found.set(Found::default());
        if is_enough {
            let ask = move || spawn_local(self.ask(text));
            self.waiting.set_value(set_timeout_with_handle(ask, PAUSE).ok());
        }
    }

    async fn ask(self, text: String) {
        let answer = load_found(text.clone()).await;
        // Something else was typed meanwhile, or the palette was closed.
        if self.typed.try_get_untracked() != Some(text) {
            return;
        }
        self.is_looking.set(false);
        self.is_lost.set(answer.is_err());
        self.found.set(answer.unwrap_or_default());
    }
}
