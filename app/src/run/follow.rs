//! The run as its open page holds it: everything beside the timeline as it is now, the timeline when somebody asks.

use crate::{
    calls::refresh::refresh_run,
    live::{on_news, refresh::refresher},
};
use domain::timeline::{ActorKind, RunPage, RunQuery};
use leptos::prelude::*;

/// The page after it was asked for again: its timeline stays as it is.
fn refreshed(shown: &RunPage, now: &RunPage) -> RunPage {
    RunPage {
        timeline: shown.timeline.clone(),
        next_cursor: shown.next_cursor.clone(),
        is_continued: shown.is_continued,
        looked_through: shown.looked_through,
        ..now.clone()
    }
}

/// How many events are newer than the newest that is shown. An older page of the timeline has none.
fn unseen(shown: &RunPage, now: &RunPage) -> usize {
    if shown.is_continued {
        return 0;
    }
    let newest = shown.timeline.first().map_or(0, |item| item.leaf_index);
    now.timeline.iter().filter(|item| item.leaf_index > newest).count()
}

/// The run of an open page.
#[derive(Clone, Copy)]
pub struct Followed {
    shown: RwSignal<RunPage>,
    fresh: RwSignal<Option<RunPage>>,
}

impl Followed {
    /// Follows a run from now on; `actors` is whose events its timeline shows.
    pub fn follow(run: RunPage, actors: Option<ActorKind>) -> Self {
        let id = run.id;
        let followed = Self { shown: RwSignal::new(run), fresh: RwSignal::new(None) };
        let ask = refresher(
            move || refresh_run(RunQuery { id, actors, cursor: None }),
            move |now| {
                followed.shown.update(|shown| *shown = refreshed(shown, &now));
                followed.fresh.set(Some(now));
            },
        );
        on_news(move |news| {
            if news.concerns_run(id) {
                ask();
            }
        });
        followed
    }

    /// Looks at the run, and is told again when it changes.
    pub fn with<T>(self, look: impl FnOnce(&RunPage) -> T) -> T {
        self.shown.with(look)
    }

    /// Looks at the run, once.
    pub fn with_untracked<T>(self, look: impl FnOnce(&RunPage) -> T) -> T {
        self.shown.with_untracked(look)
    }

    /// How many events wait to be shown.
    pub fn unseen(self) -> usize {
        self.fresh.with(|fresh| fresh.as_ref().map_or(0, |fresh| self.shown.with(|shown| unseen(shown, fresh))))
    }

    /// Shows them.
    pub fn show(self) {
        let is_continued = self.shown.with_untracked(|shown| shown.is_continued);
        if let Some(fresh) = self.fresh.get_untracked().filter(|_| !is_continued) {
            self.shown.set(fresh);
        }
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::sample;
    use domain::{
        Actor, SystemActor,
        event::{Entry, Event},
        review::TimelineItem,
    };

    fn page(leaves: &[i64], is_continued: bool) -> RunPage {
        let now = domain::Time::UNIX_EPOCH + chrono::TimeDelta::seconds(leaves.len().try_into().expect("few"));
        let item = |leaf_index: &i64| TimelineItem {
            leaf_index: *leaf_index,
            actor_name: "engine".to_owned(),
            entry: Entry {
                id: "evt_01j0000000e00800000000000r".parse().expect("an id"),
                at: now,
                actor: Actor::System(SystemActor::Engine),
                run: None,
                approval: None,
                subject: None,
                event: Event::SignInRefused { person: None },
            },
        };
        RunPage {
            now,
            timeline: leaves.iter().map(item).collect(),
            next_cursor: None,
            is_continued,
            ..sample::run_page()
        }
    }

    #[test]
    fn the_timeline_waits_and_the_rest_does_not() {
        let (shown, now) = (page(&[5, 3], false), page(&[9, 7, 5, 3], false));
        assert_eq!(unseen(&shown, &now), 2);
        let merged = refreshed(&shown, &now);
        assert_eq!((merged.now, &merged.timeline), (now.now, &shown.timeline));
        assert_eq!(unseen(&merged, &now), 2);
        assert_eq!(unseen(&now, &now), 0);
        let older = page(&[2, 1], true);
        assert_eq!((unseen(&older, &now), refreshed(&older, &now).is_continued), (0, true));
        assert_eq!(unseen(&page(&[], false), &now), 4);
    }
}
