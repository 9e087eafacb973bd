//! The control block: eight numbers in a file that the test and this process share.

use std::{
    ptr,
    sync::atomic::{AtomicU64, Ordering},
};

use crate::{Deed, watched::File};

/// Instead of an error: half of the bytes are written.
pub const SHORT: u64 = 0;
/// Instead of an error: the process is killed before the call.
pub const KILL: u64 = 9_999;

/// The numbers, in their order in the file.
#[repr(C)]
struct Block {
    /// 1 while calls are counted and may fail.
    armed: AtomicU64,
    /// The deeds that count, a bit each.
    deeds: AtomicU64,
    /// The files that count, a bit each.
    files: AtomicU64,
    /// Calls that still pass before one fails.
    skip: AtomicU64,
    /// Calls that fail from then on.
    times: AtomicU64,
    /// How they fail: an error number, `SHORT` or `KILL`.
    how: AtomicU64,
    /// Calls counted.
    seen: AtomicU64,
    /// Calls failed.
    failed: AtomicU64,
}

/// The block, mapped for good.
pub struct Control(&'static Block);

impl Control {
    /// Maps the block of a file; `None` when there is no such file.
    pub fn open(mut path: Vec<u8>) -> Option<Self> {
        path.push(0);
        // SAFETY: the path ends with NUL; the mapping is as long as the block, is never unmapped, and holds integers
        // for which every pattern of bits is a value.
        unsafe {
            let descriptor =
                libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path.as_ptr(), libc::O_RDWR | libc::O_CLOEXEC, 0);
            let descriptor = i32::try_from(descriptor).ok().filter(|descriptor| *descriptor >= 0)?;
            let access = libc::PROT_READ | libc::PROT_WRITE;
            let mapped = libc::mmap(ptr::null_mut(), size_of::<Block>(), access, libc::MAP_SHARED, descriptor, 0);
            libc::syscall(libc::SYS_close, descriptor);
            (mapped != libc::MAP_FAILED).then(|| Self(&*mapped.cast::<Block>()))
        }
    }

    /// How this call fails, if it is its turn.
    pub fn verdict(&self, deed: Deed, file: File) -> Option<u64> {
        let block = self.0;
        let counts = |mask: &AtomicU64, bit: u8| mask.load(Ordering::SeqCst) & (1 << bit) != 0;
        if block.armed.load(Ordering::SeqCst) == 0 || !counts(&block.deeds, deed as u8) || !counts(&block.files, file) {
            return None;
        }
        block.seen.fetch_add(1, Ordering::SeqCst);
        let take = |count: &AtomicU64| {
            count.fetch_update(Ordering::SeqCst, Ordering::SeqCst, |left| left.checked_sub(1)).is_ok()
        };
        if take(&block.skip) || !take(&block.times) {
            return None;
        }
        block.failed.fetch_add(1, Ordering::SeqCst);
        Some(block.how.load(Ordering::SeqCst))
    }
}
