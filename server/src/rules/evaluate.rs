//! The ruling on one call.
//!
//! Block beats review, review beats allow; a review is asked for only after every condition of every gate of the
//! tool holds. Whatever fails to evaluate does not hold.

use std::panic::{AssertUnwindSafe, catch_unwind};

use cel::{
    Context, Value as CelValue,
    common::{
        types::{CelBool, CelString},
        value::Val,
    },
};
use domain::{
    gate::{ConditionResult, Evidence, GateResult},
    judge::{Finding, Ruling, Threshold},
    workflow::{Default as Fallback, Risk, Tool, Workflow},
};
use serde_json::Value;

use super::{
    compiled::{Compiled, Plan, Program},
    evidence,
    roots::{Outstanding, Roots},
    scope::{Scope, Sources},
    threshold::staged,
    title::title,
};

/// The gate id of calls that no gate guards.
pub const DEFAULT_GATE: &str = "default";
/// The gate id of calls that undo an effect of a failed stage.
pub const COMPENSATION_GATE: &str = "compensation";

impl Compiled {
    /// Rules on a call of `tool` with `input`, given what is recorded.
    ///
    /// The same function serves the first check, the re-check when a reviewer approves and the re-check when the
    /// approved call comes again: [`Ruling::Block`] always means that the call may not run as things stand.
    pub fn check_call(&self, roots: &Roots, tool: &str, input: &Value) -> Finding {
        self.check_named(roots, tool, input, "")
    }

    /// The same, for a call by its id: the one that undoes an effect of a failed stage is called by its compensation's.
    pub fn check_named(&self, roots: &Roots, tool: &str, input: &Value, id: &str) -> Finding {
        let manifest = self.workflow.tools.get(tool);
        let check = Check { compiled: self, plan: self.plan(tool), manifest, roots, tool, input };
        let faults = manifest.map(|manifest| manifest.input_faults(input)).unwrap_or_default();
        if !faults.is_empty() {
            let faults: Vec<String> = faults.iter().map(|fault| format!("{} {}", fault.path, fault.message)).collect();
            return check.blocked(format!("INPUT_INVALID: {}", faults.join("; ")));
        }
        let outstanding = &roots.stages.outstanding;
        let is_asked = |call: &&Outstanding| call.is_asked && call.tool == tool && call.input == *input;
        if outstanding.iter().filter(is_asked).any(|call| call.id.to_string() == id) {
            return check.compensating();
        }
        if manifest.is_some_and(|manifest| manifest.compensation_only) {
            return check.blocked(format!(
                "COMPENSATION_ONLY: {tool} undoes an effect of a failed stage. It may run with the id and the exact \
                 input of a compensation that was asked for, and never else."
            ));
        }
        let finding = check.judged();
        let Some(position) = check.plan.stage else { return finding };
        let (threshold, shut) = self.threshold(roots, position);
        staged(finding, threshold, shut)
    }

    /// What the gates say of a call whose stage has yet to be entered, as if it had been. Never an answer to the call.
    pub fn check_past_threshold(&self, roots: &Roots, tool: &str, input: &Value) -> Finding {
        let (plan, manifest) = (self.plan(tool), self.workflow.tools.get(tool));
        Check { compiled: self, plan, manifest, roots, tool, input }.judged()
    }
}

impl Compiled {
    /// What an approval shows that no gate asked for: what the agent said beside what is recorded.
    pub fn beside(&self, roots: &Roots) -> Evidence {
        Evidence {
            gate_id: String::new(),
            checked_at: roots.now,
            checked_by: self.checked_by.clone(),
            result: GateResult::Passed,
            conditions: Vec::new(),
            assertions: evidence::assertions(&self.workflow, roots),
        }
    }
}

/// One check of one call.
struct Check<'c> {
    compiled: &'c Compiled,
    plan: &'c Plan,
    manifest: Option<&'c Tool>,
    roots: &'c Roots,
    tool: &'c str,
    input: &'c Value,
}

