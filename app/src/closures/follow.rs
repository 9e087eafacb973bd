//! Closures as an open page holds them: asked for again when something happened to one.

use crate::{
    calls::refresh::{refresh_closure, refresh_closures},
    live::{on_news, refresh::refresher},
};
use domain::{
    Time,
    closures::{ClosurePage, ClosuresPage, ClosuresQuery},
};
use leptos::prelude::*;

/// The list of an open page.
#[derive(Clone, Copy)]
pub struct FollowedList(RwSignal<ClosuresPage>);

impl FollowedList {
    /// Follows the list from now on.
    pub fn follow(page: ClosuresPage, query: ClosuresQuery) -> Self {
        let shown = RwSignal::new(page);
        let ask = refresher(move || refresh_closures(query.clone()), move |now| shown.set(now));
        on_news(move |news| {
            if news.concerns_closures() {
                ask();
            }
        });
        Self(shown)
    }

    /// Looks at the list, and is told again when it changes.
    pub fn with<T>(self, look: impl FnOnce(&ClosuresPage) -> T) -> T {
        self.0.with(look)
    }
}

/// The receipt of an open page.
#[derive(Clone, Copy)]
pub struct FollowedReceipt(RwSignal<ClosurePage>);

impl FollowedReceipt {
    /// Follows a closure from now on. News do not say which closure they are about.
    pub fn follow(page: ClosurePage) -> Self {
        let id = page.id();
        let shown = RwSignal::new(page);
        let ask = refresher(move || refresh_closure(id), move |now| shown.set(now));
        on_news(move |news| {
            if news.concerns_closures() {
                ask();
            }
        });
        Self(shown)
    }

    /// When the page was loaded.
    pub fn loaded(self) -> Time {
        self.0.with_untracked(|page| page.now)
    }

    /// Looks at the receipt, and is told again when it changes.
    pub fn with<T>(self, look: impl FnOnce(&ClosurePage) -> T) -> T {
        self.0.with(look)
    }
}
