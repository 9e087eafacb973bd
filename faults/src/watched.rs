//! Which files are watched, and which descriptors are theirs.

use std::{
    ffi::CStr,
    sync::atomic::{AtomicU8, Ordering},
};

use libc::{c_char, c_int};

/// A watched file, by its number in the trace; 0 is none.
pub type File = u8;

/// The folder itself: its syncs make creations and removals last.
const FOLDER: File = 5;
/// What the database's files are called.
const NAMES: [(&[u8], File); 4] = [
    (b"/countersign.db", 1),
    (b"/countersign.db-wal", 2),
    (b"/countersign.db-journal", 3),
    (b"/countersign.db-shm", 4),
];

static DESCRIPTORS: [AtomicU8; 65_536] = [const { AtomicU8::new(0) }; 65_536];

/// Which file a path names.
pub fn by_path(path: *const c_char) -> File {
    let Some(setup) = crate::setup() else { return 0 };
    if path.is_null() {
        return 0;
    }
    // SAFETY: the caller hands over what it would hand to the C library, a string that ends with NUL.
    let path = unsafe { CStr::from_ptr(path) }.to_bytes();
    let Some(rest) = path.strip_prefix(setup.folder.as_slice()) else { return 0 };
    if rest.is_empty() || rest == b"/" || rest == b"/." {
        return FOLDER;
    }
    NAMES.iter().find(|(name, _)| *name == rest).map_or(0, |(_, file)| *file)
}

fn slot(descriptor: c_int) -> Option<&'static AtomicU8> {
    DESCRIPTORS.get(usize::try_from(descriptor).ok()?)
}

/// Which file a descriptor is open on.
pub fn by_descriptor(descriptor: c_int) -> File {
    slot(descriptor).map_or(0, |slot| slot.load(Ordering::Acquire))
}

/// Notes what a descriptor is open on from now on; 0 when it is closed.
pub fn note(descriptor: c_int, file: File) {
    if let Some(slot) = slot(descriptor) {
        slot.store(file, Ordering::Release);
    }
}
