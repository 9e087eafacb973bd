//! Where sessions may go on, and with what: folders, the client, its settings.

use std::{
    fs,
    path::{Path, PathBuf},
};

use domain::Digest;
use serde_json::{Value, json};

use crate::agents::claude_code::settings::{
    Wanted,
    doctor::{Source, in_clear_text, look_over},
};

/// Folders below which sessions may go on.
pub(super) struct Dirs(Vec<PathBuf>);

impl Dirs {
    pub(super) fn new(named: &[PathBuf]) -> Result<Self, String> {
        let real = |dir: &PathBuf| match fs::canonicalize(dir) {
            Ok(dir) if dir.is_dir() => Ok(dir),
            Ok(_) => Err(format!("--allow-dir: {} is no folder", dir.display())),
            Err(error) => Err(format!("--allow-dir: {}: {error}", dir.display())),
        };
        named.iter().map(real).collect::<Result<_, _>>().map(Self)
    }

    /// The folder as it really is, all links followed, if sessions may go on there.
    pub(super) fn within(&self, cwd: &str) -> Result<PathBuf, String> {
        if !Path::new(cwd).is_absolute() {
            return Err(format!("{cwd} is no absolute path"));
        }
        let real = fs::canonicalize(cwd).map_err(|error| format!("{cwd}: {error}"))?;
        if !real.is_dir() {
            return Err(format!("{cwd} is no folder"));
        }
        if self.0.iter().any(|dir| real.starts_with(dir)) {
            return Ok(real);
        }
        Err(format!("{} is in no folder that --allow-dir names", real.display()))
    }
}

/// The client as an absolute path, so that no `PATH` of a folder decides what is started.
pub(super) fn program(named: &Path) -> Result<PathBuf, String> {
    let found = if named.components().count() > 1 {
        Some(named.to_owned())
    } else {
        let path = super::variable("PATH").unwrap_or_default();
        std::env::split_paths(&path).map(|dir| dir.join(named)).find(|file| file.is_file())
    };
    let found = found.ok_or_else(|| format!("{} is nowhere in PATH", named.display()))?;
    let found = std::path::absolute(found).map_err(|error| error.to_string())?;
    if found.is_file() { Ok(found) } else { Err(format!("{} is no file", found.display())) }
}

/// The client's settings as they were when the runner began.
pub(super) struct Settings {
    file: PathBuf,
    digest: Digest,
    gate: String,
    /// Whether the runner wrote them.
    is_own: bool,
}

impl Settings {
    /// Takes settings that keep every call behind the gate.
    pub(super) fn read(file: &Path, allow_http: bool) -> Result<Self, String> {
        let file = fs::canonicalize(file).map_err(|error| format!("{}: {error}", file.display()))?;
        let text = fs::read(&file).map_err(|error| format!("{}: {error}", file.display()))?;
        let settings: Value = serde_json::from_slice(&text).map_err(|error| format!("{}: {error}", file.display()))?;
        let found = look_over(&[Source { name: file.display().to_string(), is_managed: false, settings }]);
        let gate = found.server.ok_or_else(|| format!("{} does not say where the gate is", file.display()))?;
        // Whether a key may go there in the clear is the operator's to say.
        let clear = in_clear_text(&gate).filter(|_| allow_http);
        let faults: Vec<String> = found.faults.into_iter().filter(|fault| Some(fault) != clear.as_ref()).collect();
        if !faults.is_empty() {
            return Err(format!("{} does not keep calls behind the gate: {}", file.display(), faults.join(" ")));
        }
        Ok(Self { file, digest: digest(&text), gate, is_own: false })
    }

