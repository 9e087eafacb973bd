//! What an administrator connects: the kinds of clients that speak to the console, and what each needs.

use std::{fmt, str::FromStr};

use serde::{Deserialize, Serialize};

use crate::{
    Scope,
    actor::{UnknownWord, words},
};

words! {
    /// A kind of client.
    Client {
        /// Claude Code and the Agent SDK, over their hooks.
        ClaudeCode = "claude-code",
        /// An agent framework with an adapter below `examples/`.
        Framework = "framework",
        /// A harness of one's own, over HTTP.
        Http = "http",
        /// A model that asks by itself, over MCP.
        Mcp = "mcp",
    }
}

impl Client {
    /// What its key may do. A model's own key writes no facts and asks no gate.
    pub const fn scope(self) -> Scope {
        match self {
            Self::ClaudeCode | Self::Framework | Self::Http => Scope::Hook,
            Self::Mcp => Scope::Agent,
        }
    }
}
