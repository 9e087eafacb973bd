//! The C library's functions as the watched process meets them.
//!
//! What is not watched goes to the kernel as it came. What is watched is done in turn, may fail, and is recorded.

use libc::{c_char, c_int, c_long, c_uint, c_void, off_t, size_t, ssize_t};

use crate::{
    Deed, Setup,
    control::{KILL, SHORT},
    in_turn, setup,
    watched::{self, File},
};

/// Runs a watched call: fails it if its turn has come, else does it and records it.
fn watched_call(setup: &Setup, deed: Deed, file: File, offset: i64, does: impl FnOnce() -> c_long) -> c_long {
    if let Some(how) = setup.control.as_ref().and_then(|control| control.verdict(deed, file)) {
        if deed == Deed::Sync {
            record(setup, deed, file, true, offset, &[]);
        }
        return fail(how);
    }
    let done = does();
    if deed != Deed::Create {
        record(setup, deed, file, done < 0, offset, &[]);
    }
    done
}

fn record(setup: &Setup, deed: Deed, file: File, has_failed: bool, offset: i64, data: &[u8]) {
    if let Some(trace) = &setup.trace {
        trace.record(deed, file, has_failed, offset, data);
    }
}

fn fail(how: u64) -> c_long {
    if how == KILL {
        // SAFETY: takes no pointer.
        unsafe { libc::syscall(libc::SYS_kill, libc::getpid(), libc::SIGKILL) };
    }
    let error = c_int::try_from(how).ok().filter(|error| *error != 0).unwrap_or(libc::EIO);
    // SAFETY: the C library gives each thread a place of its own.
    unsafe { *libc::__errno_location() = error };
    -1
}

/// Writes at a place. A short write is one that the trace shows as it happened.
fn write_at(setup: &Setup, file: File, offset: i64, data: &[u8], does: impl Fn(&[u8]) -> c_long) -> c_long {
    let _turn = in_turn();
    let verdict = setup.control.as_ref().and_then(|control| control.verdict(Deed::Write, file));
    let data = match verdict {
        None => data,
        Some(SHORT) => &data[..data.len() / 2],
        Some(how) => return fail(how),
    };
    let done = does(data);
    if let Ok(written) = usize::try_from(done) {
        record(setup, Deed::Write, file, false, offset, &data[..written]);
    }
    done
}

fn watched_file(descriptor: c_int) -> Option<(&'static Setup, File)> {
    match watched::by_descriptor(descriptor) {
        0 => None,
        file => Some((setup()?, file)),
    }
}

/// The C library's names exist twice where files once had two sizes.
macro_rules! alias {
    ($($alias:ident = $name:ident($($argument:ident: $kind:ty),*) -> $gives:ty;)*) => {
        $(
            /// # Safety
            /// That of the C library's function of this name.
            #[unsafe(no_mangle)]
            pub unsafe extern "C" fn $alias($($argument: $kind),*) -> $gives {
                // SAFETY: the caller's.
                unsafe { $name($($argument),*) }
            }
        )*
    };
}

alias! {
    open = open_at_root(path: *const c_char, flags: c_int, mode: c_uint) -> c_int;
    open64 = open_at_root(path: *const c_char, flags: c_int, mode: c_uint) -> c_int;
    openat = open_at(folder: c_int, path: *const c_char, flags: c_int, mode: c_uint) -> c_int;
    openat64 = open_at(folder: c_int, path: *const c_char, flags: c_int, mode: c_uint) -> c_int;
    pwrite = write_to(descriptor: c_int, data: *const c_void, length: size_t, offset: off_t) -> ssize_t;
    pwrite64 = write_to(descriptor: c_int, data: *const c_void, length: size_t, offset: off_t) -> ssize_t;
    ftruncate = cut(descriptor: c_int, length: off_t) -> c_int;
    ftruncate64 = cut(descriptor: c_int, length: off_t) -> c_int;
    fsync = sync(descriptor: c_int) -> c_int;
    fdatasync = sync(descriptor: c_int) -> c_int;
}

/// The mode is a variable argument in C; where there is none, whatever stands in its register is ignored.
unsafe fn open_at_root(path: *const c_char, flags: c_int, mode: c_uint) -> c_int {
    // SAFETY: the caller's.
    unsafe { open_at(libc::AT_FDCWD, path, flags, mode) }
}

