//! How texts are cut into words, and what meets a question.

use super::*;
use crate::testing::package;
use proptest::prelude::*;

fn words_of(text: &str) -> Vec<String> {
    words(text).collect()
}

#[test]
fn words_are_runs_of_letters_and_digits_in_lower_case() {
    for (text, expected) in [
        ("Refund €1,840.00 to Lindqvist", &["refund", "1", "840", "00", "to", "lindqvist"][..]),
        ("process_refund", &["process", "refund"]),
        ("ÄRGER straße ΣΑΣ", &["ärger", "straße", "σασ"]),
        ("a'b\"c*d:e\\f\0g NEAR(", &["a", "b", "c", "d", "e", "f", "g", "near"]),
        ("¶ -- ★", &[]),
        ("顧客 番号", &["顧客", "番号"]),
    ] {
        assert_eq!(words_of(text), expected, "{text}");
    }
    assert_eq!(words_of(&"x".repeat(100))[0].len(), LONGEST_WORD);
}

#[test]
fn questions_are_met_by_all_their_terms() {
    let text = Text::of(["Set up account for Aarav Shah", "setup_account", "cust_456", "Premium"]);
    for (typed, met) in [
        ("account", true),
        ("ACC", true),
        ("acc aarav", false),
        ("aarav acc", true),
        ("cust_456", true),
        ("cust_4", true),
        ("cust_5", false),
        ("\"set up\"", true),
        ("\"up set\"", false),
        ("\"set u\"", false),
        ("\"set up\" prem", true),
        ("\"aarav shah", true),
        // A phrase does not reach from one text into the next.
        ("\"shah setup\"", false),
        ("set-up", true),
        ("account OR nothing", false),
        ("*", false),
        ("\"\"", false),
        ("", false),
    ] {
        assert_eq!(Question::read(typed).is_met_by(&text), met, "{typed}");
    }
}

#[test]
fn an_approval_is_found_by_what_its_page_shows() {
    let id = "apr_01j1x6q34xfvqr28t5cy4tp001".parse().expect("an id");
    let mut package = package();
    package.input = serde_json::json!({"name": "Zoë", "list": [1840.5, {"note": "urgent", "yes": true}]});
    let text = text_of(id, &package, &[]);
    let found = |typed: &str| Question::read(typed).is_met_by(&text);
    for typed in ["zoë", "1840.5", "urgent", &package.subject, &package.tool, "apr_01j1x6q34xfvqr28t5cy4tp001"] {
        assert!(found(typed), "{typed}");
    }
    assert!(!found("yes") && !found("\"list\""), "names of members are not values");
}

#[test]
fn what_is_too_much_is_left_out_at_the_end() {
    let long = (0..MOST_WORDS).map(|n| format!("w{n}")).collect::<Vec<_>>().join(" ");
    let text = Text::of(["title", &long, "last"]);
    assert!(text.words().count() <= MOST_WORDS + 1);
    assert!(Question::read("title w7").is_met_by(&text) && !Question::read("last").is_met_by(&text));
    let wordless = Text::of(std::iter::repeat_n("-", 20_000).chain(["one two", "", "three"]));
    assert_eq!(wordless.words().collect::<Vec<_>>(), [Some("one"), Some("two"), None, Some("three"), None]);
    let often = Text::of([&"same ".repeat(1_000)]);
    assert_eq!(often.words().flatten().count(), MOST_OF_ONE);
}

proptest! {
    #[test]
    fn every_text_finds_itself(text in "\\PC{0,80}") {
        let question = Question::read(&text.replace('"', " "));
        prop_assert_eq!(question.is_met_by(&Text::of([&text])), words(&text).next().is_some());
    }

    #[test]
    fn whatever_is_typed_is_read_into_words_alone(typed in ".{0,200}") {
        for term in Question::read(&typed).terms() {
            prop_assert!(!term.words.is_empty());
            for word in &term.words {
                prop_assert!(!word.chars().any(|one| one.is_ascii() && !one.is_ascii_alphanumeric()), "{:?}", word);
            }
        }
    }
}
