//! How far the run of a session is, as `countersign hook --markers` asks to be told beside an answer.

use axum::http::HeaderMap;

use super::{input::Input, said::Event};
use crate::{
    desk::{Caller, Desk, hooked::Phases},
    error::Result,
};

/// The header that asks for it.
pub const ASKS: &str = "countersign-markers";
/// Where it stands in an answer. The client never reads it: the command takes it out.
pub const KEY: &str = "countersign";

/// The events after which a run may be further than before.
pub const fn moves(event: Event) -> bool {
    match event {
        Event::PostToolUse
        | Event::PostToolUseFailure
        | Event::UserPromptSubmit
        | Event::SessionStart
        | Event::Stop => true,
        Event::PreToolUse | Event::Guard | Event::PermissionRequest | Event::SubagentStop => false,
    }
}

/// How far the session's run is, where that was asked for. The files that show it mirror the run: where it cannot be
/// read, they stay as they are, and the answer they come with is told all the same.
pub(super) async fn told(
    desk: &Desk,
    caller: &Caller,
    event: Event,
    headers: &HeaderMap,
    input: &Input,
) -> Option<Phases> {
    if !moves(event) || !headers.contains_key(ASKS) {
        return None;
    }
    match read(desk, caller, input).await {
        Ok(phases) => phases,
        Err(error) => {
            tracing::warn!(%error, "how far the run is could not be read; its markers stay as they are");
            None
        }
    }
}

async fn read(desk: &Desk, caller: &Caller, input: &Input) -> Result<Option<Phases>> {
    let Some(session) = desk.find_hooked(caller, &input.session_id).await? else { return Ok(None) };
    Ok(Some(desk.standing(caller, session.run).await?.phases))
}
