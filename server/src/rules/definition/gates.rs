//! Gates: conditions and review rules.

use domain::workflow::{Condition, Gate, Review};

use super::{MAX_GATES, names};
use crate::rules::{
    evaluate::{COMPENSATION_GATE, DEFAULT_GATE},
    expression::MAX_SOURCE,
    yaml::{Cursor, Faults, Keys, fault::code},
};

/// The most tools of a gate.
const MAX_TOOLS: usize = 200;
/// The most conditions of a gate.
const MAX_CONDITIONS: usize = 50;
/// The longest message, in characters: an agent reads it.
const MAX_MESSAGE: usize = 1_000;
/// The longest summary, in characters.
const MAX_SUMMARY: usize = 500;

const GATE_KEYS: Keys = Keys { known: &["id", "tools", "require", "review"], later: &[] };
const CONDITION_KEYS: Keys = Keys { known: &["name", "when", "otherwise"], later: &[] };
const REVIEW_KEYS: Keys = Keys { known: &["unless", "policy", "summary", "risk"], later: &[] };

/// The gates, in file order. Each item of the list gives a gate, so that positions agree with the text.
pub fn read_all(root: &Cursor<'_>, faults: &mut Faults<'_>) -> Vec<Gate> {
    let Some(cursor) = root.get("gates") else { return Vec::new() };
    cursor.items("gates", MAX_GATES, faults).iter().map(|gate| read(gate, faults)).collect()
}

fn read(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Gate {
    if !cursor.is_map(&GATE_KEYS, faults) {
        return Gate { id: String::new(), tools: Vec::new(), require: Vec::new(), review: None };
    }
    let id = cursor.need("id", "conditions and evidence call the gate by it", faults).and_then(|id| {
        let text = names::identifier(&id, "a gate", faults)?;
        if [DEFAULT_GATE, COMPENSATION_GATE].contains(&text.as_str()) {
            let message = format!("`{text}` cannot name a gate: evidence uses it for calls no gate guards.");
            faults.add(&id.path, code::INVALID_VALUE, message);
        }
        Some(text)
    });
    let tools = cursor.need("tools", "the tools this gate guards", faults);
    let tools = tools.map_or_else(Vec::new, |tools| {
        let names = read_tool_names(&tools, faults);
        if names.is_empty() {
            faults.add(&tools.path, code::INVALID_VALUE, "A gate guards at least one tool: [tool_name].");
        }
        names
    });
    let require = cursor.get("require").map(|require| require.items("conditions", MAX_CONDITIONS, faults));
    Gate {
        id: id.unwrap_or_default(),
        tools,
        require: require.unwrap_or_default().iter().map(|condition| read_condition(condition, faults)).collect(),
        review: cursor.get("review").and_then(|review| read_review(&review, faults)),
    }
}

/// A list of tools by name.
pub fn read_tool_names(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Vec<String> {
    let items = cursor.items("tools", MAX_TOOLS, faults);
    items.iter().map(|tool| tool.text(128, faults).unwrap_or_default()).collect()
}

/// A condition of a gate or a stage.
pub fn read_condition(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Condition {
    if !cursor.is_map(&CONDITION_KEYS, faults) {
        return Condition { name: String::new(), when: String::new(), otherwise: String::new() };
    }
    let name = cursor.need("name", "evidence calls the condition by it", faults);
    let when = cursor.need("when", "a CEL expression that must be true", faults);
    let otherwise = cursor.need("otherwise", "what the agent reads when it is not met, and what to do", faults);
    Condition {
        name: name.and_then(|name| names::label(&name, "a condition", faults)).unwrap_or_default(),
        when: when.and_then(|when| source(&when, faults)).unwrap_or_default(),
        otherwise: otherwise.and_then(|text| text.text(MAX_MESSAGE, faults)).unwrap_or_default(),
    }
}

/// The review rule of a gate or a stage.
pub fn read_review(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Option<Review> {
    if !cursor.is_map(&REVIEW_KEYS, faults) {
        return None;
    }
    let policy = cursor.need("policy", "the name of the policy people decide by", faults);
    Some(Review {
        unless: cursor.get("unless").and_then(|unless| source(&unless, faults)),
        policy: policy.and_then(|policy| policy.text(names::LONGEST, faults)).unwrap_or_default(),
        summary: cursor.get("summary").and_then(|summary| summary.text(MAX_SUMMARY, faults)),
        risk: cursor.get("risk").and_then(|risk| source(&risk, faults)),
    })
}

/// The text of an expression. Its length in bytes is the expression's own matter.
/// A CEL text.
pub fn source(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Option<String> {
    cursor.text(MAX_SOURCE, faults)
}
