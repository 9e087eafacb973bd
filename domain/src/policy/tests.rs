//! Who fills which seat, how far the votes have come, and what a ballot must say.

use std::fmt::Write as _;

use super::*;
use crate::{
    Digest,
    testing::{person, two_groups, vote},
};

const ANA: PersonId = person(1);
const TOMAS: PersonId = person(2);
const MIRA: PersonId = person(3);
const DEV: PersonId = person(4);
const SAM: PersonId = person(5);

fn candidate(person: PersonId) -> Candidate {
    let groups: &[&str] = match person {
        ANA | DEV => &["compliance"],
        TOMAS => &["risk"],
        MIRA => &["risk", "compliance"],
        _ => &["support-leads"],
    };
    let groups = groups.iter().map(|group| (*group).to_owned()).collect();
    Candidate { person, groups, raised_to: None, stands_in: Vec::new() }
}

fn name(person: PersonId) -> &'static str {
    match person {
        ANA => "Ana (compliance)",
        TOMAS => "Tomás (risk)",
        MIRA => "Mira (both)",
        DEV => "Dev (owner)",
        _ => "Sam (neither)",
    }
}

fn circumstances() -> Circumstances {
    Circumstances { requester: None, agent_owner: Some(DEV), previous_approvers: Vec::new() }
}

fn for_group(group: Option<&str>) -> Wanted<'_> {
    Wanted { group, in_place_of: None }
}

fn seat(result: Result<Seat, Refusal>) -> String {
    result.map_or_else(|refusal| format!("{}: {}", refusal.code.as_str(), refusal.message), |seat| seat.group)
}

