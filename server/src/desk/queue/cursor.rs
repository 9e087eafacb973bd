//! Where a page of approvals begins, as text: it belongs to the order it was written for.

use std::ops::RangeInclusive;

use domain::{Refusal, Time, queue::Sort, refusal::Code, workflow::Risk};

use crate::store::queue::QueueCursor;

/// The text of a place.
pub(super) fn write(sort: Sort, cursor: QueueCursor) -> String {
    let waits = if cursor.waiting { "w" } else { "" };
    let due = cursor.due_at.timestamp_micros();
    match sort {
        Sort::Due => format!("{waits}{due}~{}", cursor.id),
        Sort::Risk => format!("{}~{waits}{due}~{}", cursor.risk, cursor.id),
        Sort::Newest => format!("n~{}", cursor.id),
        Sort::Oldest => format!("o~{}", cursor.id),
    }
}

/// The place that a text names.
///
/// # Errors
/// `malformed_request` for what no page of this order gave.
pub(super) fn read(sort: Sort, text: &str) -> Result<QueueCursor, Refusal> {
    read_place(sort, text).ok_or_else(|| {
        let message = "The cursor is not one that a page of this order gave; begin without one.";
        Refusal::new(Code::MalformedRequest, message)
    })
}

fn read_place(sort: Sort, text: &str) -> Option<QueueCursor> {
    let (place, id) = text.rsplit_once('~')?;
    let id = id.parse().ok()?;
    let bare = QueueCursor { risk: Risk::High, waiting: false, due_at: Time::UNIX_EPOCH, id };
    match sort {
        Sort::Newest => (place == "n").then_some(bare),
        Sort::Oldest => (place == "o").then_some(bare),
        Sort::Due => due(bare, place),
        Sort::Risk => {
            let (risk, rest) = place.split_once('~')?;
            due(QueueCursor { risk: risk.parse().ok()?, ..bare }, rest)
        }
    }
}

/// Microseconds up to the deadline of what has none: no row has another, and no database is asked for one it cannot hold.
const DUE: RangeInclusive<i64> = 0..=253_402_214_400_000_000;

fn due(cursor: QueueCursor, text: &str) -> Option<QueueCursor> {
    let (waiting, micros) = text.strip_prefix('w').map_or((false, text), |micros| (true, micros));
    let micros = micros.parse().ok().filter(|micros| DUE.contains(micros))?;
    Some(QueueCursor { waiting, due_at: Time::from_timestamp_micros(micros)?, ..cursor })
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_cursor_belongs_to_its_order() {
        let id = "apr_01j0000000e00800000000000r";
        for sort in Sort::ALL {
            for text in ["", "~", "n", id, "n~x", &format!("x~{id}"), &format!("w~{id}"), &format!("low~w~{id}")] {
                assert!(read(*sort, text).is_err(), "{sort}: {text}");
            }
        }
        for micros in [i64::MIN, -8_000_000_000_000_000_000, -1, DUE.end() + 1, i64::MAX] {
            assert!(read(Sort::Due, &format!("{micros}~{id}")).is_err(), "{micros}");
            assert!(read(Sort::Risk, &format!("high~w{micros}~{id}")).is_err(), "{micros}");
        }
        for (sort, text) in [(Sort::Due, "w1~"), (Sort::Risk, "low~w1~"), (Sort::Newest, "n~"), (Sort::Oldest, "o~")] {
            for other in Sort::ALL {
                assert_eq!(read(*other, &format!("{text}{id}")).is_ok(), *other == sort, "{other}: {text}");
            }
        }
    }

    proptest! {
        #[test]
        fn a_place_survives_its_text(at in DUE, waiting: bool, risk in 0_usize..3) {
            let cursor = QueueCursor {
                risk: Risk::ALL[risk],
                waiting,
                due_at: Time::from_timestamp_micros(at).expect("a time"),
                id: "apr_01j0000000e00800000000000r".parse().expect("an id"),
            };
            prop_assert_eq!(read(Sort::Risk, &write(Sort::Risk, cursor)).ok(), Some(cursor));
            let due = read(Sort::Due, &write(Sort::Due, cursor)).map(|read| (read.waiting, read.due_at, read.id)).ok();
            prop_assert_eq!(due, Some((waiting, cursor.due_at, cursor.id)));
        }
    }
}
