//! Sample stages, with an attempt in every state.

use super::{approval_id, id, time};
use domain::{
    Digest,
    compensation::Compensation,
    gate::{Evidence, GateResult},
    handoff::{Handoff, KeptFact, Snapshot},
    id::{CompensationId, HandoffId, RunId, SnapshotId},
    stage::Attempt,
    timeline::{AttemptRow, CompensationRow, StageRow},
};
use serde_json::{Map, json};

const HOSTILE: &str = "kyc</code><img src=x>";

fn stage(name: &str, attempts: Vec<Attempt>) -> StageRow {
    let numbered = attempts.into_iter().zip(1..);
    let row = |(state, attempt)| AttemptRow { attempt, state, snapshot: Some(id::<SnapshotId>("snap", '1')) };
    StageRow {
        id: name.to_owned(),
        tools: vec!["setup_account".to_owned()],
        undone_by: vec!["close_account".to_owned()],
        is_reviewed: true,
        exit: vec![("kyc_passed".to_owned(), true), (HOSTILE.to_owned(), false)],
        attempts: numbered.map(row).collect(),
    }
}

/// Five stages, with an attempt in every state.
pub fn stages() -> Vec<StageRow> {
    let (entered_at, failed_at) = (time("13:57:40"), time("14:01:00"));
    let error = "The <b>bureau</b> timed out.".to_owned();
    let handoff = id::<HandoffId>("ho", '1');
    let complete = Attempt::Complete { entered_at, completed_at: time("14:01:44"), handoff, approval: None };
    let rolled_back = Attempt::RolledBack { entered_at, failed_at, error: error.clone(), rolled_back_at: failed_at };
    vec![
        stage("collect_info", vec![rolled_back, complete]),
        stage("kyc_check", vec![Attempt::Active { entered_at, awaiting: None }]),
        stage("risk_assessment", vec![Attempt::Active { entered_at, awaiting: Some(approval_id()) }]),
        stage("account_setup", vec![Attempt::Failed { entered_at, failed_at, error }]),
        stage("welcome", Vec::new()),
    ]
}

pub fn compensation() -> CompensationRow {
    CompensationRow {
        id: id::<CompensationId>("cmp", '1'),
        stage: "account_setup".to_owned(),
        attempt: 1,
        tool: "close_account".to_owned(),
        input: json!({"account_id": "acc<script>"}),
        state: Compensation::Failed { at: time("14:02:00"), detail: Some("It is <i>locked</i>.".to_owned()) },
    }
}

pub fn handoff() -> Handoff {
    let kept = KeptFact { value: json!("Aarav"), version: 1, source: "collect_info".to_owned() };
    let fields = |name: &str| -> Map<_, _> { [(name.to_owned(), json!("<b>high</b>"))].into_iter().collect() };
    Handoff {
        handoff_id: id::<HandoffId>("ho", '1'),
        run_id: id::<RunId>("run", '1'),
        sequence: 1,
        previous: None,
        from_stage: HOSTILE.to_owned(),
        attempt: 1,
        to_stage: Some("risk_assessment".to_owned()),
        completed_at: time("14:01:44"),
        outputs: fields("risk_tier"),
        customer_profile: fields("name"),
        gate_evidence: Evidence {
            gate_id: "kyc_check".to_owned(),
            checked_at: time("14:01:44"),
            checked_by: "countersign 0.1.0 onboarding@12".to_owned(),
            result: GateResult::Passed,
            conditions: Vec::new(),
            assertions: Vec::new(),
        },
        rollback_data: Snapshot {
            snapshot_id: id::<SnapshotId>("snap", '1'),
            taken_at: time("13:57:40"),
            facts: [("name".to_owned(), kept)].into(),
            handoff_id: None,
            harness: None,
        },
        approval_id: None,
        digest: Digest::of("handoff/v1", b"1"),
    }
}
