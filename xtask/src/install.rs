//! Getting what a machine lacks: through apt and rustup when that is possible, else by naming it.

use crate::process;
use anyhow::{Context, Result, bail};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

/// Whether this process may install packages.
pub fn is_root() -> bool {
    static ROOT: OnceLock<bool> = OnceLock::new();
    *ROOT.get_or_init(|| process::read(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0"))
}

/// Installs Debian packages when root; otherwise the error is the command to type.
pub fn apt(purpose: &str, packages: &[&str]) -> Result<()> {
    let line = format!("apt-get install {}", packages.join(" "));
    if !is_root() {
        bail!("{purpose} needs what `sudo {line}` installs");
    }
    refresh_lists().with_context(|| format!("{purpose} needs what `{line}` installs"))?;
    let mut install = Command::new("apt-get");
    install.args(["install", "--yes", "--quiet", "--no-install-recommends"]).args(packages);
    process::run(install.env("DEBIAN_FRONTEND", "noninteractive")).with_context(|| format!("installing for {purpose}"))
}

/// The package lists age, so they are fetched once in each run that installs something.
fn refresh_lists() -> Result<()> {
    static DONE: OnceLock<Option<String>> = OnceLock::new();
    let failure = DONE.get_or_init(|| {
        process::run(Command::new("apt-get").args(["update", "--quiet"])).err().map(|error| format!("{error:#}"))
    });
    match failure {
        None => Ok(()),
        Some(text) => bail!("{text}"),
    }
}

/// The browser for the end-to-end tests.
pub fn chromium() -> Result<PathBuf> {
    let named = std::env::var_os("CHROMIUM_PATH").map(PathBuf::from);
    let usual = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"].map(PathBuf::from);
    if let Some(found) = named.into_iter().chain(usual).find(|path| path.is_file()) {
        return Ok(found);
    }
    apt("the end-to-end tests", &["chromium"])?;
    existing("/usr/bin/chromium")
}

/// Node and npm, which run Playwright.
pub fn node() -> Result<()> {
    let missing = ["node", "npm"].iter().any(|name| !process::succeeds(Command::new(name).arg("--version")));
    if missing {
        apt("the end-to-end tests", &["nodejs", "npm"])?;
    }
    Ok(())
}

/// Python with what makes environments of its own: Debian keeps that apart.
pub fn python() -> Result<()> {
    let needed = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))";
    let is_there = || process::succeeds(Command::new("python3").args(["-c", needed]));
    if !is_there() {
        apt("the examples and the clients of MCP", &["python3-venv"])?;
    }
    if !is_there() {
        bail!("the examples and the clients of MCP need Python 3.11 or newer as `python3`, with venv");
    }
    Ok(())
}

/// A program that is installed by the package of its name.
pub fn program(name: &str) -> Result<()> {
    if !process::succeeds(Command::new(name).arg("--version")) {
        apt("the examples", &[name])?;
    }
    Ok(())
}

/// The folder with `initdb` and `pg_ctl`: Debian keeps them out of the path.
pub fn postgres() -> Result<PathBuf> {
    if let Some(found) = postgres_binaries() {
        return Ok(found);
    }
    apt("the tests on PostgreSQL", &["postgresql"])?;
    postgres_binaries().context("no initdb after installing postgresql")
}

/// The newest version installed, else one on the path.
fn postgres_binaries() -> Option<PathBuf> {
    let versions = Path::new("/usr/lib/postgresql").read_dir().into_iter().flatten().flatten();
    let newest = versions
        .filter_map(|entry| Some((entry.file_name().to_str()?.parse::<u32>().ok()?, entry.path().join("bin"))))
        .filter(|(_, bin)| bin.join("initdb").is_file())
        .max_by_key(|(version, _)| *version);
    let on_path = || std::env::split_paths(&std::env::var_os("PATH")?).find(|dir| dir.join("initdb").is_file());
    newest.map(|(_, bin)| bin).or_else(on_path)
}

/// Components of the toolchain that the checks use.
pub fn rust_components() -> Result<()> {
    for (tool, component) in [("fmt", "rustfmt"), ("clippy", "clippy")] {
        if !has_tool(tool) {
            process::run(Command::new("rustup").args(["component", "add", component]))
                .with_context(|| format!("cargo {tool} is missing: `rustup component add {component}`"))?;
        }
    }
    Ok(())
}

/// Whether a cargo subcommand answers.
pub fn has_tool(name: &str) -> bool {
    process::succeeds(&mut process::cargo([name, "--version"]))
}

fn existing(path: &str) -> Result<PathBuf> {
    let path = PathBuf::from(path);
    if !path.is_file() {
        bail!("{} is missing after its installation", path.display());
    }
    Ok(path)
}
