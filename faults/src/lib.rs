//! A shim between SQLite and the kernel, loaded into a server with `LD_PRELOAD`.
//!
//! It watches the database, its journals and their folder, and passes everything else through. What a test wants is in
//! two files it names: a trace, to which every change and every sync is appended in the order in which they happened,
//! and a control block of eight numbers, through which calls are made to fail. The other side of both is
//! `server/tests/it/support/shim.rs`.
#![cfg(all(target_os = "linux", target_pointer_width = "64"))]

mod calls;
mod control;
mod trace;
mod watched;

use std::sync::{Mutex, MutexGuard, OnceLock, PoisonError};

/// What a call does to a file. The numbers are those of the trace.
#[derive(Clone, Copy, PartialEq, Eq)]
#[repr(u8)]
enum Deed {
    Create = 1,
    Write = 2,
    Truncate = 3,
    Sync = 4,
    Remove = 5,
}

/// What the test has set up. Without its variables nothing is watched.
struct Setup {
    folder: Vec<u8>,
    control: Option<control::Control>,
    trace: Option<trace::Trace>,
}

fn setup() -> Option<&'static Setup> {
    static SETUP: OnceLock<Option<Setup>> = OnceLock::new();
    SETUP.get_or_init(read_setup).as_ref()
}

fn read_setup() -> Option<Setup> {
    use std::os::unix::ffi::OsStringExt;
    let named = |name: &str| std::env::var_os(name).map(OsStringExt::into_vec);
    let folder = named("FAULTS_FOLDER")?;
    let control = named("FAULTS_CONTROL").and_then(control::Control::open);
    let trace = named("FAULTS_TRACE").and_then(trace::Trace::open);
    Some(Setup { folder, control, trace })
}

/// One watched call after another, so that the trace has the order in which they happened.
fn in_turn() -> MutexGuard<'static, ()> {
    static TURN: Mutex<()> = Mutex::new(());
    TURN.lock().unwrap_or_else(PoisonError::into_inner)
}
