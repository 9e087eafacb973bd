//! `countersign workflow check` on definitions that are each wrong in one way: it names the line, the column and what
//! would be right.

use std::{fmt::Write as _, path::Path, process::Command};

#[test]
fn each_fault_is_told_at_its_place() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/it/broken");
    let mut files: Vec<_> =
        std::fs::read_dir(&folder).expect("a folder").map(|entry| entry.expect("an entry").file_name()).collect();
    files.sort();
    let mut told = String::new();
    for file in &files {
        let check = ["workflow", "check"];
        let output = Command::new(env!("CARGO_BIN_EXE_countersign"))
            .current_dir(&folder)
            .args(check)
            .arg(file)
            .output()
            .expect("the binary runs");
        let name = file.to_string_lossy();
        assert_eq!(output.status.code(), Some(i32::from(!name.starts_with("00-"))), "{name}");
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        write!(told, "{name}\n{}{}\n", text(&output.stdout), text(&output.stderr)).expect("memory");
    }
    assert!(files.len() > 20);
    insta::assert_snapshot!(told);
}
