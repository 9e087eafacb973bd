//! The port: everything the console may ask of the server. `server` implements it, tests can fake it.

use std::sync::Arc;

use async_trait::async_trait;
use domain::{
    audit::{AuditEvent, AuditPage, AuditQuery},
    bulk::{Done, Preview},
    channel::{ChannelsPage, ChannelsQuery},
    claim::{Held, Step},
    closure::replay::DryRun,
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
    review::{Review, Unapplied, Viewer},
    runs::{RunsPage, RunsQuery},
    set_up::SetUpPage,
    timeline::{RunPage, RunQuery},
    viewing::Beat,
    workflow::shown::{DraftPage, DraftQuery, WorkflowList, WorkflowPage, WorkflowQuery},
};

use crate::failure::Failure;

pub use crate::brought::{Posted, SignInRefused};

/// What the console asks, for the person of the current request.
#[async_trait]
pub trait Desk: Send + Sync {
    /// Who is signed in; `None` for nobody.
    async fn viewer(&self) -> Result<Option<Viewer>, Failure>;

    /// A page of approvals, due first.
    async fn queue(&self, query: QueueQuery) -> Result<QueuePage, Failure>;

    /// A page of approvals that is shown already, and what became of its rows.
    async fn refresh_queue(&self, query: QueueQuery, shown: Vec<ApprovalId>) -> Result<QueueRefresh, Failure>;

    /// Approvals that are about to be decided together.
    async fn bulk(&self, ids: Vec<ApprovalId>) -> Result<Preview, Failure>;

    /// The approval page.
    async fn review(&self, id: ApprovalId) -> Result<Review, Failure>;

    /// Claims an approval, takes its claim over or releases it; answers with the claim as it is then.
    async fn move_claim(&self, id: ApprovalId, step: Step) -> Result<Option<Held>, Failure>;

    /// An open page says that it is there, or that it is being closed.
    async fn hear_view(&self, beat: Beat) -> Result<(), Failure>;

    /// A page of runs, newest first.
    async fn runs(&self, query: RunsQuery) -> Result<RunsPage, Failure>;

    /// The run page.
    async fn run(&self, query: RunQuery) -> Result<RunPage, Failure>;

    /// A page of escalations, the longest waiting first.
    async fn escalations(&self, query: EscalationsQuery) -> Result<EscalationsPage, Failure>;

    /// One escalation, with what is needed to settle it.
    async fn escalation(&self, id: EscalationId) -> Result<EscalationPage, Failure>;

    /// A page of closures, newest first, or of open follow-ups, the longest waiting first.
    async fn closures(&self, query: ClosuresQuery) -> Result<ClosuresPage, Failure>;

    /// One closure's receipt.
    async fn closure(&self, id: ClosureId) -> Result<ClosurePage, Failure>;

    /// A page of the audit log, newest first.
    async fn audit(&self, query: AuditQuery) -> Result<AuditPage, Failure>;

    /// One event of the log, with its neighbours under the same filters.
    async fn audit_event(&self, leaf: i64, query: AuditQuery) -> Result<AuditEvent, Failure>;

    /// The endpoints, for administrators.
    async fn endpoints(&self) -> Result<EndpointsPage, Failure>;

    /// A page of deliveries, for administrators.
    async fn deliveries(&self, query: DeliveryQuery) -> Result<DeliveriesPage, Failure>;

    /// The channels and what was sent by them, for administrators.
    async fn channels(&self, query: ChannelsQuery) -> Result<ChannelsPage, Failure>;

    /// A page of the viewer's inbox.
    async fn inbox(&self, query: InboxQuery) -> Result<InboxPage, Failure>;

    /// Approvals and runs that a typed text finds.
    async fn found(&self, typed: String) -> Result<Found, Failure>;

    /// The profile page.
    async fn profile(&self) -> Result<Profile, Failure>;

    /// The workflows by name; the page begins after `cursor`.
    async fn workflows(&self, cursor: Option<String>) -> Result<WorkflowList, Failure>;

    /// One version of a workflow with what it is used for.
    async fn workflow(&self, query: WorkflowQuery) -> Result<WorkflowPage, Failure>;

    /// How far the first-run set-up has come, for whoever has its token or is its administrator.
    async fn set_up(&self, token: Option<String>) -> Result<SetUpPage, Failure>;

    /// A definition that is being written.
    async fn draft(&self, query: DraftQuery) -> Result<DraftPage, Failure>;

    /// A page of people, for administrators.
    async fn people(&self, query: PeopleQuery) -> Result<PeoplePage, Failure>;

    /// A person, for administrators.
    async fn person(&self, id: PersonId) -> Result<PersonDetail, Failure>;

    /// The names of all groups, for administrators.
    async fn group_names(&self) -> Result<Vec<String>, Failure>;

    /// Every group, for administrators.
    async fn groups(&self) -> Result<GroupsPage, Failure>;

    /// A group, for administrators.
    async fn group(&self, name: String) -> Result<GroupDetail, Failure>;

    /// Everybody's delegations, for whoever may set them.
    async fn delegations(&self) -> Result<DelegationsPage, Failure>;

    /// A page of keys, for administrators.
    async fn keys(&self, cursor: Option<String>) -> Result<KeysPage, Failure>;
}

/// Sets the HTTP status of the answer. The server provides it as context; a failure's status goes through it.
#[derive(Clone)]
pub struct AnswerStatus(pub Arc<dyn Fn(u16) + Send + Sync>);

/// What the current request brings to the page besides its URL. The server provides it as context.
#[derive(Debug, Clone, Default)]
pub struct Incoming {
    /// A decision that was posted to this page and not applied.
    pub unapplied: Option<Unapplied>,
    /// A sign-in that was posted and refused: the sentence, and the email to keep.
    pub sign_in_refused: Option<SignInRefused>,
    /// A form that was posted to this page.
    pub posted: Option<Posted>,
    /// Approvals that were decided together, by a form of this page.
    pub decided: Option<Done>,
    /// What a replay would do, asked by a form of this page.
    pub tried: Option<DryRun>,
    /// Whether a set-up link waits to be opened.
    pub set_up_waits: bool,
    /// The address people reach the console under, without a slash at its end.
    pub base_url: String,
    /// The theme cookie: `light` or `dark`.
    pub theme: Option<String>,
    /// Served asset paths.
    pub assets: Assets,
}

/// Where the built assets are served, e.g. `/assets/console-1a2b.css`.
#[derive(Debug, Clone, Default)]
pub struct Assets {
    /// The style sheet.
    pub css: String,
    /// The JavaScript of wasm-bindgen.
    pub js: String,
    /// The WebAssembly.
    pub wasm: String,
    /// The Inter font, preloaded.
    pub font: String,
    /// The icon shown in the tab.
    pub favicon: String,
    /// The script that loads pages again, while the console is being worked on.
    pub reload: Option<String>,
}
