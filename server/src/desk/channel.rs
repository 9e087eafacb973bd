//! Channels: what administrators set about mail, Slack and the signed webhook, and trying them.

mod send;

use domain::{
    Refusal,
    channel::{Channel, ChannelsPage, ChannelsQuery, MailSettings, SlackSettings, WebhookSettings},
    event::Event,
    permission::Action,
    refusal::Code,
};
use futures::FutureExt as _;

use super::{Caller, Desk, PersonCaller};
use crate::{
    error::{Result, StoreError},
    mail::check_sender,
    store::{self, Tx, channel::Stored, endpoint::Endpoint},
    webhook::check_url,
};

pub(super) use send::Outcome;

/// Rows of a page of the log.
const ROWS: usize = 50;

/// Where a channel sends.
pub(super) enum Target {
    /// To a person by a mail server.
    Mail {
        /// The server.
        server: MailSettings,
        /// The account's password.
        password: Option<String>,
        /// The person's address; empty until it is known who it is for.
        to: String,
    },
    /// To Slack.
    Slack {
        /// The incoming webhook's address.
        url: String,
        /// Whether it may lie on a private network.
        allow_private: bool,
    },
    /// To an endpoint.
    Webhook {
        /// The endpoint.
        endpoint: Endpoint,
    },
}

impl Target {
    /// Whether nothing may be sent there now.
    pub(super) const fn is_disabled(&self) -> bool {
        matches!(self, Self::Webhook { endpoint } if endpoint.row.disabled_at.is_some())
    }
}

/// What a secret is sealed for.
fn context(channel: Channel) -> String {
    format!("channel/{channel}/secret")
}

impl Desk {
    /// Sets the mail server. Without a password the one that is kept stays, as long as it is the same account there.
    ///
    /// # Errors
    /// `invalid_field` of `host`, `port`, `security`, `user`, `from` or `mail_password`.
    pub async fn set_mail(&self, who: &PersonCaller, settings: MailSettings, password: Option<&str>) -> Result<()> {
        let caller = Caller::Person(who.clone());
        caller.authorize(Action::ManageAccess)?;
        settings.check()?;
        check_sender(&settings.from)?;
        let mut tx = self.database.read().await?;
        let kept = store::channel::find::<MailSettings>(&mut tx, Channel::Mail).await?;
        drop(tx);
        let kept = kept.filter(|kept| kept.settings.keeps_password(&settings)).and_then(|kept| kept.secret);
        let secret = match password {
            Some(password) => Some(self.seal_channel(Channel::Mail, password)?),
            None => kept,
        };
        let secret = secret.filter(|_| settings.user.is_some());
        if settings.user.is_some() && secret.is_none() {
            let message = "type the account's password; one that was kept for other settings is not used for these";
            return Err(Refusal::invalid("mail_password", message).into());
        }
        self.set_channel(&caller, Channel::Mail, Stored { settings, secret }).await
    }

    /// Sets Slack. Without an address the one that is kept stays.
    ///
    /// # Errors
    /// `invalid_field` of `slack_secret`: the address.
    pub async fn set_slack(&self, who: &PersonCaller, settings: SlackSettings, url: Option<&str>) -> Result<()> {
        let caller = Caller::Person(who.clone());
        caller.authorize(Action::ManageAccess)?;
        let mut tx = self.database.read().await?;
        let kept = store::channel::find::<SlackSettings>(&mut tx, Channel::Slack).await?;
        drop(tx);
        let url = match (url, kept.and_then(|kept| kept.secret)) {
            (Some(url), _) => url.to_owned(),
            (None, Some(sealed)) => self.open_channel(Channel::Slack, &sealed)?,
            (None, None) => {
                let message = "expected the address of an incoming webhook, such as https://hooks.slack.com/services/…";
                return Err(Refusal::invalid("slack_secret", message).into());
            }
        };
        check_url(&url, settings.allow_private).map_err(|why| Refusal::invalid("slack_secret", why))?;
        let secret = Some(self.seal_channel(Channel::Slack, &url)?);
        self.set_channel(&caller, Channel::Slack, Stored { settings, secret }).await
    }

    /// Names the endpoint that is sent every notification.
    ///
    /// # Errors
    /// `invalid_field` of `endpoint`.
    pub async fn set_webhook(&self, who: &PersonCaller, settings: WebhookSettings) -> Result<()> {
        let caller = Caller::Person(who.clone());
        caller.authorize(Action::ManageAccess)?;
        let mut tx = self.database.read().await?;
        let found = store::endpoint::find_by_name(&mut tx, &settings.endpoint).await?;
        drop(tx);
        if found.is_none() {
            return Err(Refusal::invalid("endpoint", "choose an endpoint that is registered").into());
        }
        self.set_channel(&caller, Channel::Webhook, Stored { settings, secret: None }).await
    }

