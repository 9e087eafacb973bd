//! The terminal this process is at, whatever its standard input is: asks for a person, their password and their word.
//! It is read by one thread at a time, which stops when the console was first, so that nothing typed later is taken for
//! an answer to it.

use std::{
    fmt::Write as _,
    fs::{File, OpenOptions},
    io::{ErrorKind, IsTerminal as _, Read as _, Write as _},
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc,
    },
    thread,
    time::Duration,
};

use domain::inspect;
use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    fs::{Mode, OFlags},
    termios::{LocalModes, OptionalActions, QueueSelector, Termios, tcflush, tcgetattr, tcsetattr},
};
use tokio::sync::oneshot;

use super::console::Shown;

/// The terminal.
const TTY: &str = "/dev/tty";
/// How often the reader looks whether it is still wanted.
const LOOK: Duration = Duration::from_millis(100);
/// How long the end of the reader is waited for: a terminal that is held (Ctrl-S) keeps it in the middle of a question.
const PATIENCE: Duration = Duration::from_secs(1);
/// The most characters of a step's evidence that the terminal shows; the console shows all.
const MOST_SHOWN: usize = 400;

/// What somebody typed.
pub(super) struct Said {
    pub(super) email: String,
    pub(super) password: String,
    pub(super) answer: String,
}

/// The terminal this process is at.
pub(super) struct Terminal {
    out: File,
}

impl Terminal {
    pub(super) fn open() -> Option<Self> {
        let out = OpenOptions::new().read(true).write(true).open(TTY).ok()?;
        out.is_terminal().then_some(Self { out })
    }

    pub(super) fn tell(&self, words: &str) {
        drop(writeln!(&self.out, "  {words}"));
    }

    /// Asks on a thread of its own, so that the console may be first. `None` when nobody answers here. Dropped, it stops
    /// asking.
    pub(super) async fn ask(&self, shown: &Shown) -> Option<Said> {
        let stop = Arc::<AtomicBool>::default();
        let lines = Lines::of(self.out.try_clone().ok()?, Arc::clone(&stop))?;
        let text = summary(shown);
        let (tell, told) = oneshot::channel();
        let (close, closed) = mpsc::channel();
        let asks = move || {
            let said = lines.dialogue(&text);
            drop(lines);
            // Nobody may listen any more.
            let _ = close.send(());
            drop(tell.send(said));
        };
        thread::Builder::new().name("terminal".to_owned()).spawn(asks).ok()?;
        let _asking = Asking { stop, closed };
        told.await.ok().flatten()
    }
}

/// A dialogue that goes on; it has ended when this is dropped.
struct Asking {
    stop: Arc<AtomicBool>,
    closed: mpsc::Receiver<()>,
}

impl Drop for Asking {
    fn drop(&mut self) {
        self.stop.store(true, Relaxed);
        let _ = self.closed.recv_timeout(PATIENCE);
    }
}

/// What is typed, line by line, as long as it is wanted.
struct Lines {
    out: File,
    input: File,
    stop: Arc<AtomicBool>,
}

impl Lines {
    fn of(out: File, stop: Arc<AtomicBool>) -> Option<Self> {
        // Opened by itself, so that a read that would wait returns here and nowhere else.
        let flags = OFlags::RDONLY | OFlags::NONBLOCK | OFlags::NOCTTY | OFlags::CLOEXEC;
        let input = rustix::fs::open(TTY, flags, Mode::empty()).ok()?;
        Some(Self { out, input: input.into(), stop })
    }

    fn dialogue(&self, summary: &str) -> Option<Said> {
        let mut out = &self.out;
        write!(out, "{summary}").ok()?;
        let email = self.asked("  Reviewer's email (empty: leave it to the console): ")?;
        if email.is_empty() {
            return None;
        }
        // A password is not typed where it shows.
        let Some(hidden) = Hidden::on(&self.input) else {
            writeln!(out, "  This terminal cannot hide a password.").ok()?;
            return None;
        };
        let password = self.asked("  Password: ");
        drop(hidden);
        writeln!(out).ok()?;
        let password = password?;
        loop {
            let answer = self.asked("  Approve? Only \"yes\" goes on, \"no\" stops without a change: ")?;
            if answer == "yes" || answer == "no" {
                return Some(Said { email, password, answer });
            }
            writeln!(out, "  Type yes or no.").ok()?;
        }
    }

    fn asked(&self, question: &str) -> Option<String> {
        write!(&self.out, "{question}").ok()?;
        let line = self.line();
        if line.is_none() {
            // What was half typed answers nothing else.
            let _ = tcflush(&self.input, QueueSelector::IFlush);
        }
        Some(line?.trim_end_matches(['\r', '\n']).trim().to_owned())
    }

    fn line(&self) -> Option<String> {
        let (mut line, mut some) = (Vec::new(), [0; 4096]);
        while !self.stop.load(Relaxed) {
            let wait = Timespec::try_from(LOOK).ok()?;
            // Whatever it says, the read tells whether something is there.
            let _ = poll(&mut [PollFd::new(&self.input, PollFlags::IN)], Some(&wait));
            match (&self.input).read(&mut some) {
                Ok(0) => return None,
                Ok(read) => line.extend_from_slice(&some[..read]),
                // Some systems do not wait for terminals.
                Err(error) if error.kind() == ErrorKind::WouldBlock => thread::sleep(LOOK / 10),
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Err(_) => return None,
            }
            if line.ends_with(b"\n") {
                return String::from_utf8(line).ok();
            }
        }
        None
    }
}

/// A terminal that does not show what is typed, until this is dropped.
struct Hidden<'a> {
    terminal: &'a File,
    before: Termios,
}

impl<'a> Hidden<'a> {
    fn on(terminal: &'a File) -> Option<Self> {
        let before = tcgetattr(terminal).ok()?;
        let mut hidden = before.clone();
        hidden.local_modes.remove(LocalModes::ECHO | LocalModes::ECHONL);
        tcsetattr(terminal, OptionalActions::Flush, &hidden).ok()?;
        Some(Self { terminal, before })
    }
}

impl Drop for Hidden<'_> {
    fn drop(&mut self) {
        // What is left unread of a password does not show, and is no answer.
        let _ = tcsetattr(self.terminal, OptionalActions::Flush, &self.before);
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
    if package.policy.sign {
        let _ = writeln!(
            text,
            "     To be signed: with \"yes\", your password signs this decision as yours, here as in the console."
        );
    }
    text
}
