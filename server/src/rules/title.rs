//! What an approval is called.

use std::borrow::Cow;

use domain::{
    Time, template,
    workflow::{Review, Workflow},
};
use serde_json::{Map, Value, json};

use super::{compiled::Compiled, roots::Roots};

impl Compiled {
    /// What the rule that asks for a review calls a call; `other` where no gate asks for one.
    pub fn reviewed_title<'t>(&self, roots: &Roots, tool: &str, input: &Value, other: &'t str) -> Cow<'t, str> {
        let gate = self.plan(tool).reviewing.map(|position| &self.workflow.gates[position]);
        let review = gate.and_then(|gate| gate.review.as_ref());
        review.map_or(Cow::Borrowed(other), |review| Cow::Owned(title(self, review, roots, tool, input)))
    }
}

/// The summary of the review rule, filled in; the tool or stage and the subject where there is none.
pub fn title(compiled: &Compiled, review: &Review, roots: &Roots, tool: &str, input: &Value) -> String {
    let Some(summary) = &review.summary else { return Workflow::plain_title(tool, &roots.run.subject) };
    template::fill(summary, &shown(compiled, summary, roots, input))
}

/// The roots a template reads, as JSON.
pub fn shown(compiled: &Compiled, summary: &str, roots: &Roots, input: &Value) -> Value {
    let mut shown = Map::new();
    for expression in template::expressions(summary) {
        let root = expression.split('.').next().unwrap_or_default();
        if !shown.contains_key(root) {
            let value = match root {
                "facts" => facts(compiled, roots),
                "input" => input.clone(),
                "run" => run(compiled, roots),
                "approvals" => approvals(roots),
                "stages" => stages(&compiled.workflow, roots),
                "now" => Value::String(time_text(roots.now)),
                _ => Value::Null,
            };
            shown.insert(root.to_owned(), value);
        }
    }
    Value::Object(shown)
}

pub(super) fn facts(compiled: &Compiled, roots: &Roots) -> Value {
    let current = |name: &String| roots.current(name, &compiled.workflow).map(|value| (name.clone(), value.clone()));
    roots.facts.keys().filter_map(current).collect::<Map<_, _>>().into()
}

fn run(compiled: &Compiled, roots: &Roots) -> Value {
    json!({
        "id": roots.run.id.to_string(),
        "subject": roots.run.subject,
        "requested_by": roots.run.requested_by,
        "inputs": roots.run.inputs,
        "workflow": compiled.version.name,
        "version": compiled.version.version,
    })
}

fn approvals(roots: &Roots) -> Value {
    let shown = roots.approvals.iter().map(|(gate, approval)| {
        let at = approval.at.map(time_text);
        let entry = json!({
            "approved": approval.approved,
            "status": approval.status,
            "notes": approval.notes,
            "at": at,
        });
        (gate.clone(), entry)
    });
    shown.collect::<Map<_, _>>().into()
}

fn stages(workflow: &Workflow, roots: &Roots) -> Value {
    let entry = |(position, stage): (usize, &domain::workflow::Stage)| {
        let newest = roots.stages.progress.at(position);
        let status = newest.state.status();
        let at = newest.state.moved_at().map(time_text);
        let is_complete = roots.stages.progress.is_complete(position);
        let entry = json!({"complete": is_complete, "status": status, "attempt": newest.attempt, "at": at});
        (stage.id.clone(), entry)
    };
    workflow.stages.iter().enumerate().map(entry).collect::<Map<_, _>>().into()
}

fn time_text(time: Time) -> String {
    time.to_rfc3339_opts(chrono::SecondsFormat::Secs, true)
}
