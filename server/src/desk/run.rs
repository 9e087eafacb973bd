//! Starting runs and attaching agent sessions.

use domain::{
    Refusal, Scope,
    event::Event,
    id::{PersonId, RunId, SessionId},
    permission::Action,
    policy::Exclusion,
    refusal::Code,
    session::Session,
    workflow::Workflow,
};
use futures::FutureExt as _;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Caller, Desk, KeyCaller,
    text::{self, NAME},
};
use crate::{
    error::{Error, Result},
    store::{
        self, Tx,
        run::{Run, RunFilter},
        session::Attached,
    },
};

/// What `POST /runs` takes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct StartRun {
    /// The workflow's name.
    pub workflow: String,
    /// Its version; the newest when left out.
    #[serde(default)]
    pub version: Option<u32>,
    /// What the run is about.
    pub subject: String,
    /// What it is started with.
    #[serde(default)]
    pub inputs: Map<String, Value>,
    /// Who asked for it: an email or a `usr_…` id.
    #[serde(default)]
    pub requested_by: Option<String>,
    /// Its first session.
    #[serde(default)]
    pub session: Option<AttachSession>,
}

/// What `POST /runs/{id}/sessions` takes.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AttachSession {
    /// The framework's word for itself.
    pub framework: String,
    /// The framework's id of the session.
    pub id: String,
    /// Where it works.
    #[serde(default)]
    pub cwd: Option<String>,
    /// The host that runs it.
    #[serde(default)]
    pub runner: Option<String>,
    /// How it is woken.
    #[serde(default)]
    pub resume: Option<Resume>,
}

/// How a session is woken.
#[derive(Debug, Clone, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// By the agent's own long poll.
    pub via: ResumeVia,
}

/// The ways to wake a session.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ResumeVia {
    /// The harness fetches the outcome.
    Poll,
}

/// Calls without a natural key carry one of the caller's, so that a repeat does nothing twice.
#[derive(Debug, Clone)]
pub struct Idempotency {
    /// The header's value.
    pub name: String,
    /// The digest of the request.
    pub request: domain::Digest,
}

impl AttachSession {
    fn check(&self, at: &str) -> Result<(), Refusal> {
        text::required(&format!("{at}/framework"), &self.framework, NAME)?;
        text::required(&format!("{at}/id"), &self.id, NAME)?;
        text::optional(&format!("{at}/cwd"), self.cwd.as_deref(), 4_096)?;
        text::optional(&format!("{at}/runner"), self.runner.as_deref(), NAME)?;
        if self.id.starts_with("ses_") {
            return Err(Refusal::invalid(format!("{at}/id"), "ids that begin with ses_ are given by Countersign"));
        }
        Ok(())
    }
}

/// Keeps the answer of a call under its idempotency key, in the call's own transaction.
pub(super) async fn keep_answer(
    tx: &mut Tx,
    key: domain::id::KeyId,
    idempotency: Option<&Idempotency>,
    status: u16,
    answer: &Value,
) -> Result<()> {
    let Some(idempotency) = idempotency else { return Ok(()) };
    let kept = store::idempotency::insert(
        tx,
        key,
        &idempotency.name,
        idempotency.request,
        status,
        &answer.to_string(),
    )
    .await?;
    // Somebody with the same key committed meanwhile: roll back and give their answer.
    if kept { Ok(()) } else { Err(Error::Moved) }
}

