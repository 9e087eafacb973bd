//! The members of a schema as rows: a name, what it holds, whether it must be there, and its limits.

use serde_json::{Map, Value};

/// One member.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// Its name, with those it lies in: `session.framework`, `items[].id`.
    pub name: String,
    /// What it holds.
    pub kind: Vec<Piece>,
    /// Whether it is always there.
    pub is_required: bool,
    /// When it is there at all, where the members differ: `outcome` and `allow`.
    pub when: Option<(String, String)>,
    /// What else holds of its value.
    pub limits: Vec<String>,
    /// What it means.
    pub meaning: String,
}

/// A part of what a member holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// Plain words.
    Words(String),
    /// A recorded word: a value that is taken or given as it stands.
    Value(String),
    /// A named type, described once.
    Type(String),
}

/// The named schemas of a document.
pub struct Named<'a>(pub &'a Map<String, Value>);

impl<'a> Named<'a> {
    /// The name a schema refers to, and the schema itself.
    fn resolve(&self, schema: &'a Value) -> (Option<&'a str>, &'a Value) {
        let name = schema["$ref"].as_str().and_then(|target| target.rsplit('/').next());
        let named = name.and_then(|name| self.0.get(name));
        (name.filter(|_| named.is_some()), named.unwrap_or(schema))
    }

