//! Agents whose clients bring a format of their own: it is translated into use cases here, and nowhere else.

pub mod claude_code;
pub mod mcp;
