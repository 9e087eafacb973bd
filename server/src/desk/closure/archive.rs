//! The file that an archive keeps of a decision: references, no contents. It is the same however often it is written.

use std::{
    io::{self, Write as _},
    path::Path,
};

use domain::{canonical, closure::rule::Planned};
use serde_json::json;

use crate::store::closure::Stored;

/// The most that is read of a file: what is longer is not what was written here.
const MOST: u64 = 1 << 20;

/// What is there.
pub(super) enum Filed {
    /// A file.
    There(Vec<u8>),
    /// Nothing.
    Absent,
    /// It cannot be read or written.
    Broken(String),
}

/// What is kept: what was settled, by whose word, and what the policy adds. No time of writing, so that whoever writes it
/// again writes the same.
pub(super) fn content(stored: &Stored, plan: &Planned) -> String {
    let source = &stored.trigger.source;
    canonical::to_string(&json!({
        "source": {"system": source.system, "record": source.record, "version": source.version},
        "disposition": stored.trigger.disposition,
        "occurred_at": stored.trigger.occurred_at,
        "run": stored.trigger.run,
        "approval": stored.trigger.approval,
        "package_digest": stored.trigger.context.get("package_digest"),
        "references": plan.wanted,
        "policy": format!("{}@{} {}", stored.workflow, stored.version, stored.rule),
    }))
}

/// Reads a file.
pub(super) async fn read(path: &Path) -> Filed {
    let path = path.to_owned();
    blocking(move || match std::fs::metadata(&path) {
        Ok(about) if about.len() > MOST => Ok(Filed::There(Vec::new())),
        Ok(_) => std::fs::read(&path).map(Filed::There),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(Filed::Absent),
        Err(error) => Err(error),
    })
    .await
}

/// Writes a file whole, unless one is there by this name.
pub(super) async fn write(path: &Path, aside: &str, content: &str) -> Filed {
    let (path, content) = (path.to_owned(), content.to_owned());
    let aside = path.with_file_name(format!(".{aside}.new"));
    blocking(move || put(&path, &aside, content.as_bytes()).map(|()| Filed::There(Vec::new()))).await
}

/// Writes it aside and gives it its name then, which succeeds for one only: nobody reads half of it.
fn put(path: &Path, aside: &Path, content: &[u8]) -> io::Result<()> {
    let mut file = std::fs::File::create(aside)?;
    let written = file.write_all(content).and_then(|()| file.sync_all());
    let named = written.and_then(|()| match std::fs::hard_link(aside, path) {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(()),
        named => named,
    });
    std::fs::remove_file(aside)?;
    named
}

async fn blocking(work: impl FnOnce() -> io::Result<Filed> + Send + 'static) -> Filed {
    match tokio::task::spawn_blocking(work).await {
        Ok(Ok(filed)) => filed,
        Ok(Err(error)) => Filed::Broken(format!("the archive's folder: {error}")),
        Err(error) => Filed::Broken(format!("the archive's folder: {error}")),
    }
}
