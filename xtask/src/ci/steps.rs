//! The steps of CI, in the order in which they find most faults soonest.

use super::Options;
use super::counts::Counts;
use super::end2end;
use super::examples;
use crate::postgres::Cluster;
use crate::wasm_toolchain::{Effort, WasmToolchain};
use crate::{assets, install, lockfile, process, tidy, workspace};
use anyhow::{Context, Result, bail};
use std::path::PathBuf;
use std::process::Command;

/// One step: its name for `--only`, what it proves, and the function that does it.
pub struct Step {
    pub name: &'static str,
    pub purpose: &'static str,
    pub when: When,
    pub run: fn(&Options, &mut Counts) -> Result<()>,
}

/// How a step stands to those that run beside the others.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum When {
    /// Before them: it installs, or takes no time.
    First,
    /// Meanwhile.
    Compiling,
    /// One of them. Cargo's folders are locked by profile, so a profile belongs to one side alone.
    Beside,
    /// Once they have ended.
    After,
}

const fn step(
    name: &'static str,
    purpose: &'static str,
    when: When,
    run: fn(&Options, &mut Counts) -> Result<()>,
) -> Step {
    Step { name, purpose, when, run }
}

pub const STEPS: [Step; 14] = [
    step("setup", "install what is missing", When::First, setup),
    step("fmt", "cargo fmt --check", When::First, fmt),
    step("tidy", "the architecture's invariants", When::First, tidy_step),
    step("supply", "licences, sources, versions with known holes", When::First, supply),
    step("clippy-xtask", "lints of these commands and of the tests' shim", When::Compiling, clippy_xtask),
    step("clippy", "lints of domain, app (ssr) and server", When::Compiling, clippy),
    step("build", "the tests and the server compile", When::Compiling, build),
    step(
        "clients",
        "install Claude Code, a mail server, and the clients of MCP and of the examples",
        When::Beside,
        clients,
    ),
    step("assets", "wasm, styles with the class check, icons, fonts", When::Beside, build_assets),
    step("clippy-wasm", "lints of the app as the browser gets it", When::Beside, clippy_wasm),
    step("tests", "unit and integration tests, on SQLite and PostgreSQL", When::After, tests),
    step("doc", "cargo doc without warnings", When::After, doc),
    step("examples", "clients for other frameworks, with the real ones", When::After, examples_step),
    step("end2end", "the console in a browser, and real clients", When::After, end2end_step),
];

/// The product's crates are always built together and so: other selections would switch on other
/// features of shared dependencies and compile them once more.
const PRODUCT: [&str; 10] =
    ["--package", "domain", "--package", "app", "--package", "server", "--package", "bench", "--features", "app/ssr"];
const XTASK: [&str; 2] = ["--package", "xtask"];

fn setup(options: &Options, _: &mut Counts) -> Result<()> {
    install::rust_components()?;
    WasmToolchain::ready()?;
    if !options.quick {
        install::node()?;
        println!("  browser: {}", install::chromium()?.display());
        println!("  PostgreSQL: {}", install::postgres()?.display());
    }
    Ok(())
}

fn fmt(_: &Options, _: &mut Counts) -> Result<()> {
    process::run(&mut process::cargo(["fmt", "--all", "--check"]))
}

fn tidy_step(_: &Options, _: &mut Counts) -> Result<()> {
    tidy::check(&workspace::root())
}

fn supply(_: &Options, _: &mut Counts) -> Result<()> {
    lockfile::check(&workspace::root())?;
    if !install::has_tool("deny") {
        println!("  cargo-deny is not installed: licences and sources were NOT checked in this run");
        return Ok(());
    }
    process::run(&mut process::cargo(["deny", "--offline", "check", "bans", "licenses", "sources"]))?;
    println!("  advisories were NOT checked: their list is a repository of its own; the floors above stand in");
    Ok(())
}

fn clippy_xtask(_: &Options, _: &mut Counts) -> Result<()> {
    lint(&XTASK, &["--all-targets"])?;
    lint(&["--package", "faults"], &[])
}

fn clippy(_: &Options, _: &mut Counts) -> Result<()> {
    lint(&PRODUCT, &["--all-targets"])
}

fn clippy_wasm(_: &Options, _: &mut Counts) -> Result<()> {
    if WasmToolchain::ready()? == WasmToolchain::Debian {
        println!("  Debian's compiler brings no clippy: NOT linted for the browser in this run");
        return Ok(());
    }
    // With the profile of the assets, whose macros and build scripts serve here, too.
    let target = ["--target", "wasm32-unknown-unknown", "--profile", "wasm-release"];
    lint(&["--package", "app", "--lib", "--no-default-features", "--features", "hydrate"], &target)
}

fn lint(packages: &[&str], more: &[&str]) -> Result<()> {
    let mut clippy = process::cargo(["clippy"]);
    clippy.args(packages).args(more).args(["--", "-D", "warnings"]);
    process::run(&mut clippy)
}

/// All that is run later, so that what runs beside this has ended when the first test begins.
fn build(_: &Options, _: &mut Counts) -> Result<()> {
    for packages in [&PRODUCT[..], &XTASK[..]] {
        process::run(&mut process::cargo(["test", "--no-run"].iter().chain(packages)))?;
    }
    Ok(())
}

