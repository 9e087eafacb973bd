//! What an execution is begun with: `name=value` as typed, of the types that the definition declares.

use domain::{field::FieldType, workflow::Workflow};
use serde_json::{Map, Value};

/// Reads `name=value`.
pub(super) fn pair(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !name.is_empty() => Ok((name.to_owned(), value.to_owned())),
        _ => Err("expected name=value".to_owned()),
    }
}

/// The inputs as the definition types them; the console refuses what does not fit.
pub(super) fn typed(workflow: &Workflow, given: &[(String, String)]) -> Result<Map<String, Value>, String> {
    let mut inputs = Map::new();
    for (name, text) in given {
        if text.contains('\0') {
            return Err(format!("{name}: U+0000 is not allowed"));
        }
        let kind = workflow.inputs.get(name).map_or(FieldType::String, |field| field.kind);
        let value = match kind {
            FieldType::Bool | FieldType::Integer | FieldType::Number => {
                serde_json::from_str(text).map_err(|_| format!("{name}: expected {kind}, got {text:?}"))?
            }
            _ => Value::from(text.as_str()),
        };
        if inputs.insert(name.clone(), value).is_some() {
            return Err(format!("{name} is given twice"));
        }
    }
    Ok(inputs)
}

/// The input that an execution is called by: the one that the subject is named after, else the first; the workflow
/// itself where there is none.
pub(super) fn leading(workflow: &Workflow, inputs: &Map<String, Value>) -> (String, String) {
    let named = inputs.get_key_value(&workflow.subject).or_else(|| inputs.iter().next());
    named.map_or_else(
        || ("subject".to_owned(), workflow.name.clone()),
        |(name, value)| (name.clone(), value.as_str().map_or_else(|| value.to_string(), str::to_owned)),
    )
}
