//! A workflow definition as published: tools, facts, gates and policies. Reading YAML is `server/src/rules`' work.

pub mod comparison;
pub mod shown;
pub mod stage;
pub mod standing;
pub mod step;
pub mod trust;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::{
    Digest, FieldError,
    escalation::sla::Limits,
    field::{Field, FieldType},
    policy::Policy,
    template,
};
pub use stage::{Advance, Compensate, OnFailure, OnReject, Stage};
pub use step::{Analyst, Deed, Program, Step, Verify};
pub use trust::Trust;

/// One published version of a workflow.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Workflow {
    /// The name in URLs: letters, digits and hyphens.
    pub name: String,
    /// The title people read.
    pub title: String,
    /// What a run's subject is, e.g. `customer_id`.
    pub subject: String,
    /// What happens to tools no gate names.
    pub default: Default,
    /// Whether the agent could have reported tool results itself.
    pub trust: Trust,
    /// The manifest: what risk and the approval page rely on.
    pub tools: BTreeMap<String, Tool>,
    /// The facts conditions may read.
    pub facts: BTreeMap<String, FactRule>,
    /// Whether stages follow each other by themselves.
    pub advance: Advance,
    /// The stages, in file order.
    pub stages: Vec<Stage>,
    /// The gates, in file order.
    pub gates: Vec<Gate>,
    /// The policies by name.
    pub policies: BTreeMap<String, Policy>,
    /// The policy of approvals an agent asks for itself; without one it may not.
    pub requests: Option<String>,
    /// How long people may take with what agents hand over.
    #[serde(default)]
    pub escalations: Limits,
    /// What is finished by itself once something is settled.
    #[serde(default)]
    pub closure: Vec<crate::closure::rule::Rule>,
    /// What an enforced execution is begun with, by name.
    #[serde(default)]
    pub inputs: BTreeMap<String, Field>,
    /// The steps of an enforced execution, in file order.
    #[serde(default)]
    pub steps: Vec<Step>,
}

/// A workflow with its place in the sequence of versions.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Version {
    /// The workflow's name.
    pub name: String,
    /// From 1.
    pub version: u32,
    /// The digest of the published text.
    pub digest: Digest,
}

/// What happens to a tool that no gate names.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Default {
    /// It may run.
    Allow,
    /// It may not run.
    Block,
    /// A person decides by this policy.
    Review(String),
}

crate::actor::words! {
    /// How much damage a wrong call does.
    Risk {
        /// Little.
        Low = "low",
        /// Some.
        Medium = "medium",
        /// Much, or not to be undone.
        High = "high",
    }
}
use crate::actor::UnknownWord;
use std::{fmt, str::FromStr};

/// What the manifest says of a tool.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tool {
    /// The arguments; `None` accepts any object.
    pub input: Option<BTreeMap<String, Field>>,
    /// Whether its effect can be undone.
    pub reversible: bool,
    /// Its risk: as stated, else high when irreversible, else medium.
    pub risk: Risk,
    /// Whom or what one call touches, in words.
    pub blast_radius: Option<String>,
    /// Why nobody needs to answer for an irreversible call.
    pub accept_irreversible: Option<String>,
    /// Whether it may be called to undo something, and for nothing else.
    pub compensation_only: bool,
}

impl Tool {
    /// The faults of an input, by JSON pointer.
    pub fn input_faults(&self, input: &Value) -> Vec<FieldError> {
        let Some(object) = input.as_object() else {
            return vec![FieldError::new("/input", "expected an object")];
        };
        let Some(fields) = &self.input else { return Vec::new() };
        let unknown = object.keys().filter(|name| !fields.contains_key(*name)).map(|name| {
            FieldError::new(format!("/input/{name}"), "the tool's manifest has no such argument".to_owned())
        });
        let ill_typed = fields.iter().filter_map(|(name, field)| match object.get(name) {
            None if field.optional => None,
            None => Some(FieldError::new(format!("/input/{name}"), "missing")),
            Some(value) => field.fault(value).map(|fault| FieldError::new(format!("/input/{name}"), fault)),
        });
        unknown.chain(ill_typed).collect()
    }
}

