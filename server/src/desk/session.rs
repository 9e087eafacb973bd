//! Attaching agent sessions to runs.

use domain::{
    Actor, FieldError, Refusal, Scope,
    event::Event,
    id::{EndpointId, KeyId, RunId, SessionId},
    permission::Action,
    refusal::Code,
    session::Session,
};
use futures::{FutureExt as _, future::BoxFuture};
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    Caller, Desk,
    text::{self, NAME},
};
use crate::{
    error::{Error, Result},
    store::{self, Tx, key::Key, run::Run, session::Attached},
};

/// How Claude Code is called as a framework: its hooks know their session by its id alone.
pub const CLAUDE_CODE: &str = "claude-code";

/// What `POST /runs/{id}/sessions` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AttachSession {
    /// The framework's word for itself.
    pub framework: String,
    /// The framework's id of the session.
    pub id: String,
    /// Where it works.
    #[serde(default)]
    pub cwd: Option<String>,
    /// The host that runs it; the name of the runner that resumes it, where one does.
    #[serde(default)]
    pub runner: Option<String>,
    /// How it is woken.
    #[serde(default)]
    pub resume: Option<Resume>,
    /// Whether somebody sits before it: hooks then hold its calls open while people decide.
    #[serde(default)]
    pub interactive: bool,
}

/// How a session is woken.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Resume {
    /// The way.
    pub via: ResumeVia,
    /// The name of the endpoint, for a webhook.
    #[serde(default)]
    pub endpoint: Option<String>,
}

/// The ways to wake a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ResumeVia {
    /// The harness fetches the outcome.
    Poll,
    /// The outcome is sent to an endpoint; the harness may fetch it as well.
    Webhook,
    /// The runner of its host has the client go on.
    Runner,
}

impl AttachSession {
    pub(super) fn check(&self, at: &str) -> Result<(), Refusal> {
        text::required(&format!("{at}/framework"), &self.framework, NAME)?;
        text::required(&format!("{at}/id"), &self.id, NAME)?;
        text::optional(&format!("{at}/cwd"), self.cwd.as_deref(), 4_096)?;
        text::optional(&format!("{at}/runner"), self.runner.as_deref(), NAME)?;
        if self.id.starts_with("ses_") {
            return Err(Refusal::invalid(format!("{at}/id"), "ids that begin with ses_ are given by Countersign"));
        }
        let place = format!("{at}/resume/endpoint");
        match self.resume.as_ref().map(|resume| (resume.via, resume.endpoint.as_deref())) {
            Some((ResumeVia::Webhook, Some(name))) => text::required(&place, name, NAME),
            Some((ResumeVia::Webhook, None)) => Err(Refusal::invalid(place, "a webhook needs the name of an endpoint")),
            Some((ResumeVia::Poll | ResumeVia::Runner, Some(_))) => {
                Err(Refusal::invalid(place, "only a webhook has an endpoint"))
            }
            Some((ResumeVia::Runner, None)) => self.check_runner(at),
            Some((ResumeVia::Poll, None)) | None => Ok(()),
        }
    }

    /// What a runner needs to have the client go on: everything that is wrong at once.
    fn check_runner(&self, at: &str) -> Result<(), Refusal> {
        let mut errors = Vec::new();
        let mut refuse = |field: &str, why: &str| errors.push(FieldError::new(format!("{at}/{field}"), why));
        if self.framework != CLAUDE_CODE {
            refuse("framework", "a runner resumes sessions of claude-code: use another way to be woken");
        }
        if !is_session_id(&self.id) {
            refuse("id", "a runner resumes by the session id of Claude Code, a UUID in lower case");
        }
        if self.runner.is_none() {
            refuse("runner", "name the runner: the name of its key");
        }
        if !self.cwd.as_deref().is_some_and(|cwd| cwd.starts_with('/')) {
            refuse("cwd", "name the folder the session works in, as an absolute path: it is resumed there");
        }
        if self.interactive {
            refuse("interactive", "somebody sits before this session, so that no runner may resume it");
        }
        match errors.first() {
            None => Ok(()),
            Some(first) => Err(Refusal::new(Code::InvalidField, first.message.clone()).with_errors(errors)),
        }
    }

    fn is_by_runner(&self) -> bool {
        self.resume.as_ref().is_some_and(|resume| resume.via == ResumeVia::Runner)
    }
}

/// Whether a text is a session id of Claude Code: a UUID, as it is written there. Nothing else reaches a command line.
pub fn is_session_id(text: &str) -> bool {
    text.len() == 36 && Uuid::try_parse(text).is_ok_and(|id| id.hyphenated().to_string() == text)
}

impl Desk {
    /// Attaches a further session to a run; the same session again answers the same id.
    pub async fn attach_session(&self, caller: &Caller, run: RunId, body: AttachSession) -> Result<Value> {
        let key = caller.key(Action::StartRun)?;
        let run = self.visible_run(caller, run).await?;
        key.must_begin(&run.workflow)?;
        body.check("")?;
        let key = key.id;
        let in_run = run.id;
        let id = self.database.write(move |tx| attach_boxed(tx, in_run, key, body)).await?;
        // A stage whose review waited for a session to suspend has one now.
        self.advance(in_run).await;
        Ok(json!({"session_id": id}))
    }

