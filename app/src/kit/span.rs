//! Lengths of time in words. Every text is relative to a moment the server sent; no clock is read here.

use chrono::{DateTime, Utc};

const MINUTE: i64 = 60;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// `20 s`, `25 min`, `1 h 04`, `3 d`.
pub fn long(seconds: i64) -> String {
    words(seconds, "min")
}

/// `20 s`, `25 m`, `1 h 04`, `3 d`: for columns.
pub fn short(seconds: i64) -> String {
    words(seconds, "m")
}

/// `25 min ago`.
pub fn ago(at: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (now - at).num_seconds();
    if seconds < 5 { "just now".to_owned() } else { format!("{} ago", long(seconds)) }
}

/// `34 min left`, or `12 min over`.
pub fn left(end: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (end - now).num_seconds();
    if seconds < 0 { format!("{} over", long(-seconds)) } else { format!("{} left", long(seconds)) }
}

/// `34 m left`, or `12 m over`: for columns.
pub fn short_left(end: DateTime<Utc>, now: DateTime<Utc>) -> String {
    let seconds = (end - now).num_seconds();
    if seconds < 0 { format!("{} over", short(-seconds)) } else { format!("{} left", short(seconds)) }
}

fn words(seconds: i64, minute: &str) -> String {
    let seconds = seconds.max(0);
    if seconds < MINUTE {
        format!("{seconds} s")
    } else if seconds < HOUR {
        format!("{} {minute}", seconds / MINUTE)
    } else if seconds < 2 * DAY {
        format!("{} h {:02}", seconds / HOUR, seconds % HOUR / MINUTE)
    } else {
        format!("{} d", seconds / DAY)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_read_as_people_say_them() {
        let read = [0, 59, 60, 2_099, 3_840, 18_720, 172_799, 172_800]
            .map(|seconds| format!("{}; {}", short(seconds), long(seconds)));
        assert_eq!(
            read,
            [
                "0 s; 0 s",
                "59 s; 59 s",
                "1 m; 1 min",
                "34 m; 34 min",
                "1 h 04; 1 h 04",
                "5 h 12; 5 h 12",
                "47 h 59; 47 h 59",
                "2 d; 2 d"
            ]
        );
    }

    #[test]
    fn deadlines_pass() {
        let now = DateTime::from_timestamp(1_000_000, 0).expect("a time");
        let at = |seconds: i64| DateTime::from_timestamp(1_000_000 + seconds, 0).expect("a time");
        assert_eq!(left(at(2_040), now), "34 min left");
        assert_eq!(short_left(at(-720), now), "12 m over");
        assert_eq!(ago(at(-1_500), now), "25 min ago");
        assert_eq!(ago(at(0), now), "just now");
    }
}
