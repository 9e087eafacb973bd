//! Steps of an enforced execution, and what it is begun with.

use std::collections::BTreeMap;

use domain::{
    field::{Field, FieldType},
    workflow::{Analyst, Deed, Program, Step, Verify},
};
use serde_json::Value;

use super::{
    fields::{UNREADABLE, is_pointer, read_field},
    gates, names,
};
use crate::rules::yaml::{Cursor, Faults, Keys, fault::code};

/// The most steps.
const MAX_STEPS: usize = 100;
/// The most things an execution is begun with.
const MAX_INPUTS: usize = 50;
/// The most arguments, variables and checks of a step.
const MAX_PARTS: usize = 100;
/// The longest argument, value of a variable and name of a file, in characters.
const MAX_TEXT: usize = 2_000;

pub(super) const STEP_KEYS: Keys =
    Keys { known: &["id", "run", "env", "verify", "timeout", "analyse", "approval"], later: &[] };
pub(super) const VERIFY_KEYS: Keys =
    Keys { known: &["exit_code", "file_exists", "json", "path", "equals", "condition"], later: &[] };
const ANALYSE_KEYS: Keys = Keys { known: &["roles"], later: &[] };
const INPUT_KEYS: Keys = Keys { known: &["type", "enum", "min", "max", "max_length", "pattern"], later: &[] };

/// What an execution is begun with, by name.
pub fn read_inputs(root: &Cursor<'_>, faults: &mut Faults<'_>) -> BTreeMap<String, Field> {
    let Some(cursor) = root.get("inputs") else { return BTreeMap::new() };
    let entries = cursor.entries("inputs", MAX_INPUTS, faults);
    entries
        .into_iter()
        .map(|(name, input)| {
            names::identifier_key(name, &input.path, "an input", faults);
            let field = read_field(&input, &INPUT_KEYS, faults);
            if field.as_ref().is_some_and(|field| matches!(field.kind, FieldType::List | FieldType::Object)) {
                let message = "An input is one value, which becomes one text: it is no list and no object.";
                faults.add(&input.path, code::INVALID_VALUE, message);
            }
            (name.to_owned(), field.unwrap_or(UNREADABLE))
        })
        .collect()
}

/// The steps, in file order. Each item of the list gives a step, so that positions agree with the text.
pub fn read_all(root: &Cursor<'_>, faults: &mut Faults<'_>) -> Vec<Step> {
    let Some(cursor) = root.get("steps") else { return Vec::new() };
    cursor.items("steps", MAX_STEPS, faults).iter().map(|step| read(step, faults)).collect()
}

