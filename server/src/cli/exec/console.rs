//! What the executor asks the console: over HTTP with a key, or of the database of this machine.

use std::time::Duration;

use domain::{
    Digest, Refusal,
    id::{ApprovalId, RunId},
    package::Package,
};
use serde_json::Value;

use super::{local::Local, remote::Remote};
use crate::{cli::Stopped, error::Error};

/// Why the console gave no answer to go on with.
#[derive(Debug)]
pub(super) enum Unheard {
    /// It refuses; what it says.
    Refused(Box<Told>),
    /// It cannot be reached, or not now.
    Away(String),
}

/// A refusal as far as the executor reads it.
#[derive(Debug, Default)]
pub(super) struct Told {
    /// The stable code.
    pub(super) code: String,
    /// What to do, with a line for each field.
    pub(super) message: String,
    /// The status of the approval it is about.
    pub(super) approval_status: Option<String>,
    /// Whether another executor is at it.
    pub(super) is_elsewhere: bool,
}

impl Unheard {
    pub(super) fn message(&self) -> String {
        match self {
            Self::Refused(told) => told.message.clone(),
            Self::Away(why) => {
                format!("the console cannot be reached: {why}. Nothing was approved; start again to resume")
            }
        }
    }
}

impl From<Unheard> for Stopped {
    fn from(unheard: Unheard) -> Self {
        Self::Failed(unheard.message())
    }
}

impl From<Refusal> for Unheard {
    fn from(refusal: Refusal) -> Self {
        let status = refusal.extra.get("approval_status").and_then(Value::as_str).map(str::to_owned);
        let message = crate::cli::tell(&refusal);
        let (code, is_elsewhere) = (refusal.code.as_str().to_owned(), refusal.extra.contains_key("executor"));
        Self::Refused(Box::new(Told { code, message, approval_status: status, is_elsewhere }))
    }
}

impl From<Error> for Unheard {
    fn from(error: Error) -> Self {
        match error {
            Error::Refused(refusal) => (*refusal).into(),
            other => Self::Away(other.to_string()),
        }
    }
}

/// A published definition.
pub(super) struct Published {
    pub(super) version: u32,
    pub(super) digest: Digest,
    pub(super) source: String,
}

/// An approval as it is shown before somebody decides.
pub(super) struct Shown {
    pub(super) revision: u32,
    pub(super) package_digest: Digest,
    pub(super) package: Package,
}

/// The console.
pub(super) enum Console {
    /// Over HTTP.
    Remote(Remote),
    /// The database of this machine.
    Local(Box<Local>),
}

type Heard<T> = Result<T, Unheard>;

impl Console {
    /// Where people open it.
    pub(super) fn url(&self) -> &str {
        match self {
            Self::Remote(remote) => remote.url(),
            Self::Local(local) => local.url(),
        }
    }

    pub(super) async fn workflow(&self, name: &str, version: Option<u32>) -> Heard<Published> {
        match self {
            Self::Remote(remote) => remote.workflow(name, version).await,
            Self::Local(local) => local.workflow(name, version).await,
        }
    }

    /// Runs of a workflow for a subject, newest first, by id with their status.
    pub(super) async fn runs(&self, workflow: &str, subject: &str) -> Heard<Vec<(RunId, String)>> {
        match self {
            Self::Remote(remote) => remote.runs(workflow, subject).await,
            Self::Local(local) => local.runs(workflow, subject).await,
        }
    }

    pub(super) async fn run(&self, run: RunId) -> Heard<Value> {
        match self {
            Self::Remote(remote) => remote.get(&format!("/runs/{run}")).await,
            Self::Local(local) => local.run(run).await,
        }
    }

    pub(super) async fn start(&self, body: Value) -> Heard<Value> {
        match self {
            Self::Remote(remote) => remote.post("/runs", &body).await,
            Self::Local(local) => local.start(body).await,
        }
    }

    /// Has a further session take part in a run.
    pub(super) async fn attach(&self, run: RunId, session: Value) -> Heard<Value> {
        match self {
            Self::Remote(remote) => remote.post(&format!("/runs/{run}/sessions"), &session).await,
            Self::Local(local) => local.attach(run, session).await,
        }
    }

    pub(super) async fn steps(&self, run: RunId) -> Heard<Value> {
        match self {
            Self::Remote(remote) => remote.get(&format!("/runs/{run}/steps")).await,
            Self::Local(local) => local.steps(run).await,
        }
    }

    pub(super) async fn begin_step(&self, run: RunId, step: &str, body: Value) -> Heard<Value> {
        match self {
            Self::Remote(remote) => remote.post(&format!("/runs/{run}/steps/{step}/begin"), &body).await,
            Self::Local(local) => local.begin_step(run, step, body).await,
        }
    }

    pub(super) async fn report(&self, run: RunId, step: &str, body: Value) -> Heard<Value> {
        match self {
            Self::Remote(remote) => remote.post(&format!("/runs/{run}/steps/{step}/report"), &body).await,
            Self::Local(local) => local.report(run, step, body).await,
        }
    }

    /// Gives the run up.
    pub(super) async fn fail(&self, run: RunId, error: &str) -> Heard<()> {
        match self {
            Self::Remote(remote) => {
                remote.post(&format!("/runs/{run}/fail"), &serde_json::json!({"error": error})).await.map(drop)
            }
            Self::Local(local) => local.fail(run, error).await,
        }
    }

    /// How an approval stands, waiting for a while, or as it is now.
    pub(super) async fn decision(&self, approval: ApprovalId, seen: Option<u32>, waits: bool) -> Heard<Value> {
        match self {
            Self::Remote(remote) => remote.decision(approval, seen, waits).await,
            Self::Local(local) => local.decision(approval, seen, waits).await,
        }
    }

    pub(super) async fn shown(&self, approval: ApprovalId) -> Heard<Shown> {
        match self {
            Self::Remote(remote) => remote.shown(approval).await,
            Self::Local(local) => local.shown(approval).await,
        }
    }

    /// Approves what was shown, as this person: by the way every decision goes.
    pub(super) async fn approve(&self, id: ApprovalId, shown: &Shown, email: &str, password: &str) -> Heard<()> {
        match self {
            Self::Remote(remote) => remote.approve(id, shown, email, password).await,
            Self::Local(local) => local.approve(id, shown, email, password).await,
        }
    }

    /// Closes what is open.
    pub(super) async fn close(self) {
        if let Self::Local(local) = self {
            local.close().await;
        }
    }
}

/// How long one poll waits, over HTTP.
pub(super) const LONG_POLL: Duration = Duration::from_secs(30);
/// How long one poll waits on the database: another process may decide, of which this one hears nothing.
pub(super) const SHORT_POLL: Duration = Duration::from_secs(1);
