//! The compiler for the browser's half: rustup's wasm target, else Debian's toolchain beside it.

use crate::{install, process, workspace};
use anyhow::{Result, bail};
use std::path::PathBuf;
use std::process::Command;

const TARGET: &str = "wasm32-unknown-unknown";
const DEBIAN_PACKAGES: [&str; 4] = ["rustc-web", "cargo-web", "rust-web-src", "lld-19"];

/// How much work goes into the browser's assets.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Effort {
    /// Ready in seconds, large: for working on the console.
    Quick,
    /// As small as can be: for everybody else.
    Full,
}

impl Effort {
    const fn profile(self) -> &'static str {
        match self {
            Self::Quick => "wasm-dev",
            Self::Full => "wasm-release",
        }
    }
}

/// Which compiler builds the wasm.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum WasmToolchain {
    /// The ordinary toolchain with the wasm target added.
    Rustup,
    /// Debian's own cargo, which builds the standard library from its sources.
    Debian,
}

impl WasmToolchain {
    /// Finds one, installing it if need be.
    pub fn ready() -> Result<Self> {
        if has_target() {
            return Ok(Self::Rustup);
        }
        println!("the wasm target is missing: adding it");
        if process::run(Command::new("rustup").args(["target", "add", TARGET])).is_ok() && has_target() {
            return Ok(Self::Rustup);
        }
        println!("rustup could not add {TARGET}: trying Debian's toolchain");
        if install::apt("building for the browser", &DEBIAN_PACKAGES).is_ok() {
            return Ok(Self::Debian);
        }
        let packages = DEBIAN_PACKAGES.join(" ");
        bail!("no compiler for {TARGET}: run `rustup target add {TARGET}`, or `apt-get install {packages}`");
    }

    /// The cargo command that builds the app's wasm.
    pub fn build_command(self, effort: Effort) -> Command {
        let args = ["build", "--package", "app", "--lib", "--no-default-features", "--features", "hydrate"];
        let profile = ["--target", TARGET, "--profile", effort.profile()];
        let mut command = process::cargo(args.into_iter().chain(profile));
        if self == Self::Debian {
            let mut debian = Command::new("/usr/bin/cargo");
            debian.current_dir(workspace::root()).args(command.get_args()).arg("-Zbuild-std=std,panic_abort");
            debian.env("PATH", "/usr/bin:/bin").env("RUSTC_BOOTSTRAP", "1").env_remove("RUSTUP_TOOLCHAIN");
            debian.env("CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_LINKER", "wasm-ld-19");
            debian.env("CARGO_TARGET_DIR", self.target_dir());
            command = debian;
        }
        command
    }

    /// Where that command leaves the wasm.
    pub fn output(self, effort: Effort) -> PathBuf {
        self.target_dir().join(TARGET).join(effort.profile()).join("app.wasm")
    }

    /// Two compilers must not share a folder: each would discard the other's work.
    fn target_dir(self) -> PathBuf {
        match self {
            Self::Rustup => workspace::target(),
            Self::Debian => workspace::target().join("debian-wasm"),
        }
    }
}

/// Whether the compiler in use has the wasm standard library, however it came there.
fn has_target() -> bool {
    let mut rustc = Command::new("rustc");
    rustc.current_dir(workspace::root()).args(["--print", "target-libdir", "--target", TARGET]);
    let Ok(dir) = process::read(&mut rustc) else { return false };
    PathBuf::from(dir.trim()).is_dir()
}