    /// A schema, or the one it refers to.
    pub fn whole(&self, schema: &'a Value) -> &'a Value {
        self.resolve(schema).1
    }

    /// Whether a schema has members of its own.
    pub fn is_structured(&self, schema: &'a Value) -> bool {
        let (_, schema) = self.resolve(schema);
        schema["properties"].is_object() || parts(schema).any(|part| self.is_structured(part))
    }

    /// The members of a schema; those of named types are left to the named type.
    pub fn rows(&self, schema: &'a Value) -> Vec<Row> {
        let mut rows = Vec::new();
        let (_, schema) = self.resolve(schema);
        self.members(schema, "", None, &mut rows);
        rows
    }

    fn members(&self, schema: &'a Value, within: &str, when: Option<&(String, String)>, rows: &mut Vec<Row>) {
        let required = schema["required"].as_array();
        for (name, member) in schema["properties"].as_object().into_iter().flatten() {
            let is_required = required.is_some_and(|names| names.iter().any(|required| required == name));
            let path = format!("{within}{name}");
            let row = Row {
                kind: self.kind(member),
                is_required,
                when: when.cloned(),
                limits: self.limits(member),
                meaning: self.meaning(member),
                name: path.clone(),
            };
            if rows.iter().any(|known| known.name == row.name && known.kind == row.kind) {
                continue;
            }
            rows.push(row);
            self.inside(member, &path, when, rows);
        }
        for part in parts(schema).filter(|part| self.is_structured(part)) {
            let (_, part) = self.resolve(part);
            let distinct = distinguished(part).map(|(name, value)| (format!("{within}{name}"), value));
            self.members(part, within, distinct.as_ref().or(when), rows);
        }
    }

    /// The members of what a member holds, where that has no name of its own.
    fn inside(&self, member: &'a Value, path: &str, when: Option<&(String, String)>, rows: &mut Vec<Row>) {
        let held = without_null(member);
        if held["$ref"].is_string() {
            return;
        }
        if held["items"].is_object() {
            self.inside(&held["items"], &format!("{path}[]"), when, rows);
        } else if self.is_structured(held) {
            self.members(held, &format!("{path}."), when, rows);
        }
    }

    /// What a schema holds, in words.
    pub fn kind(&self, schema: &'a Value) -> Vec<Piece> {
        let (name, resolved) = self.resolve(schema);
        if let Some(name) = name.filter(|_| self.is_structured(resolved)) {
            return vec![Piece::Type(name.to_owned())];
        }
        if let Some(values) = values(resolved) {
            let mut pieces = if values.len() > 1 { vec![words("one of ")] } else { Vec::new() };
            for (at, value) in values.into_iter().enumerate() {
                pieces.extend((at > 0).then(|| words(", ")));
                pieces.push(Piece::Value(value));
            }
            return pieces;
        }
        let mut alternatives: Vec<&Value> = parts(resolved).collect();
        alternatives.dedup();
        if resolved["properties"].is_object() || (alternatives.is_empty() && resolved["type"] == "object") {
            return self.object(resolved);
        }
        if alternatives.is_empty() {
            return self.plain(resolved);
        }
        let mut pieces: Vec<Piece> = Vec::new();
        for alternative in alternatives {
            let kind = self.kind(alternative);
            if !pieces.ends_with(&kind) {
                pieces.extend((!pieces.is_empty()).then(|| words(" or ")));
                pieces.extend(kind);
            }
        }
        pieces
    }

    fn object(&self, schema: &'a Value) -> Vec<Piece> {
        match &schema["additionalProperties"] {
            Value::Object(_) => [vec![words("object of ")], self.kind(&schema["additionalProperties"])].concat(),
            Value::Bool(true) => vec![words("object with any members")],
            _ if schema["properties"].is_object() => vec![words("object")],
            _ => vec![words("object with any members")],
        }
    }

    /// A schema without alternatives.
    fn plain(&self, schema: &'a Value) -> Vec<Piece> {
        let types: Vec<&str> = match &schema["type"] {
            Value::String(one) => vec![one.as_str()],
            Value::Array(several) => several.iter().filter_map(Value::as_str).collect(),
            _ => return vec![words("any JSON")],
        };
        let mut pieces = Vec::new();
        for one in types {
            pieces.extend((!pieces.is_empty()).then(|| words(" or ")));
            match one {
                "array" => pieces.extend([vec![words("list of ")], self.kind(&schema["items"])].concat()),
                "object" => pieces.extend(self.object(schema)),
                "string" if schema["format"] == "date-time" => pieces.push(words("time, RFC 3339")),
                other => pieces.push(words(other)),
            }
        }
        pieces
    }

    /// What else holds of a value.
    pub fn limits(&self, schema: &'a Value) -> Vec<String> {
        let (_, held) = self.resolve(without_null(self.resolve(schema).1));
        let mut limits = Vec::new();
        for (word, unit) in [("Length", " characters"), ("Items", " items"), ("Properties", " members"), ("imum", "")] {
            let (least, most) = (&held[format!("min{word}")], &held[format!("max{word}")]);
            match (least.is_number(), most.is_number()) {
                (true, true) => limits.push(format!("{least} to {most}{unit}")),
                (true, false) => limits.push(format!("at least {least}{unit}")),
                (false, true) => limits.push(format!("at most {most}{unit}")),
                (false, false) => {}
            }
        }
        if let Some(pattern) = held["pattern"].as_str() {
            limits.push(match id_prefix(pattern) {
                Some(prefix) => format!("begins with `{prefix}_`"),
                None => format!("matches `{pattern}`"),
            });
        }
        let default = [schema, held].into_iter().map(|schema| &schema["default"]).find(|default| !default.is_null());
        limits.extend(default.map(|default| format!("`{default}` when left out")));
        limits
    }

    fn meaning(&self, schema: &'a Value) -> String {
        let held = without_null(schema);
        let told = [schema, held, self.resolve(held).1].into_iter().find_map(|schema| schema["description"].as_str());
        told.unwrap_or_default().replace('\n', " ")
    }
}

/// The alternatives and the parts of a schema.
fn parts(schema: &Value) -> impl Iterator<Item = &Value> {
    ["allOf", "oneOf", "anyOf"].into_iter().filter_map(|word| schema[word].as_array()).flatten()
}

/// What is held besides null, where that is one thing.
fn without_null(schema: &Value) -> &Value {
    let mut others = parts(schema).filter(|part| part["type"] != "null");
    match (others.next(), others.next()) {
        (Some(one), None) => one,
        _ => schema,
    }
}

/// The values of a closed list, also where each has a description of its own.
fn values(schema: &Value) -> Option<Vec<String>> {
    let word = |value: &Value| value.as_str().map_or_else(|| value.to_string(), str::to_owned);
    if !schema["const"].is_null() {
        return Some(vec![word(&schema["const"])]);
    }
    if let Some(listed) = schema["enum"].as_array() {
        return Some(listed.iter().map(word).collect());
    }
    let alternatives: Vec<&Value> = parts(schema).collect();
    if alternatives.is_empty() {
        return None;
    }
    alternatives.into_iter().map(values).collect::<Option<Vec<_>>>().map(|lists| lists.concat())
}

/// The member, and its one value, that tells an alternative from the others.
fn distinguished(alternative: &Value) -> Option<(String, String)> {
    let mut members = alternative["properties"].as_object()?.iter();
    members.find_map(|(name, member)| Some((name.clone(), member["const"].as_str()?.to_owned())))
}

/// `apr` of the pattern of approvals' ids.
pub fn id_prefix(pattern: &str) -> Option<&str> {
    let (prefix, rest) = pattern.strip_prefix('^')?.split_once('_')?;
    (rest.starts_with("[0-7]") && prefix.chars().all(|c| c.is_ascii_lowercase())).then_some(prefix)
}

fn words(text: impl Into<String>) -> Piece {
    Piece::Words(text.into())
}

#[cfg(test)]
mod tests;
