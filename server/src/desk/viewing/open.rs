//! The open pages this server has heard of.

use std::{
    collections::{BTreeMap, HashMap, hash_map::Entry},
    sync::{Arc, Mutex, MutexGuard, PoisonError},
};

use domain::{
    Time,
    id::{ApprovalId, PersonId},
    viewing::{Beat, Presence, Present, View, Viewed},
};
use tokio::sync::{Notify, broadcast};

/// Open pages of one person that are followed.
const MOST_OF_PERSON: usize = 32;
/// Open pages in all that are followed.
const MOST_IN_ALL: usize = 4_096;
/// Changes kept for a slow listener; one that falls further behind asks for everything again.
const KEPT: usize = 256;

/// An open page.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Key {
    /// The approval it shows.
    pub approval: ApprovalId,
    /// Whose it is.
    pub person: PersonId,
    /// Which of theirs.
    pub view: u64,
}

/// A page that was closed, or fell silent.
pub struct Over {
    /// The page.
    pub key: Key,
    /// What is recorded of it.
    pub viewed: Option<Viewed>,
}

/// What is to be done about a page.
pub enum Next {
    /// Nothing: it was closed.
    Gone,
    /// To look again then, or when woken.
    Wait {
        /// When its viewer is there no more, or the view is over, unless it is heard of.
        until: Time,
        /// It was heard of in a way that changes when to look.
        woken: Arc<Notify>,
    },
    /// It has been silent for too long.
    Over(Over),
}

struct Page {
    name: String,
    view: View,
    /// Whether its viewer was there when that was told last.
    was_shown: bool,
    woken: Arc<Notify>,
}

/// Every open page, and who wants to know of changes.
#[derive(Clone)]
pub struct Views {
    pages: Arc<Mutex<HashMap<Key, Page>>>,
    changes: broadcast::Sender<ApprovalId>,
}

impl Views {
    /// Nobody is there.
    pub fn new() -> Self {
        Self { pages: Arc::default(), changes: broadcast::Sender::new(KEPT) }
    }

    /// Hears from now on where somebody comes or goes.
    pub fn listen(&self) -> broadcast::Receiver<ApprovalId> {
        self.changes.subscribe()
    }

    /// Has the pages that show an approval look again.
    pub fn announce(&self, approval: ApprovalId) {
        // Nobody listening is no failure.
        drop(self.changes.send(approval));
    }

    /// Who else has these approvals open; those that nobody has open are left out.
    pub fn presence(&self, approvals: &[ApprovalId], except: PersonId, now: Time) -> Vec<Presence> {
        let pages = self.pages();
        let there = pages
            .iter()
            .filter(|(key, page)| key.person != except && page.view.is_shown(now) && approvals.contains(&key.approval));
        // By name, each once however many pages they have open.
        let mut people: BTreeMap<ApprovalId, BTreeMap<(&str, PersonId), Present>> = BTreeMap::new();
        for (key, page) in there {
            let present = Present { person: key.person, name: page.name.clone() };
            people.entry(key.approval).or_default().insert((&page.name, key.person), present);
        }
        people
            .into_iter()
            .map(|(approval, people)| Presence { approval, people: people.into_values().collect() })
            .collect()
    }

    /// Who else has this approval open.
    pub fn present(&self, approval: ApprovalId, except: PersonId, now: Time) -> Vec<Present> {
        self.presence(&[approval], except, now).pop().map(|presence| presence.people).unwrap_or_default()
    }

    /// A page is heard of; `false` for one that is not followed.
    pub(super) fn hear(&self, key: &Key, beat: &Beat, now: Time) -> bool {
        let mut pages = self.pages();
        let Some(page) = pages.get_mut(key) else { return false };
        page.view = page.view.hear(beat, now);
        let is_shown = page.view.is_shown(now);
        if is_shown != page.was_shown {
            page.was_shown = is_shown;
            page.woken.notify_one();
            self.announce(key.approval);
        }
        true
    }

    /// Follows a page from now on; `false` where there are too many, or it is followed already.
    pub(super) fn open(&self, key: Key, name: &str, beat: &Beat, now: Time) -> bool {
        let mut pages = self.pages();
        let own = pages.keys().filter(|known| known.person == key.person).count();
        if pages.len() >= MOST_IN_ALL || own >= MOST_OF_PERSON {
            return false;
        }
        let Entry::Vacant(place) = pages.entry(key) else { return false };
        let view = View::open(beat, now);
        let was_shown = view.is_shown(now);
        place.insert(Page { name: name.to_owned(), view, was_shown, woken: Arc::default() });
        if was_shown {
            self.announce(key.approval);
        }
        true
    }

    /// What is to be done about a page now; that its viewer has gone is told.
    pub(super) fn look(&self, key: &Key, now: Time) -> Next {
        let mut pages = self.pages();
        let Some(page) = pages.get_mut(key) else { return Next::Gone };
        let is_shown = page.view.is_shown(now);
        if std::mem::replace(&mut page.was_shown, is_shown) && !is_shown {
            self.announce(key.approval);
        }
        if now >= page.view.over_at() {
            let viewed = page.view.close();
            pages.remove(key);
            return Next::Over(Over { key: *key, viewed });
        }
        let until = if is_shown { page.view.shown_until() } else { page.view.over_at() };
        Next::Wait { until, woken: page.woken.clone() }
    }

    /// Follows a page no more.
    pub(super) fn close(&self, key: &Key) -> Option<Over> {
        let page = self.pages().remove(key)?;
        page.woken.notify_one();
        if page.was_shown {
            self.announce(key.approval);
        }
        Some(Over { key: *key, viewed: page.view.close() })
    }

    /// Follows no page any more.
    pub(super) fn close_all(&self) -> Vec<Over> {
        let pages = std::mem::take(&mut *self.pages());
        pages.into_iter().map(|(key, page)| Over { key, viewed: page.view.close() }).collect()
    }

    fn pages(&self) -> MutexGuard<'_, HashMap<Key, Page>> {
        self.pages.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
