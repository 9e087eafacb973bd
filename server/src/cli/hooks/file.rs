//! A settings file on its way to the disk: a client that reads meanwhile sees the old one or the new one.

use std::{
    fs::{self, File, OpenOptions},
    io::Write as _,
    path::Path,
};

use serde_json::Value;

use super::{Stopped, failed};

/// Reads settings.
pub(super) fn read(file: &Path) -> Result<Value, Stopped> {
    let text = fs::read_to_string(file).map_err(|error| failed(file, &error.to_string()))?;
    serde_json::from_str(&text).map_err(|error| failed(file, &error.to_string()))
}

/// Writes settings: what a link leads to is replaced, and keeps its owner and who may read it.
pub(super) fn write(file: &Path, settings: &Value) -> Result<(), Stopped> {
    if file.is_symlink() && !file.exists() {
        return Err(failed(file, "the link leads nowhere"));
    }
    let target = if file.exists() { fs::canonicalize(file)? } else { file.to_owned() };
    let folder = target.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(folder)?;
    let text = serde_json::to_string_pretty(settings).map_err(|error| failed(file, &error.to_string()))? + "\n";
    let name = target.file_name().unwrap_or_default().to_string_lossy();
    let beside = folder.join(format!(".{name}.{}.new", std::process::id()));
    let replaced = filled(&beside, &target, &text).and_then(|()| fs::rename(&beside, &target));
    if let Err(error) = replaced {
        drop(fs::remove_file(&beside));
        return Err(failed(file, &error.to_string()));
    }
    // The new name must be on the disk, too.
    Ok(File::open(folder)?.sync_all()?)
}

fn filled(beside: &Path, target: &Path, text: &str) -> std::io::Result<()> {
    // Never over a file that is there: it may be somebody else's link.
    let mut new = OpenOptions::new().write(true).create_new(true).open(beside)?;
    if let Ok(old) = fs::metadata(target) {
        #[cfg(unix)]
        {
            use std::os::unix::fs::{MetadataExt as _, fchown};
            // Whoever may not give files away owns both.
            fchown(&new, Some(old.uid()), Some(old.gid())).ok();
        }
        new.set_permissions(old.permissions())?;
    }
    new.write_all(text.as_bytes())?;
    new.sync_all()
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use tempfile::TempDir;

    use super::*;

    #[test]
    #[cfg(unix)]
    fn a_link_stays_one_and_what_it_leads_to_keeps_its_mode() {
        use std::os::unix::fs::{PermissionsExt as _, symlink};
        let folder = TempDir::new().expect("a folder");
        let (real, link) = (folder.path().join("real.json"), folder.path().join("link.json"));
        fs::write(&real, "{}").expect("a file");
        fs::set_permissions(&real, fs::Permissions::from_mode(0o600)).expect("a mode");
        symlink(&real, &link).expect("a link");
        write(&link, &json!({"a": 1})).expect("written");
        assert!(link.is_symlink());
        assert_eq!(read(&real).expect("settings"), json!({"a": 1}));
        assert_eq!(fs::metadata(&real).expect("a file").permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).expect("a folder").count(), 2, "nothing is left beside");
        fs::remove_file(&real).expect("removed");
        assert!(write(&link, &json!({})).is_err(), "a link that leads nowhere");
        write(&folder.path().join("new/settings.json"), &json!({})).expect("a new folder");
    }
}
