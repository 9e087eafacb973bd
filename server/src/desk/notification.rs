//! Notifications: made from committed events, each once; people's inboxes; what they want to be told by which channel.

mod audience;
mod compose;
mod dispatch;
mod quiet;

use domain::{
    Actor, Refusal, SystemActor, Time,
    channel::Channel,
    event::{Entry, Event},
    id::{DispatchId, EventId, NotificationId, PersonId},
    notification::{Dispatch, InboxPage, InboxQuery, Notice, Notices, Quiet},
    refusal::Code,
};
use futures::FutureExt as _;

use super::{Desk, PersonCaller};
use crate::{
    error::{Error, Result, StoreError},
    store::{self, Tx, dispatch::Stored},
};

pub(super) use compose::{Letters, test_letter, test_slack};
pub use quiet::check_zone;

/// Who tells people.
const NOTIFIER: Actor = Actor::System(SystemActor::Notifier);
/// Events looked at together.
const BATCH: i64 = 100;
/// Rows of a page of the inbox.
const ROWS: usize = 50;

/// What follows from an event: who is told what, and by which channels.
struct Plan {
    event: EventId,
    notice: Notice,
    people: Vec<PersonId>,
    dispatches: Vec<(Channel, Option<PersonId>)>,
}

impl Desk {
    /// Tells people of what happened since the last time, and says of how many events. However often it is cut off, each
    /// event is told once: what is told and how far the log was looked through are stored together.
    pub async fn make_notifications(&self) -> Result<usize> {
        let mut told = 0;
        loop {
            let mut tx = self.database.read().await?;
            let mut cursor = store::notification::cursor(&mut tx).await?;
            let events = store::notification::list_events(&mut tx, cursor, BATCH).await?;
            if events.is_empty() {
                return Ok(told);
            }
            let mut planned = Vec::new();
            for (leaf, read) in events {
                planned.push((leaf, plan_or_skip(&mut tx, leaf, read).await?));
            }
            drop(tx);
            for (leaf, plan) in planned {
                let (from, is_told) = (cursor, plan.is_some());
                let kept = self.database.write(move |tx| keep(tx, from, leaf, plan).boxed()).await?;
                if !kept {
                    // Another server was first; what it left is read anew.
                    break;
                }
                cursor = leaf;
                told += usize::from(is_told);
            }
        }
    }

    /// A page of a person's inbox.
    pub async fn inbox_page(&self, viewer: &PersonCaller, query: &InboxQuery) -> Result<InboxPage> {
        let mut tx = self.database.read().await?;
        let limit = i64::try_from(ROWS).unwrap_or(i64::MAX) + 1;
        let mut rows = store::notification::list(&mut tx, viewer.id, query.cursor, limit).await?;
        let has_more = rows.len() > ROWS;
        rows.truncate(ROWS);
        Ok(InboxPage {
            now: self.database.clock().now(),
            unread: store::notification::count_unread(&mut tx, viewer.id).await?,
            next_cursor: rows.last().filter(|_| has_more).map(|row| row.id),
            is_continued: query.cursor.is_some(),
            rows,
        })
    }

    /// Notes that a person has read a notification, and says where it leads.
    ///
    /// # Errors
    /// `not_found`, also for somebody else's.
    pub async fn open_notification(&self, viewer: &PersonCaller, id: NotificationId) -> Result<String> {
        let person = viewer.id;
        self.database
            .write(move |tx| {
                async move {
                    let found = store::notification::find(tx, person, id).await?;
                    let found = found.ok_or_else(|| Refusal::new(Code::NotFound, "Your inbox has no such message."))?;
                    store::notification::mark_read(tx, person, id, false).await?;
                    Ok(found.notice.path)
                }
                .boxed()
            })
            .await
    }

    /// Notes that a person has read what they were told up to one notification: what came since the page was made stays
    /// unread.
    pub async fn read_notifications(&self, viewer: &PersonCaller, up_to: NotificationId) -> Result<()> {
        let person = viewer.id;
        self.database
            .write(move |tx| async move { Ok(store::notification::mark_read(tx, person, up_to, true).await?) }.boxed())
            .await
    }

    /// Keeps what a person wants to be told by which channel.
    ///
    /// # Errors
    /// `invalid_field` of `zone`.
    pub async fn set_notices(&self, who: &PersonCaller, notices: Notices) -> Result<()> {
        if let Some(Quiet { zone, .. }) = &notices.quiet {
            check_zone(zone)?;
        }
        let person = who.id;
        self.database
            .write(move |tx| async move { Ok(store::preference::set_notices(tx, person, &notices).await?) }.boxed())
            .await
    }
}

/// What follows from an event. One that cannot be read, or whose approval cannot, is told to nobody: it must not keep
/// people from being told of what came later.
async fn plan_or_skip(tx: &mut Tx, leaf: i64, read: Result<Entry, StoreError>) -> Result<Option<Plan>> {
    let planned = match read {
        Ok(entry) => plan(tx, &entry).await,
        Err(error) => Err(error.into()),
    };
    match planned {
        Err(Error::Broken(error @ StoreError::Inconsistent { .. })) => {
            tracing::warn!(%error, leaf, "nobody is told of an event that cannot be read");
            Ok(None)
        }
        planned => planned,
    }
}

/// What follows from an event; `None` when nobody is told.
async fn plan(tx: &mut Tx, entry: &Entry) -> Result<Option<Plan>> {
    let Some(told) = audience::told_of(tx, entry).await? else { return Ok(None) };
    if told.people.is_empty() {
        return Ok(None);
    }
    let set = store::channel::list(tx).await?;
    let wishes = store::preference::list_notices(tx, &told.people).await?;
    let wants = |person: &PersonId, channel| match wishes.get(person) {
        Some(notices) => notices.wants(told.notice.topic, channel),
        None => Notices::default().wants(told.notice.topic, channel),
    };
    let mut dispatches = Vec::new();
    for channel in set {
        let mut wanting = told.people.iter().copied().filter(|person| wants(person, channel));
        match channel {
            Channel::Mail => dispatches.extend(wanting.map(|person| (channel, Some(person)))),
            // One message for everybody who reads there.
            Channel::Slack | Channel::Webhook => dispatches.extend(wanting.next().map(|_| (channel, None))),
        }
    }
    Ok(Some(Plan { event: entry.id, notice: told.notice, people: told.people, dispatches }))
}

/// Stores what follows from an event with the cursor behind it; `false` when the cursor stands elsewhere by now.
async fn keep(tx: &mut Tx, from: i64, leaf: i64, plan: Option<Plan>) -> Result<bool> {
    if !store::notification::advance(tx, from, leaf).await? {
        return Ok(false);
    }
    let Some(Plan { event, notice, people, dispatches }) = plan else { return Ok(true) };
    for person in &people {
        let id = NotificationId::from_uuid(tx.uuid());
        store::notification::insert(tx, id, event, *person, &notice).await?;
    }
    let now = tx.now();
    for (channel, person) in dispatches {
        let id = DispatchId::from_uuid(tx.uuid());
        store::dispatch::insert(tx, &new_dispatch(id, event, channel, person, &notice, now)).await?;
    }
    tx.record(NOTIFIER, Event::NotificationMade { topic: notice.topic, about: event, people });
    Ok(true)
}

fn new_dispatch(
    id: DispatchId,
    event: EventId,
    channel: Channel,
    person: Option<PersonId>,
    notice: &Notice,
    now: Time,
) -> Stored {
    Stored { id, event, channel, person, notice: notice.clone(), made_at: now, state: Dispatch::new(now), moves: 0 }
}
