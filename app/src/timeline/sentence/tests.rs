//! Every kind of event has a sentence, and sentences read well.

use super::*;
use crate::sample;

fn plain(phrases: &[Phrase]) -> String {
    phrases.iter().map(Phrase::plain).collect()
}

#[test]
fn every_kind_of_event_has_a_sentence() {
    let events = sample::every_event();
    let kinds: Vec<&str> = events.iter().map(Event::kind).collect();
    assert_eq!(kinds, Event::KINDS, "a sample of every kind, in their order");
    for event in events {
        let kind = event.kind();
        let told = tell(&sample::item(event));
        let sentence = plain(&told.sentence);
        assert!(sentence.chars().next().is_some_and(char::is_alphabetic), "{kind}: {sentence:?}");
        assert!(!sentence.ends_with([' ', '.']), "{kind}: {sentence:?}");
    }
}

#[test]
fn beside_its_actor_a_sentence_begins_with_what_was_done() {
    for event in sample::every_event() {
        let kind = event.kind();
        let brief = plain(&without_actor(tell(&sample::item(event)).sentence));
        assert!(!brief.starts_with("onboarding-agent"), "{kind}: {brief}");
        assert!(brief.chars().next().is_some_and(char::is_alphabetic), "{kind}: {brief:?}");
        assert!(!brief.contains('\''), "{kind}: {brief}");
    }
}

#[test]
fn the_page_of_an_approval_does_not_link_to_itself() {
    let opened = sample::every_event().into_iter().find(|event| event.kind() == "approval.opened").expect("one");
    let told = tell(&sample::item(opened));
    let links = |told: &Told| told.sentence.iter().filter(|phrase| matches!(phrase, Phrase::Approval(..))).count();
    assert_eq!(links(&told), 1);
    assert_eq!(links(&told.clone().at(Some(sample::approval_id()))), 0);
    assert_eq!(plain(&told.clone().at(Some(sample::approval_id())).sentence), plain(&told.sentence));
}

#[test]
fn sentences_read_well() {
    let told: Vec<String> =
        sample::every_event().into_iter().map(|event| plain(&tell(&sample::item(event)).sentence)).collect();
    for expected in [
        "onboarding-agent started the run for cust_456",
        "risk_tier recorded as \"high\" by risk_engine",
        "onboarding-agent asserted risk_tier “medium tier”",
        "Gate gate_account_setup blocked setup_account",
        "onboarding-agent rejected rev 3 for Risk",
        "Nobody decided in time. Nothing ran",
    ] {
        assert!(told.iter().any(|sentence| sentence == expected), "{expected} in {told:#?}");
    }
}
