//! Small secrets at rest, sealed with one key that the database never sees.
//!
//! Each sealed secret is bound to a context, such as `endpoint/end_…/secret`: moved to another row it does not open.

use std::{
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::Arc,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use chacha20poly1305::{
    KeyInit as _, XChaCha20Poly1305, XNonce,
    aead::{Aead as _, Payload},
};
use domain::Digest;

use crate::{error::StoreError, ids::Ids};

/// The file that keeps the key, beside the database.
pub const FILE: &str = "vault.key";
/// The first byte of everything sealed: how it was sealed.
const VERSION: u8 = 1;
/// Bytes of the key.
const KEY: usize = 32;
/// Bytes of the nonce: long enough to be drawn at random.
const NONCE: usize = 24;

/// Seals and opens secrets; cheap to clone.
#[derive(Clone)]
pub struct Vault(Arc<Sealing>);

struct Sealing {
    cipher: XChaCha20Poly1305,
    fingerprint: Digest,
    prints: Digest,
}

/// Why there is no key.
#[derive(Debug, thiserror::Error)]
pub enum NoKey {
    /// What was given is not a key.
    #[error("expected {KEY} random bytes in base64, such as `openssl rand -base64 32` prints")]
    Malformed,
    /// The file cannot be read or made.
    #[error("{}: {error}", path.display())]
    File {
        /// The file.
        path: PathBuf,
        /// What went wrong.
        error: io::Error,
    },
}

impl std::fmt::Debug for Vault {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Vault(…)")
    }
}

impl Vault {
    /// Seals with this key.
    pub fn new(key: [u8; KEY]) -> Self {
        let cipher = XChaCha20Poly1305::new(&key.into());
        let (fingerprint, prints) = (Digest::of("vault-key/v1", &key), Digest::of("vault-prints/v1", &key));
        Self(Arc::new(Sealing { cipher, fingerprint, prints }))
    }

    /// Reads a key in base64.
    pub fn parse(text: &str) -> Result<Self, NoKey> {
        let bytes = STANDARD.decode(text.trim()).map_err(|_| NoKey::Malformed)?;
        Ok(Self::new(bytes.try_into().map_err(|_| NoKey::Malformed)?))
    }

    /// Reads the key from its file in this folder; `None` when there is no such file.
    pub fn read(folder: &Path) -> Result<Option<Self>, NoKey> {
        let path = folder.join(FILE);
        match std::fs::read_to_string(&path) {
            Ok(text) => Self::parse(&text).map(Some),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(NoKey::File { path, error }),
        }
    }

    /// Makes a key and its file in this folder, unless another process was first: then that one's key is read.
    pub fn create(folder: &Path, ids: &Ids) -> Result<Self, NoKey> {
        let path = folder.join(FILE);
        let failed = |error| NoKey::File { path: path.clone(), error };
        create(&path, ids).map_err(failed)?;
        Self::read(folder)?.ok_or_else(|| failed(io::ErrorKind::NotFound.into()))
    }

    /// What tells this key from others, and nothing about it.
    pub fn fingerprint(&self) -> Digest {
        self.0.fingerprint
    }

    /// What tells a value from others without telling it, even to somebody who has the database and guesses values.
    pub fn print(&self, context: &str, value: &[u8]) -> Digest {
        let key = self.0.prints.to_string();
        Digest::of_parts("vault-print/v1", &[key.as_bytes(), context.as_bytes(), value])
    }

    /// Seals a secret for this context.
    pub fn seal(&self, ids: &Ids, context: &str, secret: &[u8]) -> Result<Vec<u8>, StoreError> {
        let nonce = ids.bytes::<NONCE>();
        let payload = Payload { msg: secret, aad: context.as_bytes() };
        let sealed = self.0.cipher.encrypt(&XNonce::from(nonce), payload);
        let sealed = sealed.map_err(|_| StoreError::Unexpected(format!("{context} could not be sealed")))?;
        Ok([&[VERSION][..], &nonce, &sealed].concat())
    }

