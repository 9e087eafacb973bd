//! What the executor looks at itself when a program has ended: nothing of it is the program's word.

use std::{
    fs::{self, File},
    io::Read as _,
    path::{Path, PathBuf},
    process::ExitStatus,
};

use domain::{canonical, workflow::Verify};
use serde_json::{Map, Value, json};

use super::process::Output;

/// A JSON file may be as long, in bytes.
const MOST_READ: u64 = 4 << 20;
/// The most bytes of a program's own JSON that are kept.
const MOST_OUTPUT: usize = 16 << 10;
/// The most characters of a stream that are kept as evidence.
const MOST_TAIL: usize = 4_000;

/// What is there of one check.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Found {
    pub(super) passed: bool,
    pub(super) found: String,
}

/// Looks at everything that is no condition, in the order of the definition.
pub(super) fn look(checks: &[Verify], folder: &Path, status: ExitStatus) -> Vec<Found> {
    checks.iter().filter_map(|check| one(check, folder, status)).collect()
}

fn one(check: &Verify, folder: &Path, status: ExitStatus) -> Option<Found> {
    Some(match check {
        Verify::Condition(_) => return None,
        Verify::ExitCode(code) => Found { passed: status.code() == Some(i32::from(*code)), found: ended(status) },
        Verify::FileExists(file) => match below(folder, file) {
            Ok(_) => Found { passed: true, found: "it is there".to_owned() },
            Err(why) => Found { passed: false, found: why },
        },
        Verify::Json { file, path, equals } => match value_at(folder, file, path) {
            Ok(found) => Found {
                passed: canonical::to_string(&found) == canonical::to_string(equals),
                found: shortened(&found.to_string()),
            },
            Err(why) => Found { passed: false, found: why },
        },
    })
}

fn ended(status: ExitStatus) -> String {
    #[cfg(unix)]
    if let Some(signal) = std::os::unix::process::ExitStatusExt::signal(&status) {
        return format!("signal {signal}");
    }
    status.code().map_or_else(|| "no exit code".to_owned(), |code| code.to_string())
}

/// A file below the working folder, whatever links say.
fn below(folder: &Path, file: &str) -> Result<PathBuf, String> {
    let found = fs::canonicalize(folder.join(file)).map_err(|error| error.to_string())?;
    let folder = fs::canonicalize(folder).map_err(|error| error.to_string())?;
    if !found.starts_with(folder) {
        return Err("it leads out of the working folder".to_owned());
    }
    if found.is_file() { Ok(found) } else { Err("it is no file".to_owned()) }
}

fn value_at(folder: &Path, file: &str, pointer: &str) -> Result<Value, String> {
    let file = File::open(below(folder, file)?).map_err(|error| error.to_string())?;
    let mut text = Vec::new();
    file.take(MOST_READ).read_to_end(&mut text).map_err(|error| error.to_string())?;
    let read: Value = serde_json::from_slice(&text).map_err(|error| format!("it is no JSON: {error}"))?;
    read.pointer(pointer).cloned().ok_or_else(|| "nothing is there".to_owned())
}

fn shortened(text: &str) -> String {
    text.chars().take(MOST_TAIL).collect()
}

/// What is kept of a program that has ended.
pub(super) fn evidence(argv: &[String], output: &Output) -> Map<String, Value> {
    let mut kept = Map::new();
    kept.insert("argv".to_owned(), json!(argv));
    kept.insert("exit_code".to_owned(), json!(output.status.code()));
    kept.insert("duration_seconds".to_owned(), json!((output.seconds * 1_000.0).round() / 1_000.0));
    let said = output.stdout.text();
    match printed(&said) {
        Some(own) if output.stdout.left_out == 0 => drop(kept.insert("output".to_owned(), own)),
        _ => drop(kept.insert("printed".to_owned(), json!(end(&said)))),
    }
    let errors = output.stderr.text();
    if !errors.trim().is_empty() {
        kept.insert("errors".to_owned(), json!(end(&errors)));
    }
    kept
}

/// The JSON object that a program printed as a whole, or in its last line.
fn printed(text: &str) -> Option<Value> {
    let last = text.trim_end().lines().last().unwrap_or_default();
    let read = [text, last].into_iter().find_map(|text| serde_json::from_str::<Map<String, Value>>(text).ok())?;
    let read = Value::Object(read);
    // What has no canonical form cannot be digested.
    let text = canonical::to_string(&read);
    (text.len() <= MOST_OUTPUT && canonical::parse(text.as_bytes()).is_ok()).then_some(read)
}

/// The end of a text.
fn end(text: &str) -> String {
    let over = text.chars().count().saturating_sub(MOST_TAIL);
    let kept: String = text.chars().skip(over).filter(|c| *c != '\0').collect();
    if over == 0 { kept } else { format!("[{over} characters before]\n{kept}") }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::unix::process::ExitStatusExt as _;

    #[test]
    fn what_is_looked_at_is_on_the_disk_and_not_in_words() {
        let folder = tempfile::TempDir::new().expect("a folder");
        let at = folder.path();
        fs::write(at.join("report.json"), r#"{"failed": 0, "rate": 97.50, "name": "a"}"#).expect("written");
        std::os::unix::fs::symlink("/etc/passwd", at.join("link")).expect("a link");
        let json =
            |path: &str, equals: Value| Verify::Json { file: "report.json".to_owned(), path: path.to_owned(), equals };
        let file = |name: &str| Verify::FileExists(name.to_owned());
        let passes = |check: &Verify, code: i32| {
            look(std::slice::from_ref(check), at, ExitStatus::from_raw(code << 8))[0].passed
        };
        assert!(passes(&Verify::ExitCode(3), 3) && !passes(&Verify::ExitCode(0), 1));
        assert!(passes(&file("report.json"), 0));
        for absent in ["none", "link", "."] {
            assert!(!passes(&file(absent), 0), "{absent}");
        }
        assert!(passes(&json("/failed", json!(0)), 0) && passes(&json("/rate", json!(97.5)), 0));
        assert!(!passes(&json("/failed", json!("0")), 0) && !passes(&json("/none", json!(0)), 0));
        assert_eq!(ended(ExitStatus::from_raw(9)), "signal 9");
        assert_eq!(look(&[Verify::Condition("true".to_owned())], at, ExitStatus::from_raw(0)), []);
    }

    #[test]
    fn a_program_speaks_json_in_its_last_line() {
        assert_eq!(printed("Looking …\n{\"a\": 1}\n"), Some(json!({"a": 1})));
        assert_eq!(printed("{\n  \"a\": [1, 2]\n}\n"), Some(json!({"a": [1, 2]})));
        assert_eq!(printed("{\"a\": 1}\ndone\n"), None);
        assert_eq!(printed("[1]"), None);
        assert!(end(&"x".repeat(5_000)).starts_with("[1000 characters before]"));
    }
}
