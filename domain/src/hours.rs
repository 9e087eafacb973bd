//! Business hours: on which days, from when to when a deadline's time passes. The rule is generic over the time zone, so
//! that the zones themselves stay where approvals are opened.

use std::{fmt, str::FromStr};

use chrono::{Datelike as _, Days, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc, Weekday};
use serde::{Deserialize, Serialize};

use crate::{
    Time,
    actor::{UnknownWord, words},
};

/// The minutes of a day; what `to: "24:00"` means.
pub const DAY: u16 = 24 * 60;
/// The longest way ahead a moment is looked for, in days: twenty years.
const FARTHEST: usize = 7_305;
/// The longest time a clock was ever put forward by at once, in minutes: the day Samoa left out, and a little more.
const LONGEST_JUMP: i64 = 25 * 60;

words! {
    /// A day of the week.
    Day {
        /// Monday.
        Mon = "mon",
        /// Tuesday.
        Tue = "tue",
        /// Wednesday.
        Wed = "wed",
        /// Thursday.
        Thu = "thu",
        /// Friday.
        Fri = "fri",
        /// Saturday.
        Sat = "sat",
        /// Sunday.
        Sun = "sun",
    }
}

impl From<Weekday> for Day {
    fn from(day: Weekday) -> Self {
        match day {
            Weekday::Mon => Self::Mon,
            Weekday::Tue => Self::Tue,
            Weekday::Wed => Self::Wed,
            Weekday::Thu => Self::Thu,
            Weekday::Fri => Self::Fri,
            Weekday::Sat => Self::Sat,
            Weekday::Sun => Self::Sun,
        }
    }
}

/// The hours in which the time of a policy's deadline passes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Hours {
    /// The time zone, by its IANA name.
    pub zone: String,
    /// The days of the week, in the order they were written.
    pub days: Vec<Day>,
    /// When they begin, in minutes after midnight by the clocks of the zone.
    pub from: u16,
    /// When they end, likewise; 1440 is midnight.
    pub to: u16,
}

impl fmt::Display for Hours {
    /// `mon, fri, 09:00 to 17:00, Europe/Berlin`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for day in &self.days {
            write!(f, "{day}, ")?;
        }
        let Self { zone, from, to, .. } = self;
        write!(f, "{:02}:{:02} to {:02}:{:02}, {zone}", from / 60, from % 60, to / 60, to % 60)
    }
}

/// How the time of a deadline passes.
pub trait Counting {
    /// The moment at which this much has passed since `from`; `None` beyond the calendar.
    fn later(&self, from: Time, span: TimeDelta) -> Option<Time>;
    /// How much of it passes between two moments; nothing where the second is not later.
    fn between(&self, from: Time, to: Time) -> TimeDelta;
}

/// Time passes day and night.
#[derive(Debug, Clone, Copy)]
pub struct AroundTheClock;

impl Counting for AroundTheClock {
    fn later(&self, from: Time, span: TimeDelta) -> Option<Time> {
        from.checked_add_signed(span)
    }

    fn between(&self, from: Time, to: Time) -> TimeDelta {
        (to - from).max(TimeDelta::zero())
    }
}

/// Time passes in business hours only.
#[derive(Debug, Clone)]
pub struct InHours<Z> {
    /// The hours.
    pub hours: Hours,
    /// The rules of their zone.
    pub zone: Z,
}

impl<Z: TimeZone> Counting for InHours<Z> {
    fn later(&self, from: Time, span: TimeDelta) -> Option<Time> {
        let mut left = span;
        if left <= TimeDelta::zero() {
            return Some(from);
        }
        for (opens, closes) in self.windows(from).take(FARTHEST) {
            let begins = opens.max(from);
            let passes = closes - begins;
            if left <= passes {
                return begins.checked_add_signed(left);
            }
            left -= passes.max(TimeDelta::zero());
        }
        None
    }

    fn between(&self, from: Time, to: Time) -> TimeDelta {
        let windows = self.windows(from).take(FARTHEST).take_while(|(opens, _)| *opens < to);
        let passed = windows.map(|(opens, closes)| (closes.min(to) - opens.max(from)).max(TimeDelta::zero()));
        passed.fold(TimeDelta::zero(), |sum, part| sum + part)
    }
}

impl<Z: TimeZone> InHours<Z> {
    /// From when to when each day is open, from the day of this moment on; an empty span on days that are not.
    fn windows(&self, from: Time) -> impl Iterator<Item = (Time, Time)> + '_ {
        let first = from.with_timezone(&self.zone).date_naive();
        first.iter_days().map_while(|day| {
            let opens = self.moment(day, self.hours.from)?;
            let is_open = self.hours.days.contains(&Day::from(day.weekday()));
            let closes = if is_open { self.moment(day, self.hours.to)? } else { opens };
            Some((opens, closes))
        })
    }

    /// When the zone's clocks first show this many minutes of a day; where they are put forward past it, that moment.
    fn moment(&self, day: NaiveDate, minutes: u16) -> Option<Time> {
        let midnight = match minutes {
            DAY => day.checked_add_days(Days::new(1))?,
            _ => day,
        };
        let minutes = TimeDelta::minutes(i64::from(minutes % DAY));
        let shown = NaiveDateTime::new(midnight, NaiveTime::MIN).checked_add_signed(minutes)?;
        let later = |jump: i64| shown.checked_add_signed(TimeDelta::minutes(jump));
        let first = (0..=LONGEST_JUMP).find_map(|jump| self.zone.from_local_datetime(&later(jump)?).earliest())?;
        Some(first.with_timezone(&Utc))
    }
}

#[cfg(test)]
mod tests;
