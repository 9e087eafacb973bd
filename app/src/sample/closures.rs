//! Sample closures: one that needs a person, one that stopped, one that had nothing to do.

use super::{id, time, viewer};
use domain::{
    Actor, Digest,
    closure::{
        Closure, ClosureStatus, Reason,
        drift::{Difference, Drift, DriftReport, DriftRow, Found, Looked, Overtaken, Seen, Told},
        page::{ClosureRow, FollowUpRow, Mark, Parts, Receipt, Snapshot, StepRow},
        replay::{DryRun, DryStep, Would},
        rule::{Moment, StepKind},
        step::{Step, StepStatus},
        trigger::{Source, Trigger},
    },
    closures::{ClosurePage, ClosuresPage, Figures, Listed, OpenFollowUp},
    follow_up::{FollowUp, FollowUpStatus, Owner, Packet, Settlement},
    id::{ClosureId, FollowUpId, RunId},
};
use serde_json::json;
use std::collections::BTreeMap;

const TITLE: &str = "Sprint 7 <script>alert(1)</script>\u{202e}";

/// A list with all three.
pub fn closures() -> ClosuresPage {
    use StepStatus::{AlreadyDone, Blocked, Done, Failed};
    let row = |last: char, status: ClosureStatus, steps: Vec<StepStatus>| ClosureRow {
        closure_id: id::<ClosureId>("clo", last),
        title: TITLE.to_owned(),
        workflow: "research".to_owned(),
        workflow_version: 3,
        rule: "close_study".to_owned(),
        status,
        reason: (status == ClosureStatus::ManualFollowUp).then_some(Reason::SourceChanged),
        open_follow_ups: u32::from(steps.contains(&Blocked)),
        repeats: u32::from(status == ClosureStatus::SkippedIdempotent),
        steps,
        started_at: time("14:40:00"),
        next_try: None,
    };
    let rows = vec![
        row('1', ClosureStatus::Partial, vec![Done, Failed, Blocked]),
        row('2', ClosureStatus::ManualFollowUp, Vec::new()),
        row('3', ClosureStatus::SkippedIdempotent, vec![AlreadyDone, AlreadyDone]),
    ];
    ClosuresPage {
        now: time("14:50:00"),
        viewer: viewer(),
        listed: Listed::Closures(rows),
        next_cursor: None,
        open_follow_ups: 1,
        drifted: 1,
        unreadable: 2,
        workflows: vec!["research".to_owned()],
        my_samples: 1,
        figures: Figures {
            begun: 44,
            unaided: 41,
            handed_over: 3,
            repeats: 2,
            sampled: 5,
            reviewed: 4,
            not_in_order: 1,
        },
    }
}

/// What waits for a person.
pub fn open_follow_ups() -> ClosuresPage {
    let open = OpenFollowUp { row: follow_up('1', FollowUp::Open { at: time("14:41:00") }), title: TITLE.to_owned() };
    ClosuresPage { listed: Listed::FollowUps(vec![open]), ..closures() }
}

/// What drifts.
pub fn drift() -> ClosuresPage {
    let row = DriftRow {
        closure_id: id::<ClosureId>("clo", '1'),
        title: TITLE.to_owned(),
        workflow: "research".to_owned(),
        rule: "close_study".to_owned(),
        drift: drifted(),
    };
    ClosuresPage { listed: Listed::Drift(vec![row]), ..closures() }
}

/// A record that differs, one that is out of reach, and one that a later closure has written.
fn drifted() -> DriftReport {
    let seen = |found: Found, at: &str| Seen { found, since: time("14:44:00"), at: time(at) };
    let looked = |step: Option<&str>, seen: Seen, before: Option<Seen>| Looked {
        step: step.map(str::to_owned),
        target: "tracker".to_owned(),
        record: "studies/<s>7</s>".to_owned(),
        overtaken: Vec::new(),
        seen,
        before,
    };
    let field = |pointer: &str, found: Told| Difference { pointer: pointer.to_owned(), wanted: json!("done"), found };
    let value = Told::Value { value: json!("in <b>review</b>") };
    let fields = vec![field("/status", value), field("/note", Told::Withheld {}), field("/link", Told::Absent {})];
    let silent = Found::Unreadable { why: "answered 503 <u>now</u>".to_owned() };
    let mut later = looked(Some("told"), seen(Found::Overtaken {}, "14:49:00"), None);
    later.overtaken = vec![Overtaken { pointer: "/status".to_owned(), by: id::<ClosureId>("clo", '3') }];
    let state = Drift::Drifted { since: time("14:44:00") };
    DriftReport {
        status: state.status(),
        state,
        accepted_by: None,
        records: vec![
            looked(None, seen(silent, "14:49:00"), Some(seen(Found::AsWanted {}, "14:45:00"))),
            looked(Some("registry"), seen(Found::Differs { fields }, "14:49:00"), None),
            later,
        ],
        looked_at: Some(time("14:49:00")),
        next_look: Some(time("15:49:00")),
    }
}

