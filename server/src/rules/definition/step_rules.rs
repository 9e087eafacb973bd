//! Rules about the steps of a definition: names that must exist, and what may be put into arguments.

use std::collections::HashMap;

use domain::{
    template,
    workflow::{Deed, Workflow},
};

use super::consistency::policy_exists;
use crate::rules::{
    suggest,
    yaml::{Faults, Path, fault::code},
};

/// Reports every rule the steps break.
pub fn check(workflow: &Workflow, faults: &mut Faults<'_>) {
    let root = Path::root();
    if workflow.steps.is_empty() {
        if !workflow.inputs.is_empty() {
            let message = "`inputs` says what an enforced execution is begun with, and this workflow has no `steps`.";
            faults.add_at_key(&root.key("inputs"), code::UNSAFE, message);
        }
        return;
    }
    if !workflow.stages.is_empty() {
        let message =
            "A run goes through `stages` with an agent, or through `steps` by itself. Make them two workflows.";
        faults.add_at_key(&root.key("steps"), code::UNSAFE, message);
    }
    let mut ids: HashMap<&str, usize> = HashMap::new();
    for (position, step) in workflow.steps.iter().enumerate() {
        let path = root.key("steps").index(position);
        if !step.id.is_empty()
            && let Some(first) = ids.insert(&step.id, position)
        {
            let message =
                format!("The step id {} is used by step number {} already. Choose another.", step.id, first + 1);
            faults.add(&path.key("id"), code::DUPLICATE, message);
        }
        match &step.deed {
            Deed::Run(program) => {
                for (index, argument) in program.argv.iter().enumerate() {
                    inserted(workflow, argument, &path.key("run").index(index), faults);
                }
                for (name, value) in &program.env {
                    inserted(workflow, value, &path.key("env").key(name), faults);
                }
            }
            Deed::Approval(policy) => policy_exists(workflow, policy, &path.key("approval"), faults),
            Deed::Analyse(_) => {}
        }
    }
}

/// What is put into an argument or a variable is an input that there is.
fn inserted(workflow: &Workflow, text: &str, path: &Path, faults: &mut Faults<'_>) {
    let expressions = template::expressions(text);
    if text.matches("{{").count() != expressions.len() {
        faults.add_within(
            path,
            text.rfind("{{").unwrap_or_default(),
            code::EXPRESSION,
            "A `{{` is not closed by `}}`.",
        );
    }
    for expression in expressions {
        let message = match expression.split('.').collect::<Vec<_>>().as_slice() {
            ["inputs", name] if workflow.inputs.contains_key(*name) => continue,
            ["inputs", name] => {
                let hint = suggest::hint(name, workflow.inputs.keys().map(String::as_str));
                let hint = if hint.is_empty() { " Declare it under `inputs`.".to_owned() } else { hint };
                format!("There is no input `{name}`.{hint}")
            }
            _ => format!("`{expression}` cannot be put in. Arguments and variables take inputs: {{{{inputs.name}}}}."),
        };
        let offset = expression.as_ptr() as usize - text.as_ptr() as usize;
        faults.add_within(path, offset, code::EXPRESSION, message);
    }
}
