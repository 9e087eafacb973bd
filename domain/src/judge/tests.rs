//! Every situation a call can meet, with what it is answered.

use std::fmt::Write as _;

use super::*;
use crate::testing::{approval, at, evidence, person, session};

const NOW: i64 = 10;

fn call(session_number: u128, id: &str) -> Call {
    Call { session: session(session_number), tool_use_id: id.to_owned() }
}

/// An approval that `toolu_1` of session 1 opened.
fn prior(number: u128, state: Approval) -> Prior {
    let notes = matches!(state, Approval::Rejected { .. }).then(|| "Wrong customer.".to_owned());
    Prior { id: approval(number), opened_by: call(1, "toolu_1"), state, notes }
}

fn approved(used: Use, valid_until: Option<i64>) -> Approval {
    Approval::Approved { at: at(0), valid_until: valid_until.map(at), used }
}

fn consumed_by(session_number: u128, id: &str) -> Approval {
    approved(Use::Consumed { by: call(session_number, id) }, None)
}

fn finding(ruling: Ruling) -> Finding {
    Finding { gate_id: "gate".to_owned(), is_guarded: true, evidence: evidence(), ruling, threshold: Threshold::Open }
}

fn review() -> Finding {
    let ruling = Ruling::Review { policy: "two".to_owned(), title: "Set up".to_owned(), risk: Risk::High };
    finding(ruling)
}

fn blocked() -> Finding {
    finding(Ruling::Block { error: "PREREQUISITE_FAILED: KYC has not passed.".to_owned() })
}

fn short(id: ApprovalId) -> String {
    format!("#{}", id.uuid().as_u128())
}

fn shown(judgement: &Judgement) -> String {
    match judgement {
        Judgement::Allow => "allow".to_owned(),
        Judgement::Block { error, approval } => {
            let about = approval.map_or_else(String::new, |id| format!(" ({})", short(id)));
            // Ids in messages are long; their tail is enough here.
            format!("block{about} {}", error.replace("apr_000000000000000000000000", "apr_…"))
        }
        Judgement::Open { policy, .. } => format!("open by {policy}"),
        Judgement::Await(id) => format!("await {}", short(*id)),
        Judgement::Consume(id) => format!("consume {}", short(*id)),
        Judgement::Void { approval, error } => format!("void {} {error}", short(*approval)),
    }
}

fn judged(call: &Call, earlier: Option<ApprovalId>, prior: &[Prior], finding: &Finding) -> String {
    let waits = prior.iter().find(|known| matches!(known.state, Approval::Pending { .. }));
    let session = match waits {
        Some(known) if known.opened_by.session == call.session => Session::Suspended { awaiting: vec![known.id] },
        Some(_) | None => Session::Active,
    };
    shown(&judge(call, earlier, &session, prior, 0, finding, at(NOW)))
}

#[test]
fn one_earlier_approval() {
    let priors = [
        ("none", None),
        ("pending", Some(Approval::open(None))),
        ("rejected", Some(Approval::Rejected { at: at(0) })),
        ("expired", Some(Approval::Expired { at: at(0) })),
        ("cancelled", Some(Approval::Cancelled { at: at(0), reason: "Not wanted.".to_owned() })),
        ("superseded", Some(Approval::Superseded { at: at(0) })),
        (
            "revoked",
            Some(Approval::Revoked { at: at(0), by: person(1).into(), reason: "The wrong account.".to_owned() }),
        ),
        ("approved, unused", Some(approved(Use::Unused, None))),
        ("approved, usable until 09:11", Some(approved(Use::Unused, Some(11)))),
        ("approved, stale since 09:10", Some(approved(Use::Unused, Some(10)))),
        ("approved, consumed by toolu_1", Some(consumed_by(1, "toolu_1"))),
        ("approved, consumed by toolu_2", Some(consumed_by(1, "toolu_2"))),
        ("approved, void", Some(approved(Use::Void { because: "KYC failed.".to_owned() }, None))),
    ];
    let calls = [
        ("the same call", call(1, "toolu_1"), None),
        ("another call that waited for it", call(1, "toolu_2"), Some(approval(1))),
        ("a new call of the session", call(1, "toolu_3"), None),
        ("the same call id in a fork", call(2, "toolu_1"), None),
        ("a call of another session", call(2, "toolu_9"), None),
    ];
    let mut table = String::new();
    for (name, state) in priors {
        writeln!(table, "{name}").expect("write");
        let prior: Vec<Prior> = state.into_iter().map(|state| prior(1, state)).collect();
        for (who, call, earlier) in &calls {
            let met =
                [review(), finding(Ruling::Allow), blocked()].map(|finding| judged(call, *earlier, &prior, &finding));
            let [review, allow, block] = &met;
            if review == allow && allow == block {
                writeln!(table, "  {who:<32} {review}").expect("write");
            } else {
                writeln!(table, "  {who}").expect("write");
                for (ruling, met) in ["review", "allow", "block"].iter().zip(&met) {
                    writeln!(table, "    {ruling:<30} {met}").expect("write");
                }
            }
        }
    }
    insta::assert_snapshot!(table);
}