    /// Has a runner wake a session that nobody else wakes, and that nobody sits before, there where it works.
    ///
    /// # Errors
    /// `invalid_field` for what no runner can resume.
    pub async fn assign_session(
        &self,
        caller: &Caller,
        session: &Attached,
        runner: &str,
        cwd: Option<&str>,
    ) -> Result<()> {
        let by = caller.key(Action::StartRun)?.id;
        if session.by_runner || session.endpoint.is_some() {
            return Ok(());
        }
        let body = AttachSession {
            framework: session.framework.clone(),
            id: session.external_id.clone(),
            cwd: cwd.map(str::to_owned).or_else(|| session.cwd.clone()),
            runner: Some(runner.to_owned()),
            resume: Some(Resume { via: ResumeVia::Runner, endpoint: None }),
            interactive: false,
        };
        body.check("")?;
        let (id, run, runner, cwd) = (session.id, session.run, runner.to_owned(), body.cwd.unwrap_or_default());
        let assigned = self.database.write(move |tx| {
            async move {
                must_be_a_runner(tx, &runner, "").await?;
                let run = store::run::find(tx, run).await?.ok_or(Error::Moved)?;
                store::session::assign(tx, id, &runner, &cwd).await?;
                tx.record_in(
                    run.id,
                    &run.subject,
                    None,
                    Actor::Key(by),
                    Event::SessionAssigned { session: id, runner },
                );
                Ok(())
            }
            .boxed()
        });
        assigned.await
    }
}

fn attach_boxed(tx: &mut Tx, run: RunId, key: KeyId, body: AttachSession) -> BoxFuture<'_, Result<SessionId>> {
    async move {
        let run = store::run::lock_still(tx, run).await?.ok_or(Error::Moved)?;
        run.state.must_be_active()?;
        attach(tx, &run, key, body, "").await
    }
    .boxed()
}

/// Stores a session with its event; the same session again answers the same id.
pub(super) async fn attach(tx: &mut Tx, run: &Run, key: KeyId, body: AttachSession, at: &str) -> Result<SessionId> {
    let by_runner = body.is_by_runner();
    if let Some(runner) = body.runner.as_deref().filter(|_| by_runner) {
        must_be_a_runner(tx, runner, at).await?;
    }
    let endpoint = match body.resume.and_then(|resume| resume.endpoint) {
        Some(name) => Some(find_endpoint(tx, &name, at).await?),
        None => None,
    };
    let session = Attached {
        id: SessionId::from_uuid(tx.uuid()),
        run: run.id,
        framework: body.framework,
        external_id: body.id,
        state: Session::Active,
        cwd: body.cwd,
        runner: body.runner,
        endpoint,
        by_runner,
        is_interactive: body.interactive,
        key,
        attached_at: tx.now(),
    };
    if !store::session::insert(tx, &session).await? {
        let known = store::session::find(tx, run.id, &session.external_id).await?;
        return known.map(|known| known.id).ok_or(Error::Moved);
    }
    must_be_free(tx, &session).await?;
    let event = Event::SessionAttached {
        session: session.id,
        framework: session.framework.clone(),
        external_id: session.external_id.clone(),
    };
    tx.record_in(run.id, &run.subject, None, Actor::Key(key), event);
    Ok(session.id)
}

/// Refuses to take over a session that is active in another run under another key: whoever attached it last says
/// which gates its hooks ask.
async fn must_be_free(tx: &mut Tx, session: &Attached) -> Result<()> {
    let others = store::session::list_by_external_id(tx, &session.external_id).await?;
    let is_hooked = |other: &Attached| [&other.framework, &session.framework].iter().any(|is| *is == CLAUDE_CODE);
    let holds = |other: &&Attached| {
        other.run != session.run && other.state != Session::Ended && other.key != session.key && is_hooked(other)
    };
    if !others.iter().any(|other| holds(&other)) {
        return Ok(());
    }
    let message = format!(
        "The session {} is active in another run under another key. End that run first, or attach it with that key.",
        session.external_id
    );
    Err(Refusal::new(Code::Conflict, message).into())
}

/// Sessions of a runner that nobody runs would never be resumed.
async fn must_be_a_runner(tx: &mut Tx, name: &str, at: &str) -> Result<()> {
    let now = tx.now();
    let is_usable = |key: &Key| {
        key.scopes.contains(&Scope::Runner) && key.revoked_at.is_none() && key.expires_at.is_none_or(|end| now < end)
    };
    if store::key::list_by_name(tx, name).await?.iter().any(is_usable) {
        return Ok(());
    }
    let why =
        format!("there is no runner named {name:?}: an administrator creates a key of that name with the scope runner");
    Err(Refusal::invalid(format!("{at}/runner"), why).into())
}

/// The endpoint a session names.
///
/// # Errors
/// `invalid_field` when there is none by that name, or nothing is sent to it.
async fn find_endpoint(tx: &mut Tx, name: &str, at: &str) -> Result<EndpointId> {
    let refuse = |why: String| Refusal::invalid(format!("{at}/resume/endpoint"), why);
    let found = store::endpoint::find_by_name(tx, name).await?;
    let found =
        found.ok_or_else(|| refuse(format!("there is no endpoint named {name:?}: an administrator adds them")))?;
    if found.row.disabled_at.is_some() {
        return Err(refuse(format!("the endpoint {name:?} is disabled")).into());
    }
    Ok(found.row.id)
}

/// A session as the API shows it to this caller.
pub(super) fn session_view(session: &Attached, caller: &Caller) -> Value {
    let is_own = matches!(caller, Caller::Key(key) if key.id == session.key);
    json!({
        "session_id": session.id, "framework": session.framework, "id": session.external_id,
        "status": session.state.status(), "cwd": session.cwd, "runner": session.runner,
        "resumed_by": if session.by_runner { "runner" } else if session.endpoint.is_some() { "webhook" } else { "poll" },
        "interactive": session.is_interactive, "attached_at": session.attached_at,
        "own": is_own,
    })
}
