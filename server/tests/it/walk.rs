//! What the documentation tells people to type works as written, and answers what the text shows.

use std::{
    fmt::Write as _,
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

use serde_json::Value;
use tempfile::TempDir;

use crate::support::process;

/// A fenced block of a document.
struct Block {
    language: String,
    text: String,
}

/// What stands between the outputs of two blocks.
const MARK: &str = "@@ block";

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).parent().expect("the repository").to_owned()
}

fn blocks(document: &str) -> Vec<Block> {
    let text = std::fs::read_to_string(root().join(document)).expect("the document");
    let parts: Vec<&str> = text.split("\n```").collect();
    let inside = parts.iter().skip(1).step_by(2);
    inside
        .map(|part| {
            let (language, text) = part.split_once('\n').unwrap_or((part, ""));
            Block { language: language.to_owned(), text: text.to_owned() }
        })
        .collect()
}

/// Without curl nothing here can be run; the run then says so instead of passing silently.
fn has_curl() -> bool {
    let found = Command::new("curl").arg("--version").stdout(Stdio::null()).status().is_ok_and(|done| done.success());
    if !found {
        eprintln!("SKIPPED: `curl` is not installed, so the documented walk was not run.");
    }
    found
}

/// Runs a script in the repository, with `countersign` on the path and another port than everybody's.
fn run(script: &str) -> String {
    let folder = TempDir::new().expect("a folder");
    let commands = process::commands(folder.path());
    let free = TcpListener::bind("127.0.0.1:0").expect("a port").local_addr().expect("an address");
    let script = script.replace("127.0.0.1:8080", &free.to_string());
    let script = format!("set -eo pipefail\ntrap 'kill $(jobs -p) 2>/dev/null' EXIT\n{script}");
    #[expect(clippy::disallowed_methods, reason = "the commands of the machine, with ours in front")]
    let path = format!("{}:{}", commands.display(), std::env::var("PATH").unwrap_or_default());
    let done = Command::new("bash")
        .args(["-c", &script])
        .current_dir(root())
        .env("PATH", path)
        .env("TMPDIR", folder.path())
        .output()
        .expect("bash");
    let (told, errors) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{}\n{told}\n{errors}", done.status);
    told.into_owned()
}

#[test]
fn the_walk_through_the_api_works_as_written() {
    if !has_curl() {
        return;
    }
    let blocks = blocks("docs/api.md");
    let mut script = String::new();
    let mut promised = Vec::new();
    for block in &blocks {
        match block.language.as_str() {
            "sh" => {
                promised.push(None);
                write!(script, "{}\necho; echo '{MARK}'\n", block.text).expect("text");
            }
            "json" => *promised.last_mut().expect("an answer follows its block") = Some(&block.text),
            // What a receiver gets is shown, not typed; the stories of webhooks compare it.
            "text" => {}
            other => panic!("a block of {other:?} is neither run nor compared"),
        }
    }
    assert!(promised.iter().flatten().count() > 8, "the walk shows hardly any answers");
    let told = run(&script);
    let outputs: Vec<&str> = told.split(MARK).collect();
    assert_eq!(outputs.len(), promised.len() + 1, "{told}");
    for (output, promised) in outputs.iter().zip(promised) {
        let Some(promised) = promised else { continue };
        let last = output.trim().lines().last().unwrap_or_default();
        let given: Value = serde_json::from_str(last).unwrap_or_else(|error| panic!("{error}: {output}"));
        let shown: Value = serde_json::from_str(promised).expect("the documented answer is JSON");
        assert!(fits(&shown, &given), "the document shows\n{shown:#}\nthe server answers\n{given:#}");
    }
}

#[test]
fn what_the_readme_tells_newcomers_to_type_works() {
    if !has_curl() {
        return;
    }
    let blocks = blocks("README.md");
    let with = |words: &str| blocks.iter().find(|block| block.text.contains(words)).expect("the commands");
    // At the command line people come first, and then the server.
    let commands = [with("person add"), with("countersign serve")];
    // Building is what the other tests do; the server goes to the background so that it can be asked.
    let lines = commands.into_iter().flat_map(|block| block.text.lines());
    let lines = lines.filter(|line| !line.starts_with("cargo ") && !line.starts_with("export "));
    let typed: Vec<String> = lines
        .map(
            |line| if line.starts_with("countersign serve") { format!("{line} >/dev/null &") } else { line.to_owned() },
        )
        .collect();
    let script = format!(
        "repository=$PWD; cd \"$(mktemp -d)\"; ln -s \"$repository/workflows\"\n{}\n\
         curl -s --retry 10 --retry-connrefused http://127.0.0.1:8080/readyz\n",
        typed.join("\n")
    );
    let told = run(&script);
    assert!(told.contains("csk_"), "{told}");
    assert!(told.ends_with(r#"{"status":"ready"}"#), "{told}");
}

/// Whether an answer has everything the document shows; `…` stands for any text.
fn fits(shown: &Value, given: &Value) -> bool {
    match (shown, given) {
        (Value::Object(shown), Value::Object(given)) => {
            shown.iter().all(|(name, value)| given.get(name).is_some_and(|given| fits(value, given)))
        }
        (Value::Array(shown), Value::Array(given)) => {
            shown.len() == given.len() && shown.iter().zip(given).all(|(shown, given)| fits(shown, given))
        }
        (Value::String(shown), Value::String(given)) => text_fits(shown, given),
        _ => shown == given,
    }
}

fn text_fits(shown: &str, given: &str) -> bool {
    let mut parts = shown.split('…');
    let Some(mut rest) = parts.next().and_then(|first| given.strip_prefix(first)) else { return false };
    let parts: Vec<&str> = parts.collect();
    let Some((last, middle)) = parts.split_last() else { return rest.is_empty() };
    for part in middle {
        let Some(at) = rest.find(part) else { return false };
        rest = &rest[at + part.len()..];
    }
    rest.ends_with(last)
}

#[test]
fn shown_answers_are_compared_strictly() {
    let fits_text = |shown: &str, given: &str| {
        let read = |text: &str| serde_json::from_str::<Value>(text).expect("JSON");
        fits(&read(shown), &read(given))
    };
    assert!(fits_text(r#"{"a": "x…z"}"#, r#"{"a": "xyz", "b": 1}"#));
    assert!(fits_text(r#"["…b…", 1]"#, r#"["abc", 1]"#));
    for (shown, given) in
        [(r#"{"a": 1}"#, "{}"), (r#""x…z""#, r#""xy""#), ("[1]", "[1, 2]"), (r#""x""#, r#""xy""#), ("1", r#""1""#)]
    {
        assert!(!fits_text(shown, given), "{shown} {given}");
    }
}
