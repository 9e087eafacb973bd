//! A disk that loses power: what was synced is there, and of the rest any part.

use std::path::Path;

use rand::{RngExt as _, rngs::StdRng};

use super::shim::{Deed, FILES, FOLDER, Record};

/// What a disk writes whole.
const SECTOR: usize = 512;
/// The number of the file that is never synced: it is made anew.
const SHARED_MEMORY: usize = 3;

/// A change that a sync would make last.
#[derive(Clone)]
enum Change {
    Write { offset: usize, data: Vec<u8> },
    Truncate(usize),
}

/// A file's content, and whether the folder has it.
#[derive(Clone, Default)]
struct Content {
    bytes: Vec<u8>,
    /// Changes since the last sync.
    pending: Vec<Change>,
    /// Whether the folder on the disk names it, and whether it names it for the processes.
    is_kept: bool,
    is_there: bool,
}

/// The disk at one place of the trace.
pub struct Disk {
    files: Vec<Content>,
    /// Whether syncs count. A disk on which they do not must be found out, or the campaign proves nothing.
    are_syncs_kept: bool,
}

impl Disk {
    /// The disk as it is before the trace: all of it durable.
    pub fn of(database: &Path) -> Self {
        let read = |suffix: &&str| {
            let content = std::fs::read(suffixed(database, suffix)).ok();
            let is_there = content.is_some();
            Content { bytes: content.unwrap_or_default(), pending: Vec::new(), is_kept: is_there, is_there }
        };
        Self { files: FILES[..FOLDER].iter().map(read).collect(), are_syncs_kept: true }
    }

    /// The same disk, lying about its syncs.
    pub fn that_ignores_syncs(database: &Path) -> Self {
        Self { are_syncs_kept: false, ..Self::of(database) }
    }

    /// Follows the trace by one record.
    pub fn follow(&mut self, record: &Record) {
        if record.file == FOLDER {
            if record.deed == Deed::Sync && self.are_syncs_kept && !record.has_failed {
                self.files.iter_mut().for_each(|file| file.is_kept = file.is_there);
            }
            return;
        }
        if record.has_failed && record.deed != Deed::Sync {
            return;
        }
        let place = usize::try_from(record.offset).expect("an offset");
        let file = &mut self.files[record.file];
        match record.deed {
            Deed::Create => *file = Content { is_there: true, is_kept: file.is_kept, ..Content::default() },
            Deed::Write => file.pending.push(Change::Write { offset: place, data: record.data.clone() }),
            Deed::Truncate => file.pending.push(Change::Truncate(place)),
            // The kernel forgets what it could not write: a later sync succeeds without it.
            Deed::Sync if record.has_failed => file.pending.clear(),
            Deed::Sync if self.are_syncs_kept => {
                for change in std::mem::take(&mut file.pending) {
                    change.apply(&mut file.bytes);
                }
            }
            Deed::Sync => {}
            Deed::Remove => file.is_there = false,
        }
    }

    /// Writes what a power loss here leaves into a folder, under the database's name.
    pub fn lose_power(&self, database: &Path, random: &mut StdRng) {
        for (number, file) in self.files.iter().enumerate() {
            let path = suffixed(database, FILES[number]);
            drop(std::fs::remove_file(&path));
            let is_there = if file.is_kept == file.is_there { file.is_there } else { random.random() };
            if is_there {
                std::fs::write(path, file.after_loss(number, random)).expect("a file");
            }
        }
    }
}

impl Content {
    fn after_loss(&self, number: usize, random: &mut StdRng) -> Vec<u8> {
        let mut bytes = self.bytes.clone();
        let pending = &self.pending;
        let kept: Vec<Change> = match random.random_range(0..5) {
            0 => Vec::new(),
            1 => pending.clone(),
            2 => pending[..random.random_range(0..=pending.len())].to_vec(),
            3 => pending.iter().filter(|_| random.random()).cloned().collect(),
            _ => pending.iter().flat_map(|change| change.torn(random)).collect(),
        };
        for change in kept {
            change.apply(&mut bytes);
        }
        if number == SHARED_MEMORY {
            random.fill(&mut bytes[..]);
        }
        bytes
    }
}

impl Change {
    fn apply(self, bytes: &mut Vec<u8>) {
        match self {
            Self::Truncate(length) => bytes.resize(length, 0),
            Self::Write { offset, data } => {
                let end = offset + data.len();
                if bytes.len() < end {
                    bytes.resize(end, 0);
                }
                bytes[offset..end].copy_from_slice(&data);
            }
        }
    }

    /// The sectors of it that reached the disk.
    fn torn(&self, random: &mut StdRng) -> Vec<Self> {
        let Self::Write { offset, data } = self else {
            return if random.random() { vec![self.clone()] } else { Vec::new() };
        };
        let mut sectors = Vec::new();
        let mut at = 0;
        while at < data.len() {
            let length = (SECTOR - (offset + at) % SECTOR).min(data.len() - at);
            if random.random() {
                sectors.push(Self::Write { offset: offset + at, data: data[at..at + length].to_vec() });
            }
            at += length;
        }
        sectors
    }
}

fn suffixed(database: &Path, suffix: &str) -> std::path::PathBuf {
    let mut name = database.as_os_str().to_owned();
    name.push(suffix);
    name.into()
}
