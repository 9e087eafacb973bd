//! Deliveries: leased records sent to their endpoints, and the log of how it went.

use std::collections::HashMap;

use domain::{
    endpoint::{DeliveriesPage, DeliveryQuery},
    event::Event,
    id::{DeliveryId, EndpointId, ResumptionId},
    permission::Action,
    resumption::{Resumption, Setback, Way, next_try},
};
use futures::FutureExt as _;
use serde_json::json;

use super::{
    Caller, Desk, PersonCaller,
    resumption::{LEASE, RESUMPTION, change_if_possible, delivered, failed, run_of},
};
use crate::{
    error::{Error, Result},
    store::{self, Tx, delivery::Delivered, endpoint::Endpoint, resumption::Queued},
    webhook::{Answer, Message},
};

/// Rows of a console page.
const ROWS: u32 = 50;
/// Alerts shown at once.
pub(super) const ALERTS: i64 = 20;
/// What a try to a disabled endpoint fails with; nothing is sent.
const DISABLED: &str = "not sent: the endpoint is disabled";

/// A record this process has taken, to send it.
#[derive(Debug, Clone)]
pub struct Leased {
    queued: Queued,
    /// Where it goes.
    pub endpoint: EndpointId,
    attempt: u32,
}

impl Leased {
    /// The resumption.
    pub const fn id(&self) -> ResumptionId {
        self.queued.id
    }
}

impl Desk {
    /// Takes records that are due, so many and no more than so many for each endpoint, `busy` ones included.
    pub async fn lease_deliveries(
        &self,
        mut busy: HashMap<EndpointId, usize>,
        most_each: usize,
        most: usize,
    ) -> Result<Vec<Leased>> {
        let full: Vec<EndpointId> = busy.iter().filter(|(_, count)| **count >= most_each).map(|(id, _)| *id).collect();
        self.database
            .write(move |tx| {
                async move {
                    let limit = i64::try_from(most).unwrap_or(i64::MAX);
                    let due = store::resumption::lock_due(tx, super::resumption::due(tx.now()), &full, limit).await?;
                    let mut leased = Vec::new();
                    for queued in due {
                        if let Some(taken) = lease(tx, queued, &mut busy, most_each).await? {
                            leased.push(taken);
                        }
                    }
                    Ok(leased)
                }
                .boxed()
            })
            .await
    }

    /// Sends what was taken and notes how it went. Nothing is open in the database meanwhile.
    pub async fn deliver_leased(&self, leased: Leased) -> Result<()> {
        let (endpoint, message) = self.compose(&leased).await?;
        let sent_at = message.at;
        let answer = if endpoint.row.disabled_at.is_some() {
            Answer { status: None, cause: Some(DISABLED.to_owned()), asked: None, took: std::time::Duration::ZERO }
        } else {
            self.outbound.send(&message).await
        };
        let [jitter] = self.database.ids().bytes();
        self.database
            .write(move |tx| {
                async move {
                    let woke = Some((leased.queued.id, leased.queued.approval));
                    store::delivery::insert(
                        tx,
                        &log_entry(tx, leased.endpoint, woke, leased.attempt, sent_at, &answer),
                    )
                    .await?;
                    note(tx, &leased, &endpoint, &answer, jitter).await
                }
                .boxed()
            })
            .await
    }

    async fn compose(&self, leased: &Leased) -> Result<(Endpoint, Message)> {
        let mut tx = self.database.read().await?;
        let endpoint = store::endpoint::find(&mut tx, leased.endpoint).await?.ok_or(Error::Moved)?;
        let stored = store::approval::find(&mut tx, leased.queued.approval).await?.ok_or(Error::Moved)?;
        drop(tx);
        let body = json!({
            "type": "approval.decided", "timestamp": stored.state.ended_at(), "data": self.outcome(&stored).await?,
        });
        let message = self.message(&endpoint, leased.queued.id.to_string(), body.to_string())?;
        Ok((endpoint, message))
    }

    /// A message to an endpoint, with what signs it now.
    pub(super) fn message(&self, endpoint: &Endpoint, id: String, body: String) -> Result<Message> {
        let at = self.database.clock().now();
        let is_rotating = endpoint.row.rotating_until.is_some_and(|until| at < until);
        let sealed = std::iter::once(&endpoint.secret).chain(endpoint.previous.as_ref().filter(|_| is_rotating));
        let secrets = sealed.map(|sealed| self.open_secret(endpoint.row.id, sealed)).collect::<Result<_, _>>()?;
        let (url, allow_private) = (endpoint.row.url.clone(), endpoint.row.allow_private);
        Ok(Message { url, allow_private, secrets, id, at, body })
    }

