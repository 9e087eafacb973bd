//! What a change of a definition means: where it asks for more than before, where for less, and where only a reader
//! can tell. Nothing that could be looser is left out.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Display,
};

use serde::{Deserialize, Serialize};

use self::default::{did, does};
use super::{Condition, Default as Fallback, Review, Trust, Workflow};

mod closure;
mod default;
mod people;
mod stages;
mod steps;
mod tools;

/// What is different between two definitions.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Comparison {
    /// What asks for more.
    pub stricter: Vec<Difference>,
    /// What asks for less.
    pub looser: Vec<Difference>,
    /// What is different, but neither for certain.
    pub other: Vec<Difference>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Difference {
    /// The tool, gate, policy or fact.
    pub at: String,
    /// What is different about it, as the end of a sentence.
    pub text: String,
}

/// Which way a difference goes.
#[derive(Clone, Copy)]
enum Way {
    Stricter,
    Looser,
    Other,
}

/// Compares two definitions.
pub fn compare(before: &Workflow, after: &Workflow) -> Comparison {
    let mut found = Comparison::default();
    found.defaults(&before.default, &after.default);
    found.trust(before.trust, after.trust);
    found.requests(before.requests.as_deref(), after.requests.as_deref());
    found.escalations(before.escalations, after.escalations);
    found.guards(before, after);
    found.stages(before, after);
    found.steps(before, after);
    found.closure(before, after);
    for (name, old, new) in both(&before.tools, &after.tools) {
        found.tool(name, old, new);
    }
    found.manifest(before, after);
    // A stage may bear the name of a gate that is gone: what guards by that name is another thing then.
    for old in before.gates.iter().filter(|old| after.gates.iter().all(|new| new.id != old.id)) {
        found.say(Way::Looser, &old.id, "is no gate any more");
    }
    for new in &after.gates {
        if let Some(old) = before.gates.iter().find(|gate| gate.id == new.id) {
            found.conditions(&new.id, "requires", &old.require, &new.require);
            found.review(&new.id, old.review.as_ref(), new.review.as_ref());
        }
    }
    for (name, old, new) in both(&before.policies, &after.policies) {
        found.seats(name, old, new);
        found.policy(name, old, new);
    }
    for (name, old, new) in both(&before.facts, &after.facts) {
        found.fact(name, old, new);
    }
    if found.is_empty() && harmless(before) != harmless(after) {
        found.say(Way::Other, &after.name, "is different in something that has no words here: see its lines");
    }
    found
}

/// A definition without what only people read: what is left of a difference could matter.
fn harmless(workflow: &Workflow) -> Workflow {
    let mut bare = workflow.clone();
    bare.title.clear();
    bare.subject.clear();
    let entries = |stage: &mut super::Stage| stage.entry.iter_mut().chain(stage.exit.iter_mut()).for_each(forget);
    bare.stages.iter_mut().for_each(entries);
    bare.gates.iter_mut().for_each(|gate| gate.require.iter_mut().for_each(forget));
    bare
}

/// Forgets what an agent reads when a condition is not met.
fn forget(condition: &mut Condition) {
    condition.otherwise.clear();
}

/// What a first version does by itself that nothing did before: what it writes elsewhere. Its gates only ever ask for more,
/// and whoever begins or executes it does so by its name.
pub fn begin(first: &Workflow) -> Comparison {
    let mut found = Comparison::default();
    found.closure(&Workflow { closure: Vec::new(), ..first.clone() }, first);
    found
}

fn both<'a, T>(
    before: &'a BTreeMap<String, T>,
    after: &'a BTreeMap<String, T>,
) -> impl Iterator<Item = (&'a str, &'a T, &'a T)> {
    after.iter().filter_map(|(name, new)| Some((name.as_str(), before.get(name)?, new)))
}

impl Comparison {
    /// Whether nothing that matters is different.
    pub const fn is_empty(&self) -> bool {
        self.stricter.is_empty() && self.looser.is_empty() && self.other.is_empty()
    }

    /// What could let more through than before: what is looser, and what only a reader can tell.
    pub fn wider(&self) -> Vec<Difference> {
        self.looser.iter().chain(&self.other).cloned().collect()
    }

    fn say(&mut self, way: Way, at: &str, text: impl Into<String>) {
        let list = match way {
            Way::Stricter => &mut self.stricter,
            Way::Looser => &mut self.looser,
            Way::Other => &mut self.other,
        };
        list.push(Difference { at: at.to_owned(), text: text.into() });
    }

    /// Names that were added are stricter, names that were taken away looser; or the other way round.
    fn names<T: Ord + Display>(&mut self, at: &str, old: &[T], new: &[T], [added, gone]: [(Way, &str); 2]) {
        let (old, new): (BTreeSet<_>, BTreeSet<_>) = (old.iter().collect(), new.iter().collect());
        for (names, (way, words)) in [(new.difference(&old), added), (old.difference(&new), gone)] {
            let names: Vec<String> = names.map(ToString::to_string).collect();
            if !names.is_empty() {
                self.say(way, at, format!("{words} {}", names.join(", ")));
            }
        }
    }

    /// A limit in seconds: a shorter one is stricter, and none is the loosest.
    fn limit(&mut self, at: &str, what: &str, old: Option<u64>, new: Option<u64>) {
        let told =
            |limit: Option<u64>| limit.map_or_else(|| "never".to_owned(), |seconds| format!("after {}", span(seconds)));
        let way = match (old, new) {
            (None, Some(_)) => Way::Stricter,
            (Some(_), None) => Way::Looser,
            (Some(old), Some(new)) if new < old => Way::Stricter,
            (Some(old), Some(new)) if new > old => Way::Looser,
            (Some(_) | None, _) => return,
        };
        self.say(way, at, format!("{what} {}, was {}", told(new), told(old)));
    }

