//! A transaction on either database, and the macro that runs one statement on both.

use std::{
    ops::{Deref, DerefMut},
    sync::Arc,
};

use domain::{
    Actor, Time,
    event::{Entry, Event},
    id::{ApprovalId, EventId, RunId},
};
use sqlx::{Database, Postgres, Sqlite, Transaction, pool::PoolConnection};
use uuid::Uuid;

use crate::{clock::Clock, error::StoreError, ids::Ids};

/// The connection that statements run on.
pub enum Conn {
    /// SQLite.
    Sqlite(Held<Sqlite>),
    /// PostgreSQL.
    Postgres(Held<Postgres>),
}

/// A connection with a transaction begun, or as it is.
pub enum Held<D: Database> {
    /// What is read is of one moment; what is written is undone unless committed.
    Within(Transaction<'static, D>),
    /// Each statement stands for itself: for reads that need one moment of one statement only.
    Plain(PoolConnection<D>),
}

impl<D: Database> Deref for Held<D> {
    type Target = D::Connection;

    fn deref(&self) -> &D::Connection {
        match self {
            Self::Within(transaction) => transaction,
            Self::Plain(connection) => connection,
        }
    }
}

impl<D: Database> DerefMut for Held<D> {
    fn deref_mut(&mut self) -> &mut D::Connection {
        match self {
            Self::Within(transaction) => transaction,
            Self::Plain(connection) => connection,
        }
    }
}

impl<D: Database> Held<D> {
    async fn commit(self) -> Result<(), sqlx::Error> {
        match self {
            Self::Within(transaction) => transaction.commit().await,
            Self::Plain(_) => Err(sqlx::Error::Protocol("there is no transaction to commit".to_owned())),
        }
    }
}

/// A transaction: statements go through `on!`, events are collected and written with the commit.
pub struct Tx {
    pub(super) conn: Conn,
    pub(super) entries: Vec<Entry>,
    clock: Clock,
    ids: Arc<Ids>,
}

/// Runs one portable statement on whichever database the transaction belongs to.
///
/// The body stands in both arms of a match, once for each driver; type inference does the rest.
macro_rules! on {
    ($tx:expr, |$conn:ident| $query:expr) => {
        match &mut $tx.conn {
            $crate::store::tx::Conn::Sqlite(tx) => {
                let $conn = &mut **tx;
                $query
            }
            $crate::store::tx::Conn::Postgres(tx) => {
                let $conn = &mut **tx;
                $query
            }
        }
    };
}
pub(crate) use on;

impl Tx {
    pub(super) fn new(conn: Conn, clock: Clock, ids: Arc<Ids>) -> Self {
        Self { conn, entries: Vec::new(), clock, ids }
    }

    /// Now, by the injected clock.
    pub fn now(&self) -> Time {
        self.clock.now()
    }

    /// A fresh id.
    pub fn uuid(&self) -> Uuid {
        self.ids.uuid()
    }

    /// Records an event about the installation, not about a run.
    pub fn record(&mut self, actor: Actor, event: Event) {
        self.push(actor, None, None, None, event);
    }

    /// Records an event of a run. It becomes durable with the move it belongs to, or not at all.
    pub fn record_in(&mut self, run: RunId, subject: &str, approval: Option<ApprovalId>, actor: Actor, event: Event) {
        self.push(actor, Some(run), Some(subject.to_owned()), approval, event);
    }

    /// The event recorded last in this transaction, for what tells of it later.
    pub fn last_recorded(&self) -> Option<EventId> {
        self.entries.last().map(|entry| entry.id)
    }

    fn push(
        &mut self,
        actor: Actor,
        run: Option<RunId>,
        subject: Option<String>,
        approval: Option<ApprovalId>,
        event: Event,
    ) {
        let id = EventId::from_uuid(self.uuid());
        self.entries.push(Entry { id, at: self.now(), actor, run, approval, subject, event });
    }

    pub(super) fn salt(&self) -> [u8; 16] {
        self.ids.bytes()
    }

    pub(super) async fn execute(&mut self, statement: &'static str) -> Result<(), StoreError> {
        on!(self, |conn| sqlx::query(statement).execute(conn).await.map(drop))?;
        Ok(())
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self.conn {
            Conn::Sqlite(tx) => tx.commit().await?,
            Conn::Postgres(tx) => tx.commit().await?,
        }
        Ok(())
    }
}
