//! What a person wants to be told by which channel, and when they are not to be disturbed.

use serde::{Deserialize, Serialize};

use super::Topic;
use crate::{Refusal, channel::Channel};

/// What a person wants. The inbox has everything; what is new is sent until it is switched off.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Notices {
    /// What is not sent by mail.
    #[serde(default)]
    pub no_mail: Vec<Topic>,
    /// What is not sent to Slack for their sake.
    #[serde(default)]
    pub no_slack: Vec<Topic>,
    /// When nothing is sent.
    #[serde(default)]
    pub quiet: Option<Quiet>,
}

impl Default for Notices {
    fn default() -> Self {
        let no_slack = Topic::ALL.iter().copied().filter(|topic| topic.is_personal()).collect();
        Self { no_mail: Vec::new(), no_slack, quiet: None }
    }
}

impl Notices {
    /// Whether something is sent by a channel. The signed webhook tells programs, and asks nobody.
    pub fn wants(&self, topic: Topic, channel: Channel) -> bool {
        match channel {
            Channel::Mail => !self.no_mail.contains(&topic),
            Channel::Slack => !self.no_slack.contains(&topic),
            Channel::Webhook => true,
        }
    }
}

/// Hours of the day in which nothing is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Quiet {
    /// Their beginning, in minutes after midnight.
    pub from: u32,
    /// Their end, likewise; before the beginning when midnight lies between.
    pub to: u32,
    /// The time zone, such as `Europe/Berlin`.
    pub zone: String,
}

impl Quiet {
    /// Minutes after midnight of `22:30`.
    ///
    /// # Errors
    /// `invalid_field` of the field named.
    pub fn minutes(text: &str, field: &'static str) -> Result<u32, Refusal> {
        let read = |text: &str| {
            let (hours, minutes) = text.split_once(':')?;
            let is_two = |digits: &str| digits.len() == 2 && digits.bytes().all(|digit| digit.is_ascii_digit());
            let (hours, minutes) = (Some(hours).filter(|hours| is_two(hours))?, Some(minutes).filter(|m| is_two(m))?);
            let (hours, minutes): (u32, u32) = (hours.parse().ok()?, minutes.parse().ok()?);
            (hours < 24 && minutes < 60).then_some(hours * 60 + minutes)
        };
        read(text).ok_or_else(|| Refusal::invalid(field, "expected a time such as 22:30"))
    }

    /// `22:30` for minutes after midnight.
    pub fn spelled(minutes: u32) -> String {
        format!("{:02}:{:02}", minutes / 60 % 24, minutes % 60)
    }

    /// Whether a minute of the day lies in them; never where they have no length.
    pub const fn holds(&self, minute: u32) -> bool {
        if self.from <= self.to {
            self.from <= minute && minute < self.to
        } else {
            self.from <= minute || minute < self.to
        }
    }
}
