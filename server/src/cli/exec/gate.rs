//! Where people decide: in the console, or at the terminal with their password. Nothing is read from standard input, and
//! whatever is neither a person's "yes" nor an approval in the store is none.

use std::{
    fmt::Write as _,
    fs::{File, OpenOptions},
    io::{BufRead as _, BufReader, IsTerminal as _, Write as _},
    process::{Command, Stdio},
};

use domain::{id::ApprovalId, inspect};
use serde_json::Value;
use tokio::sync::oneshot;

use super::console::{Console, Shown, Unheard};
use crate::cli::Stopped;

/// How often somebody may try again before the terminal leaves it to the console.
const TRIES: u32 = 5;
/// The most characters of a step's evidence that the terminal shows; the console shows all.
const MOST_SHOWN: usize = 400;

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

/// What somebody typed.
struct Said {
    email: String,
    password: String,
    answer: String,
}

/// The terminal this process is at, whatever its standard input is.
struct Terminal {
    file: File,
}

impl Terminal {
    fn open() -> Option<Self> {
        let file = OpenOptions::new().read(true).write(true).open("/dev/tty").ok()?;
        file.is_terminal().then_some(Self { file })
    }

    fn tell(&self, words: &str) {
        drop(writeln!(&self.file, "  {words}"));
    }

    /// Asks on a thread of its own, so that the console may be first. `None` when nobody answers here.
    async fn ask(&self, shown: &Shown) -> Option<Said> {
        let file = self.file.try_clone().ok()?;
        let text = summary(shown);
        let (tell, told) = oneshot::channel();
        std::thread::Builder::new()
            .name("terminal".to_owned())
            .spawn(move || drop(tell.send(dialogue(&file, &text))))
            .ok()?;
        let quiet = Quiet(self.file.try_clone().ok()?);
        let said = told.await.ok().flatten();
        drop(quiet);
        said
    }
}

fn dialogue(terminal: &File, summary: &str) -> Option<Said> {
    let mut lines = BufReader::new(terminal);
    let mut out = terminal;
    write!(out, "{summary}").ok()?;
    let email = asked(&mut out, &mut lines, "  Reviewer's email (empty: leave it to the console): ")?;
    if email.is_empty() {
        return None;
    }
    // A password is not typed where it shows.
    if !echo(terminal, false) {
        writeln!(out, "  This terminal cannot hide a password.").ok()?;
        return None;
    }
    let password = asked(&mut out, &mut lines, "  Password: ");
    echo(terminal, true);
    writeln!(out).ok()?;
    let password = password?;
    loop {
        let answer = asked(&mut out, &mut lines, "  Approve? Only \"yes\" goes on, \"no\" stops without a change: ")?;
        if answer == "yes" || answer == "no" {
            return Some(Said { email, password, answer });
        }
        writeln!(out, "  Type yes or no.").ok()?;
    }
}

fn asked(out: &mut &File, lines: &mut BufReader<&File>, question: &str) -> Option<String> {
    write!(out, "{question}").ok()?;
    let mut line = String::new();
    match lines.read_line(&mut line) {
        Ok(0) | Err(_) => None,
        Ok(_) => Some(line.trim_end_matches(['\r', '\n']).trim().to_owned()),
    }
}

/// Whether what is typed shows.
fn echo(terminal: &File, shows: bool) -> bool {
    let Ok(input) = terminal.try_clone() else { return false };
    let set =
        Command::new("stty").arg(if shows { "echo" } else { "-echo" }).stdin(input).stdout(Stdio::null()).status();
    set.is_ok_and(|status| status.success())
}

/// A terminal that shows again what is typed, however the asking ended.
struct Quiet(File);

impl Drop for Quiet {
    fn drop(&mut self) {
        echo(&self.0, true);
    }
}

/// What is agreed to, as far as a terminal shows it.
fn summary(shown: &Shown) -> String {
    let package = &shown.package;
    let mut text = format!("\n  ── Approval: {}\n", inspect::spelled(&package.title));
    for (step, evidence) in package.input["steps"].as_object().into_iter().flatten() {
        let line = evidence["output"].as_object().map_or_else(String::new, |_| evidence["output"].to_string());
        let line = if line.is_empty() { evidence["summary"].as_str().unwrap_or_default().to_owned() } else { line };
        let hidden = line.chars().count().saturating_sub(MOST_SHOWN);
        let line: String = line.chars().take(MOST_SHOWN).collect();
        let more = if hidden > 0 { format!(" [+{hidden} in the console]") } else { String::new() };
        let (step, line) = (inspect::spelled(step), inspect::spelled(&line).replace('\n', " "));
        let _ = writeln!(text, "     ✓ {step}  {line}{more}");
    }
    let _ = writeln!(text, "     Policy {}. Everything: package {}", package.policy_name, shown.package_digest);
    text
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
