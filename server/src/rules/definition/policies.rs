//! Policies: who decides, and by when.

use std::collections::BTreeMap;

use domain::{
    decision::Verdict,
    policy::{Exclusion, Policy, Reasons, Seats, Via},
};

use super::{MAX_POLICIES, deadline, names};
use crate::rules::yaml::{Cursor, Faults, Keys, fault::code};

/// The most people one group must give, and the most rejections a policy waits for.
const MAX_PEOPLE: u32 = 20;
/// The most groups of a policy.
const MAX_GROUPS: usize = 20;
/// The most reason codes.
const MAX_CODES: usize = 50;

/// The verdicts a reason can be required on; a question is words anyway.
const DECIDING: [Verdict; 2] = [Verdict::Approve, Verdict::Reject];

const POLICY_KEYS: Keys =
    Keys { known: &["approve", "reject", "exclude", "reasons", "via", "valid_for", "deadline", "sign"], later: &[] };

/// The policies by name.
pub fn read_all(root: &Cursor<'_>, faults: &mut Faults<'_>) -> BTreeMap<String, Policy> {
    let Some(cursor) = root.get("policies") else { return BTreeMap::new() };
    let entries = cursor.entries("policies", MAX_POLICIES, faults);
    entries
        .into_iter()
        .map(|(name, policy)| {
            names::label_key(name, &policy.path, "a policy", faults);
            (name.to_owned(), read(&policy, faults))
        })
        .collect()
}

/// The policy of approvals an agent asks for itself.
pub fn read_requests(root: &Cursor<'_>, faults: &mut Faults<'_>) -> Option<String> {
    let cursor = root.get("requests")?;
    if !cursor.is_map(&Keys { known: &["policy"], later: &[] }, faults) {
        return None;
    }
    cursor.need("policy", "the policy people decide by", faults)?.text(names::LONGEST, faults)
}

fn read(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Policy {
    let is_map = cursor.is_map(&POLICY_KEYS, faults);
    let valid_for = cursor.get("valid_for").and_then(|duration| names::duration(&duration, faults));
    let deadline = cursor.get("deadline").map(|deadline| deadline::read(&deadline, faults)).unwrap_or_default();
    let via = read_via(cursor, faults);
    Policy {
        sign: read_sign(cursor, &via, faults),
        approve: if is_map { read_seats(cursor, faults) } else { Vec::new() },
        reject_count: read_reject(cursor, faults),
        exclude: read_words(cursor, "exclude", "people", Exclusion::ALL, faults),
        reasons: cursor.get("reasons").map(|reasons| read_reasons(&reasons, faults)).unwrap_or_default(),
        via,
        valid_for,
        remind_after: deadline.remind,
        raise: deadline.raise,
        expire_after: deadline.expire,
        hours: deadline.hours,
    }
}

fn read_seats(policy: &Cursor<'_>, faults: &mut Faults<'_>) -> Vec<Seats> {
    let why = "who must agree, such as {all: [{group: compliance, count: 1}]}";
    let Some(approve) = policy.need("approve", why, faults) else { return Vec::new() };
    if !approve.is_map(&Keys { known: &["all"], later: &[] }, faults) {
        return Vec::new();
    }
    let Some(all) = approve.need("all", "the groups that must agree, all of them", faults) else { return Vec::new() };
    let items = all.items("groups", MAX_GROUPS, faults);
    if items.is_empty() {
        let message = "Nobody could ever approve: name at least one group, such as [{group: compliance, count: 1}].";
        faults.add(&all.path, code::UNSAFE, message);
    }
    let mut seats: Vec<Seats> = Vec::new();
    for item in items {
        if !item.is_map(&Keys { known: &["group", "count"], later: &[] }, faults) {
            continue;
        }
        let group = item.need("group", "the name of the group", faults);
        let group = group.and_then(|group| names::group(&group, faults)).unwrap_or_default();
        let count = item.get("count").and_then(|count| count.whole(1, MAX_PEOPLE, faults)).unwrap_or(1);
        if seats.iter().any(|seat| seat.group == group) {
            let message = format!("The group {group} appears twice. Add the counts up in one entry.");
            faults.add(&item.path, code::DUPLICATE, message);
        }
        seats.push(Seats { group, count });
    }
    seats
}

fn read_reject(policy: &Cursor<'_>, faults: &mut Faults<'_>) -> u32 {
    let Some(reject) = policy.get("reject") else { return 1 };
    if !reject.is_map(&Keys { known: &["count"], later: &[] }, faults) {
        return 1;
    }
    let count = reject.need("count", "how many rejections reject", faults);
    count.and_then(|count| count.whole(1, MAX_PEOPLE, faults)).unwrap_or(1)
}

fn read_reasons(cursor: &Cursor<'_>, faults: &mut Faults<'_>) -> Reasons {
    cursor.is_map(&Keys { known: &["required_on", "codes"], later: &[] }, faults);
    let mut codes: Vec<String> = Vec::new();
    let items = cursor.get("codes").map(|codes| codes.items("reason codes", MAX_CODES, faults));
    for item in items.unwrap_or_default() {
        let Some(word) = names::label(&item, "a reason", faults) else { continue };
        if codes.contains(&word) {
            faults.add(&item.path, code::DUPLICATE, format!("The reason {word} appears twice."));
        }
        codes.push(word);
    }
    Reasons { required_on: read_words(cursor, "required_on", "verdicts", &DECIDING, faults), codes }
}

fn read_via(policy: &Cursor<'_>, faults: &mut Faults<'_>) -> Vec<Via> {
    let Some(cursor) = policy.get("via") else { return vec![Via::Console] };
    let via = read_words(policy, "via", "ways", Via::ALL, faults);
    if via.is_empty() {
        let message = "Nobody could ever decide: write [console], or [console, api].";
        faults.add(&cursor.path, code::UNSAFE, message);
    }
    via
}

/// Who signs types a password: no token does that.
fn read_sign(policy: &Cursor<'_>, via: &[Via], faults: &mut Faults<'_>) -> bool {
    let sign = policy.get("sign").and_then(|sign| sign.boolean(faults)).unwrap_or(false);
    if sign
        && via.contains(&Via::Api)
        && let Some(via) = policy.get("via")
    {
        let message = "An electronic signature is never given by API: write [console], or leave `sign` out.";
        faults.add(&via.path, code::UNSAFE, message);
    }
    sign
}

pub(super) fn read_words<T>(cursor: &Cursor<'_>, key: &str, what: &str, all: &[T], faults: &mut Faults<'_>) -> Vec<T>
where
    T: std::str::FromStr + std::fmt::Display + Copy + PartialEq,
{
    let items = cursor.get(key).map(|list| list.items(what, all.len().max(20), faults)).unwrap_or_default();
    let mut words = Vec::new();
    for item in items {
        let Some(word) = item.word(all, faults) else { continue };
        if words.contains(&word) {
            faults.add(&item.path, code::DUPLICATE, format!("`{word}` appears twice."));
        } else {
            words.push(word);
        }
    }
    words
}
