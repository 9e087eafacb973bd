//! Where things lie.

use anyhow::Result;
use std::path::{Path, PathBuf};
use walkdir::WalkDir;

/// The folder of the workspace's `Cargo.toml`: cargo tells where this package lies now, which may
/// not be where it was compiled.
pub fn root() -> PathBuf {
    let told = std::env::var_os("CARGO_MANIFEST_DIR").map(PathBuf::from);
    let xtask = told.unwrap_or_else(|| PathBuf::from(env!("CARGO_MANIFEST_DIR")));
    xtask.parent().unwrap_or(&xtask).to_path_buf()
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

/// The files below a folder whose names end in `.<extension>`, by name; none when it is missing.
/// Built and fetched things are left out.
pub fn files(dir: &Path, extension: &str) -> Result<Vec<PathBuf>> {
    if !dir.exists() {
        return Ok(Vec::new());
    }
    let skipped = |name: &str| matches!(name, "target" | "node_modules" | ".git");
    let entries = WalkDir::new(dir).sort_by_file_name().into_iter();
    let kept = entries.filter_entry(|entry| !skipped(&entry.file_name().to_string_lossy()));
    let paths = kept.map(|entry| Ok(entry?.into_path())).collect::<Result<Vec<_>>>()?;
    Ok(paths.into_iter().filter(|path| path.extension().is_some_and(|found| found == extension)).collect())
}
