//! What was thought of by hand, and what the fuzzer finds to cover more, held against the same properties: `fuzz/` says which.

#[path = "../../../fuzz/src/lib.rs"]
pub mod properties;

use std::path::PathBuf;

/// Each file is held against its property alone, so that a failure names it.
fn holds(target: &str) {
    let (_, property) = properties::TARGETS.iter().find(|(name, _)| *name == target).expect("a target");
    let files = corpus(target);
    assert!(files.len() >= 20, "{target}: {} files", files.len());
    for file in files {
        let data = std::fs::read(&file).expect("a file");
        eprintln!("{}", file.display());
        property(&data);
    }
}

fn folder() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../fuzz/corpus")
}

fn corpus(target: &str) -> Vec<PathBuf> {
    let entries = folder().join(target).read_dir().unwrap_or_else(|error| panic!("{target}: {error}"));
    let mut files: Vec<PathBuf> = entries.map(|entry| entry.expect("a file").path()).collect();
    files.sort();
    files
}

#[test]
fn every_corpus_has_its_property() {
    let mut there: Vec<String> = folder()
        .read_dir()
        .expect("the corpora")
        .map(|entry| entry.expect("a folder").file_name().into_string().expect("text"))
        .collect();
    there.sort();
    assert_eq!(there, properties::TARGETS.map(|(name, _)| name));
}

#[test]
fn json_is_read_in_one_way_and_written_in_one() {
    holds("canonical");
}

#[test]
fn conditions_open_nothing_by_mistake() {
    holds("condition");
}

#[test]
fn bodies_of_gate_checks_say_what_was_sent() {
    holds("gate_body");
}

#[test]
fn strangers_are_not_let_in() {
    holds("outside");
}

#[test]
fn definitions_are_read_or_refused_at_their_places() {
    holds("workflow");
}
