//! What a resumed client says when it ends, told apart: each way it can end is another report.

use domain::resumption::Reported;
use serde_json::Value;

/// What the client says when a session waits for nothing.
const NO_MARKER: &str = "No deferred tool marker found";
/// What it says when it has no such session.
const NO_SESSION: &str = "No conversation found";
/// Of what it wrote, so much is reported, in characters.
const MOST_TOLD: usize = 500;

/// How the client ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ended {
    /// What is reported.
    pub outcome: Reported,
    /// What the client says beside it.
    pub detail: Option<String>,
    /// The call that the session waits with now.
    pub tool_use_id: Option<String>,
}

impl Ended {
    /// An end without more to say.
    pub fn with(outcome: Reported, detail: impl Into<String>) -> Self {
        Self { outcome, detail: Some(shortened(&detail.into())), tool_use_id: None }
    }
}

/// Reads the result of `claude -p --resume … --output-format json`. `waited` is the call that waited, if one did.
pub fn read(is_success: bool, stdout: &str, stderr: &str, waited: Option<&str>) -> Ended {
    let said = |marker: &str| !is_success && (stderr.contains(marker) || stdout.contains(marker));
    if said(NO_MARKER) {
        return Ended { outcome: Reported::AlreadyResumed, detail: None, tool_use_id: None };
    }
    if said(NO_SESSION) {
        return Ended { outcome: Reported::SessionUnknown, detail: None, tool_use_id: None };
    }
    let result = result(stdout);
    let Some(result) = result else {
        let told = if stderr.trim().is_empty() { stdout } else { stderr };
        return Ended::with(Reported::Failed, format!("no result: {}", told.trim()));
    };
    let deferred = result["deferred_tool_use"]["id"].as_str().map(str::to_owned);
    match (result["stop_reason"].as_str(), deferred) {
        (Some("tool_deferred_unavailable"), deferred) => Ended {
            outcome: Reported::ToolUnavailable,
            detail: result["deferred_tool_use"]["name"].as_str().map(shortened),
            tool_use_id: deferred,
        },
        (Some("tool_deferred"), Some(deferred)) => {
            let is_same = waited == Some(&*deferred);
            let outcome = match waited {
                Some(_) if is_same => Reported::DeferredAgain,
                Some(_) => Reported::Superseded,
                None => Reported::Resumed,
            };
            Ended { outcome, detail: None, tool_use_id: Some(deferred) }
        }
        _ if result["is_error"] == true || !is_success => {
            let told = result["result"].as_str().filter(|text| !text.is_empty());
            Ended::with(Reported::Failed, told.or(result["subtype"].as_str()).unwrap_or("an error without a word"))
        }
        _ => Ended { outcome: Reported::Resumed, detail: None, tool_use_id: None },
    }
}

/// The result among what was printed: alone, or on the last line that is JSON.
fn result(stdout: &str) -> Option<Value> {
    let is_result = |value: &Value| value["type"] == "result";
    let whole = serde_json::from_str(stdout).ok().filter(is_result);
    whole.or_else(|| stdout.lines().rev().find_map(|line| serde_json::from_str(line).ok().filter(is_result)))
}

/// What is reported of a text: its beginning, without what terminals are told by.
fn shortened(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_control() && c != '\n' { ' ' } else { c }).collect();
    match text.char_indices().nth(MOST_TOLD) {
        Some((at, _)) => format!("{} …", &text[..at]),
        None => text,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn ended(result: &Value, waited: Option<&str>) -> (Reported, Option<String>) {
        let ended = read(true, &result.to_string(), "", waited);
        (ended.outcome, ended.tool_use_id)
    }

    fn deferred(id: &str, reason: &str) -> Value {
        json!({"type": "result", "is_error": false, "result": "", "stop_reason": reason, "deferred_tool_use": {"id": id, "name": "Bash"}})
    }

    #[test]
    fn every_end_is_told_apart() {
        let done = json!({"type": "result", "is_error": false, "result": "done", "stop_reason": "end_turn"});
        assert_eq!(ended(&done, Some("toolu_1")), (Reported::Resumed, None));
        let again = Some("toolu_1".to_owned());
        assert_eq!(
            ended(&deferred("toolu_1", "tool_deferred"), Some("toolu_1")),
            (Reported::DeferredAgain, again.clone())
        );
        assert_eq!(
            ended(&deferred("toolu_1", "tool_deferred"), Some("toolu_0")),
            (Reported::Superseded, again.clone())
        );
        assert_eq!(ended(&deferred("toolu_1", "tool_deferred"), None), (Reported::Resumed, again.clone()));
        let gone = deferred("toolu_1", "tool_deferred_unavailable");
        assert_eq!(ended(&gone, Some("toolu_1")), (Reported::ToolUnavailable, again));
        let error =
            json!({"type": "result", "is_error": true, "result": "overloaded", "subtype": "error_during_execution"});
        assert_eq!(read(true, &error.to_string(), "", None).outcome, Reported::Failed);
        assert_eq!(read(true, &error.to_string(), "", None).detail.as_deref(), Some("overloaded"));
    }

    #[test]
    fn what_it_complains_of_is_understood_only_when_it_failed() {
        let none = "No deferred tool marker found in the resumed session. Provide a prompt.";
        assert_eq!(read(false, "", none, None).outcome, Reported::AlreadyResumed);
        assert_eq!(read(false, "", "No conversation found with session ID: x", None).outcome, Reported::SessionUnknown);
        assert_eq!(read(false, "", "boom", None).detail.as_deref(), Some("no result: boom"));
        let quoted = json!({"type": "result", "is_error": false, "result": none, "stop_reason": "end_turn"});
        assert_eq!(read(true, &quoted.to_string(), "", None).outcome, Reported::Resumed, "the model may say anything");
    }

    #[test]
    fn the_result_is_found_behind_other_lines_and_kept_short() {
        let lines = format!("warning\n{}\n", json!({"type": "result", "stop_reason": "end_turn"}));
        assert_eq!(read(true, &lines, "", None).outcome, Reported::Resumed);
        let long = read(false, "", &"x".repeat(5_000), None).detail.expect("a detail");
        assert!(long.chars().count() < MOST_TOLD + 5);
    }
}