#[test]
fn who_fills_which_seat() {
    let approve = Verdict::Approve;
    let votes = [
        ("no vote yet", vec![]),
        ("Ana approved for compliance", vec![vote(ANA, "compliance", approve)]),
        ("Mira approved for compliance", vec![vote(MIRA, "compliance", approve)]),
        ("Mira approved for risk", vec![vote(MIRA, "risk", approve)]),
    ];
    let mut table = String::new();
    for (title, votes) in votes {
        writeln!(table, "{title}").expect("write");
        for who in [ANA, TOMAS, MIRA, DEV, SAM] {
            for verdict in Verdict::ALL {
                let given =
                    two_groups().seat_for(&candidate(who), &circumstances(), &votes, *verdict, Wanted::default());
                writeln!(table, "  {:<17} {:<8} {}", name(who), verdict.as_str(), seat(given)).expect("write");
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn a_person_may_choose_among_their_own_groups() {
    let policy = two_groups();
    let given =
        |who, group| policy.seat_for(&candidate(who), &circumstances(), &[], Verdict::Approve, for_group(Some(group)));
    assert_eq!(given(MIRA, "risk").expect("seat").group, "risk");
    assert_eq!(given(MIRA, "compliance").expect("seat").group, "compliance");
    assert_eq!(given(ANA, "risk").expect_err("other group").code, Code::NotEntitled);
    assert_eq!(given(MIRA, "support-leads").expect_err("not in the policy").code, Code::NotEntitled);
}

#[test]
fn whom_it_was_raised_to_fills_any_open_seat() {
    let policy = two_groups();
    let lead = |person| Candidate { raised_to: Some("support-leads".to_owned()), ..candidate(person) };
    let given = |who: Candidate, votes: &[Decision], verdict, group| {
        let seat = policy.seat_for(&who, &circumstances(), votes, verdict, for_group(group));
        seat.map(|Seat { group, .. }| (who.by_raise(&group).map(str::to_owned), group)).map_err(|refusal| refusal.code)
    };
    let by_raise = |seat: &str| Ok((Some("support-leads".to_owned()), seat.to_owned()));
    assert_eq!(given(candidate(SAM), &[], Verdict::Reject, None), Err(Code::NotEntitled));
    for verdict in Verdict::ALL {
        assert_eq!(given(lead(SAM), &[], *verdict, None), by_raise("compliance"), "{verdict}");
        assert_eq!(given(lead(SAM), &[], *verdict, Some("risk")), by_raise("risk"), "{verdict}");
        assert_eq!(given(lead(SAM), &[], *verdict, Some("support-leads")), Err(Code::NotEntitled), "{verdict}");
        // Their own group's seat comes first, and is theirs without the raise.
        assert_eq!(given(lead(TOMAS), &[], *verdict, None), Ok((None, "risk".to_owned())), "{verdict}");
    }
    let compliance = [vote(ANA, "compliance", Verdict::Approve)];
    assert_eq!(given(lead(SAM), &compliance, Verdict::Approve, None), by_raise("risk"));
    assert_eq!(given(lead(SAM), &compliance, Verdict::Approve, Some("compliance")), Err(Code::SeatTaken));
    let risk = [vote(MIRA, "risk", Verdict::Approve)];
    assert_eq!(given(lead(TOMAS), &risk, Verdict::Approve, None), by_raise("compliance"));
    // One vote a person, and exclusions hold for them as for all.
    let own = [vote(SAM, "compliance", Verdict::Approve)];
    assert_eq!(given(lead(SAM), &own, Verdict::Approve, None), Err(Code::AlreadyVoted));
    assert_eq!(given(lead(DEV), &[], Verdict::Approve, None), Err(Code::SelfApproval));
}

#[test]
fn exclusions_mean_people() {
    let everybody = Circumstances { requester: Some(ANA), agent_owner: Some(DEV), previous_approvers: vec![TOMAS] };
    let policy = two_groups();
    let refused = |who| {
        let given = policy.seat_for(&candidate(who), &everybody, &[], Verdict::Approve, Wanted::default());
        given.map(|seat| seat.group).map_err(|refusal| refusal.code)
    };
    assert_eq!(refused(ANA), Err(Code::SelfApproval));
    assert_eq!(refused(DEV), Err(Code::SelfApproval));
    assert_eq!(refused(TOMAS), Err(Code::NotEntitled));
    assert_eq!(refused(MIRA), Ok("compliance".to_owned()));
    let open = Policy { exclude: Vec::new(), ..two_groups() };
    for who in [ANA, DEV, TOMAS] {
        assert!(open.seat_for(&candidate(who), &everybody, &[], Verdict::Approve, Wanted::default()).is_ok());
    }
}

#[test]
fn how_far_the_votes_have_come() {
    let two_of_compliance = Policy {
        approve: vec![Seats { group: "compliance".to_owned(), count: 2 }, Seats { group: "risk".to_owned(), count: 1 }],
        reject_count: 2,
        ..two_groups()
    };
    let steps = [
        vote(ANA, "compliance", Verdict::Approve),
        vote(TOMAS, "risk", Verdict::Approve),
        vote(SAM, "compliance", Verdict::Reject),
        vote(MIRA, "compliance", Verdict::Approve),
        vote(DEV, "compliance", Verdict::Reject),
    ];
    let mut table = String::new();
    for (title, policy) in
        [("compliance 1, risk 1, reject 1", two_groups()), ("compliance 2, risk 1, reject 2", two_of_compliance)]
    {
        writeln!(table, "{title}: {} seats", policy.quorum()).expect("write");
        for taken in 0..=steps.len() {
            let standing = policy.standing(&steps[..taken]);
            let seats: Vec<String> =
                standing.seats.iter().map(|seat| format!("{} {}/{}", seat.group, seat.given, seat.needed)).collect();
            let outcome = standing.outcome.map_or("open", |verdict| verdict.as_str());
            let last = taken.checked_sub(1).map(|place| &steps[place]);
            let last = last.map_or_else(String::new, |vote| format!("{} for {}", vote.verdict, vote.group));
            writeln!(table, "  {last:<24} {}, rejections {}: {outcome}", seats.join(", "), standing.rejections)
                .expect("write");
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn what_a_ballot_must_say() {
    let ballot = |verdict, code: Option<&str>, notes: Option<&str>| Ballot {
        verdict,
        package_digest: Digest::of("test", b"package"),
        revision: Some(1),
        reason_code: code.map(str::to_owned),
        notes: notes.map(str::to_owned),
        items: Vec::new(),
        for_group: None,
        on_behalf_of: None,
        edited_input: None,
        signature: None,
    };
    let long = "é".repeat(MAX_NOTES);
    let too_long = "é".repeat(MAX_NOTES + 1);
    let (approve, reject) = (Verdict::Approve, Verdict::Reject);
    let ballots = [
        ("approve, nothing else", ballot(approve, None, None)),
        ("approve with a known code", ballot(approve, Some("other"), None)),
        ("approve with an unknown code", ballot(approve, Some("mood"), None)),
        ("approve with 4000 letters", ballot(approve, None, Some(&long))),
        ("approve with 4001 letters", ballot(approve, None, Some(&too_long))),
        ("reject, nothing else", ballot(reject, None, None)),
        ("reject with a code only", ballot(reject, Some("other"), None)),
        ("reject with blank notes", ballot(reject, Some("other"), Some(" \n"))),
        ("reject with notes only", ballot(reject, None, Some("No passport."))),
        ("reject with both", ballot(reject, Some("identity_doubt"), Some("No passport."))),
    ];
    let no_codes = Policy { reasons: Reasons { codes: Vec::new(), ..two_groups().reasons }, ..two_groups() };
    let mut table = String::new();
    for (title, policy) in [("codes: identity_doubt, other", two_groups()), ("no codes", no_codes)] {
        writeln!(table, "{title}").expect("write");
        for (said, ballot) in &ballots {
            let met = match policy.check_reasons(ballot) {
                Ok(()) => "fine".to_owned(),
                Err(refusal) => {
                    let error = refusal.errors.first().map(|error| format!("{} {}", error.path, error.message));
                    format!("{}: {}", refusal.code.as_str(), error.unwrap_or_default())
                }
            };
            writeln!(table, "  {said:<29} {met}").expect("write");
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn who_takes_an_approval_back() {
    let approved = [vote(person(4), "compliance", Verdict::Approve)];
    let rejected = [vote(person(4), "compliance", Verdict::Reject)];
    let of = |number, groups: &[&str]| Candidate {
        person: person(number),
        groups: groups.iter().map(|group| (*group).to_owned()).collect(),
        raised_to: None,
        stands_in: Vec::new(),
    };
    let circumstances =
        Circumstances { requester: Some(person(1)), previous_approvers: vec![person(4)], ..Circumstances::default() };
    let may = |candidate: Candidate, votes: &[Decision]| two_groups().may_revoke(&candidate, &circumstances, votes);
    assert!(may(of(4, &[]), &approved).is_ok(), "their own, although they left and approved another step since");
    assert!(may(of(5, &["risk"]), &approved).is_ok(), "they might have decided");
    let code = |result: Result<(), Refusal>| result.expect_err("refused").code;
    assert_eq!(code(may(of(1, &["risk"]), &approved)), Code::SelfApproval);
    assert_eq!(code(may(of(6, &["others"]), &approved)), Code::NotEntitled);
    assert_eq!(code(may(of(4, &["risk"]), &rejected)), Code::NotEntitled, "a rejection is no approval of theirs");
}

#[test]
fn what_is_wanted_is_given_exactly_or_not_at_all() {
    let principal = |person, name: &str| crate::delegation::Principal {
        person,
        name: name.to_owned(),
        delegation: crate::id::DelegationId::from_uuid(uuid::Uuid::from_u128(1)),
    };
    let for_ana = StandIn { principal: principal(ANA, "Ana"), groups: vec!["compliance".to_owned()] };
    // Tomás decides for risk, and for compliance in the place of Ana; Mira for both in her own.
    let tomas = Candidate { stands_in: vec![for_ana], ..candidate(TOMAS) };
    let votes = [
        ("no vote yet", vec![]),
        ("Dev approved for compliance", vec![vote(DEV, "compliance", Verdict::Approve)]),
        ("Sam approved for risk", vec![vote(SAM, "risk", Verdict::Approve)]),
        ("Ana approved for risk", vec![vote(ANA, "risk", Verdict::Approve)]),
    ];
    let wanted = [
        ("nothing", None, None),
        ("compliance", Some("compliance"), None),
        ("risk", Some("risk"), None),
        ("own place", None, Some(TOMAS)),
        ("Ana’s place", None, Some(ANA)),
        ("risk, own place", Some("risk"), Some(TOMAS)),
        ("compliance, own place", Some("compliance"), Some(TOMAS)),
        ("compliance, Ana’s place", Some("compliance"), Some(ANA)),
        ("risk, Ana’s place", Some("risk"), Some(ANA)),
        ("risk, Mira’s place", Some("risk"), Some(MIRA)),
    ];
    let mut table = String::new();
    for (title, votes) in votes {
        writeln!(table, "{title}").expect("write");
        for (words, group, in_place_of) in wanted {
            for verdict in [Verdict::Approve, Verdict::Reject] {
                let nobody = Circumstances::default();
                let given = two_groups().seat_for(&tomas, &nobody, &votes, verdict, Wanted { group, in_place_of });
                if let Ok(seat) = &given {
                    assert!(group.is_none_or(|group| group == seat.group), "{words}");
                    assert!(in_place_of.is_none_or(|whose| whose == seat.speaks_for(TOMAS)), "{words}");
                }
                let told = given.map_or_else(
                    |refusal| format!("{}: {}", refusal.code.as_str(), refusal.message),
                    |seat| seat.words(),
                );
                writeln!(table, "  {words:<24} {:<8} {told}", verdict.as_str()).expect("write");
            }
        }
    }
    insta::assert_snapshot!(table);
}
