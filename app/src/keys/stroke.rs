//! One press of a key, as the map writes it and as a browser tells it.

/// A key that means something here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Key {
    /// A letter, in lower case.
    Letter(char),
    /// A letter with Shift, in lower case.
    Shifted(char),
    /// Any other sign, however the keyboard makes it.
    Sign(char),
    /// The digits from 1 to 8; as a press, the digit itself is a [`Key::Sign`].
    OneToEight,
    /// Enter.
    Enter,
    /// Escape.
    Escape,
}

/// A key with or without the command key: ⌘ on a Mac, Ctrl elsewhere.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stroke {
    /// The key.
    pub key: Key,
    /// Whether the command key is held.
    pub command: bool,
}

/// What a browser tells of a press.
#[derive(Debug, Clone, Copy, Default)]
#[expect(clippy::struct_excessive_bools, reason = "the browser's own members")]
pub struct Pressed<'a> {
    /// The key's name.
    pub key: &'a str,
    /// Ctrl is held.
    pub ctrl: bool,
    /// ⌘ is held.
    pub meta: bool,
    /// Alt is held.
    pub alt: bool,
    /// Shift is held.
    pub shift: bool,
}

/// A key by itself.
pub const fn plain(key: Key) -> Stroke {
    Stroke { key, command: false }
}

/// A letter by itself.
pub const fn letter(letter: char) -> Stroke {
    plain(Key::Letter(letter))
}

/// A letter with Shift.
pub const fn shift(letter: char) -> Stroke {
    plain(Key::Shifted(letter))
}

/// A key with the command key.
pub const fn command(key: Key) -> Stroke {
    Stroke { key, command: true }
}

impl Stroke {
    /// Reads a press; `None` for what the map has no words for.
    pub fn read(pressed: Pressed<'_>) -> Option<Self> {
        let Pressed { key, ctrl, meta, alt, shift } = pressed;
        let mut characters = key.chars();
        let key = match (key, characters.next(), characters.next()) {
            ("Enter", ..) if !shift => Key::Enter,
            ("Escape", ..) if !shift => Key::Escape,
            // A letter with Shift is another key; a lock of capitals is not.
            (_, Some(letter), None) if letter.is_alphabetic() => {
                let letter = letter.to_lowercase().next()?;
                if shift { Key::Shifted(letter) } else { Key::Letter(letter) }
            }
            (_, Some(sign), None) => Key::Sign(sign),
            _ => return None,
        };
        // Both at once, or Alt: somebody else's key.
        (!(alt || ctrl && meta)).then_some(Self { key, command: ctrl || meta })
    }

    /// Whether a press is the one the map means.
    pub fn is_met_by(self, pressed: Self) -> bool {
        let same = match (self.key, pressed.key) {
            (Key::OneToEight, Key::Sign(sign)) => ('1'..='8').contains(&sign),
            (one, other) => one == other,
        };
        same && self.command == pressed.command
    }

    /// Whether it acts while somebody types: what no text is made of.
    pub const fn works_in_fields(self) -> bool {
        self.command || matches!(self.key, Key::Escape)
    }

    /// What stands on the keys.
    pub fn caps(self, is_mac: bool) -> Vec<String> {
        let key = match self.key {
            Key::Letter(letter) => letter.to_uppercase().to_string(),
            Key::Shifted(letter) => format!("⇧{}", letter.to_uppercase()),
            Key::Sign(sign) => sign.to_string(),
            Key::OneToEight => "1 – 8".to_owned(),
            Key::Enter => "↵".to_owned(),
            Key::Escape => "Esc".to_owned(),
        };
        match (self.command, is_mac) {
            (false, _) => vec![key],
            (true, true) => vec!["⌘".to_owned(), key],
            (true, false) => vec!["Ctrl".to_owned(), key],
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(key: &str, held: &str) -> Option<Stroke> {
        let has = |name| held.split(' ').any(|one| one == name);
        Stroke::read(Pressed { key, ctrl: has("ctrl"), meta: has("meta"), alt: has("alt"), shift: has("shift") })
    }

    #[test]
    fn presses_are_read_whatever_the_keyboard() {
        assert_eq!(read("j", ""), Some(letter('j')));
        assert_eq!(read("J", ""), Some(letter('j')), "with a lock of capitals");
        assert_eq!(read("J", "shift"), Some(shift('j')));
        assert_eq!(read("?", "shift"), Some(plain(Key::Sign('?'))));
        assert_eq!(read("/", "shift"), Some(plain(Key::Sign('/'))), "where / needs Shift");
        assert_eq!(read("k", "ctrl"), Some(command(Key::Letter('k'))));
        assert_eq!(read("k", "meta"), Some(command(Key::Letter('k'))));
        assert_eq!(read("k", "ctrl meta"), None);
        assert_eq!(read("k", "ctrl shift"), Some(command(Key::Shifted('k'))), "no key of the map");
        assert_eq!(read("@", "ctrl alt"), None, "AltGr");
        assert_eq!(read("Enter", "ctrl"), Some(command(Key::Enter)));
        for other in ["Tab", "Shift", "ArrowDown", "F5", "Dead", "Process", ""] {
            assert_eq!(read(other, ""), None, "{other}");
        }
    }

    #[test]
    fn digits_are_met_from_one_to_eight() {
        let digits = plain(Key::OneToEight);
        for (sign, met) in [('0', false), ('1', true), ('8', true), ('9', false)] {
            assert_eq!(digits.is_met_by(plain(Key::Sign(sign))), met, "{sign}");
        }
        assert!(!digits.is_met_by(command(Key::Sign('1'))), "browsers change tabs with it");
    }

    #[test]
    fn caps_follow_the_machine() {
        assert_eq!(command(Key::Letter('k')).caps(true), ["⌘", "K"]);
        assert_eq!(command(Key::Enter).caps(false), ["Ctrl", "↵"]);
        assert_eq!(letter('g').caps(false), ["G"]);
    }
}
