//! The document read back into what the page shows: calls by group, and the types they speak of.

use std::collections::BTreeSet;

use domain::refusal::Code;
use serde_json::{Map, Value};

use super::{
    example,
    field::{Named, Piece, Row},
};

/// Everything the page shows.
pub struct Reference {
    /// The version of the API's server.
    pub version: String,
    /// What holds of every call.
    pub introduction: String,
    /// The groups with their calls.
    pub groups: Vec<(String, Vec<Operation>)>,
    /// Types that several calls speak of.
    pub types: Vec<Type>,
}

/// One call.
pub struct Operation {
    /// Its name, and its anchor.
    pub id: String,
    pub method: String,
    pub path: String,
    pub summary: String,
    pub notes: String,
    /// Scopes of which a key needs one.
    pub scopes: Vec<String>,
    /// Roles of which a person signed in needs one.
    pub roles: Vec<String>,
    /// Parameters by where they stand: `path`, `query`, `header`.
    pub parameters: Vec<(String, Row)>,
    pub body: Option<Content>,
    pub answers: Vec<(String, Answer)>,
    /// Codes it may be refused with, by status.
    pub refusals: Vec<(String, Vec<Refused>)>,
    pub example: String,
}

/// A body.
pub struct Content {
    pub media_type: String,
    /// What it is as a whole, where that has a name.
    pub kind: Vec<Piece>,
    pub rows: Vec<Row>,
}

/// An answer to a call that succeeded.
pub struct Answer {
    pub meaning: String,
    /// Headers that matter, and what they say.
    pub headers: Vec<(String, String)>,
    pub content: Content,
}

