//! A published version, ready to be evaluated: programs compiled once, gates found by tool without a search.

use std::{
    collections::{BTreeSet, HashMap},
    sync::{Arc, LazyLock},
};

use cel::{
    Env,
    common::ast::{Expr, IdedExpr, LiteralValue},
};
use domain::{
    Refusal,
    closure::rule::Rule,
    refusal::Code,
    template,
    workflow::{Condition, Deed, Gate, Review, Stage, Step, Version, Workflow},
};

use super::{
    expected::expected,
    expression,
    pattern::{self, Pattern},
    reads::Reads,
    scope::PATTERN_PREFIX,
    step::conditions,
};

/// At most this many tools are named in a message.
const TOOLS_NAMED: usize = 20;

/// One environment serves every check: it holds functions only.
static ENVIRONMENT: LazyLock<Arc<Env>> = LazyLock::new(|| Arc::new(pattern::environment()));

/// A workflow version with its programs. Never changes; share it in an `Arc`.
#[derive(Debug)]
pub struct Compiled {
    pub(super) workflow: Workflow,
    pub(super) version: Version,
    pub(super) checked_by: String,
    pub(super) gates: Vec<CompiledGate>,
    pub(super) stages: Vec<CompiledStage>,
    /// The condition of each closure policy that has one.
    pub(super) closures: Vec<Option<Program>>,
    /// The conditions of each step, in the order of its definition.
    pub(super) steps: Vec<Vec<Program>>,
    pub(super) patterns: Vec<Pattern>,
    /// What the agent may do instead of calling a blocked tool.
    pub(super) instead: String,
    plans: HashMap<String, Plan>,
    ungated: Plan,
}

/// A gate's programs, in the order of its definition.
#[derive(Debug)]
pub(super) struct CompiledGate {
    pub require: Vec<Program>,
    pub unless: Option<Program>,
    pub risk: Option<Program>,
}

/// A stage's programs, in the order of its definition.
#[derive(Debug)]
pub(super) struct CompiledStage {
    pub entry: Vec<Program>,
    pub exit: Vec<Program>,
    pub unless: Option<Program>,
    pub risk: Option<Program>,
    /// What they read together.
    pub reads: Reads,
}

/// A compiled expression.
#[derive(Debug)]
pub(super) struct Program {
    pub root: IdedExpr,
    pub reads: Reads,
    pub expected: String,
}

/// What a call of a tool has to pass.
#[derive(Debug, Default)]
pub(super) struct Plan {
    /// Positions of its gates, in file order.
    pub gates: Vec<usize>,
    /// The position of its stage.
    pub stage: Option<usize>,
    /// The position of the gate that reviews it.
    pub reviewing: Option<usize>,
    /// What its conditions and its review rule read.
    pub reads: Reads,
    /// The facts it may show: those read, and those of the summary.
    pub facts: Vec<String>,
}

impl Compiled {
    /// Compiles a published version.
    ///
    /// # Errors
    /// `invalid_workflow` when an expression cannot be compiled, which [`super::definition::parse`] has ruled out for
    /// every workflow it gave.
    pub fn new(workflow: Workflow, version: Version) -> Result<Self, Refusal> {
        let mut patterns = Patterns::default();
        let gates = workflow.gates.iter().map(|gate| gate_programs(gate, &mut patterns));
        let gates = gates.collect::<Result<Vec<_>, _>>()?;
        let stages = workflow.stages.iter().map(|stage| stage_programs(stage, &mut patterns));
        let stages = stages.collect::<Result<Vec<_>, _>>()?;
        let closures = workflow.closure.iter().map(|rule| closure_program(rule, &mut patterns));
        let closures = closures.collect::<Result<Vec<_>, _>>()?;
        let steps = workflow.steps.iter().map(|step| step_programs(step, &mut patterns));
        let steps = steps.collect::<Result<Vec<_>, _>>()?;
        let plans = plans(&workflow, &gates);
        let program = env!("CARGO_PKG_VERSION");
        let checked_by = format!("countersign {program} {}@{}", version.name, version.version);
        let (patterns, instead) = (patterns.compiled, instead(&workflow));
        let ungated = Plan::default();
        Ok(Self { workflow, version, checked_by, gates, stages, closures, steps, patterns, instead, plans, ungated })
    }

    /// The definition.
    pub const fn workflow(&self) -> &Workflow {
        &self.workflow
    }

    /// Its place in the sequence of versions.
    pub const fn version(&self) -> &Version {
        &self.version
    }

    /// The facts a check of this tool reads, its title included.
    pub fn facts_of(&self, tool: &str) -> &[String] {
        &self.plan(tool).facts
    }

    pub(super) fn plan(&self, tool: &str) -> &Plan {
        self.plans.get(tool).unwrap_or(&self.ungated)
    }

    pub(super) fn environment() -> Arc<Env> {
        Arc::clone(&ENVIRONMENT)
    }
}

impl Plan {
    fn add(&mut self, position: usize, gate: &Gate, compiled: &CompiledGate) {
        if self.gates.last() == Some(&position) {
            return;
        }
        self.gates.push(position);
        for program in compiled.require.iter().chain(&compiled.unless).chain(&compiled.risk) {
            self.reads.merge(&program.reads);
        }
        let mut shown = self.reads.clone();
        if let Some(review) = &gate.review {
            self.reviewing.get_or_insert(position);
            for expression in template::expressions(review.summary.as_deref().unwrap_or_default()) {
                shown.record(&expression.split('.').collect::<Vec<_>>());
            }
        }
        for fact in shown.facts {
            if !self.facts.contains(&fact) {
                self.facts.push(fact);
            }
        }
    }
}

