//! What the conditions of a step say, given what is recorded of the run and its steps.

use cel::{Context, common::value::CowVal, context::VariableResolver};
use domain::workflow::{Deed, Verify};
use serde_json::Value;

use super::{
    compiled::{Compiled, Program},
    evaluate::{self, Answer},
    reads::Reads,
    roots::Roots,
    scope::Scope,
    value::{self, Boxed},
};

/// What one condition of a step says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Said {
    /// The expression.
    pub when: String,
    /// Whether it is true; an error and an absent value are not.
    pub passed: bool,
}

impl Compiled {
    /// What the conditions of the step at a position say. `steps` is what is recorded of each by its id, this one
    /// included.
    pub fn check_step(&self, roots: &Roots, position: usize, steps: &Value) -> Vec<Said> {
        let Deed::Run(program) = &self.workflow.steps[position].deed else { return Vec::new() };
        let programs = &self.steps[position];
        let mut reads = Reads::default();
        for program in programs {
            reads.merge(&program.reads);
        }
        let nothing = Value::Null;
        let scope = Scope::new(self.sources(roots, &nothing), &reads).ok();
        let scope = scope.and_then(|scope| StepScope::new(self, scope, roots, steps));
        let mut context = Context::with_env(Self::environment());
        if let Some(scope) = &scope {
            context.set_variable_resolver(scope);
        }
        let said = |(when, program): (&String, &Program)| Said {
            when: when.clone(),
            passed: scope.is_some() && matches!(evaluate::truth(program, &context), Answer::Value(true)),
        };
        conditions(&program.verify).zip(programs).map(said).collect()
    }
}

/// The conditions among what is verified, in order.
pub(super) fn conditions(verify: &[Verify]) -> impl Iterator<Item = &String> {
    verify.iter().filter_map(|verify| match verify {
        Verify::Condition(when) => Some(when),
        Verify::ExitCode(_) | Verify::FileExists(_) | Verify::Json { .. } => None,
    })
}

/// The names that conditions of gates read, and two more.
struct StepScope<'r> {
    scope: Scope<'r>,
    inputs: Boxed<'r>,
    steps: Boxed<'r>,
}

impl<'r> StepScope<'r> {
    fn new(compiled: &'r Compiled, scope: Scope<'r>, roots: &'r Roots, steps: &'r Value) -> Option<Self> {
        let given = roots.run.inputs.as_object()?.iter();
        let inputs = given.map(|(name, given)| {
            let field = compiled.workflow.inputs.get(name);
            let made = field.map_or_else(|| value::plain(given), |field| value::typed(field.kind, given));
            made.ok().map(|made| (value::key(name), made))
        });
        let inputs = value::map(inputs.collect::<Option<_>>()?);
        Some(Self { scope, inputs, steps: value::plain(steps).ok()? })
    }
}

impl VariableResolver for StepScope<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        match name {
            "inputs" => Some(CowVal::Borrowed(self.inputs.as_ref())),
            "steps" => Some(CowVal::Borrowed(self.steps.as_ref())),
            _ => self.scope.resolve(name),
        }
    }
}

#[cfg(test)]
mod tests;
