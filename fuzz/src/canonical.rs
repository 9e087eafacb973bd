//! The strict reader and the canonical form: what is digested has one reading, and one value has one form.

use domain::{Digest, canonical, refusal::Code};
use serde_json::{Value, json};

use super::{
    oracle::{self, Seen},
    rewrite,
};

/// Two texts may stand in the bytes, parted by this.
const BETWEEN: u8 = 0x1e;

/// What must hold of any bytes.
pub fn holds(data: &[u8]) {
    let values: Vec<Value> = data.split(|byte| *byte == BETWEEN).take(2).filter_map(one).collect();
    if let [one, other] = &values[..] {
        let is_one = canonical::to_string(one) == canonical::to_string(other);
        assert_eq!(is_one, one == other, "one form for two values, or two for one: {one} {other}");
        assert_eq!(is_one, canonical::digest("fuzz", one) == canonical::digest("fuzz", other));
    }
}

/// One text: it is read as the second reader reads it, or refused by both.
fn one(data: &[u8]) -> Option<Value> {
    let (read, expected) = (canonical::parse(data), oracle::read(data));
    let shown = || String::from_utf8_lossy(data);
    let value = match (read, expected) {
        (Ok(value), Some(seen)) => {
            assert!(is_same(&value, &seen), "{value} is not {seen:?}");
            value
        }
        (Err(refusal), None) => {
            assert!(refusal.code == Code::MalformedJson && !refusal.message.is_empty(), "{refusal:?}");
            return None;
        }
        (Ok(value), None) => panic!("read as {value}: {}", shown()),
        (Err(refusal), Some(_)) => panic!("{refusal}: {}", shown()),
    };
    has_one_form(data, &value);
    Some(value)
}

fn has_one_form(data: &[u8], value: &Value) {
    let form = canonical::to_string(value);
    assert_eq!(canonical::parse(form.as_bytes()).as_ref(), Ok(value), "the form says something else: {form}");
    is_canonical(&oracle::read(form.as_bytes()).expect("JSON"), &form);
    let written = rewrite::written(&mut rewrite::drawn_from(data), value);
    let again = canonical::parse(written.as_bytes()).unwrap_or_else(|refusal| panic!("{refusal}: {written}"));
    assert_eq!(canonical::to_string(&again), form, "written as {written}");
    let digest = canonical::digest("fuzz", value);
    assert_eq!(canonical::digest("fuzz", &again), digest);
    assert_ne!(canonical::digest("fuzz/other", value), digest, "what it is a digest of does not count");
    assert_ne!(canonical::digest("fuzz", &json!([value])), digest);
    assert_eq!(digest.to_string().parse::<Digest>(), Ok(digest));
}

/// Whether two readers saw the same.
fn is_same(value: &Value, seen: &Seen) -> bool {
    match (value, seen) {
        (Value::Null, Seen::Word(word)) => word == "null",
        (Value::Bool(yes), Seen::Word(word)) => *word == yes.to_string(),
        (Value::String(text), Seen::Text(seen)) => text == seen,
        // To the last bit; zero has no sign.
        (Value::Number(number), Seen::Number(text)) => number.as_f64() == text.parse().ok(),
        (Value::Array(items), Seen::List(seen)) => {
            items.len() == seen.len() && items.iter().zip(seen).all(|(item, seen)| is_same(item, seen))
        }
        (Value::Object(fields), Seen::Object(seen)) => {
            fields.len() == seen.len()
                && seen.iter().all(|(name, seen)| fields.get(name).is_some_and(|value| is_same(value, seen)))
        }
        _ => false,
    }
}

/// RFC 8785: names in the order of their UTF-16 units, no negative zero; no white space, which the length shows.
fn is_canonical(seen: &Seen, form: &str) {
    match seen {
        Seen::Object(members) => {
            let units: Vec<Vec<u16>> = members.iter().map(|(name, _)| name.encode_utf16().collect()).collect();
            assert!(units.is_sorted(), "names out of order: {form}");
            for (_, value) in members {
                is_canonical(value, form);
            }
        }
        Seen::List(items) => {
            for item in items {
                is_canonical(item, form);
            }
        }
        Seen::Number(text) => assert!(text != "-0" && !text.ends_with(".0"), "{text} in {form}"),
        Seen::Word(_) | Seen::Text(_) => {}
    }
    assert!(!form.starts_with(char::is_whitespace) && !form.ends_with(char::is_whitespace), "{form:?}");
}