impl Desk {
    /// The key behind a caller; people and the command line start no runs.
    pub(super) fn key_of<'a>(&self, caller: &'a Caller, action: Action) -> Result<&'a KeyCaller> {
        caller.authorize(action)?;
        match caller {
            Caller::Key(key) => Ok(key),
            Caller::Person(_) | Caller::CommandLine => {
                Err(Refusal::new(Code::WrongScope, "This needs an API key.").into())
            }
        }
    }

    /// The answer to a repeated call, if this is one.
    ///
    /// # Errors
    /// `idempotency_mismatch` when the key was used with another body.
    pub async fn replay(&self, caller: &Caller, idempotency: Option<&Idempotency>) -> Result<Option<(u16, String)>> {
        let (Caller::Key(key), Some(idempotency)) = (caller, idempotency) else { return Ok(None) };
        let mut tx = self.database.read().await?;
        let Some(earlier) = store::idempotency::find(&mut tx, key.id, &idempotency.name).await? else { return Ok(None) };
        if earlier.request != idempotency.request {
            let message = "This Idempotency-Key was used with another request; nothing was done. Use a new key.";
            return Err(Refusal::new(Code::IdempotencyMismatch, message).into());
        }
        Ok(Some(earlier.answer))
    }

    /// Starts a run.
    ///
    /// # Errors
    /// `not_found` for an unknown workflow; `invalid_field` for an unknown requester, and where the workflow's
    /// policies exclude the requester or the agent's owner and the run names none.
    pub async fn start_run(
        &self,
        caller: &Caller,
        body: StartRun,
        idempotency: Option<Idempotency>,
    ) -> Result<Value> {
        let key = self.key_of(caller, Action::StartRun)?;
        if key.run.is_some() {
            return Err(Refusal::new(Code::WrongScope, "A key minted for a run starts no other.").into());
        }
        let published = self.find_workflow(caller, &body.workflow, body.version).await?;
        let compiled = self.compiled(&published.version.name, published.version.version).await?;
        text::required("/subject", &body.subject, NAME)?;
        if let Some(session) = &body.session {
            session.check("/session")?;
        }
        let requested_by = self.find_requester(body.requested_by.as_deref()).await?;
        check_people(compiled.workflow(), requested_by, key)?;
        let run = Run {
            id: RunId::from_uuid(self.database.ids().uuid()),
            workflow: published.version.name,
            version: published.version.version,
            subject: body.subject,
            inputs: Value::Object(body.inputs),
            requested_by,
            requester_email: None,
            key: key.id,
            started_at: self.database.clock().now(),
            moves: 0,
            approvals: 0,
            assertions: 0,
        };
        let (actor, key) = (caller.actor(), key.id);
        let session = body.session;
        self.database
            .write(move |tx| {
                async move {
                    store::run::insert(tx, &run).await?;
                    let event = Event::RunStarted {
                        workflow: run.workflow.clone(),
                        version: run.version,
                        subject: run.subject.clone(),
                        requested_by,
                    };
                    tx.record_in(run.id, &run.subject, None, actor, event);
                    let mut answer = json!({"run_id": run.id, "workflow": run.workflow, "version": run.version});
                    if let Some(session) = session {
                        answer["session_id"] = json!(attach(tx, &run, key, session).await?);
                    }
                    keep_answer(tx, key, idempotency.as_ref(), 201, &answer).await?;
                    Ok(answer)
                }
                .boxed()
            })
            .await
    }

    async fn find_requester(&self, named: Option<&str>) -> Result<Option<PersonId>> {
        let Some(named) = named else { return Ok(None) };
        let mut tx = self.database.read().await?;
        let found = store::entitlement::find_person(&mut tx, named).await?;
        let unknown = || Refusal::invalid("/requested_by", "expected the email or usr_… id of a person known here");
        Ok(Some(found.ok_or_else(unknown)?))
    }

    /// Attaches a further session to a run; the same session again answers the same id.
    pub async fn attach_session(&self, caller: &Caller, run: RunId, body: AttachSession) -> Result<Value> {
        let key = self.key_of(caller, Action::StartRun)?.id;
        let run = self.visible_run(caller, run).await?;
        body.check("")?;
        let id = self.database.write(move |tx| attach_boxed(tx, run, key, body)).await?;
        Ok(json!({"session_id": id}))
    }

    /// A run the caller may see; another party's is not found.
    pub(super) async fn visible_run(&self, caller: &Caller, id: RunId) -> Result<Run> {
        let mut tx = self.database.read().await?;
        let run = store::run::find(&mut tx, id).await?.filter(|run| caller.sees(run.id));
        run.ok_or_else(|| Refusal::not_found("run").into())
    }

    /// Refuses what the caller may not see, before anything else is said about it.
    pub async fn must_see_run(&self, caller: &Caller, id: RunId) -> Result<()> {
        self.visible_run(caller, id).await.map(drop)
    }

    /// A run with its sessions, facts and assertions.
    pub async fn run_detail(&self, caller: &Caller, id: RunId) -> Result<Value> {
        caller.authorize(Action::ReadRun)?;
        let run = self.visible_run(caller, id).await?;
        let mut tx = self.database.read().await?;
        let sessions = store::session::list_of_run(&mut tx, id).await?;
        let facts = store::fact::list_current(&mut tx, id).await?;
        let assertions = store::fact::list_assertions(&mut tx, id).await?;
        let is_suspended = sessions.iter().any(|session| matches!(session.state, Session::Suspended { .. }));
        Ok(json!({
            "run_id": run.id, "workflow": run.workflow, "version": run.version, "subject": run.subject,
            "inputs": run.inputs, "requested_by": run.requester_email, "started_at": run.started_at,
            "status": if is_suspended { "suspended" } else { "active" },
            "sessions": sessions.iter().map(session_view).collect::<Vec<_>>(),
            "facts": facts.into_iter().map(fact_view).collect::<Map<_, _>>(),
            "assertions": assertions.into_iter().collect::<Map<_, _>>(),
        }))
    }

    /// Runs, newest first; a key minted for a run sees that run only.
    pub async fn list_runs(
        &self,
        caller: &Caller,
        mut filter: RunFilter,
        before: Option<RunId>,
        limit: u32,
    ) -> Result<Vec<Run>> {
        caller.authorize(Action::ReadRun)?;
        if let Caller::Key(KeyCaller { run: Some(run), .. }) = caller {
            filter.only = Some(*run);
        }
        let mut tx = self.database.read().await?;
        Ok(store::run::list(&mut tx, &filter, before, i64::from(limit)).await?)
    }
}

