//! `cargo xtask bench`: builds the release and the harness in `bench/`, then measures. The harness is a package of its
//! own, so that nobody else waits for its database driver to compile.

use crate::{ci::end2end, install, process, server, workspace};
use anyhow::Result;
use std::path::PathBuf;
use std::process::Command;

#[derive(clap::Args)]
pub struct Options {
    /// Short rounds, a few minutes in all: for orientation only
    #[arg(long)]
    quick: bool,
    /// Only these, such as `B1,B2`
    #[arg(long, value_name = "IDS", value_delimiter = ',')]
    only: Vec<String>,
    /// Write docs/benchmarks.md and its picture
    #[arg(long)]
    publish: bool,
    /// B5 alone: decisions beside Cedar and regorus, which are compiled for it
    #[arg(long, conflicts_with_all = ["only", "publish"])]
    peers: bool,
    /// The folder whose disk is measured; the target folder unless named
    #[arg(long, value_name = "DIR")]
    disk: Option<PathBuf>,
}

/// Builds both and measures.
pub fn run(options: &Options) -> Result<()> {
    if options.peers {
        return peers(options.quick);
    }
    server::build(true)?;
    process::run(&mut process::cargo(["build", "--release", "--package", "bench"]))?;
    let release = workspace::target().join("release");
    let mut bench = Command::new(release.join("bench"));
    bench.current_dir(workspace::root()).arg("--binary").arg(release.join("countersign"));
    bench.arg("--site").arg(workspace::site());
    bench.arg("--disk").arg(options.disk.clone().unwrap_or_else(workspace::target));
    if options.quick {
        bench.arg("--quick");
    }
    if !options.only.is_empty() {
        bench.args(["--only", &options.only.join(",")]);
    }
    if options.publish {
        bench.arg("--publish").arg(workspace::root().join("docs"));
    }
    if options.only.is_empty() || options.only.iter().any(|id| id.eq_ignore_ascii_case("B14")) {
        browser(&mut bench);
    }
    process::run(&mut bench)
}

/// Builds the comparison of policy engines in a folder of its own, and runs it.
fn peers(is_quick: bool) -> Result<()> {
    let manifest = workspace::root().join("bench/policy/Cargo.toml");
    let mut policy = process::cargo(["run", "--release", "--locked", "--manifest-path"]);
    policy.arg(manifest).env("CARGO_TARGET_DIR", workspace::target().join("policy"));
    if is_quick {
        policy.args(["--", "10000"]);
    }
    process::run(&mut policy)
}

/// The browser for B14. Without one the rest is measured all the same, and the report says what is missing.
fn browser(bench: &mut Command) {
    let found = install::node().and_then(|()| {
        let chromium = install::chromium()?;
        end2end::install_packages(&workspace::root().join("end2end"))?;
        Ok(chromium)
    });
    match found {
        Ok(chromium) => {
            bench.arg("--vitals").arg(workspace::root().join("end2end/vitals.mjs")).env("CHROMIUM_PATH", chromium);
        }
        Err(error) => println!("  B14 is NOT measured: {error:#}"),
    }
}
