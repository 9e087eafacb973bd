//! Closure policies: what follows a decision by itself, and what may be written there. Only bookkeeping is read, and only
//! ids, statuses and references leave the house.

use std::collections::BTreeMap;

use domain::{
    closure::{
        key::is_reference,
        rule::{EMAIL, Method, Moment, Rule, StepKind, StepRule, is_closed},
        sample::{MOST_ONE_IN, Sampling},
    },
    field::FieldType,
    target::is_name,
    template,
    workflow::Workflow,
};
use serde_json::Value;

use super::{gates::source, names};
use crate::rules::{
    check::{Surroundings, Wanted, expression, roots},
    yaml::{Cursor, Faults, Keys, Path, fault::code},
};

/// The most closure policies of a workflow.
const MAX_RULES: usize = 50;
/// The most steps of one.
const MAX_STEPS: usize = 20;
/// The most fields a step sets.
const MAX_FIELDS: usize = 20;
/// The longest template, in characters.
const MAX_TEMPLATE: usize = 300;
/// Where a notification can go.
const CHANNELS: [&str; 3] = ["slack", "webhook", EMAIL];

pub(super) const RULE_KEYS: Keys = Keys { known: &["id", "after", "where", "sample", "steps"], later: &[] };
pub(super) const SAMPLE_KEYS: Keys = Keys { known: &["one_in", "by"], later: &[] };
pub(super) const STEP_KEYS: Keys =
    Keys { known: &["id", "kind", "target", "record", "set", "expect", "method", "to"], later: &[] };

/// The closure policies, in file order. Each item of the list gives one, so that positions agree with the text.
pub fn read_all(root: &Cursor<'_>, faults: &mut Faults<'_>) -> Vec<Rule> {
    let Some(cursor) = root.get("closure") else { return Vec::new() };
    cursor.items("closure policies", MAX_RULES, faults).iter().map(|rule| read(rule, faults)).collect()
}