fn session_view(session: &Attached) -> Value {
    json!({
        "session_id": session.id, "framework": session.framework, "id": session.external_id,
        "status": session.state.status(), "cwd": session.cwd, "runner": session.runner, "attached_at": session.attached_at,
    })
}

fn fact_view(fact: store::fact::Fact) -> (String, Value) {
    let view = json!({
        "value": fact.value, "source": fact.source, "reference": fact.reference, "version": fact.version,
        "written_at": fact.written_at,
    });
    (fact.name, view)
}

fn attach_boxed(
    tx: &mut Tx,
    run: Run,
    key: domain::id::KeyId,
    body: AttachSession,
) -> futures::future::BoxFuture<'_, Result<SessionId>> {
    async move { attach(tx, &run, key, body).await }.boxed()
}

async fn attach(tx: &mut Tx, run: &Run, key: domain::id::KeyId, body: AttachSession) -> Result<SessionId> {
    let session = Attached {
        id: SessionId::from_uuid(tx.uuid()),
        run: run.id,
        framework: body.framework,
        external_id: body.id,
        state: Session::Active,
        cwd: body.cwd,
        runner: body.runner,
        key,
        attached_at: tx.now(),
    };
    if !store::session::insert(tx, &session).await? {
        let known = store::session::find(tx, run.id, &session.external_id).await?;
        return known.map(|known| known.id).ok_or(Error::Moved);
    }
    let event = Event::SessionAttached {
        session: session.id,
        framework: session.framework.clone(),
        external_id: session.external_id.clone(),
    };
    tx.record_in(run.id, &run.subject, None, domain::Actor::Key(key), event);
    Ok(session.id)
}

/// Policies that exclude people need to know them.
fn check_people(workflow: &Workflow, requested_by: Option<PersonId>, key: &KeyCaller) -> Result<(), Refusal> {
    let excludes = |wanted| workflow.policies.values().any(|policy| policy.exclude.contains(&wanted));
    if excludes(Exclusion::Requester) && requested_by.is_none() {
        return Err(Refusal::invalid("/requested_by", "a policy of this workflow excludes the requester: say who asked"));
    }
    if excludes(Exclusion::AgentOwner) && key.owner.is_none() && key.scopes.contains(&Scope::Hook) {
        let message = "a policy of this workflow excludes the agent's owner: use a key that has one (key create --owner)";
        return Err(Refusal::invalid("", message));
    }
    Ok(())
}
