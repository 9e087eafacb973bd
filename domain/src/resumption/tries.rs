//! When a resumption is tried, and how long whoever tries may take.

use chrono::TimeDelta;

use super::Resumption;
use crate::Time;

/// Seconds to wait before each try of a webhook, the first included.
const PAUSES: [i64; 7] = [0, 5, 5 * 60, 30 * 60, 2 * 3_600, 5 * 3_600, 10 * 3_600];
/// Tries before a person is needed.
pub const ATTEMPTS: u32 = 7;
/// A receiver that asks to be left alone is obeyed this long at the most.
const LONGEST_ASKED: TimeDelta = TimeDelta::hours(12);
/// How far the clocks of two servers may be apart.
pub(super) const LAG: TimeDelta = TimeDelta::minutes(1);
/// The longest jitter, as a part of the pause: a tenth.
const JITTER: i64 = 10;

impl Resumption {
    /// When a pause ends at the latest that began now or before.
    pub fn longest_pause(now: Time) -> Time {
        now + LONGEST_ASKED + LAG
    }

    /// When a lease ends at the latest that began now or before and lasts so long.
    pub fn longest_lease(now: Time, lasts: TimeDelta) -> Time {
        now + lasts + LAG
    }
}

/// How a try failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Setback {
    /// Which try, from 1.
    pub attempt: u32,
    /// Why.
    pub cause: String,
    /// When it is tried again.
    pub next_try: Option<Time>,
}

/// When to try again after the given try, from 1. `jitter` spreads the tries of many; `asked` is how long the receiver
/// wants to be left alone. `None` when no try is left.
pub fn next_try(attempt: u32, now: Time, jitter: u8, asked: Option<TimeDelta>) -> Option<Time> {
    let pause = *PAUSES.get(usize::try_from(attempt).ok()?)? * 1_000;
    let spread = pause * i64::from(jitter) / (i64::from(u8::MAX) * JITTER);
    let pause = TimeDelta::milliseconds(pause + spread);
    now.checked_add_signed(pause.max(asked.unwrap_or_default().min(LONGEST_ASKED)))
}
