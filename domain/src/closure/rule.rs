//! What a definition says of closure: when it begins, and its steps. Reading YAML is the server's work.

use std::{collections::BTreeMap, fmt, str::FromStr};

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};

use super::{key::encoded, sample::Sampling};
use crate::{
    actor::{UnknownWord, words},
    template,
};

words! {
    /// What a closure follows.
    Moment {
        /// An approval's policy is satisfied.
        ApprovalApproved = "approval.approved",
        /// A tool ran without an error.
        ToolExecuted = "tool.executed",
        /// Every stage of a run is complete.
        RunCompleted = "run.completed",
        /// A system of record told of something that was settled there.
        Event = "event",
    }
}

words! {
    /// What a step does; there is nothing else.
    StepKind {
        /// Brings a record's status to what was decided.
        StatusSync = "status_sync",
        /// Puts a reference to the evidence where it is kept.
        ArchiveLink = "archive_link",
        /// Takes a record off a queue.
        QueueCleanup = "queue_cleanup",
        /// Tells people that it is closed.
        Notification = "notification",
    }
}

words! {
    /// How a record is written.
    Method {
        /// Only what is to change is sent.
        Patch = "PATCH",
        /// The whole record is sent, as it was read but for what is to change.
        Put = "PUT",
    }
}

/// The target of a notification that is mailed to the people of a group: its record is the group.
pub const EMAIL: &str = "email";

/// A closure policy of a workflow.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Rule {
    /// A CEL identifier, unique in the workflow.
    pub id: String,
    /// What it follows.
    pub after: Moment,
    /// A CEL text that must be true for it to happen.
    pub condition: Option<String>,
    /// Which of its closures people look at.
    #[serde(default)]
    pub sample: Option<Sampling>,
    /// What is done, in this order.
    pub steps: Vec<StepRule>,
}

/// One step of a closure policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct StepRule {
    /// Its id, unique in its policy.
    pub id: String,
    /// What it does.
    pub kind: StepKind,
    /// The registered target, or the channel of a notification.
    pub target: String,
    /// The record below the target, with `{{…}}`; the group whose people are mailed.
    pub record: String,
    /// What is wanted, by field or JSON pointer, with `{{…}}` in texts.
    pub set: BTreeMap<String, Value>,
    /// What must stand in the record already, or it is not the one that is meant.
    pub expect: BTreeMap<String, Value>,
    /// How it is written.
    pub method: Method,
}

/// A step with everything filled in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema), schemars(rename = "ClosureStepPlan"))]
pub struct Planned {
    /// Its id.
    pub step: String,
    /// What it does.
    pub kind: StepKind,
    /// The target's name.
    pub target: String,
    /// The record below it.
    pub record: String,
    /// What is wanted, by JSON pointer.
    pub wanted: BTreeMap<String, Value>,
    /// What must stand there already.
    pub expect: BTreeMap<String, Value>,
    /// How it is written.
    pub method: Method,
    /// What is not known of it: it is not begun then.
    #[serde(default)]
    pub missing: Vec<String>,
}

impl StepRule {
    /// Fills everything in from the roots of the templates. What is absent is named, never guessed.
    pub fn plan(&self, roots: &Value) -> Planned {
        let mut missing = Vec::new();
        let record = fill(&self.record, roots, &mut missing, encoded);
        let mut filled = |from: &BTreeMap<String, Value>| -> BTreeMap<String, Value> {
            let one = |(name, value): (&String, &Value)| {
                let value = match value {
                    Value::String(text) => Value::String(fill(text, roots, &mut missing, str::to_owned)),
                    other => other.clone(),
                };
                (pointer(name), value)
            };
            from.iter().map(one).collect()
        };
        let (wanted, expect) = (filled(&self.set), filled(&self.expect));
        missing.dedup();
        Planned {
            step: self.id.clone(),
            kind: self.kind,
            target: self.target.clone(),
            record,
            wanted,
            expect,
            method: self.method,
            missing,
        }
    }

    /// Every template of the step, with the member it stands in.
    pub fn templates(&self) -> Vec<(Vec<&str>, &str)> {
        let mut found = vec![(vec!["record"], self.record.as_str())];
        for (member, from) in [("set", &self.set), ("expect", &self.expect)] {
            for (name, value) in from {
                if let Some(text) = value.as_str() {
                    found.push((vec![member, name.as_str()], text));
                }
            }
        }
        found
    }
}

