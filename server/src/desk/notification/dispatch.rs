//! Messages on their way: leased, looked at once more, sent with nothing open in the database, and noted.

use chrono::TimeDelta;
use domain::{
    Time,
    approval::Status,
    channel::{Channel, MailSettings},
    closure::rule::EMAIL,
    event::Event,
    id::{DispatchId, PersonId},
    notification::{Dispatch, Notices},
    permission::Action,
    refusal::Code,
    resumption::{Resumption, Setback, next_try},
};
use futures::{FutureExt as _, future::join_all};

use super::{Letters, NOTIFIER, audience, quiet};
use crate::{
    desk::{
        Caller, Desk, PersonCaller,
        channel::{Outcome, Target},
    },
    error::{Error, Result},
    store::{self, Tx, dispatch::Stored},
};

/// The shortest time a message is held in quiet hours: nothing is looked at over and over.
const HELD: TimeDelta = TimeDelta::minutes(1);
/// How long a worker may take for one try.
const LEASE: TimeDelta = TimeDelta::minutes(2);
/// Messages of a channel under way at once.
const MOST: i64 = 8;

/// What is to be done with a message, now that it is looked at once more.
enum Ready {
    /// It is sent there, for the sake of these people.
    Send(Box<Target>, Vec<PersonId>),
    /// Everybody it is for sleeps.
    Hold(Time),
    /// It is sent no more.
    Drop(&'static str),
    /// It cannot be sent until somebody changes something.
    Fail(&'static str),
}

impl Desk {
    /// Sends what is due by a channel, for the console at this address; says how much it was.
    pub async fn send_notifications(&self, channel: Channel, base: &str) -> Result<usize> {
        let latest = Resumption::longest_pause(self.database.clock().now());
        let leased: Vec<(Stored, u32)> = self
            .database
            .write(move |tx| {
                async move {
                    let mut leased = Vec::new();
                    for read in store::dispatch::list_due(tx, channel, latest, MOST).await? {
                        let now = tx.now();
                        let Ok(state) = read.state.clone().lease(now + LEASE, now) else { continue };
                        let Dispatch::Sending { attempt, .. } = state else { continue };
                        if store::dispatch::update(tx, &read, &state).await? {
                            let moves = read.moves + 1;
                            leased.push((Stored { state, moves, ..read }, attempt));
                        }
                    }
                    Ok(leased)
                }
                .boxed()
            })
            .await?;
        let count = leased.len();
        for sent in join_all(leased.into_iter().map(|(one, attempt)| self.send(one, attempt, base))).await {
            if let Err(error) = sent {
                tracing::error!(%error, %channel, "a message was not recorded; it is sent again");
            }
        }
        Ok(count)
    }

    /// When the next message of a channel is due.
    pub async fn next_notification(&self, channel: Channel) -> Result<Option<Time>> {
        let mut tx = self.database.read().await?;
        Ok(store::dispatch::next_due(&mut tx, channel).await?)
    }

    /// Has a message that failed sent again.
    ///
    /// # Errors
    /// `not_found`; `illegal_move` for one that did not fail.
    pub async fn retry_dispatch(&self, who: &PersonCaller, id: DispatchId) -> Result<()> {
        let caller = Caller::Person(who.clone());
        caller.authorize(Action::ManageAccess)?;
        let actor = caller.actor();
        self.database
            .write(move |tx| {
                async move {
                    let found = store::dispatch::find(tx, id).await?;
                    let found =
                        found.ok_or_else(|| domain::Refusal::new(Code::NotFound, "There is no such message."))?;
                    let state = found.state.clone().retry(tx.now())?;
                    if !store::dispatch::update(tx, &found, &state).await? {
                        return Err(Error::Moved);
                    }
                    tx.record(actor, Event::NotificationRetried { dispatch: id, channel: found.channel });
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    async fn send(&self, leased: Stored, attempt: u32, base: &str) -> Result<()> {
        let outcome = match self.ready(&leased).await {
            Ok(Ready::Hold(until)) => {
                return self.keep(leased, move |state, now| state.hold(until.max(now + HELD))).await;
            }
            Ok(Ready::Drop(why)) => return self.keep(leased, move |state, now| state.drop_it(why, now)).await,
            Ok(Ready::Fail(why)) => Ok(Outcome { cause: Some(why.to_owned()), needs_person: true, asked: None }),
            Ok(Ready::Send(target, people)) => self.send_to(&target, &leased, &people, &Letters { base }).await,
            Err(error) => Err(error),
        };
        // What cannot be prepared is a try that failed: it is told, and ends.
        let outcome = outcome.unwrap_or_else(|error| {
            tracing::error!(%error, channel = %leased.channel, "a message could not be prepared");
            Outcome { cause: Some("it could not be prepared".to_owned()), needs_person: false, asked: None }
        });
        let [jitter] = self.database.ids().bytes();
        self.keep(leased, move |state, now| match outcome.cause {
            None => state.sent(now),
            Some(cause) => {
                let next = next_try(attempt, now, jitter, outcome.asked).filter(|_| !outcome.needs_person);
                state.fail(Setback { attempt, cause, next_try: next }, now)
            }
        })
        .await
    }

    async fn ready(&self, leased: &Stored) -> Result<Ready> {
        let mut tx = self.database.read().await?;
        self.look(&mut tx, leased).await
    }

    /// Whether it is still to be sent, to whom, and whether now.
    async fn look(&self, tx: &mut Tx, leased: &Stored) -> Result<Ready> {
        let Some(target) = self.target(tx, leased.channel).await? else {
            return Ok(Ready::Drop("the channel was switched off"));
        };
        let Some(entry) = store::event::load(tx, &[leased.event.uuid()]).await?.pop() else {
            return Ok(Ready::Drop("what it tells is not in the log any more"));
        };
        if let Event::ClosureStepIntended { target: by, record: group, .. } = &entry.event
            && by == EMAIL
        {
            return self.look_at_member(tx, target, leased, group).await;
        }
        if leased.notice.topic.asks_for_a_decision()
            && let Some(id) = leased.notice.approval
            && store::alert::find_status(tx, id).await? != Some(Status::Pending)
        {
            return Ok(Ready::Drop("the approval waits no more"));
        }
        let told = audience::told_of(tx, &entry).await?.map(|told| told.people).unwrap_or_default();
        let concerned: Vec<PersonId> =
            told.into_iter().filter(|person| leased.person.is_none_or(|one| one == *person)).collect();
        let wishes = store::preference::list_notices(tx, &concerned).await?;
        let usual = Notices::default();
        let wish = |person: &PersonId| wishes.get(person).unwrap_or(&usual);
        let wanting: Vec<PersonId> =
            concerned.into_iter().filter(|person| wish(person).wants(leased.notice.topic, leased.channel)).collect();
        if wanting.is_empty() {
            return Ok(Ready::Drop("nobody it was for is to be told by it any more"));
        }
        let now = tx.now();
        let ends = |person: &PersonId| wish(person).quiet.as_ref().and_then(|hours| quiet::end(hours, now));
        let asleep: Option<Vec<Time>> = wanting.iter().map(ends).collect();
        match (leased.channel, asleep.and_then(|ends| ends.into_iter().min())) {
            // Programs do not sleep.
            (Channel::Mail | Channel::Slack, Some(until)) => Ok(Ready::Hold(until)),
            (Channel::Mail, None) => match &wanting[..] {
                [person] => self.mail_to(tx, target, *person).await,
                _ => Ok(Ready::Drop("nobody it was for is to be told by it any more")),
            },
            (Channel::Webhook, _) if target.is_disabled() => Ok(Ready::Fail("not sent: the endpoint is disabled")),
            (Channel::Slack | Channel::Webhook, _) => Ok(Ready::Send(Box::new(target), wanting)),
        }
    }

    /// A closure's mail goes to whoever is in the group still and has not refused such mail, at any hour: nobody is asked to
    /// do anything.
    async fn look_at_member(&self, tx: &mut Tx, target: Target, leased: &Stored, group: &str) -> Result<Ready> {
        let nobody = Ready::Drop("nobody it was for is to be told by it any more");
        let Some(person) = leased.person else { return Ok(nobody) };
        let is_member = store::group::list_active(tx, group).await?.contains(&person);
        let wishes = store::preference::list_notices(tx, &[person]).await?;
        let wish = wishes.get(&person).cloned().unwrap_or_default();
        if !is_member || !wish.wants(leased.notice.topic, leased.channel) {
            return Ok(nobody);
        }
        self.mail_to(tx, target, person).await
    }

    async fn mail_to(&self, tx: &mut Tx, target: Target, person: PersonId) -> Result<Ready> {
        let found = store::entitlement::list_reachable(tx, &[person]).await?.pop();
        Ok(match (found, target) {
            (Some(found), Target::Mail { server, password, .. }) => {
                let server: MailSettings = server;
                Ready::Send(Box::new(Target::Mail { server, password, to: found.email }), vec![person])
            }
            (Some(_) | None, _) => Ready::Drop("the person may not sign in any more"),
        })
    }

    /// Keeps a move, with what the log says of it. Whoever moved it meanwhile was right: that worker's lease was over.
    async fn keep(
        &self,
        leased: Stored,
        go: impl FnOnce(Dispatch, Time) -> Result<Dispatch, domain::Refusal> + Send + 'static,
    ) -> Result<()> {
        self.database
            .write(move |tx| {
                async move {
                    let state = go(leased.state.clone(), tx.now())?;
                    if store::dispatch::update(tx, &leased, &state).await?
                        && let Dispatch::Failed { cause, next_try: None, .. } = state
                    {
                        let event = Event::NotificationFailed { dispatch: leased.id, channel: leased.channel, cause };
                        tx.record(NOTIFIER, event);
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}
