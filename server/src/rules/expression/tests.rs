//! The parser's limits.

use super::*;

#[test]
fn nesting_is_bounded_before_the_parser_sees_it() {
    let nested = |open: &str, close: &str, times| format!("{}1{}", open.repeat(times), close.repeat(times));
    for (open, close) in [("(", ")"), ("[", "]"), ("{1:", "}"), ("a?b:", ""), ("f(", ")"), ("a[", "]")] {
        assert!(parse(&nested(open, close, 8)).is_ok(), "{open}");
        for times in [33, 200] {
            let faults = parse(&nested(open, close, times)).expect_err(open);
            assert!(faults[0].message.contains("deeper than 32"), "{open}: {faults:?}");
        }
    }
    // Brackets in texts do not count, and do not hide those outside.
    assert!(parse(&format!("\"{}\" == r'\\' && '''{}''' == \"\"", "(".repeat(100), "'(".repeat(100))).is_ok());
    let hidden = format!("{}1{}", "(\")\"+".repeat(100), ")".repeat(100));
    assert!(parse(&hidden).expect_err("hidden")[0].message.contains("deeper than 32"));
}

#[test]
fn the_tree_and_the_text_are_bounded() {
    assert!(parse(&"1+".repeat(600)).expect_err("long")[0].message.contains("1024"));
    let chain = format!("1{}", "+1".repeat(100));
    assert!(parse(&chain).expect_err("deep")[0].message.contains("tree is deeper"));
    assert!(parse(&format!("a{}", ".b".repeat(400))).is_err());
    // Logic is balanced by the parser, so that long chains of it stay shallow.
    assert!(parse(&format!("a{}", "&&b".repeat(100))).is_ok());
    assert_eq!(parse("  ").expect_err("empty")[0].message, "The expression is empty.");
}

#[test]
fn syntax_errors_have_places() {
    let faults = parse("facts.a == \n 'é' &&& x").expect_err("an error");
    assert_eq!(faults[0].offset, "facts.a == \n 'é' &&".len());
    for source in ["\"", "'''", "`a`", "a.?b", "[?a]", "b'\\xff", "1e999999", "99999999999999999999", "\\", "@result"] {
        let _ = parse(source);
    }
}

#[test]
fn offsets_are_bytes() {
    let parsed = parse("\"éé\" == facts.x").expect("an expression");
    assert_eq!(parsed.offset(parsed.root.id), "\"éé\" ".len());
}
