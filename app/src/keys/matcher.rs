//! From presses to bindings: single keys, and sequences that are given up when the next key takes too long.

use super::{
    stroke::{Key, Stroke},
    table::{Act, Binding, TABLE},
};

/// How long the second key of a sequence may take, in milliseconds.
const PATIENCE: f64 = 1_500.0;

/// Where a press happens.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Scene {
    /// Whether the page is an approval.
    pub is_approval: bool,
    /// Whether somebody types.
    pub is_typing: bool,
}

/// What a press means.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Met {
    /// Nothing here: the browser's own doing goes on.
    Nothing,
    /// A sequence has begun, or was broken off by this key.
    Taken,
    /// This is to be done.
    Act(&'static Binding),
}

/// Remembers a sequence that has begun.
#[derive(Debug, Clone, Copy, Default)]
pub struct Matcher {
    begun: Option<(Stroke, f64)>,
}

impl Scene {
    fn has(self, binding: &Binding) -> bool {
        let is_free = !self.is_typing || binding.strokes.iter().all(|stroke| stroke.works_in_fields());
        binding.is_at(self.is_approval) && is_free && binding.act != Act::Native
    }
}

impl Matcher {
    /// Takes a press at a moment in milliseconds.
    pub fn press(&mut self, stroke: Stroke, at: f64, scene: Scene) -> Met {
        let begun = self.begun.take().filter(|(_, since)| at - since <= PATIENCE && !scene.is_typing);
        if let Some((first, _)) = begun {
            // Escape gives a sequence up, like any key that does not end it.
            let met = here(scene)
                .find(|binding| matches!(binding.strokes, [one, two] if one.is_met_by(first) && two.is_met_by(stroke)));
            return met.map_or(Met::Taken, Met::Act);
        }
        if let Some(binding) = here(scene).find(|binding| matches!(binding.strokes, [only] if only.is_met_by(stroke))) {
            return Met::Act(binding);
        }
        if here(scene).any(|binding| matches!(binding.strokes, [first, _] if first.is_met_by(stroke))) {
            self.begun = Some((stroke, at));
            return Met::Taken;
        }
        Met::Nothing
    }
}

fn here(scene: Scene) -> impl Iterator<Item = &'static Binding> {
    TABLE.iter().filter(move |binding| scene.has(binding))
}

/// The place of a pressed digit, from 0.
pub fn place(stroke: Stroke) -> Option<u32> {
    match stroke.key {
        Key::Sign(sign) => sign.to_digit(10)?.checked_sub(1),
        Key::Letter(_) | Key::Shifted(_) | Key::OneToEight | Key::Enter | Key::Escape => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::keys::stroke::{command, letter, plain};
    use crate::keys::table::Mark;

    const LIST: Scene = Scene { is_approval: false, is_typing: false };
    const APPROVAL: Scene = Scene { is_approval: true, is_typing: false };

    fn act(scene: Scene, presses: &[(Stroke, f64)]) -> Vec<Option<Act>> {
        let mut matcher = Matcher::default();
        let met = |(stroke, at): &(Stroke, f64)| match matcher.press(*stroke, *at, scene) {
            Met::Act(binding) => Some(binding.act),
            Met::Nothing | Met::Taken => None,
        };
        presses.iter().map(met).collect()
    }

    #[test]
    fn sequences_end_in_time_or_not_at_all() {
        let (g, a) = (letter('g'), letter('a'));
        let approvals = Some(Act::Go("/approvals"));
        assert_eq!(act(LIST, &[(g, 0.0), (a, 1_500.0)]), [None, approvals]);
        assert_eq!(act(LIST, &[(g, 0.0), (a, 1_501.0)]), [None, None]);
        // On an approval A alone means something else, and a late one means that.
        let approve = Some(Act::Choose(Mark::Approve));
        assert_eq!(act(APPROVAL, &[(g, 0.0), (a, 10.0), (a, 20.0)]), [None, approvals, approve]);
        assert_eq!(act(APPROVAL, &[(g, 0.0), (a, 2_000.0)]), [None, approve]);
        // A key that ends no sequence breaks it off and does nothing else.
        assert_eq!(act(APPROVAL, &[(g, 0.0), (letter('r'), 10.0), (letter('r'), 20.0)])[1], Some(Act::Go("/runs")));
        assert_eq!(act(APPROVAL, &[(g, 0.0), (letter('k'), 10.0), (a, 20.0)]), [None, None, approve]);
        assert_eq!(act(LIST, &[(g, 0.0), (plain(Key::Escape), 10.0), (a, 20.0)]), [None, None, None]);
    }

    #[test]
    fn places_tell_the_same_keys_apart() {
        let j = [(letter('j'), 0.0)];
        assert_eq!(act(LIST, &j), [Some(Act::RowDown)]);
        assert_eq!(act(APPROVAL, &j), [Some(Act::Press(Mark::Next))]);
        assert_eq!(act(LIST, &[(letter('a'), 0.0)]), [None]);
        assert_eq!(act(LIST, &[(plain(Key::Enter), 0.0)]), [None], "the browser follows the link itself");
    }

    #[test]
    fn whoever_types_meets_no_key() {
        let typing = Scene { is_typing: true, ..APPROVAL };
        for (scene, binding) in [(typing, TABLE), (Scene { is_typing: true, ..LIST }, TABLE)]
            .into_iter()
            .flat_map(|(scene, table)| table.iter().map(move |binding| (scene, binding)))
        {
            let mut matcher = Matcher::default();
            let presses = binding.strokes.iter().map(|stroke| match stroke.key {
                Key::OneToEight => plain(Key::Sign('3')),
                _ => *stroke,
            });
            let met = presses.map(|stroke| matcher.press(stroke, 0.0, scene)).last();
            let acts = matches!(met, Some(Met::Act(_)));
            let may =
                matches!(binding.act, Act::Palette | Act::Back) || (binding.act == Act::Submit && scene.is_approval);
            assert_eq!(acts, may, "{binding:?} in {scene:?}");
        }
        assert_eq!(act(typing, &[(command(Key::Enter), 0.0)]), [Some(Act::Submit)]);
    }

    #[test]
    fn digits_name_places() {
        assert_eq!(place(plain(Key::Sign('1'))), Some(0));
        assert_eq!(place(plain(Key::Sign('8'))), Some(7));
        assert_eq!(place(letter('a')), None);
    }
}
