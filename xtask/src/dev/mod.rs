//! `cargo xtask dev`: builds, serves, and on every save builds what changed and serves that. An open page loads itself
//! again when the new server is ready. What does not compile is told, and the last good server stays.

mod changes;
mod running;

use self::{
    changes::{Burst, Stale},
    running::Running,
};
use crate::{assets, process, wasm_toolchain::Effort, workspace};
use anyhow::{Context, Result, bail};
use notify::{EventKind, RecursiveMode, Watcher};
use std::path::{Path, PathBuf};
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender, channel};
use std::time::{Duration, Instant, SystemTime};

/// Folders whose files are watched; the workspace's own folder as well, without what is below it.
const FOLDERS: [&str; 7] = ["app", "domain", "server", "style", "public", "migrations", "workflows"];
/// How often it is looked whether a burst is over, or the server has ended.
const TICK: Duration = Duration::from_millis(50);

/// What a server is made of: another one is started when it changes.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Made {
    assets: String,
    binary: SystemTime,
}

/// Works until it is interrupted.
pub fn run(is_demo: bool, args: &[String]) -> Result<()> {
    let root = workspace::root();
    let (saved, changes) = channel();
    let _watching = watch(&root, saved)?;
    let mut workshop = Workshop { running: Running::new(is_demo, args), stale: Stale::ALL, assets: None, served: None };
    workshop.work(Stale::ALL);
    follow(&root, &changes, &mut workshop)
}

fn watch(root: &Path, saved: Sender<PathBuf>) -> Result<impl Watcher> {
    let tell = move |event: notify::Result<notify::Event>| {
        let Ok(event) = event else { return };
        if matches!(event.kind, EventKind::Create(_) | EventKind::Modify(_) | EventKind::Remove(_)) {
            // Nobody listens any more when the command ends.
            event.paths.into_iter().for_each(|path| drop(saved.send(path)));
        }
    };
    let mut watcher = notify::recommended_watcher(tell).context("cannot watch files")?;
    watcher.watch(root, RecursiveMode::NonRecursive)?;
    for folder in FOLDERS {
        watcher.watch(&root.join(folder), RecursiveMode::Recursive)?;
    }
    Ok(watcher)
}

fn follow(root: &Path, changes: &Receiver<PathBuf>, workshop: &mut Workshop) -> Result<()> {
    let (began, mut burst) = (Instant::now(), Burst::default());
    loop {
        match changes.recv_timeout(TICK) {
            Ok(path) => burst.add(Stale::by(path.strip_prefix(root).unwrap_or(&path)), began.elapsed()),
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => bail!("files are not watched any more"),
        }
        if let Some(stale) = burst.take(began.elapsed()) {
            workshop.work(stale);
        }
        if let Some(status) = workshop.running.ended() {
            println!("the server ended ({status}); save a file to start it again");
            workshop.served = None;
        }
    }
}

/// What is being worked on, and what runs.
struct Workshop {
    running: Running,
    stale: Stale,
    assets: Option<String>,
    served: Option<Made>,
}

impl Workshop {
    /// Builds what is stale. What fails stays stale, and what runs goes on.
    fn work(&mut self, stale: Stale) {
        self.stale = self.stale.and(stale);
        if let Err(error) = self.build().and_then(|()| self.serve()) {
            eprintln!("error: {error:#}");
            let kept = if self.served.is_some() { "the last good server goes on; " } else { "" };
            eprintln!("{kept}save a file to try again");
        }
    }

    fn build(&mut self) -> Result<()> {
        if self.stale.assets {
            self.assets = Some(assets::build(Effort::Quick)?.digest);
            self.stale.assets = false;
        }
        if self.stale.server {
            process::run(&mut process::cargo(["build", "--package", "server"]))?;
            self.stale.server = false;
        }
        Ok(())
    }

    fn serve(&mut self) -> Result<()> {
        let binary = workspace::debug_server().metadata().and_then(|meta| meta.modified())?;
        let made = Made { assets: self.assets.clone().unwrap_or_default(), binary };
        if self.served.as_ref() == Some(&made) {
            println!("nothing that is served has changed");
            return Ok(());
        }
        self.running.restart()?;
        self.served = Some(made);
        Ok(())
    }
}
