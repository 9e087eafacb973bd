//! The approval page: the package, who has decided, and what this viewer may do.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Actor, Digest, Role, Time,
    approval::Approval,
    assignment::{Assigned, Choices},
    claim::Held,
    decision::Decision,
    delegation::Principal,
    endpoint::DeliveryRow,
    event::Entry,
    id::{ApprovalId, PersonId, ResumptionId},
    package::Package,
    policy::{Exclusion, Standing},
    profile::Preferences,
    queue::{QueueCounts, SavedView},
    resumption::Resumption,
    transcript::Message,
    viewing::Present,
};

/// The person who looks.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Viewer {
    /// Who.
    pub id: PersonId,
    /// Their name.
    pub name: String,
    /// Their email.
    pub email: String,
    /// Their roles.
    pub roles: Vec<Role>,
    /// The names of their groups.
    pub groups: Vec<String>,
    /// Counts for the navigation.
    pub counts: QueueCounts,
    /// What they have set.
    pub preferences: Preferences,
    /// The views of the approvals list they keep.
    #[serde(default)]
    pub views: Vec<SavedView>,
    /// Where the log ended before anything of the page was read: what comes after it is news.
    pub log_end: i64,
}

/// Everything the approval page shows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Review {
    /// The server's time when the page was made.
    pub now: Time,
    /// The approval.
    pub id: ApprovalId,
    /// Its state.
    pub state: Approval,
    /// The package revision that decisions bind to.
    pub revision: u32,
    /// The package shown.
    pub package: Package,
    /// Its digest.
    pub package_digest: Digest,
    /// Since when it waits.
    pub opened_at: Time,
    /// The decisions on this revision, oldest first.
    pub votes: Vec<Decision>,
    /// How far they have come.
    pub standing: Standing,
    /// People excluded by the policy, with why.
    pub excluded: Vec<ExcludedPerson>,
    /// Who could still fill an open seat.
    pub entitled: Vec<EntitledPerson>,
    /// What this viewer may do.
    pub mandate: Mandate,
    /// Who has claimed it.
    #[serde(default)]
    pub claim: Option<Held>,
    /// To whom it is assigned.
    #[serde(default)]
    pub assigned: Option<Assigned>,
    /// Whether this viewer may give the assignment back: whoever has it, whoever made it, and support leads.
    #[serde(default)]
    pub can_give_back: bool,
    /// To whom this viewer may assign it; `None` where they may not.
    #[serde(default)]
    pub assignable: Option<Choices>,
    /// Who else has it open, as far as this server knows.
    #[serde(default)]
    pub viewing: Vec<Present>,
    /// Whether this viewer may take the approval back.
    #[serde(default)]
    pub can_revoke: bool,
    /// Whether this viewer may answer the question that is open.
    pub can_answer: bool,
    /// What was said around a request, as its agent handed it over.
    pub transcript: Vec<Message>,
    /// How the wake-up goes, once decided.
    pub resumption: Option<ResumptionProgress>,
    /// What happened around this approval, newest last.
    pub activity: Vec<TimelineItem>,
    /// Position in the viewer's queue: this one, of how many, and its neighbours.
    pub place: Option<Place>,
}

/// A person the policy excludes here.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct ExcludedPerson {
    /// Their name.
    pub name: String,
    /// Why.
    pub why: Exclusion,
}

/// A person who could fill an open seat.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct EntitledPerson {
    /// Their name.
    pub name: String,
    /// The group they would decide for, or the one it was raised to.
    pub group: String,
    /// The name of the person in whose place they would.
    #[serde(default)]
    pub on_behalf_of: Option<String>,
    /// Whether it is the viewer.
    pub is_viewer: bool,
}

impl EntitledPerson {
    /// Who it is, with both names where it would be in another's place.
    pub fn signatory(&self) -> String {
        match &self.on_behalf_of {
            Some(principal) => format!("{} (for {principal})", self.name),
            None => self.name.clone(),
        }
    }
}

tagged! {
    "Mandate", "mandate", "mandate@";
    /// What the viewer may do with this approval.
    #[derive(Debug, Clone, PartialEq, Eq, Serialize)]
    #[serde(tag = "mandate", rename_all = "snake_case")]
    pub enum Mandate {
        /// They may decide, for this group.
        Decide {
            /// The group whose seat an approval fills.
            group: String,
            /// In whose place they would, if not in their own.
            #[serde(default)]
            on_behalf_of: Option<Principal>,
        },
        /// They have voted on this revision.
        Voted {
            /// Their decision.
            decision: Box<Decision>,
            /// Whether somebody else gave it in their place.
            #[serde(default)]
            by_delegate: bool,
        },
        /// They are excluded by the policy.
        Excluded {
            /// Why.
            why: Exclusion,
        },
        /// They hold no open seat, or are no reviewer.
        NotEntitled {
            /// Groups with an open seat.
            waiting_for: Vec<String>,
        },
        /// The status is final.
        Closed,
    }
}

/// How far the wake-up has come.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ResumptionProgress {
    /// Its id.
    pub id: ResumptionId,
    /// Its state.
    pub state: Resumption,
    /// Where it is sent, for a webhook.
    pub endpoint: Option<String>,
    /// Every try so far, newest first.
    pub deliveries: Vec<DeliveryRow>,
    /// Whether the viewer may have it sent again, or abandon it.
    pub viewer_can_wake: bool,
    /// When the approved call was allowed, if it was.
    pub allowed_at: Option<Time>,
    /// What the tool returned, once reported.
    pub result: Option<ToolOutcome>,
}

/// What a tool returned.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct ToolOutcome {
    /// When it was reported.
    pub at: Time,
    /// Whether it failed.
    pub is_error: bool,
    /// What it returned.
    pub output: Value,
}

/// An event with the actor's name resolved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct TimelineItem {
    /// Its place in the log.
    pub leaf_index: i64,
    /// The actor's name: a person's, a key's, a system actor's.
    pub actor_name: String,
    /// The event.
    pub entry: Entry,
}

impl TimelineItem {
    /// Which of the three shapes the actor has on screen.
    pub const fn actor(&self) -> Actor {
        self.entry.actor
    }
}

/// Where this approval stands in the viewer's list.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// From 1; `None` once the approval has left the list, where `next` is the first that waits for the viewer.
    pub position: Option<u32>,
    /// Of how many.
    pub total: u32,
    /// The one before.
    pub previous: Option<ApprovalId>,
    /// The one after.
    pub next: Option<ApprovalId>,
}

mod setback;

pub use setback::{Draft, DraftItem, Setback, Unapplied};
