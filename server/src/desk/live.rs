//! Listening to what happens: committed events as they come, a few times a second, and what was missed before.

use std::{
    collections::{BTreeSet, HashMap, VecDeque},
    sync::{Arc, Mutex, PoisonError},
    time::Duration,
};

use domain::{
    Refusal,
    id::{ApprovalId, PersonId},
    permission::Action,
    refusal::Code,
};
use tokio::{
    sync::{
        broadcast::{self, error::RecvError},
        watch,
    },
    time::Instant,
};

use super::{Caller, Desk};
use crate::{
    error::{Error, Result},
    store::{self, Leaf},
};

/// Messages come no closer than this: at most four a second.
const PAUSE: Duration = Duration::from_millis(250);
/// Events told one by one, in one message or after a pause in listening; of more, only that there were more.
const MOST: usize = 500;
/// Streams of one person: a browser needs one.
const MOST_OF_PERSON: u32 = 16;
/// Streams in all.
const MOST_IN_ALL: u32 = 1_024;

/// What a listener is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Told {
    /// These events happened, in order.
    News(Vec<Leaf>),
    /// More happened than is told one by one; the log goes up to here.
    Reset(i64),
    /// Somebody came to these approvals, or left them. Nothing of it is in the log.
    Presence(Vec<ApprovalId>),
}

impl Told {
    /// The place in the log up to which the listener is told; `None` for what is not of the log.
    pub fn up_to(&self) -> Option<i64> {
        match self {
            Self::News(leaves) => Some(leaves.last().map_or(0, |leaf| leaf.leaf_index)),
            Self::Reset(last) => Some(*last),
            Self::Presence(_) => None,
        }
    }

    /// Whether a browser session may have ended with it.
    pub fn may_end_sessions(&self) -> bool {
        let about_people = |leaf: &Leaf| leaf.kind.starts_with("person.") || leaf.kind.starts_with("session.signed_");
        match self {
            Self::News(leaves) => leaves.iter().any(about_people),
            Self::Reset(_) => true,
            Self::Presence(_) => false,
        }
    }
}

/// Who listens: so many each, so many in all, until the server stops.
#[derive(Clone)]
pub(super) struct Listeners {
    taken: Arc<Mutex<HashMap<PersonId, u32>>>,
    stopping: watch::Sender<bool>,
}

impl Listeners {
    pub(super) fn new() -> Self {
        Self { taken: Arc::default(), stopping: watch::Sender::new(false) }
    }

    fn admit(&self, person: PersonId) -> Result<Place, Refusal> {
        if *self.stopping.borrow() {
            return Err(Refusal::new(Code::Unavailable, "The server is stopping."));
        }
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if taken.values().sum::<u32>() >= MOST_IN_ALL {
            return Err(Refusal::new(Code::Unavailable, "Too many people listen; pages work without."));
        }
        let own = taken.entry(person).or_default();
        if *own >= MOST_OF_PERSON {
            let message = format!("{MOST_OF_PERSON} streams of yours are open; close some tabs or browsers.");
            return Err(Refusal::new(Code::TooMany, message));
        }
        *own += 1;
        Ok(Place { person, taken: self.taken.clone() })
    }
}

/// A listener's place, free again when it goes.
struct Place {
    person: PersonId,
    taken: Arc<Mutex<HashMap<PersonId, u32>>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut taken = self.taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(own) = taken.get_mut(&self.person) {
            *own -= 1;
            if *own == 0 {
                taken.remove(&self.person);
            }
        }
    }
}

/// Somebody's stream of what happens.
pub struct Following {
    news: broadcast::Receiver<Arc<[Leaf]>>,
    log: store::News,
    stopping: watch::Receiver<bool>,
    waiting: VecDeque<Leaf>,
    comings: broadcast::Receiver<ApprovalId>,
    /// Approvals whose viewers have changed.
    changed: BTreeSet<ApprovalId>,
    /// Everything up to here was told or waits to be.
    heard: i64,
    /// More was missed than is told one by one.
    is_lost: bool,
    /// The next message comes no sooner.
    due: Instant,
    _place: Place,
}

impl Desk {
    /// Where the log ends. What is read afterwards contains everything up to here.
    pub fn log_end(&self) -> i64 {
        self.database.news().last()
    }

