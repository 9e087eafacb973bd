//! What a hook answers, as Claude Code reads it. An empty answer means "no decision" there, so that the tool runs: where
//! a gate is asked, there is always a decision.

use serde_json::{Value, json};

/// What the model is told of a call that no gate guards.
const NO_OBJECTION: &str = "Countersign has no objection; no gate guards this tool.";

/// An answer.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// The tool may run, with this input where a reviewer changed it.
    Allow {
        /// The whole input to use instead.
        updated_input: Option<Value>,
    },
    /// No gate guards the tool: whatever the client's own permissions say goes. Nothing is empty about that answer.
    NoObjection,
    /// The tool does not run; the model reads why.
    Deny(String),
    /// The run ends here and goes on when it is resumed.
    Defer(String),
    /// Not without somebody; where nobody is asked, the tool does not run.
    Ask(String),
    /// The agent does not stop yet; it reads why.
    GoOn(String),
    /// The model is told.
    Tell(String),
    /// Whoever watches is told; the model is not.
    Warn(String),
    /// Nothing is to be said, and nothing depends on it.
    Nothing,
}

/// The events this console answers, by the last part of the hook's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// A tool is about to be called.
    PreToolUse,
    /// The same, asked beside it by a command: what stands between may lose the other's answer.
    Guard,
    /// A tool has returned.
    PostToolUse,
    /// A tool has failed.
    PostToolUseFailure,
    /// The client would ask somebody to permit a call.
    PermissionRequest,
    /// A prompt is about to be read.
    UserPromptSubmit,
    /// A session begins or goes on.
    SessionStart,
    /// The agent is about to stop.
    Stop,
    /// An agent within it is about to stop.
    SubagentStop,
}

impl Event {
    /// Every event.
    pub const ALL: [Self; 9] = [
        Self::PreToolUse,
        Self::Guard,
        Self::PostToolUse,
        Self::PostToolUseFailure,
        Self::PermissionRequest,
        Self::UserPromptSubmit,
        Self::SessionStart,
        Self::Stop,
        Self::SubagentStop,
    ];

    /// How addresses and commands call it.
    pub const fn slug(self) -> &'static str {
        match self {
            Self::PreToolUse => "pre-tool-use",
            Self::Guard => "guard",
            Self::PostToolUse => "post-tool-use",
            Self::PostToolUseFailure => "post-tool-use-failure",
            Self::PermissionRequest => "permission-request",
            Self::UserPromptSubmit => "user-prompt-submit",
            Self::SessionStart => "session-start",
            Self::Stop => "stop",
            Self::SubagentStop => "subagent-stop",
        }
    }

    /// How Claude Code calls it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PreToolUse | Self::Guard => "PreToolUse",
            Self::PostToolUse => "PostToolUse",
            Self::PostToolUseFailure => "PostToolUseFailure",
            Self::PermissionRequest => "PermissionRequest",
            Self::UserPromptSubmit => "UserPromptSubmit",
            Self::SessionStart => "SessionStart",
            Self::Stop => "Stop",
            Self::SubagentStop => "SubagentStop",
        }
    }

    /// The event an address ends with.
    pub fn of(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|event| event.slug() == slug)
    }

    /// What is answered when this console cannot: a tool does not run, and everything else goes its way with a warning.
    pub fn refused(self, why: &str) -> Said {
        match self {
            Self::PreToolUse | Self::Guard | Self::PermissionRequest => {
                Said::Deny(format!("Countersign could not check this call, so it may not run. {why}"))
            }
            Self::PostToolUse
            | Self::PostToolUseFailure
            | Self::UserPromptSubmit
            | Self::SessionStart
            | Self::Stop
            | Self::SubagentStop => Said::Warn(format!("Countersign: {why}")),
        }
    }
}

impl Said {
    /// The answer to an event as JSON.
    pub fn to_json(&self, event: Event) -> Value {
        match (event, self) {
            (Event::PermissionRequest, Self::Deny(why) | Self::Ask(why) | Self::Defer(why)) => {
                specific(event, json!({"decision": {"behavior": "deny", "message": why, "interrupt": false}}))
            }
            (_, Self::Allow { updated_input }) => {
                let mut answer =
                    json!({"permissionDecision": "allow", "permissionDecisionReason": "Countersign allows this call."});
                if let Some(input) = updated_input {
                    answer["updatedInput"] = input.clone();
                }
                specific(event, answer)
            }
            (_, Self::NoObjection) => specific(event, json!({"additionalContext": NO_OBJECTION})),
            (_, Self::Deny(why)) => permission(event, "deny", why),
            (_, Self::Defer(why)) => permission(event, "defer", why),
            (_, Self::Ask(why)) => permission(event, "ask", why),
            (_, Self::GoOn(why)) => json!({"decision": "block", "reason": why}),
            (_, Self::Tell(text)) => specific(event, json!({"additionalContext": text})),
            (_, Self::Warn(text)) => json!({"systemMessage": text}),
            (_, Self::Nothing) => json!({}),
        }
    }
}

fn permission(event: Event, decision: &str, why: &str) -> Value {
    specific(event, json!({"permissionDecision": decision, "permissionDecisionReason": why}))
}

fn specific(event: Event, mut answer: Value) -> Value {
    answer["hookEventName"] = json!(event.name());
    json!({"hookSpecificOutput": answer})
}
