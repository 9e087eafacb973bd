//! How long people may take with what agents hand over.

use domain::escalation::sla::Limits;

use super::names;
use crate::rules::yaml::{Cursor, Faults, Keys, fault::code};

const KEYS: Keys = Keys { known: &["acknowledge_within", "resolve_within"], later: &[] };

/// The limits; without any nothing is ever due.
pub fn read(root: &Cursor<'_>, faults: &mut Faults<'_>) -> Limits {
    let Some(cursor) = root.get("escalations") else { return Limits::default() };
    if !cursor.is_map(&KEYS, faults) {
        return Limits::default();
    }
    let [acknowledge_within, resolve_within] = ["acknowledge_within", "resolve_within"]
        .map(|key| cursor.get(key).and_then(|duration| names::duration(&duration, faults)));
    if let (Some(acknowledge), Some(resolve)) = (acknowledge_within, resolve_within)
        && resolve < acknowledge
    {
        let message = "Nobody settles what nobody has taken up: `resolve_within` is shorter than `acknowledge_within`.";
        faults.add(&cursor.path.key("resolve_within"), code::INVALID_VALUE, message);
    }
    Limits { acknowledge_within, resolve_within }
}