/// The receipt of the first, for somebody who may do everything.
pub fn closure() -> ClosurePage {
    let resolved = FollowUp::Resolved {
        opened_at: time("14:41:00"),
        at: time("14:45:00"),
        by: Actor::Person(viewer()),
        resolution: "Mapped <b>by hand</b>.".to_owned(),
        outcome: Settlement::Again,
    };
    let parts = Parts {
        closure_id: id::<ClosureId>("clo", '1'),
        state: Closure::Partial { at: time("14:42:00"), next_try: Some(time("15:11:00")) },
        trigger: trigger(),
        workflow: ("research".to_owned(), 3, Digest::of("workflow", b"1")),
        rule: "close_study".to_owned(),
        title: TITLE.to_owned(),
        started_at: time("14:40:00"),
        snapshot: Some(Snapshot {
            read_at: time("14:40:05"),
            said: BTreeMap::from([("/disposition".to_owned(), json!("approved <i>twice</i>"))]),
            holds: true,
        }),
        steps: steps(),
        marks: vec![
            Mark::Repeated { at: time("14:41:30") },
            Mark::Replayed {
                at: time("14:41:40"),
                by: "Iris <u>Admin</u>".to_owned(),
                who: None,
                steps: vec!["told".to_owned()],
            },
        ],
        follow_ups: vec![follow_up('1', FollowUp::Open { at: time("14:41:00") }), follow_up('2', resolved)],
        drift: Some(drifted()),
        review: None,
    };
    ClosurePage {
        now: time("14:50:00"),
        receipt: Receipt::from(parts),
        viewer: viewer(),
        may_resolve: true,
        owners: vec![owner()],
        may_replay: true,
        may_settle_drift: true,
        lookers: None,
    }
}

/// Somebody a follow-up may be given to.
pub fn owner() -> Owner {
    Owner { person_id: viewer(), name: "Ana <b>Ruiz</b>".to_owned() }
}

/// What a replay of it would do.
pub fn dry_run() -> DryRun {
    let step = |name: &str, status: StepStatus, would: Would, detail: Option<&str>| DryStep {
        step: name.to_owned(),
        target: "tracker".to_owned(),
        record: "studies/<s>7</s>".to_owned(),
        idempotency_key: format!("board/BM-198@3/{name}"),
        status,
        would,
        detail: detail.map(str::to_owned),
    };
    DryRun {
        closure_id: id::<ClosureId>("clo", '1'),
        source_holds: true,
        source_detail: None,
        steps: vec![
            step("registry", StepStatus::Done, Would::Nothing, None),
            step("told", StepStatus::Failed, Would::Write, None),
            step("milestone", StepStatus::Blocked, Would::Ask, Some("There is no <em>such</em> record.")),
        ],
    }
}

fn trigger() -> Trigger {
    Trigger {
        event_id: "board-8841<br>".to_owned(),
        moment: Moment::Event,
        occurred_at: time("14:39:12"),
        source: Source {
            system: "review-board".to_owned(),
            record: "BM-198".to_owned(),
            version: "3".to_owned(),
            url: None,
            expect: BTreeMap::new(),
        },
        disposition: "approved".to_owned(),
        context: BTreeMap::new(),
        run: Some(id::<RunId>("run", '1')),
        approval: None,
        key: None,
    }
}

fn steps() -> Vec<StepRow> {
    let row = |name: &str, kind: StepKind, state: Step| StepRow {
        step: name.to_owned(),
        kind,
        target: "tracker".to_owned(),
        record: "studies/<s>7</s>".to_owned(),
        wanted: BTreeMap::from([("/status".to_owned(), json!("done"))]),
        idempotency_key: format!("board/BM-198@3/{name}"),
        status: state.status(),
        state,
    };
    let failed = Step::Failed {
        at: time("14:42:00"),
        attempts: 3,
        cause: "HTTP 429 <img src=x>".to_owned(),
        next_try: Some(time("15:11:00")),
        is_uncertain: false,
    };
    let blocked = Step::Blocked {
        at: time("14:41:00"),
        reason: Reason::MappingMissing,
        detail: "There is no <em>such</em> record.".to_owned(),
    };
    vec![
        row(
            "registry",
            StepKind::StatusSync,
            Step::Done { at: time("14:40:30"), confirmed: "Read back: done".to_owned() },
        ),
        row("told", StepKind::Notification, failed),
        row("milestone", StepKind::StatusSync, blocked),
    ]
}

fn follow_up(last: char, state: FollowUp) -> FollowUpRow {
    FollowUpRow {
        follow_up_id: id::<FollowUpId>("fup", last),
        closure_id: id::<ClosureId>("clo", '1'),
        status: state.status(),
        assigned_to: None,
        resolved_by: (state.status() == FollowUpStatus::Resolved).then(|| "Ana <b>Ruiz</b>".to_owned()),
        state,
        packet: Packet {
            question: "Which record of tracker is meant <script>x</script>?".to_owned(),
            reason: Reason::MappingMissing,
            detail: "There is no <em>such</em> record.".to_owned(),
            step: Some("milestone".to_owned()),
            source: "review-board BM-198, version 3".to_owned(),
            source_state: json!({"/disposition": "approved"}),
            not_touched: vec!["milestone: tracker/studies/7".to_owned()],
            may_be_written: vec!["sync: tracker/7".to_owned()],
            owner: Some("Lena <i>Haas</i>".to_owned()),
        },
    }
}
