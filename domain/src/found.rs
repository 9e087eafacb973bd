//! Finding an approval or a run by a few typed characters.

use serde::{Deserialize, Serialize};

use crate::{
    approval::Status,
    id::{ApprovalId, RunId},
};

/// The most of each kind that are found at once.
pub const MOST: usize = 8;
/// The fewest characters that are looked for.
pub const FEWEST_CHARACTERS: usize = 2;

/// What was found, the latest first.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Found {
    /// Approvals.
    pub approvals: Vec<FoundApproval>,
    /// Runs.
    pub runs: Vec<FoundRun>,
}

/// An approval that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundApproval {
    /// Its id.
    pub id: ApprovalId,
    /// What it is called.
    pub title: String,
    /// The run's subject.
    pub subject: String,
    /// Its status.
    pub status: Status,
}

/// A run that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FoundRun {
    /// Its id.
    pub id: RunId,
    /// The workflow's title.
    pub workflow_title: String,
    /// Its subject.
    pub subject: String,
}

impl FoundApproval {
    /// Whether this is what the words look for.
    pub fn is_meant(&self, wanted: &Wanted) -> bool {
        wanted.is_in(&[&self.title, &self.subject]) || wanted.names(&self.id.to_string())
    }
}

impl FoundRun {
    /// Whether this is what the words look for.
    pub fn is_meant(&self, wanted: &Wanted) -> bool {
        wanted.is_in(&[&self.workflow_title, &self.subject]) || wanted.names(&self.id.to_string())
    }
}

/// What somebody typed to find something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    text: String,
}

impl Wanted {
    /// Reads what was typed; `None` when it is too short to look for.
    pub fn read(typed: &str) -> Option<Self> {
        let text = typed.trim().to_lowercase();
        (text.chars().count() >= FEWEST_CHARACTERS).then_some(Self { text })
    }

    /// The text, for a look-up of a whole subject or id.
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Whether every word stands somewhere in these texts.
    fn is_in(&self, texts: &[&String]) -> bool {
        let texts: Vec<String> = texts.iter().map(|text| text.to_lowercase()).collect();
        self.text.split_whitespace().all(|word| texts.iter().any(|text| text.contains(word)))
    }

    /// Whether it is this id: whole, from its beginning, or by its last characters, as pages shorten it.
    fn names(&self, id: &str) -> bool {
        let prefix = id.split('_').next().unwrap_or_default();
        let tail = self.text.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('_')).unwrap_or(&self.text);
        let tail = tail.trim_start_matches('…');
        id.starts_with(&self.text) || (tail.len() >= 4 && id.ends_with(tail))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run() -> FoundRun {
        FoundRun {
            id: "run_01j1x6q34xfvqr28t5cy4tp001".parse().expect("an id"),
            workflow_title: "Ärger mit Rechnungen".to_owned(),
            subject: "cust_456".to_owned(),
        }
    }

    #[test]
    fn words_and_ids_find_what_they_name() {
        for (typed, found) in [
            ("run_01j1x6q34xfvqr28t5cy4tp001", true),
            (" RUN_01J1X6Q34XFVQR28T5CY4TP001 ", true),
            ("run_01j1x6", true),
            ("4tp001", true),
            ("run_…4tp001", true),
            ("…4tp001", true),
            ("cust_456", true),
            ("ärger 456", true),
            ("ÄRGER", true),
            ("apr_01j1x6q34xfvqr28t5cy4tp001", false),
            ("001", false),
            ("cust_457", false),
            ("ärger 457", false),
        ] {
            let wanted = Wanted::read(typed).expect("enough");
            assert_eq!(run().is_meant(&wanted), found, "{typed}");
        }
        assert_eq!(Wanted::read(" x "), None);
    }
}