    /// Writes settings with the hooks alone, into a folder that only this user may enter.
    pub(super) fn write(server: &str, program: &Path) -> Result<Self, String> {
        let told = |error: std::io::Error| error.to_string();
        let program = program.display().to_string();
        let server = server.to_owned();
        let wanted =
            Wanted { server, workflow: None, runner: None, program, by_command: false, markers: false, managed: false };
        let settings = wanted.installed_in(json!({}))?;
        let file = private_folder().map_err(told)?.join("settings.json");
        fs::write(&file, settings.to_string()).map_err(told)?;
        Ok(Self { is_own: true, ..Self::read(&file, true)? })
    }

    pub(super) fn file(&self) -> &Path {
        &self.file
    }

    pub(super) const fn digest(&self) -> Digest {
        self.digest
    }

    /// Where the hooks ask.
    pub(super) fn gate(&self) -> &str {
        &self.gate
    }

    /// Refuses settings that somebody has changed meanwhile.
    pub(super) fn must_be_unchanged(&self) -> Result<(), String> {
        let text = fs::read(&self.file).map_err(|error| format!("{}: {error}", self.file.display()))?;
        if digest(&text) == self.digest {
            return Ok(());
        }
        Err(format!("{} has changed since the runner began; look at it and start the runner anew", self.file.display()))
    }

    /// Takes away what the runner wrote.
    pub(super) fn remove(&self) {
        if let (true, Some(folder)) = (self.is_own, self.file.parent()) {
            drop(fs::remove_dir_all(folder));
        }
    }
}

fn digest(text: &[u8]) -> Digest {
    Digest::of("settings/v1", text)
}

/// A new folder for temporary files that only this user may enter.
pub(super) fn private_folder() -> std::io::Result<PathBuf> {
    let folder = std::env::temp_dir().join(format!("countersign-runner-{:032x}", rand::random::<u128>()));
    let mut builder = fs::DirBuilder::new();
    #[cfg(unix)]
    {
        use std::os::unix::fs::DirBuilderExt as _;
        builder.mode(0o700);
    }
    builder.create(&folder)?;
    Ok(folder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_folders_below_those_named_are_allowed_whatever_links_say() {
        let root = tempfile::TempDir::new().expect("a folder");
        let root = fs::canonicalize(root.path()).expect("a path");
        for dir in ["in/project", "in-too", "out"] {
            fs::create_dir_all(root.join(dir)).expect("a folder");
        }
        std::os::unix::fs::symlink(root.join("out"), root.join("in/link")).expect("a link");
        std::os::unix::fs::symlink(root.join("in/project"), root.join("way")).expect("a link");
        let dirs = Dirs::new(&[root.join("in")]).expect("folders");
        let within = |path: &str| dirs.within(&root.join(path).display().to_string());
        assert_eq!(within("in/project"), Ok(root.join("in/project")));
        assert_eq!(within("way"), Ok(root.join("in/project")), "a link from without leads in");
        for bad in ["in/link", "in-too", "out", "in/../out", "in/nowhere"] {
            assert!(within(bad).is_err(), "{bad}");
        }
        assert!(dirs.within("in/project").is_err(), "relative");
        assert!(Dirs::new(&[root.join("nowhere")]).is_err());
    }

    #[test]
    fn settings_without_the_hooks_are_refused_and_changes_are_seen() {
        let settings = Settings::write("http://127.0.0.1:8080", Path::new("/usr/bin/countersign")).expect("settings");
        assert_eq!(settings.gate(), "http://127.0.0.1:8080");
        assert_eq!(settings.must_be_unchanged(), Ok(()));
        let mut text: Value = serde_json::from_slice(&fs::read(settings.file()).expect("read")).expect("JSON");
        text["hooks"]["PreToolUse"][0]["hooks"][0]["onFailure"] = json!("continue");
        fs::write(settings.file(), text.to_string()).expect("written");
        assert!(settings.must_be_unchanged().expect_err("changed").contains("has changed"));
        assert!(Settings::read(settings.file(), false).map(drop).expect_err("loose").contains("onFailure"));
        settings.remove();
        assert!(!settings.file().exists());
    }
}
