//! The rulings on stages: may one be entered, is it complete, must people agree, and what undoes it.

use cel::Context;
use domain::{
    gate::{ConditionResult, Evidence, GateResult},
    judge::Ruling,
    template,
    workflow::{Condition, Risk, Stage},
};
use serde_json::{Map, Value};

use super::{
    compiled::{Compiled, CompiledStage, Program},
    evaluate::{self, Answer},
    evidence,
    roots::{Outstanding, Roots},
    scope::{Scope, Sources},
    title::{shown, title},
};

/// What stands in evidence while effects of a failed stage are not undone.
const EFFECTS_UNDONE: &str = "effects_undone";

/// How the conditions at one end of a stage stand.
#[derive(Debug, Clone, PartialEq)]
pub struct Exam {
    /// What each saw.
    pub evidence: Evidence,
    /// Whether all hold.
    pub is_met: bool,
}

impl Exam {
    /// The conditions that do not hold.
    pub fn unmet(&self) -> Vec<&ConditionResult> {
        self.evidence.conditions.iter().filter(|condition| !condition.passed).collect()
    }

    /// What to do about them, each message once.
    pub fn advice(&self) -> String {
        evaluate::messages(&self.evidence.conditions)
    }
}

impl Compiled {
    /// Whether the stage at a position may be entered: its own conditions hold, the stage before is complete, and
    /// nothing is left to be undone.
    pub fn check_entry(&self, roots: &Roots, position: usize) -> Exam {
        let stage = &self.workflow.stages[position];
        let mut conditions = self.examine(roots, position, &stage.entry, |compiled| &compiled.entry);
        if position > 0 {
            conditions.push(self.stage_before(roots, position));
        }
        if !roots.stages.outstanding.is_empty() {
            conditions.push(effects_undone(roots));
        }
        self.exam(roots, stage, conditions)
    }

    /// Whether what the stage at a position is there for is recorded.
    pub fn check_exit(&self, roots: &Roots, position: usize) -> Exam {
        let stage = &self.workflow.stages[position];
        let conditions = self.examine(roots, position, &stage.exit, |compiled| &compiled.exit);
        // A stage without criteria would be complete by nobody's word; no definition with one is published.
        let has_any = !stage.exit.is_empty();
        let mut exam = self.exam(roots, stage, conditions);
        exam.is_met &= has_any;
        exam
    }

    /// Whether people must agree to the completion of the stage at a position, its exit criteria holding.
    pub fn stage_review(&self, roots: &Roots, position: usize) -> Ruling {
        let (stage, compiled) = (&self.workflow.stages[position], &self.stages[position]);
        let Some(review) = &stage.review else { return Ruling::Allow };
        let input = Value::Null;
        let Ok(scope) = Scope::new(self.sources(roots, &input), &compiled.reads) else {
            return Ruling::Block { error: evaluate::broken("the review rule") };
        };
        let mut context = Context::with_env(Self::environment());
        context.set_variable_resolver(&scope);
        match compiled.unless.as_ref().map(|unless| evaluate::truth(unless, &context)) {
            Some(Answer::Value(true)) => return Ruling::Allow,
            Some(Answer::Broken) => return Ruling::Block { error: evaluate::broken("the review rule") },
            Some(Answer::Value(false) | Answer::Other) | None => {}
        }
        let stated = compiled.risk.as_ref().map_or(Risk::Low, |risk| evaluate::risk_of(risk, &context));
        let of_tools = stage.tools.iter().filter_map(|tool| self.workflow.tools.get(tool)).map(|tool| tool.risk);
        let next = self.workflow.stages.get(position + 1).into_iter().flat_map(|next| &next.tools);
        // What the approval lets happen next counts as well.
        let of_next = next.filter_map(|tool| self.workflow.tools.get(tool)).map(|tool| tool.risk);
        let risk = of_tools.chain(of_next).max().unwrap_or(Risk::Medium).max(stated);
        let title = title(self, review, roots, &stage.id, &Value::Null);
        Ruling::Review { policy: review.policy.clone(), title, risk }
    }

