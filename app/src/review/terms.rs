//! What the policy and the package ask of a decision, and what is still missing. The server checks the same again.

use super::{
    differences,
    edits::{self, Edited},
    sign,
};
use domain::{canonical, decision::Verdict, policy::Policy, review::Review};

/// What has been filled in so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a part of the form that is filled in or not")]
pub struct Filled {
    /// The verdict.
    pub verdict: Option<Verdict>,
    /// Whether what differs was confirmed.
    pub confirmed: bool,
    /// How far the arguments are edited, where they are.
    pub edit: Option<Edited>,
    /// Whether a reason is chosen.
    pub has_code: bool,
    /// Whether there are notes.
    pub has_notes: bool,
    /// Whether a password is typed.
    pub has_password: bool,
    /// Items with a verdict, and those that are approved.
    pub items: (usize, usize),
}

/// What the policy and the package ask of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    differences: usize,
    required_on: Vec<Verdict>,
    has_codes: bool,
    signs: bool,
    /// The input as canonical text.
    pub input: String,
    items: usize,
}

/// What is missing before the button acts, each with the anchor that leads to it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Lack {
    /// What to do.
    pub words: String,
    /// The id of the element where that is done.
    pub anchor: String,
}

impl Terms {
    /// Those of an approval.
    pub fn of(review: &Review) -> Self {
        let Policy { reasons, sign, .. } = &review.package.policy;
        Self {
            differences: differences(review).count(),
            required_on: reasons.required_on.clone(),
            has_codes: !reasons.codes.is_empty(),
            signs: *sign,
            input: canonical::to_string(&review.package.input),
            items: review.package.items.len(),
        }
    }

    /// What these terms still miss.
    pub fn lacks(&self, filled: Filled, unread: Option<(usize, String)>) -> Vec<Lack> {
        let Some(verdict) = filled.verdict else { return Vec::new() };
        let mut lacks = Vec::new();
        let mut lack = |words: String, anchor: &str| lacks.push(Lack { words, anchor: anchor.to_owned() });
        match filled.edit {
            Some(Edited::Nothing) => lack("Change an argument".to_owned(), edits::FIELD),
            Some(Edited::Unreadable) => lack("Write the arguments as a JSON object".to_owned(), edits::FIELD),
            Some(Edited::Something) | None => {}
        }
        if verdict == Verdict::Approve {
            if let Some(words) = self.lacks_items(filled.items) {
                lack(words, "items");
            }
            if let Some((count, anchor)) = unread {
                lack(
                    if count == 1 {
                        "Open the hidden part".to_owned()
                    } else {
                        format!("Open the {count} hidden parts")
                    },
                    &anchor,
                );
            }
            if self.differences > 0 && !filled.confirmed {
                lack(
                    if self.differences == 1 {
                        "Confirm the difference".to_owned()
                    } else {
                        format!("Confirm the {} differences", self.differences)
                    },
                    "confirmed",
                );
            }
        }
        if verdict == Verdict::RequestInformation && !filled.has_notes {
            lack("Write the question".to_owned(), "notes");
        }
        if self.required_on.contains(&verdict) {
            if self.has_codes && !filled.has_code {
                lack("Choose a reason".to_owned(), "reason-0");
            }
            if !filled.has_notes {
                lack("Say why".to_owned(), "notes");
            }
        }
        if self.signs && verdict != Verdict::RequestInformation && !filled.has_password {
            lack("Type your password to sign".to_owned(), sign::FIELD);
        }
        lacks
    }

    fn lacks_items(&self, (decided, approved): (usize, usize)) -> Option<String> {
        match self.items - decided.min(self.items) {
            0 if self.items > 0 && approved == 0 => Some("Approve an item, or reject them all".to_owned()),
            0 => None,
            1 => Some("Decide on 1 item".to_owned()),
            more => Some(format!("Decide on {more} items")),
        }
    }
}

#[cfg(test)]
mod tests;
