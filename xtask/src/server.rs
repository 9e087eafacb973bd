//! Building and starting the server.

use crate::{assets, process, wasm_toolchain::Effort, workspace};
use anyhow::{Context, Result};
use std::os::unix::process::CommandExt;
use std::process::Command;

/// Builds the assets, then the server; a release embeds the assets.
pub fn build(release: bool) -> Result<()> {
    let built = assets::build(Effort::Full)?;
    let mut cargo = process::cargo(["build", "--package", "server"]);
    if release {
        // The server reads this variable where it embeds the folder, so that cargo sees new assets.
        cargo.args(["--release", "--features", "embed"]).env("COUNTERSIGN_SITE_DIGEST", built.digest);
    }
    process::run(&mut cargo)?;
    let profile = if release { "release" } else { "debug" };
    println!("built {}", workspace::target().join(profile).join("countersign").display());
    Ok(())
}

/// Builds, then becomes `countersign <command> --site target/site <args>`.
pub fn run(command: &str, args: &[String]) -> Result<()> {
    build(false)?;
    let mut server = Command::new(workspace::debug_server());
    server.arg(command).arg("--site").arg(workspace::site()).args(args);
    println!("  $ {}", process::shown(&server));
    // Replacing this process passes signals and the terminal straight to the server.
    Err(server.exec()).context("cannot start the server")
}
