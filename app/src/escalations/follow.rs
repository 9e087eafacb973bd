//! Escalations as an open page holds them: asked for again when something happened to one.

use crate::{
    calls::refresh::{refresh_escalation, refresh_escalations},
    live::{on_news, refresh::refresher},
};
use domain::escalations::{EscalationPage, EscalationsPage, EscalationsQuery};
use leptos::prelude::*;

/// The list of an open page.
#[derive(Clone, Copy)]
pub struct FollowedList(RwSignal<EscalationsPage>);

impl FollowedList {
    /// Follows the list from now on.
    pub fn follow(page: EscalationsPage, query: EscalationsQuery) -> Self {
        let shown = RwSignal::new(page);
        let ask = refresher(move || refresh_escalations(query.clone()), move |now| shown.set(now));
        on_news(move |news| {
            if news.concerns_escalations() {
                ask();
            }
        });
        Self(shown)
    }

    /// Looks at the list, and is told again when it changes.
    pub fn with<T>(self, look: impl FnOnce(&EscalationsPage) -> T) -> T {
        self.0.with(look)
    }
}

/// The case of an open page.
#[derive(Clone, Copy)]
pub struct FollowedCase(RwSignal<EscalationPage>);

impl FollowedCase {
    /// Follows a case from now on: what happens to it and to its run.
    pub fn follow(page: EscalationPage) -> Self {
        let (id, run) = (page.case.id(), page.case.run);
        let shown = RwSignal::new(page);
        let ask = refresher(move || refresh_escalation(id), move |now| shown.set(now));
        on_news(move |news| {
            if news.concerns_run(run) {
                ask();
            }
        });
        Self(shown)
    }

    /// Looks at the case, and is told again when it changes.
    pub fn with<T>(self, look: impl FnOnce(&EscalationPage) -> T) -> T {
        self.0.with(look)
    }
}