impl Check<'_> {
    /// What the gates and the default say, whatever stage it is.
    fn judged(&self) -> Finding {
        if self.plan.gates.is_empty() {
            return if self.plan.stage.is_some() {
                self.finding(None, Vec::new(), Ruling::Allow)
            } else {
                self.ungated()
            };
        }
        let sources = Sources {
            workflow: self.workflow(),
            version: &self.compiled.version,
            roots: self.roots,
            tool: self.manifest,
            input: self.input,
            patterns: &self.compiled.patterns,
            said: &Value::Null,
        };
        match Scope::new(sources, &self.plan.reads) {
            Ok(scope) => {
                let mut context = Context::with_env(Compiled::environment());
                context.set_variable_resolver(&scope);
                self.gated(&context)
            }
            Err(unusable) => self.blocked(format!("EVALUATION_FAILED: {unusable}. Nothing ran.")),
        }
    }

    /// A call that undoes an effect: it was asked for with this id and this input, which is all it needs.
    fn compensating(&self) -> Finding {
        let mut finding = self.finding(None, Vec::new(), Ruling::Allow);
        COMPENSATION_GATE.clone_into(&mut finding.gate_id);
        COMPENSATION_GATE.clone_into(&mut finding.evidence.gate_id);
        finding.is_guarded = false;
        finding
    }

    fn gated(&self, context: &Context<'_, '_>) -> Finding {
        let mut conditions = Vec::new();
        let mut is_broken = false;
        let mut blocking = None;
        for position in &self.plan.gates {
            let (gate, programs) = (&self.workflow().gates[*position], &self.compiled.gates[*position]);
            for (condition, program) in gate.require.iter().zip(&programs.require) {
                let answer = truth(program, context);
                let passed = matches!(answer, Answer::Value(true));
                is_broken |= matches!(answer, Answer::Broken);
                if !passed {
                    blocking.get_or_insert(*position);
                }
                let workflow = self.workflow();
                conditions.push(evidence::record(condition, program, passed, workflow, self.roots, self.input));
            }
        }
        let ruling = match blocking {
            Some(_) => Ruling::Block { error: prerequisite_error(&conditions, is_broken) },
            None => self.plan.reviewing.map_or(Ruling::Allow, |position| self.reviewed(position, context)),
        };
        self.finding(blocking, conditions, ruling)
    }

    /// What the review rule says, every condition holding.
    fn reviewed(&self, position: usize, context: &Context<'_, '_>) -> Ruling {
        let programs = &self.compiled.gates[position];
        let Some(review) = &self.workflow().gates[position].review else { return Ruling::Allow };
        match programs.unless.as_ref().map(|unless| truth(unless, context)) {
            Some(Answer::Value(true)) => return Ruling::Allow,
            Some(Answer::Broken) => return Ruling::Block { error: broken("the review rule") },
            Some(Answer::Value(false) | Answer::Other) | None => {}
        }
        let stated = programs.risk.as_ref().map_or(Risk::Low, |risk| risk_of(risk, context));
        let title = title(self.compiled, review, self.roots, self.tool, self.input);
        Ruling::Review { policy: review.policy.clone(), title, risk: stated.max(self.manifest_risk()) }
    }

    /// A call of a tool that no gate names.
    fn ungated(&self) -> Finding {
        let ruling = match &self.workflow().default {
            Fallback::Allow => Ruling::Allow,
            Fallback::Block => Ruling::Block { error: self.not_allowed() },
            Fallback::Review(policy) => Ruling::Review {
                policy: policy.clone(),
                title: Workflow::plain_title(self.tool, &self.roots.run.subject),
                risk: self.manifest_risk(),
            },
        };
        self.finding(None, Vec::new(), ruling)
    }

    fn blocked(&self, error: String) -> Finding {
        self.finding(None, Vec::new(), Ruling::Block { error })
    }

    fn finding(&self, blocking: Option<usize>, conditions: Vec<ConditionResult>, ruling: Ruling) -> Finding {
        let position = self.plan.reviewing.or(blocking).or_else(|| self.plan.gates.first().copied());
        let stage = || self.plan.stage.map_or(DEFAULT_GATE, |stage| &self.workflow().stages[stage].id);
        let gate_id = position.map_or_else(stage, |position| &self.workflow().gates[position].id).to_owned();
        let result = match ruling {
            Ruling::Block { .. } => GateResult::Failed,
            Ruling::Allow | Ruling::Review { .. } => GateResult::Passed,
        };
        let evidence = Evidence {
            gate_id: gate_id.clone(),
            checked_at: self.roots.now,
            checked_by: self.compiled.checked_by.clone(),
            result,
            conditions,
            assertions: evidence::assertions(self.workflow(), self.roots),
        };
        let is_named = !self.plan.gates.is_empty() || self.plan.stage.is_some();
        let is_guarded = is_named || matches!(self.workflow().default, Fallback::Review(_));
        Finding { gate_id, is_guarded, evidence, ruling, threshold: Threshold::Open }
    }

    fn workflow(&self) -> &Workflow {
        &self.compiled.workflow
    }

    /// The manifest's risk; a tool without a manifest may do anything.
    fn manifest_risk(&self) -> Risk {
        self.manifest.map_or(Risk::High, |manifest| manifest.risk)
    }

    fn not_allowed(&self) -> String {
        let (tool, workflow, instead) = (self.tool, &self.workflow().name, &self.compiled.instead);
        format!(
            "TOOL_NOT_ALLOWED: no gate or stage of {workflow} names the tool {tool}, and other tools are blocked. \
             {instead}, or ask an administrator to add {tool} to the workflow."
        )
    }
}

