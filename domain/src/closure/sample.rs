//! Which closures people look at, though nobody was needed for them: the first of each policy, then some by a draw that
//! anybody can do again.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Digest,
    actor::{UnknownWord, words},
    id::ClosureId,
};

/// How many closures of a policy are looked at before any is drawn. A rule is wrong from its first closure on, and of the
/// first twenty a draw of one in twenty leaves out all of them in a third of all cases.
pub const ALWAYS: u32 = 3;
/// The rarest draw: beyond it, a rule that is wrong would be found by nobody.
pub const MOST_ONE_IN: u32 = 1_000;

/// What a closure policy says of its sample.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sampling {
    /// One closure in so many is looked at.
    pub one_in: u32,
    /// The group of those who own the process.
    pub by: String,
}

words! {
    /// Why a closure is in the sample.
    Drawn {
        /// It is one of the first of its policy in this version.
        First = "first",
        /// The draw fell on it.
        Draw = "draw",
    }
}

impl Sampling {
    /// Whether a closure is looked at, and why. `drawn_before` counts those of its policy in this version that are.
    ///
    /// The draw is a digest of what nobody chooses once the closure is there: its id, the text of the workflow and the
    /// policy. So nobody steers it, and whoever has the receipt can do it again.
    pub fn draw(&self, closure: ClosureId, workflow: &Digest, rule: &str, drawn_before: u32) -> Option<Drawn> {
        if drawn_before < ALWAYS {
            return Some(Drawn::First);
        }
        let parts = [closure.to_string().into_bytes(), workflow.to_string().into_bytes(), rule.as_bytes().to_vec()];
        let digest = Digest::of_parts("closure-sample/v1", &parts.each_ref().map(Vec::as_slice));
        let number = digest.bytes().iter().take(8).fold(0_u64, |number, byte| (number << 8) | u64::from(*byte));
        number.is_multiple_of(u64::from(self.one_in.max(1))).then_some(Drawn::Draw)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    fn draw(one_in: u32, number: u128, drawn_before: u32) -> Option<Drawn> {
        let sampling = Sampling { one_in, by: "process-owners".to_owned() };
        let closure = ClosureId::from_uuid(Uuid::from_u128(number));
        sampling.draw(closure, &Digest::of("workflow/v1", b"name: a"), "close_study", drawn_before)
    }

    #[test]
    fn the_first_are_looked_at_and_then_the_draw_decides() {
        for before in 0..ALWAYS {
            assert_eq!(draw(MOST_ONE_IN, 1, before), Some(Drawn::First), "{before}");
        }
        for number in 0..50 {
            assert_eq!(draw(1, number, ALWAYS), Some(Drawn::Draw), "one in one is all of them");
            let (once, again) = (draw(7, number, ALWAYS), draw(7, number, 4_000));
            assert_eq!(once, again, "the same closure is drawn the same, whatever came before");
        }
    }

    #[test]
    fn the_draw_of_a_closure_is_written_down() {
        // Whoever checks a draw by hand finds these; another rule would need another word in the digest.
        let drawn: Vec<u128> = (0..60).filter(|number| draw(20, *number, ALWAYS).is_some()).collect();
        assert_eq!(drawn, [39, 47]);
        let other = Sampling { one_in: 2, by: "x".to_owned() };
        let of = |rule: &str, text: &[u8]| {
            let id = |number| ClosureId::from_uuid(Uuid::from_u128(number));
            let digest = Digest::of("workflow/v1", text);
            (0..64).map(|number| other.draw(id(number), &digest, rule, ALWAYS).is_some()).collect::<Vec<_>>()
        };
        assert_ne!(of("a", b"1"), of("b", b"1"), "each policy is drawn for itself");
        assert_ne!(of("a", b"1"), of("a", b"2"), "and each version");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(24))]

        #[test]
        fn about_one_in_so_many_is_drawn(one_in in 2_u32..60, start in any::<u64>()) {
            let (many, first) = (6_000_u32, u128::from(start));
            let drawn = (0..many).filter(|number| draw(one_in, first + u128::from(*number), ALWAYS).is_some()).count();
            let expected = f64::from(many) / f64::from(one_in);
            let (spread, drawn) = (expected.sqrt(), f64::from(u32::try_from(drawn).expect("few")));
            prop_assert!((drawn - expected).abs() < 6.0 * spread, "{drawn} of {many}, expected {expected}");
        }
    }
}
