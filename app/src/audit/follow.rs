//! The log as its open page holds it: what is newer waits until somebody asks for it, so that no row moves by itself.

use crate::{
    calls::refresh::refresh_audit,
    live::{on_news, refresh::refresher},
};
use domain::audit::{AuditPage, AuditQuery};
use leptos::prelude::*;

/// How many of the newest events are newer than the newest that is shown.
fn unseen(shown: &AuditPage, now: &AuditPage) -> usize {
    let newest = shown.rows.first().map_or(0, |item| item.leaf_index);
    now.rows.iter().filter(|item| item.leaf_index > newest).count()
}

/// The log of an open page.
#[derive(Clone, Copy)]
pub struct Followed {
    shown: RwSignal<AuditPage>,
    fresh: RwSignal<Option<AuditPage>>,
}

impl Followed {
    /// Shows a page, and follows what comes after it; an older page has nothing that could come.
    pub fn follow(page: AuditPage, query: AuditQuery) -> Self {
        let followed = Self { shown: RwSignal::new(page), fresh: RwSignal::new(None) };
        if query.cursor.is_none() {
            let ask = refresher(move || refresh_audit(query.clone()), move |now| followed.fresh.set(Some(now)));
            on_news(move |_| ask());
        }
        followed
    }

    /// The page as it is shown.
    pub fn page(self) -> AuditPage {
        self.shown.get()
    }

    /// How many events wait to be shown.
    pub fn unseen(self) -> usize {
        self.fresh.with(|fresh| fresh.as_ref().map_or(0, |fresh| self.shown.with(|shown| unseen(shown, fresh))))
    }

    /// Shows them.
    pub fn show(self) {
        if let Some(fresh) = self.fresh.get_untracked() {
            self.shown.set(fresh);
        }
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::sample;

    #[test]
    fn only_newer_events_wait() {
        let mut now = sample::audit();
        for (item, leaf) in now.rows.iter_mut().rev().zip(1..) {
            item.leaf_index = leaf;
        }
        let shown = AuditPage { rows: now.rows[2..].to_vec(), ..now.clone() };
        assert_eq!((unseen(&shown, &now), unseen(&now, &now)), (2, 0));
        let empty = AuditPage { rows: Vec::new(), ..now.clone() };
        assert_eq!((unseen(&empty, &now), unseen(&now, &empty)), (now.rows.len(), 0));
    }
}
