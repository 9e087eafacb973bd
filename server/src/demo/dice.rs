//! Chance from a seed: the same seed rolls the same numbers, whatever the version of anything else.

/// A small generator (`SplitMix64`); for stories, never for secrets.
#[derive(Debug, Clone)]
pub struct Dice(u64);

impl Dice {
    /// The dice of one story of a seed.
    pub const fn of(seed: u64, number: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ number.wrapping_mul(0xd1b5_4a32_d192_ed03))
    }

    /// A number below `sides`, which is more than 0.
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (bits ^ (bits >> 31)) % sides
    }

    /// One of several.
    pub fn pick<T: Copy>(&mut self, among: &[T]) -> T {
        let place = usize::try_from(self.roll(among.len() as u64)).unwrap_or(0);
        among[place]
    }

    /// A number from `least` to `most`.
    pub fn between(&mut self, least: u64, most: u64) -> u64 {
        least + self.roll(most - least + 1)
    }

    /// A moment between 60 and 140 percent of `usual`, as people and machines are.
    pub fn about(&mut self, usual: std::time::Duration) -> std::time::Duration {
        usual * u32::try_from(self.between(60, 140)).unwrap_or(100) / 100
    }
}