/// Who may write a fact.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum FactSource {
    /// A system of record, by a key with the `system` scope.
    System,
    /// The result of an allowed call of a tool.
    Tool {
        /// The tool.
        tool: String,
        /// JSON pointer into its output.
        path: String,
    },
}

/// A declared fact.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FactRule {
    /// Its type and limits.
    #[serde(flatten)]
    pub field: Field,
    /// Its only writer.
    pub from: FactSource,
    /// Seconds after which it counts as absent.
    pub max_age: Option<u64>,
}

/// A condition: a CEL expression with its name and the message for when it is not met.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Condition {
    /// Its name, unique in its gate.
    pub name: String,
    /// The CEL text.
    pub when: String,
    /// What the agent reads when it is not met.
    pub otherwise: String,
}

/// When and by whose policy a call must be reviewed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Review {
    /// The CEL text that, when true, skips the review.
    pub unless: Option<String>,
    /// The policy's name.
    pub policy: String,
    /// What the approval is called, with `{{…}}`.
    pub summary: Option<String>,
    /// A CEL text that gives the risk, on top of the manifest's.
    pub risk: Option<String>,
}

/// Conditions and review rule guarding tools.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Gate {
    /// A CEL identifier, unique in the workflow.
    pub id: String,
    /// The tools it guards.
    pub tools: Vec<String>,
    /// What must hold.
    pub require: Vec<Condition>,
    /// Who must agree.
    pub review: Option<Review>,
}

impl Workflow {
    /// The type of a fact, if it is declared.
    pub fn fact_type(&self, name: &str) -> Option<FieldType> {
        self.facts.get(name).map(|rule| rule.field.kind)
    }

    /// The stage a tool belongs to.
    pub fn stage_of(&self, tool: &str) -> Option<usize> {
        self.stages.iter().position(|stage| stage.tools.iter().any(|owned| owned == tool))
    }

    /// The tools of a stage whose effect a compensation undoes: those whose results its input is made of, else all. A
    /// definition that is published leaves one.
    pub fn undone_by<'a>(&'a self, stage: &'a Stage, call: &'a Compensate) -> Vec<&'a str> {
        let texts = call.input.values().filter_map(Value::as_str).flat_map(template::expressions);
        let facts = texts.filter_map(|path| path.strip_prefix("facts.")?.split('.').next());
        let writers = facts.filter_map(|fact| match &self.facts.get(fact)?.from {
            FactSource::Tool { tool, .. } => Some(tool.as_str()),
            FactSource::System => None,
        });
        let writers: Vec<&str> = writers.filter(|tool| stage.tools.iter().any(|own| own == tool)).collect();
        if writers.is_empty() { stage.tools.iter().map(String::as_str).collect() } else { writers }
    }

    /// The gates that guard a tool, in file order.
    pub fn gates_of<'a>(&'a self, tool: &'a str) -> impl Iterator<Item = &'a Gate> {
        self.gates.iter().filter(move |gate| gate.tools.iter().any(|guarded| guarded == tool))
    }

    /// The faults of what a run is begun with, by JSON pointer. A workflow that declares nothing takes anything.
    pub fn inputs_faults(&self, inputs: &serde_json::Map<String, Value>) -> Vec<FieldError> {
        if self.steps.is_empty() {
            return Vec::new();
        }
        let unknown = inputs.keys().filter(|name| !self.inputs.contains_key(*name));
        let unknown = unknown.map(|name| FieldError::new(format!("/inputs/{name}"), "the workflow has no such input"));
        let ill_typed = self.inputs.iter().filter_map(|(name, field)| match inputs.get(name) {
            None if field.optional => None,
            None => Some(FieldError::new(format!("/inputs/{name}"), "missing")),
            Some(value) => field.fault(value).map(|fault| FieldError::new(format!("/inputs/{name}"), fault)),
        });
        unknown.chain(ill_typed).collect()
    }

    /// What the approval page calls a call when the review names no summary.
    pub fn plain_title(tool: &str, subject: &str) -> String {
        template::one_line(&format!("{tool} for {subject}"))
    }
}
