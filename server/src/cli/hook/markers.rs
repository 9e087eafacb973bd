//! Files beside a project that mirror how far its run is, for tools that know nothing of the console. Nothing of ours
//! reads them: whoever writes one opens no gate.

use std::{
    fs::{self, OpenOptions},
    io::{ErrorKind, Write as _},
    path::Path,
};

use crate::desk::hooked::Phases;

/// What each says.
const SAYS: &str = "Countersign says that this phase is complete. This file mirrors that, and opens nothing.\n";

/// Makes the files of a folder say how far the run is: one for each complete phase, none once the run is completed.
///
/// # Errors
/// What the file system says.
pub(super) fn mirror(folder: &Path, phases: &Phases) -> std::io::Result<()> {
    // Names come from elsewhere: what could lead out of the folder names no file.
    let is_plain = |name: &str| {
        !name.is_empty() && name.chars().all(|letter| letter.is_ascii_alphanumeric() || matches!(letter, '-' | '_'))
    };
    for phase in phases.stages.iter().filter(|phase| is_plain(&phase.id) && is_plain(&phases.workflow)) {
        let file = folder.join(format!(".{}-{}-done", phases.workflow, phase.id));
        if phase.is_complete && !phases.is_completed {
            made(&file)?;
        } else {
            gone(&file)?;
        }
    }
    Ok(())
}

/// Never over what is there, which may be a link to somewhere else.
fn made(file: &Path) -> std::io::Result<()> {
    match OpenOptions::new().write(true).create_new(true).open(file) {
        Ok(mut new) => new.write_all(SAYS.as_bytes()),
        Err(error) if error.kind() == ErrorKind::AlreadyExists => Ok(()),
        Err(error) => Err(error),
    }
}

fn gone(file: &Path) -> std::io::Result<()> {
    match fs::remove_file(file) {
        Err(error) if error.kind() != ErrorKind::NotFound => Err(error),
        Ok(()) | Err(_) => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use tempfile::TempDir;

    use super::*;
    use crate::desk::hooked::Phase;

    fn phases(done: &[(&str, bool)], is_completed: bool) -> Phases {
        let stages = done.iter().map(|(id, is_complete)| Phase { id: (*id).to_owned(), is_complete: *is_complete });
        Phases { workflow: "refactor".to_owned(), stages: stages.collect(), is_completed }
    }

    fn names(folder: &TempDir) -> Vec<String> {
        let files = fs::read_dir(folder.path()).expect("a folder");
        let mut names: Vec<String> =
            files.map(|file| file.expect("a file").file_name().to_string_lossy().into_owned()).collect();
        names.sort();
        names
    }

    #[test]
    fn a_file_stands_for_each_complete_phase_until_the_run_is() {
        let folder = TempDir::new().expect("a folder");
        fs::write(folder.path().join(".refactor-plan-done"), "mine").expect("a file");
        for (seen, expected) in [
            (phases(&[("analyze", true), ("plan", false)], false), vec![".refactor-analyze-done"]),
            (
                phases(&[("analyze", true), ("plan", true)], false),
                vec![".refactor-analyze-done", ".refactor-plan-done"],
            ),
            (phases(&[("analyze", false), ("plan", true)], false), vec![".refactor-plan-done"]),
            (phases(&[("analyze", true), ("plan", true)], true), vec![]),
            (phases(&[("../analyze", true), ("", true)], false), vec![]),
        ] {
            mirror(folder.path(), &seen).expect("mirrored");
            mirror(folder.path(), &seen).expect("the same again changes nothing");
            assert_eq!(names(&folder), expected, "{seen:?}");
        }
    }
}
