//! Information asked for before a decision: the question, the answer, and the deadline that pauses meanwhile.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{Time, approval::later, deadline::Steps, hours::Counting};

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

    /// Begins to wait. What is to come moves as far as the pause may last, so that it holds even if nobody answers.
    pub(crate) fn begin(self, waits: Timing, counting: &dyn Counting, now: Time) -> (Self, Timing) {
        let waiting = Self { since: Some(now), ..self };
        let moved = waiting.until().map_or(waits.clone(), |until| waits.postponed(counting, now, until));
        (waiting, moved)
    }

    /// Ends the waiting. What is to come is as far ahead as it was when the waiting began, or when the pause ended.
    pub(crate) fn end(self, waits: Timing, counting: &dyn Counting, now: Time) -> (Self, Timing) {
        let waited = self.since.map_or(0, |since| u64::try_from((now - since).num_seconds()).unwrap_or(0));
        let moved = match self.until() {
            Some(until) if now < until => waits.postponed(counting, until, now),
            Some(_) | None => waits,
        };
        (Self { since: None, spent: self.spent + waited.min(self.left()) }, moved)
    }
}

/// The moments at which something happens by itself to an approval that waits.
#[derive(Debug, Clone)]
pub(crate) struct Timing {
    pub(crate) expires_at: Option<Time>,
    pub(crate) steps: Steps,
}

impl Timing {
    /// As far ahead of one moment as it is of another. What is behind that stays where it is.
    fn postponed(self, counting: &dyn Counting, ahead_of: Time, from: Time) -> Self {
        let shift = |at: Time| {
            let moved = (at >= ahead_of).then(|| counting.later(from, counting.between(ahead_of, at)));
            moved.flatten().unwrap_or(at)
        };
        Self { expires_at: self.expires_at.map(shift), steps: self.steps.moved(shift) }
    }
}
