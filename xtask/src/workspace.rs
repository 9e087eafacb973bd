//! Where things lie.

use std::path::{Path, PathBuf};

/// The folder of the workspace's `Cargo.toml`.
pub fn root() -> PathBuf {
    let xtask = Path::new(env!("CARGO_MANIFEST_DIR"));
    xtask.parent().unwrap_or(xtask).to_path_buf()
}

/// Cargo's target folder.
pub fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(dir) => root().join(dir),
        None => root().join("target"),
    }
}

/// The finished assets. Always below the workspace, because the server embeds them from there.
pub fn site() -> PathBuf {
    root().join("target/site")
}

/// The server as a debug build leaves it.
pub fn debug_server() -> PathBuf {
    target().join("debug/countersign")
}
