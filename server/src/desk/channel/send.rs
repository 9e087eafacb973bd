//! One message by one channel, and what became of it.

use chrono::TimeDelta;
use domain::{
    Refusal,
    channel::{Channel, MailSettings},
    id::{DispatchId, PersonId},
    permission::Action,
    refusal::Code,
};
use serde_json::{Value, json};

use super::Target;
use crate::{
    desk::{
        Caller, Desk, PersonCaller,
        notification::{Letters, test_letter, test_slack},
    },
    error::Result,
    mail::{self, Letter},
    store::{dispatch::Stored, endpoint::Endpoint},
    webhook::{Answer, Message},
};

/// How a message went.
#[derive(Debug)]
pub(in crate::desk) struct Outcome {
    /// Why it was not taken; `None` when it was.
    pub(in crate::desk) cause: Option<String>,
    /// Whether trying again by itself is of no use.
    pub(in crate::desk) needs_person: bool,
    /// How long the receiver wants to be left alone.
    pub(in crate::desk) asked: Option<TimeDelta>,
}

impl From<Answer> for Outcome {
    fn from(answer: Answer) -> Self {
        Self { needs_person: answer.is_gone(), cause: answer.cause, asked: answer.asked }
    }
}

impl Desk {
    /// Sends a message and says how it went.
    pub(in crate::desk) async fn send_to(
        &self,
        target: &Target,
        message: &Stored,
        people: &[PersonId],
        letters: &Letters<'_>,
    ) -> Result<Outcome> {
        let (id, notice) = (message.id.to_string(), &message.notice);
        match target {
            Target::Mail { server, password, to } => {
                let (subject, body) = (notice.topic.title(), letters.mail(notice));
                let letter = Letter { id, to: to.clone(), subject, body, at: self.database.clock().now() };
                Ok(self.mail(server, password.as_deref(), &letter).await)
            }
            Target::Slack { url, allow_private } => {
                Ok(self.slack(url, *allow_private, id, &letters.slack(notice)).await)
            }
            Target::Webhook { endpoint } => {
                let data = letters.data(notice, people);
                let body = json!({"type": "notification.made", "timestamp": message.made_at, "data": data});
                self.webhook(endpoint, id, &body).await
            }
        }
    }

    /// Sends a test by a channel: a mail goes to whoever asks for it.
    ///
    /// # Errors
    /// `conflict` when the channel is not set, or with what went wrong.
    pub async fn test_channel(&self, who: &PersonCaller, channel: Channel, base: &str) -> Result<()> {
        Caller::Person(who.clone()).authorize(Action::ManageAccess)?;
        let mut tx = self.database.read().await?;
        let target = self.target(&mut tx, channel).await?;
        drop(tx);
        let not_set = || Refusal::new(Code::Conflict, format!("{} is not set. Nothing was sent.", channel.title()));
        let target = target.ok_or_else(not_set)?;
        let id = DispatchId::from_uuid(self.database.ids().uuid()).to_string();
        let now = self.database.clock().now();
        let outcome = match target {
            Target::Mail { server, password, .. } => {
                let (subject, body) = ("This is a test of Countersign", test_letter(base));
                let letter = Letter { id, to: who.email.clone(), subject, body, at: now };
                self.mail(&server, password.as_deref(), &letter).await
            }
            Target::Slack { url, allow_private } => self.slack(&url, allow_private, id, &test_slack()).await,
            Target::Webhook { endpoint } => {
                let body = json!({"type": "notification.test", "timestamp": now, "data": {"sent_by": who.id}});
                self.webhook(&endpoint, id, &body).await?
            }
        };
        match outcome.cause {
            None => Ok(()),
            Some(cause) => {
                let message = format!("{} did not take the test: {cause}.", channel.title());
                Err(Refusal::new(Code::Conflict, message).into())
            }
        }
    }

    async fn mail(&self, server: &MailSettings, password: Option<&str>, letter: &Letter) -> Outcome {
        let mailed = mail::send(&self.outbound, server, password, letter).await;
        Outcome { needs_person: mailed.is_final, ..Outcome::from(mailed.answer) }
    }

    async fn slack(&self, url: &str, allow_private: bool, id: String, body: &Value) -> Outcome {
        let (url, at, body) = (url.to_owned(), self.database.clock().now(), body.to_string());
        self.outbound.send(&Message { url, allow_private, secrets: Vec::new(), id, at, body }).await.into()
    }

    async fn webhook(&self, endpoint: &Endpoint, id: String, body: &Value) -> Result<Outcome> {
        let message = self.message(endpoint, id, body.to_string())?;
        Ok(self.outbound.send(&message).await.into())
    }
}
