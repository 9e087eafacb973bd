//! The kinds of events and what the log keeps of them.

use uuid::Uuid;

use super::*;
use crate::{
    Actor,
    testing::{approval, at},
};

#[test]
fn the_kinds() {
    insta::assert_snapshot!(Event::KINDS.join("\n"));
}

#[test]
fn kinds_are_unique_and_say_what_happened() {
    let mut kinds = Event::KINDS.to_vec();
    kinds.sort_unstable();
    kinds.dedup();
    assert_eq!(kinds.len(), Event::KINDS.len());
    let is_two_words = |kind: &&str| {
        let is_word =
            |word: &str| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        kind.split_once('.').is_some_and(|(noun, past)| is_word(noun) && is_word(past))
    };
    assert!(kinds.iter().all(is_two_words), "{kinds:?}");
}

fn entry(because: &str) -> Entry {
    Entry {
        id: EventId::from_uuid(Uuid::from_u128(1)),
        at: at(0),
        actor: Actor::System(crate::SystemActor::Gate),
        run: None,
        approval: Some(approval(1)),
        subject: None,
        event: Event::ApprovalVoided { approval: approval(1), because: because.to_owned(), tool_use_id: None },
    }
}

#[test]
fn a_commitment_binds_payload_and_salt() {
    let commitment = entry("KYC failed").commitment(&[1; 16]);
    assert_eq!(commitment, entry("KYC failed").commitment(&[1; 16]));
    assert_ne!(commitment, entry("KYC failed").commitment(&[2; 16]));
    assert_ne!(commitment, entry("KYC passed").commitment(&[1; 16]));
}

#[test]
fn a_payload_is_read_back() {
    let entry = entry("KYC failed");
    assert_eq!(
        entry.payload(),
        r#"{"approval":"apr_00000000000000000000000001","because":"KYC failed","kind":"approval.voided","tool_use_id":null}"#
    );
    assert_eq!(serde_json::from_str::<Event>(&entry.payload()).expect("event"), entry.event);
}
