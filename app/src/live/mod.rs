//! Live updates: one stream a browser, shared by its tabs, tells the pages what happened; they ask for what they show.

#[cfg(feature = "hydrate")]
mod asking;
#[cfg(feature = "hydrate")]
mod hub;
pub mod news;
pub mod pill;
pub mod refresh;
pub mod status;
#[cfg(feature = "hydrate")]
mod stream;
#[cfg(feature = "hydrate")]
mod tabs;
pub mod view;

use self::{news::News, status::Status};
use domain::{queue::QueueCounts, review::Viewer};
use leptos::prelude::*;

/// What the whole console knows of what happens.
#[derive(Clone, Copy)]
pub struct Live {
    status: RwSignal<Status>,
    counts: RwSignal<Option<QueueCounts>>,
    /// Whether the page that is shown brings the counts itself.
    page_counts: RwSignal<bool>,
}

/// Makes live updates possible; they begin once somebody is known to be signed in.
pub fn provide_live() -> Live {
    let live = Live {
        status: RwSignal::new(Status::Starting),
        counts: RwSignal::new(None),
        page_counts: RwSignal::new(false),
    };
    provide_context(live);
    live
}

/// The console's live updates.
pub fn live() -> Option<Live> {
    use_context()
}

impl Live {
    /// The newest counts of the navigation.
    pub fn counts(self) -> Option<QueueCounts> {
        self.counts.get()
    }

    /// There are newer counts.
    pub fn set_counts(self, counts: QueueCounts) {
        self.counts.set(Some(counts));
    }

    /// The page that is shown asks for what holds the counts: nobody else needs to.
    pub fn page_counts(self) {
        self.page_counts.set(true);
        on_cleanup(move || {
            self.page_counts.try_set(false);
        });
    }

    /// Whether somebody has to ask for the counts.
    pub fn lacks_counts(self) -> bool {
        !self.page_counts.get_untracked()
    }
}

/// Begins to listen where the page's own knowledge ends, once.
#[cfg(feature = "hydrate")]
pub fn begin(live: Live, viewer: &Viewer) {
    use leptos::{ev, prelude::window_event_listener};
    if !hub::begin(live, viewer.log_end) {
        return;
    }
    tabs::join(&viewer.id.to_string());
    hub::set_offline(!window().navigator().on_line());
    let every_second = || {
        stream::watch();
        hub::tick();
    };
    set_interval(every_second, std::time::Duration::from_secs(1));
    // For as long as the tab is there.
    std::mem::forget(window_event_listener(ev::online, |_| {
        hub::set_offline(false);
        stream::try_now();
    }));
    std::mem::forget(window_event_listener(ev::offline, |_| hub::set_offline(true)));
}

/// On the server nothing is listened to.
#[cfg(not(feature = "hydrate"))]
pub const fn begin(_: Live, _: &Viewer) {}

/// Hears what happens, until the page that asks goes away.
#[cfg(feature = "hydrate")]
pub fn on_news(hear: impl Fn(&News) + 'static) {
    let id = hub::subscribe(std::rc::Rc::new(hear));
    on_cleanup(move || hub::unsubscribe(id));
}

/// On the server nothing is heard.
#[cfg(not(feature = "hydrate"))]
pub fn on_news(hear: impl Fn(&News) + 'static) {
    drop(hear);
}
