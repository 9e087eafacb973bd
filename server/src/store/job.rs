//! What waits to be written: commands and plain checks, each with whoever waits for it.

use std::panic::AssertUnwindSafe;

use futures::{FutureExt as _, future::BoxFuture};
use tokio::sync::oneshot;

use super::{Tx, Work, append::CheckAppend, failure::NotStored};
use crate::error::{Error, Result, StoreError};

/// Something to write.
pub enum Job {
    /// A command in a savepoint of its own.
    Command(Box<dyn Command>),
    /// A pure append, grouped with the batch's others.
    Check(Box<CheckAppend>),
}

/// A command whose result type is forgotten, so that they can queue together.
pub trait Command: Send {
    /// Runs it; the reply is held back until the commit.
    fn run(self: Box<Self>, tx: &mut Tx) -> BoxFuture<'_, Ran>;
    /// Fails it without running.
    fn fail(self: Box<Self>, why: Error);
}

/// Answers whoever waits, once the commit's outcome is known.
pub(super) type Reply = Box<dyn FnOnce(Result<(), NotStored>) + Send>;

/// A command that ran: whether its savepoint stays, and how to answer after the commit.
pub struct Ran {
    pub(super) keep: bool,
    pub(super) reply: Reply,
}

struct Envelope<T, F> {
    work: F,
    reply: oneshot::Sender<Result<T>>,
}

impl<T: Send + 'static, F: Work<T>> Command for Envelope<T, F> {
    fn run(self: Box<Self>, tx: &mut Tx) -> BoxFuture<'_, Ran> {
        async move {
            let Self { work, reply } = *self;
            let result = AssertUnwindSafe(work(tx)).catch_unwind().await.unwrap_or_else(|_| Err(panicked()));
            let keep = result.is_ok();
            let reply: Reply = Box::new(move |commit: Result<(), NotStored>| {
                // Whoever stopped waiting is not told.
                drop(reply.send(commit.map_err(|why| StoreError::from(why).into()).and(result)));
            });
            Ran { keep, reply }
        }
        .boxed()
    }

    fn fail(self: Box<Self>, why: Error) {
        drop(self.reply.send(Err(why)));
    }
}

pub(super) fn panicked() -> Error {
    StoreError::Unexpected("a command panicked; it was rolled back".to_owned()).into()
}

/// Packs a command for the queue.
pub(super) fn command<T: Send + 'static>(work: impl Work<T>, reply: oneshot::Sender<Result<T>>) -> Job {
    Job::Command(Box::new(Envelope { work, reply }))
}

/// Packs a plain check for the queue.
pub(super) fn check(append: CheckAppend) -> Job {
    Job::Check(Box::new(append))
}

impl Job {
    /// Fails it without running.
    pub(super) fn fail(self, why: Error) {
        match self {
            Self::Check(append) => drop(append.reply.send(Err(why))),
            Self::Command(command) => command.fail(why),
        }
    }
}
