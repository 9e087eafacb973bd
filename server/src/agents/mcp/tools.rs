//! The tools: what a model reads about each, what it takes and gives, and which use case it is.

use std::sync::{Arc, LazyLock};

use domain::id::RunId;
use schemars::{JsonSchema, generate::SchemaSettings};
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{
    assertion, decision, escalate, gate, handoff,
    protocol::Call,
    reply::{Fault, Said},
    request,
};
use crate::{
    desk::{Caller, Desk},
    error::{Error, Result},
    http::body::Body,
};

/// What a client may tell its model about the server as a whole.
pub const INSTRUCTIONS: &str = "Countersign decides by recorded facts and by people whether your tool calls may run. Nothing \
    you say here lets anything run. Ask people with request_approval and wait with get_decision; only the status `approved` \
    is a yes. Look ahead with check_gate. Say what you found with record_assertion and submit_handoff. \
    Hand a case over to people with escalate.";

/// What is told about a tool.
pub struct Told {
    /// Its name.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// What it does, and what to do next.
    pub description: &'static str,
    /// What it takes.
    pub input: Arc<Map<String, Value>>,
    /// What it gives.
    pub output: Arc<Map<String, Value>>,
    /// Whether it changes nothing.
    pub is_read_only: bool,
    /// Whether a repeat changes nothing more.
    pub is_idempotent: bool,
}

/// Every tool.
pub static TOOLS: LazyLock<Vec<Told>> = LazyLock::new(|| {
    vec![request::told(), decision::told(), gate::told(), handoff::told(), assertion::told(), escalate::told()]
});

/// What tools need to answer one request.
pub struct Toolbox {
    /// The use cases.
    pub desk: Desk,
    /// Whose key it is.
    pub caller: Caller,
    /// Where people decide.
    pub console: String,
    /// What the log calls the request.
    pub request: String,
}

impl Toolbox {
    /// Calls a tool.
    pub(super) async fn call(&self, call: Call) -> Result<Said, Fault> {
        if call.invitation.is_some() && call.name != request::NAME {
            return Err(Fault::ForeignState(format!("{} was never answered by a requestState.", call.name)));
        }
        let said = match call.name.as_str() {
            request::NAME => return self.request_approval(call).await,
            decision::NAME => self.get_decision(call.arguments).await,
            gate::NAME => self.check_gate(call.arguments).await,
            handoff::NAME => self.submit_handoff(call.arguments).await,
            assertion::NAME => self.record_assertion(call.arguments).await,
            escalate::NAME => self.escalate(call.arguments).await,
            _ => return Err(Fault::UnknownTool(call.name)),
        };
        Ok(self.said(said))
    }

    pub(super) fn said(&self, said: Result<Said>) -> Said {
        said.unwrap_or_else(|error| Said::Refused(self.refused(error)))
    }

    /// The run that is meant, which the caller must see before anything is said about other arguments.
    pub(super) async fn run(&self, arguments: &mut Map<String, Value>) -> Result<RunId> {
        let named = match arguments.remove("run_id") {
            None | Some(Value::Null) => None,
            Some(named) => Some(id_of(&named, "/run_id", "run_…")?),
        };
        let run = self.caller.run(named)?;
        self.desk.must_see_run(&self.caller, run).await?;
        Ok(run)
    }
}

/// An id that is given as text.
fn id_of<T: std::str::FromStr>(named: &Value, path: &str, example: &str) -> Result<T> {
    let id = named.as_str().and_then(|text| text.parse().ok());
    id.ok_or_else(|| domain::Refusal::invalid(path, format!("expected an id such as {example}")).into())
}

/// Arguments, understood.
///
/// # Errors
/// `unknown_field` or `invalid_field` with the JSON pointer of the place.
pub(super) fn read<T: DeserializeOwned>(arguments: Map<String, Value>) -> Result<T> {
    Body(Value::Object(arguments)).read().map_err(Error::from)
}

/// The schema of what a tool takes, written out in one piece: clients know different drafts, and not all follow
/// references. `run_id` is added for tools that are about a run.
pub(super) fn taken<T: JsonSchema>(is_about_run: bool) -> Arc<Map<String, Value>> {
    let mut schema = schema::<T>(SchemaSettings::draft2020_12().for_deserialize());
    schema.insert("additionalProperties".to_owned(), Value::Bool(false));
    if let Some(properties) = schema.get_mut("properties").and_then(Value::as_object_mut)
        && is_about_run
    {
        let told = "The run it is about. Leave it out if your key was minted for a run.";
        properties.insert("run_id".to_owned(), json!({"type": "string", "pattern": "^run_", "description": told}));
    }
    Arc::new(schema)
}

/// The schema of what a tool gives.
pub(super) fn given<T: JsonSchema>() -> Arc<Map<String, Value>> {
    let mut schema = schema::<T>(SchemaSettings::draft2020_12().for_serialize());
    schema.insert("type".to_owned(), json!("object"));
    Arc::new(schema)
}

fn schema<T: JsonSchema>(settings: SchemaSettings) -> Map<String, Value> {
    let settings = settings.with(|settings| {
        settings.inline_subschemas = true;
        settings.meta_schema = None;
    });
    let mut schema = settings.into_generator().into_root_schema_for::<T>().to_value();
    strip(&mut schema);
    match schema {
        Value::Object(mut schema) => {
            // Names of types here mean nothing to a model.
            schema.remove("title");
            schema
        }
        _ => Map::new(),
    }
}

/// Formats of numbers are words of one library; validators that do not know them complain.
fn strip(schema: &mut Value) {
    match schema {
        Value::Object(members) => {
            let is_number = members.get("format").and_then(Value::as_str).is_some_and(|format| {
                format.starts_with("uint") || format.starts_with("int") || format == "double" || format == "float"
            });
            if is_number {
                members.remove("format");
            }
            members.values_mut().for_each(strip);
        }
        Value::Array(items) => items.iter_mut().for_each(strip),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}
