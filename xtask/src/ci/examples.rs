//! The clients under `examples/`, each with its real framework, against a real server: Python with
//! pytest, TypeScript with Node's own runner. The network is used for installing alone.

use super::counts::Counts;
use super::end2end::install_packages;
use crate::{install, process, workspace};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What was installed, kept in the environment it was installed in.
const INSTALLED: &str = "installed-requirements.txt";

/// Runs all of it. A language that fails does not keep the other from running.
pub fn run(counts: &mut Counts) -> Result<()> {
    let dir = workspace::root().join("examples");
    let bin = install()?;
    let outcomes = [("Python", python(&dir, &bin, counts)), ("TypeScript", typescript(&dir, counts))];
    let failed = outcomes.into_iter().filter_map(|(name, outcome)| Some(format!("{name}: {:#}", outcome.err()?)));
    let failed: Vec<_> = failed.collect();
    if !failed.is_empty() {
        bail!("{}", failed.join("; "));
    }
    Ok(())
}

/// What the clients need, for both languages: a test in Python pastes what the README of a program in TypeScript says.
/// Returns the folder with the programs of Python's environment.
pub fn install() -> Result<PathBuf> {
    let dir = workspace::root().join("examples");
    install::node()?;
    install::program("curl")?;
    install::program("jq")?;
    install_packages(&dir)?;
    environment(&dir)
}

fn python(dir: &Path, bin: &Path, counts: &mut Counts) -> Result<()> {
    process::run(in_dir(dir, &bin.join("ruff")).args(["check", "--quiet"]))?;
    process::run(in_dir(dir, &bin.join("ruff")).args(["format", "--quiet", "--check"]))?;
    let mut pytest = in_dir(dir, &bin.join("pytest"));
    pytest.args(["--quiet", "--color", "no", "--numprocesses", "auto", "--maxprocesses", "4"]);
    let finished = process::tee(serving(&mut pytest))?;
    tell("pytest", finished.success, Counts::from_pytest(&finished.printed), counts)
}

fn typescript(dir: &Path, counts: &mut Counts) -> Result<()> {
    process::run(in_dir(dir, Path::new("npm")).args(["run", "--silent", "check"]))?;
    let sources = workspace::files(&dir.join("tests/typescript"), "ts")?;
    let mut node = in_dir(dir, Path::new("node"));
    node.args(["--import", "tsx", "--test", "--test-reporter", "tap"]);
    node.args(sources.iter().filter(|path| path.to_string_lossy().ends_with(".test.ts")));
    let finished = process::tee(serving(&mut node))?;
    tell("node --test", finished.success, Counts::from_node(&finished.printed), counts)
}

/// Adds up, and sees that there was something to add up. A runner that fails by itself is one failure.
fn tell(runner: &str, success: bool, mut found: Counts, counts: &mut Counts) -> Result<()> {
    let is_lost = found.failed == 0 && (!success || found.passed == 0);
    found.failed += u64::from(is_lost);
    counts.add(found);
    match found.failed {
        0 => Ok(()),
        _ if is_lost && success => bail!("{runner} ran no test"),
        _ if is_lost => bail!("{runner} failed outside of its tests"),
        failed => bail!("{failed} tests failed"),
    }
}

/// The programs of the environment with the pinned packages, made or brought up to date where needed.
fn environment(dir: &Path) -> Result<PathBuf> {
    install::python()?;
    let venv = workspace::target().join("venv-examples");
    let bin = venv.join("bin");
    let wanted = std::fs::read_to_string(dir.join("requirements.txt"))?;
    let installed = std::fs::read_to_string(venv.join(INSTALLED)).unwrap_or_default();
    if installed == wanted && bin.join("pytest").is_file() {
        return Ok(bin);
    }
    process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(&venv))?;
    let mut pip = in_dir(dir, &bin.join("pip"));
    pip.args(["install", "--quiet", "--disable-pip-version-check", "--requirement", "requirements.txt"]);
    process::run(&mut pip).context("installing the packages of the Python examples")?;
    std::fs::write(venv.join(INSTALLED), wanted)?;
    Ok(bin)
}

fn in_dir(dir: &Path, program: &Path) -> Command {
    let mut command = Command::new(program);
    command.current_dir(dir);
    command
}

fn serving(command: &mut Command) -> &mut Command {
    command.env("COUNTERSIGN_BIN", workspace::debug_server()).env("COUNTERSIGN_SITE_DIR", workspace::site())
}
