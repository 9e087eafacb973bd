//! Sample approvals that are decided together, and what became of them.

use super::{id, policy, time, viewer};
use domain::{
    Digest, Refusal,
    approval::Status,
    bulk::{Done, Outcome, Preview, Previewed, Stored},
    decision::Verdict,
    delegation::Principal,
    id::ApprovalId,
    policy::Seat,
    refusal::Code,
    workflow::Risk,
};
use serde_json::json;

/// Two of the same gate.
pub fn preview() -> Preview {
    let ana = Principal { person: id("usr", '2'), name: "Ana <b>Ruiz</b>".to_owned(), delegation: id("dlg", '1') };
    let item = |last: char, on_behalf_of: Option<Principal>| Previewed {
        id: id::<ApprovalId>("apr", last),
        title: "Close alert <script>alert(1)</script>".to_owned(),
        tool: "close_alert".to_owned(),
        input: json!({"alert": "SA-20417"}),
        gate: "disposition".to_owned(),
        agent: "screening-agent".to_owned(),
        subject: "score 0.31".to_owned(),
        risk: Risk::Low,
        revision: 3,
        package_digest: Digest::of("package", b"1"),
        seat: Some(Seat { group: "Risk".to_owned(), on_behalf_of }),
    };
    let items = vec![item('1', None), item('2', Some(ana))];
    Preview { now: time("14:58:41"), viewer: viewer(), items, objection: None, reasons: policy().reasons }
}

/// One was stored, one had been decided by somebody else.
pub fn done() -> Done {
    let refusal = Refusal::new(Code::AlreadyDecided, "Somebody settled it first.")
        .with("winner", "Tomas Lindqvist")
        .with("decided_at", "2026-11-21T14:58:29Z");
    let outcome = |last: char, result| Outcome {
        id: id::<ApprovalId>("apr", last),
        title: "Close alert <script>alert(1)</script>".to_owned(),
        result,
    };
    let stored = Stored { status: Status::Pending, given: 1, needed: 2 };
    Done {
        now: time("14:58:41"),
        verdict: Verdict::Approve,
        outcomes: vec![outcome('1', Ok(stored)), outcome('2', Err(refusal))],
    }
}