fn clients(_: &Options, _: &mut Counts) -> Result<()> {
    end2end::claude()?;
    end2end::mcp_clients()?;
    end2end::mail_server()?;
    examples::install().map(|_| ())
}

fn build_assets(_: &Options, _: &mut Counts) -> Result<()> {
    assets::build(Effort::Full).map(|_| ())
}

fn tests(options: &Options, counts: &mut Counts) -> Result<()> {
    let given = std::env::var_os("COUNTERSIGN_TEST_POSTGRES");
    let mut failures = Vec::new();
    let cluster = if options.quick || given.is_some() { None } else { start_postgres(&mut failures) };
    let address = given.or_else(|| Some(cluster.as_ref()?.url().into()));
    if address.is_none() {
        println!("  ONLY SQLite is tested in this run");
    }
    let claude = if options.quick { None } else { find_claude(&mut failures) };
    let mail = if options.quick { None } else { find_mail_server(&mut failures) };
    let clients = if options.quick { None } else { find_mcp_clients(&mut failures) };
    for packages in [&PRODUCT[..], &XTASK[..]] {
        for mut command in runners(packages) {
            if let Some((python, node)) = &clients {
                command.env("COUNTERSIGN_MCP_PYTHON", python).env("COUNTERSIGN_MCP_NODE", node);
            }
            if let Some(python) = &mail {
                command.env("COUNTERSIGN_MAIL_PYTHON", python);
            }
            if let Some(claude) = &claude {
                command.env("COUNTERSIGN_CLAUDE", claude);
            }
            if let Some(address) = &address {
                command.env("COUNTERSIGN_TEST_POSTGRES", address);
            }
            let finished = process::tee(command.env("CARGO_TERM_COLOR", "never"))?;
            counts.add(Counts::from_cargo(&finished.printed));
            if !finished.success {
                failures.push(process::shown(&command));
            }
        }
    }
    if !failures.is_empty() {
        bail!("failed: {}", failures.join("; "));
    }
    Ok(())
}

/// A missing PostgreSQL fails the step, but the tests on SQLite still run.
fn start_postgres(failures: &mut Vec<String>) -> Option<Cluster> {
    Cluster::start()
        .inspect_err(|error| {
            println!("  !!! PostgreSQL IS NOT TESTED: {error:#}");
            failures.push("PostgreSQL could not be started (`test --quick` does without)".to_owned());
        })
        .ok()
}

/// Without the client of Claude Code the step fails, but all other tests still run.
fn find_claude(failures: &mut Vec<String>) -> Option<PathBuf> {
    end2end::claude()
        .inspect_err(|error| {
            println!("  !!! CLAUDE CODE IS NOT TESTED: {error:#}");
            failures.push("Claude Code could not be installed (`test --quick` does without)".to_owned());
        })
        .ok()
}

/// Without the official clients of MCP the step fails, but all other tests still run.
fn find_mcp_clients(failures: &mut Vec<String>) -> Option<(PathBuf, PathBuf)> {
    end2end::mcp_clients()
        .inspect_err(|error| {
            println!("  !!! CLIENTS OF MCP ARE NOT TESTED: {error:#}");
            failures.push("clients of MCP could not be installed (`test --quick` does without)".to_owned());
        })
        .ok()
}

/// Without a mail server the step fails, but all other tests still run.
fn find_mail_server(failures: &mut Vec<String>) -> Option<PathBuf> {
    end2end::mail_server()
        .inspect_err(|error| {
            println!("  !!! MAIL IS NOT TESTED: {error:#}");
            failures.push("the mail server could not be installed (`test --quick` does without)".to_owned());
        })
        .ok()
}

/// Nextest when it is there, with the documentation's examples beside it; else cargo's own runner.
fn runners(packages: &[&str]) -> Vec<Command> {
    if !install::has_tool("nextest") {
        return vec![process::cargo(["test", "--no-fail-fast"].iter().chain(packages))];
    }
    let nextest = ["nextest", "run", "--no-fail-fast", "--no-tests", "pass", "--status-level", "fail"];
    let mut commands = vec![process::cargo(nextest.iter().chain(packages))];
    // A package without a library has no examples to run.
    if packages.contains(&"domain") {
        commands.push(process::cargo(["test", "--doc", "--no-fail-fast"].iter().chain(packages)));
    }
    commands
}

fn doc(_: &Options, _: &mut Counts) -> Result<()> {
    for packages in [&PRODUCT[..], &XTASK[..]] {
        let mut doc = process::cargo(["doc", "--no-deps"].iter().chain(packages));
        process::run(doc.env("RUSTDOCFLAGS", "-D warnings"))?;
    }
    Ok(())
}

fn examples_step(_: &Options, counts: &mut Counts) -> Result<()> {
    build_server()?;
    examples::run(counts)
}

fn end2end_step(_: &Options, counts: &mut Counts) -> Result<()> {
    build_server()?;
    counts.add(end2end::run()?);
    Ok(())
}

/// The server with its console, as these tests start it. With examples, of which there are none, cargo unites features as
/// it does for tests: what the tests were built with serves here, too, and nothing is compiled once more.
fn build_server() -> Result<()> {
    if !workspace::site().join("manifest.json").is_file() {
        assets::build(Effort::Full)?;
    }
    process::run(&mut process::cargo(["build", "--bins", "--examples"].iter().chain(&PRODUCT)))
        .context("the server must build")
}
