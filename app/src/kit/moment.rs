//! Points in time: the server writes UTC, the browser turns it into the reader's own time once script runs.

use super::script::scripted;
use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc};
use leptos::prelude::*;

const MONTHS: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const WEEKDAYS: [&str; 7] = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"];
const WHOLE_MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// How much of a moment is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Grain {
    /// Hours and minutes.
    Minute,
    /// With seconds.
    Second,
}

/// A moment: the time of day, with its date when it is another day than `now`; everything in the tooltip, in UTC.
#[component]
pub fn Moment(
    /// When.
    at: DateTime<Utc>,
    /// The page's time.
    now: DateTime<Utc>,
    /// How much is shown.
    #[prop(default = Grain::Second)]
    grain: Grain,
) -> impl IntoView {
    let scripted = scripted();
    let text = move || {
        let shift = if scripted.get() { local_shift(at) } else { 0 };
        clock(at, now, shift, grain)
    };
    view! { <time datetime=stamp(at) title=tooltip(at) class="tabular-nums whitespace-nowrap">{text}</time> }
}

/// Says once that times are in UTC, for as long as they are.
#[component]
pub fn ZoneNote() -> impl IntoView {
    let scripted = scripted();
    view! { <span class="max-sm:hidden">{move || if scripted.get() { "" } else { "Times in UTC" }}</span> }
}

/// `2026-11-21T14:33:12Z`.
pub fn stamp(at: DateTime<Utc>) -> String {
    format!("{}T{}Z", day(at), time(at, Grain::Second))
}

/// `2026-11-21 14:33:12 UTC`.
pub fn tooltip(at: DateTime<Utc>) -> String {
    format!("{} {} UTC", day(at), time(at, Grain::Second))
}

/// The time of day as the reader's clock has it: `14:58:10`. For what is shown after hydration only.
pub fn local_clock(at: DateTime<Utc>) -> String {
    time(at + TimeDelta::minutes(local_shift(at)), Grain::Second)
}

/// `14:33:12`, in UTC.
pub fn utc_clock(at: DateTime<Utc>) -> String {
    time(at, Grain::Second)
}

/// `2026-11-21 14:33:12.118204 UTC`: everything that is kept of a moment.
pub fn exact(at: DateTime<Utc>) -> String {
    format!("{} {}.{:06} UTC", day(at), time(at, Grain::Second), at.timestamp_subsec_micros())
}

/// `2026-11-21`, in UTC.
pub fn utc_day(at: DateTime<Utc>) -> String {
    day(at)
}

/// `Friday 20 November`, with the year when it is another than that of `now`.
pub fn day_in_words(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let weekday = WEEKDAYS[at.weekday().num_days_from_monday() as usize % WEEKDAYS.len()];
    let month = WHOLE_MONTHS[at.month0() as usize % WHOLE_MONTHS.len()];
    let year = if at.year() == now.year() { String::new() } else { format!(" {}", at.year()) };
    format!("{weekday} {} {month}{year}", at.day())
}

/// `23 to 27 Nov`, `30 Nov to 2 Dec`, `30 Nov`: the days from one midnight to before another, in UTC.
pub fn days(from: DateTime<Utc>, until: DateTime<Utc>) -> String {
    let last = until - TimeDelta::microseconds(1);
    let month = |at: DateTime<Utc>| MONTHS[at.month0() as usize % MONTHS.len()];
    let whole = |at: DateTime<Utc>| format!("{} {}", at.day(), month(at));
    if from.year() != last.year() {
        format!("{} {} to {} {}", whole(from), from.year(), whole(last), last.year())
    } else if from.date_naive() == last.date_naive() {
        whole(last)
    } else if from.month() == last.month() {
        format!("{} to {}", from.day(), whole(last))
    } else {
        format!("{} to {}", whole(from), whole(last))
    }
}

fn clock(at: DateTime<Utc>, now: DateTime<Utc>, shift: i64, grain: Grain) -> String {
    let shift = TimeDelta::minutes(shift);
    let (at, now) = (at + shift, now + shift);
    let time = time(at, grain);
    if at.date_naive() == now.date_naive() {
        return time;
    }
    let month = MONTHS[at.month0() as usize % MONTHS.len()];
    if at.year() == now.year() {
        format!("{} {month} {time}", at.day())
    } else {
        format!("{} {month} {} {time}", at.day(), at.year())
    }
}

fn day(at: DateTime<Utc>) -> String {
    format!("{:04}-{:02}-{:02}", at.year(), at.month(), at.day())
}

fn time(at: DateTime<Utc>, grain: Grain) -> String {
    match grain {
        Grain::Minute => format!("{:02}:{:02}", at.hour(), at.minute()),
        Grain::Second => format!("{:02}:{:02}:{:02}", at.hour(), at.minute(), at.second()),
    }
}

/// Minutes the reader's clock is ahead of UTC at that moment.
#[cfg(feature = "hydrate")]
fn local_shift(at: DateTime<Utc>) -> i64 {
    let date = web_sys::js_sys::Date::new(&stamp(at).into());
    #[expect(clippy::cast_possible_truncation, reason = "an offset is a whole number of minutes below a day")]
    let behind = date.get_timezone_offset() as i64;
    -behind
}

#[cfg(not(feature = "hydrate"))]
const fn local_shift(_at: DateTime<Utc>) -> i64 {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn other_days_carry_their_date() {
        let now = "2026-11-21T14:58:41Z".parse().expect("a time");
        let shown = |at: &str, shift| clock(at.parse().expect("a time"), now, shift, Grain::Minute);
        assert_eq!(shown("2026-11-21T14:33:12Z", 0), "14:33");
        assert_eq!(shown("2026-11-20T23:40:00Z", 0), "20 Nov 23:40");
        assert_eq!(shown("2026-11-20T23:40:00Z", 60), "00:40");
        assert_eq!(shown("2025-01-02T03:04:05Z", 0), "2 Jan 2025 03:04");
    }

    #[test]
    fn days_are_named_and_moments_exact() {
        let at: DateTime<Utc> = "2026-11-20T14:41:30.118204Z".parse().expect("a time");
        assert_eq!(exact(at), "2026-11-20 14:41:30.118204 UTC");
        assert_eq!(day_in_words(at, at), "Friday 20 November");
        let later: DateTime<Utc> = "2027-01-01T00:00:00Z".parse().expect("a time");
        assert_eq!(day_in_words(at, later), "Friday 20 November 2026");
        let until = |text: &str| days("2026-11-30T00:00:00Z".parse().expect("a time"), text.parse().expect("a time"));
        assert_eq!(until("2026-12-01T00:00:00Z"), "30 Nov");
        assert_eq!(until("2026-12-03T00:00:00Z"), "30 Nov to 2 Dec");
        assert_eq!(until("2027-01-02T00:00:00Z"), "30 Nov 2026 to 1 Jan 2027");
        assert_eq!(days(at - TimeDelta::days(3), at), "17 to 20 Nov");
        assert_eq!((utc_day(at), utc_clock(at)), ("2026-11-20".to_owned(), "14:41:30".to_owned()));
    }
}
