//! Who looks at an approval, kept in the memory of this server, and what is recorded of a view once it is over.
//! Servers beside this one keep their own: who is there is told as far as this one knows.

mod open;

use domain::{Actor, Refusal, event::Event, id::ApprovalId, permission::Action, policy::Via, viewing::Beat};
use futures::FutureExt as _;

pub(super) use self::open::Views;
use self::open::{Key, Next, Over};
use super::{Caller, Desk, PersonCaller};
use crate::{
    error::{Error, Result},
    store,
};

impl Desk {
    /// An open page says that it is there, or that it is being closed.
    ///
    /// # Errors
    /// `not_found` for an approval there is not.
    pub async fn hear_view(&self, viewer: &PersonCaller, beat: &Beat) -> Result<()> {
        Caller::Person(viewer.clone()).authorize(Action::ReadApprovals)?;
        let key = Key { approval: beat.approval, person: viewer.id, view: beat.view };
        let now = self.database.clock().now();
        if !self.views.hear(&key, beat, now) {
            let mut tx = self.database.read().await?;
            let is_there = store::approval::find_run(&mut tx, beat.approval).await?.is_some();
            drop(tx);
            if !is_there {
                return Err(Refusal::not_found("approval").into());
            }
            if !beat.is_over && self.views.open(key, &viewer.name, beat, now) {
                self.watch(key);
            }
        }
        if beat.is_over
            && let Some(over) = self.views.close(&key)
        {
            self.record_view(over).await?;
        }
        if beat.renew {
            self.renew_claim(viewer.id, beat.approval).await?;
        }
        Ok(())
    }

    /// Waits for a page to fall silent: its viewer is there no more, and in the end the view is over.
    fn watch(&self, key: Key) {
        let desk = self.clone();
        tokio::spawn(async move {
            loop {
                let now = desk.database.clock().now();
                match desk.views.look(&key, now) {
                    Next::Gone => return,
                    Next::Wait { until, woken } => tokio::select! {
                        () = desk.database.clock().sleep_until(until) => {}
                        () = woken.notified() => {}
                    },
                    Next::Over(over) => {
                        desk.record_or_log(over).await;
                        return;
                    }
                }
            }
        });
    }

    /// Records every view that is open: the server stops, and nobody would know of them.
    pub async fn close_views(&self) {
        for over in self.views.close_all() {
            self.record_or_log(over).await;
        }
    }

    async fn record_or_log(&self, over: Over) {
        let approval = over.key.approval;
        if let Err(error) = self.record_view(over).await {
            tracing::warn!(%error, %approval, "a view could not be recorded");
        }
    }

    /// Stores a view that is over. One of a revision that never was is nobody's page, and one that was never visible
    /// no view.
    async fn record_view(&self, over: Over) -> Result<()> {
        let Over { key: Key { approval, person, .. }, viewed } = over;
        let Some(viewed) = viewed else { return Ok(()) };
        self.database
            .write(move |tx| {
                async move {
                    let Some(run) = store::approval::find_run(tx, approval).await? else { return Ok(()) };
                    let run = store::run::lock_still(tx, run).await?.ok_or(Error::Moved)?;
                    if !store::viewing::has_revision(tx, approval, viewed.revision).await? {
                        return Ok(());
                    }
                    store::viewing::insert(tx, approval, person, &viewed).await?;
                    tx.record_in(run.id, &run.subject, Some(approval), Actor::Person(person), told(approval, &viewed));
                    Ok(())
                }
                .boxed()
            })
            .await
    }
}

const fn told(approval: ApprovalId, viewed: &domain::viewing::Viewed) -> Event {
    Event::ApprovalViewed {
        approval,
        revision: viewed.revision,
        opened_at: viewed.opened_at,
        seconds: viewed.seconds,
        via: Via::Console,
    }
}