/// The tools that a blocked agent may call, as a sentence begins.
fn instead(workflow: &Workflow) -> String {
    let gated = workflow.gates.iter().flat_map(|gate| &gate.tools);
    let staged = workflow.stages.iter().flat_map(|stage| &stage.tools);
    let tools: BTreeSet<&str> = gated.chain(staged).map(String::as_str).collect();
    let named: Vec<&str> = tools.iter().take(TOOLS_NAMED).copied().collect();
    match tools.len() {
        0 => "No tool may be called".to_owned(),
        all if all > TOOLS_NAMED => format!("Use one of {} and {} more", named.join(", "), all - TOOLS_NAMED),
        _ => format!("Use one of {}", named.join(", ")),
    }
}

/// The patterns of a workflow, each compiled once.
#[derive(Default)]
struct Patterns {
    sources: Vec<String>,
    compiled: Vec<Pattern>,
}

impl Patterns {
    /// The name by which programs read the compiled form of a pattern.
    fn name_of(&mut self, source: &str) -> Result<String, String> {
        let known = self.sources.iter().position(|known| known == source);
        let position = if let Some(position) = known {
            position
        } else {
            self.compiled.push(Pattern::new(source)?);
            self.sources.push(source.to_owned());
            self.sources.len() - 1
        };
        Ok(format!("{PATTERN_PREFIX}{position}"))
    }

    /// Replaces the literal patterns of `matches` by their compiled forms.
    fn replace_in(&mut self, node: &mut IdedExpr) -> Result<(), String> {
        if let Expr::Call(call) = &mut node.expr
            && call.func_name == "matches"
            && let Some(last) = call.args.last_mut()
        {
            let Expr::Literal(LiteralValue::String(source)) = &last.expr else {
                return Err("the pattern of `matches` must be written as a literal".to_owned());
            };
            last.expr = Expr::Ident(self.name_of(source.inner())?);
        }
        expression::children_mut(node).into_iter().try_for_each(|child| self.replace_in(child))
    }
}

/// Compiles the expressions of one gate or stage.
struct Compiler<'c> {
    patterns: &'c mut Patterns,
    /// How errors call the gate or stage.
    place: String,
}

impl Compiler<'_> {
    fn program(&mut self, source: &str, what: &str) -> Result<Program, Refusal> {
        let place = &self.place;
        let refuse = |message: &str| {
            Refusal::new(Code::InvalidWorkflow, format!("{what} of {place} cannot be compiled: {message}"))
        };
        let parsed = expression::parse(source)
            .map_err(|faults| refuse(faults.first().map(|fault| fault.message.as_str()).unwrap_or_default()))?;
        let mut root = parsed.root;
        let (reads, expected) = (Reads::of(&root), expected(&root, source));
        self.patterns.replace_in(&mut root).map_err(|message| refuse(&message))?;
        Ok(Program { root, reads, expected })
    }

    fn conditions(&mut self, conditions: &[Condition]) -> Result<Vec<Program>, Refusal> {
        let named = |condition: &Condition| format!("the condition {}", condition.name);
        conditions.iter().map(|condition| self.program(&condition.when, &named(condition))).collect()
    }

    /// The programs of `unless` and `risk`.
    fn review(&mut self, review: Option<&Review>) -> Result<(Option<Program>, Option<Program>), Refusal> {
        let unless = review.and_then(|review| review.unless.as_deref());
        let risk = review.and_then(|review| review.risk.as_deref());
        let unless = unless.map(|source| self.program(source, "`unless`")).transpose()?;
        Ok((unless, risk.map(|source| self.program(source, "`risk`")).transpose()?))
    }
}

fn gate_programs(gate: &Gate, patterns: &mut Patterns) -> Result<CompiledGate, Refusal> {
    let mut compiler = Compiler { patterns, place: format!("gate {}", gate.id) };
    let require = compiler.conditions(&gate.require)?;
    let (unless, risk) = compiler.review(gate.review.as_ref())?;
    Ok(CompiledGate { require, unless, risk })
}

fn stage_programs(stage: &Stage, patterns: &mut Patterns) -> Result<CompiledStage, Refusal> {
    let mut compiler = Compiler { patterns, place: format!("stage {}", stage.id) };
    let (entry, exit) = (compiler.conditions(&stage.entry)?, compiler.conditions(&stage.exit)?);
    let (unless, risk) = compiler.review(stage.review.as_ref())?;
    let mut reads = Reads::default();
    for program in entry.iter().chain(&exit).chain(&unless).chain(&risk) {
        reads.merge(&program.reads);
    }
    Ok(CompiledStage { entry, exit, unless, risk, reads })
}

fn closure_program(rule: &Rule, patterns: &mut Patterns) -> Result<Option<Program>, Refusal> {
    let mut compiler = Compiler { patterns, place: format!("closure policy {}", rule.id) };
    rule.condition.as_deref().map(|source| compiler.program(source, "`where`")).transpose()
}

fn step_programs(step: &Step, patterns: &mut Patterns) -> Result<Vec<Program>, Refusal> {
    let Deed::Run(program) = &step.deed else { return Ok(Vec::new()) };
    let mut compiler = Compiler { patterns, place: format!("step {}", step.id) };
    conditions(&program.verify).map(|when| compiler.program(when, "a condition")).collect()
}

/// What a call of each tool has to pass.
fn plans(workflow: &Workflow, gates: &[CompiledGate]) -> HashMap<String, Plan> {
    let mut plans: HashMap<String, Plan> = HashMap::new();
    for (position, gate) in workflow.gates.iter().enumerate() {
        for tool in &gate.tools {
            plans.entry(tool.clone()).or_default().add(position, gate, &gates[position]);
        }
    }
    for (position, stage) in workflow.stages.iter().enumerate() {
        for tool in &stage.tools {
            plans.entry(tool.clone()).or_default().stage = Some(position);
        }
    }
    plans
}
