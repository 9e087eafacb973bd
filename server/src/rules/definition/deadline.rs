//! Deadlines of policies: after which time who is reminded, who is asked as well, and when it is over.

use std::str::FromStr as _;

use chrono_tz::Tz;
use domain::{
    deadline::Raise,
    hours::{DAY, Day, Hours},
};

use super::{names, policies::read_words};
use crate::rules::{
    suggest,
    yaml::{Cursor, Faults, Keys, fault::code},
};

pub(super) const KEYS: Keys = Keys { known: &["remind", "raise", "expire", "hours"], later: &[] };
pub(super) const RAISE_KEYS: Keys = Keys { known: &["after", "to"], later: &[] };
pub(super) const HOURS_KEYS: Keys = Keys { known: &["zone", "days", "from", "to"], later: &[] };

/// The longest name of a time zone.
const LONGEST_ZONE: usize = 40;
/// The weeks that ten years have.
const MAX_WEEKS: u64 = 522;

/// A deadline as it is written, durations in seconds.
#[derive(Default)]
pub struct Deadline {
    pub remind: Option<u64>,
    pub raise: Option<Raise>,
    pub expire: Option<u64>,
    pub hours: Option<Hours>,
}

/// Reads a policy's deadline.
pub fn read(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Deadline {
    if !cursor.is_map(&KEYS, faults) {
        return Deadline::default();
    }
    let duration = |key: &str, faults: &mut Faults<'_>| {
        let read = cursor.get(key).and_then(|duration| names::duration(&duration, faults))?;
        Some((key.to_owned(), read))
    };
    let remind = duration("remind", faults);
    let raise = cursor.get("raise").and_then(|raise| read_raise(&raise, faults));
    let expire = duration("expire", faults);
    let raised = raise.as_ref().map(|raise| ("raise.after".to_owned(), raise.after));
    let hours = cursor.get("hours").and_then(|hours| read_hours(&hours, faults));
    let written: Vec<(String, u64)> = [remind.clone(), raised, expire.clone()].into_iter().flatten().collect();
    in_order(cursor, &written, faults);
    if let Some(hours) = &hours {
        within_years(cursor, hours, &written, faults);
    }
    let seconds = |read: Option<(String, u64)>| read.map(|(_, seconds)| seconds);
    Deadline { remind: seconds(remind), raise, expire: seconds(expire), hours }
}

fn read_raise(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Option<Raise> {
    if !cursor.is_map(&RAISE_KEYS, faults) {
        return None;
    }
    let after = cursor.need("after", "the time after which more people may decide", faults);
    let after = after.and_then(|after| names::duration(&after, faults));
    let to = cursor.need("to", "the group whose people may then decide, too", faults);
    let to = to.and_then(|to| names::group(&to, faults));
    Some(Raise { after: after?, to: to? })
}

/// Each step comes later than the one before.
fn in_order(cursor: &Cursor<'_>, written: &[(String, u64)], faults: &mut Faults<'_>) {
    for pair in written.windows(2) {
        let [(first, earlier), (second, later)] = pair else { continue };
        if earlier >= later {
            let message = format!(
                "`{first}` comes before `{second}`: write a shorter time here, or a longer one there. First people are \
                 reminded, then more of them are asked, then it is over."
            );
            faults.add(&path(cursor, first), code::INVALID_VALUE, message);
        }
    }
}

/// In these hours, each step comes within ten years.
fn within_years(cursor: &Cursor<'_>, hours: &Hours, written: &[(String, u64)], faults: &mut Faults<'_>) {
    if written.is_empty() {
        let message = "`hours` counts nothing here. Add `remind`, `raise` or `expire`, or remove it.";
        faults.add_at_key(&cursor.path.key("hours"), code::INVALID_VALUE, message);
    }
    let week = hours.days.len() as u64 * u64::from(hours.to.saturating_sub(hours.from)) * 60;
    for (key, seconds) in written.iter().filter(|_| week > 0) {
        if seconds / week >= MAX_WEEKS {
            let message = "In these hours this takes more than ten years. Write a shorter time, or more hours.";
            faults.add(&path(cursor, key), code::INVALID_VALUE, message);
        }
    }
}

fn path(cursor: &Cursor<'_>, key: &str) -> crate::rules::yaml::Path {
    key.split('.').fold(cursor.path.clone(), |path, key| path.key(key))
}

fn read_hours(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Option<Hours> {
    if !cursor.is_map(&HOURS_KEYS, faults) {
        return None;
    }
    let zone = cursor.need("zone", "the time zone, such as Europe/Berlin", faults);
    let zone = zone.and_then(|zone| read_zone(&zone, faults));
    let days = cursor.need("days", "the days of the week, such as [mon, tue, wed, thu, fri]", faults);
    let days = days.map(|list| {
        let days = read_words(cursor, "days", "days", Day::ALL, faults);
        if days.is_empty() {
            let message = "No time would ever pass: name at least one day, such as [mon, tue, wed, thu, fri].";
            faults.add(&list.path, code::INVALID_VALUE, message);
        }
        days
    });
    let from = cursor.need("from", "when these hours begin, such as \"09:00\"", faults);
    let from = from.and_then(|from| read_time(&from, faults));
    let ends = cursor.need("to", "when these hours end, such as \"17:00\"", faults);
    let to = ends.as_ref().and_then(|to| read_time(to, faults));
    if let (Some(from), Some(to), Some(ends)) = (from, to, &ends)
        && to <= from
    {
        let message = "No time would ever pass: `to` comes after `from`, on the same day. Midnight is \"24:00\".";
        faults.add(&ends.path, code::INVALID_VALUE, message);
    }
    Some(Hours { zone: zone?, days: days.filter(|days| !days.is_empty())?, from: from?, to: to? })
}

fn read_zone(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Option<String> {
    let text = cursor.text(LONGEST_ZONE, faults)?;
    if Tz::from_str(&text).is_ok() {
        return Some(text);
    }
    let known = chrono_tz::TZ_VARIANTS.iter().map(|zone| zone.name());
    let hint = suggest::hint(&text, known);
    let message = format!("There is no time zone `{text}`: use a name like Europe/Berlin or UTC.{hint}");
    faults.add(&cursor.path, code::UNKNOWN_NAME, message);
    None
}

/// Minutes after midnight, from `00:00` to `24:00`.
fn read_time(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Option<u16> {
    let text = cursor.text(names::LONGEST, faults)?;
    let read = minutes(&text).filter(|minutes| *minutes <= DAY);
    if read.is_none() {
        let message =
            format!("`{text}` is not a time of day. Write hours and minutes, such as \"09:00\" or \"17:30\".");
        faults.add(&cursor.path, code::INVALID_VALUE, message);
    }
    read
}

fn minutes(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let number = |part: &str| {
        let is_number = part.len() == 2 && part.bytes().all(|byte| byte.is_ascii_digit());
        part.parse::<u16>().ok().filter(|_| is_number)
    };
    let minutes = number(minutes).filter(|minutes| *minutes < 60)?;
    Some(number(hours)? * 60 + minutes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_of_day_are_hours_and_minutes() {
        let table = [
            ("09:00", Some(540)),
            ("00:00", Some(0)),
            ("24:00", Some(DAY)),
            ("24:01", Some(DAY + 1)),
            ("9:00", None),
            ("09:60", None),
            ("09:0", None),
            ("09", None),
            ("0900", None),
            ("+9:00", None),
            ("09:00:00", None),
            ("", None),
        ];
        for (text, expected) in table {
            assert_eq!(minutes(text), expected, "{text}");
        }
    }
}
