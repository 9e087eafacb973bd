//! Time that passes while a page is open. It begins at the server's moment, which came with what is shown, and goes on
//! as the browser's clock does: one that is wrong shows nothing wrong.

use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;

/// Seconds since script took over; never fewer than before.
#[derive(Clone, Copy)]
struct Passed(RwSignal<i64>);

/// Makes the signal; called once, by the app.
pub fn provide_passing() {
    let passed = RwSignal::new(0);
    provide_context(Passed(passed));
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| count(passed));
}

#[cfg(feature = "hydrate")]
fn count(passed: RwSignal<i64>) {
    use web_sys::js_sys::Date;
    /// Fine enough for words that change by the minute, or every second below one.
    const EVERY: std::time::Duration = std::time::Duration::from_secs(10);
    let begun = Date::now();
    let look = move || {
        #[expect(clippy::cast_possible_truncation, reason = "seconds of an open page")]
        let seconds = ((Date::now() - begun) / 1_000.0) as i64;
        if seconds > passed.get_untracked() {
            passed.set(seconds);
        }
    };
    set_interval(look, EVERY);
}

/// The moment it is now, for what was loaded at `loaded`.
pub fn passing(loaded: DateTime<Utc>) -> impl Fn() -> DateTime<Utc> + Copy + Send + Sync + 'static {
    let passed = use_context::<Passed>().map(|Passed(passed)| passed);
    let before = passed.map_or(0, |passed| passed.get_untracked());
    move || loaded + TimeDelta::seconds(passed.map_or(0, |passed| passed.get() - before))
}
