//! The commands a developer and CI run: `cargo xtask build | serve | demo | dev | test | bench | tidy`.
//!
//! `build` makes what a browser loads (wasm, styles, icons, fonts) and the server, `serve` and
//! `demo` also start it, `test` is everything CI checks, `tidy` greps the architecture's
//! invariants. Each command installs what it misses, or says exactly what to install.

mod assets;
mod bench;
mod ci;
mod dev;
mod install;
mod lockfile;
mod postgres;
mod process;
mod server;
mod source;
mod tidy;
mod wasm_toolchain;
mod workspace;

use anyhow::Result;
use clap::{Parser, Subcommand};
use std::process::ExitCode;
use wasm_toolchain::Effort;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Builds, runs and tests Countersign")]
struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Build the browser's assets and the server
    Build {
        /// Optimise the server and embed the assets in it
        #[arg(long)]
        release: bool,
    },
    /// Build only the browser's assets, into target/site
    Assets {
        /// In seconds and large, while working on the console
        #[arg(long)]
        quick: bool,
    },
    /// Build, then run `countersign serve` with these arguments
    Serve {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Build, then run `countersign demo` with these arguments
    Demo {
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Build and serve; on every save build what changed, and load the open page again
    Dev {
        /// With sample people and agents
        #[arg(long)]
        demo: bool,
        /// Arguments of `countersign serve` or `countersign demo`
        #[arg(trailing_var_arg = true, allow_hyphen_values = true)]
        args: Vec<String>,
    },
    /// Run every check that CI runs
    Test(ci::Options),
    /// Measure the release against what the machine can do
    Bench(bench::Options),
    /// Check the architecture's invariants
    Tidy,
}

fn main() -> ExitCode {
    let outcome = match Cli::parse().command {
        Command::Build { release } => server::build(release),
        Command::Assets { quick } => assets::build(if quick { Effort::Quick } else { Effort::Full }).map(|_| ()),
        Command::Serve { args } => server::run("serve", &args),
        Command::Demo { args } => server::run("demo", &args),
        Command::Dev { demo, args } => dev::run(demo, &args),
        Command::Test(options) => return exit_code(ci::run(&options)),
        Command::Bench(options) => bench::run(&options),
        Command::Tidy => check_tidy(),
    };
    exit_code(outcome.map(|()| true))
}

/// A failed test run has told what failed, so nothing follows its closing count.
fn exit_code(outcome: Result<bool>) -> ExitCode {
    match outcome {
        Ok(true) => ExitCode::SUCCESS,
        Ok(false) => ExitCode::FAILURE,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn check_tidy() -> Result<()> {
    tidy::check(&workspace::root())
}
