//! What Claude Code sends to a hook, on standard input or as a body: the same JSON. Keys that are not needed are ignored.

use serde::Deserialize;
use serde_json::Value;

/// The input of any hook; each event fills some of it.
#[derive(Debug, Clone, Deserialize)]
pub struct Input {
    /// The client's id of its session.
    pub session_id: String,
    /// Where it works.
    #[serde(default)]
    pub cwd: Option<String>,
    /// The tool.
    #[serde(default)]
    pub tool_name: String,
    /// The tool's input.
    #[serde(default)]
    pub tool_input: Value,
    /// The client's id of the call; a fork of the session has the same.
    #[serde(default)]
    pub tool_use_id: String,
    /// What the tool returned.
    #[serde(default)]
    pub tool_response: Value,
    /// What went wrong with the tool.
    #[serde(default)]
    pub error: Option<Value>,
    /// Whether the agent goes on already because a hook did not let it stop.
    #[serde(default)]
    pub stop_hook_active: bool,
}
