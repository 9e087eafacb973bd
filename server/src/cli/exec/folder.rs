//! The executor's own folder below the working folder. Others write there as well, agents among them: nothing is opened
//! through a link, and a file is put into its place as a whole.

use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    os::{fd::OwnedFd, unix::fs::MetadataExt as _},
    path::{Path, PathBuf},
};

use domain::Digest;
use rustix::{
    fs::{AtFlags, Mode, OFlags, mkdirat, openat, renameat, unlinkat},
    io::Errno,
};

use crate::cli::{Stopped, hook::host};

/// Its name.
const NAME: &str = ".countersign";
/// Which executor this folder is.
const EXECUTOR: &str = "executor";
/// The most bytes of that.
const MOST_READ: u64 = 256;

/// A folder that is known to be one.
pub(super) struct Folder {
    dir: OwnedFd,
    path: PathBuf,
}

impl Folder {
    /// Makes it, where it is not there.
    pub(super) fn below(working: &Path) -> Result<Self, Stopped> {
        let failed = |error: Errno| Stopped::Failed(format!("{}: {error}", working.display()));
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
        let dir = rustix::fs::open(working, flags, Mode::empty()).map_err(failed)?;
        let own = Self { dir, path: working.to_owned() }.folder(NAME)?;
        // What is written here is no part of the project.
        own.keep(".gitignore", "*\n")?;
        Ok(own)
    }

    /// A folder in it.
    pub(super) fn folder(&self, name: &str) -> Result<Self, Stopped> {
        match mkdirat(&self.dir, name, Mode::from_raw_mode(0o777)) {
            Ok(()) | Err(Errno::EXIST) => {}
            Err(error) => return Err(self.failed(name, error)),
        }
        let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
        let dir = openat(&self.dir, name, flags, Mode::empty()).map_err(|error| self.failed(name, error))?;
        Ok(Self { dir, path: self.path.join(name) })
    }

    /// A file to be locked, made where it is not there.
    pub(super) fn lock(&self, name: &str) -> Result<File, Stopped> {
        let file = self.open(name, OFlags::RDWR | OFlags::CREATE).map_err(|error| self.failed(name, error))?;
        let about = file.metadata()?;
        // Its content is replaced: it must not be another file's as well.
        if about.is_file() && about.nlink() == 1 { Ok(file) } else { Err(self.failed(name, Errno::LOOP)) }
    }

    /// Puts a whole file in the place of another; gives where.
    pub(super) fn replace(&self, name: &str, text: &str) -> Result<PathBuf, Stopped> {
        let draft = format!("{name}.draft");
        match unlinkat(&self.dir, &draft, AtFlags::empty()) {
            // An execution that was killed may have left one.
            Ok(()) | Err(Errno::NOENT) => {}
            Err(error) => return Err(self.failed(&draft, error)),
        }
        self.create(&draft, text).map_err(|error| self.failed(&draft, error))?;
        renameat(&self.dir, &draft, &self.dir, name).map_err(|error| self.failed(name, error))?;
        Ok(self.path.join(name))
    }

    /// Which executor this is: the same in this folder on this machine, and in no copy of it.
    pub(super) fn executor(&self) -> Result<String, Stopped> {
        self.keep(EXECUTOR, &format!("{:032x}\n", rand::random::<u128>()))?;
        let file = self.open(EXECUTOR, OFlags::RDONLY).map_err(|error| self.failed(EXECUTOR, error))?;
        let mut seed = Vec::new();
        file.take(MOST_READ).read_to_end(&mut seed)?;
        let (host, path) = (host().unwrap_or_default(), self.path.as_os_str().as_encoded_bytes());
        let digest = Digest::of_parts("executor/v1", &[&seed, host.as_bytes(), path]).to_string();
        let host: String = host.chars().filter(|c| c.is_ascii_alphanumeric() || "-._".contains(*c)).take(60).collect();
        Ok(format!("{host}/{}", &digest[..16]))
    }

    /// Writes a file that is not there.
    fn keep(&self, name: &str, text: &str) -> Result<(), Stopped> {
        match self.create(name, text) {
            Ok(()) | Err(Errno::EXIST) => Ok(()),
            Err(error) => Err(self.failed(name, error)),
        }
    }

    fn create(&self, name: &str, text: &str) -> Result<(), Errno> {
        let mut file = self.open(name, OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL)?;
        let written = file.write_all(text.as_bytes()).and_then(|()| file.sync_all());
        written.map_err(|error: io::Error| Errno::from_io_error(&error).unwrap_or(Errno::IO))
    }

    fn open(&self, name: &str, flags: OFlags) -> Result<File, Errno> {
        // A pipe in its place is not waited for.
        let flags = flags | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        openat(&self.dir, name, flags, Mode::from_raw_mode(0o666)).map(File::from)
    }

    fn failed(&self, name: &str, error: Errno) -> Stopped {
        let path = self.path.join(name);
        Stopped::Failed(match error {
            Errno::LOOP | Errno::NOTDIR | Errno::ISDIR => format!(
                "{} is a link, or no file or folder of the executor's own, and nothing is written through it. Look who put \
                 it there, remove it, and start again",
                path.display()
            ),
            other => format!("{}: {other}", path.display()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::symlink};

    #[test]
    fn nothing_is_written_through_a_link() {
        let (folder, other) = (tempfile::TempDir::new().expect("a folder"), tempfile::TempDir::new().expect("another"));
        let target = other.path().join("target");
        fs::write(&target, "theirs").expect("written");
        symlink(other.path(), folder.path().join(NAME)).expect("a link");
        assert!(Folder::below(folder.path()).is_err_and(|why| why.to_string().contains("is a link")));
        fs::remove_file(folder.path().join(NAME)).expect("removed");
        let own = Folder::below(folder.path()).expect("a folder");
        let at = |name: &str| folder.path().join(NAME).join(name);
        for name in ["a.lock", "a.json", "a.json.draft", "reports"] {
            symlink(&target, at(name)).expect("a link");
        }
        fs::hard_link(&target, at("b.lock")).expect("a link");
        assert!(own.lock("a.lock").is_err() && own.lock("b.lock").is_err() && own.folder("reports").is_err());
        own.replace("a.json", "{}").expect("replaced");
        assert_eq!(fs::read_to_string(at("a.json")).expect("read"), "{}");
        assert!(!at("a.json").is_symlink());
        symlink(&target, at(EXECUTOR)).expect("a link");
        assert!(own.executor().is_err());
        assert_eq!(fs::read_to_string(&target).expect("read"), "theirs");
    }

    #[test]
    fn a_copy_of_a_folder_is_another_executor() {
        let (one, two) = (tempfile::TempDir::new().expect("a folder"), tempfile::TempDir::new().expect("another"));
        let of = |folder: &Path| Folder::below(folder).and_then(|own| own.executor()).expect("an executor");
        let first = of(one.path());
        assert_eq!(first, of(one.path()));
        fs::create_dir(two.path().join(NAME)).expect("a folder");
        fs::copy(one.path().join(NAME).join(EXECUTOR), two.path().join(NAME).join(EXECUTOR)).expect("copied");
        assert_ne!(first, of(two.path()));
    }
}
