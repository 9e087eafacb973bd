//! The table of moments, the days on which clocks change, and the laws of counting.

use chrono_tz::Tz;
use proptest::{collection::btree_set, prelude::*, sample::select};

use super::*;

const WEEK: [Day; 5] = [Day::Mon, Day::Tue, Day::Wed, Day::Thu, Day::Fri];

fn open(zone: Tz, days: &[Day], from: u16, to: u16) -> InHours<Tz> {
    InHours { hours: Hours { zone: zone.name().to_owned(), days: days.to_vec(), from, to }, zone }
}

fn office() -> InHours<Tz> {
    open(Tz::Europe__Berlin, &WEEK, 9 * 60, 17 * 60)
}

/// A moment as the zone's clocks show it.
fn shown(zone: Tz, time: Time) -> String {
    time.with_timezone(&zone).format("%a %d.%m. %H:%M:%S").to_string()
}

fn moment(zone: Tz, text: &str) -> Time {
    let local = NaiveDateTime::parse_from_str(text, "%Y-%m-%d %H:%M").expect("a local time");
    zone.from_local_datetime(&local).earliest().expect("clocks show it").with_timezone(&Utc)
}

#[test]
fn four_hours_in_an_office_of_eight() {
    let table = [
        ("in the morning", "2026-11-23 10:00", 4, "Mon 23.11. 14:00:00"),
        ("until closing time, which still counts", "2026-11-23 13:00", 4, "Mon 23.11. 17:00:00"),
        ("over the night", "2026-11-23 15:30", 4, "Tue 24.11. 11:30:00"),
        ("before it opens", "2026-11-23 03:00", 4, "Mon 23.11. 13:00:00"),
        ("after it has closed", "2026-11-23 21:00", 4, "Tue 24.11. 13:00:00"),
        ("at closing time", "2026-11-23 17:00", 4, "Tue 24.11. 13:00:00"),
        ("over the weekend", "2026-11-27 16:00", 4, "Mon 30.11. 12:00:00"),
        ("on a Sunday", "2026-11-29 12:00", 4, "Mon 30.11. 13:00:00"),
        ("a day of hours is three days of eight", "2026-11-23 09:00", 24, "Wed 25.11. 17:00:00"),
        ("over the weekend on which clocks go back", "2026-10-23 16:00", 4, "Mon 26.10. 12:00:00"),
        ("nothing", "2026-11-29 12:00", 0, "Sun 29.11. 12:00:00"),
    ];
    let zone = Tz::Europe__Berlin;
    for (case, from, hours, expected) in table {
        let due = office().later(moment(zone, from), TimeDelta::hours(hours)).expect(case);
        assert_eq!(shown(zone, due), expected, "{case}");
    }
}

#[test]
fn a_day_on_which_clocks_change_is_as_long_as_it_is() {
    let zone = Tz::Europe__Berlin;
    let hours = |from, to, day: &str| {
        let all = open(zone, Day::ALL, from, to);
        let midnight = moment(zone, &format!("{day} 00:00"));
        all.between(midnight, midnight + TimeDelta::hours(23)).num_minutes()
    };
    // In spring there is no 02:30, in autumn there are two: the first one counts, as an opening and as a closing time.
    let (spring, autumn, plain) = ("2026-03-29", "2026-10-25", "2026-11-23");
    assert_eq!([plain, spring, autumn].map(|day| hours(60, 240, day)), [180, 120, 240]);
    assert_eq!([plain, spring, autumn].map(|day| hours(150, 240, day)), [90, 60, 150]);
    assert_eq!([plain, spring, autumn].map(|day| hours(60, 150, day)), [90, 60, 90]);
    assert_eq!([plain, spring, autumn].map(|day| hours(0, DAY, day)), [1_380, 1_380, 1_380]);
    let spring_day = moment(zone, "2026-03-28 23:00");
    let due = open(zone, Day::ALL, 150, 240).later(spring_day, TimeDelta::minutes(15)).expect("due");
    assert_eq!(shown(zone, due), "Sun 29.03. 03:15:00", "what the clocks leave out opens when they go on");
    // Samoa left out a whole Friday: nobody worked on it.
    let samoa = open(Tz::Pacific__Apia, &WEEK, 540, 1_020);
    let due = samoa.later(moment(Tz::Pacific__Apia, "2011-12-29 16:00"), TimeDelta::hours(2)).expect("due");
    assert_eq!(shown(Tz::Pacific__Apia, due), "Mon 02.01. 10:00:00");
}

