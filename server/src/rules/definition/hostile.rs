//! Texts that are meant to break the reader.

use proptest::prelude::*;

use super::{
    parse,
    tests::{errors, with_gates},
};
use crate::rules::yaml;

#[test]
fn hostile_texts_are_refused() {
    let valid = with_gates("");
    parse(&valid.replace("gates:\n", "")).expect("valid");
    let table = [
        ("", "1:1  [syntax] The text is empty."),
        ("- a", "1:1  [wrong_type] A definition is a mapping"),
        ("name: a\nname: b\ndefault: block", "2:1  [duplicate] The key `name` appears twice"),
        ("name: &a b\ndefault: *a", "1:10  [syntax] Anchors"),
        ("name: !!str b\ndefault: block", "1:13  [syntax] Tags"),
        ("%YAML 1.2\n---\nname: a", "1:1  [syntax] This is not valid YAML"),
        ("name: a\ndefault: block\n---\nname: b", "3:1  [syntax] There is a second document"),
        ("name: a\n\tdefault: block", "2:1  [syntax] This line is indented with a tab"),
        ("name: a\ntools:\n\tx: 1", "3:1  [syntax] This line is indented with a tab"),
        ("name: \"a\u{0}\"", "1:9  [syntax] The control character U+0000"),
        ("? [a]\n: b", "1:3  [syntax] A key must be plain text"),
        ("name: [", "1:7  [syntax] This is not valid YAML"),
    ];
    for (text, expected) in table {
        let told = errors(text);
        assert!(told.starts_with(expected), "{text:?} gave {told}");
    }
}

#[test]
fn texts_from_other_systems_are_read() {
    let valid = with_gates("").replace("gates:\n", "");
    parse(&valid.replace('\n', "\r\n")).expect("lines of Windows");
    parse(&format!("\u{feff}{valid}")).expect("a byte order mark");
    parse(&format!("# a comment\n---\n{valid}...\n")).expect("document markers");
}

#[test]
fn bombs_end_quickly() {
    let aliases = format!("a: &a [x]\nb: [{}]", "*a,".repeat(80_000));
    let deep = format!("a: {}", "[".repeat(100_000));
    let deep_block = (0..200).map(|level| format!("{}a:\n", " ".repeat(level))).collect::<Vec<_>>().concat();
    let long = "x".repeat(yaml::MAX_TEXT + 1);
    let wide = (0..20_000).map(|key| format!("k{key}: 1\n")).collect::<Vec<_>>().concat();
    let gates = with_gates(&"  - { id: g, tools: [refund] }\n".repeat(7_000));
    for text in [aliases, deep, deep_block, long, wide, gates] {
        let refusal = parse(&text).expect_err("a bomb");
        assert!((1..=100).contains(&refusal.errors.len()), "{}", refusal.errors.len());
    }
}

#[test]
fn a_fault_in_an_expression_is_found_at_its_column() {
    for (before, after) in [("", ""), ("'", "'"), ("\"", "\""), ("|\n          ", "\n"), ("\"\\u00e9\" == ", "")] {
        let when = format!("{before}facts.tier == facts.wrong{after}");
        let gate = format!(
            "  - id: g\n    tools: [refund]\n    require:\n      - name: n\n        otherwise: o\n        when: {when}\n"
        );
        if before.contains("u00e9") {
            // Plain text that begins with a quote is a quoted scalar; what follows is an error of YAML.
            assert!(errors(&with_gates(&gate)).contains("[syntax]"));
            continue;
        }
        let text = with_gates(&gate);
        let refusal = parse(&text).expect_err("a wrong fact");
        let error = &refusal.errors[0];
        let line = text.lines().nth(error.line.unwrap_or_default() as usize - 1).expect("the line");
        let column = error.column.unwrap_or_default() as usize - 1;
        assert!(line[column..].starts_with("wrong"), "{when:?}: {line:?} at {column}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn no_text_makes_it_panic(text in r#"([a-z\-:{}\[\],'"&*!|> \t#?%@\n0-9]|name|default|gates|when|facts|input){0,80}"#) {
        let _ = parse(&text);
    }

    #[test]
    fn no_expression_makes_it_panic(source in r#"([()\[\]{}.,?:+*/%<>=!&|'"\\ a-z0-9é]|facts|input|has|matches|exists|in|true){0,40}"#) {
        let quoted = source.replace('\'', "''").replace('\n', " ");
        let gate = format!("  - {{ id: g, tools: [refund], require: [{{ name: n, when: '{quoted}', otherwise: o }}] }}\n");
        let _ = parse(&with_gates(&gate));
    }

    #[test]
    fn no_byte_changed_in_a_valid_definition_makes_it_panic(at in 0_usize..4_000, byte in 0_u8..128) {
        let path = format!("{}/../workflows/financial-onboarding.yaml", env!("CARGO_MANIFEST_DIR"));
        let mut bytes = std::fs::read(&path).unwrap_or_default();
        if let Some(slot) = bytes.get_mut(at) {
            *slot = byte;
        }
        if let Ok(text) = String::from_utf8(bytes) {
            let _ = parse(&text);
        }
    }
}