    /// Opens what was sealed for this context.
    ///
    /// # Errors
    /// When it was sealed with another key or for another context, or was changed since.
    pub fn open(&self, context: &str, sealed: &[u8]) -> Result<Vec<u8>, StoreError> {
        let broken = || StoreError::Unexpected(format!("{context} does not open with this vault key"));
        let (version, rest) = sealed.split_first().ok_or_else(broken)?;
        let (nonce, sealed) = rest.split_first_chunk::<NONCE>().ok_or_else(broken)?;
        if *version != VERSION {
            return Err(broken());
        }
        let payload = Payload { msg: sealed, aad: context.as_bytes() };
        self.0.cipher.decrypt(&XNonce::from(*nonce), payload).map_err(|_| broken())
    }
}

/// Writes the whole file aside and then gives it its name, which succeeds for one process only: nobody reads half a key.
fn create(path: &Path, ids: &Ids) -> io::Result<()> {
    let aside = path.with_extension(format!("{}.new", ids.uuid().simple()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&aside)?;
    let written = writeln!(file, "{}", STANDARD.encode(ids.bytes::<KEY>())).and_then(|()| file.sync_all());
    let named = written.and_then(|()| match std::fs::hard_link(&aside, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        named => named,
    });
    std::fs::remove_file(&aside)?;
    named
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;

    fn ids() -> Ids {
        Ids::from_os(Clock::System)
    }

    #[test]
    fn a_secret_opens_with_its_key_and_context_only() {
        let (vault, ids) = (Vault::new([1; KEY]), ids());
        let sealed = vault.seal(&ids, "endpoint/a", b"whsec_x").expect("sealed");
        assert_eq!(vault.open("endpoint/a", &sealed).expect("open"), b"whsec_x");
        assert_ne!(vault.seal(&ids, "endpoint/a", b"whsec_x").expect("sealed"), sealed, "a nonce is used once");
        assert!(vault.open("endpoint/b", &sealed).is_err());
        assert!(Vault::new([2; KEY]).open("endpoint/a", &sealed).is_err());
        for at in 0..sealed.len() {
            let mut changed = sealed.clone();
            changed[at] ^= 1;
            assert!(vault.open("endpoint/a", &changed).is_err(), "byte {at}");
            assert!(vault.open("endpoint/a", &sealed[..at]).is_err(), "{at} bytes");
        }
    }

    #[test]
    fn a_key_file_is_made_once_and_for_the_owner_only() {
        let folder = tempfile::TempDir::new().expect("a folder");
        assert!(Vault::read(folder.path()).expect("no file is no fault").is_none());
        let made: Vec<Digest> = std::thread::scope(|scope| {
            let create = || Vault::create(folder.path(), &ids()).expect("a key").fingerprint();
            let racing: Vec<_> = (0..8).map(|_| scope.spawn(create)).collect();
            racing.into_iter().map(|one| one.join().expect("no panic")).collect()
        });
        assert!(made.iter().all(|fingerprint| *fingerprint == made[0]), "{made:?}");
        let names: Vec<_> = folder.path().read_dir().expect("a folder").map(|entry| entry.expect("entry")).collect();
        assert_eq!(names.len(), 1, "{names:?}");
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let permissions = folder.path().join(FILE).metadata().expect("a file").permissions().mode();
            assert_eq!(permissions & 0o777, 0o600);
        }
    }

    #[test]
    fn a_text_that_is_no_key_is_refused() {
        assert!(Vault::parse(&STANDARD.encode([7; KEY])).is_ok());
        for bad in ["", "secret", &STANDARD.encode([7; 31]), &STANDARD.encode([7; 33])] {
            assert!(matches!(Vault::parse(bad), Err(NoKey::Malformed)), "{bad}");
        }
    }
}
