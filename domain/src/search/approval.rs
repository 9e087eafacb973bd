//! What of an approval is found by words: what its page shows to everybody who may read it, and nothing else.

use serde_json::Value;

use super::Text;
use crate::{decision::Decision, id::ApprovalId, package::Package};

/// The words of an approval, with those of its decisions. What is most looked for comes first, so that a large input
/// leaves nothing of it out.
pub fn text_of(id: ApprovalId, package: &Package, decisions: &[Decision]) -> Text {
    let mut texts = vec![
        package.title.clone(),
        package.tool.clone(),
        package.subject.clone(),
        package.gate_id.clone(),
        package.agent.clone(),
        package.workflow_title.clone(),
        package.workflow.name.clone(),
        id.to_string(),
        package.run_id.to_string(),
        package.session_name.clone(),
    ];
    texts.extend(package.summary.clone());
    texts.extend(package.requested_by.clone());
    for decision in decisions {
        texts.push(decision.signatory());
        texts.extend(decision.reason_code.clone());
        texts.extend(decision.notes.clone());
        texts.extend(decision.items.iter().filter_map(|said| said.notes.clone()));
    }
    for asked in &package.information {
        texts.push(asked.question.clone());
        texts.extend(asked.answer.as_ref().map(|answer| answer.text.clone()));
    }
    for item in &package.items {
        texts.extend([item.title.clone(), item.tool.clone(), item.gate_id.clone()]);
    }
    values(&package.input, &mut texts);
    package.items.iter().for_each(|item| values(&item.input, &mut texts));
    Text::of(texts)
}

/// Texts and numbers of an input, without the names of its members.
fn values(value: &Value, texts: &mut Vec<String>) {
    match value {
        Value::String(text) => texts.push(text.clone()),
        Value::Number(number) => texts.push(number.to_string()),
        Value::Array(items) => items.iter().for_each(|item| values(item, texts)),
        Value::Object(members) => members.values().for_each(|member| values(member, texts)),
        Value::Null | Value::Bool(_) => {}
    }
}