#[test]
fn what_would_take_for_ever_has_no_moment() {
    let rare = open(Tz::UTC, &[Day::Mon], 0, 1);
    let start = moment(Tz::UTC, "2026-11-23 10:00");
    assert!(rare.later(start, TimeDelta::minutes(1_000)).is_some());
    assert_eq!(rare.later(start, TimeDelta::minutes(1_100)), None);
    assert_eq!(office().later(Time::MAX_UTC - TimeDelta::days(1), TimeDelta::days(1)), None);
    assert_eq!(office().between(start, start - TimeDelta::hours(1)), TimeDelta::zero());
}

#[test]
fn hours_are_written_as_people_read_them() {
    assert_eq!(office().hours.to_string(), "mon, tue, wed, thu, fri, 09:00 to 17:00, Europe/Berlin");
    let sunday = open(Tz::UTC, &[Day::Sun], 5, DAY).hours;
    assert_eq!(sunday.to_string(), "sun, 00:05 to 24:00, UTC");
}

/// Zones that change their clocks at odd times, by odd amounts, at midnight, or never.
const ZONES: [Tz; 8] = [
    Tz::UTC,
    Tz::Europe__Berlin,
    Tz::America__New_York,
    Tz::America__Santiago,
    Tz::Africa__Cairo,
    Tz::Australia__Lord_Howe,
    Tz::Asia__Kathmandu,
    Tz::Pacific__Apia,
];

prop_compose! {
    fn any_hours()(zone in select(&ZONES[..]), days in btree_set(0..7_usize, 1..=7), from in 0..DAY, long in 1..=DAY) -> InHours<Tz> {
        let days: Vec<Day> = days.into_iter().map(|day| Day::ALL[day]).collect();
        open(zone, &days, from, DAY.min(from + long))
    }
}

/// Within two years around several changes of clocks, to the second.
fn any_time() -> impl Strategy<Value = Time> {
    (0..2 * 366 * 86_400_i64).prop_map(|second| moment(Tz::UTC, "2026-01-01 00:00") + TimeDelta::seconds(second))
}

fn any_span() -> impl Strategy<Value = TimeDelta> {
    (1..200 * 3_600_i64).prop_map(TimeDelta::seconds)
}

proptest! {
    #[test]
    fn as_much_passes_as_was_asked_for(open in any_hours(), from in any_time(), span in any_span()) {
        if let Some(due) = open.later(from, span) {
            prop_assert_eq!(open.between(from, due), span);
            // It is the first such moment: a second before, a second less has passed.
            let before = open.between(from, due - TimeDelta::seconds(1));
            prop_assert_eq!(before, span - TimeDelta::seconds(1));
        }
    }

    #[test]
    fn two_spans_pass_one_after_the_other(open in any_hours(), from in any_time(), one in any_span(), two in any_span()) {
        let stepwise = open.later(from, one).and_then(|due| open.later(due, two));
        // Both look ahead for so long only, from where they begin.
        if let (Some(stepwise), Some(whole)) = (stepwise, open.later(from, one + two)) {
            prop_assert_eq!(whole, stepwise);
        }
    }

    #[test]
    fn what_passes_adds_up_and_is_never_more_than_the_clock(open in any_hours(), mut moments in [any_time(), any_time(), any_time()]) {
        moments.sort();
        let [first, second, third] = moments;
        let whole = open.between(first, third);
        prop_assert_eq!(open.between(first, second) + open.between(second, third), whole);
        prop_assert!(whole <= third - first);
    }

    #[test]
    fn it_ends_on_an_open_day(open in any_hours(), from in any_time(), span in any_span()) {
        if let Some(due) = open.later(from, span) {
            // The last second that counted lies in the hours, by the clocks of the zone.
            let last = (due - TimeDelta::microseconds(1)).with_timezone(&open.zone);
            prop_assert!(open.hours.days.contains(&Day::from(last.weekday())), "{last}");
        }
    }

    #[test]
    fn open_day_and_night_is_the_clock(zone in select(&ZONES[..]), from in any_time(), span in any_span()) {
        let always = open(zone, Day::ALL, 0, DAY);
        prop_assert_eq!(always.later(from, span), AroundTheClock.later(from, span));
        let due = from + span;
        prop_assert_eq!(always.between(from, due), AroundTheClock.between(from, due));
    }
}
