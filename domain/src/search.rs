//! Searching approvals by words: how texts are cut into words, and what a question asks of them. Both databases keep
//! the words this cuts, and are asked for the words this reads; so both find the same.
//!
//! A word is a run of letters and digits, in lower case. A question is met where each of its terms is: a term is what
//! stands between blanks, or between quotation marks; its words follow one another. The last word of a question is
//! met by every word that begins with it, unless it is quoted.

mod approval;

use std::collections::HashMap;

pub use self::approval::text_of;

/// The longest question, in characters.
pub const LONGEST: usize = 200;
/// The most words of one approval that are found, the borders between its texts counted.
pub const MOST_WORDS: usize = 4_000;
/// How often one word of an approval is found; PostgreSQL keeps no more places of a word.
const MOST_OF_ONE: usize = 255;
/// Characters of a word that count.
const LONGEST_WORD: usize = 64;

/// The words of a text, in their order.
fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let cut = text.split(|character: char| !character.is_alphanumeric()).filter(|word| !word.is_empty());
    cut.map(|word| word.chars().flat_map(char::to_lowercase).take(LONGEST_WORD).collect())
}

/// Everything of an approval that is found by words.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Text(Vec<Option<String>>);

impl Text {
    /// The words of these texts. No phrase reaches from one into the next; what is too much is left out at the end.
    pub fn of<T: AsRef<str>>(texts: impl IntoIterator<Item = T>) -> Self {
        let mut counted: HashMap<String, usize> = HashMap::new();
        let mut kept = Vec::new();
        for text in texts {
            for word in words(text.as_ref()) {
                if kept.len() >= MOST_WORDS {
                    return Self(kept);
                }
                let count = counted.entry(word.clone()).or_default();
                *count += 1;
                if *count <= MOST_OF_ONE {
                    kept.push(Some(word));
                }
            }
            // One border is enough: texts without a word would move the words behind them out of the places that are kept.
            if kept.last().is_some_and(Option::is_some) {
                kept.push(None);
            }
        }
        Self(kept)
    }

    /// Its words in order; `None` is the border between two texts.
    pub fn words(&self) -> impl Iterator<Item = Option<&str>> {
        self.0.iter().map(Option::as_deref)
    }
}

/// Words that follow one another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    /// The words.
    pub words: Vec<String>,
    /// Whether the last of them may go on.
    pub is_open: bool,
}

impl Term {
    fn is_in(&self, text: &Text) -> bool {
        let last = self.words.len() - 1;
        let meets = |(place, (wanted, found)): (usize, (&String, &Option<String>))| {
            let is_open = self.is_open && place == last;
            found.as_ref().is_some_and(|found| if is_open { found.starts_with(wanted) } else { found == wanted })
        };
        text.0.windows(self.words.len()).any(|found| self.words.iter().zip(found).enumerate().all(meets))
    }
}

/// What somebody looks for. Without a word in it, it finds nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question(Vec<Term>);

impl Question {
    /// Reads what was typed; there is nothing that cannot be read. A quotation mark without its other half quotes what
    /// follows.
    pub fn read(typed: &str) -> Self {
        let mut terms = Vec::new();
        for (place, part) in typed.split('"').enumerate() {
            if place % 2 == 1 {
                terms.push(Term { words: words(part).collect(), is_open: false });
            } else {
                let pieces = part.split_whitespace();
                terms.extend(pieces.map(|piece| Term { words: words(piece).collect(), is_open: true }));
            }
        }
        terms.retain(|term| !term.words.is_empty());
        if let Some((_, before)) = terms.split_last_mut() {
            for term in before {
                term.is_open = false;
            }
        }
        Self(terms)
    }

    /// Its terms; each has a word at least.
    pub fn terms(&self) -> &[Term] {
        &self.0
    }

    /// Whether a text meets it: what both databases answer.
    pub fn is_met_by(&self, text: &Text) -> bool {
        !self.0.is_empty() && self.0.iter().all(|term| term.is_in(text))
    }
}

#[cfg(test)]
mod tests;
