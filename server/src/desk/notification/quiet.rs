//! Quiet hours: when they end, by the clock of a time zone.

use chrono::{Days, NaiveTime, TimeDelta, TimeZone as _, Timelike as _};
use chrono_tz::Tz;
use domain::{Refusal, Time, notification::Quiet};

/// Whether there is a time zone of this name.
///
/// # Errors
/// `invalid_field` of `zone`.
pub fn check_zone(zone: &str) -> Result<Tz, Refusal> {
    let message = "expected the name of a time zone, such as Europe/Berlin or UTC";
    zone.parse().map_err(|_| Refusal::invalid("zone", message))
}

/// When the quiet hours end in which this moment lies; `None` when it lies in none.
pub(super) fn end(quiet: &Quiet, now: Time) -> Option<Time> {
    // A name that was known when it was set: without its zone, nobody is disturbed less than they asked for by UTC.
    let zone: Tz = quiet.zone.parse().unwrap_or(Tz::UTC);
    let local = now.with_timezone(&zone);
    if !quiet.holds(local.hour() * 60 + local.minute()) {
        return None;
    }
    let clock = NaiveTime::from_hms_opt(quiet.to / 60 % 24, quiet.to % 60, 0)?;
    let today = local.date_naive();
    let day = if clock > local.time() { today } else { today.checked_add_days(Days::new(1))? };
    let ends = day.and_time(clock);
    // Where clocks are set forward that time may not be there: they end an hour later then. Where they are set back it
    // comes twice, and the first may be over.
    let found = zone.from_local_datetime(&ends);
    let (first, second) = (found.earliest(), found.latest());
    let later = || zone.from_local_datetime(&(ends + TimeDelta::hours(1))).earliest();
    first.filter(|first| *first > now).or(second).or_else(later).map(|time| time.to_utc())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> Time {
        text.parse().expect("a time")
    }

    #[test]
    fn they_never_end_before_now() {
        let short = Quiet { from: 60, to: 2 * 60 + 45, zone: "Europe/Berlin".to_owned() };
        // Half past two for the second time, in the night in which clocks are set back.
        assert_eq!(end(&short, at("2026-10-25T01:30:00Z")), Some(at("2026-10-25T01:45:00Z")));
        assert_eq!(end(&short, at("2026-10-25T00:30:00Z")), Some(at("2026-10-25T00:45:00Z")));
    }

    #[test]
    fn they_end_by_the_clock_on_the_wall() {
        let night = |zone: &str| Quiet { from: 22 * 60, to: 7 * 60, zone: zone.to_owned() };
        for (zone, now, ends) in [
            ("UTC", "2026-11-21T21:59:59Z", None),
            ("UTC", "2026-11-21T22:00:00Z", Some("2026-11-22T07:00:00Z")),
            ("UTC", "2026-11-22T06:59:59Z", Some("2026-11-22T07:00:00Z")),
            ("UTC", "2026-11-22T07:00:00Z", None),
            ("Europe/Berlin", "2026-11-21T21:30:00Z", Some("2026-11-22T06:00:00Z")),
            ("Europe/Berlin", "2026-07-21T20:30:00Z", Some("2026-07-22T05:00:00Z")),
            // The night in which clocks are set back, and the one in which they are set forward.
            ("Europe/Berlin", "2026-10-24T22:00:00Z", Some("2026-10-25T06:00:00Z")),
            ("Europe/Berlin", "2026-03-28T22:00:00Z", Some("2026-03-29T05:00:00Z")),
            ("America/New_York", "2026-11-22T04:00:00Z", Some("2026-11-22T12:00:00Z")),
            ("Asia/Kathmandu", "2026-11-21T17:00:00Z", Some("2026-11-22T01:15:00Z")),
        ] {
            assert_eq!(end(&night(zone), at(now)), ends.map(at), "{zone} {now}");
        }
    }

    #[test]
    fn an_hour_that_is_not_there_ends_them_all_the_same() {
        let quiet = Quiet { from: 23 * 60, to: 150, zone: "Europe/Berlin".to_owned() };
        assert_eq!(end(&quiet, at("2026-03-28T23:00:00Z")), Some(at("2026-03-29T01:30:00Z")));
        assert!(check_zone("Europe/Berlin").is_ok());
        for bad in ["", "Berlin", "+01:00", "europe/berlin\n"] {
            assert!(check_zone(bad).is_err(), "{bad:?}");
        }
    }
}
