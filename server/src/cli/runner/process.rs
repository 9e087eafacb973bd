//! The client as a process: started without a shell, ended with all it started, and gone when the runner is.

use std::{
    ffi::OsString,
    fs::{self, File},
    io,
    path::PathBuf,
    process::ExitStatus,
};

use tokio::sync::oneshot;

use super::place::private_folder;
use crate::cli::child;

/// What the client printed may be as long, in bytes; the rest is not read.
const MOST_READ: u64 = 4 << 20;

/// What is started.
pub(super) struct Start {
    pub(super) program: PathBuf,
    pub(super) args: Vec<OsString>,
    pub(super) cwd: PathBuf,
    pub(super) environment: Vec<(OsString, OsString)>,
}

/// How it ended.
pub(super) struct Output {
    pub(super) status: ExitStatus,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

/// A client that runs.
pub(super) struct Running {
    pid: u32,
    ended: oneshot::Receiver<io::Result<Output>>,
}

impl Start {
    /// Starts it from a thread that waits for it: the system ends the client when that thread is no more.
    pub(super) async fn start(self) -> io::Result<Running> {
        let (started, pid) = oneshot::channel();
        let (tell, ended) = oneshot::channel();
        std::thread::Builder::new().name("client".to_owned()).spawn(move || {
            let begun = private_folder().and_then(|folder| Ok((self.spawn(&folder)?, folder)));
            match begun {
                Ok((mut child, folder)) => {
                    drop(started.send(Ok(child.id())));
                    let output = child.wait().and_then(|status| {
                        let read = |name: &str| read(&folder.join(name));
                        Ok(Output { status, stdout: read("stdout")?, stderr: read("stderr")? })
                    });
                    drop(fs::remove_dir_all(folder));
                    drop(tell.send(output));
                }
                Err(error) => drop(started.send(Err(error))),
            }
        })?;
        let pid = pid.await.map_err(|_| io::Error::other("the client's thread ended"))??;
        Ok(Running { pid, ended })
    }

    fn spawn(&self, folder: &std::path::Path) -> io::Result<std::process::Child> {
        let argv = std::iter::once(self.program.as_os_str()).chain(self.args.iter().map(OsString::as_os_str));
        let mut command = child::command(argv)?;
        command.current_dir(&self.cwd).env_clear().envs(self.environment.iter().cloned());
        // Files and not pipes: a process it leaves behind would keep a pipe open.
        command.stdout(File::create(folder.join("stdout"))?);
        command.stderr(File::create(folder.join("stderr"))?);
        child::spawn(command)
    }
}

fn read(file: &std::path::Path) -> io::Result<String> {
    use io::Read as _;
    let mut text = Vec::new();
    File::open(file)?.take(MOST_READ).read_to_end(&mut text)?;
    Ok(String::from_utf8_lossy(&text).into_owned())
}

impl Running {
    /// Waits for its end.
    pub(super) async fn ended(&mut self) -> io::Result<Output> {
        (&mut self.ended).await.unwrap_or_else(|_| Err(io::Error::other("the client's thread ended")))
    }

    /// Ends it and what it started, and waits until it is gone.
    pub(super) async fn kill(&mut self) {
        self.signal();
        drop(self.ended().await);
    }

    #[cfg(target_os = "linux")]
    fn signal(&self) {
        let group = i32::try_from(self.pid).ok().and_then(rustix::process::Pid::from_raw);
        if let Some(group) = group {
            // It may be gone already.
            let _ = rustix::process::kill_process_group(group, rustix::process::Signal::KILL);
        }
    }

    #[cfg(not(target_os = "linux"))]
    fn signal(&self) {
        drop(std::process::Command::new("kill").args(["-KILL", "--", &format!("-{}", self.pid)]).status());
    }
}
