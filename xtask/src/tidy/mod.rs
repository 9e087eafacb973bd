//! The architecture's invariants, grepped: each violation names its line, the rule and the reason.

mod doors;
mod layout;
mod markup;
mod words;

use crate::source::without_comments;
use crate::workspace;
use anyhow::{Result, bail};
use std::path::Path;

/// A broken rule.
#[derive(Debug, PartialEq, Eq)]
pub struct Violation {
    pub path: String,
    pub line: usize,
    pub rule: String,
}

/// A source file, as it is and with its comments blanked.
pub struct File {
    /// Relative to the workspace.
    pub path: String,
    pub text: String,
    /// Without comments; string literals stay.
    pub code: String,
    /// Without comments and string literals.
    pub bare: String,
}

impl File {
    pub fn new(path: String, text: String) -> Self {
        let (code, bare) = if extension(&path) == "rs" {
            (without_comments(&text, true), without_comments(&text, false))
        } else {
            (text.clone(), text.clone())
        };
        Self { path, text, code, bare }
    }

    pub fn is_rust(&self) -> bool {
        extension(&self.path) == "rs"
    }

    pub fn violation(&self, line: usize, rule: impl Into<String>) -> Violation {
        Violation { path: self.path.clone(), line, rule: rule.into() }
    }
}

fn extension(path: &str) -> &str {
    Path::new(path).extension().and_then(|extension| extension.to_str()).unwrap_or_default()
}

/// Checks the workspace and fails with all violations.
pub fn check(root: &Path) -> Result<()> {
    let files = read(root)?;
    let mut violations = layout::check(root)?;
    for file in &files {
        violations.extend(layout::check_file(file));
        violations.extend(words::check(file));
        violations.extend(markup::check(file));
        violations.extend(doors::check(file));
    }
    if violations.is_empty() {
        println!("  {} files, no violation", files.len());
        return Ok(());
    }
    violations.sort_by(|a, b| (&a.path, a.line).cmp(&(&b.path, b.line)));
    let lines: Vec<_> =
        violations.iter().map(|found| format!("{}:{}: {}", found.path, found.line, found.rule)).collect();
    bail!("{} violations of the architecture:\n  {}", lines.len(), lines.join("\n  "))
}

/// The workspace's own sources: everything hand-written that has rules here.
fn read(root: &Path) -> Result<Vec<File>> {
    let mut files = Vec::new();
    for extension in ["rs", "ts", "js", "mjs", "css", "toml"] {
        for path in workspace::files(root, extension)? {
            let shown = path.strip_prefix(root).unwrap_or(&path).display().to_string();
            files.push(File::new(shown, std::fs::read_to_string(&path)?));
        }
    }
    Ok(files)
}
