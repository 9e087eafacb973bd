//! What people decided, in words.

use serde_json::Value;

/// What the terminal says of an outcome.
pub(super) fn told(tool: &str, outcome: &Value) -> String {
    let names: Vec<&str> = outcome["reviewers"]
        .as_array()
        .map_or_else(Vec::new, |reviewers| reviewers.iter().filter_map(|reviewer| reviewer["name"].as_str()).collect());
    let by = if names.is_empty() { String::new() } else { format!(" by {}", names.join(" and ")) };
    format!("{tool} {}{by}", outcome["status"].as_str().unwrap_or("settled"))
}

/// Why the call may not run, unless it was approved.
pub(super) fn refusal(outcome: &Value) -> Option<String> {
    match outcome["status"].as_str() {
        Some("approved") => None,
        Some("rejected" | "cancelled" | "revoked") => {
            Some(outcome["notes"].as_str().unwrap_or("no note was left").to_owned())
        }
        _ => Some("nobody decided in time".to_owned()),
    }
}
