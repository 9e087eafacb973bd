//! What is signed, and which decision a signature is good for.

use std::fmt::Write as _;

use uuid::Uuid;

use super::*;
use crate::{
    delegation::Principal,
    id::DelegationId,
    testing::{approval, at, person, two_groups},
};

fn seat(in_place: bool) -> Seat {
    let principal = Principal {
        person: person(2),
        name: "Tomás Lindqvist".to_owned(),
        delegation: DelegationId::from_uuid(Uuid::nil()),
    };
    Seat { group: "compliance".to_owned(), on_behalf_of: in_place.then_some(principal) }
}

#[test]
fn what_is_signed_in_words() {
    let mut table = String::new();
    for verdict in Verdict::ALL {
        for (extent, in_place) in
            [(Extent::Whole, false), (Extent::Edited, false), (Extent::Items, false), (Extent::Whole, true)]
        {
            let said = statement(*verdict, extent, 3, &seat(in_place));
            writeln!(table, "{verdict}: {}", said.as_deref().unwrap_or("is not signed")).expect("write");
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_policy_without_sign_reads_and_is_digested_as_before() {
    let plain = serde_json::to_string(&two_groups()).expect("JSON");
    assert!(!plain.contains("sign"), "its digest stays what it was: {plain}");
    assert!(!serde_json::from_str::<Policy>(&plain).expect("a policy").sign);
    let signing = Policy { sign: true, ..two_groups() };
    for (verdict, signed) in [(Verdict::Approve, true), (Verdict::Reject, true), (Verdict::RequestInformation, false)] {
        assert_eq!(signing.must_sign(verdict), signed, "{verdict}");
        assert!(!two_groups().must_sign(verdict), "{verdict}");
    }
}

fn covered() -> Covered {
    Covered {
        person: person(1),
        approval: approval(1),
        package_digest: Digest::of("test", b"package"),
        verdict: Verdict::Approve,
        edited_input: None,
        group: "compliance".to_owned(),
        on_behalf_of: None,
    }
}

fn given() -> Given {
    let meaning = statement(Verdict::Approve, Extent::Whole, 1, &seat(false)).expect("a statement");
    let signature = Signature { meaning, signed_at: at(0), authenticated_by: Authentication::Password };
    Given { covered: covered(), signature, expires_at: at(5), is_used: false }
}

#[test]
fn a_signature_is_good_for_one_very_decision() {
    let now = at(4);
    let used = Given { is_used: true, ..given() };
    let cases = [
        ("what was signed", given(), covered(), now),
        ("as it is over", given(), covered(), at(5)),
        ("used", used, covered(), now),
        ("by another person", given(), Covered { person: person(2), ..covered() }, now),
        ("another approval", given(), Covered { approval: approval(2), ..covered() }, now),
        ("another package", given(), Covered { package_digest: Digest::of("test", b"other"), ..covered() }, now),
        ("another verdict", given(), Covered { verdict: Verdict::Reject, ..covered() }, now),
        (
            "arguments of one's own",
            given(),
            Covered { edited_input: Some(Digest::of("test", b"{}")), ..covered() },
            now,
        ),
        ("another group", given(), Covered { group: "risk".to_owned(), ..covered() }, now),
        ("another's place", given(), Covered { on_behalf_of: Some(person(2)), ..covered() }, now),
    ];
    let mut table = String::new();
    for (title, given, decided, now) in cases {
        let told = given.sign(&decided, now).map_or_else(
            |refusal| format!("{}: {}", refusal.code.as_str(), refusal.message),
            |signature| signature.meaning,
        );
        writeln!(table, "{title:<24} {told}").expect("write");
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_token_is_shown_nowhere() {
    let token = Token::new("csg_secret".to_owned());
    assert_eq!(format!("{token:?}"), "Token(…)");
    assert_ne!(token.digest(), Token::new("csg_other".to_owned()).digest());
}
