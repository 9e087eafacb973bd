//! Which run an execution goes on with: one that this executor began and has not finished, or another. Nobody else's is
//! taken up unless whoever starts it says so.

use domain::{id::RunId, workflow::Workflow};
use serde_json::{Map, Value, json};

use super::{
    Exec,
    console::{Console, Published},
    folder::Folder,
    inputs,
    log::Log,
};
use crate::{cli::Stopped, rules::definition};

/// What the executor calls itself.
const FRAMEWORK: &str = "countersign-exec";

/// What is executed.
pub(super) struct Chosen {
    pub(super) published: Published,
    pub(super) workflow: Workflow,
    pub(super) run: Value,
    pub(super) log: Log,
}

impl Exec {
    /// The run to go on with, its lock held.
    pub(super) async fn choose(&self, console: &Console, own: Folder, executor: &str) -> Result<Chosen, Stopped> {
        if let Some(id) = self.resume {
            let run = console.run(id).await?;
            let version = run["version"].as_u64().and_then(|version| u32::try_from(version).ok());
            let published = console.workflow(run["workflow"].as_str().unwrap_or_default(), version).await?;
            let workflow = self.with_steps(&published)?;
            let log = locked(own, &workflow, run["inputs"].as_object().unwrap_or(&Map::new()))?;
            let run = self.taken_up(console, id, run, executor).await?;
            return Ok(Chosen { published, workflow, run, log });
        }
        let published = console.workflow(&self.workflow, None).await?;
        let workflow = self.with_steps(&published)?;
        let inputs = inputs::typed(&workflow, &self.inputs).map_err(|why| Stopped::Failed(format!("--input {why}")))?;
        let log = locked(own, &workflow, &inputs)?;
        let subject = self.subject.clone().unwrap_or_else(|| inputs::leading(&workflow, &inputs).1);
        let known = if self.anew {
            Vec::new()
        } else {
            unfinished(console, (&workflow.name, published.version), &subject, &inputs).await?
        };
        // Its own first, before another's is spoken of.
        let found = known.iter().find(|(_, run)| is_of(run, executor)).or(known.first()).cloned();
        let run = match found {
            Some((id, run)) => self.taken_up(console, id, run, executor).await?,
            None => self.begun(console, &published, (&subject, &inputs), executor).await?,
        };
        Ok(Chosen { published, workflow, run, log })
    }

    /// A run that this executor goes on with; another's only where it is told to.
    async fn taken_up(&self, console: &Console, id: RunId, run: Value, executor: &str) -> Result<Value, Stopped> {
        if is_of(&run, executor) {
            return Ok(run);
        }
        if !self.take_over {
            let who = whose(&run).and_then(|session| session["id"].as_str());
            let who = who.map_or_else(
                || "no executor began it".to_owned(),
                |who| format!("the session {} was last at it, with this key or another", domain::inspect::spelled(who)),
            );
            return Err(Stopped::Failed(format!(
                "{id} goes on and was not begun here: {who}. --take-over goes on with it, if whoever began it is gone for \
                 good and what it reported of its steps is to be believed; --anew begins another run. {}/runs/{id}",
                console.url()
            )));
        }
        println!("Taking over {id}, which was begun elsewhere.");
        console.attach(id, session(executor)).await?;
        Ok(console.run(id).await?)
    }

    async fn begun(
        &self,
        console: &Console,
        published: &Published,
        (subject, inputs): (&str, &Map<String, Value>),
        executor: &str,
    ) -> Result<Value, Stopped> {
        let mut body = json!({
            "workflow": self.workflow, "version": published.version, "subject": subject, "inputs": inputs,
            "session": session(executor),
        });
        if let Some(who) = &self.requested_by {
            body["requested_by"] = json!(who);
        }
        let started = console.start(body).await?;
        let id = started["run_id"].as_str().and_then(|id| id.parse().ok());
        let id: RunId = id.ok_or_else(|| Stopped::Failed("the console began no run".to_owned()))?;
        Ok(console.run(id).await?)
    }

    /// The definition, if there is something to execute in it. It is the console's text, by its digest.
    fn with_steps(&self, published: &Published) -> Result<Workflow, Stopped> {
        let digest = domain::Digest::of("workflow/v1", published.source.as_bytes());
        if digest != published.digest {
            return Err(Stopped::Failed(format!("the text of {} is not what was published", self.workflow)));
        }
        let workflow = definition::parse(&published.source)?;
        if workflow.steps.is_empty() {
            let message = format!("{} has no steps: there is nothing to execute", workflow.name);
            return Err(Stopped::Failed(message));
        }
        Ok(workflow)
    }
}

/// The name of an executor's session in a run.
pub(super) fn session_name(executor: &str) -> String {
    format!("exec-{executor}")
}

fn session(executor: &str) -> Value {
    json!({"framework": FRAMEWORK, "id": session_name(executor), "resume": {"via": "poll"}})
}

/// The session of the executor that was last at it.
fn whose(run: &Value) -> Option<&Value> {
    run["sessions"].as_array()?.iter().rev().find(|session| session["framework"] == FRAMEWORK)
}

/// Whether this executor began it or took it over, with the key that it has now.
fn is_of(run: &Value, executor: &str) -> bool {
    whose(run).is_some_and(|session| session["own"] == true && session["id"] == session_name(executor))
}

/// Takes the lock that the inputs are known by.
fn locked(own: Folder, workflow: &Workflow, inputs: &Map<String, Value>) -> Result<Log, Stopped> {
    let (name, value) = inputs::leading(workflow, inputs);
    Log::open(own, &workflow.name, (&name, &value))
}

/// Runs that go on, of the same version and inputs, newest first.
async fn unfinished(
    console: &Console,
    (workflow, version): (&str, u32),
    subject: &str,
    inputs: &Map<String, Value>,
) -> Result<Vec<(RunId, Value)>, Stopped> {
    let mut found = Vec::new();
    for (id, status) in console.runs(workflow, subject).await? {
        if status != "active" && status != "suspended" {
            continue;
        }
        let run = console.run(id).await?;
        if run["version"] == version && run["inputs"].as_object() == Some(inputs) {
            found.push((id, run));
        }
    }
    Ok(found)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_run_is_whose_executor_was_last_at_it_with_this_key() {
        let with = |sessions: Value| is_of(&json!({"sessions": sessions}), "web-1/ab");
        let of = |id: &str, own: bool| json!({"framework": FRAMEWORK, "id": id, "own": own});
        assert!(with(json!([of("exec-web-1/ab", true), {"framework": "claude-code", "id": "x", "own": true}])));
        assert!(!with(json!([of("exec-web-1/ab", false)])), "begun by another key in our name");
        assert!(!with(json!([of("exec-web-1/ab", true), of("exec-web-2/cd", true)])), "taken over since");
        assert!(!with(json!([])));
    }
}
