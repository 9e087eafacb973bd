//! Cedar: a policy a tool, all of them at once or those of the action alone.

use std::{
    fmt::Write as _,
    hint::black_box,
    time::{Duration, Instant},
};

use cedar_policy::{Authorizer, Context, Decision, Entities, EntityUid, PolicySet, Request, RestrictedExpression};

use crate::{Asked, Engine, limit};

/// The policies, whole or a set an action.
pub struct Cedar {
    sets: Vec<PolicySet>,
    is_sliced: bool,
    authorizer: Authorizer,
    entities: Entities,
    actions: Vec<EntityUid>,
    agent: EntityUid,
    run: EntityUid,
}

fn policy(tool: usize) -> String {
    let limit = limit(tool);
    format!(
        "permit (principal, action == Action::\"tool_{tool}\", resource) \
         when {{ context.status == \"OPEN\" && context.amount <= {limit} }};\n"
    )
}

impl Cedar {
    pub fn new(rules: usize, is_sliced: bool) -> Self {
        let parse = |text: &str| text.parse::<PolicySet>().expect("policies");
        let sets = if is_sliced {
            (0..rules).map(|tool| parse(&policy(tool))).collect()
        } else {
            let all = (0..rules).fold(String::new(), |mut all, tool| {
                write!(all, "{}", policy(tool)).expect("memory");
                all
            });
            vec![parse(&all)]
        };
        let uid = |text: String| text.parse::<EntityUid>().expect("an id");
        Self {
            sets,
            is_sliced,
            authorizer: Authorizer::new(),
            entities: Entities::empty(),
            actions: (0..rules).map(|tool| uid(format!("Action::\"tool_{tool}\""))).collect(),
            agent: uid("Agent::\"a\"".to_owned()),
            run: uid("Run::\"r\"".to_owned()),
        }
    }
}

impl Engine for Cedar {
    fn name(&self) -> String {
        if self.is_sliced { "cedar, sliced by action" } else { "cedar" }.to_owned()
    }

    fn decide(&mut self, asked: &Asked) -> (bool, Duration) {
        let status = if asked.is_open { "OPEN" } else { "FROZEN" };
        let context = Context::from_pairs([
            ("amount".to_owned(), RestrictedExpression::new_long(asked.amount)),
            ("status".to_owned(), RestrictedExpression::new_string(status.to_owned())),
        ]);
        let action = self.actions[asked.tool].clone();
        let request = Request::new(self.agent.clone(), action, self.run.clone(), context.expect("a context"), None);
        let request = request.expect("a request");
        let set = &self.sets[if self.is_sliced { asked.tool } else { 0 }];
        let started = Instant::now();
        let response = black_box(self.authorizer.is_authorized(&request, set, &self.entities));
        let took = started.elapsed();
        (response.decision() == Decision::Allow, took)
    }
}
