//! A transaction on either database, and the macro that runs one statement on both.

use std::sync::Arc;

use domain::{
    Actor, Time,
    event::{Entry, Event},
    id::{ApprovalId, EventId, RunId},
};
use sqlx::{Postgres, Sqlite, Transaction};
use uuid::Uuid;

use crate::{clock::Clock, error::StoreError, ids::Ids};

/// The connection of a transaction.
pub enum Conn {
    /// SQLite.
    Sqlite(Transaction<'static, Sqlite>),
    /// PostgreSQL.
    Postgres(Transaction<'static, Postgres>),
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