/// Two calls that are the same and were asked about together share an approval; each has its own part of it.
#[test]
fn each_of_two_same_calls_uses_its_own() {
    let part = |id: &str, state| Prior { id: approval(1), opened_by: call(1, id), state, notes: None };
    let first = part("toolu_1", consumed_by(1, "toolu_1"));
    let second = |state| part("toolu_2", state);
    let earlier = Some(approval(1));
    let met = |parts: &[Prior], id| judged(&call(1, id), earlier, parts, &review());
    let unused = || second(approved(Use::Unused, None));
    assert_eq!(met(&[first.clone(), unused()], "toolu_2"), "consume #1");
    assert_eq!(met(&[first.clone(), unused()], "toolu_1"), "allow");
    assert_eq!(met(&[first.clone(), unused()], "toolu_3"), "consume #1", "what is left is anybody's who waited for it");
    let used = second(consumed_by(1, "toolu_3"));
    let left = part("toolu_1", approved(Use::Unused, None));
    assert!(met(&[left, used], "toolu_2").starts_with("block (#1) approval_used"), "and not the other's");
}

#[test]
fn a_suspended_session_and_an_ended_one() {
    let suspended = Session::Suspended { awaiting: vec![approval(7), approval(8)] };
    let mut table = String::new();
    for (name, session) in [("active", Session::Active), ("suspended", suspended), ("ended", Session::Ended)] {
        for (guard, is_guarded) in [("guarded", true), ("unguarded", false)] {
            for (ruled, ruling) in [("allow", Ruling::Allow), ("block", blocked().ruling), ("review", review().ruling)]
            {
                let finding = Finding { is_guarded, ..finding(ruling) };
                let met = judge(&call(1, "toolu_1"), None, &session, &[], 0, &finding, at(NOW));
                writeln!(table, "{name:<10} {guard:<10} {ruled:<7} {}", shown(&met)).expect("write");
            }
        }
    }
    insta::assert_snapshot!(table);
}

#[test]
fn an_ended_session_uses_no_approval() {
    for state in [approved(Use::Unused, None), Approval::open(None)] {
        let met = judge(&call(1, "toolu_1"), None, &Session::Ended, &[prior(1, state)], 0, &review(), at(NOW));
        assert_eq!(shown(&met), "block session_ended: start a new session for this run.");
    }
}

#[test]
fn a_run_holds_no_more_pending_approvals_than_people_can_read() {
    let open = |pending| judge(&call(1, "toolu_1"), None, &Session::Active, &[], pending, &review(), at(NOW));
    assert!(matches!(open(MAX_PENDING - 1), Judgement::Open { .. }));
    assert!(matches!(open(MAX_PENDING), Judgement::Block { .. }));
}

/// The same action, asked for by two sessions at once: one is rejected, the other approved.
#[test]
fn a_rejection_stands_for_the_whole_run_in_either_order() {
    let approved = prior(1, approved(Use::Unused, None));
    let rejected = Prior { opened_by: call(2, "toolu_5"), ..prior(2, Approval::Rejected { at: at(0) }) };
    for prior in [[approved.clone(), rejected.clone()], [rejected, approved]] {
        assert_eq!(
            judged(&call(1, "toolu_1"), None, &prior, &review()),
            "block (#2) approval_rejected: Wrong customer."
        );
    }
}

/// Its approval expired; another call asked afresh and was approved. The first call may not use that.
#[test]
fn a_call_whose_approval_expired_takes_no_other() {
    let expired = prior(1, Approval::Expired { at: at(0) });
    for state in [Approval::open(None), approved(Use::Unused, None)] {
        let fresh = Prior { opened_by: call(1, "toolu_2"), ..prior(2, state) };
        let met = judged(&call(1, "toolu_1"), None, &[fresh, expired.clone()], &review());
        assert!(met.starts_with("block (#1) approval_expired"), "{met}");
    }
}

/// A call that was suspended once is suspended again only while its own approval is pending.
#[test]
fn the_second_answer_is_never_a_suspension() {
    let ended = [
        Approval::Rejected { at: at(0) },
        Approval::Expired { at: at(0) },
        approved(Use::Unused, None),
        approved(Use::Unused, Some(1)),
        consumed_by(1, "toolu_1"),
        approved(Use::Void { because: String::new() }, None),
    ];
    for state in ended {
        for finding in [review(), finding(Ruling::Allow), blocked()] {
            let prior = [prior(1, state.clone())];
            for (call, earlier) in [(call(1, "toolu_1"), None), (call(1, "toolu_2"), Some(approval(1)))] {
                let met = judge(&call, earlier, &Session::Active, &prior, 0, &finding, at(NOW));
                assert!(!matches!(met, Judgement::Open { .. } | Judgement::Await(_)), "{state:?}: {met:?}");
            }
        }
    }
}
