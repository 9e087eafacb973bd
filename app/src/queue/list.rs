//! The list as the page holds it: loaded once, asked for again when something happened, shown anew when asked to.

use super::reconcile::{Due, Shown, ShownRow};
use crate::{
    calls::refresh::refresh_queue,
    keys::focus_first_row,
    live::{live, on_news, refresh::refresher},
};
use domain::{
    Time,
    claim::Held,
    id::{ApprovalId, PersonId, SavedViewId},
    queue::{FailingRow, QueueCounts, QueuePage, QueueQuery, QueueRow, Sort, Standing},
    viewing::Present,
};
use leptos::prelude::*;

/// The list of an open page.
#[derive(Clone, Copy)]
pub struct List {
    shown: RwSignal<Shown>,
    /// Whether rows stand under heads that say how soon they are due.
    is_grouped: bool,
}

/// A line of the table, by what it is and not by where it stands.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub enum Line {
    /// The head of a group, with the number of its rows where the page is the whole list.
    Head(Due, Option<usize>),
    /// An approval.
    Row(ApprovalId),
}

impl List {
    /// Shows a page and follows what happens to it.
    pub fn follow(page: QueuePage, query: QueueQuery, viewer: Option<PersonId>) -> Self {
        let is_grouped = query.order() == Sort::Due && query.standing() == Standing::Pending;
        let list = Self { shown: RwSignal::new(Shown::load(page, query.view, viewer)), is_grouped };
        let live = live();
        if let Some(live) = live {
            live.page_counts();
        }
        let load = move || refresh_queue(query.clone(), list.shown.with_untracked(Shown::ids));
        let ask = refresher(load, move |refresh| {
            if let Some(live) = live {
                live.set_counts(refresh.page.counts);
            }
            list.shown.update(|shown| *shown = shown.clone().refresh(refresh));
        });
        on_news(move |news| {
            if news.concerns_lists() || news.is_presence_at(&list.shown.with_untracked(Shown::ids)) {
                ask();
            }
        });
        list
    }

    /// Shows the list as it would be now. Whoever has the focus on something that goes gets the first row.
    pub fn show(self) {
        if !self.shown.with_untracked(Shown::is_outdated) {
            return;
        }
        self.shown.update(|shown| *shown = shown.clone().show());
        request_animation_frame(|| {
            let is_lost = document().active_element().is_none_or(|focused| focused.tag_name() == "BODY");
            if is_lost {
                focus_first_row();
            }
        });
    }

    /// Counts for tabs and title.
    pub fn counts(self) -> QueueCounts {
        self.shown.with(|shown| shown.counts)
    }

    /// The same; nothing once the page is gone. The server asks for the document's title after that.
    pub fn counts_if_here(self) -> Option<QueueCounts> {
        self.shown.try_with(|shown| shown.counts)
    }

    /// How much a view that the viewer keeps holds.
    pub fn saved_count(self, id: SavedViewId) -> Option<u32> {
        self.shown.with(|shown| shown.saved.iter().find(|tab| tab.view.id == id).map(|tab| tab.count))
    }

    /// How many rows wait to be shown.
    pub fn unseen(self) -> usize {
        self.shown.with(|shown| shown.unseen)
    }

    /// Whether there is no row.
    pub fn is_empty(self) -> bool {
        self.shown.with(|shown| shown.rows.is_empty() && shown.failing.is_empty())
    }

    /// Failed resumptions as they are now, with the time they are told by.
    pub fn failing(self) -> (Vec<FailingRow>, Time) {
        self.shown.with(|shown| (shown.failing.clone(), shown.now))
    }

    /// Where the next page begins, and whether this is not the first.
    pub fn pages(self) -> (Option<String>, bool) {
        self.shown.with(|shown| (shown.next_cursor.clone(), shown.is_continued))
    }

    /// Heads and rows in their order.
    pub fn lines(self) -> Vec<Line> {
        self.shown.with(|shown| {
            if !self.is_grouped {
                return shown.rows.iter().map(|row| Line::Row(row.row.id)).collect();
            }
            let is_whole = shown.next_cursor.is_none() && !shown.is_continued;
            let groups = shown.rows.chunk_by(|one, next| one.due == next.due);
            let lines = groups.flat_map(|rows| {
                let head = rows.first().map(|row| Line::Head(row.due, is_whole.then_some(rows.len())));
                head.into_iter().chain(rows.iter().map(|row| Line::Row(row.row.id)))
            });
            lines.collect()
        })
    }

    /// Who else has an approval open.
    pub fn viewing(self, id: ApprovalId) -> Memo<Vec<Present>> {
        Memo::new(move |_| {
            self.shown.with(|shown| {
                let there = shown.presence.iter().find(|presence| presence.approval == id);
                there.map(|presence| presence.people.clone()).unwrap_or_default()
            })
        })
    }

    /// Somebody has claimed an approval, or nobody has any more.
    pub fn set_claim(self, id: ApprovalId, claim: Option<Held>) {
        // The answer may come when the page is gone.
        self.shown.try_update(|shown| {
            if let Some(shown) = shown.rows.iter_mut().find(|shown| shown.row.id == id) {
                shown.row.claim = claim;
            }
        });
    }

    /// Those of these approvals that still stand in the list and wait, in this order.
    pub fn open_rows(self, ids: &[ApprovalId]) -> Vec<QueueRow> {
        self.shown.with(|shown| {
            let open = |id: &ApprovalId| shown.rows.iter().find(|row| row.row.id == *id && row.left.is_none());
            ids.iter().filter_map(open).map(|row| row.row.clone()).collect()
        })
    }

    /// A row as it is now, with the time it is told by.
    pub fn row(self, id: ApprovalId) -> Memo<Option<(ShownRow, Time)>> {
        Memo::new(move |_| {
            self.shown.with(|shown| {
                let row = shown.rows.iter().find(|row| row.row.id == id);
                row.map(|row| (row.clone(), shown.now))
            })
        })
    }
}