unsafe fn open_at(folder: c_int, path: *const c_char, flags: c_int, mode: c_uint) -> c_int {
    // SAFETY: the caller's.
    let open = || unsafe { libc::syscall(libc::SYS_openat, folder, path, flags, mode) };
    let file = watched::by_path(path);
    let opened = match setup().filter(|_| file != 0) {
        None => open(),
        Some(setup) => {
            let _turn = in_turn();
            // SAFETY: the caller's.
            let is_there = unsafe { libc::syscall(libc::SYS_faccessat, folder, path, libc::F_OK) } == 0;
            let opened = watched_call(setup, Deed::Create, file, 0, open);
            if opened >= 0 && !is_there {
                record(setup, Deed::Create, file, false, 0, &[]);
            }
            opened
        }
    };
    let opened = c_int::try_from(opened).unwrap_or(-1);
    watched::note(opened, file);
    opened
}

unsafe fn write_to(descriptor: c_int, data: *const c_void, length: size_t, offset: off_t) -> ssize_t {
    let write = |data: *const c_void, length: usize| {
        // SAFETY: the caller's; never more than it handed over.
        unsafe { libc::syscall(libc::SYS_pwrite64, descriptor, data, length, offset) }
    };
    let done = match watched_file(descriptor) {
        None => write(data, length),
        Some((setup, file)) => {
            // SAFETY: the caller's.
            let data = unsafe { std::slice::from_raw_parts(data.cast::<u8>(), length) };
            write_at(setup, file, offset, data, |part| write(part.as_ptr().cast(), part.len()))
        }
    };
    ssize_t::try_from(done).unwrap_or(-1)
}

/// # Safety
/// That of the C library's function of this name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn write(descriptor: c_int, data: *const c_void, length: size_t) -> ssize_t {
    let write = |data: *const c_void, length: usize| {
        // SAFETY: the caller's; never more than it handed over.
        unsafe { libc::syscall(libc::SYS_write, descriptor, data, length) }
    };
    let done = match watched_file(descriptor) {
        None => write(data, length),
        Some((setup, file)) => {
            // SAFETY: the caller's, and a call without pointers.
            let (offset, data) = unsafe {
                let offset = libc::syscall(libc::SYS_lseek, descriptor, 0, libc::SEEK_CUR);
                (offset, std::slice::from_raw_parts(data.cast::<u8>(), length))
            };
            write_at(setup, file, offset, data, |part| write(part.as_ptr().cast(), part.len()))
        }
    };
    ssize_t::try_from(done).unwrap_or(-1)
}

unsafe fn cut(descriptor: c_int, length: off_t) -> c_int {
    // SAFETY: takes no pointer.
    let cut = || unsafe { libc::syscall(libc::SYS_ftruncate, descriptor, length) };
    let done = watched_file(descriptor).map_or_else(cut, |(setup, file)| {
        let _turn = in_turn();
        watched_call(setup, Deed::Truncate, file, length, cut)
    });
    c_int::try_from(done).unwrap_or(-1)
}

unsafe fn sync(descriptor: c_int) -> c_int {
    // SAFETY: takes no pointer.
    let sync = || unsafe { libc::syscall(libc::SYS_fsync, descriptor) };
    let done = watched_file(descriptor).map_or_else(sync, |(setup, file)| {
        let _turn = in_turn();
        watched_call(setup, Deed::Sync, file, 0, sync)
    });
    c_int::try_from(done).unwrap_or(-1)
}

/// # Safety
/// That of the C library's function of this name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn unlink(path: *const c_char) -> c_int {
    // SAFETY: the caller's.
    let remove = || unsafe { libc::syscall(libc::SYS_unlinkat, libc::AT_FDCWD, path, 0) };
    let file = watched::by_path(path);
    let done = setup().filter(|_| file != 0).map_or_else(remove, |setup| {
        let _turn = in_turn();
        watched_call(setup, Deed::Remove, file, 0, remove)
    });
    c_int::try_from(done).unwrap_or(-1)
}

/// # Safety
/// That of the C library's function of this name.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn close(descriptor: c_int) -> c_int {
    watched::note(descriptor, 0);
    // SAFETY: takes no pointer.
    let closed = unsafe { libc::syscall(libc::SYS_close, descriptor) };
    c_int::try_from(closed).unwrap_or(-1)
}
