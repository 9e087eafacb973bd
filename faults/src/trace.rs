//! The trace: a record of 16 bytes for each change or sync, followed by what was written.

use libc::iovec;

use crate::{Deed, watched::File};

/// The open trace.
pub struct Trace(i32);

impl Trace {
    /// Opens the trace to append to it.
    pub fn open(mut path: Vec<u8>) -> Option<Self> {
        path.push(0);
        let flags = libc::O_WRONLY | libc::O_CREAT | libc::O_APPEND | libc::O_CLOEXEC;
        // SAFETY: the path ends with NUL.
        let descriptor = unsafe { libc::syscall(libc::SYS_openat, libc::AT_FDCWD, path.as_ptr(), flags, 0o600) };
        i32::try_from(descriptor).ok().filter(|descriptor| *descriptor >= 0).map(Self)
    }

    /// Appends a record. One call to the kernel: another process on the same database never writes into its middle.
    pub fn record(&self, deed: Deed, file: File, has_failed: bool, offset: i64, data: &[u8]) {
        let mut head = [0_u8; 16];
        (head[0], head[1], head[2]) = (deed as u8, file, u8::from(has_failed));
        head[4..8].copy_from_slice(&u32::try_from(data.len()).unwrap_or(u32::MAX).to_le_bytes());
        head[8..].copy_from_slice(&offset.to_le_bytes());
        let parts =
            [&head[..], data].map(|part| iovec { iov_base: part.as_ptr().cast_mut().cast(), iov_len: part.len() });
        // SAFETY: both parts outlive the call, which only reads them.
        let written = unsafe { libc::syscall(libc::SYS_writev, self.0, parts.as_ptr(), parts.len()) };
        if usize::try_from(written).ok() != Some(head.len() + data.len()) {
            // A trace with a hole would prove nothing.
            std::process::abort();
        }
    }
}