    /// Sends a test to an endpoint, also to a disabled one, and says how it went.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn test_endpoint(&self, caller: &Caller, named: &str) -> Result<Answer> {
        caller.authorize(Action::ManageAccess)?;
        let mut tx = self.database.read().await?;
        let endpoint = super::endpoint::found(&mut tx, named).await?;
        drop(tx);
        let id = DeliveryId::from_uuid(self.database.ids().uuid());
        let now = self.database.clock().now();
        let body = json!({"type": "endpoint.test", "timestamp": now, "data": {"endpoint": endpoint.row.name}});
        let message = self.message(&endpoint, id.to_string(), body.to_string())?;
        let sent_at = message.at;
        let answer = self.outbound.send(&message).await;
        let (told, target) = (answer.clone(), endpoint.row.id);
        self.database
            .write(move |tx| {
                async move {
                    let entry = Delivered { id, ..log_entry(tx, target, None, 1, sent_at, &told) };
                    Ok(store::delivery::insert(tx, &entry).await?)
                }
                .boxed()
            })
            .await?;
        Ok(answer)
    }

    /// A page of deliveries, newest first.
    pub async fn deliveries_page(&self, viewer: &PersonCaller, query: &DeliveryQuery) -> Result<DeliveriesPage> {
        Caller::Person(viewer.clone()).authorize(Action::ManageAccess)?;
        let mut tx = self.database.read().await?;
        let mut rows = store::delivery::list(&mut tx, query.failed_only, query.cursor, i64::from(ROWS) + 1).await?;
        let has_more = rows.len() > ROWS as usize;
        rows.truncate(ROWS as usize);
        Ok(DeliveriesPage {
            now: self.database.clock().now(),
            next_cursor: rows.last().filter(|_| has_more).map(|row| row.id),
            is_continued: query.cursor.is_some(),
            alerts: store::alert::list(&mut tx, ALERTS).await?,
            rows,
        })
    }
}

/// Takes one record, unless its endpoint has enough already or another server was first.
async fn lease(
    tx: &mut Tx,
    queued: Queued,
    busy: &mut HashMap<EndpointId, usize>,
    most_each: usize,
) -> Result<Option<Leased>> {
    let now = tx.now();
    // What is due can be leased; a record that says otherwise is left alone.
    let Ok((state, event)) = queued.state.clone().lease(queued.id, queued.approval, now + LEASE, now) else {
        return Ok(None);
    };
    let Resumption::Delivering { way: Way::Webhook { endpoint }, attempt, .. } = state else { return Ok(None) };
    let sending = busy.entry(endpoint).or_default();
    if *sending >= most_each || !store::resumption::update(tx, &queued, &state).await? {
        return Ok(None);
    }
    *sending += 1;
    let run = run_of(tx, queued.approval).await?;
    tx.record_in(run.id, &run.subject, Some(queued.approval), RESUMPTION, event);
    Ok(Some(Leased { queued, endpoint, attempt }))
}

fn log_entry(
    tx: &Tx,
    endpoint: EndpointId,
    woke: Option<(ResumptionId, domain::id::ApprovalId)>,
    attempt: u32,
    sent_at: domain::Time,
    answer: &Answer,
) -> Delivered {
    Delivered {
        id: DeliveryId::from_uuid(tx.uuid()),
        endpoint,
        woke,
        attempt,
        status: answer.status,
        cause: answer.cause.clone(),
        millis: u32::try_from(answer.took.as_millis()).unwrap_or(u32::MAX),
        sent_at,
    }
}

/// Notes what an answer means for the record. Whoever was woken or gave up meanwhile stays so.
async fn note(tx: &mut Tx, leased: &Leased, endpoint: &Endpoint, answer: &Answer, jitter: u8) -> Result<()> {
    let approval = leased.queued.approval;
    let Some(cause) = &answer.cause else { return change_if_possible(tx, approval, delivered).await };
    if answer.is_gone() && store::endpoint::disable(tx, endpoint.row.id, cause).await? {
        let (id, name) = (endpoint.row.id, endpoint.row.name.clone());
        tx.record(RESUMPTION, Event::EndpointDisabled { endpoint: id, name, because: cause.clone() });
    }
    let needs_a_person = answer.is_gone() || endpoint.row.disabled_at.is_some();
    let next = next_try(leased.attempt, tx.now(), jitter, answer.asked).filter(|_| !needs_a_person);
    let setback = Setback { attempt: leased.attempt, cause: cause.clone(), next_try: next };
    change_if_possible(tx, approval, move |queued, now| failed(queued, setback.clone(), now)).await
}
