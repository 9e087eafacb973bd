//! The console's browser half: compiled, then bound to JavaScript under a name that tells its content.

use super::site::{Site, short_hash};
use crate::{
    process,
    wasm_toolchain::{Effort, WasmToolchain},
};
use anyhow::{Context, Result};
use wasm_bindgen_cli_support::Bindgen;

/// Part of the hash, so that other binding options or another version give other names.
const RECIPE: &str = "wasm-bindgen 0.2.130, web, no names";

/// Returns the names of the JavaScript and the wasm.
pub fn build(site: &mut Site, effort: Effort) -> Result<(String, String)> {
    let toolchain = WasmToolchain::ready()?;
    process::run(&mut toolchain.build_command(effort))?;
    let raw = std::fs::read(toolchain.output(effort))
        .with_context(|| format!("cargo left no {}", toolchain.output(effort).display()))?;
    // The name is baked into both files, so it is chosen before they exist and never changed.
    let stem = format!("console-{}", short_hash(&[RECIPE.as_bytes(), &raw].concat()));
    let (js, wasm) = (format!("{stem}.js"), format!("{stem}_bg.wasm"));
    if site.has(&js) && site.has(&wasm) {
        site.keep(&js)?;
        site.keep(&wasm)?;
    } else {
        bind(raw, &stem, site)?;
    }
    Ok((js, wasm))
}

/// Binds in a folder of its own, then adds the two files to the site.
fn bind(raw: Vec<u8>, stem: &str, site: &mut Site) -> Result<()> {
    let dir = site.dir().with_file_name("site-bindgen");
    if dir.exists() {
        std::fs::remove_dir_all(&dir)?;
    }
    Bindgen::new()
        .input_bytes(stem, raw)
        .web(true)?
        .typescript(false)
        .omit_default_module_path(false)
        .remove_name_section(true)
        .remove_producers_section(true)
        .out_name(stem)
        .generate(&dir)
        .context("wasm-bindgen refused the wasm")?;
    for name in [format!("{stem}.js"), format!("{stem}_bg.wasm")] {
        let content = std::fs::read(dir.join(&name)).with_context(|| format!("wasm-bindgen wrote no {name}"))?;
        site.add_named(&name, &content)?;
    }
    std::fs::remove_dir_all(&dir)?;
    Ok(())
}
