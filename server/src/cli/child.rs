//! A process before it is the program it was started for: it binds its life to ours, says that it is about to become the
//! program, and becomes it. Whoever started it can tell a program that never began from one that ended.

use std::{
    ffi::OsString,
    io::{self, Read as _, Write as _},
    os::{
        fd::{AsFd as _, OwnedFd},
        unix::{net::UnixStream, process::CommandExt as _},
    },
    process::{self, Command, Stdio},
};

use clap::Args;

use super::Stopped;

/// What is said right before. Whatever follows it says why there is no program.
const ABOUT_TO: &[u8] = b".";
/// The longest account of that, in bytes.
const MOST_SAID: u64 = 4_000;

/// The command that becomes this one; standard input is not for it to set.
pub(super) fn command(argv: impl IntoIterator<Item = impl Into<OsString>>) -> io::Result<Command> {
    let mut command = Command::new(std::env::current_exe()?);
    command.args(["runner-child", "--of"]).arg(process::id().to_string()).arg("--");
    command.args(argv.into_iter().map(Into::into)).process_group(0);
    Ok(command)
}

/// Starts it, and waits until it is the program.
///
/// # Errors
/// Why it is not: the program is not there, is not one, or may not be run. No exit code is taken for that.
pub(super) fn spawn(mut command: Command) -> io::Result<process::Child> {
    let (ours, theirs) = UnixStream::pair()?;
    // It stands for standard input as long as it takes; the program has none.
    command.stdin(OwnedFd::from(theirs));
    let mut child = command.spawn()?;
    // The command holds the other end, and would keep it open.
    drop(command);
    let mut said = Vec::new();
    // The end that the child holds is closed when it becomes the program, and when it is gone.
    let heard = ours.take(MOST_SAID).read_to_end(&mut said);
    if heard.is_ok() && said == ABOUT_TO {
        return Ok(child);
    }
    drop(child.kill());
    let status = child.wait()?;
    let why = String::from_utf8_lossy(said.strip_prefix(ABOUT_TO).unwrap_or(&said)).into_owned();
    Err(io::Error::other(if why.is_empty() { format!("it ended before it began: {status}") } else { why }))
}

/// What is started: becomes the program
#[derive(Args)]
pub(super) struct Child {
    /// The process whose life it shares
    #[arg(long)]
    of: u32,
    /// The program and its arguments
    #[arg(last = true, required = true)]
    command: Vec<OsString>,
}

impl Child {
    pub(super) fn run(self) -> Result<(), Stopped> {
        // A copy that is closed by the system when this becomes another program.
        let mut channel = UnixStream::from(io::stdin().as_fd().try_clone_to_owned()?);
        let why = match self.bind() {
            Ok(()) => self.become_it(&mut channel),
            Err(error) => error,
        };
        // Heard or not: what was not said is no program either.
        drop(channel.write_all(why.to_string().as_bytes()));
        Err(why.into())
    }

    /// Gives why it is not the program.
    fn become_it(&self, channel: &mut UnixStream) -> io::Error {
        let [program, args @ ..] = &self.command[..] else { return io::Error::other("nothing to run") };
        if let Err(error) = channel.write_all(ABOUT_TO) {
            return error;
        }
        Command::new(program).args(args).stdin(Stdio::null()).exec()
    }

    /// Has the system end it with the process that started it, where the system can.
    fn bind(&self) -> io::Result<()> {
        #[cfg(target_os = "linux")]
        rustix::process::set_parent_process_death_signal(Some(rustix::process::Signal::KILL))?;
        // It may have gone before the system was told.
        let parent = rustix::process::getppid().map(|pid| pid.as_raw_nonzero().get());
        if parent == i32::try_from(self.of).ok() { Ok(()) } else { Err(io::Error::other("who started it is gone")) }
    }
}