    /// The calls that undo the effects of the stage at a position, in the order of the definition, with their inputs
    /// as things are recorded now; or the facts without which there is none.
    pub fn compensations(&self, roots: &Roots, position: usize) -> Vec<(usize, Result<Value, Vec<String>>)> {
        let calls = self.workflow.stages[position].compensate.iter().enumerate();
        calls
            .map(|(place, call)| {
                let mut missing = Vec::new();
                let filled: Map<String, Value> = call
                    .input
                    .iter()
                    .map(|(name, value)| (name.clone(), self.filled(roots, value, &mut missing)))
                    .collect();
                (place, if missing.is_empty() { Ok(Value::Object(filled)) } else { Err(missing) })
            })
            .collect()
    }

    /// A text of a compensation's input. One that is a single `{{…}}` becomes the very value, whatever its type.
    fn filled(&self, roots: &Roots, value: &Value, missing: &mut Vec<String>) -> Value {
        let Some(text) = value.as_str() else { return value.clone() };
        let expressions = template::expressions(text);
        if expressions.is_empty() {
            return value.clone();
        }
        let shown = shown(self, text, roots, &Value::Null);
        let found = |path: &str| {
            let value = path.split('.').try_fold(&shown, |value, step| value.get(step));
            value.filter(|value| !value.is_null()).cloned()
        };
        missing.extend(expressions.iter().filter(|path| found(path).is_none()).map(|path| (*path).to_owned()));
        match expressions.as_slice() {
            [only] if text.trim().starts_with("{{") && text.trim().ends_with("}}") => found(only).unwrap_or_default(),
            _ => Value::String(template::fill_whole(text, &shown)),
        }
    }

    fn examine(
        &self,
        roots: &Roots,
        position: usize,
        conditions: &[Condition],
        programs: impl Fn(&CompiledStage) -> &Vec<Program>,
    ) -> Vec<ConditionResult> {
        let compiled = &self.stages[position];
        let input = Value::Null;
        let scope = Scope::new(self.sources(roots, &input), &compiled.reads).ok();
        let mut context = Context::with_env(Self::environment());
        if let Some(scope) = &scope {
            context.set_variable_resolver(scope);
        }
        let seen = |(condition, program): (&Condition, &Program)| {
            let passed = scope.is_some() && matches!(evaluate::truth(program, &context), Answer::Value(true));
            evidence::record(condition, program, passed, &self.workflow, roots, &input)
        };
        conditions.iter().zip(programs(compiled)).map(seen).collect()
    }

    pub(super) fn sources<'r>(&'r self, roots: &'r Roots, input: &'r Value) -> Sources<'r> {
        let (workflow, version, patterns) = (&self.workflow, &self.version, &self.patterns);
        Sources { workflow, version, roots, tool: None, input, patterns, said: &Value::Null }
    }

    fn exam(&self, roots: &Roots, stage: &Stage, conditions: Vec<ConditionResult>) -> Exam {
        let is_met = conditions.iter().all(|condition| condition.passed);
        let evidence = Evidence {
            gate_id: stage.id.clone(),
            checked_at: roots.now,
            checked_by: self.checked_by.clone(),
            result: if is_met { GateResult::Passed } else { GateResult::Failed },
            conditions,
            assertions: evidence::assertions(&self.workflow, roots),
        };
        Exam { evidence, is_met }
    }
}

/// A condition of the engine's own, not yet told what is recorded.
pub(super) fn about(name: &str, when: String, expected: &str) -> ConditionResult {
    ConditionResult {
        name: name.to_owned(),
        when,
        expected: expected.to_owned(),
        recorded: Value::Null,
        source: Some("stages".to_owned()),
        recorded_at: None,
        passed: false,
        message: None,
        facts: Vec::new(),
    }
}

fn effects_undone(roots: &Roots) -> ConditionResult {
    let told = |call: &Outstanding| {
        let (tool, id) = (&call.tool, call.id);
        if call.is_asked {
            format!("Call {tool} with the id {id} and exactly the input it was asked with, and report it.")
        } else {
            format!("{tool} ({id}) needs a person.")
        }
    };
    let calls = roots.stages.outstanding.iter().map(told);
    let message = format!("Effects of a failed stage still stand. {}", calls.collect::<Vec<_>>().join(" "));
    let recorded = roots.stages.outstanding.iter().map(|call| Value::from(call.id.to_string())).collect();
    let condition = about(EFFECTS_UNDONE, "no compensation is outstanding".to_owned(), "[]");
    ConditionResult { recorded: Value::Array(recorded), message: Some(message), ..condition }
}

#[cfg(test)]
mod tests;