fn read(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Rule {
    let unread = Rule { id: String::new(), after: Moment::Event, condition: None, sample: None, steps: Vec::new() };
    if !cursor.is_map(&RULE_KEYS, faults) {
        return unread;
    }
    let id = cursor.need("id", "receipts call the policy by it", faults);
    let after =
        cursor.need("after", "what it follows: approval.approved, tool.executed, run.completed or event", faults);
    let steps = cursor.need("steps", "what is done", faults).map(|steps| {
        let read = steps.items("steps", MAX_STEPS, faults);
        if read.is_empty() {
            faults.add(&steps.path, code::INVALID_VALUE, "A closure policy has at least one step.");
        }
        read.iter().map(|step| read_step(step, faults)).collect()
    });
    Rule {
        id: id.and_then(|id| names::identifier(&id, "a closure policy", faults)).unwrap_or_default(),
        after: after.and_then(|after| after.word(Moment::ALL, faults)).unwrap_or(unread.after),
        condition: cursor.get("where").and_then(|condition| source(&condition, faults)),
        sample: cursor.get("sample").and_then(|sample| read_sample(&sample, faults)),
        steps: steps.unwrap_or_default(),
    }
}

/// Which closures people look at. What is wrong with it refuses the definition, so that no policy runs unseen by a slip.
fn read_sample(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Option<Sampling> {
    if !cursor.is_map(&SAMPLE_KEYS, faults) {
        return None;
    }
    let one_in = cursor.need("one_in", "one closure in so many is looked at, such as 20", faults);
    let one_in = one_in.and_then(|one_in| one_in.whole(1, MOST_ONE_IN, faults));
    let by = cursor.need("by", "the group of those who own the process", faults);
    let by = by.and_then(|by| names::group(&by, faults));
    Some(Sampling { one_in: one_in?, by: by? })
}

fn read_step(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> StepRule {
    let is_map = cursor.is_map(&STEP_KEYS, faults);
    let get = |key: &str| if is_map { cursor.get(key) } else { None };
    let mut need = |key: &str, why: &str| if is_map { cursor.need(key, why, faults) } else { None };
    let id = need("id", "receipts call the step by it");
    let kind = need("kind", "what it does: status_sync, archive_link, queue_cleanup or notification");
    let target =
        need("target", "where: the name of a registered target, or slack, webhook or email for a notification");
    let kind = kind.and_then(|kind| kind.word(StepKind::ALL, faults));
    let is_told = kind == Some(StepKind::Notification);
    let record = if is_map && !is_told {
        cursor.need("record", "which record below the target, such as '{{run.subject}}'", faults)
    } else {
        get("record")
    };
    let target = target.and_then(|target| {
        let text = target.text(names::LONGEST, faults)?;
        if let Some(message) = target_fault(&text, is_told) {
            faults.add(&target.path, code::INVALID_VALUE, message);
        }
        Some(text)
    });
    let group = read_group(cursor, is_map, is_told && target.as_deref() == Some(EMAIL), faults);
    let method = get("method").and_then(|method| method.word(Method::ALL, faults));
    StepRule {
        id: id.and_then(|id| names::identifier(&id, "a step", faults)).unwrap_or_default(),
        kind: kind.unwrap_or(StepKind::StatusSync),
        record: group
            .or_else(|| record.and_then(|record| record.text(MAX_TEMPLATE, faults)))
            .or_else(|| target.clone().filter(|_| is_told))
            .unwrap_or_default(),
        target: target.unwrap_or_default(),
        set: get("set").map(|set| read_fields(&set, faults)).unwrap_or_default(),
        expect: get("expect").map(|expect| read_fields(&expect, faults)).unwrap_or_default(),
        method: method.unwrap_or(Method::Patch),
    }
}

/// The group whose people are mailed: for a notification by mail, and for nothing else.
fn read_group(cursor: &Cursor<'_>, is_map: bool, is_mailed: bool, faults: &mut Faults<'_>) -> Option<String> {
    if !is_map {
        return None;
    }
    let to = if is_mailed {
        cursor.need("to", "the group whose people are mailed", faults)
    } else {
        if let Some(to) = cursor.get("to") {
            faults.add(&to.path, code::INVALID_VALUE, "`to` names the group of a notification with `target: email`.");
        }
        None
    };
    if let Some(record) = cursor.get("record").filter(|_| is_mailed) {
        faults.add(
            &record.path,
            code::INVALID_VALUE,
            "Mail has no record: `to` names the group whose people are mailed.",
        );
    }
    let to = to?;
    let name = to.text(names::LONGEST, faults)?;
    if name.contains("{{") {
        faults.add(&to.path, code::INVALID_VALUE, "`to` is the name of a group as it stands, without a template.");
    }
    Some(name)
}

fn target_fault(target: &str, is_told: bool) -> Option<String> {
    if is_told {
        return (!CHANNELS.contains(&target))
            .then(|| format!("A notification goes by slack, webhook or email, not by `{target}`."));
    }
    (!is_name(target)).then(|| {
        format!("`{target}` cannot name a target: lower-case letters, digits, '-', '_' and '.', at most 64 of them.")
    })
}

fn read_fields(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> BTreeMap<String, Value> {
    let entries = cursor.entries("fields", MAX_FIELDS, faults);
    entries
        .into_iter()
        .map(|(name, value)| {
            let value = match value.json() {
                Some(Value::String(_)) | None => value.text(MAX_TEMPLATE, faults).map_or(Value::Null, Value::String),
                Some(other) => other,
            };
            (name.to_owned(), value)
        })
        .collect()
}

/// Reports what a closure policy may not say.
pub fn check(workflow: &Workflow, faults: &mut Faults<'_>) {
    for (position, rule) in workflow.closure.iter().enumerate() {
        let path = Path::root().key("closure").index(position);
        if !rule.id.is_empty() && workflow.closure[..position].iter().any(|earlier| earlier.id == rule.id) {
            let message = format!("The closure policy {} appears twice. Choose another id.", rule.id);
            faults.add(&path.key("id"), code::DUPLICATE, message);
        }
        if let Some(condition) = &rule.condition {
            let around = Surroundings { workflow, tools: None, closure: Some(rule.after), step: None };
            for fault in expression(condition, Wanted::Bool, &around) {
                let word = if fault.is_later { code::NOT_SUPPORTED_YET } else { code::EXPRESSION };
                faults.add_within(&path.key("where"), fault.offset, word, fault.message);
            }
        }
        if rule.after == Moment::RunCompleted && workflow.stages.is_empty() && workflow.steps.is_empty() {
            let message =
                "A run without stages or steps never completes by itself. Follow approval.approved or tool.executed.";
            faults.add(&path.key("after"), code::UNSAFE, message);
        }
        for (index, step) in rule.steps.iter().enumerate() {
            check_step(workflow, rule, index, step, &path.key("steps").index(index), faults);
        }
    }
}

fn check_step(workflow: &Workflow, rule: &Rule, index: usize, step: &StepRule, path: &Path, faults: &mut Faults<'_>) {
    if !step.id.is_empty() && rule.steps[..index].iter().any(|earlier| earlier.id == step.id) {
        let message = format!("The step {} appears twice in this policy. Choose another id.", step.id);
        faults.add(&path.key("id"), code::DUPLICATE, message);
    }
    for (member, text) in step.templates() {
        let at = member.iter().fold(path.clone(), |path, key| path.key(key));
        if !is_closed(text) {
            let message = "A `{{` is not closed by `}}`.";
            faults.add_within(&at, text.rfind("{{").unwrap_or_default(), code::EXPRESSION, message);
        }
        for path_read in template::expressions(text) {
            if let Some(message) = unsendable(workflow, rule.after, path_read) {
                let offset = path_read.as_ptr() as usize - text.as_ptr() as usize;
                faults.add_within(&at, offset, code::UNSAFE, message);
            }
        }
    }
}

/// Why what stands in a template may not be sent: only ids, statuses and references are.
fn unsendable(workflow: &Workflow, after: Moment, path: &str) -> Option<String> {
    let steps: Vec<&str> = path.split('.').collect();
    let has_run = after != Moment::Event;
    match steps.as_slice() {
        ["run", "id" | "subject"] if has_run => None,
        ["event", "id" | "disposition"] | ["event", "source", "system" | "record" | "version"] => None,
        ["approval", "id" | "status" | "gate"] if after == Moment::ApprovalApproved => None,
        ["event", "context", name] if is_reference(name) => None,
        ["event", "context", name] => Some(format!(
            "`{name}` is no id, status or reference by its name, and nothing else is sent. Such names end in _id, _ref, \
             _status, _version, _hash, _link, _url, _number and the like."
        )),
        ["facts", name] if has_run => roots::fact_fault(workflow, name).or_else(|| fact_fault(workflow, name)),
        ["run" | "facts", ..] if !has_run => {
            Some("An event from elsewhere belongs to no run: read event.source and event.context.".to_owned())
        }
        _ => Some(format!(
            "`{path}` is not sent. A step is made of run.id, run.subject, event.id, event.disposition, \
             event.source.system|record|version, event.context.…_id and the like, approval.id|status|gate, and facts that \
             are ids, statuses or references."
        )),
    }
}

/// Why a fact is not sent: it could be prose, or a sum.
fn fact_fault(workflow: &Workflow, name: &str) -> Option<String> {
    let field = &workflow.facts.get(name)?.field;
    let is_closed = field.allowed.is_some() || field.kind == FieldType::Bool;
    let is_short = matches!(field.kind, FieldType::String | FieldType::Integer | FieldType::Date);
    let may_be_sent = is_closed || is_short && is_reference(name);
    (!may_be_sent).then(|| {
        format!(
            "The fact {name} is not sent: it may hold more than an id, a status or a reference. Give it an `enum`, or a \
             name that ends in _id, _ref, _status and the like."
        )
    })
}
