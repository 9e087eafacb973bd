//! Sessions: how they come to belong to a run, what they are told, and when they may stop.

use axum::http::HeaderMap;
use domain::{Digest, Refusal, id::RunId, session::Session};
use serde_json::{Map, Value};

use super::{calls::UNKNOWN, input::Input, said::Said};
use crate::{
    desk::{
        Caller, Desk,
        idempotency::Idempotency,
        run::StartRun,
        session::{AttachSession, CLAUDE_CODE, Resume, ResumeVia},
    },
    error::{Error, Result, StoreError},
    store::session::Attached,
};

/// How often a beginning is looked at again that somebody else began at the same moment.
const TRIES: u32 = 5;

/// What a session reads that nobody registered, where its key does not let it begin a run by itself.
const UNREGISTERED: &str = "Countersign does not know this session, and its key begins no run for a session that nobody \
                            registered: every tool call will be denied. Have your program start the run and name this session (POST /runs), \
                            set COUNTERSIGN_RUN, or use a key made with --begins-runs.";

/// What `countersign hook session-start` found in its environment.
struct Surroundings {
    run: Option<RunId>,
    workflow: Option<String>,
    subject: Option<String>,
    requested_by: Option<String>,
    is_interactive: bool,
    host: Option<String>,
    runner: Option<String>,
}

impl Surroundings {
    fn of(headers: &HeaderMap) -> Result<Self, Refusal> {
        let text = |name: &str| {
            let value = headers.get(name).and_then(|value| std::str::from_utf8(value.as_bytes()).ok());
            value.map(str::trim).filter(|value| !value.is_empty()).map(str::to_owned)
        };
        let run = text("countersign-run")
            .map(|run| run.parse().map_err(|_| Refusal::invalid("COUNTERSIGN_RUN", "expected a run, such as run_…")));
        Ok(Self {
            run: run.transpose()?,
            workflow: text("countersign-workflow"),
            subject: text("countersign-subject"),
            requested_by: text("countersign-requested-by"),
            is_interactive: text("countersign-interactive").is_some_and(|value| value == "true"),
            host: text("countersign-host"),
            runner: text("countersign-runner"),
        })
    }
}

/// Registers a session that begins: in the run of its environment, else in a new one about its subject. One that goes on
/// is known already.
pub(super) async fn starts(desk: &Desk, caller: &Caller, headers: &HeaderMap, input: Input) -> Result<Said> {
    let around = Surroundings::of(headers)?;
    let known = desk.find_hooked(caller, &input.session_id).await?;
    let is_own = |session: &&Attached| around.run.is_none_or(|run| run == session.run);
    if let Some(session) = known.as_ref().filter(is_own).filter(|session| session.state != Session::Ended) {
        desk.note_place(caller, session, input.cwd.clone(), around.is_interactive).await?;
        desk.note_stopped(caller, session, false).await?;
        if let (Some(runner), false) = (&around.runner, around.is_interactive) {
            desk.assign_session(caller, session, runner, input.cwd.as_deref()).await?;
        }
        return Ok(Said::Tell(briefing(desk, caller, session.run).await?));
    }
    // Before this one somebody sits: it is not resumed by a runner.
    let runner = around.runner.filter(|_| !around.is_interactive);
    let session = AttachSession {
        framework: CLAUDE_CODE.to_owned(),
        id: input.session_id.clone(),
        cwd: input.cwd,
        runner: runner.clone().or(around.host),
        resume: runner.map(|_| Resume { via: ResumeVia::Runner, endpoint: None }),
        interactive: around.is_interactive,
    };
    let run = match (around.run, around.workflow, around.subject) {
        (Some(run), ..) => {
            desk.attach_session(caller, run, session).await?;
            run
        }
        (None, Some(_), Some(_)) if !desk.begins_runs(caller)? => return Ok(Said::Tell(UNREGISTERED.to_owned())),
        (None, Some(workflow), Some(subject)) => {
            // A client that asks twice gets one run, and another one once that has ended.
            let after = known.map(|ended| format!(":after:{}", ended.id)).unwrap_or_default();
            let parts = [input.session_id.as_bytes(), workflow.as_bytes(), subject.as_bytes()];
            let request = Digest::of_parts("request/v1", &parts);
            let once = Idempotency { name: format!("claude-code:{}{after}", input.session_id), request };
            let body = StartRun {
                workflow,
                version: None,
                subject,
                inputs: Map::new(),
                requested_by: around.requested_by,
                session: Some(session),
                agent_key: false,
            };
            begun(desk, caller, body, once).await?
        }
        (None, ..) => return Ok(Said::Tell(UNKNOWN.to_owned())),
    };
    Ok(Said::Tell(briefing(desk, caller, run).await?))
}

/// Begins a run, or finds the one that a start at the same moment has begun.
async fn begun(desk: &Desk, caller: &Caller, body: StartRun, once: Idempotency) -> Result<RunId> {
    for _ in 0..TRIES {
        let started: Value = match desk.replay(caller, Some(&once)).await? {
            Some((_, answer)) => serde_json::from_str(&answer).unwrap_or_default(),
            None => match desk.start_run(caller, body.clone(), Some(once.clone())).await {
                Err(Error::Moved) => continue,
                started => started?,
            },
        };
        let run = started["run_id"].as_str().and_then(|id| id.parse().ok());
        return run.ok_or_else(|| StoreError::Unexpected("a run without an id".to_owned()).into());
    }
    Err(Error::Moved)
}

/// What an agent should know before it begins.
async fn briefing(desk: &Desk, caller: &Caller, run: RunId) -> Result<String> {
    let standing = desk.standing(caller, run).await?;
    let next = standing.unfinished.map(|open| format!(" {open}")).unwrap_or_default();
    Ok(format!(
        "Countersign checks the tool calls of this session against recorded facts; what is said about them opens nothing. {}{next}",
        standing.about
    ))
}

/// A prompt: the agent reads how its run stands now.
pub(super) async fn prompted(desk: &Desk, caller: &Caller, input: &Input) -> Result<Said> {
    match desk.find_hooked(caller, &input.session_id).await? {
        Some(session) => {
            desk.note_stopped(caller, &session, false).await?;
            Ok(Said::Tell(briefing(desk, caller, session.run).await?))
        }
        None => Ok(Said::Tell(UNKNOWN.to_owned())),
    }
}

/// The agent is about to stop: once, it is told what is not done. It may have to wait for somebody else, so that it
/// is not held twice.
pub(super) async fn stops(desk: &Desk, caller: &Caller, input: &Input) -> Result<Said> {
    let Some(session) = desk.find_hooked(caller, &input.session_id).await? else { return Ok(Said::Nothing) };
    let standing = desk.standing(caller, session.run).await?;
    let is_held = standing.unfinished.is_some() && !input.stop_hook_active;
    desk.note_stopped(caller, &session, !is_held).await?;
    Ok(match standing.unfinished {
        Some(open) if input.stop_hook_active => Said::Warn(format!("Countersign: the run is not finished. {open}")),
        Some(open) => Said::GoOn(format!("The run is not finished. {open} Go on, or say what you wait for and stop.")),
        None => Said::Nothing,
    })
}