impl Planned {
    /// The group whose people are mailed, for a notification by mail.
    pub fn mailed_group(&self) -> Option<&str> {
        (self.kind == StepKind::Notification && self.target == EMAIL).then_some(&*self.record)
    }
}

/// A field's name, or a pointer, as a pointer.
pub fn pointer(name: &str) -> String {
    if name.starts_with('/') { name.to_owned() } else { format!("/{}", name.replace('~', "~0").replace('/', "~1")) }
}

/// Fills a template; what is absent, or no id, status or reference, is named.
fn fill(text: &str, roots: &Value, missing: &mut Vec<String>, write: impl Fn(&str) -> String) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("{{") {
        out.push_str(before);
        let Some((inside, tail)) = after.split_once("}}") else {
            rest = after;
            break;
        };
        let path = inside.trim();
        match path.split('.').try_fold(roots, |value, step| value.get(step)) {
            Some(Value::String(found)) if is_short(found) => out.push_str(&write(found)),
            Some(Value::Number(found)) => out.push_str(&write(&found.to_string())),
            Some(Value::Bool(found)) => out.push_str(&write(&found.to_string())),
            _ => missing.push(path.to_owned()),
        }
        rest = tail;
    }
    out.push_str(rest);
    out
}

/// Whether a text can be an id, a status or a reference: one line, not empty, not long.
pub fn is_short(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= 200 && !text.chars().any(char::is_control)
}

/// Whether what is wanted stands in a record.
pub fn holds(record: &Value, wanted: &BTreeMap<String, Value>) -> bool {
    wanted.iter().all(|(pointer, value)| record.pointer(pointer) == Some(value))
}

/// What is sent to have it so: only what is to change, nested as the pointers say.
pub fn change(wanted: &BTreeMap<String, Value>) -> Value {
    let mut body = Value::Object(Map::new());
    apply(&mut body, wanted);
    body
}

/// Writes what is wanted into a record.
pub fn apply(record: &mut Value, wanted: &BTreeMap<String, Value>) {
    for (pointer, value) in wanted {
        let mut place = &mut *record;
        for step in pointer.split('/').skip(1) {
            let step = step.replace("~1", "/").replace("~0", "~");
            if !place.is_object() {
                *place = Value::Object(Map::new());
            }
            let Value::Object(members) = place else { return };
            place = members.entry(step).or_insert(Value::Null);
        }
        *place = value.clone();
    }
}

/// Whether every `{{` of a template is closed.
pub fn is_closed(text: &str) -> bool {
    text.matches("{{").count() == template::expressions(text).len()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn rule() -> StepRule {
        StepRule {
            id: "registry".to_owned(),
            kind: StepKind::StatusSync,
            target: "tracker".to_owned(),
            record: "studies/{{event.context.study_id}}".to_owned(),
            set: [
                ("status".to_owned(), json!("{{event.disposition}}")),
                ("/links/evidence".to_owned(), json!("{{event.context.packet_ref}}")),
                ("closed".to_owned(), json!(true)),
            ]
            .into(),
            expect: BTreeMap::new(),
            method: Method::Patch,
        }
    }

    #[test]
    fn a_step_is_filled_in_and_names_what_is_absent() {
        let event = |context: Value| json!({"event": {"disposition": "approved", "context": context}});
        let planned = rule().plan(&event(json!({"study_id": "BM/198", "packet_ref": "pkt-4c1d"})));
        assert_eq!((planned.record.as_str(), planned.missing.len()), ("studies/BM%2F198", 0));
        let sent = change(&planned.wanted);
        assert_eq!(sent, json!({"status": "approved", "links": {"evidence": "pkt-4c1d"}, "closed": true}));
        assert!(holds(&sent, &planned.wanted) && !holds(&json!({"status": "approved"}), &planned.wanted));
        let mut record = json!({"status": "open", "links": {"other": 1}, "owner": "x"});
        apply(&mut record, &planned.wanted);
        let whole =
            json!({"status": "approved", "links": {"other": 1, "evidence": "pkt-4c1d"}, "owner": "x", "closed": true});
        assert_eq!(record, whole);
        let lacking = rule().plan(&event(json!({"study_id": "", "packet_ref": {"a": 1}})));
        assert_eq!(lacking.missing, ["event.context.study_id", "event.context.packet_ref"]);
    }
}
