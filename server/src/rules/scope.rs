//! The names a condition can read, resolved from the recorded state when they are read.
//!
//! Scalars are converted at each reading, which borrows and is cheap; lists and objects once before evaluation.

use std::collections::HashMap;

use cel::{
    common::{
        types::{CelInt, CelString},
        value::{CowVal, Val},
    },
    context::VariableResolver,
};
use domain::{
    stage::AttemptStatus,
    workflow::{Tool, Version, Workflow},
};
use serde_json::Value;

use super::{
    members::{Entry, Members},
    pattern::Pattern,
    reads::Reads,
    roots::Roots,
    value::{self, Boxed, Unusable},
};

/// The beginning of the names that stand for compiled patterns; no source can write it.
pub const PATTERN_PREFIX: &str = "@pattern";

/// The state one check reads.
#[derive(Debug)]
pub struct Scope<'r> {
    workflow: &'r Workflow,
    version: &'r Version,
    roots: &'r Roots,
    tool: Option<&'r Tool>,
    input: &'r Value,
    patterns: &'r [Pattern],
    said: &'r Value,
    prepared: Vec<(Slot<'r>, Boxed<'r>)>,
}

/// What kind of map a name lies in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Family {
    /// Facts by name.
    Facts,
    /// Arguments by name.
    Input,
    /// Members of the run.
    Run,
    /// Approvals by gate or stage id.
    Approvals,
    /// Stages by id.
    Stages,
    /// Members of the event that sets a closure going.
    Event,
    /// Members of the approval it is about.
    Approval,
}

/// A value converted before evaluation: a member of a family, or the whole family.
type Slot<'r> = (Family, Option<&'r str>);

/// What a scope is made of.
#[derive(Debug, Clone, Copy)]
pub struct Sources<'r> {
    /// The definition: types and ages of facts.
    pub workflow: &'r Workflow,
    /// Its version.
    pub version: &'r Version,
    /// The recorded state.
    pub roots: &'r Roots,
    /// The tool's manifest, if it has one.
    pub tool: Option<&'r Tool>,
    /// The input.
    pub input: &'r Value,
    /// The compiled patterns of the workflow.
    pub patterns: &'r [Pattern],
    /// The roots of a closure, `event` and `approval`; null for any other expression.
    pub said: &'r Value,
}

impl<'r> Scope<'r> {
    /// A scope for expressions that read no more than `reads`.
    pub fn new(sources: Sources<'r>, reads: &'r Reads) -> Result<Self, Unusable> {
        let Sources { workflow, version, roots, tool, input, patterns, said } = sources;
        let mut scope = Self { workflow, version, roots, tool, input, patterns, said, prepared: Vec::new() };
        for name in &reads.facts {
            if let Some(recorded) = scope.current(name).filter(|value| value::is_compound(value)) {
                scope.prepared.push(((Family::Facts, Some(name)), value::plain(recorded)?));
            }
        }
        for name in &reads.inputs {
            if let Some(given) = input.get(name).filter(|value| value::is_compound(value)) {
                scope.prepared.push(((Family::Input, Some(name)), value::plain(given)?));
            }
        }
        if reads.is_input_whole {
            let whole = scope.whole_input()?;
            scope.prepared.push(((Family::Input, None), whole));
        }
        if reads.run.iter().any(|member| member == "inputs") {
            scope.prepared.push(((Family::Run, Some("inputs")), value::plain(&roots.run.inputs)?));
        }
        Ok(scope)
    }

