//! Notifications by mail: one to each of the people of a group, by the console's outbox, which tries again and keeps the
//! log. A step is done once all of them are in it.

use domain::{
    Digest,
    channel::Channel,
    closure::Reason,
    id::{ClosureId, DispatchId, EventId, PersonId},
    notification::{Dispatch, Notice, Topic},
};
use futures::FutureExt as _;

use super::{place::Place, write::Wrote};
use crate::{
    desk::Desk,
    error::{Result, StoreError},
    store::{self, Tx, closure::Stored, closure::step::Stored as StepStored, dispatch::Stored as Message},
};

impl Desk {
    /// To whom a group's mail goes, or why to nobody.
    pub(super) async fn mailed_to(&self, tx: &mut Tx, group: &str) -> Result<Result<Place, (Reason, String)>> {
        let missing = |detail: String| Ok(Err((Reason::MappingMissing, detail)));
        if self.target(tx, Channel::Mail).await?.is_none() {
            return missing("The channel email is not set.".to_owned());
        }
        let people = store::group::list_active(tx, group).await?;
        if people.is_empty() {
            return missing(format!("There is no group {group}, or nobody in it may sign in."));
        }
        Ok(Ok(Place::Mailed { people }))
    }

    /// Puts a mail for each into the outbox. One that is there already, from a try that was cut off, is not put there
    /// again.
    pub(super) async fn mail_closed(
        &self,
        people: &[PersonId],
        step: &StepStored,
        stored: &Stored,
        said: Option<EventId>,
    ) -> Result<Wrote> {
        let event = said.ok_or_else(|| StoreError::Unexpected("a mail tells of no event".to_owned()))?;
        let notice = notice(stored);
        let ids: Vec<(PersonId, DispatchId)> =
            people.iter().map(|person| (*person, mail_id(stored.id, &step.key, *person))).collect();
        let count = ids.len();
        self.database
            .write(move |tx| {
                async move {
                    let now = tx.now();
                    for (person, id) in ids {
                        let message = Message {
                            id,
                            event,
                            channel: Channel::Mail,
                            person: Some(person),
                            notice: notice.clone(),
                            made_at: now,
                            state: Dispatch::new(now),
                            moves: 0,
                        };
                        store::dispatch::insert(tx, &message).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await?;
        let people = if count == 1 { "person" } else { "people" };
        Ok(Wrote::Confirmed(format!("In the outbox for {count} {people} of {}", step.plan.record)))
    }
}

/// What is told: names and ids.
fn notice(stored: &Stored) -> Notice {
    Notice {
        topic: Topic::ClosureTold,
        tool: None,
        workflow: Some(stored.workflow.clone()),
        subject: Some(stored.title.clone()),
        risk: None,
        due: None,
        approval: stored.trigger.approval,
        path: format!("/closures/{}", stored.id),
    }
}

/// The id of a person's mail: the same for the same step however often it is tried, and in the log where its closure is.
fn mail_id(closure: ClosureId, key: &str, person: PersonId) -> DispatchId {
    let digest = Digest::of("closure-mail/v1", format!("{person} {key}").as_bytes());
    let mut bytes = *closure.uuid().as_bytes();
    // The time of the closure stays in front; the rest tells one mail from another.
    for (byte, own) in bytes.iter_mut().zip(digest.bytes()).skip(6) {
        *byte = *own;
    }
    let builder = uuid::Builder::from_bytes(bytes).with_version(uuid::Version::SortRand);
    DispatchId::from_uuid(builder.with_variant(uuid::Variant::RFC4122).into_uuid())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    #[test]
    fn a_mail_has_one_id_for_each_person_and_step() {
        let closure = ClosureId::from_uuid(Uuid::from_u128(0x0192_0000_0001_7000_8000_0000_0000_0001));
        let person = |number| PersonId::from_uuid(Uuid::from_u128(number));
        let id = |key: &str, number| mail_id(closure, key, person(number));
        assert_eq!(id("a/b", 1), id("a/b", 1));
        assert!(id("a/b", 1) != id("a/b", 2) && id("a/b", 1) != id("a/c", 1));
        assert_eq!(id("a/b", 1).uuid().as_bytes()[..6], closure.uuid().as_bytes()[..6], "it is sorted by time");
        assert_eq!(id("a/b", 1).uuid().get_version(), Some(uuid::Version::SortRand));
    }
}