    /// Begins to listen: after a place in the log, or from now on.
    ///
    /// # Errors
    /// `too_many` for a person with too many streams, `unavailable` when there are too many in all.
    pub async fn follow_live(&self, caller: &Caller, after: Option<i64>) -> Result<Following> {
        caller.authorize(Action::FollowLive)?;
        let Caller::Person(person) = caller else {
            return Err(Refusal::new(Code::WrongScope, "This is for people who are signed in.").into());
        };
        let place = self.listeners.admit(person.id)?;
        let log = self.database.news().clone();
        // Listening begins before the log is read, so that nothing falls between.
        let news = log.listen();
        let mut following = Following {
            news,
            heard: log.last(),
            log,
            stopping: self.listeners.stopping.subscribe(),
            waiting: VecDeque::new(),
            comings: self.views.listen(),
            changed: BTreeSet::new(),
            is_lost: false,
            due: Instant::now(),
            _place: place,
        };
        if let Some(after) = after.filter(|after| *after != following.heard) {
            following.catch_up(self.missed(after).await?, after);
        }
        Ok(following)
    }

    /// Ends every stream, because the server stops.
    pub fn end_streams(&self) {
        self.listeners.stopping.send_replace(true);
    }

    /// What came after a place; `None` when that is too much, or the log never had such a place.
    async fn missed(&self, after: i64) -> Result<Option<Vec<Leaf>>, Error> {
        let mut tx = self.database.read().await?;
        let most = i64::try_from(MOST).unwrap_or(i64::MAX);
        let mut leaves = store::event::list_leaves(&mut tx, after, most + 2).await?;
        let is_known = after == 0 || leaves.first().is_some_and(|leaf| leaf.leaf_index == after);
        leaves.retain(|leaf| leaf.leaf_index > after);
        Ok((is_known && leaves.len() <= MOST).then_some(leaves))
    }
}

/// Waits until the server stops.
async fn stop(stopping: &mut watch::Receiver<bool>) {
    drop(stopping.wait_for(|stopping| *stopping).await);
}

impl Following {
    fn catch_up(&mut self, missed: Option<Vec<Leaf>>, after: i64) {
        match missed {
            Some(leaves) => {
                self.heard = leaves.last().map_or(after, |leaf| leaf.leaf_index);
                self.waiting = leaves.into();
            }
            None => self.is_lost = true,
        }
    }

    /// The next message; `None` when the server stops. What was heard is kept when the wait is given up.
    pub async fn next(&mut self) -> Option<Told> {
        loop {
            let has_something = self.is_lost || !self.waiting.is_empty() || !self.changed.is_empty();
            tokio::select! {
                biased;
                () = stop(&mut self.stopping) => return None,
                () = tokio::time::sleep_until(self.due), if has_something => return Some(self.tell()),
                heard = self.news.recv() => self.hear(heard)?,
                came = self.comings.recv() => match came {
                    Ok(approval) => {
                        self.changed.insert(approval);
                    }
                    // Whoever cannot keep up asks for everything again.
                    Err(_) => self.is_lost = true,
                },
            }
        }
    }

    fn hear(&mut self, heard: Result<Arc<[Leaf]>, RecvError>) -> Option<()> {
        match heard {
            Ok(leaves) => {
                let after = self.heard;
                self.waiting.extend(leaves.iter().filter(|leaf| leaf.leaf_index > after).cloned());
                self.heard = self.waiting.back().map_or(after, |leaf| leaf.leaf_index.max(after));
                self.is_lost |= self.waiting.len() > MOST;
            }
            Err(RecvError::Lagged(_)) => self.is_lost = true,
            Err(RecvError::Closed) => return None,
        }
        if self.is_lost {
            self.waiting.clear();
        }
        Some(())
    }

    fn tell(&mut self) -> Told {
        self.due = Instant::now() + PAUSE;
        if std::mem::take(&mut self.is_lost) {
            self.waiting.clear();
            self.changed.clear();
            self.heard = self.heard.max(self.log.last());
            return Told::Reset(self.heard);
        }
        if self.waiting.is_empty() {
            return Told::Presence(std::mem::take(&mut self.changed).into_iter().collect());
        }
        Told::News(self.waiting.drain(..).collect())
    }
}