    /// The value of a fact that may be relied on now.
    fn current(&self, name: &str) -> Option<&'r Value> {
        let rule = self.workflow.facts.get(name)?;
        let fact = self.roots.facts.get(name)?;
        fact.is_current(rule.max_age, self.roots.now).then_some(&fact.value)
    }

    fn whole_input(&self) -> Result<Boxed<'r>, Unusable> {
        let Some(object) = self.input.as_object() else { return value::plain(self.input) };
        let entry = |(name, given): (&'r String, &'r Value)| Ok((value::key(name), self.argument(name, given)?));
        Ok(value::map(object.iter().map(entry).collect::<Result<_, _>>()?))
    }

    fn argument(&self, name: &str, given: &'r Value) -> Result<Boxed<'r>, Unusable> {
        let fields = self.tool.and_then(|tool| tool.input.as_ref());
        fields
            .and_then(|fields| fields.get(name))
            .map_or_else(|| value::plain(given), |field| value::typed(field.kind, given))
    }

    fn ready(&self, slot: Slot<'_>) -> Option<&(dyn Val + 'r)> {
        self.prepared.iter().find(|(known, _)| *known == slot).map(|(_, value)| value.as_ref())
    }

    /// A member of a map; `None` when it is absent.
    pub fn member<'b>(&'b self, family: Family, name: &str) -> Option<Result<CowVal<'b, 'b>, Unusable>> {
        if let Some(ready) = self.ready((family, Some(name))) {
            return Some(Ok(CowVal::Borrowed(ready)));
        }
        let made = match family {
            Family::Facts => {
                let kind = self.workflow.fact_type(name)?;
                value::typed(kind, self.current(name)?)
            }
            Family::Input => self.argument(name, self.input.get(name)?),
            Family::Run => self.run(name)?,
            Family::Approvals => Ok(Box::new(Entry(self.roots.approvals.get(name)?)) as Boxed<'b>),
            Family::Stages => Ok(self.stage(name)?),
            Family::Event => value::plain(self.said.get("event")?.get(name)?),
            Family::Approval => value::plain(self.said.get("approval")?.get(name)?),
        };
        Some(made.map(CowVal::Owned))
    }

    fn stage(&self, id: &str) -> Option<Boxed<'r>> {
        let position = self.workflow.stages.iter().position(|stage| stage.id == id)?;
        let newest = self.roots.stages.progress.get(position)?;
        let status = newest.state.status();
        let mut members = HashMap::from([
            (value::key("complete"), value::truth(status == AttemptStatus::Complete)),
            (value::key("status"), value::text(status.as_str())),
            (value::key("attempt"), Box::new(CelInt::from(i64::from(newest.attempt))) as Boxed<'r>),
        ]);
        if let Some(at) = newest.state.moved_at() {
            members.insert(value::key("at"), value::moment(at));
        }
        Some(value::map(members))
    }

    fn run(&self, name: &str) -> Option<Result<Boxed<'r>, Unusable>> {
        let run = &self.roots.run;
        Some(Ok(match name {
            "id" => Box::new(CelString::from(run.id.to_string())),
            "subject" => value::text(&run.subject),
            "workflow" => value::text(&self.version.name),
            "version" => Box::new(CelInt::from(i64::from(self.version.version))),
            "requested_by" => value::text(run.requested_by.as_deref()?),
            "inputs" => return Some(value::plain(&run.inputs)),
            _ => return None,
        }))
    }
}

impl VariableResolver for Scope<'_> {
    fn resolve<'b>(&'b self, name: &str) -> Option<CowVal<'b, 'b>> {
        if let Some((root, member)) = name.split_once('.') {
            let family = family(root)?;
            // The evaluator tries `input.a.b` as one name first. An agent may send an argument that is called "a.b";
            // it must not stand in for the member `b` of the argument `a`.
            if member.contains('.') {
                return None;
            }
            // A value that cannot be converted is left to the map below, which says so instead of "absent".
            return self.member(family, member).and_then(Result::ok);
        }
        if name == "now" {
            return Some(CowVal::Owned(value::moment(self.roots.now)));
        }
        if let Some(index) = name.strip_prefix(PATTERN_PREFIX) {
            let index: usize = index.parse().ok()?;
            return self.patterns.get(index).map(|pattern| CowVal::Borrowed(pattern as &dyn Val));
        }
        let family = family(name)?;
        if let Some(whole) = self.ready((family, None)) {
            return Some(CowVal::Borrowed(whole));
        }
        Some(CowVal::owned(Members { scope: self, family }))
    }
}

fn family(root: &str) -> Option<Family> {
    Some(match root {
        "facts" => Family::Facts,
        "input" => Family::Input,
        "run" => Family::Run,
        "approvals" => Family::Approvals,
        "stages" => Family::Stages,
        "event" => Family::Event,
        "approval" => Family::Approval,
        _ => return None,
    })
}
