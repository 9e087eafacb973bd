//! What the demo keeps between two starts: the password, the keys, where webhooks come in, and the stories
//! under way.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::Write as _,
    path::{Path, PathBuf},
    sync::{Mutex, PoisonError},
};

use serde::{Deserialize, Serialize};

use super::Trouble;

/// The file in the data folder.
const FILE: &str = "demo.json";

/// The demo's memory, on disk.
#[derive(Debug)]
pub struct Memory {
    file: PathBuf,
    kept: Mutex<Kept>,
}

/// What is remembered.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Everybody's password.
    pub password: Option<String>,
    /// The secrets of the keys by name: an approval's outcome belongs to the key that asked.
    pub keys: BTreeMap<String, String>,
    /// Where webhooks are received, by the endpoint's name.
    #[serde(default)]
    pub doors: BTreeMap<String, Door>,
    /// The next story of each seed.
    pub next: BTreeMap<u64, u64>,
    /// The stories that have begun and not ended, as seed and number. All calls of a story carry their own ids, so an
    /// agent picks its story up by telling it again from the beginning.
    pub under_way: BTreeSet<(u64, u64)>,
}

/// Where one receiver listens, and what its messages are signed with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Door {
    /// The port on loopback.
    pub port: u16,
    /// The endpoint's secret.
    pub secret: String,
}

impl Memory {
    /// Reads the memory of a data folder; there is none at the first start.
    pub fn open(folder: &Path) -> Result<Self, Trouble> {
        let file = folder.join(FILE);
        let kept = match fs::read(&file) {
            Ok(bytes) => serde_json::from_slice(&bytes).map_err(|error| trouble(&file, &error))?,
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Kept::default(),
            Err(error) => return Err(trouble(&file, &error)),
        };
        Ok(Self { file, kept: Mutex::new(kept) })
    }

    /// What is remembered now.
    pub fn recall(&self) -> Kept {
        self.kept.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Changes what is remembered, on disk before anywhere else.
    pub fn change<T>(&self, change: impl FnOnce(&mut Kept) -> T) -> Result<T, Trouble> {
        let mut kept = self.kept.lock().unwrap_or_else(PoisonError::into_inner);
        let mut changed = kept.clone();
        let answer = change(&mut changed);
        self.write(&changed).map_err(|error| trouble(&self.file, &error))?;
        *kept = changed;
        Ok(answer)
    }

    /// Writes beside and renames, so that a crash leaves the old memory or the new one. Nobody else may read it.
    fn write(&self, kept: &Kept) -> std::io::Result<()> {
        let beside = self.file.with_extension("json.new");
        let mut options = fs::OpenOptions::new();
        options.write(true).create(true).truncate(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let mut file = options.open(&beside)?;
        file.write_all(&serde_json::to_vec_pretty(kept)?)?;
        file.sync_all()?;
        fs::rename(beside, &self.file)
    }
}

fn trouble(file: &Path, error: &dyn std::fmt::Display) -> Trouble {
    Trouble::Memory(format!("{}: {error}", file.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_kept_is_there_at_the_next_start() {
        let folder = tempfile::tempdir().expect("a folder");
        let memory = Memory::open(folder.path()).expect("empty");
        assert_eq!(memory.recall(), Kept::default());
        memory
            .change(|kept| {
                kept.under_way.insert((1, 4));
                kept.next.insert(1, 5);
            })
            .expect("written");
        assert_eq!(Memory::open(folder.path()).expect("kept").recall(), memory.recall());
        assert!(memory.recall().under_way.contains(&(1, 4)));
    }

    #[test]
    fn a_broken_memory_names_its_file() {
        let folder = tempfile::tempdir().expect("a folder");
        fs::write(folder.path().join(FILE), "{").expect("written");
        let told = Memory::open(folder.path()).expect_err("broken").to_string();
        assert!(told.contains("demo.json"), "{told}");
    }
}
