//! What the policy and the package ask of a decision, and what is still missing. The server checks the same again.

use super::{
    differences,
    edits::{self, Edited},
};
use domain::{canonical, decision::Verdict, policy::Policy, review::Review};

/// What has been filled in so far.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
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
    /// Items with a verdict, and those that are approved.
    pub items: (usize, usize),
}

/// What the policy and the package ask of a decision.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Terms {
    differences: usize,
    required_on: Vec<Verdict>,
    has_codes: bool,
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
        let Policy { reasons, .. } = &review.package.policy;
        Self {
            differences: differences(review).count(),
            required_on: reasons.required_on.clone(),
            has_codes: !reasons.codes.is_empty(),
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
mod tests {
    use super::*;

    fn words(filled: Filled, differences: usize, unread: usize) -> Vec<String> {
        let input = r#"{"amount":1840}"#.to_owned();
        let terms = Terms { differences, required_on: vec![Verdict::Reject], has_codes: true, input, items: 0 };
        let unread = (unread > 0).then(|| (unread, "input-more".to_owned()));
        terms.lacks(filled, unread).into_iter().map(|lack| lack.words).collect()
    }

    #[test]
    fn what_is_missing_depends_on_the_verdict() {
        let nothing = Filled::default();
        assert_eq!(words(nothing, 2, 1), Vec::<String>::new());
        let approve = Filled { verdict: Some(Verdict::Approve), ..nothing };
        assert_eq!(words(approve, 2, 3), ["Open the 3 hidden parts", "Confirm the 2 differences"]);
        assert_eq!(words(Filled { confirmed: true, ..approve }, 2, 0), Vec::<String>::new());
        let reject = Filled { verdict: Some(Verdict::Reject), ..nothing };
        assert_eq!(words(reject, 2, 3), ["Choose a reason", "Say why"]);
        assert_eq!(words(Filled { has_code: true, has_notes: true, ..reject }, 2, 3), Vec::<String>::new());
        let ask = Filled { verdict: Some(Verdict::RequestInformation), ..nothing };
        assert_eq!(words(ask, 2, 3), ["Write the question"]);
    }

    #[test]
    fn every_item_has_a_verdict_and_one_is_approved() {
        let terms = Terms { differences: 0, required_on: Vec::new(), has_codes: false, input: String::new(), items: 3 };
        let lacks = |verdict, items| {
            let filled = Filled { verdict: Some(verdict), items, ..Filled::default() };
            terms.lacks(filled, None).into_iter().map(|lack| lack.words).collect::<Vec<_>>()
        };
        assert_eq!(lacks(Verdict::Approve, (0, 0)), ["Decide on 3 items"]);
        assert_eq!(lacks(Verdict::Approve, (2, 1)), ["Decide on 1 item"]);
        assert_eq!(lacks(Verdict::Approve, (3, 0)), ["Approve an item, or reject them all"]);
        assert_eq!(lacks(Verdict::Approve, (3, 1)), Vec::<String>::new());
        assert_eq!(lacks(Verdict::Reject, (0, 0)), Vec::<String>::new());
    }

    #[test]
    fn an_edit_changes_something() {
        let lacks = |written: &str| {
            let edit = Some(Edited::of(written, r#"{"amount":1840}"#));
            words(Filled { verdict: Some(Verdict::Approve), edit, ..Filled::default() }, 0, 0)
        };
        assert_eq!(lacks("{ \"amount\": 1840.0 }"), ["Change an argument"]);
        assert_eq!(lacks("{\"amount\": }"), ["Write the arguments as a JSON object"]);
        assert_eq!(lacks("[]"), ["Write the arguments as a JSON object"]);
        assert_eq!(lacks("{\"amount\": 500}"), Vec::<String>::new());
    }
}
