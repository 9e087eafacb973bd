//! The page says that somebody looks at it: when it comes up, every ten seconds while it is visible, when it is hidden
//! and when it is closed. Nothing waits for an answer; what others do is told by the stream.

use super::follow::Followed;

/// How long a page was visible, by a clock in milliseconds.
#[cfg(any(test, feature = "hydrate"))]
#[derive(Debug, Clone, Copy, Default, PartialEq)]
struct Visible {
    before: f64,
    since: Option<f64>,
}

#[cfg(any(test, feature = "hydrate"))]
impl Visible {
    fn set(&mut self, is_visible: bool, now: f64) {
        self.before = self.at(now);
        self.since = is_visible.then_some(now);
    }

    fn at(&self, now: f64) -> f64 {
        self.before + self.since.map_or(0.0, |since| (now - since).max(0.0))
    }
}

/// Says so until the page goes.
#[cfg(feature = "hydrate")]
pub fn watch(followed: Followed) {
    page::watch(followed);
}

/// On the server nobody looks.
#[cfg(not(feature = "hydrate"))]
pub const fn watch(_: Followed) {}

#[cfg(feature = "hydrate")]
mod page {
    use super::{Followed, Visible};
    use crate::kit::passing::passing;
    use domain::{claim::RENEWED_BELOW, id::ApprovalId, viewing::Beat};
    use leptos::{ev, prelude::*};
    use serde::Serialize;
    use std::{
        sync::{Arc, Mutex, PoisonError},
        time::Duration,
    };
    use web_sys::{
        Blob, BlobPropertyBag,
        js_sys::{Array, Date, Math},
    };

    const EVERY: Duration = Duration::from_secs(10);
    /// A claim is renewed for whoever touched keys or pointer within so many milliseconds.
    const AT_WORK: f64 = 120_000.0;
    /// Numbers of views: all that a double holds exactly.
    const NUMBERS: f64 = 9_007_199_254_740_992.0;

    #[derive(Serialize)]
    struct Said {
        beat: Beat,
    }

    #[derive(Clone)]
    struct Watch(Arc<Mutex<State>>);

    struct State {
        approval: ApprovalId,
        revision: u32,
        view: u64,
        visible: Visible,
        touched_at: f64,
        is_over: bool,
    }

    pub fn watch(followed: Followed) {
        let (approval, revision, now) = followed.with_untracked(|review| (review.id, review.revision, review.now));
        let now = passing(now);
        let needs_renewal = move || {
            let held = followed.with_untracked(|review| review.claim.clone());
            held.is_some_and(|held| {
                let left = held.until - now();
                Some(held.person_id) == followed.viewer() && left < RENEWED_BELOW
            })
        };
        Effect::new(move |_| Watch::begin(approval, revision).listen(needs_renewal));
    }

    impl Watch {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a whole number below 2^53")]
        fn begin(approval: ApprovalId, revision: u32) -> Self {
            let view = (Math::random() * NUMBERS) as u64;
            let visible = Visible { before: 0.0, since: (!document().hidden()).then(Date::now) };
            let state = State { approval, revision, view, visible, touched_at: Date::now(), is_over: false };
            Self(Arc::new(Mutex::new(state)))
        }

        fn with<T>(&self, act: impl FnOnce(&mut State) -> T) -> T {
            act(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner))
        }

        fn listen(self, needs_renewal: impl Fn() -> bool + Clone + 'static) {
            self.say(false, false);
            let watch = self.clone();
            let hidden = window_event_listener(ev::visibilitychange, move |_| {
                watch.with(|state| state.visible.set(!document().hidden(), Date::now()));
                watch.say(false, false);
            });
            let watch = self.clone();
            let closed = window_event_listener_untyped("pagehide", move |_| watch.close());
            let watch = self.clone();
            let back = window_event_listener_untyped("pageshow", move |_| watch.with(|state| state.is_over = false));
            let touches = ["keydown", "pointerdown", "pointermove", "wheel"].map(|name| {
                let watch = self.clone();
                window_event_listener_untyped(name, move |_| watch.with(|state| state.touched_at = Date::now()))
            });
            let watch = self.clone();
            let beating = set_interval_with_handle(move || watch.beat(&needs_renewal), EVERY);
            on_cleanup(move || {
                hidden.remove();
                closed.remove();
                back.remove();
                touches.into_iter().for_each(WindowListenerHandle::remove);
                if let Ok(beating) = beating {
                    beating.clear();
                }
                self.close();
            });
        }

        fn beat(&self, needs_renewal: &impl Fn() -> bool) {
            let (is_visible, touched_at) = self.with(|state| (state.visible.since.is_some(), state.touched_at));
            if is_visible {
                self.say(false, Date::now() - touched_at < AT_WORK && needs_renewal());
            }
        }

        fn close(&self) {
            if !self.with(|state| std::mem::replace(&mut state.is_over, true)) {
                self.say(true, false);
            }
        }

        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "milliseconds of an open page")]
        fn say(&self, is_over: bool, renew: bool) {
            let beat = self.with(|state| Beat {
                approval: state.approval,
                view: state.view,
                revision: state.revision,
                visible: state.visible.at(Date::now()) as u64,
                is_visible: state.visible.since.is_some() && !is_over,
                is_over,
                renew,
            });
            if window().navigator().on_line() {
                send(beat);
            }
        }
    }

    /// Nobody waits for the answer, and the browser sends it even when the page is gone.
    fn send(beat: Beat) {
        let Ok(text) = serde_json::to_string(&Said { beat }) else { return };
        let options = BlobPropertyBag::new();
        options.set_type("application/json");
        if let Ok(blob) = Blob::new_with_str_sequence_and_options(&Array::of1(&text.into()), &options) {
            // What a browser does not send is made good by the next word, or by none.
            let _ = window().navigator().send_beacon_with_opt_blob("/calls/refresh_view", Some(&blob));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Visible;

    #[test]
    fn only_what_was_visible_counts() {
        let mut visible = Visible { before: 0.0, since: Some(1_000.0) };
        let seconds = |visible: &Visible, now| (visible.at(now) / 1_000.0).round();
        assert!((seconds(&visible, 5_000.0) - 4.0).abs() < f64::EPSILON);
        visible.set(false, 6_000.0);
        assert!((seconds(&visible, 60_000.0) - 5.0).abs() < f64::EPSILON);
        visible.set(true, 60_000.0);
        visible.set(true, 61_000.0);
        assert!((seconds(&visible, 62_000.0) - 7.0).abs() < f64::EPSILON);
        assert!((seconds(&visible, 0.0) - 6.0).abs() < f64::EPSILON, "a clock that was set back");
    }
}
