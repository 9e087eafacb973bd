//! Closure policies of a published version: whether one follows an event, and what its steps are.

use cel::Context;
use domain::{
    closure::rule::{Moment, Planned},
    id::RunId,
};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    compiled::Compiled,
    evaluate::{self, Answer},
    reads::Reads,
    roots::{Roots, RunRoot, Stages},
    scope::{Scope, Sources},
    title,
};

/// Whether a policy follows an event.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follows {
    /// It does.
    Yes,
    /// Its condition is false.
    No,
    /// Its condition could not be evaluated: nobody knows.
    Unknown,
}

impl Roots {
    /// Nothing recorded: an event from elsewhere belongs to no run.
    pub fn of_nothing(now: domain::Time) -> Self {
        let run = RunRoot {
            id: RunId::from_uuid(Uuid::nil()),
            subject: String::new(),
            requested_by: None,
            inputs: Value::Null,
        };
        Self {
            run: run.into(),
            facts: std::sync::Arc::default(),
            stages: Stages::default().into(),
            approvals: std::collections::BTreeMap::new(),
            assertions: std::collections::BTreeMap::new(),
            now,
        }
    }
}

impl Compiled {
    /// Whether any policy follows such a moment.
    pub fn closes_after(&self, moment: Moment) -> bool {
        self.workflow.closure.iter().any(|rule| rule.after == moment)
    }

    /// Whether the policy at a position follows an event. `said` has the roots `event` and `approval`.
    pub fn follows(&self, roots: &Roots, position: usize, said: &Value) -> Follows {
        let Some(program) = &self.closures[position] else { return Follows::Yes };
        let (workflow, version, patterns) = (&self.workflow, &self.version, &self.patterns);
        let sources = Sources { workflow, version, roots, tool: None, input: &Value::Null, patterns, said };
        let reads: &Reads = &program.reads;
        let Ok(scope) = Scope::new(sources, reads) else { return Follows::Unknown };
        let mut context = Context::with_env(Self::environment());
        context.set_variable_resolver(&scope);
        match evaluate::truth(program, &context) {
            Answer::Value(true) => Follows::Yes,
            Answer::Value(false) => Follows::No,
            Answer::Other | Answer::Broken => Follows::Unknown,
        }
    }

    /// The steps of the policy at a position, filled in.
    pub fn plan_closure(&self, roots: &Roots, position: usize, said: &Value) -> Vec<Planned> {
        let mut all = json!({
            "run": {"id": roots.run.id.to_string(), "subject": roots.run.subject},
            "facts": title::facts(self, roots),
        });
        for root in ["event", "approval"] {
            all[root] = said.get(root).cloned().unwrap_or_default();
        }
        self.workflow.closure[position].steps.iter().map(|step| step.plan(&all)).collect()
    }
}
