//! The codes and what each says over HTTP.

use std::fmt::Write as _;

use super::*;

#[test]
fn the_codes() {
    let mut table = String::new();
    for code in Code::ALL {
        writeln!(table, "{} {:<24} {}", code.status(), code.as_str(), code.title()).expect("write");
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_code_is_the_same_word_everywhere() {
    for code in Code::ALL {
        assert_eq!(serde_json::to_value(code).expect("JSON"), code.as_str());
    }
    let mut words: Vec<&str> = Code::ALL.iter().map(|code| code.as_str()).collect();
    words.sort_unstable();
    words.dedup();
    assert_eq!(words.len(), Code::ALL.len());
}
