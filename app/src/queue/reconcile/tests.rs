//! Rows keep their places whatever happens.

use super::*;
use domain::{claim::Held, id::RunId, workflow::Risk};
use proptest::prelude::*;

fn time(minute: i64) -> Time {
    Time::UNIX_EPOCH + chrono::TimeDelta::minutes(minute)
}

fn id(number: u8) -> ApprovalId {
    format!("apr_01j0000000e0080000000000{number:02}").parse().expect("an id")
}

fn row(number: u8, opened: i64) -> QueueRow {
    QueueRow {
        id: id(number),
        status: Status::Pending,
        title: format!("Note {number}"),
        risk: Risk::Low,
        tool: "note".to_owned(),
        gate_id: "notes".to_owned(),
        workflow_title: "Payments".to_owned(),
        agent: "agent".to_owned(),
        run_id: "run_01j0000000e00800000000000r".parse::<RunId>().expect("an id"),
        subject: "acc_1".to_owned(),
        differences: 0,
        reversible: true,
        quorum: 2,
        given: 0,
        waiting_for: vec!["compliance".to_owned()],
        viewer_can_decide: true,
        opened_at: time(opened),
        expires_at: Some(time(60 * i64::from(number))),
        ended_at: None,
        origin: domain::package::Origin::Gate,
        is_waiting_for_information: false,
        raised_to: None,
        raised_at: None,
        claim: None,
        assigned_to: None,
    }
}

fn page(rows: Vec<QueueRow>, now: i64) -> QueuePage {
    let pending = u32::try_from(rows.len()).expect("few");
    let counts = QueueCounts { pending, mine: pending, unclaimed: pending, ..QueueCounts::default() };
    let (alerts, failing) = (Vec::new(), Vec::new());
    let presence = Vec::new();
    QueuePage {
        now: time(now),
        alerts,
        failing,
        rows,
        presence,
        next_cursor: None,
        is_continued: false,
        counts,
        saved: Vec::new(),
        offered: domain::queue::Offered::default(),
    }
}

fn refreshed(shown: Shown, rows: Vec<QueueRow>, others: Vec<Whereabouts>) -> Shown {
    shown.refresh(QueueRefresh { page: page(rows, 10), others })
}

fn ended(number: u8, status: Status, by: Option<&str>) -> Whereabouts {
    Whereabouts { row: QueueRow { status, ..row(number, 0) }, by: by.map(str::to_owned) }
}

fn left(shown: &Shown) -> Vec<Option<String>> {
    shown.rows.iter().map(|shown| shown.left.as_ref().map(Left::words)).collect()
}

#[test]
fn a_row_that_leaves_stays_with_its_reason() {
    for (status, by, words) in [
        (Status::Approved, Some("Tomás"), "Approved by Tomás"),
        (Status::Rejected, Some("Tomás"), "Rejected by Tomás"),
        (Status::Approved, None, "Approved"),
        (Status::Expired, None, "Expired"),
        (Status::Cancelled, None, "Cancelled"),
    ] {
        let shown = Shown::load(page(vec![row(1, 0), row(2, 0), row(3, 0)], 1), View::AllPending, None);
        let shown = refreshed(shown, vec![row(1, 0), row(3, 0)], vec![ended(2, status, by)]);
        assert_eq!(left(&shown), [None, Some(words.to_owned()), None]);
        assert_eq!((shown.unseen, shown.counts.pending), (0, 2));
        let again = refreshed(shown, vec![row(1, 0), row(3, 0)], Vec::new());
        assert_eq!(left(&again)[1].as_deref(), Some(words), "the reason stays");
        assert_eq!(again.show().ids(), [id(1), id(3)]);
    }
}

#[test]
fn what_waits_for_others_leaves_the_viewers_own_list_only() {
    let elsewhere = || Whereabouts { row: QueueRow { viewer_can_decide: false, given: 1, ..row(2, 0) }, by: None };
    for (view, words) in [(View::NeedsMyDecision, Some("Waits for others now".to_owned())), (View::AllPending, None)] {
        let shown = Shown::load(page(vec![row(2, 0)], 1), view, None);
        let shown = refreshed(shown, Vec::new(), vec![elsewhere()]);
        assert_eq!((left(&shown), shown.rows[0].row.given), (vec![words], 1));
    }
}

#[test]
fn what_is_claimed_leaves_the_unclaimed_except_for_who_claimed_it() {
    let [mine, others] = ["usr_01j0000000e008000000000001", "usr_01j0000000e008000000000002"]
        .map(|id| id.parse::<PersonId>().expect("an id"));
    for (viewer, words) in [(Some(others), Some("Claimed by Ana".to_owned())), (Some(mine), None)] {
        let claim = Held { person_id: mine, name: "Ana".to_owned(), claimed_at: time(1), until: time(11) };
        let claimed = Whereabouts { row: QueueRow { claim: Some(claim), ..row(2, 0) }, by: None };
        let shown = Shown::load(page(vec![row(2, 0)], 1), View::Unclaimed, viewer);
        let shown = refreshed(shown, Vec::new(), vec![claimed]);
        assert_eq!((left(&shown), shown.rows[0].row.claim.is_some()), (vec![words], true));
    }
}

