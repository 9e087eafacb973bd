//! JSON Schemas of the types that travel. Answers are closed: a member nobody described would be found by the test
//! that holds every answer against the document.

use schemars::{
    Schema, SchemaGenerator,
    generate::SchemaSettings,
    transform::{RecursiveTransform, Transform as _},
};
use serde_json::Value;

use crate::http::operation::SchemaOf;

/// Where named schemas stand in the document.
const PLACE: &str = "/components/schemas";

/// Gathers the schemas of a document.
pub struct Schemas {
    answers: SchemaGenerator,
    requests: SchemaGenerator,
}

impl Schemas {
    /// Without any yet.
    pub fn new() -> Self {
        let settings = || SchemaSettings::draft2020_12().with(|settings| settings.definitions_path = PLACE.into());
        // Requests are written out where they stand: of a type that goes both ways, what may be left out differs.
        let requests = settings().for_deserialize().with(|settings| settings.inline_subschemas = true);
        Self { answers: settings().for_serialize().into_generator(), requests: requests.into_generator() }
    }

    /// The schema of something that is answered.
    pub fn answer(&mut self, of: SchemaOf) -> Value {
        closed(of(&mut self.answers)).to_value()
    }

    /// The schema of something that is taken.
    pub fn request(&mut self, of: SchemaOf) -> Value {
        of(&mut self.requests).to_value()
    }

    /// The named schemas.
    pub fn finish(mut self) -> serde_json::Map<String, Value> {
        let named = self.answers.take_definitions(true);
        let close = |(name, value): (String, Value)| {
            let schema = Schema::try_from(value).unwrap_or_default();
            (name, closed(schema).to_value())
        };
        named.into_iter().map(close).collect()
    }
}

/// The schema without room for members it does not name.
fn closed(mut schema: Schema) -> Schema {
    RecursiveTransform(close).transform(&mut schema);
    RecursiveTransform(close_whole).transform(&mut schema);
    schema
}

/// Members of a whole and of its alternatives stand in one object: only the whole knows which there may be.
fn close_whole(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    let has_parts = ["oneOf", "anyOf", "allOf"].into_iter().any(|parts| object.contains_key(parts));
    if !has_parts || !object.contains_key("properties") {
        return;
    }
    object.remove("additionalProperties");
    object.insert("unevaluatedProperties".to_owned(), Value::Bool(false));
    for parts in ["oneOf", "anyOf", "allOf"] {
        let parts = object.get_mut(parts).and_then(Value::as_array_mut);
        for part in parts.into_iter().flatten().filter_map(Value::as_object_mut) {
            part.remove("additionalProperties");
        }
    }
}

fn close(schema: &mut Schema) {
    let Some(object) = schema.as_object_mut() else { return };
    if object.contains_key("properties") && !object.contains_key("additionalProperties") {
        object.insert("additionalProperties".to_owned(), Value::Bool(false));
    }
}
