//! Stages: what leads in and out of a step, and what follows when it fails.

use std::collections::BTreeMap;

use domain::workflow::{Advance, Compensate, Condition, OnFailure, OnReject, Stage};
use serde_json::Value;

use super::{
    gates::{read_condition, read_review, read_tool_names},
    names,
};
use crate::rules::yaml::{Content, Cursor, Faults, Keys, fault::code};

/// The most stages.
pub const MAX_STAGES: usize = 100;
/// The most conditions of an entry or an exit.
const MAX_CONDITIONS: usize = 50;
/// The most compensations of a stage.
const MAX_COMPENSATIONS: usize = 20;
/// The longest text of a compensation's input, in characters.
const MAX_INPUT: usize = 1_000;

pub(super) const STAGE_KEYS: Keys = Keys {
    known: &["id", "tools", "entry", "exit", "review", "on_failure", "on_reject", "compensate"],
    later: &["concerns"],
};
const COMPENSATE_KEYS: Keys = Keys { known: &["tool", "input"], later: &[] };

/// Whether stages follow each other by themselves; they do unless the definition says otherwise.
pub fn read_advance(root: &Cursor<'_>, faults: &mut Faults<'_>) -> Advance {
    root.get("advance").and_then(|advance| word(&advance, "auto or explicit", faults)).unwrap_or(Advance::Auto)
}

/// The stages, in file order. Each item of the list gives a stage, so that positions agree with the text.
pub fn read_all(root: &Cursor<'_>, faults: &mut Faults<'_>) -> Vec<Stage> {
    let Some(cursor) = root.get("stages") else { return Vec::new() };
    cursor.items("stages", MAX_STAGES, faults).iter().map(|stage| read(stage, faults)).collect()
}

fn read(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Stage {
    let is_map = cursor.is_map(&STAGE_KEYS, faults);
    let get = |key: &str| if is_map { cursor.get(key) } else { None };
    let id = if is_map {
        cursor.need("id", "the run page, handoffs and endpoints call the stage by it", faults)
    } else {
        None
    };
    if let (Some(rule), None) = (get("on_reject"), get("review")) {
        let message = "No review of this stage could be rejected. Add a `review`, or leave `on_reject` out.";
        faults.add_at_key(&rule.path, code::UNSAFE, message);
    }
    Stage {
        id: id.and_then(|id| names::identifier(&id, "a stage", faults)).unwrap_or_default(),
        tools: get("tools").map(|tools| read_tool_names(&tools, faults)).unwrap_or_default(),
        entry: conditions(get("entry"), faults),
        exit: conditions(get("exit"), faults),
        review: get("review").and_then(|review| read_review(&review, faults)),
        on_failure: get("on_failure").map(|rule| on_failure(&rule, faults)).unwrap_or_default(),
        on_reject: get("on_reject")
            .and_then(|rule| word(&rule, "fail_stage or cancel_run", faults))
            .unwrap_or(OnReject::FailStage),
        compensate: get("compensate").map(|list| compensations(&list, faults)).unwrap_or_default(),
    }
}

fn conditions(cursor: Option<Cursor<'_>>, faults: &mut Faults<'_>) -> Vec<Condition> {
    let items = cursor.map(|list| list.items("conditions", MAX_CONDITIONS, faults)).unwrap_or_default();
    items.iter().map(|condition| read_condition(condition, faults)).collect()
}

fn on_failure(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> OnFailure {
    if matches!(cursor.node.content, Content::Map(_)) {
        cursor.is_map(&Keys { known: &["return_to"], later: &[] }, faults);
        let stage = cursor.need("return_to", "the stage that is to be done again", faults);
        return stage
            .and_then(|stage| stage.text(names::LONGEST, faults))
            .map_or(OnFailure::Retry, OnFailure::ReturnTo);
    }
    match cursor.text(names::LONGEST, faults).as_deref() {
        Some("retry") | None => OnFailure::Retry,
        Some("keep") => OnFailure::Keep,
        Some(other) => {
            let message =
                format!("`{other}` is not what can follow a failure. Write retry, keep or {{return_to: STAGE}}.");
            faults.add(&cursor.path, code::INVALID_VALUE, message);
            OnFailure::Retry
        }
    }
}

fn compensations(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Vec<Compensate> {
    let items = cursor.items("compensations", MAX_COMPENSATIONS, faults);
    items.iter().map(|item| compensation(item, faults)).collect()
}

fn compensation(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Compensate {
    if !cursor.is_map(&COMPENSATE_KEYS, faults) {
        return Compensate { tool: String::new(), input: BTreeMap::new() };
    }
    let tool = cursor.need("tool", "the tool that undoes the effect", faults);
    let input = cursor.get("input").map(|input| input.entries("arguments", MAX_CONDITIONS, faults)).unwrap_or_default();
    Compensate {
        tool: tool.and_then(|tool| tool.text(128, faults)).unwrap_or_default(),
        input: input.into_iter().map(|(name, value)| (name.to_owned(), constant(&value, faults))).collect(),
    }
}

/// A value of a compensation's input: a text, a number, true or false.
fn constant(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Value {
    match cursor.json() {
        Some(Value::String(_)) | None => cursor.text(MAX_INPUT, faults).map_or(Value::Null, Value::String),
        Some(other) => other,
    }
}

/// One of a few words.
fn word<T: std::str::FromStr>(cursor: &Cursor<'_>, words: &str, faults: &mut Faults<'_>) -> Option<T> {
    let text = cursor.text(names::LONGEST, faults)?;
    let known = text.parse().ok();
    if known.is_none() {
        faults.add(&cursor.path, code::INVALID_VALUE, format!("`{text}` is not known here. Write {words}."));
    }
    known
}