#[test]
fn a_row_that_changes_does_so_in_place_and_in_its_group() {
    let shown = Shown::load(page(vec![row(1, 0), row(2, 0)], 1), View::AllPending, None);
    assert_eq!([shown.rows[0].due, shown.rows[1].due], [Due::Soon, Due::Later]);
    let voted = QueueRow { given: 1, expires_at: Some(time(0)), ..row(2, 0) };
    let shown = refreshed(shown, vec![voted.clone(), row(1, 0)], Vec::new());
    assert_eq!((shown.ids(), &shown.rows[1].row, shown.rows[1].due), (vec![id(1), id(2)], &voted, Due::Later));
    assert_eq!(shown.now, time(10));
    assert_eq!(shown.show().ids(), [id(2), id(1)]);
}

#[test]
fn new_rows_wait_until_somebody_asks() {
    let shown = Shown::load(page(vec![row(2, 0)], 1), View::AllPending, None);
    assert!(!shown.is_outdated());
    let shown = refreshed(shown, vec![row(1, 5), row(2, 0), row(3, 0)], Vec::new());
    assert_eq!((shown.ids(), shown.unseen), (vec![id(2)], 2));
    let shown = shown.show();
    assert_eq!((shown.ids(), shown.unseen, shown.is_outdated()), (vec![id(1), id(2), id(3)], 0, false));
}

#[test]
fn rows_that_move_up_from_the_next_page_are_not_new() {
    let first = QueuePage { next_cursor: Some("c".to_owned()), ..page(vec![row(1, 0), row(2, 0)], 1) };
    let shown = Shown::load(first, View::AllPending, None);
    let fresh = QueuePage { next_cursor: Some("d".to_owned()), ..page(vec![row(2, 0), row(3, 0), row(4, 5)], 10) };
    let others = vec![ended(1, Status::Expired, None)];
    assert_eq!(shown.refresh(QueueRefresh { page: fresh, others }).unseen, 1);
}

prop_compose! {
    fn any_row()(number in 1..12_u8, opened in 0..20_i64, given in 0..2_u32, mine: bool) -> QueueRow {
        QueueRow { given, viewer_can_decide: mine, ..row(number, opened) }
    }
}

fn any_rows() -> impl Strategy<Value = Vec<QueueRow>> {
    proptest::collection::vec(any_row(), 0..8).prop_map(|mut rows| {
        rows.sort_by_key(|row| row.id);
        rows.dedup_by_key(|row| row.id);
        rows
    })
}

fn any_other() -> impl Strategy<Value = Whereabouts> {
    let status = proptest::sample::select(vec![Status::Pending, Status::Approved, Status::Rejected, Status::Expired]);
    (any_row(), status).prop_map(|(row, status)| Whereabouts { row: QueueRow { status, ..row }, by: None })
}

proptest! {
    #[test]
    fn no_row_moves_and_nothing_is_lost(
        first in any_rows(),
        refreshes in proptest::collection::vec((any_rows(), proptest::collection::vec(any_other(), 0..8)), 1..5),
        mine: bool,
    ) {
        let view = if mine { View::NeedsMyDecision } else { View::AllPending };
        let mut shown = Shown::load(page(first, 1), view, None);
        let (ids, groups) = (shown.ids(), shown.rows.iter().map(|row| row.due).collect::<Vec<_>>());
        for (rows, others) in refreshes {
            shown = refreshed(shown, rows.clone(), others);
            prop_assert_eq!(shown.ids(), ids.clone());
            prop_assert_eq!(shown.rows.iter().map(|row| row.due).collect::<Vec<_>>(), groups.clone());
            // Every row of the list is on the page as it is, or counted as new.
            let placed = rows.iter().filter(|row| shown.rows.iter().any(|s| s.row == **row && s.left.is_none()));
            prop_assert_eq!(placed.count() + shown.unseen, rows.len());
            let now: Vec<_> = rows.iter().map(|row| row.id).collect();
            prop_assert_eq!(shown.clone().show().ids(), now);
        }
    }
}

#[test]
fn what_had_ended_when_it_was_shown_is_not_dimmed() {
    let record = |status| QueueRow { status, ..row(1, 0) };
    let shown = Shown::load(page(vec![record(Status::Approved)], 1), View::DecidedToday, None);
    assert_eq!(shown.rows[0].settled().map(|left| left.words()).as_deref(), Some("Approved"));
    let shown = refreshed(shown, vec![row(2, 0)], vec![ended(1, Status::Approved, Some("Tomás"))]);
    assert_eq!((left(&shown), shown.unseen), (vec![None], 1), "it stands on another page by now");
    let asked = QueueRow { is_waiting_for_information: true, ..row(1, 0) };
    let shown = Shown::load(page(vec![asked], 1), View::InfoRequested, None);
    let shown = refreshed(shown, Vec::new(), vec![Whereabouts { row: row(1, 0), by: None }]);
    assert_eq!(left(&shown), [Some("Answered".to_owned())]);
}
