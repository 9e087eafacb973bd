//! A program of a step: started without a shell, shown as it goes, ended with all it started.

use std::{
    collections::BTreeMap,
    io::{self, BufRead as _, BufReader, Read, Write as _},
    path::Path,
    process::{Command, ExitStatus, Stdio},
    sync::{
        Arc, Mutex, PoisonError,
        atomic::{AtomicBool, Ordering::Relaxed},
        mpsc,
    },
    time::{Duration, Instant},
};

use domain::inspect;
use tokio::sync::oneshot;

use crate::cli::child;

/// What is kept of each stream, in bytes: its end.
const KEPT: usize = 16 << 10;
/// How long streams are read on once the program has ended: what it left behind may hold them open for ever.
const LINGER: Duration = Duration::from_secs(1);
/// Nothing of ours is passed on to a program: it is not to speak for the executor.
const WITHHELD: [&str; 4] =
    ["COUNTERSIGN_KEY", "COUNTERSIGN_RUNNER_KEY", "COUNTERSIGN_VAULT_KEY", "COUNTERSIGN_DATABASE_URL"];

/// How a program ended.
pub(super) struct Output {
    pub(super) status: ExitStatus,
    /// The end of what it printed.
    pub(super) stdout: Tail,
    /// The end of what it printed as errors.
    pub(super) stderr: Tail,
    pub(super) seconds: f64,
    /// Whether it was ended because its time was up.
    pub(super) is_late: bool,
}

/// The end of a stream.
#[derive(Debug, Default)]
pub(super) struct Tail {
    bytes: Vec<u8>,
    /// Bytes before it.
    pub(super) left_out: usize,
}

impl Tail {
    fn add(&mut self, more: &[u8]) {
        self.bytes.extend_from_slice(more);
        let over = self.bytes.len().saturating_sub(KEPT);
        self.bytes.drain(..over);
        self.left_out += over;
    }

    pub(super) fn text(&self) -> String {
        String::from_utf8_lossy(&self.bytes).into_owned()
    }
}

/// Runs it in the working folder. Ended when the future is dropped, with everything it started, and when its time is up.
pub(super) async fn run(
    argv: &[String],
    env: &BTreeMap<String, String>,
    folder: &Path,
    (is_shown, limit): (bool, Option<Duration>),
) -> io::Result<Output> {
    let mut command = child::command(argv)?;
    // Nobody else speaks for the executor either: whoever started it may have set them.
    for name in ["COUNTERSIGN_RUN", "COUNTERSIGN_STEP", "COUNTERSIGN_STEPS"] {
        command.env_remove(name);
    }
    command.current_dir(folder).envs(env).stdout(Stdio::piped()).stderr(Stdio::piped());
    for name in WITHHELD {
        command.env_remove(name);
    }
    let (tell, mut told) = oneshot::channel();
    let (started, pid) = oneshot::channel();
    // The system ends the program when the thread that started it is no more.
    std::thread::Builder::new()
        .name("step".to_owned())
        .spawn(move || drop(tell.send(whole(command, started, is_shown))))?;
    let group = Group(pid.await.ok());
    let in_time = tokio::time::timeout(limit.unwrap_or(Duration::MAX), &mut told).await;
    let is_late = in_time.is_err();
    let output = if let Ok(output) = in_time {
        // It has ended: its number may be another's by now.
        std::mem::forget(group);
        output
    } else {
        drop(group);
        told.await
    };
    let output = output.map_err(|_| io::Error::other("the thread of the step ended"))?;
    output.map(|output| Output { is_late, ..output })
}

fn whole(command: Command, started: oneshot::Sender<u32>, is_shown: bool) -> io::Result<Output> {
    let begun = Instant::now();
    let mut child = child::spawn(command)?;
    let pid = child.id();
    let _ = started.send(pid);
    let out = child.stdout.take().map(|stream| Followed::of(stream, is_shown));
    let err = child.stderr.take().map(|stream| Followed::of(stream, is_shown));
    let status = child.wait();
    let seconds = begun.elapsed().as_secs_f64();
    // What it left behind would keep the streams open.
    drop(Group(Some(pid)));
    // A process that left the group does so all the same.
    let until = Instant::now() + LINGER;
    let tail = |stream: Option<Followed>| stream.map(|stream| stream.end(until)).unwrap_or_default();
    let (stdout, stderr) = (tail(out), tail(err));
    Ok(Output { status: status?, stdout, stderr, seconds, is_late: false })
}

/// A stream that is read by a thread of its own.
struct Followed {
    tail: Arc<Mutex<Tail>>,
    /// Nothing more of it is shown or kept.
    is_over: Arc<AtomicBool>,
    closed: mpsc::Receiver<()>,
}

impl Followed {
    fn of(stream: impl Read + Send + 'static, is_shown: bool) -> Self {
        let (tail, is_over) = (Arc::<Mutex<Tail>>::default(), Arc::<AtomicBool>::default());
        let (close, closed) = mpsc::channel();
        let (kept, stop) = (Arc::clone(&tail), Arc::clone(&is_over));
        std::thread::spawn(move || {
            follow(stream, is_shown, &kept, &stop);
            // Nobody may listen any more.
            let _ = close.send(());
        });
        Self { tail, is_over, closed }
    }

    /// What was printed until the stream was closed, or this moment came.
    fn end(self, until: Instant) -> Tail {
        let _ = self.closed.recv_timeout(until.saturating_duration_since(Instant::now()));
        let mut tail = self.tail.lock().unwrap_or_else(PoisonError::into_inner);
        self.is_over.store(true, Relaxed);
        std::mem::take(&mut tail)
    }
}

/// Shows a stream line by line and keeps its end. What a program prints cannot move the cursor, or look like a question
/// of the executor.
fn follow(stream: impl Read, is_shown: bool, tail: &Mutex<Tail>, is_over: &AtomicBool) {
    let mut reader = BufReader::new(stream);
    loop {
        let mut line = Vec::new();
        if !matches!(reader.by_ref().take(KEPT as u64).read_until(b'\n', &mut line), Ok(1..)) {
            return;
        }
        // Held until it is shown, so that nothing is shown once the step is over.
        let mut tail = tail.lock().unwrap_or_else(PoisonError::into_inner);
        if is_over.load(Relaxed) {
            return;
        }
        tail.add(&line);
        if is_shown {
            let text = String::from_utf8_lossy(&line);
            let mut out = io::stdout().lock();
            drop(writeln!(out, "    │ {}", inspect::spelled(text.trim_end_matches(['\n', '\r']))));
        }
    }
}

/// A process group, ended when it is dropped.
struct Group(Option<u32>);

impl Drop for Group {
    #[cfg(target_os = "linux")]
    fn drop(&mut self) {
        let group = self.0.and_then(|pid| i32::try_from(pid).ok()).and_then(rustix::process::Pid::from_raw);
        if let Some(group) = group {
            // It may be gone already.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn drop(&mut self) {
        if let Some(pid) = self.0 {
            drop(Command::new("kill").args(["-KILL", "--", &format!("-{pid}")]).status());
        }
    }
}
