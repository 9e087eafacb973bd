//! Whether a policy can be met at all: a person decides once, so that each seat needs somebody of its own.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::{id::PersonId, policy::Policy};

/// Groups whose people together are too few for their seats.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Shortage {
    /// The groups, in the policy's order.
    pub groups: Vec<String>,
    /// Decisions they have to give.
    pub needed: u32,
    /// People who could give one.
    pub has: u32,
}

/// Groups of one policy that are looked at together; more are looked at one by one.
const MOST_TOGETHER: usize = 8;

impl Policy {
    /// The fewest groups that cannot fill their seats, whoever asks; `None` where nothing is certain. Exclusions can
    /// make it worse for a single approval, which nobody knows beforehand.
    pub fn shortage(&self, able: &BTreeMap<String, BTreeSet<PersonId>>) -> Option<Shortage> {
        let together = if self.approve.len() <= MOST_TOGETHER { self.approve.len() } else { 1 };
        (1..=together).find_map(|size| self.shortage_of(size, able))
    }

    fn shortage_of(&self, size: usize, able: &BTreeMap<String, BTreeSet<PersonId>>) -> Option<Shortage> {
        let places = self.approve.len();
        let sets: Box<dyn Iterator<Item = Vec<usize>>> = if size == 1 {
            Box::new((0..places).map(|place| vec![place]))
        } else {
            let members = move |set: u32| (0..places).filter(|place| set & (1 << place) != 0).collect::<Vec<_>>();
            Box::new((0..1_u32 << places).filter(move |set| set.count_ones() as usize == size).map(members))
        };
        sets.map(|set| self.standing_of(&set, able)).find(|found| found.has < found.needed)
    }

    fn standing_of(&self, set: &[usize], able: &BTreeMap<String, BTreeSet<PersonId>>) -> Shortage {
        let seats = || set.iter().filter_map(|place| self.approve.get(*place));
        let people: BTreeSet<PersonId> = seats().filter_map(|seat| able.get(&seat.group)).flatten().copied().collect();
        Shortage {
            groups: seats().map(|seat| seat.group.clone()).collect(),
            needed: seats().map(|seat| seat.count).sum(),
            has: u32::try_from(people.len()).unwrap_or(u32::MAX),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        policy::Seats,
        testing::{person, two_groups},
    };

    fn able(groups: &[(&str, &[u128])]) -> BTreeMap<String, BTreeSet<PersonId>> {
        let people = |ids: &[u128]| ids.iter().map(|id| person(*id)).collect();
        groups.iter().map(|(group, ids)| ((*group).to_owned(), people(ids))).collect()
    }

    fn told(policy: &Policy, groups: &[(&str, &[u128])]) -> String {
        policy.shortage(&able(groups)).map_or_else(
            || "nothing is certain".to_owned(),
            |short| format!("{} need {} and have {}", short.groups.join(" and "), short.needed, short.has),
        )
    }

    #[test]
    fn only_what_is_certain_is_told() {
        let policy = two_groups();
        assert_eq!(told(&policy, &[("compliance", &[1]), ("risk", &[2])]), "nothing is certain");
        assert_eq!(told(&policy, &[("compliance", &[1, 2]), ("risk", &[2])]), "nothing is certain");
        assert_eq!(told(&policy, &[("compliance", &[1])]), "risk need 1 and have 0");
        // One person in both groups decides once.
        assert_eq!(told(&policy, &[("compliance", &[1]), ("risk", &[1])]), "compliance and risk need 2 and have 1");
        let three = Policy {
            approve: ["a", "b", "c"].map(|group| Seats { group: group.to_owned(), count: 1 }).to_vec(),
            ..policy
        };
        let groups: [(&str, &[u128]); 3] = [("a", &[1, 2, 3]), ("b", &[4]), ("c", &[4])];
        assert_eq!(told(&three, &groups), "b and c need 2 and have 1");
    }

    #[test]
    fn a_group_needs_as_many_people_as_seats() {
        let policy = Policy { approve: vec![Seats { group: "compliance".to_owned(), count: 2 }], ..two_groups() };
        assert_eq!(told(&policy, &[("compliance", &[1])]), "compliance need 2 and have 1");
        assert_eq!(told(&policy, &[("compliance", &[1, 2])]), "nothing is certain");
    }
}
