//! How often a campaign tries, and the seed that repeats it.

use rand::{SeedableRng as _, rngs::StdRng};

/// How many trials the long form makes.
const TRIALS: &str = "COUNTERSIGN_TRIALS";
/// The seed of an earlier run, to repeat it.
const SEED: &str = "COUNTERSIGN_SEED";

fn number(name: &str) -> Option<u64> {
    #[expect(clippy::disallowed_methods, reason = "whoever asks for the long form does so here")]
    let text = std::env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("{name} is a number, not {text}")))
}

/// How many trials to make: the short form's, unless the long form was asked for.
pub fn trials(short: u64) -> u64 {
    number(TRIALS).unwrap_or(short)
}

/// Whether the long form was asked for.
pub fn is_long() -> bool {
    number(TRIALS).is_some()
}

/// Randomness from a seed that is printed.
pub fn random() -> StdRng {
    let seed = number(SEED).unwrap_or_else(rand::random);
    eprintln!("seed {seed}: {SEED}={seed} repeats this");
    StdRng::seed_from_u64(seed)
}
