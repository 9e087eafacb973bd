//! What a change of the closure policies means: every record that is written, and every kind of step, beyond those
//! before makes the workflow wider.

use super::{Comparison, Way};
use crate::{
    closure::{
        rule::{Rule, StepRule},
        sample::Sampling,
    },
    workflow::Workflow,
};

impl Comparison {
    /// Policies that came or went, and what is different about those that stayed.
    pub(super) fn closure(&mut self, before: &Workflow, after: &Workflow) {
        for old in before.closure.iter().filter(|old| after.closure.iter().all(|new| new.id != old.id)) {
            self.say(Way::Stricter, &old.id, "closes nothing any more");
        }
        for new in &after.closure {
            match before.closure.iter().find(|old| old.id == new.id) {
                None => {
                    self.say(Way::Looser, &new.id, format!("closes after {} now", new.after));
                    new.steps.iter().for_each(|step| self.added_writing(&new.id, step));
                }
                Some(old) => self.rule(old, new),
            }
        }
    }

    fn rule(&mut self, old: &Rule, new: &Rule) {
        let id = &new.id;
        if old.after != new.after {
            self.say(Way::Other, id, format!("closes after {}, was after {}", new.after, old.after));
        }
        match (&old.condition, &new.condition) {
            (None, Some(condition)) => self.say(Way::Stricter, id, format!("closes only where {condition}")),
            (Some(_), None) => self.say(Way::Looser, id, "closes without a condition now"),
            (Some(old), Some(new)) if old != new => {
                self.say(Way::Other, id, format!("closes where {new}, was where {old}"));
            }
            (None | Some(_), _) => {}
        }
        self.sample(id, old.sample.as_ref(), new.sample.as_ref());
        for gone in old.steps.iter().filter(|old| new.steps.iter().all(|new| new.id != old.id)) {
            self.say(Way::Stricter, &at(id, gone), format!("writes to {} no longer", gone.target));
        }
        let kept = |steps: &[StepRule], others: &[StepRule]| {
            let ids = steps.iter().filter(|step| others.iter().any(|other| other.id == step.id));
            ids.map(|step| step.id.clone()).collect::<Vec<_>>()
        };
        if kept(&old.steps, &new.steps) != kept(&new.steps, &old.steps) {
            self.say(Way::Other, id, "does its steps in another order");
        }
        for step in &new.steps {
            match old.steps.iter().find(|old| old.id == step.id) {
                None => self.added_writing(id, step),
                Some(old) => self.closure_step(id, old, step),
            }
        }
    }

    /// Which closures are looked at, and by whom.
    fn sample(&mut self, id: &str, old: Option<&Sampling>, new: Option<&Sampling>) {
        match (old, new) {
            (None, Some(new)) => {
                self.say(Way::Stricter, id, format!("has one in {} looked at by {}", new.one_in, new.by));
            }
            (Some(_), None) => self.say(Way::Looser, id, "has no sample looked at any more"),
            (Some(old), Some(new)) => {
                let what = "has a sample looked at, one in";
                self.number(id, what, [old.one_in, new.one_in], Way::Looser, Way::Stricter);
                if old.by != new.by {
                    self.say(Way::Other, id, format!("has its sample looked at by {}, was by {}", new.by, old.by));
                }
            }
            (None, None) => {}
        }
    }

    fn added_writing(&mut self, rule: &str, step: &StepRule) {
        self.say(Way::Looser, &at(rule, step), format!("writes to {} now ({})", step.target, step.kind));
    }

    fn closure_step(&mut self, rule: &str, old: &StepRule, new: &StepRule) {
        let at = at(rule, new);
        if old.target != new.target {
            self.say(Way::Looser, &at, format!("writes to {}, was {}", new.target, old.target));
        }
        if old.kind != new.kind {
            self.say(Way::Looser, &at, format!("is a step of the kind {}, was {}", new.kind, old.kind));
        }
        if old.record != new.record {
            self.say(Way::Other, &at, format!("writes the record {}, was {}", new.record, old.record));
        }
        if old.method != new.method {
            self.say(Way::Other, &at, format!("is sent as {}, was {}", new.method, old.method));
        }
        let names =
            |set: &std::collections::BTreeMap<String, serde_json::Value>| set.keys().cloned().collect::<Vec<_>>();
        let words = [(Way::Looser, "also writes"), (Way::Stricter, "no longer writes")];
        self.names(&at, &names(&old.set), &names(&new.set), words);
        let words = [(Way::Stricter, "also expects"), (Way::Looser, "no longer expects")];
        self.names(&at, &names(&old.expect), &names(&new.expect), words);
        for (what, old, new) in [("writes", &old.set, &new.set), ("expects", &old.expect, &new.expect)] {
            for (name, value) in new {
                if old.get(name).is_some_and(|earlier| earlier != value) {
                    self.say(Way::Other, &at, format!("{what} {name} differently"));
                }
            }
        }
    }
}

fn at(rule: &str, step: &StepRule) -> String {
    format!("{rule}.{}", step.id)
}
