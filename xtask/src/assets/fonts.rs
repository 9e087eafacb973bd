//! The fonts of `public/fonts`. They are packed already, so they are only named by content.

use super::manifest::Fonts;
use super::site::Site;
use anyhow::{Context, Result, bail};
use std::path::Path;

pub fn copy(root: &Path, site: &mut Site) -> Result<Fonts> {
    let dir = root.join("public/fonts");
    let mut fonts = Fonts::default();
    let mut files: Vec<_> = dir.read_dir().with_context(|| format!("no {}", dir.display()))?.flatten().collect();
    files.sort_by_key(std::fs::DirEntry::file_name);
    for file in files {
        let source = file.file_name().to_string_lossy().into_owned();
        let Some(stem) = source.strip_suffix(".woff2") else { continue };
        let family = if stem.contains("mono") { "mono" } else { "inter" };
        let name = site.add_packed(family, "woff2", &std::fs::read(file.path())?)?;
        let slot = if family == "mono" { &mut fonts.mono } else { &mut fonts.inter };
        slot.clone_from(&name);
        fonts.names.push((source, name));
    }
    if fonts.inter.is_empty() || fonts.mono.is_empty() {
        bail!("public/fonts must hold Inter and JetBrains Mono as woff2");
    }
    Ok(fonts)
}