/// The messages of the unmet conditions, each once.
pub(super) fn messages(conditions: &[ConditionResult]) -> String {
    let mut messages: Vec<&str> = Vec::new();
    for message in conditions.iter().filter_map(|condition| condition.message.as_deref()) {
        if !messages.contains(&message) {
            messages.push(message);
        }
    }
    messages.join(" ")
}

fn prerequisite_error(conditions: &[ConditionResult], is_broken: bool) -> String {
    let note = if is_broken { format!(" {}", broken("a condition")) } else { String::new() };
    format!("PREREQUISITE_FAILED: {}{note}", messages(conditions))
}

pub(super) fn broken(what: &str) -> String {
    format!("EVALUATION_FAILED: {what} could not be evaluated. Nothing ran; tell an administrator.")
}

/// What became of an expression.
pub(super) enum Answer<T> {
    /// A value of the wanted type.
    Value(T),
    /// A value of another type, or none: something absent, an error.
    Other,
    /// The evaluator itself failed.
    Broken,
}

pub(super) fn truth(program: &Program, context: &Context<'_, '_>) -> Answer<bool> {
    evaluate(program, context, |value| value.downcast_ref::<CelBool>().map(|flag| *flag.inner()))
}

/// The risk an expression names; anything that is not one of the three levels is the highest.
pub(super) fn risk_of(program: &Program, context: &Context<'_, '_>) -> Risk {
    let named = evaluate(program, context, |value| value.downcast_ref::<CelString<'_>>()?.inner().parse().ok());
    match named {
        Answer::Value(risk) => risk,
        Answer::Other | Answer::Broken => Risk::High,
    }
}

fn evaluate<T>(program: &Program, context: &Context<'_, '_>, read: impl FnOnce(&dyn Val) -> Option<T>) -> Answer<T> {
    // The evaluator panics on trees it did not expect; whatever it leaves behind is dropped with this check.
    let outcome = catch_unwind(AssertUnwindSafe(|| {
        CelValue::resolve_val(&program.root, context).ok().and_then(|value| read(value.as_ref()))
    }));
    match outcome {
        Ok(Some(value)) => Answer::Value(value),
        Ok(None) => Answer::Other,
        Err(_) => Answer::Broken,
    }
}

#[cfg(test)]
mod evidence_tests;
#[cfg(test)]
mod hostile;
#[cfg(test)]
pub(super) mod tests;
