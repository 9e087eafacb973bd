//! The output folder: names by content, compresses what is new, removes what is stale.

use super::manifest::Manifest;
use crate::wasm_toolchain::Effort;
use anyhow::{Context, Result};
use flate2::{Compression, write::GzEncoder};
use sha2::{Digest, Sha256};
use std::collections::BTreeSet;
use std::io::Write;
use std::path::{Path, PathBuf};

/// One file of the site, with its sizes in bytes.
pub struct Asset {
    pub name: String,
    pub raw: u64,
    pub gzip: Option<u64>,
    pub brotli: Option<u64>,
}

/// `target/site` while it is being filled.
pub struct Site {
    dir: PathBuf,
    effort: Effort,
    assets: Vec<Asset>,
}

impl Site {
    pub fn open(dir: PathBuf, effort: Effort) -> Result<Self> {
        std::fs::create_dir_all(&dir).with_context(|| format!("cannot create {}", dir.display()))?;
        Ok(Self { dir, effort, assets: Vec::new() })
    }

    pub fn assets(&self) -> &[Asset] {
        &self.assets
    }

    /// The folder itself, for a tool that writes into it.
    pub fn dir(&self) -> &Path {
        &self.dir
    }

    /// Whether a file and its compressed forms are there already; their name tells the content.
    pub fn has(&self, name: &str) -> bool {
        [name.to_owned(), format!("{name}.br"), format!("{name}.gz")].iter().all(|file| self.dir.join(file).is_file())
    }

    /// Adds a file that does not compress, under `<stem>-<hash>.<extension>`.
    pub fn add_packed(&mut self, stem: &str, extension: &str, content: &[u8]) -> Result<String> {
        let name = format!("{stem}-{}.{extension}", short_hash(content));
        if !self.dir.join(&name).is_file() {
            self.write(&name, content)?;
        }
        self.assets.push(Asset { name: name.clone(), raw: content.len() as u64, gzip: None, brotli: None });
        Ok(name)
    }

    /// Adds a file and its compressed forms, under `<stem>-<hash>.<extension>`.
    pub fn add_text(&mut self, stem: &str, extension: &str, content: &[u8]) -> Result<String> {
        let name = format!("{stem}-{}.{extension}", short_hash(content));
        self.add_named(&name, content)?;
        Ok(name)
    }

    /// Adds a file and its compressed forms under a name of its own.
    pub fn add_named(&mut self, name: &str, content: &[u8]) -> Result<()> {
        let path = self.dir.join(name);
        if !self.has(name) || std::fs::read(&path)? != content {
            self.write(name, content)?;
            self.write(&format!("{name}.gz"), &gzip(content, self.effort)?)?;
            self.write(&format!("{name}.br"), &brotli(content, self.effort)?)?;
        }
        self.keep(name)
    }

    /// Counts a file that is complete in the folder as part of the site.
    pub fn keep(&mut self, name: &str) -> Result<()> {
        let size = |file: &str| -> Result<u64> { Ok(self.dir.join(file).metadata()?.len()) };
        let (raw, gzip, brotli) = (size(name)?, size(&format!("{name}.gz"))?, size(&format!("{name}.br"))?);
        self.assets.push(Asset { name: name.to_owned(), raw, gzip: Some(gzip), brotli: Some(brotli) });
        Ok(())
    }

    /// Writes the manifest, removes every other file, and returns a digest of it all.
    pub fn finish(&self, manifest: &Manifest) -> Result<String> {
        let text = manifest.to_json();
        self.write("manifest.json", text.as_bytes())?;
        let mut wanted = BTreeSet::from(["manifest.json".to_owned()]);
        let mut digest = Sha256::new();
        for asset in &self.assets {
            digest.update(std::fs::read(self.dir.join(&asset.name))?);
            wanted.extend(["", ".gz", ".br"].map(|suffix| format!("{}{suffix}", asset.name)));
        }
        for entry in self.dir.read_dir()?.flatten() {
            if !wanted.contains(entry.file_name().to_string_lossy().as_ref()) {
                remove(&entry.path())?;
            }
        }
        digest.update(text);
        Ok(hex::encode(&digest.finalize()[..8]))
    }

    /// Writes beside and renames, so that an interrupted run leaves no half file under a good name.
    fn write(&self, name: &str, content: &[u8]) -> Result<()> {
        let part = self.dir.join(format!("{name}.part"));
        std::fs::write(&part, content).with_context(|| format!("cannot write {}", part.display()))?;
        std::fs::rename(&part, self.dir.join(name))?;
        Ok(())
    }
}

/// The part of a name that changes with the content.
pub fn short_hash(content: &[u8]) -> String {
    hex::encode(&Sha256::digest(content)[..6])
}

fn remove(path: &Path) -> Result<()> {
    let removed = if path.is_dir() { std::fs::remove_dir_all(path) } else { std::fs::remove_file(path) };
    removed.with_context(|| format!("cannot remove {}", path.display()))
}

fn gzip(content: &[u8], effort: Effort) -> Result<Vec<u8>> {
    let level = if effort == Effort::Full { Compression::best() } else { Compression::fast() };
    let mut encoder = GzEncoder::new(Vec::new(), level);
    encoder.write_all(content)?;
    Ok(encoder.finish()?)
}

fn brotli(content: &[u8], effort: Effort) -> Result<Vec<u8>> {
    let quality = if effort == Effort::Full { 11 } else { 0 };
    let params = brotli::enc::BrotliEncoderParams { quality, lgwin: 24, ..Default::default() };
    let mut packed = Vec::new();
    brotli::BrotliCompress(&mut &content[..], &mut packed, &params)?;
    Ok(packed)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn manifest(css: String) -> Manifest {
        Manifest { css, ..Manifest::default() }
    }

    #[test]
    fn a_changed_file_gets_another_name_and_the_old_one_goes() {
        let dir = tempfile::tempdir().unwrap();
        let open = || Site::open(dir.path().to_path_buf(), Effort::Full).unwrap();
        let mut site = open();
        let old = site.add_text("console", "css", b"a{}").unwrap();
        let before = site.finish(&manifest(old.clone())).unwrap();
        let mut site = open();
        let new = site.add_text("console", "css", b"b{}").unwrap();
        let after = site.finish(&manifest(new.clone())).unwrap();
        assert_ne!(before, after);
        let mut files: Vec<_> =
            dir.path().read_dir().unwrap().map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        files.sort();
        assert_eq!(files, [new.clone(), format!("{new}.br"), format!("{new}.gz"), "manifest.json".to_owned()]);
    }

    #[test]
    fn a_file_with_a_fixed_name_follows_its_content() {
        let dir = tempfile::tempdir().unwrap();
        let mut site = Site::open(dir.path().to_path_buf(), Effort::Full).unwrap();
        site.add_named("icons.svg", b"<svg/>").unwrap();
        site.add_named("icons.svg", b"<svg></svg>").unwrap();
        assert_eq!(std::fs::read(dir.path().join("icons.svg")).unwrap(), b"<svg></svg>");
    }

    #[test]
    fn compressed_forms_hold_the_content() {
        let text = b"countersign ".repeat(200);
        let mut back = Vec::new();
        brotli::BrotliDecompress(&mut &brotli(&text, Effort::Full).unwrap()[..], &mut back).unwrap();
        assert_eq!(back, text);
        let mut back = Vec::new();
        std::io::Read::read_to_end(
            &mut flate2::read::GzDecoder::new(&gzip(&text, Effort::Full).unwrap()[..]),
            &mut back,
        )
        .unwrap();
        assert_eq!(back, text);
    }
}
