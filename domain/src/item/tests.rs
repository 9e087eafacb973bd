//! Items under one and several votes.

use proptest::prelude::*;

use super::*;
use crate::testing::{at, ballot, call, person, two_groups, vote};

fn item(id: &str) -> Item {
    Item { tool_use_id: id.to_owned(), title: format!("Pay {id}"), ..crate::testing::item() }
}

fn items() -> Vec<Item> {
    ["one", "two", "three"].map(item).to_vec()
}

fn said(words: &str) -> Vec<ItemVerdict> {
    let one = |(id, word): (&str, char)| ItemVerdict {
        tool_use_id: id.to_owned(),
        verdict: if word == 'a' { Verdict::Approve } else { Verdict::Reject },
        notes: (word == 'r').then(|| format!("not {id}")),
    };
    ["one", "two", "three"].into_iter().zip(words.chars()).map(one).collect()
}

fn voted(words: &str) -> Decision {
    Decision { items: said(words), ..vote(person(1), "risk", Verdict::Approve) }
}

fn letters(states: &[ItemState]) -> String {
    let letter = |state: &ItemState| match state {
        ItemState::Waiting => '?',
        ItemState::Approved { .. } => 'a',
        ItemState::Rejected { .. } => 'r',
    };
    states.iter().map(letter).collect()
}

#[test]
fn an_item_needs_every_vote() {
    for (votes, expected) in
        [(&["aaa"][..], "aaa"), (&["ara"], "ara"), (&["aar", "raa"], "rar"), (&["arr", "raa"], "rrr"), (&["aa"], "aar")]
    {
        let votes: Vec<Decision> = votes.iter().map(|words| voted(words)).collect();
        assert_eq!(letters(&settle(&items(), &votes)), expected, "{votes:?}");
    }
    let states = settle(&items(), &[voted("aar"), voted("raa")]);
    assert_eq!(states[0], ItemState::Rejected { notes: Some("not one".to_owned()) });
}

#[test]
fn with_no_item_left_the_whole_is_rejected() {
    let policy = two_groups();
    let of = |group: &str, words: &str| Decision { group: group.to_owned(), ..voted(words) };
    let groups: Vec<&str> = policy.approve.iter().map(|seats| seats.group.as_str()).collect();
    let votes = |words: [&str; 2]| -> Vec<Decision> {
        groups.iter().zip(words).map(|(group, words)| of(group, words)).collect()
    };
    let outcome = |words| standing(&policy, &items(), &votes(words)).outcome;
    assert_eq!(outcome(["aar", "raa"]), Some(Verdict::Approve));
    assert_eq!(outcome(["arr", "raa"]), Some(Verdict::Reject));
    assert_eq!(standing(&policy, &items(), &votes(["arr", "raa"])[..1]).outcome, None);
    assert_eq!(standing(&policy, &[], &votes(["arr", "raa"])).outcome, Some(Verdict::Approve));
}

#[test]
fn a_ballot_speaks_of_each_item_once() {
    let mut policy = two_groups();
    policy.reasons.required_on = vec![Verdict::Reject];
    let tried = |items: &[Item], verdict, words: &str, without_notes: bool| {
        let mut said = said(words);
        if without_notes {
            for one in &mut said {
                one.notes = Some(" ".to_owned());
            }
        }
        let ballot = Ballot { items: said, ..ballot(verdict) };
        check(items, &policy, &ballot).map(|said| said.len()).map_err(|refusal| refusal.errors[0].message.clone())
    };
    let none = |text: &str| Err(text.to_owned());
    assert_eq!(tried(&items(), Verdict::Approve, "ara", false), Ok(3));
    assert_eq!(tried(&[], Verdict::Approve, "", false), Ok(0));
    assert_eq!(tried(&items(), Verdict::Reject, "", false), Ok(0));
    assert_eq!(tried(&items(), Verdict::RequestInformation, "", false), Ok(0));
    assert_eq!(tried(&items(), Verdict::Approve, "aa", false), none("decide on item 3 as well: Pay three"));
    assert_eq!(tried(&items(), Verdict::Approve, "rrr", false), none("no item is approved: reject the whole instead"));
    assert_eq!(tried(&items()[..2], Verdict::Approve, "aaa", false), none("there is no item \"three\""));
    assert_eq!(tried(&[], Verdict::Approve, "a", false), none("this approval has no items: leave it out"));
    let all = "the verdict is about all items: leave it out, or approve those that may run";
    assert_eq!(tried(&items(), Verdict::Reject, "ara", false), none(all));
    let why = "item 2: say why; the agent reads it as written";
    assert_eq!(tried(&items(), Verdict::Approve, "ara", true), none(why));
    let twice = Ballot { items: [said("aaa"), said("a")].concat(), ..ballot(Verdict::Approve) };
    assert_eq!(check(&items(), &policy, &twice).expect_err("twice").errors[0].message, "item 1 is named twice");
}

