//! Signing in and out: one sentence and one effort for every refusal, and a growing wait between tries.

use chrono::TimeDelta;
use domain::{Actor, Digest, Refusal, SystemActor, Time, event::Event, id::PersonId, refusal::Code};
use futures::FutureExt as _;

use super::{Desk, PersonCaller};
use crate::{
    error::Result,
    password::Password,
    store::{self, person::Person},
};

/// The longest wait between two tries.
const LONGEST_WAIT: TimeDelta = TimeDelta::minutes(15);
/// How far the clocks of two servers may be apart.
const LAG: TimeDelta = TimeDelta::minutes(1);
/// An account that was left alone this long starts afresh.
const FORGOTTEN_AFTER: TimeDelta = TimeDelta::hours(2);
/// What everybody reads who is not let in, whatever the reason.
const REFUSED: &str = "Email or password is wrong, or this account has to wait a moment before it is tried again.";

/// Somebody who has just signed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedIn {
    /// Who.
    pub person: PersonCaller,
    /// The mark of the password they used: a session carries it and ends when the password changes.
    pub mark: Digest,
}

impl SignedIn {
    /// Somebody whose password has just been seen.
    pub(super) fn of(person: Person) -> Self {
        let mark = person.password.mark();
        Self { person: caller(person), mark }
    }
}

/// Whether somebody who is signed in knows their password.
pub(super) enum Proof {
    /// They do; the person as stored.
    Given(Box<Person>),
    /// They gave another.
    Wrong,
    /// The account has to wait before it is tried again; what they gave counts for nothing.
    TooSoon,
}

/// The account an email stands for, whether there is one or not.
pub(super) fn account(email: &str) -> Digest {
    Digest::of("sign-in-account/v1", email.trim().to_lowercase().as_bytes())
}

/// How long to wait after so many failures: a second, doubled each time.
fn wait_after(failures: i64) -> TimeDelta {
    let doublings = u32::try_from(failures.clamp(1, 32) - 1).unwrap_or(0);
    TimeDelta::seconds(1 << doublings).min(LONGEST_WAIT)
}

impl Desk {
    /// Signs a person in.
    ///
    /// The try is counted before the password is looked at and forgiven afterwards, so that many at once get no more
    /// than one; and a hash is always computed, so that the time taken tells nothing.
    ///
    /// # Errors
    /// `not_signed_in` in one sentence for an unknown email, a wrong password, a disabled person and an account that
    /// has to wait; `too_many` when too many hashes wait already.
    pub async fn sign_in(&self, email: &str, password: Password) -> Result<SignedIn> {
        // A try that finds no place in the queue is not one.
        let admission = self.passwords.admit()?;
        let account = account(email);
        let turn = self.take_turn(account).await?;
        let mut tx = self.database.read().await?;
        let known = store::person::find_by_email(&mut tx, email.trim()).await?;
        drop(tx);
        let matches = self.passwords.verify(admission, password, known.as_ref().map(|person| &person.password)).await?;
        match known {
            Some(person) if matches && turn.is_some() && person.disabled_at.is_none() => {
                self.let_in(account, person).await
            }
            known => {
                tracing::info!(account_has_to_wait = turn.is_none(), "a sign-in was refused");
                if let Some(wait_until) = turn {
                    self.note_refused(account, wait_until, known.map(|person| person.id)).await?;
                }
                Err(Refusal::new(Code::NotSignedIn, REFUSED).into())
            }
        }
    }

    /// Asks somebody who is signed in for their password, under the same waits as a sign-in, so that a session that fell
    /// into wrong hands is no better place to guess than the front door. The failures are forgotten by the caller, with
    /// what the password was for.
    ///
    /// # Errors
    /// `too_many` when too many hashes wait already.
    pub(super) async fn prove(&self, who: &PersonCaller, password: Password) -> Result<Proof> {
        // A try that finds no place in the queue is not one.
        let admission = self.passwords.admit()?;
        let turn = self.take_turn(account(&who.email)).await?;
        let mut tx = self.database.read().await?;
        let known = store::person::find(&mut tx, who.id).await?;
        drop(tx);
        let matches = self.passwords.verify(admission, password, known.as_ref().map(|known| &known.password)).await?;
        Ok(match known {
            _ if turn.is_none() => Proof::TooSoon,
            Some(known) if matches && known.disabled_at.is_none() => Proof::Given(Box::new(known)),
            Some(_) | None => Proof::Wrong,
        })
    }

