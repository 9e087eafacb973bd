//! What is missing before a decision can be recorded.

use super::*;

fn words(filled: Filled, differences: usize, unread: usize) -> Vec<String> {
    let input = r#"{"amount":1840}"#.to_owned();
    let terms =
        Terms { differences, required_on: vec![Verdict::Reject], has_codes: true, signs: false, input, items: 0 };
    let unread = (unread > 0).then(|| (unread, "input-more".to_owned()));
    terms.lacks(filled, unread).into_iter().map(|lack| lack.words).collect()
}

#[test]
fn what_is_missing_depends_on_the_verdict() {
    let nothing = Filled::default();
    assert_eq!(words(nothing, 2, 1), Vec::<String>::new());
    let approve = Filled { verdict: Some(Verdict::Approve), ..nothing };
    assert_eq!(words(approve, 2, 3), ["Open the 3 hidden parts", "Confirm the 2 differences"]);
    assert_eq!(words(Filled { confirmed: true, ..approve }, 2, 0), Vec::<String>::new());
    let reject = Filled { verdict: Some(Verdict::Reject), ..nothing };
    assert_eq!(words(reject, 2, 3), ["Choose a reason", "Say why"]);
    assert_eq!(words(Filled { has_code: true, has_notes: true, ..reject }, 2, 3), Vec::<String>::new());
    let ask = Filled { verdict: Some(Verdict::RequestInformation), ..nothing };
    assert_eq!(words(ask, 2, 3), ["Write the question"]);
}

#[test]
fn what_is_signed_needs_the_password() {
    let input = "{}".to_owned();
    let terms = Terms { differences: 0, required_on: Vec::new(), has_codes: false, signs: true, input, items: 0 };
    for (verdict, lacks) in [(Verdict::Approve, 1), (Verdict::Reject, 1), (Verdict::RequestInformation, 0)] {
        let filled = Filled { verdict: Some(verdict), has_notes: true, ..Filled::default() };
        assert_eq!(terms.lacks(filled, None).len(), lacks, "{verdict}");
        assert_eq!(terms.lacks(Filled { has_password: true, ..filled }, None), [], "{verdict}");
    }
}

#[test]
fn every_item_has_a_verdict_and_one_is_approved() {
    let (required_on, input) = (Vec::new(), String::new());
    let terms = Terms { differences: 0, required_on, has_codes: false, signs: false, input, items: 3 };
    let lacks = |verdict, items| {
        let filled = Filled { verdict: Some(verdict), items, ..Filled::default() };
        terms.lacks(filled, None).into_iter().map(|lack| lack.words).collect::<Vec<_>>()
    };
    assert_eq!(lacks(Verdict::Approve, (0, 0)), ["Decide on 3 items"]);
    assert_eq!(lacks(Verdict::Approve, (2, 1)), ["Decide on 1 item"]);
    assert_eq!(lacks(Verdict::Approve, (3, 0)), ["Approve an item, or reject them all"]);
    assert_eq!(lacks(Verdict::Approve, (3, 1)), Vec::<String>::new());
    assert_eq!(lacks(Verdict::Reject, (0, 0)), Vec::<String>::new());
}

#[test]
fn an_edit_changes_something() {
    let lacks = |written: &str| {
        let edit = Some(Edited::of(written, r#"{"amount":1840}"#));
        words(Filled { verdict: Some(Verdict::Approve), edit, ..Filled::default() }, 0, 0)
    };
    assert_eq!(lacks("{ \"amount\": 1840.0 }"), ["Change an argument"]);
    assert_eq!(lacks("{\"amount\": }"), ["Write the arguments as a JSON object"]);
    assert_eq!(lacks("[]"), ["Write the arguments as a JSON object"]);
    assert_eq!(lacks("{\"amount\": 500}"), Vec::<String>::new());
}
