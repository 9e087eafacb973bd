//! Ours, the peer, ours, the peer: rounds in one run, and what they say together.

use std::time::Duration;

use anyhow::Result;

use crate::{machine, stats};

/// How long is measured.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// Rounds.
    pub rounds: usize,
    /// The length of one side of a round.
    pub length: Duration,
    /// Whether this is the short form.
    pub is_quick: bool,
}

impl Plan {
    /// Five rounds of ten seconds, or three of two.
    pub const fn new(is_quick: bool) -> Self {
        let (rounds, seconds) = if is_quick { (3, 2) } else { (5, 10) };
        Self { rounds, length: Duration::from_secs(seconds), is_quick }
    }

    /// One of two sizes.
    pub const fn either<T: Copy>(&self, full: T, quick: T) -> T {
        if self.is_quick { quick } else { full }
    }
}

/// The figures of both sides, round by round.
#[derive(Debug, Clone, Default)]
pub struct Paired {
    /// Ours.
    pub ours: Vec<f64>,
    /// The denominator's.
    pub peer: Vec<f64>,
    /// The machine's load while it was measured.
    pub load: Vec<f64>,
}

impl Paired {
    /// Runs both sides in turn.
    pub async fn measure(
        plan: Plan,
        mut ours: impl AsyncFnMut() -> Result<f64>,
        mut peer: impl AsyncFnMut() -> Result<f64>,
    ) -> Result<Self> {
        let mut paired = Self::default();
        for round in 1..=plan.rounds {
            let (mine, its) = (ours().await?, peer().await?);
            paired.ours.push(mine);
            paired.peer.push(its);
            paired.load.push(machine::load());
            println!("    round {round}: {} : {} = {:.2}", figure(mine), figure(its), mine / its);
        }
        Ok(paired)
    }

    /// The ratio of each round.
    pub fn ratios(&self) -> Vec<f64> {
        self.ours.iter().zip(&self.peer).map(|(ours, peer)| ours / peer).collect()
    }

    /// The median ratio.
    pub fn ratio(&self) -> f64 {
        stats::median(&self.ratios())
    }
}

/// A figure with as many digits as mean something.
pub fn figure(value: f64) -> String {
    match value.abs() {
        size if size >= 100.0 => format!("{value:.0}"),
        size if size >= 10.0 => format!("{value:.1}"),
        size if size >= 0.1 => format!("{value:.2}"),
        _ => format!("{value:.4}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn sides_take_turns_and_ratios_are_made_round_by_round() -> Result<()> {
        let order = std::cell::RefCell::new(String::new());
        let mut given = [10.0, 30.0, 20.0].into_iter();
        let plan = Plan { rounds: 3, length: Duration::ZERO, is_quick: true };
        let paired = Paired::measure(
            plan,
            async || {
                order.borrow_mut().push('o');
                Ok(given.next().unwrap_or_default())
            },
            async || {
                order.borrow_mut().push('p');
                Ok(10.0)
            },
        )
        .await?;
        assert_eq!(order.into_inner(), "opopop");
        assert_eq!(paired.ratios(), [1.0, 3.0, 2.0]);
        assert!((paired.ratio() - 2.0).abs() < f64::EPSILON);
        Ok(())
    }

    #[test]
    fn figures_have_the_digits_that_mean_something() {
        let shown: Vec<_> = [12_345.6, 12.34, 1.234, 0.000_123].into_iter().map(figure).collect();
        assert_eq!(shown, ["12346", "12.3", "1.23", "0.0001"]);
    }
}