    /// Records the refusal of somebody there is. For others the wait is stored once more: the same effort, without a
    /// line in a log that strangers could otherwise fill.
    async fn note_refused(&self, account: Digest, wait_until: Time, known: Option<PersonId>) -> Result<()> {
        if known.is_some() {
            return self.record(Actor::System(SystemActor::Engine), Event::SignInRefused { person: known }).await;
        }
        self.database
            .write(move |tx| async move { Ok(store::backoff::set_wait(tx, account, wait_until).await?) }.boxed())
            .await
    }

    /// Notes that a person signed out. The session itself belongs to whoever holds its cookie.
    pub async fn sign_out(&self, person: PersonId) -> Result<()> {
        self.record(Actor::Person(person), Event::SignedOut { person }).await
    }

    /// The person of a session as they are now; `None` when they are disabled or have another password.
    pub async fn find_signed_in(&self, id: PersonId, mark: Digest) -> Result<Option<PersonCaller>> {
        let mut tx = self.database.read().await?;
        let person = store::person::find(&mut tx, id).await?;
        let person = person.filter(|person| person.disabled_at.is_none() && person.password.mark() == mark);
        Ok(person.map(caller))
    }

    /// Removes ended sessions and forgotten failures.
    pub async fn sweep_sign_in(&self) -> Result<()> {
        self.database
            .write(|tx| {
                async move {
                    let forgotten_before = tx.now() - FORGOTTEN_AFTER;
                    store::web_session::delete_expired(tx).await?;
                    let now = tx.now();
                    store::signature::delete_before(tx, now - LAG).await?;
                    Ok(store::backoff::delete_before(tx, forgotten_before).await?)
                }
                .boxed()
            })
            .await
    }

    /// Takes the account's turn, and answers until when the next one has to wait.
    pub(super) async fn take_turn(&self, account: Digest) -> Result<Option<Time>> {
        self.database
            .write(move |tx| {
                async move {
                    let now = tx.now();
                    let failures =
                        store::backoff::claim(tx, account, now - FORGOTTEN_AFTER, now + LONGEST_WAIT + LAG).await?;
                    let Some(failures) = failures else { return Ok(None) };
                    let until = now + wait_after(failures);
                    store::backoff::set_wait(tx, account, until).await?;
                    Ok(Some(until))
                }
                .boxed()
            })
            .await
    }

    async fn let_in(&self, account: Digest, person: Person) -> Result<SignedIn> {
        let id = person.id;
        self.database
            .write(move |tx| {
                async move {
                    store::backoff::delete(tx, account).await?;
                    tx.record(Actor::Person(id), Event::SignedIn { person: id });
                    Ok(())
                }
                .boxed()
            })
            .await?;
        Ok(SignedIn::of(person))
    }

    pub(super) async fn record(&self, actor: Actor, event: Event) -> Result<()> {
        self.database
            .write(move |tx| {
                async move {
                    tx.record(actor, event);
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}

fn caller(person: Person) -> PersonCaller {
    let Person { id, name, email, roles, groups, .. } = person;
    PersonCaller { id, name, email, roles, groups }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_double_up_to_a_quarter_of_an_hour() {
        let seconds: Vec<i64> = (1..=12).map(|failures| wait_after(failures).num_seconds()).collect();
        assert_eq!(seconds, [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]);
        assert_eq!(wait_after(i64::MAX), LONGEST_WAIT);
        assert_eq!(wait_after(0), TimeDelta::seconds(1));
    }

    #[test]
    fn an_account_is_one_however_it_is_typed() {
        assert_eq!(account(" Ana@Example.com"), account("ana@example.COM "));
        assert_ne!(account("ana@example.com"), account("ana@example.org"));
    }
}
