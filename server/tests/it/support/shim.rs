//! The other side of the shim in `faults/`: builds it, starts programs under it, makes calls fail, reads the trace.

use std::{
    fs::File,
    io::Read as _,
    os::unix::fs::FileExt as _,
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use tempfile::TempDir;

/// What a watched call does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Deed {
    Create,
    Write,
    Truncate,
    Sync,
    Remove,
}

/// Every deed, by its number in the trace less one.
pub const DEEDS: [Deed; 5] = [Deed::Create, Deed::Write, Deed::Truncate, Deed::Sync, Deed::Remove];

/// What a watched file is called after the database, by its number in the trace less one; the folder is the last.
pub const FILES: [&str; 5] = ["", "-wal", "-journal", "-shm", "/"];
/// The folder's number among them.
pub const FOLDER: usize = 4;

/// Every file, as a plan counts them.
pub const ANY: u64 = u64::MAX;

/// How a call fails.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// The device has no room.
    Full,
    /// The device cannot.
    Broken,
    /// Half of the bytes are written.
    Short,
    /// The process is killed before the call.
    Kill,
}

impl Way {
    const fn number(self) -> u64 {
        match self {
            Self::Full => 28,
            Self::Broken => 5,
            Self::Short => 0,
            Self::Kill => 9_999,
        }
    }
}

/// Which calls fail.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    /// What they do.
    pub deeds: &'static [Deed],
    /// To which files: a bit each, by their numbers in the trace.
    pub files: u64,
    /// The first that fails, from 1.
    pub nth: u64,
    /// How many fail.
    pub times: u64,
    /// How.
    pub way: Way,
}

/// A record of the trace.
pub struct Record {
    pub deed: Deed,
    /// Which file, as in `FILES`.
    pub file: usize,
    pub has_failed: bool,
    pub offset: u64,
    pub data: Vec<u8>,
    /// Where in the trace it ends.
    pub ends_at: u64,
}

/// The shim between one data folder and the kernel.
pub struct Shim {
    library: &'static Path,
    data: PathBuf,
    own: TempDir,
    control: File,
}

impl Shim {
    /// Makes ready to watch a data folder. `None` where there is no such shim; says so loudly.
    pub fn on(data: &Path) -> Option<Self> {
        if !cfg!(all(target_os = "linux", target_pointer_width = "64")) {
            eprintln!("SKIPPED: the shim between SQLite and the kernel is written for Linux only.");
            return None;
        }
        let own = TempDir::new().expect("a folder");
        let path = own.path().join("control");
        std::fs::write(&path, [0; 64]).expect("a control block");
        let control = File::options().read(true).write(true).open(path).expect("a control block");
        let data = data.canonicalize().expect("the data folder");
        Some(Self { library: library(), data, own, control })
    }

    /// Has a program run under the shim.
    pub fn watch(&self, command: &mut Command) {
        command.env("LD_PRELOAD", self.library).env("FAULTS_FOLDER", &self.data);
        command.env("FAULTS_CONTROL", self.own.path().join("control"));
    }

    /// Has a program run under the shim with its writes and syncs recorded.
    pub fn record(&self, command: &mut Command) {
        self.watch(command);
        command.env("FAULTS_TRACE", self.trace_file());
    }

    fn trace_file(&self) -> PathBuf {
        self.own.path().join("trace")
    }

    /// Makes calls fail from now on.
    pub fn arm(&self, plan: Plan) {
        self.disarm();
        let deeds = plan.deeds.iter().fold(0, |mask, deed| mask | (1_u64 << (*deed as u8 + 1)));
        let numbers = [1, deeds, plan.files, plan.nth - 1, plan.times, plan.way.number(), 0, 0];
        // The first number, which arms the others, is written last.
        for (at, number) in numbers.iter().enumerate().rev() {
            self.put(at, *number);
        }
    }

    /// Lets every call pass again.
    pub fn disarm(&self) {
        self.put(0, 0);
    }

    /// How many calls have failed since it was armed.
    pub fn failed(&self) -> u64 {
        let mut bytes = [0; 8];
        self.control.read_exact_at(&mut bytes, 7 * 8).expect("the control block");
        u64::from_le_bytes(bytes)
    }

    fn put(&self, at: usize, number: u64) {
        let offset = u64::try_from(at).expect("a small number") * 8;
        self.control.write_all_at(&number.to_le_bytes(), offset).expect("the control block");
    }

    /// How long the trace is now: what was durable when an answer arrived lies before it.
    pub fn trace_length(&self) -> u64 {
        std::fs::metadata(self.trace_file()).map_or(0, |found| found.len())
    }

    /// The whole trace. A record that a running server is just writing comes next time.
    pub fn trace(&self) -> Vec<Record> {
        let mut file = std::io::BufReader::new(File::open(self.trace_file()).expect("a trace"));
        let (mut records, mut ends_at) = (Vec::new(), 0);
        let mut head = [0; 16];
        while file.read_exact(&mut head).is_ok() {
            let length = u32::from_le_bytes(head[4..8].try_into().expect("4 bytes"));
            let mut data = vec![0; usize::try_from(length).expect("a length")];
            if file.read_exact(&mut data).is_err() {
                break;
            }
            ends_at += 16 + u64::from(length);
            records.push(Record {
                deed: DEEDS[usize::from(head[0]) - 1],
                file: usize::from(head[1]) - 1,
                has_failed: head[2] != 0,
                offset: u64::from_le_bytes(head[8..].try_into().expect("8 bytes")),
                data,
                ends_at,
            });
        }
        records
    }
}

/// The shim's library; cargo builds it, if it must, once a process.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
        let mut command = Command::new(cargo);
        command.current_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/..")).env_remove("CARGO_MANIFEST_DIR");
        command.args(["build", "--package", "faults", "--message-format", "json-render-diagnostics"]);
        let built = command.output().expect("cargo");
        assert!(built.status.success(), "{}", String::from_utf8_lossy(&built.stderr));
        let printed = String::from_utf8(built.stdout).expect("text");
        let files = printed.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
        let mut ours = files.filter(|message| message["target"]["name"] == "faults");
        let made = ours.find_map(|message| Some(PathBuf::from(message["filenames"][0].as_str()?)));
        made.expect("cargo names what it built")
    })
}
