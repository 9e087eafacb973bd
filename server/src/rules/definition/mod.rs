//! Reading a workflow definition: YAML text to [`Workflow`], with every error at its line and column.

mod budget;
mod closure;
mod consistency;
mod deadline;
mod escalations;
mod expressions;
mod fields;
mod gates;
mod names;
mod policies;
mod stage_rules;
mod stages;
mod step_rules;
mod steps;
mod trust;

use std::collections::BTreeMap;

use domain::{
    Refusal,
    workflow::{Default as Fallback, Tool, Workflow},
};

use super::yaml::{self, Content, Cursor, Faults, Keys, fault::code};

/// The most tools a manifest lists.
pub const MAX_TOOLS: usize = 1_000;
/// The most facts a workflow declares.
pub const MAX_FACTS: usize = 500;
/// The most gates.
pub const MAX_GATES: usize = 1_000;
/// The most policies.
pub const MAX_POLICIES: usize = 100;
/// The longest title, in characters.
const MAX_TITLE: usize = 200;

const KEYS: Keys = Keys {
    known: &[
        "name",
        "title",
        "subject",
        "default",
        "trust",
        "advance",
        "tools",
        "facts",
        "stages",
        "gates",
        "policies",
        "requests",
        "escalations",
        "closure",
        "inputs",
        "steps",
    ],
    later: &[],
};

/// Reads and checks a definition.
///
/// # Errors
/// `invalid_workflow` with every error found, in the order of the text.
pub fn parse(text: &str) -> Result<Workflow, Refusal> {
    let (root, errors) = yaml::load(text).map_err(yaml::fault::refusal)?;
    let mut faults = Faults::new(text, &root, errors);
    let cursor = Cursor::root(&root);
    if !matches!(root.content, Content::Map(_)) {
        let message = "A definition is a mapping that begins with `name:`.";
        faults.add(&cursor.path, code::WRONG_TYPE, message);
        return Err(faults.into_refusal());
    }
    let workflow = read(&cursor, &mut faults);
    consistency::check(&workflow, &mut faults);
    stage_rules::check(&workflow, &mut faults);
    step_rules::check(&workflow, &mut faults);
    expressions::check(&workflow, &mut faults);
    closure::check(&workflow, &mut faults);
    trust::check(&workflow, &mut faults);
    budget::check(&workflow, &mut faults);
    if faults.is_empty() { Ok(workflow) } else { Err(faults.into_refusal()) }
}

/// Reads as much as can be read; what cannot leaves an error behind and a stand-in in its place.
fn read(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Workflow {
    cursor.is_map(&KEYS, faults);
    let name = cursor.need("name", "a name such as `refunds`, used in URLs", faults);
    let name = name.and_then(|name| names::workflow(&name, faults)).unwrap_or_default();
    let title = cursor.get("title").and_then(|title| title.text(MAX_TITLE, faults));
    let subject = cursor.get("subject").and_then(|subject| names::identifier(&subject, "a subject", faults));
    Workflow {
        title: title.unwrap_or_else(|| titled(&name)),
        subject: subject.unwrap_or_else(|| "subject".to_owned()),
        default: read_default(cursor, faults),
        trust: trust::read(cursor, faults),
        tools: read_tools(cursor, faults),
        facts: fields::read_facts(cursor, faults),
        advance: stages::read_advance(cursor, faults),
        stages: stages::read_all(cursor, faults),
        gates: gates::read_all(cursor, faults),
        policies: policies::read_all(cursor, faults),
        requests: policies::read_requests(cursor, faults),
        escalations: escalations::read(cursor, faults),
        closure: closure::read_all(cursor, faults),
        inputs: steps::read_inputs(cursor, faults),
        steps: steps::read_all(cursor, faults),
        name,
    }
}

/// A title for a definition without one: `support-resolution` reads "Support resolution".
fn titled(name: &str) -> String {
    let words = name.replace('-', " ");
    let mut chars = words.chars();
    chars.next().map(|first| first.to_uppercase().chain(chars).collect()).unwrap_or_default()
}

fn read_default(root: &Cursor<'_>, faults: &mut Faults<'_>) -> Fallback {
    let why = "say what happens to tools no gate or stage names: allow, block or {review: POLICY}";
    let Some(cursor) = root.need("default", why, faults) else { return Fallback::Block };
    if matches!(cursor.node.content, Content::Map(_)) {
        cursor.is_map(&Keys { known: &["review"], later: &[] }, faults);
        let policy = cursor.need("review", "the policy people decide by", faults);
        let policy = policy.and_then(|policy| policy.text(names::LONGEST, faults));
        return policy.map_or(Fallback::Block, Fallback::Review);
    }
    match cursor.text(MAX_TITLE, faults).as_deref() {
        Some("allow") => Fallback::Allow,
        Some("block") | None => Fallback::Block,
        Some(other) => {
            let message = format!("`{other}` is not a default. Write allow, block or {{review: POLICY}}.");
            faults.add(&cursor.path, code::INVALID_VALUE, message);
            Fallback::Block
        }
    }
}

fn read_tools(root: &Cursor<'_>, faults: &mut Faults<'_>) -> BTreeMap<String, Tool> {
    let Some(cursor) = root.get("tools") else { return BTreeMap::new() };
    let entries = cursor.entries("tools", MAX_TOOLS, faults);
    entries
        .into_iter()
        .map(|(name, tool)| {
            names::tool_key(name, &tool.path, faults);
            (name.to_owned(), fields::read_tool(&tool, faults))
        })
        .collect()
}

#[cfg(test)]
mod hostile;
#[cfg(test)]
mod schema_tests;
#[cfg(test)]
mod step_tests;
#[cfg(test)]
mod tests;
