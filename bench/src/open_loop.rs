//! Requests at a fixed rate, whatever the answers do: a request that has to wait for the answer before it counts from when
//! it should have been sent, so that a server which stalls is charged for everybody who would have come meanwhile.

use std::time::{Duration, Instant};

use anyhow::Result;

/// When requests are due.
#[derive(Debug, Clone, Copy)]
pub struct Schedule {
    per_second: u32,
    length: Duration,
}

impl Schedule {
    /// So many a second, for so long.
    pub const fn new(per_second: u32, length: Duration) -> Self {
        Self { per_second, length }
    }

    /// How many requests there are.
    pub fn count(self) -> u32 {
        let all = self.length.as_micros() * u128::from(self.per_second) / 1_000_000;
        u32::try_from(all).unwrap_or(u32::MAX)
    }

    /// How long after the start a request is due.
    pub fn due(self, number: u32) -> Duration {
        Duration::from_secs(1) * number / self.per_second.max(1)
    }

    /// Sends one request after the other on one connection; gives each latency in seconds. It counts from when the request
    /// was due if the connection was still busy then, else from when it was sent: what this side oversleeps is not the
    /// server's.
    pub async fn run(self, mut send: impl AsyncFnMut() -> Result<()>) -> Result<Vec<f64>> {
        let start = Instant::now();
        let mut latencies = Vec::new();
        for number in 0..self.count() {
            let due = start + self.due(number);
            let from = if sleep_until(due) { Instant::now() } else { due };
            send().await?;
            latencies.push(from.elapsed().as_secs_f64());
        }
        Ok(latencies)
    }
}

/// Sleeps, and says whether there was anything to sleep for. The runtime's timer is as coarse as a millisecond, and
/// whoever spins takes a processor from what is measured, for as long as the kernel's slice of time.
fn sleep_until(due: Instant) -> bool {
    let left = due.saturating_duration_since(Instant::now());
    if left.is_zero() {
        return false;
    }
    tokio::task::block_in_place(|| std::thread::sleep(left));
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn requests_are_due_at_equal_distances() {
        let schedule = Schedule::new(500, Duration::from_secs(10));
        assert_eq!(schedule.count(), 5_000);
        assert_eq!(schedule.due(0), Duration::ZERO);
        assert_eq!(schedule.due(1), Duration::from_millis(2));
        assert_eq!(schedule.due(4_999), Duration::from_millis(9_998));
        let uneven = Schedule::new(3, Duration::from_millis(999));
        assert_eq!((uneven.count(), uneven.due(3)), (2, Duration::from_secs(1)));
    }

    #[tokio::test(flavor = "multi_thread")]
    async fn a_stall_is_charged_to_everybody_who_would_have_come() -> Result<()> {
        let mut first = true;
        let latencies = Schedule::new(1_000, Duration::from_millis(50))
            .run(async || {
                // One answer takes as long as forty others are apart; the rest are at once.
                if std::mem::take(&mut first) {
                    std::thread::sleep(Duration::from_millis(40));
                }
                Ok(())
            })
            .await?;
        assert_eq!(latencies.len(), 50);
        // A closed loop would show one slow answer; here request 10 waited for what is left of the stall.
        assert!(latencies[10] >= 0.030, "{latencies:?}");
        Ok(())
    }
}