    /// Sends nothing by a channel any more, and forgets its secret.
    ///
    /// # Errors
    /// `conflict` when it is not set.
    pub async fn remove_channel(&self, who: &PersonCaller, channel: Channel) -> Result<()> {
        let caller = Caller::Person(who.clone());
        caller.authorize(Action::ManageAccess)?;
        let actor = caller.actor();
        self.database
            .write(move |tx| {
                async move {
                    if !store::channel::delete(tx, channel).await? {
                        let message = format!("{} is not set.", channel.title());
                        return Err(Refusal::new(Code::Conflict, message).into());
                    }
                    tx.record(actor, Event::ChannelRemoved { channel });
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    /// The page of channels and of what was sent by them.
    pub async fn channels_page(&self, viewer: &PersonCaller, query: &ChannelsQuery) -> Result<ChannelsPage> {
        Caller::Person(viewer.clone()).authorize(Action::ManageAccess)?;
        let mut tx = self.database.read().await?;
        let limit = i64::try_from(ROWS).unwrap_or(i64::MAX) + 1;
        let mut rows = store::dispatch::list(&mut tx, query.failed_only, query.cursor, limit).await?;
        let has_more = rows.len() > ROWS;
        rows.truncate(ROWS);
        let mail = store::channel::find::<MailSettings>(&mut tx, Channel::Mail).await?;
        let slack = store::channel::find::<SlackSettings>(&mut tx, Channel::Slack).await?;
        let webhook = store::channel::find::<WebhookSettings>(&mut tx, Channel::Webhook).await?;
        let endpoints = store::endpoint::list(&mut tx).await?;
        Ok(ChannelsPage {
            now: self.database.clock().now(),
            has_password: mail.as_ref().is_some_and(|mail| mail.secret.is_some()),
            mail: mail.map(|mail| mail.settings),
            slack: slack.map(|slack| slack.settings),
            webhook: webhook.map(|webhook| webhook.settings),
            endpoints: endpoints.into_iter().map(|endpoint| endpoint.name).collect(),
            next_cursor: rows.last().filter(|_| has_more).map(|row| row.id),
            is_continued: query.cursor.is_some(),
            rows,
        })
    }

    async fn set_channel<T: serde::Serialize + Send + Sync + 'static>(
        &self,
        caller: &Caller,
        channel: Channel,
        stored: Stored<T>,
    ) -> Result<()> {
        let actor = caller.actor();
        self.database
            .write(move |tx| {
                async move {
                    store::channel::set(tx, channel, &stored).await?;
                    tx.record(actor, Event::ChannelSet { channel });
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    /// Where a channel sends; `None` when it is not set.
    pub(super) async fn target(&self, tx: &mut Tx, channel: Channel) -> Result<Option<Target>> {
        let open = |sealed: Option<Vec<u8>>| sealed.map(|sealed| self.open_channel(channel, &sealed)).transpose();
        Ok(match channel {
            Channel::Mail => match store::channel::find::<MailSettings>(tx, channel).await? {
                Some(Stored { settings: server, secret }) => {
                    Some(Target::Mail { server, password: open(secret)?, to: String::new() })
                }
                None => None,
            },
            Channel::Slack => match store::channel::find::<SlackSettings>(tx, channel).await? {
                Some(Stored { settings, secret }) => {
                    open(secret)?.map(|url| Target::Slack { url, allow_private: settings.allow_private })
                }
                None => None,
            },
            Channel::Webhook => match store::channel::find::<WebhookSettings>(tx, channel).await? {
                Some(Stored { settings, .. }) => store::endpoint::find_by_name(tx, &settings.endpoint)
                    .await?
                    .map(|endpoint| Target::Webhook { endpoint }),
                None => None,
            },
        })
    }

    fn seal_channel(&self, channel: Channel, secret: &str) -> Result<Vec<u8>, StoreError> {
        self.vault.seal(self.database.ids(), &context(channel), secret.as_bytes())
    }

    fn open_channel(&self, channel: Channel, sealed: &[u8]) -> Result<String, StoreError> {
        let opened = self.vault.open(&context(channel), sealed)?;
        String::from_utf8(opened).map_err(|error| StoreError::Unexpected(error.to_string()))
    }
}
