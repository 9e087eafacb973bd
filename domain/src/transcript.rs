//! What was said around a request, as the agent's side hands it over: an open payload with sane bounds.

use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::{Digest, Refusal, canonical};

/// The most messages of a transcript.
pub const MAX_MESSAGES: usize = 500;
/// The longest role, in characters.
pub const MAX_ROLE: usize = 40;
/// The longest message, in characters.
pub const MAX_TEXT: usize = 20_000;
/// The largest transcript, in bytes of canonical JSON.
pub const MAX_BYTES: usize = 256 << 10;

/// One message. Nothing of it is trusted, not even who is said to have spoken.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Message {
    /// Who spoke, in the framework's words.
    pub role: String,
    /// What was said; content that is not text as canonical JSON.
    pub text: String,
    /// When, as it was handed over.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<String>,
    /// Whatever else the message carried.
    #[serde(default, skip_serializing_if = "Map::is_empty")]
    pub more: Map<String, Value>,
}

/// How a package names its transcript.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct Transcript {
    /// How many messages.
    pub messages: u32,
    /// The digest of all of them.
    pub digest: Digest,
}

impl Transcript {
    /// The name of these messages.
    pub fn of(messages: &[Message]) -> Self {
        Self {
            messages: u32::try_from(messages.len()).unwrap_or(u32::MAX),
            digest: canonical::digest("transcript/v1", &json!(messages)),
        }
    }
}

/// Reads a transcript.
///
/// # Errors
/// `invalid_field` at the place that is missing, of another type, or beyond the bounds.
pub fn read(transcript: &Value) -> Result<Vec<Message>, Refusal> {
    let Some(items) = transcript.as_array() else {
        return Err(Refusal::invalid("/transcript", "expected a list of messages {role, text}"));
    };
    if items.len() > MAX_MESSAGES {
        return Err(Refusal::invalid("/transcript", format!("expected at most {MAX_MESSAGES} messages")));
    }
    if canonical::to_string(transcript).len() > MAX_BYTES {
        return Err(Refusal::invalid("/transcript", format!("expected at most {MAX_BYTES} bytes")));
    }
    items.iter().enumerate().map(|(place, item)| message(item, &format!("/transcript/{place}"))).collect()
}

fn message(item: &Value, at: &str) -> Result<Message, Refusal> {
    let Value::Object(members) = item else {
        return Err(Refusal::invalid(at, "expected a message {role, text}"));
    };
    let mut more = members.clone();
    let role = text(more.remove("role"), &format!("{at}/role"), MAX_ROLE)?;
    let (name, content) = match more.remove("text") {
        Some(content) => ("text", Some(content)),
        None => ("content", more.remove("content")),
    };
    let content = content.map(|content| match content {
        Value::String(words) => Value::String(words),
        other => Value::String(canonical::to_string(&other)),
    });
    let when = more.remove("at").map(|when| text(Some(when), &format!("{at}/at"), MAX_ROLE)).transpose()?;
    Ok(Message { role, text: text(content, &format!("{at}/{name}"), MAX_TEXT)?, at: when, more })
}

fn text(value: Option<Value>, at: &str, most: usize) -> Result<String, Refusal> {
    match value {
        Some(Value::String(text)) if text.chars().count() <= most => Ok(text),
        Some(Value::String(_)) => Err(Refusal::invalid(at, format!("expected at most {most} characters"))),
        Some(_) => Err(Refusal::invalid(at, "expected text")),
        None => Err(Refusal::invalid(at, "missing")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn messages_are_read_in_either_spelling_and_nothing_is_lost() {
        let given = json!([
            {"role": "user", "text": "Please."},
            {"role": "assistant", "content": [{"type": "tool_use", "id": "t1"}], "at": "09:00", "model": "m"},
            {"role": "user", "text": "Both", "content": 7},
        ]);
        let read = read(&given).expect("messages");
        assert_eq!(read[0].text, "Please.");
        assert_eq!(read[1].text, r#"[{"id":"t1","type":"tool_use"}]"#);
        assert_eq!((read[1].at.as_deref(), &read[1].more["model"]), (Some("09:00"), &json!("m")));
        assert_eq!(read[2].more["content"], json!(7));
        assert_eq!(Transcript::of(&read).messages, 3);
        assert_ne!(Transcript::of(&read).digest, Transcript::of(&read[..2]).digest);
        let stored: Vec<Message> = serde_json::from_value(json!(read)).expect("stored");
        assert_eq!(stored, read);
    }

    #[test]
    fn what_is_beyond_the_bounds_is_named() {
        let long = |count: usize| "x".repeat(count);
        let message = |text: String| json!({"role": "user", "text": text});
        let table = [
            (json!({}), "/transcript"),
            (json!(["hello"]), "/transcript/0"),
            (json!([{"text": "x"}]), "/transcript/0/role"),
            (json!([{"role": long(41), "text": "x"}]), "/transcript/0/role"),
            (json!([{"role": "user"}]), "/transcript/0/content"),
            (json!([{"role": "user", "text": "x", "at": 7}]), "/transcript/0/at"),
            (json!([message("x".to_owned()), message(long(MAX_TEXT + 1))]), "/transcript/1/text"),
            (json!(vec![message("x".to_owned()); MAX_MESSAGES + 1]), "/transcript"),
            (json!(vec![message(long(MAX_TEXT)); 14]), "/transcript"),
        ];
        for (given, place) in table {
            assert_eq!(read(&given).expect_err(place).errors[0].path, place);
        }
        read(&json!(vec![message("x".to_owned()); MAX_MESSAGES])).expect("as many as may be");
    }
}
