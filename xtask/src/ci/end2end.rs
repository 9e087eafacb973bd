//! The console in a real browser: Playwright with the machine's Chromium. Its configuration in
//! `end2end/` starts the server itself.

use super::counts::Counts;
use crate::{install, process, workspace};
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;

/// Runs all of it and returns the counts; an error means that it could not run to an end.
pub fn run() -> Result<Counts> {
    let dir = workspace::root().join("end2end");
    if !dir.join("package.json").is_file() {
        bail!("end2end/package.json is missing");
    }
    install::node()?;
    let chromium = install::chromium()?;
    install_packages(&dir)?;
    let report = workspace::target().join("end2end-report.json");
    if report.exists() {
        std::fs::remove_file(&report)?;
    }
    let mut playwright = Command::new(dir.join("node_modules/.bin/playwright"));
    playwright.current_dir(&dir).args(["test", "--reporter", "list,json"]);
    playwright.env("PLAYWRIGHT_JSON_OUTPUT_NAME", &report).env("CHROMIUM_PATH", chromium);
    playwright.env("COUNTERSIGN_BIN", workspace::debug_server()).env("COUNTERSIGN_SITE_DIR", workspace::site());
    let finished = process::run(&mut playwright);
    let counts = std::fs::read_to_string(&report).ok().and_then(|text| Counts::from_playwright(&text));
    let counts = match (finished, counts) {
        (Ok(()), Some(counts)) => counts,
        // Failed tests are told by their count, anything else by the error.
        (Err(_), Some(counts)) if counts.failed > 0 => counts,
        (Err(error), _) => return Err(error),
        (Ok(()), None) => bail!("Playwright left no report in {}", report.display()),
    };
    if counts.passed + counts.failed == 0 {
        bail!("Playwright ran no test");
    }
    Ok(counts)
}

/// The client of Claude Code, at the version the tests were written with.
pub fn claude() -> Result<PathBuf> {
    let dir = workspace::root().join("end2end");
    install::node()?;
    install_packages(&dir)?;
    let claude = dir.join("node_modules/.bin/claude");
    if !process::succeeds(Command::new(&claude).arg("--version").env("DISABLE_AUTOUPDATER", "1")) {
        bail!("{} does not run", claude.display());
    }
    Ok(claude)
}

/// The official clients of MCP: a folder with a Python for each era of its SDK, and one with the packages for Node.
pub fn mcp_clients() -> Result<(PathBuf, PathBuf)> {
    let dir = workspace::root().join("end2end/mcp");
    install::node()?;
    install_packages(&dir)?;
    let pythons = workspace::target().join("venv-mcp");
    for era in ["new", "old"] {
        python_with(&pythons.join(era), &dir.join(format!("{era}-era.txt")))?;
    }
    Ok((pythons, dir))
}

/// A Python with the mail server that tests send to.
pub fn mail_server() -> Result<PathBuf> {
    let venv = workspace::target().join("venv-mail");
    python_with(&venv, &workspace::root().join("end2end/mail/receiver.txt"))?;
    Ok(venv.join("bin/python"))
}

/// A Python of its own with what a list names, unless it is there already.
fn python_with(venv: &Path, wanted: &Path) -> Result<()> {
    let installed = venv.join("installed.txt");
    let list = std::fs::read_to_string(wanted).with_context(|| wanted.display().to_string())?;
    if std::fs::read_to_string(&installed).is_ok_and(|there| there == list) {
        return Ok(());
    }
    install::python()?;
    process::run(Command::new("python3").args(["-m", "venv", "--clear"]).arg(venv))?;
    let mut pip = Command::new(venv.join("bin/python"));
    pip.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check", "--requirement"]).arg(wanted);
    process::run(&mut pip).with_context(|| format!("installing what {} names", wanted.display()))?;
    std::fs::write(installed, list)?;
    Ok(())
}

/// Installs the packages unless they are there as the lock file wants them.
pub fn install_packages(dir: &Path) -> Result<()> {
    let lock = dir.join("package-lock.json");
    let installed = dir.join("node_modules/.package-lock.json");
    if is_newer(&installed, &lock) && is_newer(&installed, &dir.join("package.json")) {
        return Ok(());
    }
    let mut npm = Command::new("npm");
    npm.current_dir(dir).arg(if lock.is_file() { "ci" } else { "install" }).args(["--no-audit", "--no-fund"]);
    process::run(npm.env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1"))
        .with_context(|| format!("installing the packages of {}", dir.display()))
}

fn is_newer(this: &Path, other: &Path) -> bool {
    let time = |path: &Path| path.metadata().and_then(|meta| meta.modified()).ok();
    matches!((time(this), time(other)), (Some(this), Some(other)) if this >= other)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_missing_file_is_never_newer() {
        let dir = tempfile::tempdir().unwrap();
        let (a, b) = (dir.path().join("a"), dir.path().join("b"));
        std::fs::write(&b, "").unwrap();
        assert!(!is_newer(&a, &b) && !is_newer(&b, &a));
        std::fs::write(&a, "").unwrap();
        assert!(is_newer(&a, &b));
    }
}