#[test]
fn what_a_call_sees_of_its_item() {
    let (now, id) = (at(0), crate::testing::approval(1));
    let whole = Approval::Approved { at: now, valid_until: Some(at(9)), used: Use::Unused };
    let approved = ItemState::Approved { used: Use::Unused };
    assert_eq!(approved.seen_in(&whole), whole);
    let (used, _) = approved.seen_in(&whole).consume(id, call("one"), at(1)).expect("usable");
    let item = approved.clone().with_use(&used).expect("approved");
    assert!(item.seen_in(&whole).is_consumed_by(&call("one")));
    assert!(item.seen_in(&whole).consume(id, call("two"), at(1)).is_err(), "once");
    let gone = Approval::Approved { at: now, valid_until: None, used: Use::Void { because: "undone".to_owned() } };
    assert_eq!(approved.seen_in(&gone), gone, "a void whole voids what is left of it");
    assert!(item.seen_in(&gone).is_consumed_by(&call("one")), "what was used stays used");
    let revoked = Approval::Revoked { at: at(2), by: person(1).into(), reason: "Wrong month.".to_owned() };
    assert_eq!(approved.seen_in(&revoked), revoked, "what was not used is taken back");
    assert!(item.seen_in(&revoked).is_consumed_by(&call("one")));
    let refused = ItemState::Rejected { notes: None };
    assert_eq!(refused.seen_in(&revoked), Approval::Rejected { at: at(2) }, "what was refused stays so");
    assert_eq!(ItemState::Waiting.seen_in(&revoked), revoked);
    for refused in [ItemState::Waiting, ItemState::Rejected { notes: None }] {
        assert_eq!(refused.seen_in(&whole), Approval::Rejected { at: now });
        assert!(refused.with_use(&used).is_err());
    }
    for other in [Approval::open(None), Approval::Rejected { at: now }, Approval::Expired { at: now }] {
        assert_eq!(approved.seen_in(&other), other);
        assert_eq!(ItemState::Waiting.seen_in(&other), other);
    }
}

#[test]
fn ballots_that_say_the_same() {
    let turned = |words: &str| said(words).into_iter().rev().collect::<Vec<_>>();
    let blank = |notes: Option<&str>| {
        let mut all = said("aar");
        all[0].notes = notes.map(str::to_owned);
        all
    };
    for (other, same) in [
        (said("aar"), true),
        (turned("aar"), true),
        (blank(Some("  ")), true),
        (blank(Some("well")), false),
        (said("raa"), false),
        (said("aaa"), false),
        (said("aa"), false),
        (Vec::new(), false),
    ] {
        assert_eq!(are_same(&said("aar"), &other), same, "{other:?}");
    }
    assert!(are_same(&[], &[]));
}

proptest! {
    #[test]
    fn nothing_runs_that_somebody_did_not_approve(words in proptest::collection::vec("[ar]{3}", 1..4)) {
        let votes: Vec<Decision> = words.iter().map(|words| voted(words)).collect();
        let states = settle(&items(), &votes);
        for (place, state) in states.iter().enumerate() {
            let all = words.iter().all(|words| words.as_bytes()[place] == b'a');
            prop_assert_eq!(matches!(state, ItemState::Approved { .. }), all);
        }
    }
}
