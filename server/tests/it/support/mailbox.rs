//! A real mail server on loopback, and the mails it took.

use std::{
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    time::Duration,
};

use serde_json::Value;
use tokio::sync::{Mutex, mpsc};

/// Names a Python that has the mail server.
const PYTHON: &str = "COUNTERSIGN_MAIL_PYTHON";
/// How long a test waits for a mail before it fails.
const PATIENCE: Duration = Duration::from_secs(20);

/// A mail server. It ends with the test.
pub struct Mailbox {
    child: Child,
    /// Its port on loopback.
    pub port: u16,
    taken: Mutex<mpsc::UnboundedReceiver<Mail>>,
}

/// A mail as it was taken.
#[derive(Debug, Clone)]
pub struct Mail {
    /// To whom.
    pub to: String,
    /// Its headers and its text, as sent.
    pub text: String,
}

impl Mailbox {
    /// Starts one that asks for this account, `user:password`, or for none. Without the server the test says loudly that
    /// it did nothing.
    pub async fn start(account: Option<&str>) -> Option<Self> {
        let Some(python) = std::env::var_os(PYTHON) else {
            eprintln!("SKIPPED: {PYTHON} names no Python with a mail server. `cargo xtask test` installs one.");
            return None;
        };
        let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("../end2end/mail/receiver.py");
        let mut command = Command::new(python);
        command.arg(script).args(account).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().expect("the mail server starts");
        let mut lines = BufReader::new(child.stdout.take().expect("its output")).lines();
        let (tell, taken) = mpsc::unbounded_channel();
        let (ready, port) = tokio::sync::oneshot::channel();
        std::thread::spawn(move || {
            let first: Value = serde_json::from_str(&lines.next()?.ok()?).ok()?;
            ready.send(u16::try_from(first["port"].as_u64()?).ok()?).ok()?;
            for line in lines {
                let mail: Value = serde_json::from_str(&line.ok()?).ok()?;
                let to = mail["to"][0].as_str()?.to_owned();
                tell.send(Mail { to, text: mail["text"].as_str()?.to_owned() }).ok()?;
            }
            Some(())
        });
        let port = tokio::time::timeout(PATIENCE, port).await.expect("it is ready in time").expect("a port");
        Some(Self { child, port, taken: Mutex::new(taken) })
    }

    /// The next mail.
    pub async fn next(&self) -> Mail {
        let mut taken = self.taken.lock().await;
        tokio::time::timeout(PATIENCE, taken.recv()).await.expect("a mail in time").expect("a mail server")
    }

    /// So many mails, by whom they are for.
    pub async fn take(&self, count: usize) -> Vec<Mail> {
        let mut mails = Vec::new();
        for _ in 0..count {
            mails.push(self.next().await);
        }
        mails.sort_by(|one, other| one.to.cmp(&other.to));
        mails
    }

    /// Whether nothing more has arrived.
    pub async fn is_quiet(&self) -> bool {
        self.taken.lock().await.try_recv().is_err()
    }
}

impl Mail {
    /// A header that must be there, on one line.
    pub fn header(&self, name: &str) -> &str {
        let (head, _) = self.text.split_once("\r\n\r\n").expect("a head and a body");
        let found = head.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        found.unwrap_or_else(|| panic!("no {name}: {head}"))
    }

    /// The text.
    pub fn body(&self) -> String {
        let (_, body) = self.text.split_once("\r\n\r\n").expect("a head and a body");
        // Quoted-printable where a line is long: soft breaks are no breaks.
        body.replace("=\r\n", "").replace("=3D", "=").replace("\r\n", "\n")
    }
}

impl Drop for Mailbox {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
