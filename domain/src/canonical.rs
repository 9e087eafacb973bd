//! JSON read strictly and written canonically (RFC 8785), because what is digested must have one reading only.

use std::fmt;

use serde::de::{self, DeserializeSeed, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Number, Value};

use crate::{Digest, Refusal};

/// Nesting beyond this is refused.
pub const MAX_DEPTH: usize = 64;
/// Names by which the library passes values of its own to itself: under them it takes a text for JSON, and reads that
/// leniently.
const PRIVATE: &str = "$serde_json::private::";
/// The largest integer every JSON reader agrees on: 2^53 − 1.
pub const MAX_SAFE_INTEGER: i64 = (1 << 53) - 1;

/// Reads JSON, refusing what two readers might understand differently.
///
/// # Errors
/// `malformed_json` for text that is not one JSON value in UTF-8, for an object that names a key twice or by a name that
/// is private to the library, for an integer beyond ±(2^53 − 1), and for nesting beyond [`MAX_DEPTH`].
pub fn parse(bytes: &[u8]) -> Result<Value, Refusal> {
    let refuse = |error: serde_json::Error| Refusal::malformed_json(error.to_string());
    let text = std::str::from_utf8(bytes).map_err(|error| Refusal::malformed_json(format!("not UTF-8: {error}")))?;
    let mut reader = serde_json::Deserializer::from_str(text);
    let value = Strict { depth: 0 }.deserialize(&mut reader).map_err(refuse)?;
    reader.end().map_err(refuse)?;
    Ok(value)
}

/// Writes a value in canonical form: sorted keys, shortest numbers, no white space.
pub fn to_string(value: &Value) -> String {
    // Serialising a `Value` to memory has no failing case: its keys are strings and its numbers finite.
    serde_json_canonicalizer::to_string(value).unwrap_or_default()
}

/// The digest of a value as a `what`, over its canonical form.
pub fn digest(what: &str, value: &Value) -> Digest {
    Digest::of(what, to_string(value).as_bytes())
}

#[derive(Clone, Copy)]
struct Strict {
    depth: usize,
}

impl Strict {
    fn deeper<E: de::Error>(self) -> Result<Self, E> {
        if self.depth >= MAX_DEPTH {
            return Err(E::custom(format!("nested deeper than {MAX_DEPTH} levels")));
        }
        Ok(Self { depth: self.depth + 1 })
    }
}

impl<'de> DeserializeSeed<'de> for Strict {
    type Value = Value;

    fn deserialize<D: de::Deserializer<'de>>(self, deserializer: D) -> Result<Value, D::Error> {
        deserializer.deserialize_any(self)
    }
}

fn too_big<E: de::Error>(shown: impl fmt::Display) -> E {
    E::custom(format!("the integer {shown} is beyond ±(2^53 − 1); send it as a string"))
}

impl<'de> Visitor<'de> for Strict {
    type Value = Value;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E: de::Error>(self) -> Result<Value, E> {
        Ok(Value::Null)
    }

    fn visit_bool<E: de::Error>(self, value: bool) -> Result<Value, E> {
        Ok(Value::Bool(value))
    }

    fn visit_i64<E: de::Error>(self, value: i64) -> Result<Value, E> {
        if value < -MAX_SAFE_INTEGER {
            return Err(too_big(value));
        }
        Ok(Value::Number(value.into()))
    }

    fn visit_u64<E: de::Error>(self, value: u64) -> Result<Value, E> {
        if value > MAX_SAFE_INTEGER.unsigned_abs() {
            return Err(too_big(value));
        }
        Ok(Value::Number(value.into()))
    }

    fn visit_f64<E: de::Error>(self, value: f64) -> Result<Value, E> {
        // Integers too long for 64 bits arrive here as floats that have already lost digits.
        if value.fract() == 0.0 && value.abs() > 9_007_199_254_740_991.0 {
            return Err(too_big(value));
        }
        // `1.0` and `1` are one number in canonical form, so they are one value here as well.
        #[expect(clippy::cast_possible_truncation, reason = "the value is whole and within ±(2^53 − 1)")]
        if value.fract() == 0.0 {
            return Ok(Value::Number((value as i64).into()));
        }
        Number::from_f64(value).map(Value::Number).ok_or_else(|| E::custom("a number that is not finite"))
    }

    fn visit_str<E: de::Error>(self, value: &str) -> Result<Value, E> {
        Ok(Value::String(value.to_owned()))
    }

    fn visit_string<E: de::Error>(self, value: String) -> Result<Value, E> {
        Ok(Value::String(value))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut items = Vec::new();
        while let Some(item) = seq.next_element_seed(inner)? {
            items.push(item);
        }
        Ok(Value::Array(items))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Value, A::Error> {
        let inner = self.deeper()?;
        let mut object = Map::new();
        while let Some(key) = map.next_key::<String>()? {
            if key.starts_with(PRIVATE) {
                return Err(de::Error::custom(format!("the key {key:?} has a meaning of its own; use another")));
            }
            let value = map.next_value_seed(inner)?;
            if object.contains_key(&key) {
                return Err(de::Error::custom(format!("the key {key:?} appears twice")));
            }
            object.insert(key, value);
        }
        Ok(Value::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        parse(text.as_bytes()).expect_err(text).message
    }

    #[test]
    fn ambiguous_json_is_refused() {
        assert!(refused(r#"{"a":1,"a":2}"#).contains("appears twice"));
        assert!(refused(r#"{"a":{"b":1,"b":1}}"#).contains("appears twice"));
        assert!(refused("9007199254740992").contains("2^53"));
        assert!(refused("-9007199254740992").contains("2^53"));
        assert!(refused("123456789012345678901234567890").contains("2^53"));
        assert!(refused("1e309").contains("number out of range"));
        assert!(refused("{} {}").contains("trailing"));
        for name in ["$serde_json::private::RawValue", "$serde_json::private::Number"] {
            let text = format!(r#"{{"a":{{"{name}":"{{\"b\":1,\"b\":2}}"}}}}"#);
            assert!(refused(&text).contains("a meaning of its own"), "{text}");
        }
        assert!(parse(br#""\ud800""#).is_err());
        assert!(parse(b"\"\xff\"").is_err());
        assert!(refused(&format!("{}{}", "[".repeat(65), "]".repeat(65))).contains("deeper"));
        assert!(parse(format!("{}{}", "[".repeat(64), "]".repeat(64)).as_bytes()).is_ok());
    }

    #[test]
    fn canonical_form_is_one_form() {
        let one = parse(br#"{"b":1.0,"a":[-0,"\u00e9",1e2]}"#).expect("JSON");
        let other = parse("{ \"a\": [0, \"é\", 100], \"b\": 1 }".as_bytes()).expect("JSON");
        assert_eq!(to_string(&one), r#"{"a":[0,"é",100],"b":1}"#);
        assert_eq!(digest("x", &one), digest("x", &other));
        assert_ne!(digest("x", &one), digest("y", &one));
    }

    #[test]
    fn unicode_is_not_normalised() {
        assert_ne!(digest("x", &Value::from("é")), digest("x", &Value::from("e\u{301}")));
    }
}
