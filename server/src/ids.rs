//! Ids and randomness from one place, so that a seed repeats a story.

use std::sync::{Mutex, PoisonError};

use rand::{Rng, SeedableRng, rngs::StdRng};
use uuid::Uuid;

use crate::clock::Clock;

/// Gives out UUIDv7 ids that rise within the process, salts and secrets.
pub struct Ids {
    clock: Clock,
    state: Mutex<State>,
}

struct State {
    rng: StdRng,
    /// The last millisecond given out and the counter within it.
    last: (u64, u16),
}

impl Ids {
    /// Randomness from the operating system.
    pub fn from_os(clock: Clock) -> Self {
        Self::with(clock, StdRng::from_rng(&mut rand::rng()))
    }

    /// Randomness from a seed, for tests and simulations.
    pub fn seeded(clock: Clock, seed: u64) -> Self {
        Self::with(clock, StdRng::seed_from_u64(seed))
    }

    fn with(clock: Clock, rng: StdRng) -> Self {
        Self { clock, state: Mutex::new(State { rng, last: (0, 0) }) }
    }

    /// A fresh UUIDv7: the time in milliseconds, a counter within it, and randomness.
    pub fn uuid(&self) -> Uuid {
        let now = u64::try_from(self.clock.now().timestamp_millis()).unwrap_or(0);
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        let (millis, counter) = state.last;
        // Time may stand still or go back; ids never do.
        state.last = if now > millis {
            (now, 0)
        } else if counter < 0x0fff {
            (millis, counter + 1)
        } else {
            (millis + 1, 0)
        };
        let (millis, counter) = state.last;
        let mut tail = [0_u8; 8];
        state.rng.fill_bytes(&mut tail);
        drop(state);
        let high = (u128::from(millis & 0xffff_ffff_ffff) << 16) | 0x7000 | u128::from(counter);
        let low = (u64::from_be_bytes(tail) & 0x3fff_ffff_ffff_ffff) | 0x8000_0000_0000_0000;
        Uuid::from_u128((high << 64) | u128::from(low))
    }

    /// `N` bytes nobody can guess.
    pub fn bytes<const N: usize>(&self) -> [u8; N] {
        let mut bytes = [0; N];
        self.state.lock().unwrap_or_else(PoisonError::into_inner).rng.fill_bytes(&mut bytes);
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn ids_rise_even_when_the_clock_goes_back() {
        let clock = Clock::manual("2026-11-21T09:00:00Z".parse().expect("time"));
        let ids = Ids::seeded(clock.clone(), 1);
        let mut last = ids.uuid();
        for step in 0..10_000 {
            if step % 100 == 0 {
                clock.advance(TimeDelta::milliseconds(if step % 200 == 0 { 5 } else { -3_600_000 }));
            }
            let next = ids.uuid();
            assert!(next > last);
            assert_eq!(next.get_version_num(), 7);
            last = next;
        }
    }
}
