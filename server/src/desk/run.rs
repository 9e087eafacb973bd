//! Starting runs and reading them.

use domain::{
    Actor, Refusal, Scope,
    event::Event,
    id::{PersonId, RunId},
    permission::Action,
    policy::Exclusion,
    refusal::Code,
    workflow::{Version, Workflow, standing::VersionStatus},
};
use futures::FutureExt as _;
use schemars::JsonSchema;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{
    Caller, Desk, KeyCaller,
    idempotency::{Idempotency, keep_answer},
    key::minted::Minted,
    session::{AttachSession, attach, session_view},
    text::{self, NAME},
};
use crate::{
    error::Result,
    store::{self, Tx, run::Run, workflow::Published},
};

/// What `POST /runs` takes.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StartRun {
    /// The workflow's name.
    pub workflow: String,
    /// Its version; the one in force when left out.
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
    /// Whether to mint a key of the scope `agent` for this run.
    #[serde(default)]
    pub agent_key: bool,
}

impl Desk {
    /// Starts a run.
    ///
    /// # Errors
    /// `not_found` for an unknown workflow; `not_in_force` for a version that waits for a second administrator, or was
    /// declined; `invalid_field` for an unknown requester, and where the workflow's
    /// policies exclude the requester or the agent's owner and the run names none; `wrong_scope` for a key of other
    /// workflows.
    pub async fn start_run(&self, caller: &Caller, body: StartRun, idempotency: Option<Idempotency>) -> Result<Value> {
        let key = Self::may_start_runs(caller)?;
        let published = self.find_workflow(caller, &body.workflow, body.version).await?;
        key.must_begin(&published.version.name)?;
        must_be_in_force(&published)?;
        let compiled = self.compiled(&published.version.name, published.version.version).await?;
        text::required("/subject", &body.subject, NAME)?;
        text::optional("/requested_by", body.requested_by.as_deref(), NAME)?;
        if let Some(session) = &body.session {
            session.check("/session")?;
        }
        let faults = compiled.workflow().inputs_faults(&body.inputs);
        if !faults.is_empty() {
            let message = format!("{} is not begun with these inputs.", published.version.name);
            return Err(Refusal::new(Code::InvalidField, message).with_errors(faults).into());
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
            state: domain::run::Run::Active,
            is_suspended: false,
        };
        let begun = Begun {
            session: body.session,
            minted: if body.agent_key { Some(self.mint(key, run.id)?) } else { None },
            idempotency,
        };
        self.database.write(move |tx| insert(tx, run, begun).boxed()).await
    }

    /// Refuses whoever starts no runs, before anything is said about the body.
    pub fn may_start_runs(caller: &Caller) -> Result<&KeyCaller> {
        let key = caller.key(Action::StartRun)?;
        match key.run {
            None => Ok(key),
            Some(_) => Err(Refusal::new(Code::WrongScope, "A key minted for a run starts no other.").into()),
        }
    }

    async fn find_requester(&self, named: Option<&str>) -> Result<Option<PersonId>> {
        let Some(named) = named else { return Ok(None) };
        let mut tx = self.database.read().await?;
        let found = store::entitlement::find_person(&mut tx, named).await?;
        let unknown = || Refusal::invalid("/requested_by", "expected the email or usr_… id of a person known here");
        Ok(Some(found.ok_or_else(unknown)?))
    }

    /// A run the caller may see; another party's is not found.
    pub(super) async fn visible_run(&self, caller: &Caller, id: RunId) -> Result<Run> {
        let mut tx = self.database.read_plainly().await?;
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
        let compiled = self.compiled(&run.workflow, run.version).await?;
        let mut tx = self.database.read().await?;
        let sessions = store::session::list_of_run(&mut tx, id).await?;
        let facts = store::fact::list_current(&mut tx, id).await?;
        let assertions = store::fact::list_assertions(&mut tx, id).await?;
        let stages = self.stages_view(&mut tx, &run).await?;
        Ok(json!({
            "run_id": run.id, "workflow": run.workflow, "version": run.version, "subject": run.subject,
            "inputs": run.inputs, "requested_by": run.requester_email, "started_at": run.started_at,
            "status": run.status(), "ended_at": run.state.ended_at(), "ended_because": run.state.why(),
            "stages": stages,
            "sessions": sessions.iter().map(|session| session_view(session, caller)).collect::<Vec<_>>(),
            "facts": facts.into_iter().map(|fact| fact_view(fact, compiled.workflow())).collect::<Map<_, _>>(),
            "assertions": assertions.into_iter().collect::<Map<_, _>>(),
        }))
    }
}

fn fact_view(fact: store::fact::Fact, workflow: &Workflow) -> (String, Value) {
    let view = json!({
        "value": fact.value, "source": fact.source, "reference": fact.reference, "version": fact.version,
        "written_at": fact.written_at, "agent_grade": workflow.is_agent_grade(&fact.name),
    });
    (fact.name, view)
}

/// What comes with a run that begins.
struct Begun {
    session: Option<AttachSession>,
    minted: Option<Minted>,
    idempotency: Option<Idempotency>,
}

async fn insert(tx: &mut Tx, run: Run, begun: Begun) -> Result<Value> {
    let key = run.key;
    store::run::insert(tx, &run).await?;
    let event = Event::RunStarted {
        workflow: run.workflow.clone(),
        version: run.version,
        subject: run.subject.clone(),
        requested_by: run.requested_by,
    };
    tx.record_in(run.id, &run.subject, None, Actor::Key(key), event);
    let mut answer = json!({"run_id": run.id, "workflow": run.workflow, "version": run.version});
    if let Some(session) = begun.session {
        answer["session_id"] = json!(attach(tx, &run, key, session, "/session").await?);
    }
    let (answer, kept) = match begun.minted {
        Some(minted) => minted.store(tx, &run, &answer).await?,
        None => (answer.clone(), answer),
    };
    keep_answer(tx, key, begun.idempotency.as_ref(), 201, &kept).await?;
    Ok(answer)
}

/// Policies that exclude people need to know them.
fn check_people(workflow: &Workflow, requested_by: Option<PersonId>, key: &KeyCaller) -> Result<(), Refusal> {
    let excludes = |wanted| workflow.policies.values().any(|policy| policy.exclude.contains(&wanted));
    if excludes(Exclusion::Requester) && requested_by.is_none() {
        return Err(Refusal::invalid(
            "/requested_by",
            "a policy of this workflow excludes the requester: say who asked",
        ));
    }
    if excludes(Exclusion::AgentOwner) && key.owner.is_none() && key.scopes.contains(&Scope::Hook) {
        let message =
            "a policy of this workflow excludes the agent's owner: use a key that has one (key create --owner)";
        return Err(Refusal::invalid("", message));
    }
    Ok(())
}

/// Nothing begins on what no second administrator has confirmed.
fn must_be_in_force(published: &Published) -> Result<()> {
    if published.standing.is_in_force() {
        return Ok(());
    }
    let Version { name, version, .. } = &published.version;
    let message = match published.standing.status() {
        VersionStatus::Declined => format!("Version {version} of {name} was declined: nothing begins on it."),
        VersionStatus::Proposed | VersionStatus::InForce => {
            format!("Version {version} of {name} waits for a second administrator, who confirms it in the console.")
        }
    };
    Err(Refusal::new(Code::NotInForce, message).into())
}
