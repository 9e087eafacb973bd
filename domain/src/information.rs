//! Information asked for before a decision: the question, the answer, and the deadline that pauses meanwhile.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Time, approval::later};

/// The longest the deadline of one approval is paused, over all its questions, in seconds. After that it runs on, so
/// that nobody can keep a session suspended for ever by asking.
pub const MAX_PAUSE: u64 = 24 * 3_600;
/// The most questions one approval can carry.
pub const MAX_QUESTIONS: usize = 20;
/// The longest answer, in characters.
pub const MAX_ANSWER: usize = 8_000;

/// A question about an approval, with its answer once there is one. Part of the package.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Information {
    /// The reviewer's words, as written.
    pub question: String,
    /// Who asked.
    pub asked_by: String,
    /// When.
    pub asked_at: Time,
    /// What came back.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answer: Option<Answer>,
}

/// What came back for a question.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Answer {
    /// The words.
    pub text: String,
    /// Who answered: a person's name, or the key's.
    pub by: String,
    /// Whether the agent's side answered, so that its words are shown as such.
    pub from_agent: bool,
    /// What came along, as it was sent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub attachments: Option<Value>,
    /// When.
    pub answered_at: Time,
}

/// How an approval's deadline stands still while a question is open.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Pause {
    /// Since when a question is open.
    #[serde(default)]
    pub since: Option<Time>,
    /// Seconds the deadline was paused before that.
    #[serde(default)]
    pub spent: u64,
}

impl Pause {
    /// Seconds the deadline may still stand still.
    const fn left(self) -> u64 {
        MAX_PAUSE.saturating_sub(self.spent)
    }

    /// When the deadline runs on whether there is an answer or not, while a question is open.
    pub fn until(self) -> Option<Time> {
        later(self.since?, self.left())
    }

    /// Begins to wait. The deadline moves as far as the pause may last, so that it holds even if nobody answers.
    pub(crate) fn begin(self, expires_at: Option<Time>, now: Time) -> (Self, Option<Time>) {
        let moved = expires_at.map(|end| later(end, self.left()).unwrap_or(end));
        (Self { since: Some(now), ..self }, moved)
    }

    /// Ends the waiting. What of the pause was not needed is taken off the deadline again.
    pub(crate) fn end(self, expires_at: Option<Time>, now: Time) -> (Self, Option<Time>) {
        let waited = self.since.map_or(0, |since| u64::try_from((now - since).num_seconds()).unwrap_or(0));
        let used = waited.min(self.left());
        let unused = chrono::TimeDelta::try_seconds(i64::try_from(self.left() - used).unwrap_or(0));
        let moved = expires_at.map(|end| unused.and_then(|unused| end.checked_sub_signed(unused)).unwrap_or(end));
        (Self { since: None, spent: self.spent + used }, moved)
    }
}
