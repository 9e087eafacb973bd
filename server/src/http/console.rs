//! The console's port, answered by the use cases for whoever is signed in.

use app::failure::Failure;
use async_trait::async_trait;
use domain::{
    Digest, Refusal,
    audit::{AuditEvent, AuditPage, AuditQuery},
    bulk::Preview,
    channel::{ChannelsPage, ChannelsQuery},
    claim::{Held, Step},
    closures::{ClosurePage, ClosuresPage, ClosuresQuery},
    delegations::DelegationsPage,
    endpoint::{DeliveriesPage, DeliveryQuery, EndpointsPage},
    escalations::{EscalationPage, EscalationsPage, EscalationsQuery},
    found::Found,
    group::{GroupDetail, GroupsPage},
    id::{ApprovalId, ClosureId, EscalationId, PersonId},
    key::KeysPage,
    notification::{InboxPage, InboxQuery},
    person::{PeoplePage, PeopleQuery, PersonDetail},
    profile::Profile,
    queue::{QueuePage, QueueQuery, QueueRefresh},
    refusal::Code,
    review::{Review, Viewer},
    runs::{RunsPage, RunsQuery},
    set_up::SetUpPage,
    timeline::{RunPage, RunQuery},
    viewing::Beat,
    workflow::shown::{DraftPage, DraftQuery, WorkflowList, WorkflowPage, WorkflowQuery},
};

use crate::{
    desk::{Caller, Desk, PersonCaller},
    error::Error,
};

/// The desk of one request.
#[derive(Clone)]
pub struct Console {
    desk: Desk,
    person: Option<PersonCaller>,
    session: Option<Digest>,
    /// Where the log ended before the request read anything.
    log_end: i64,
}

impl Console {
    /// The desk of this person; of nobody, it answers only who is signed in.
    pub fn new(desk: Desk, person: Option<PersonCaller>) -> Self {
        let log_end = desk.log_end();
        Self { desk, person, session: None, log_end }
    }

    /// Says which of the person's sessions asks.
    #[must_use]
    pub const fn in_session(mut self, session: Option<Digest>) -> Self {
        self.session = session;
        self
    }

    fn caller(&self) -> Result<Caller, Failure> {
        self.signed_in().cloned().map(Caller::Person)
    }

    fn signed_in(&self) -> Result<&PersonCaller, Failure> {
        let nobody = || Refusal::new(Code::NotSignedIn, "Your session has ended. Sign in again; nothing was lost.");
        self.person.as_ref().ok_or_else(|| Failure::Refused { refusal: nobody() })
    }
}

/// An error as a view understands it; what broke is logged with the id the page shows.
fn failure(error: Error) -> Failure {
    match error {
        Error::Refused(refusal) => Failure::Refused { refusal: *refusal },
        Error::Moved => Failure::Refused {
            refusal: Refusal::new(Code::Conflict, "Somebody changed this at the same moment; try again."),
        },
        Error::Broken(error) => {
            let request_id = super::request_id::current();
            tracing::error!(%error, %request_id, "a page broke");
            Failure::Broken { request_id }
        }
    }
}

#[async_trait]
impl app::desk::Desk for Console {
    async fn viewer(&self) -> Result<Option<Viewer>, Failure> {
        match &self.person {
            Some(person) => self.desk.viewer(person, self.log_end).await.map(Some).map_err(failure),
            None => Ok(None),
        }
    }

    async fn queue(&self, query: QueueQuery) -> Result<QueuePage, Failure> {
        self.desk.queue_page(self.signed_in()?, &query).await.map_err(failure)
    }

    async fn refresh_queue(&self, query: QueueQuery, shown: Vec<ApprovalId>) -> Result<QueueRefresh, Failure> {
        self.desk.refresh_queue(self.signed_in()?, &query, &shown).await.map_err(failure)
    }

    async fn bulk(&self, ids: Vec<ApprovalId>) -> Result<Preview, Failure> {
        self.desk.preview_bulk(self.signed_in()?, &ids).await.map_err(failure)
    }

    async fn review(&self, id: ApprovalId) -> Result<Review, Failure> {
        self.desk.review(self.signed_in()?, id).await.map_err(failure)
    }

    async fn move_claim(&self, id: ApprovalId, step: Step) -> Result<Option<Held>, Failure> {
        self.desk.move_claim(&self.caller()?, id, &step).await.map_err(failure)
    }

    async fn hear_view(&self, beat: Beat) -> Result<(), Failure> {
        // A page that goes because its person has signed out says so as nobody; nothing is noted of it.
        let Some(person) = &self.person else { return Ok(()) };
        self.desk.hear_view(person, &beat).await.map_err(failure)
    }

