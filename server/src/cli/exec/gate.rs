//! Where people decide: in the console, or at the terminal with their password. Nothing is read from standard input, and
//! whatever is neither a person's "yes" nor an approval in the store is none.

use domain::{id::ApprovalId, inspect};
use serde_json::Value;

use super::{
    console::{Console, Unheard},
    terminal::{Said, Terminal},
};
use crate::cli::Stopped;

/// How often somebody may try again before the terminal leaves it to the console.
const TRIES: u32 = 5;

/// How the asking ended.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Answer {
    /// The store has the approval.
    Approved,
    /// The store has another end: rejected, expired, cancelled, revoked.
    Ended(String),
    /// Somebody typed "no": nothing is changed, the approval still waits.
    No,
}

/// Waits until people have decided.
pub(super) async fn wait(console: &Console, id: ApprovalId, is_asked_here: bool) -> Result<Answer, Stopped> {
    println!("  Waiting for people: {}/approvals/{id}", console.url());
    let terminal = if is_asked_here { Terminal::open() } else { None };
    let Some(terminal) = terminal else {
        println!("  There is no terminal to ask at. Decide in the console; this waits.");
        return decided(console, id).await;
    };
    let mut store = Box::pin(decided(console, id));
    for _ in 0..TRIES {
        let shown = console.shown(id).await?;
        let dialogue = terminal.ask(&shown);
        let said = tokio::select! {
            ended = &mut store => return ended,
            said = dialogue => said,
        };
        match said {
            Some(Said { answer, .. }) if answer == "no" => return Ok(Answer::No),
            Some(Said { email, password, .. }) => match console.approve(id, &shown, &email, &password).await {
                Ok(()) => {}
                Err(Unheard::Refused(told)) => terminal.tell(&format!("Not approved: {}", told.message)),
                Err(away @ Unheard::Away(_)) => return Err(away.into()),
            },
            None => break,
        }
        // It may be settled now, or one of several votes.
        if let Some(ended) = settled(&console.decision(id, None, false).await?) {
            return Ok(ended);
        }
    }
    terminal.tell("The terminal asks no more. Decide in the console; this waits.");
    store.await
}

/// Waits for the store alone.
async fn decided(console: &Console, id: ApprovalId) -> Result<Answer, Stopped> {
    let mut seen = None;
    loop {
        let told = console.decision(id, seen, true).await?;
        if let Some(ended) = settled(&told) {
            return Ok(ended);
        }
        let revision = told["revision"].as_u64().and_then(|revision| u32::try_from(revision).ok());
        if let Some(question) = told["question"].as_str().filter(|_| revision != seen) {
            println!("  A reviewer asks: {}", inspect::spelled(question));
            println!("  Answer in the console: {}/approvals/{id}", console.url());
        }
        seen = revision.or(seen);
    }
}

/// How it ended, if it has.
fn settled(told: &Value) -> Option<Answer> {
    match told["status"].as_str() {
        Some("approved") => Some(Answer::Approved),
        Some(ended @ ("rejected" | "expired" | "cancelled" | "superseded" | "revoked")) => {
            let notes = told["notes"].as_str().map(|notes| format!(": {}", inspect::spelled(notes)));
            Some(Answer::Ended(format!("{ended}{}", notes.unwrap_or_default())))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn only_an_approval_is_one() {
        let read = |status: &str| settled(&json!({"status": status}));
        assert_eq!(read("approved"), Some(Answer::Approved));
        for waiting in ["AWAITING_HUMAN_REVIEW", "information_requested", "yes", "APPROVED", ""] {
            assert_eq!(read(waiting), None, "{waiting}");
        }
        assert_eq!(read("expired"), Some(Answer::Ended("expired".to_owned())));
        assert_eq!(settled(&json!({})), None);
    }
}
