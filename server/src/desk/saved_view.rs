//! Views of the approvals list that people keep for themselves: a preference, so that the log does not speak of them.

use domain::{
    Refusal, Time,
    id::{PersonId, SavedViewId},
    queue::{MOST_SAVED, QueueQuery, SavedTab, SavedView, View, saved_name},
    refusal::Code,
};
use futures::FutureExt as _;

use super::{Desk, PersonCaller, queue::filter_of};
use crate::{
    error::Result,
    store::{self, Tx, queue::QueueFilter},
};

impl Desk {
    /// What a person keeps, oldest first.
    pub async fn saved_views(&self, person: PersonId) -> Result<Vec<SavedView>> {
        let mut tx = self.database.read().await?;
        Ok(store::saved_view::list(&mut tx, person).await?)
    }

    /// The same, with how much each holds.
    pub(super) async fn saved_tabs(&self, viewer: &PersonCaller, now: Time) -> Result<Vec<SavedTab>> {
        let mut tx = self.database.read().await?;
        let views = store::saved_view::list(&mut tx, viewer.id).await?;
        let filters: Vec<QueueFilter> = views.iter().map(|view| filter_of(&view.query, viewer.id, now)).collect();
        let counts = store::queue::count_each(&mut tx, &filters).await?;
        Ok(views.into_iter().zip(counts).map(|(view, count)| SavedTab { view, count }).collect())
    }

    /// Keeps what a page asks for under a name.
    ///
    /// # Errors
    /// `invalid_field` of `name`: none, too long, or one of the person's others; beyond [`MOST_SAVED`].
    pub async fn save_view(&self, who: &PersonCaller, name: &str, query: QueueQuery) -> Result<()> {
        let name = saved_name(name)?;
        query.filters.check()?;
        if query.view == View::ResumptionFailed {
            return Err(Refusal::invalid("name", "Failed resumptions have their tab; choose another list.").into());
        }
        let (person, query) = (who.id, query.from_the_beginning());
        self.database.write(move |tx| async move { keep(tx, person, &name, &query).await }.boxed()).await
    }

    /// Gives a person's view another name.
    ///
    /// # Errors
    /// `invalid_field` of `name`; `not_found`, also for somebody else's.
    pub async fn rename_view(&self, who: &PersonCaller, id: SavedViewId, name: &str) -> Result<()> {
        let (person, name) = (who.id, saved_name(name)?);
        self.database.write(move |tx| async move { rename(tx, person, id, &name).await }.boxed()).await
    }

    /// Keeps a person's view no more.
    ///
    /// # Errors
    /// `not_found`, also for somebody else's.
    pub async fn remove_view(&self, who: &PersonCaller, id: SavedViewId) -> Result<()> {
        let person = who.id;
        let deleted =
            self.database.write(move |tx| async move { Ok(store::saved_view::delete(tx, person, id).await?) }.boxed());
        if deleted.await? { Ok(()) } else { Err(missing().into()) }
    }
}

async fn keep(tx: &mut Tx, person: PersonId, name: &str, query: &QueueQuery) -> Result<()> {
    store::person::lock_still(tx, person).await?;
    let kept = store::saved_view::list(tx, person).await?;
    if let Some(same) = kept.iter().find(|view| view.query == *query) {
        return Err(Refusal::invalid("name", format!("You keep this as {:?} already.", same.name)).into());
    }
    if kept.len() >= MOST_SAVED {
        let message = format!("You keep {MOST_SAVED} views. Remove one first; nothing was saved.");
        return Err(Refusal::invalid("name", message).into());
    }
    if kept.iter().any(|view| view.name == name) || !store::saved_view::insert(tx, person, name, query).await? {
        return Err(taken(name).into());
    }
    Ok(())
}

async fn rename(tx: &mut Tx, person: PersonId, id: SavedViewId, name: &str) -> Result<()> {
    store::person::lock_still(tx, person).await?;
    let kept = store::saved_view::list(tx, person).await?;
    if kept.iter().any(|view| view.name == name && view.id != id) {
        return Err(taken(name).into());
    }
    if store::saved_view::rename(tx, person, id, name).await? { Ok(()) } else { Err(missing().into()) }
}

fn taken(name: &str) -> Refusal {
    Refusal::invalid("name", format!("You keep another view called {name:?}. Choose another name."))
}

fn missing() -> Refusal {
    Refusal::new(Code::NotFound, "You keep no such view. Nothing was changed.")
}