fn read(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Step {
    if !cursor.is_map(&STEP_KEYS, faults) {
        return Step { id: String::new(), deed: Deed::Analyse(Vec::new()) };
    }
    let id = cursor.need("id", "the log, conditions and the console call the step by it", faults);
    let id = id.and_then(|id| names::identifier(&id, "a step", faults)).unwrap_or_default();
    Step { id, deed: read_deed(cursor, faults) }
}

/// The one thing that a step does.
fn read_deed(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Deed {
    let deeds: Vec<&str> = ["run", "analyse", "approval"].into_iter().filter(|key| cursor.get(key).is_some()).collect();
    match deeds.as_slice() {
        [] => {
            let message =
                "This step does nothing. Give it `run` (a program), `analyse` (roles) or `approval` (a policy).";
            faults.add(&cursor.path, code::MISSING, message);
        }
        [_] => {}
        [first, rest @ ..] => {
            let message = format!("A step does one thing, and this has `{first}` already. Make it a step of its own.");
            for other in rest {
                faults.add_at_key(&cursor.path.key(other), code::UNSAFE, message.clone());
            }
        }
    }
    for key in ["env", "verify", "timeout"] {
        if let (Some(part), None) = (cursor.get(key), cursor.get("run")) {
            let message = format!("`{key}` belongs to a program, and this step has no `run`.");
            faults.add_at_key(&part.path, code::UNSAFE, message);
        }
    }
    if let Some(run) = cursor.get("run") {
        return Deed::Run(read_program(cursor, &run, faults));
    }
    if let Some(analyse) = cursor.get("analyse") {
        return Deed::Analyse(read_analysts(&analyse, faults));
    }
    let policy = cursor.get("approval").and_then(|policy| policy.text(names::LONGEST, faults));
    policy.map_or_else(|| Deed::Analyse(Vec::new()), Deed::Approval)
}

fn read_program(step: &Cursor<'_>, run: &Cursor<'_>, faults: &mut Faults<'_>) -> Program {
    let argv: Vec<String> = run
        .items("arguments", MAX_PARTS, faults)
        .iter()
        .map(|argument| argument.text(MAX_TEXT, faults).unwrap_or_default())
        .collect();
    if argv.is_empty() {
        let message = "A program is a list that begins with its name: [python3, -m, unittest]. No shell reads it.";
        faults.add(&run.path, code::INVALID_VALUE, message);
    }
    let env = step.get("env").map(|env| env.entries("variables", MAX_PARTS, faults)).unwrap_or_default();
    let env = env.into_iter().map(|(name, value)| {
        if !is_variable(name) {
            let message = format!("`{name}` cannot name a variable: use letters, digits and underscores.");
            faults.add_at_key(&value.path, code::INVALID_VALUE, message);
        }
        (name.to_owned(), value.text(MAX_TEXT, faults).unwrap_or_default())
    });
    let env = env.collect();
    let verify = step.get("verify").map(|verify| verify.items("checks", MAX_PARTS, faults)).unwrap_or_default();
    let verify = verify.iter().map(|one| read_verify(one, faults).unwrap_or(Verify::ExitCode(0))).collect();
    let timeout = step.get("timeout").and_then(|timeout| names::duration(&timeout, faults));
    Program { argv, env, verify, timeout }
}

fn is_variable(name: &str) -> bool {
    let starts = name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    starts && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') && name.len() <= names::LONGEST
}

/// One check. What cannot be read has left its error.
fn read_verify(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Option<Verify> {
    if !cursor.is_map(&VERIFY_KEYS, faults) {
        return None;
    }
    let kinds = ["exit_code", "file_exists", "json", "condition"];
    let given: Vec<&str> = kinds.into_iter().filter(|key| cursor.get(key).is_some()).collect();
    let [kind] = given.as_slice() else {
        let message = "A check is one of { exit_code: 0 }, { file_exists: FILE }, { json: FILE, path: /POINTER, equals: \
                       VALUE } and { condition: EXPRESSION }.";
        faults.add(&cursor.path, code::INVALID_VALUE, message);
        return None;
    };
    let value = cursor.get(kind)?;
    if *kind != "json" {
        for key in ["path", "equals"] {
            if let Some(part) = cursor.get(key) {
                faults.add_at_key(&part.path, code::UNSAFE, format!("`{key}` belongs to a `json` check."));
            }
        }
    }
    match *kind {
        "exit_code" => value.whole(0, 255, faults).and_then(|code| u8::try_from(code).ok()).map(Verify::ExitCode),
        "file_exists" => read_file(&value, faults).map(Verify::FileExists),
        "condition" => gates::source(&value, faults).map(Verify::Condition),
        _ => read_json(cursor, &value, faults),
    }
}

fn read_json(cursor: &Cursor<'_>, file: &Cursor<'_>, faults: &mut Faults<'_>) -> Option<Verify> {
    let file = read_file(file, faults);
    let path = cursor.need("path", "a JSON pointer into the file, such as /summary/failed", faults);
    let path = path.and_then(|path| {
        let text = path.text(MAX_TEXT, faults)?;
        if !is_pointer(&text) {
            let message = format!("`{text}` is not a JSON pointer. It begins with a slash, such as /summary/failed.");
            faults.add(&path.path, code::INVALID_VALUE, message);
        }
        Some(text)
    });
    let equals = cursor.need("equals", "the value that must stand there", faults).and_then(|equals| {
        let value: Option<Value> = equals.json();
        if value.is_none() {
            faults.add(&equals.path, code::WRONG_TYPE, "Expected a text, a number, true or false.");
        }
        value
    });
    Some(Verify::Json { file: file?, path: path?, equals: equals? })
}

/// A file below the working folder.
fn read_file(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Option<String> {
    let text = cursor.text(MAX_TEXT, faults)?;
    let is_below = !text.starts_with('/') && !text.contains(['\\', '\0']) && text.split('/').all(|part| part != "..");
    if !is_below {
        let message = format!("`{text}` is not below the working folder. Write a relative path without `..`.");
        faults.add(&cursor.path, code::UNSAFE, message);
    }
    Some(text)
}

fn read_analysts(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Vec<Analyst> {
    if !cursor.is_map(&ANALYSE_KEYS, faults) {
        return Vec::new();
    }
    let Some(roles) = cursor.need("roles", "who looks at the evidence", faults) else { return Vec::new() };
    let mut known: Vec<Analyst> = Vec::new();
    for role in roles.items("roles", MAX_PARTS, faults) {
        let Some(read) = role.word(Analyst::ALL, faults) else { continue };
        if known.contains(&read) {
            faults.add(&role.path, code::DUPLICATE, format!("The role {read} appears twice."));
        }
        known.push(read);
    }
    if known.is_empty() && faults.is_empty() {
        faults.add(&roles.path, code::INVALID_VALUE, "At least one role looks at the evidence: [qa].");
    }
    known
}
