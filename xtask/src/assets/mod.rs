//! What a browser loads: made from the sources into `target/site`, named by content, compressed.

mod classes;
mod css;
mod fonts;
mod icons;
mod manifest;
mod media;
mod minify;
mod site;
mod utilities;
mod wasm;

use crate::{wasm_toolchain::Effort, workspace};
use anyhow::Result;
use manifest::Manifest;
use site::{Asset, Site};
use std::path::{Path, PathBuf};
use std::time::Instant;

/// The finished assets.
pub struct Built {
    /// Changes whenever one of the assets does.
    pub digest: String,
}

/// Builds everything into `target/site` and prints the sizes.
///
/// The styles come first: a misspelt class is told in a second, not after the wasm has compiled.
pub fn build(effort: Effort) -> Result<Built> {
    let started = Instant::now();
    let root = workspace::root();
    let mut site = Site::open(workspace::site(), effort)?;
    let fonts = fonts::copy(&root, &mut site)?;
    let css = css::build(&root, &fonts, &mut site)?;
    let icons = icons::build(&root, &mut site)?;
    let favicon = site.add_text("favicon", "svg", &std::fs::read(root.join("public/favicon.svg"))?)?;
    let (js, wasm) = wasm::build(&mut site, effort)?;
    let manifest = Manifest { css, js, wasm, icons, fonts, favicon };
    let digest = site.finish(&manifest)?;
    print_sizes(site.assets());
    println!("assets: {} in {:.1} s", workspace::site().display(), started.elapsed().as_secs_f32());
    Ok(Built { digest })
}

/// The sources with markup in them: the console, and the one page that the server writes itself.
fn markup(root: &Path) -> Result<Vec<PathBuf>> {
    let folders =
        ["app/src", "server/src/http/reference"].iter().map(|folder| workspace::files(&root.join(folder), "rs"));
    Ok(folders.collect::<Result<Vec<_>>>()?.concat())
}

/// Bytes of each asset: raw, gzip, brotli.
fn print_sizes(assets: &[Asset]) {
    println!("{:<44}{:>10}{:>10}{:>10}", "asset", "raw", "gzip", "brotli");
    for asset in assets {
        let packed = |size: Option<u64>| size.map_or_else(|| "-".to_owned(), |size| size.to_string());
        println!("{:<44}{:>10}{:>10}{:>10}", asset.name, asset.raw, packed(asset.gzip), packed(asset.brotli));
    }
}
