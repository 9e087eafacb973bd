//! What schemas read as.

use super::*;
use serde_json::json;

fn shown(schema: &Value) -> Vec<String> {
    let named = json!({
        "Vote": {"type": "object", "properties": {"by": {"type": "string"}}},
        "RunId": {"type": "string", "description": "A run.", "pattern": "^run_[0-7][0-9a-hjkmnp-tv-z]{25}$"},
    });
    let named = named.as_object().expect("an object");
    let line = |row: Row| {
        let kind = row.kind.into_iter().map(|piece| match piece {
            Piece::Words(words) => words,
            Piece::Value(value) => format!("`{value}`"),
            Piece::Type(name) => format!("<{name}>"),
        });
        let when = row.when.map_or_else(String::new, |(name, value)| format!(" when {name} = {value}"));
        let must = if row.is_required { "!" } else { "" };
        let (kind, limits) = (kind.collect::<String>(), row.limits.join("; "));
        format!("{}{must}: {kind} [{limits}] {}{when}", row.name, row.meaning)
    };
    Named(named).rows(schema).into_iter().map(line).collect()
}

#[test]
fn members_say_what_they_hold() {
    let schema = json!({"required": ["run", "votes"], "properties": {
        "run": {"$ref": "#/components/schemas/RunId"},
        "votes": {"type": "array", "items": {"$ref": "#/components/schemas/Vote"}},
        "note": {"type": ["string", "null"], "maxLength": 40, "description": "Some\nwords."},
        "limit": {"type": "integer", "minimum": 1, "maximum": 200, "default": 50},
        "state": {"oneOf": [{"const": "open"}, {"const": "shut"}]},
        "last": {"anyOf": [{"$ref": "#/components/schemas/Vote"}, {"type": "null"}]},
        "more": true,
    }});
    insta::assert_snapshot!(shown(&schema).join("\n"), @r"
    last: <Vote> or null [] 
    limit: integer [1 to 200; `50` when left out] 
    more: any JSON [] 
    note: string or null [at most 40 characters] Some words.
    run!: string [begins with `run_`] A run.
    state: one of `open`, `shut` [] 
    votes!: list of <Vote> [] 
    ");
}

#[test]
fn members_within_and_alternatives_are_told_apart() {
    let schema = json!({"properties": {
        "items": {"type": "array", "items": {"type": "object", "properties": {"id": {"type": "string"}}}},
    }, "oneOf": [
        {"required": ["outcome"], "properties": {"outcome": {"const": "allow"}}},
        {"properties": {"outcome": {"const": "block"}, "error": {"type": "string"}}},
    ]});
    insta::assert_snapshot!(shown(&schema).join("\n"), @r"
    items: list of object [] 
    items[].id: string [] 
    outcome!: `allow` []  when outcome = allow
    error: string []  when outcome = block
    outcome: `block` []  when outcome = block
    ");
}
