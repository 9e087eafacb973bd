//! Attaching agent sessions to runs.

use domain::{
    Actor, Refusal,
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

use super::{
    Caller, Desk,
    text::{self, NAME},
};
use crate::{
    error::{Error, Result},
    store::{self, Tx, run::Run, session::Attached},
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
    /// The host that runs it.
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
            Some((ResumeVia::Poll, Some(_))) => Err(Refusal::invalid(place, "only a webhook has an endpoint")),
            Some((ResumeVia::Poll, None)) | None => Ok(()),
        }
    }
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

/// A session as the API shows it.
pub(super) fn session_view(session: &Attached) -> Value {
    json!({
        "session_id": session.id, "framework": session.framework, "id": session.external_id,
        "status": session.state.status(), "cwd": session.cwd, "runner": session.runner, "interactive": session.is_interactive, "attached_at": session.attached_at,
    })
}
