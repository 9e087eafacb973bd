//! Channels: how people are told besides in the console, and what administrators set about it. No secret stands here.

use std::{fmt, net::IpAddr, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Refusal, Time,
    actor::{UnknownWord, words},
    id::DispatchId,
    notification::{Dispatch, Topic},
};

/// The longest name of a host, of an account or of a sender.
const LONGEST: usize = 254;

words! {
    /// How people are told besides in the console.
    Channel {
        /// A mail to each person.
        Mail = "mail",
        /// One message to a Slack channel, by its incoming webhook.
        Slack = "slack",
        /// One signed message to a registered endpoint.
        Webhook = "webhook",
    }
}

words! {
    /// How a mail server is spoken to.
    Security {
        /// In the clear at first; TLS before anything is said, or nothing is said.
        StartTls = "starttls",
        /// TLS from the first byte.
        Tls = "tls",
        /// In the clear; on this machine only.
        Plain = "none",
    }
}

impl Channel {
    /// What it is called.
    pub const fn title(self) -> &'static str {
        match self {
            Self::Mail => "Mail",
            Self::Slack => "Slack",
            Self::Webhook => "Signed webhook",
        }
    }
}

/// The mail server.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MailSettings {
    /// Its host.
    pub host: String,
    /// Its port.
    pub port: u16,
    /// How it is spoken to.
    pub security: Security,
    /// The account, where it wants one; its password is kept apart.
    pub user: Option<String>,
    /// The address mails come from.
    pub from: String,
    /// Whether it may lie on a private network.
    pub allow_private: bool,
}

impl MailSettings {
    /// What is wrong with the settings. Whether `from` is an address is for whoever sends to say.
    ///
    /// # Errors
    /// `invalid_field` of `host`, `port`, `security` or `user`.
    pub fn check(&self) -> Result<(), Refusal> {
        let is_of_host = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '.' | ':');
        if self.host.is_empty() || self.host.len() > LONGEST || !self.host.chars().all(is_of_host) {
            return Err(Refusal::invalid("host", "expected a host such as mail.example.com, or an IP address"));
        }
        if self.port == 0 {
            return Err(Refusal::invalid("port", "expected a port from 1 to 65535, such as 587"));
        }
        if self.security == Security::Plain && !self.is_local() {
            let message = "without TLS only a server on this machine is spoken to: localhost or a loopback address";
            return Err(Refusal::invalid("security", message));
        }
        let is_good = |user: &String| user.len() <= LONGEST && !user.chars().any(char::is_control);
        if self.user.as_ref().is_some_and(|user| !is_good(user)) {
            return Err(Refusal::invalid("user", format!("expected at most {LONGEST} characters, none of control")));
        }
        Ok(())
    }

    /// Whether the host is this machine by its name.
    pub fn is_local(&self) -> bool {
        self.host == "localhost" || self.host.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// Whether a password that is kept may be shown to the server of other settings: only where nothing says that it is
    /// another, so that nobody learns it by naming a server of their own.
    pub fn keeps_password(&self, other: &Self) -> bool {
        (&self.host, self.port, self.security, &self.user) == (&other.host, other.port, other.security, &other.user)
    }
}

/// Slack's incoming webhook; its address is the secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct SlackSettings {
    /// Whether it may lie on a private network, without TLS: for what speaks as Slack does.
    pub allow_private: bool,
}

/// The endpoint that is sent every notification.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WebhookSettings {
    /// The endpoint's name.
    pub endpoint: String,
}

/// The page of channels and of what was sent by them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelsPage {
    /// The server's time when the page was made.
    pub now: Time,
    /// The mail server, where there is one.
    pub mail: Option<MailSettings>,
    /// Whether a password is kept for it.
    pub has_password: bool,
    /// Slack, where it is set.
    pub slack: Option<SlackSettings>,
    /// The endpoint, where one is named.
    pub webhook: Option<WebhookSettings>,
    /// The endpoints there are to choose from, by name.
    pub endpoints: Vec<String>,
    /// What was sent and is to be, the latest first.
    pub rows: Vec<DispatchRow>,
    /// Where the next page begins.
    pub next_cursor: Option<DispatchId>,
    /// Whether this is not the first page.
    pub is_continued: bool,
}

/// What the page is asked for.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ChannelsQuery {
    /// Only what failed.
    #[serde(default)]
    pub failed_only: bool,
    /// Where the page begins; absent for the first.
    #[serde(default)]
    pub cursor: Option<DispatchId>,
}

/// A message of a channel, as the log shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct DispatchRow {
    /// Its id.
    pub id: DispatchId,
    /// Since when it is to be sent.
    pub made_at: Time,
    /// To whom: a person's name, or what the channel is.
    pub to: String,
    /// What it tells.
    pub topic: Topic,
    /// How.
    pub channel: Channel,
    /// Where it leads.
    pub path: String,
    /// How far it is.
    pub state: Dispatch,
}
