//! What an expression reads, told from its tree.

use cel::common::ast::IdedExpr;

use super::expression::{children, path_of};

/// The roots an expression reads, each name once, in the order of reading.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Reads {
    /// Facts by name.
    pub facts: Vec<String>,
    /// Arguments by name.
    pub inputs: Vec<String>,
    /// Whether the input is read as a whole.
    pub is_input_whole: bool,
    /// Members of the run.
    pub run: Vec<String>,
    /// Approvals: gate id and member, the latter empty for the approval as a whole.
    pub approvals: Vec<(String, String)>,
    /// Stages by id.
    pub stages: Vec<String>,
}

impl Reads {
    /// What this tree reads.
    pub fn of(root: &IdedExpr) -> Self {
        let mut reads = Self::default();
        reads.collect(root);
        reads
    }

    fn collect(&mut self, node: &IdedExpr) {
        if let Some(path) = path_of(node) {
            self.record(&path);
            return;
        }
        for child in children(node) {
            self.collect(child);
        }
    }

    /// Records a path such as `facts.name`.
    pub fn record(&mut self, path: &[&str]) {
        match path {
            ["facts", name, ..] => add(&mut self.facts, *name),
            ["input"] => self.is_input_whole = true,
            ["input", name, ..] => add(&mut self.inputs, *name),
            ["run", name, ..] => add(&mut self.run, *name),
            ["approvals", gate, rest @ ..] => {
                let member = rest.first().copied().unwrap_or_default();
                add(&mut self.approvals, ((*gate).to_owned(), member.to_owned()));
            }
            ["stages", stage, ..] => add(&mut self.stages, *stage),
            _ => {}
        }
    }

    /// Adds what another expression reads.
    pub fn merge(&mut self, other: &Self) {
        for fact in &other.facts {
            add(&mut self.facts, fact.as_str());
        }
        for input in &other.inputs {
            add(&mut self.inputs, input.as_str());
        }
        for member in &other.run {
            add(&mut self.run, member.as_str());
        }
        for approval in &other.approvals {
            add(&mut self.approvals, approval.clone());
        }
        for stage in &other.stages {
            add(&mut self.stages, stage.as_str());
        }
        self.is_input_whole |= other.is_input_whole;
    }
}

fn add<T: PartialEq + From<U>, U>(list: &mut Vec<T>, item: U) {
    let item = T::from(item);
    if !list.contains(&item) {
        list.push(item);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rules::expression::parse;

    #[test]
    fn every_reading_is_found_once() {
        let source = r#"has(facts.b) && facts.a == facts.b && input["x y"] in [facts.c] && run.subject != ""
            && approvals.gate_a.approved && stages.first.complete && [1].all(n, n < facts.d.size) && size(input) > 0"#;
        let reads = Reads::of(&parse(source).expect("an expression").root);
        assert_eq!(reads.facts, ["b", "a", "c", "d"]);
        assert_eq!(reads.inputs, ["x y"]);
        assert_eq!(reads.run, ["subject"]);
        assert_eq!(reads.approvals, [("gate_a".to_owned(), "approved".to_owned())]);
        assert_eq!(reads.stages, ["first"]);
        assert!(reads.is_input_whole);
    }
}
