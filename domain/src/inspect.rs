//! Hostile text made legible: invisible and direction-changing characters become visible marks.

/// A stretch of text, or a character that must be shown as a chip.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Segment {
    /// Text that is what it looks like.
    Plain(String),
    /// A character that would not show, or would change how others show.
    Marked {
        /// `U+202E`.
        code_point: String,
        /// What it does, in words.
        name: &'static str,
    },
}

/// Splits text so that nothing in it can hide.
pub fn segments(text: &str) -> Vec<Segment> {
    let mut out = Vec::new();
    let mut plain = String::new();
    for character in text.chars() {
        if let Some(name) = name_of(character) {
            if !plain.is_empty() {
                out.push(Segment::Plain(std::mem::take(&mut plain)));
            }
            out.push(Segment::Marked { code_point: format!("U+{:04X}", u32::from(character)), name });
        } else {
            plain.push(character);
        }
    }
    if !plain.is_empty() {
        out.push(Segment::Plain(plain));
    }
    out
}

/// The text with every such character spelled out, for places that hold nothing but text: a window's title, the name of
/// a button, a choice of a closed list.
pub fn spelled(text: &str) -> String {
    let spell = |segment| match segment {
        Segment::Plain(text) => text,
        Segment::Marked { code_point, .. } => format!("[{code_point}]"),
    };
    segments(text).into_iter().map(spell).collect()
}

/// Whether a word mixes Latin with look-alike scripts.
pub fn mixes_scripts(text: &str) -> bool {
    text.split(|character: char| !character.is_alphabetic()).any(|word| {
        let latin = word.chars().any(|character| matches!(character, 'a'..='z' | 'A'..='Z' | '\u{c0}'..='\u{24f}'));
        let look_alike = word.chars().any(|character| {
            matches!(character, '\u{370}'..='\u{52f}' | '\u{530}'..='\u{58f}' | '\u{13a0}'..='\u{13ff}' | '\u{1c80}'..='\u{1c8f}')
        });
        latin && look_alike
    })
}

fn name_of(character: char) -> Option<&'static str> {
    Some(match character {
        '\n' | '\t' => return None,
        '\u{202a}' | '\u{202d}' | '\u{2066}' => "left-to-right",
        '\u{202b}' | '\u{202e}' | '\u{2067}' => "right-to-left",
        '\u{202c}' | '\u{2069}' => "end of direction",
        '\u{2068}' => "direction isolate",
        '\u{200e}' | '\u{200f}' | '\u{61c}' => "direction mark",
        '\u{200b}' | '\u{2060}' | '\u{feff}' => "zero-width space",
        '\u{200c}' | '\u{200d}' => "zero-width joiner",
        '\u{ad}' => "soft hyphen",
        '\u{2028}' | '\u{2029}' | '\u{85}' => "line separator",
        '\u{180e}' | '\u{3164}' | '\u{115f}' | '\u{1160}' | '\u{ffa0}' | '\u{2800}' => "blank letter",
        '\u{fe00}'..='\u{fe0f}' | '\u{e0100}'..='\u{e01ef}' => "variation selector",
        '\u{e0000}'..='\u{e007f}' => "tag character",
        '\u{fff9}'..='\u{fffb}' => "annotation mark",
        '\u{1b}' => "escape",
        '\0' => "null",
        other if other.is_control() => "control character",
        '\u{2061}'..='\u{2064}' | '\u{206a}'..='\u{206f}' => "invisible operator",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_hides() {
        let marked: Vec<String> = segments("a\u{202e}b\u{200b}\u{1b}[31m\n")
            .into_iter()
            .map(|segment| match segment {
                Segment::Plain(text) => text,
                Segment::Marked { code_point, name } => format!("<{code_point} {name}>"),
            })
            .collect();
        assert_eq!(
            marked,
            ["a", "<U+202E right-to-left>", "b", "<U+200B zero-width space>", "<U+001B escape>", "[31m\n"]
        );
    }

    #[test]
    fn what_would_hide_is_spelled_out() {
        assert_eq!(spelled("a\u{202e}b\u{200b}"), "a[U+202E]b[U+200B]");
        assert_eq!(spelled("Zoë Müller"), "Zoë Müller");
    }

    #[test]
    fn look_alikes_are_flagged_within_a_word_only() {
        assert!(mixes_scripts("p\u{430}ypal"));
        assert!(!mixes_scripts("Ана and Ana"));
        assert!(!mixes_scripts("Zoë Müller"));
    }
}