/// A code of a refusal, and its title.
pub type Refused = (String, &'static str);

/// A type with a name.
pub struct Type {
    pub name: String,
    pub meaning: String,
    pub rows: Vec<Row>,
}

impl Reference {
    /// Reads the document.
    pub fn read(document: &Value) -> Self {
        let nothing = Map::new();
        let named = Named(document["components"]["schemas"].as_object().unwrap_or(&nothing));
        let mut groups: Vec<(String, Vec<Operation>)> = Vec::new();
        for (path, methods) in document["paths"].as_object().into_iter().flatten() {
            for (method, described) in methods.as_object().into_iter().flatten() {
                let group = text(&described["tags"][0]);
                let operation = operation(method, path, described, &named);
                match groups.iter_mut().find(|(known, _)| *known == group) {
                    Some((_, operations)) => operations.push(operation),
                    None => groups.push((group, vec![operation])),
                }
            }
        }
        let order = |group: &str| document["tags"].as_array()?.iter().position(|tag| tag["name"] == group);
        groups.sort_by_key(|(group, _)| order(group));
        let structured = named.0.iter().filter(|(_, schema)| named.is_structured(schema));
        let types = structured.map(|(name, schema)| Type {
            name: name.clone(),
            meaning: text(&schema["description"]),
            rows: named.rows(schema),
        });
        let (version, introduction) = (text(&document["info"]["version"]), text(&document["info"]["description"]));
        Self { version, introduction, types: types.collect(), groups }
    }

    /// The calls in which every word stands, and the types they speak of.
    pub fn matching(&self, words: &str) -> (Vec<(&str, Vec<&Operation>)>, Vec<&Type>) {
        let fitting = self.groups.iter().map(|(group, operations)| {
            let fits = operations.iter().filter(|operation| operation.has(group, words));
            (group.as_str(), fits.collect::<Vec<_>>())
        });
        let groups: Vec<_> = fitting.filter(|(_, operations)| !operations.is_empty()).collect();
        let mut wanted: BTreeSet<&str> = BTreeSet::new();
        let mut next: Vec<&str> = groups.iter().flat_map(|(_, fitting)| fitting).flat_map(|one| one.types()).collect();
        // Every refusal is one.
        next.extend((!groups.is_empty()).then_some("Problem"));
        while let Some(name) = next.pop() {
            if wanted.insert(name) {
                next.extend(self.types.iter().filter(|one| one.name == name).flat_map(|one| types_in(&one.rows)));
            }
        }
        let types = self.types.iter().filter(|one| wanted.contains(one.name.as_str()));
        (groups, types.collect())
    }
}

impl Operation {
    /// Whether every one of these words stands somewhere in it.
    fn has(&self, group: &str, words: &str) -> bool {
        let bodies = self.body.iter().chain(self.answers.iter().map(|(_, answer)| &answer.content));
        let rows = bodies.flat_map(|content| &content.rows).chain(self.parameters.iter().map(|(_, row)| row));
        let names = rows.map(|row| row.name.as_str());
        let codes = self.refusals.iter().flat_map(|(_, codes)| codes).map(|(code, _)| code.as_str());
        let own = [group, &self.id, &self.method, &self.path, &self.summary, &self.notes];
        let access = self.scopes.iter().chain(&self.roles).map(String::as_str);
        let all: Vec<&str> = own.into_iter().chain(access).chain(names).chain(codes).collect();
        let all = all.join("\n").to_lowercase();
        words.to_lowercase().split_whitespace().all(|word| all.contains(word))
    }

    fn types(&self) -> Vec<&str> {
        let bodies = self.body.iter().chain(self.answers.iter().map(|(_, answer)| &answer.content));
        bodies.flat_map(|content| types_of(&content.kind).chain(types_in(&content.rows))).collect()
    }
}

fn types_in(rows: &[Row]) -> impl Iterator<Item = &str> {
    rows.iter().flat_map(|row| types_of(&row.kind))
}

fn types_of(kind: &[Piece]) -> impl Iterator<Item = &str> {
    kind.iter().filter_map(|piece| match piece {
        Piece::Type(name) => Some(name.as_str()),
        Piece::Words(_) | Piece::Value(_) => None,
    })
}

fn text(value: &Value) -> String {
    value.as_str().unwrap_or_default().to_owned()
}

fn operation(method: &str, path: &str, described: &Value, named: &Named<'_>) -> Operation {
    let method = method.to_uppercase();
    let security = described["security"].as_array();
    let granted = |scheme: &str| {
        let listed = security.into_iter().flatten().filter_map(|one| one[scheme][0].as_str());
        listed.map(str::to_owned).collect::<Vec<_>>()
    };
    let (scopes, roles) = (granted("key"), granted("session"));
    let body = described["requestBody"]["content"].as_object().and_then(|content| content.iter().next());
    let example = example_of(&method, path, described, &scopes, &roles, named);
    let (mut answers, mut refusals) = (Vec::new(), Vec::new());
    for (status, response) in described["responses"].as_object().into_iter().flatten() {
        match response["content"].as_object().and_then(|content| content.iter().next()) {
            Some((kind, content)) if kind == "application/problem+json" => {
                refusals.push((status.clone(), refused(&content["schema"])));
            }
            Some((media_type, body)) => answers.push((status.clone(), answer(response, media_type, body, named))),
            None => answers.push((status.clone(), answer(response, "no body", &Value::Null, named))),
        }
    }
    Operation {
        id: text(&described["operationId"]),
        summary: text(&described["summary"]),
        notes: text(&described["description"]),
        parameters: parameters(described, named),
        body: body.map(|(media_type, body)| content(media_type, body, named)),
        path: path.to_owned(),
        method,
        scopes,
        roles,
        answers,
        refusals,
        example,
    }
}

fn parameters(described: &Value, named: &Named<'_>) -> Vec<(String, Row)> {
    let parameters = described["parameters"].as_array().into_iter().flatten();
    let row = |parameter: &Value| Row {
        name: text(&parameter["name"]),
        kind: named.kind(&parameter["schema"]),
        is_required: parameter["required"] == true,
        when: None,
        limits: named.limits(&parameter["schema"]),
        meaning: text(&parameter["description"]),
    };
    parameters.map(|parameter| (text(&parameter["in"]), row(parameter))).collect()
}

fn content(media_type: &str, body: &Value, named: &Named<'_>) -> Content {
    let schema = &body["schema"];
    let is_named = schema["$ref"].is_string();
    let rows = if is_named { Vec::new() } else { named.rows(schema) };
    Content { media_type: media_type.to_owned(), kind: named.kind(schema), rows }
}

fn answer(response: &Value, media_type: &str, body: &Value, named: &Named<'_>) -> Answer {
    let headers = response["headers"].as_object().into_iter().flatten();
    let headers = headers.map(|(name, header)| (name.clone(), text(&header["description"])));
    Answer {
        meaning: text(&response["description"]),
        headers: headers.collect(),
        content: Content {
            // What is answered is written out, even where it has a name: most names are met once.
            rows: named.rows(&body["schema"]),
            ..content(media_type, body, named)
        },
    }
}

fn refused(schema: &Value) -> Vec<Refused> {
    let listed = schema["allOf"][1]["properties"]["code"]["enum"].as_array();
    let codes = listed.into_iter().flatten().filter_map(Value::as_str);
    let title = |word: &str| Code::ALL.iter().find(|code| code.as_str() == word).map(|code| code.title());
    codes.map(|word| (word.to_owned(), title(word).unwrap_or("Internal error"))).collect()
}

fn example_of(
    method: &str,
    path: &str,
    described: &Value,
    scopes: &[String],
    roles: &[String],
    named: &Named<'_>,
) -> String {
    let mut filled = path.to_owned();
    for parameter in described["parameters"].as_array().into_iter().flatten() {
        let name = text(&parameter["name"]);
        let value = example::value(&name, named.whole(&parameter["schema"]));
        let shown = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        filled = filled.replace(&format!("{{{name}}}"), &shown);
    }
    let taken = described["requestBody"]["content"].as_object().and_then(|content| content.iter().next());
    let body = taken.map(|(media_type, body)| {
        let written = match media_type.as_str() {
            "application/json" => format!("-d '{:#}'", example::value("", &body["schema"])),
            _ => "--data-binary @workflow.yaml".to_owned(),
        };
        (media_type.as_str(), written)
    });
    let body = body.as_ref().map(|(media_type, written)| (*media_type, written.as_str()));
    example::curl(method, &filled, !scopes.is_empty(), !roles.is_empty(), body)
}
