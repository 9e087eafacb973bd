//! The console's use cases on the database of this machine, beside a running server or without one.

use std::{path::Path, time::Duration};

use domain::{
    Scope,
    decision::{Ballot, Verdict},
    id::{ApprovalId, RunId},
};
use serde_json::Value;

use super::console::{Published, SHORT_POLL, Shown, Unheard};
use crate::{
    cli::{Stopped, hook::variable, storage::Storage},
    desk::{
        Caller, Desk, KeyCaller,
        cancellation::{Fail, RunEnd},
        key::NewKey,
        session::AttachSession,
        step::{BeginStep, ReportStep},
    },
    error::Error,
    password::Password,
    store::runs::RunFilter,
};

/// The executor's key, beside the database that it opens anyway.
const KEY_FILE: &str = "exec.key";
/// Runs that are looked through for an unfinished one.
const RUNS: u32 = 200;

pub(super) struct Local {
    desk: Desk,
    caller: Caller,
    url: String,
}

impl Local {
    pub(super) async fn open(storage: &Storage, url: &str) -> Result<Self, Stopped> {
        let desk = storage.open().await?;
        let key = match variable("COUNTERSIGN_KEY") {
            Some(secret) => desk.identify_key(&secret).await,
            None => own_key(&desk, &storage.folder()?.join(KEY_FILE)).await,
        };
        match key {
            Ok(key) => Ok(Self { desk, caller: Caller::Key(key), url: url.to_owned() }),
            Err(error) => {
                desk.database.close().await;
                Err(error.into())
            }
        }
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) async fn workflow(&self, name: &str, version: Option<u32>) -> Result<Published, Unheard> {
        let found = self.desk.find_workflow(&self.caller, name, version).await?;
        Ok(Published { version: found.version.version, digest: found.version.digest, source: found.source })
    }

    pub(super) async fn runs(&self, workflow: &str, subject: &str) -> Result<Vec<(RunId, String)>, Unheard> {
        let filter = RunFilter {
            status: None,
            workflow: Some(workflow.to_owned()),
            subject: Some(subject.to_owned()),
            only: None,
        };
        let page = self.desk.list_runs(&self.caller, filter, None, RUNS).await?;
        Ok(page.items.into_iter().map(|row| (row.id, row.status.to_string())).collect())
    }

    pub(super) async fn run(&self, run: RunId) -> Result<Value, Unheard> {
        Ok(self.desk.run_detail(&self.caller, run).await?)
    }

    pub(super) async fn start(&self, body: Value) -> Result<Value, Unheard> {
        Ok(self.desk.start_run(&self.caller, read(body)?, None).await?)
    }

    pub(super) async fn attach(&self, run: RunId, session: Value) -> Result<Value, Unheard> {
        let body: AttachSession = read(session)?;
        Ok(self.desk.attach_session(&self.caller, run, body).await?)
    }

    pub(super) async fn steps(&self, run: RunId) -> Result<Value, Unheard> {
        Ok(self.desk.list_steps(&self.caller, run).await?)
    }

    pub(super) async fn begin_step(&self, run: RunId, step: &str, body: Value) -> Result<Value, Unheard> {
        let body: BeginStep = read(body)?;
        Ok(self.desk.begin_step(&self.caller, run, step, body).await?)
    }

    pub(super) async fn report(&self, run: RunId, step: &str, body: Value) -> Result<Value, Unheard> {
        let body: ReportStep = read(body)?;
        Ok(self.desk.report_step(&self.caller, run, step, body).await?)
    }

    pub(super) async fn fail(&self, run: RunId, error: &str) -> Result<(), Unheard> {
        let how = RunEnd::Fail(Fail { error: error.to_owned() });
        Ok(self.desk.end_run(&self.caller, run, how).await.map(drop)?)
    }

    pub(super) async fn decision(
        &self,
        approval: ApprovalId,
        seen: Option<u32>,
        waits: bool,
    ) -> Result<Value, Unheard> {
        let wait = if waits { SHORT_POLL } else { Duration::ZERO };
        // There may be no server whose clock it is.
        self.desk.expire_overdue().await?;
        Ok(self.desk.await_outcome(&self.caller, approval, wait, seen).await?)
    }

    pub(super) async fn shown(&self, approval: ApprovalId) -> Result<Shown, Unheard> {
        let (stored, _) = self.desk.approval_detail(&self.caller, approval).await?;
        Ok(Shown { revision: stored.revision, package_digest: stored.package_digest, package: stored.package })
    }

    pub(super) async fn approve(
        &self,
        id: ApprovalId,
        shown: &Shown,
        email: &str,
        password: &str,
    ) -> Result<(), Unheard> {
        let who = Caller::Person(self.desk.sign_in(email, Password::new(password)).await?.person);
        let ballot = Ballot {
            verdict: Verdict::Approve,
            package_digest: shown.package_digest,
            revision: Some(shown.revision),
            reason_code: None,
            notes: None,
            for_group: None,
            on_behalf_of: None,
            edited_input: None,
            items: Vec::new(),
            signature: None,
        };
        Ok(self.desk.sign_and_decide(&who, id, ballot, Password::new(password)).await.map(drop)?)
    }

    pub(super) async fn close(self) {
        self.desk.database.close().await;
    }
}

fn read<T: serde::de::DeserializeOwned>(body: Value) -> Result<T, Unheard> {
    serde_json::from_value(body).map_err(|error| Unheard::Away(error.to_string()))
}

/// The executor's own key on this data, made when it is first needed.
async fn own_key(desk: &Desk, file: &Path) -> Result<KeyCaller, Error> {
    let kept = std::fs::read_to_string(file).unwrap_or_default();
    if let Ok(key) = desk.identify_key(kept.trim()).await {
        return Ok(key);
    }
    let new = NewKey { name: "exec".to_owned(), scopes: vec![Scope::Hook], ..NewKey::default() };
    let created = desk.create_key(&Caller::CommandLine, new).await?;
    if let Err(error) = keep(file, created.secret.reveal()) {
        tracing::warn!(%error, file = %file.display(), "the executor's key is not kept; it makes another next time");
    }
    desk.identify_key(created.secret.reveal()).await
}

fn keep(file: &Path, secret: &str) -> std::io::Result<()> {
    use std::io::Write as _;
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(file)?.write_all(secret.as_bytes())
}