    /// A number of people: more is stricter.
    fn number(&mut self, at: &str, what: &str, [old, new]: [u32; 2], more: Way, less: Way) {
        if old != new {
            self.say(if new > old { more } else { less }, at, format!("{what} {new}, was {old}"));
        }
    }

    /// What an agent could have reported itself counts for less.
    fn trust(&mut self, old: Trust, new: Trust) {
        match (old, new) {
            (Trust::Isolated, Trust::Shared) => self.say(Way::Stricter, "trust", "takes facts of tools as agent-grade"),
            (Trust::Shared, Trust::Isolated) => {
                self.say(
                    Way::Looser,
                    "trust",
                    "takes facts of tools as what the harness saw; it took them as agent-grade",
                );
            }
            (Trust::Isolated, Trust::Isolated) | (Trust::Shared, Trust::Shared) => {}
        }
    }

    /// What an agent asks for itself opens no gate: neither stricter nor looser.
    fn requests(&mut self, old: Option<&str>, new: Option<&str>) {
        let text = match (old, new) {
            _ if old == new => return,
            (_, Some(policy)) => format!("may be made by agents, decided by {policy}"),
            (_, None) => "may no longer be made by agents".to_owned(),
        };
        self.say(Way::Other, "requests", text);
    }

    /// Which gates guard each tool; a tool without any falls to the default.
    fn guards(&mut self, before: &Workflow, after: &Workflow) {
        let guarded = |workflow: &Workflow| {
            let gates = workflow.gates.iter().map(|gate| (&gate.id, &gate.tools));
            let stages = workflow.stages.iter().map(|stage| (&stage.id, &stage.tools));
            let pairs =
                gates.chain(stages).flat_map(|(id, tools)| tools.iter().map(move |tool| (tool.clone(), id.clone())));
            pairs.fold(BTreeMap::<String, Vec<String>>::new(), |mut all, (tool, gate)| {
                all.entry(tool).or_default().push(gate);
                all
            })
        };
        let (old, new) = (guarded(before), guarded(after));
        let tools: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
        for tool in tools {
            match (old.get(tool), new.get(tool)) {
                (Some(_), None) => {
                    let way = match after.default {
                        Fallback::Block => Way::Stricter,
                        Fallback::Allow => Way::Looser,
                        Fallback::Review(_) => Way::Other,
                    };
                    self.say(
                        way,
                        tool,
                        format!("is named by no gate or stage any more: the default {} it", does(&after.default)),
                    );
                }
                (None, Some(gates)) => {
                    let way = match before.default {
                        Fallback::Block => Way::Looser,
                        Fallback::Allow => Way::Stricter,
                        Fallback::Review(_) => Way::Other,
                    };
                    let gates = gates.join(", ");
                    self.say(way, tool, format!("is now guarded by {gates}; the default {} it", did(&before.default)));
                }
                (Some(old), Some(new)) => {
                    let words = [(Way::Stricter, "is also guarded by"), (Way::Looser, "is no longer guarded by")];
                    self.names(tool, old, new, words);
                }
                (None, None) => {}
            }
        }
    }

    /// `what` it does with its conditions, such as "requires".
    fn conditions(&mut self, id: &str, what: &str, old: &[Condition], new: &[Condition]) {
        let names = |all: &[Condition]| all.iter().map(|condition| condition.name.clone()).collect::<Vec<_>>();
        let (more, less) = (format!("also {what}"), format!("no longer {what}"));
        self.names(id, &names(old), &names(new), [(Way::Stricter, &more), (Way::Looser, &less)]);
        for condition in new {
            let earlier = old.iter().find(|earlier| earlier.name == condition.name);
            if earlier.is_some_and(|earlier| earlier.when != condition.when) {
                self.say(Way::Other, id, format!("reads the condition {} differently", condition.name));
            }
        }
    }

    fn review(&mut self, id: &str, old: Option<&Review>, new: Option<&Review>) {
        match (old, new) {
            (None, Some(review)) => self.say(Way::Stricter, id, format!("is reviewed by {}", review.policy)),
            (Some(_), None) => self.say(Way::Looser, id, "is not reviewed any more"),
            (Some(old), Some(new)) => {
                match (&old.unless, &new.unless) {
                    (None, Some(unless)) => self.say(Way::Looser, id, format!("skips the review when {unless}")),
                    (Some(_), None) => self.say(Way::Stricter, id, "never skips the review"),
                    (Some(old), Some(new)) if old != new => {
                        self.say(Way::Other, id, format!("skips the review when {new}; it did when {old}"));
                    }
                    (Some(_) | None, _) => {}
                }
                if old.policy != new.policy {
                    self.say(Way::Other, id, format!("is reviewed by {}, was by {}", new.policy, old.policy));
                }
                if old.risk != new.risk {
                    self.say(Way::Other, id, "computes its risk differently");
                }
                if old.summary != new.summary {
                    self.say(Way::Other, id, "calls its approvals something else");
                }
            }
            (None, None) => {}
        }
    }
}

/// `30 d`, `1 d 12 h`, `45 min`, `30 s`: the units that are not zero.
pub fn span(seconds: u64) -> String {
    let parts = [(seconds / 86_400, "d"), (seconds / 3_600 % 24, "h"), (seconds / 60 % 60, "min"), (seconds % 60, "s")];
    let told: Vec<String> =
        parts.iter().filter(|(count, _)| *count > 0).map(|(count, unit)| format!("{count} {unit}")).collect();
    if told.is_empty() { "0 s".to_owned() } else { told.join(" ") }
}

#[cfg(test)]
mod tests;
