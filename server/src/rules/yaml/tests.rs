//! Texts, trees and places.

use super::*;

fn tree(text: &str) -> Node {
    match load(text) {
        Ok((root, errors)) if errors.is_empty() => root,
        Ok((_, errors)) | Err(errors) => panic!("{errors:?}"),
    }
}

#[test]
fn nodes_remember_their_places() {
    let root = tree("a:\n  - x\n  - 'y'\né: { k: text }\n");
    let path = Path::root().key("a").index(1);
    assert_eq!(path.find(&root).place, Place { line: 3, column: 5 });
    assert_eq!(path.to_string(), "a[1]");
    assert_eq!(Path::root().key("é").key("k").key_place(&root), Place { line: 4, column: 6 });
    assert_eq!(Path::root().key("a b").key("c").to_string(), "\"a b\".c");
    assert_eq!(Path::root().key("a").key("none").index(9).find(&root).place, Place { line: 2, column: 3 });
}

#[test]
fn a_character_of_a_scalar_is_found_in_the_text() {
    let text = "p: one two\ns: 'it''s two'\nd: \"\\u00e9\\n two\"\nl: |\n  one\n   two\nf: >\n  one\n  two\n";
    let root = tree(text);
    for (key, place) in [("p", (1, 8)), ("s", (2, 11)), ("d", (3, 14)), ("l", (6, 4)), ("f", (8, 3))] {
        let node = root.get(key).expect(key);
        let Content::Scalar(scalar) = &node.content else { panic!("{key} is a scalar") };
        let offset = scalar.text.find("two").expect("two");
        let found = place::place_within(node, text, offset);
        assert_eq!((found.line, found.column), place, "{key}");
    }
}

#[test]
fn plain_scalars_have_the_types_of_yaml_1_2() {
    let root = tree("[true, no, 1, 1.0, -2.5, 1e3, 0x1F, .inf, '1', null, ~, 2026-01-01]");
    let Content::List(items) = &root.content else { panic!("a list") };
    let read: Vec<String> = items
        .iter()
        .map(|node| Cursor::root(node).json().map_or_else(|| "-".to_owned(), |value| value.to_string()))
        .collect();
    assert_eq!(read.join(" "), r#"true "no" 1 1 -2.5 1000 "0x1F" ".inf" "1" - - "2026-01-01""#);
}