    async fn runs(&self, query: RunsQuery) -> Result<RunsPage, Failure> {
        self.desk.runs_page(self.signed_in()?, &query).await.map_err(failure)
    }

    async fn run(&self, query: RunQuery) -> Result<RunPage, Failure> {
        self.desk.run_page(self.signed_in()?, &query).await.map_err(failure)
    }

    async fn escalations(&self, query: EscalationsQuery) -> Result<EscalationsPage, Failure> {
        self.desk.escalations_page(self.signed_in()?, &query).await.map_err(failure)
    }

    async fn escalation(&self, id: EscalationId) -> Result<EscalationPage, Failure> {
        self.desk.escalation_page(self.signed_in()?, id).await.map_err(failure)
    }

    async fn closures(&self, query: ClosuresQuery) -> Result<ClosuresPage, Failure> {
        self.desk.closures_page(self.signed_in()?, &query).await.map_err(failure)
    }

    async fn closure(&self, id: ClosureId) -> Result<ClosurePage, Failure> {
        self.desk.closure_page(self.signed_in()?, id).await.map_err(failure)
    }

    async fn audit(&self, query: AuditQuery) -> Result<AuditPage, Failure> {
        self.desk.audit_page(self.signed_in()?, &query).await.map_err(failure)
    }

    async fn audit_event(&self, leaf: i64, query: AuditQuery) -> Result<AuditEvent, Failure> {
        self.desk.audit_event(self.signed_in()?, leaf, &query).await.map_err(failure)
    }

    async fn found(&self, typed: String) -> Result<Found, Failure> {
        self.desk.found(self.signed_in()?, &typed).await.map_err(failure)
    }

    async fn endpoints(&self) -> Result<EndpointsPage, Failure> {
        self.desk.endpoints_page(self.signed_in()?).await.map_err(failure)
    }

    async fn deliveries(&self, query: DeliveryQuery) -> Result<DeliveriesPage, Failure> {
        self.desk.deliveries_page(self.signed_in()?, &query).await.map_err(failure)
    }

    async fn channels(&self, query: ChannelsQuery) -> Result<ChannelsPage, Failure> {
        self.desk.channels_page(self.signed_in()?, &query).await.map_err(failure)
    }

    async fn inbox(&self, query: InboxQuery) -> Result<InboxPage, Failure> {
        self.desk.inbox_page(self.signed_in()?, &query).await.map_err(failure)
    }

    async fn profile(&self) -> Result<Profile, Failure> {
        self.desk.profile(self.signed_in()?, self.session).await.map_err(failure)
    }

    async fn workflows(&self, cursor: Option<String>) -> Result<WorkflowList, Failure> {
        self.desk.workflow_list(self.signed_in()?, cursor.as_deref()).await.map_err(failure)
    }

    async fn workflow(&self, query: WorkflowQuery) -> Result<WorkflowPage, Failure> {
        self.desk.workflow_page(self.signed_in()?, &query).await.map_err(failure)
    }

    async fn set_up(&self, token: Option<String>) -> Result<SetUpPage, Failure> {
        self.desk.set_up_page(self.person.as_ref(), token.as_deref()).await.map_err(failure)
    }

    async fn draft(&self, query: DraftQuery) -> Result<DraftPage, Failure> {
        self.desk.draft(self.signed_in()?, query).await.map_err(failure)
    }

    async fn people(&self, query: PeopleQuery) -> Result<PeoplePage, Failure> {
        self.desk.people_page(&self.caller()?, &query).await.map_err(failure)
    }

    async fn person(&self, id: PersonId) -> Result<PersonDetail, Failure> {
        self.desk.person_page(&self.caller()?, id).await.map_err(failure)
    }

    async fn group_names(&self) -> Result<Vec<String>, Failure> {
        self.desk.group_names(&self.caller()?).await.map_err(failure)
    }

    async fn groups(&self) -> Result<GroupsPage, Failure> {
        self.desk.groups_page(&self.caller()?).await.map_err(failure)
    }

    async fn group(&self, name: String) -> Result<GroupDetail, Failure> {
        self.desk.group_page(&self.caller()?, &name).await.map_err(failure)
    }

    async fn delegations(&self) -> Result<DelegationsPage, Failure> {
        self.desk.delegations_page(&self.caller()?).await.map_err(failure)
    }

    async fn keys(&self, cursor: Option<String>) -> Result<KeysPage, Failure> {
        self.desk.keys_page(&self.caller()?, cursor.as_deref()).await.map_err(failure)
    }
}
