//! The conditions of a search: the one that leads, and all of them.

use domain::{Actor, timeline::ActorKind};

use super::{ActorSearch, EventSearch, Start};
use crate::store::{
    event::actor_text,
    statement::{Bind, Statement},
};

impl EventSearch {
    /// The condition that leads, through an index with the numbers of the log.
    pub(super) fn lead(&self, to: &mut Statement) {
        if let Some(approval) = self.approval {
            to.push(" AND l.approval_id = ").bind(Bind::Uuid(approval.uuid()));
        } else if let Some(run) = self.run {
            to.push(" AND l.run_id = ").bind(Bind::Uuid(run.uuid()));
        } else if let Some(one) = self.one_actor() {
            to.push(" AND l.actor = ").bind(Bind::Text(actor_text(one)));
        } else if let Some(kind) = self.kind.as_deref().or(self.also_kind) {
            to.push(" AND l.kind = ").bind(Bind::Text(kind.to_owned()));
        }
    }

    /// The stretch of numbers to search.
    pub(super) fn stretch(&self, from: Start, to: &mut Statement) {
        match from {
            Start::Before(leaf) => to.push(" l.leaf_index < ").bind(Bind::Number(leaf)),
            Start::After(leaf) => to.push(" l.leaf_index > ").bind(Bind::Number(leaf)),
        };
        if let Some(leaf) = self.leaf {
            to.push(" AND l.leaf_index = ").bind(Bind::Number(leaf));
        }
        if let Some(during) = self.during {
            to.push(" AND l.leaf_index >= ").bind(Bind::Number(during.first));
            to.push(" AND l.leaf_index < ").bind(Bind::Number(during.end));
        }
    }

    /// The one actor it is about.
    fn one_actor(&self) -> Option<Actor> {
        self.actors.iter().find_map(|actors| match actors {
            ActorSearch::AnyOf(actors) if actors.len() == 1 => actors.first().copied(),
            ActorSearch::AnyOf(_) | ActorSearch::Kind(_) => None,
        })
    }

    /// Whether one index answers it all.
    pub(super) fn is_led(&self) -> bool {
        let led = [self.run.is_some(), self.approval.is_some(), self.kind.is_some(), self.also_kind.is_some()];
        let led = led.into_iter().filter(|set| *set).count() + usize::from(self.one_actor().is_some());
        let is_tried = self.workflow.is_some() || self.during.is_some() || !self.payload.is_empty();
        let tried = usize::from(is_tried) + self.actors.len() - usize::from(self.one_actor().is_some());
        self.leaf.is_some() || (led <= 1 && tried == 0)
    }

    /// Everything, the leading condition again included.
    pub(super) fn all(&self, to: &mut Statement) {
        if let Some(run) = self.run {
            to.push(" AND l.run_id = ").bind(Bind::Uuid(run.uuid()));
        }
        if let Some(approval) = self.approval {
            to.push(" AND l.approval_id = ").bind(Bind::Uuid(approval.uuid()));
        }
        for kind in self.kind.as_deref().into_iter().chain(self.also_kind) {
            to.push(" AND l.kind = ").bind(Bind::Text(kind.to_owned()));
        }
        for actors in &self.actors {
            actors.condition(to);
        }
        if let Some(workflow) = &self.workflow {
            to.push(" AND EXISTS (SELECT 1 FROM run r WHERE r.id = l.run_id AND r.workflow = ");
            to.bind(Bind::Text(workflow.clone())).push(")");
        }
        if let Some(during) = self.during {
            to.push(" AND e.at >= ").bind(Bind::Time(during.from));
            to.push(" AND e.at < ").bind(Bind::Time(during.until));
        }
        for part in &self.payload {
            to.push(" AND p.payload LIKE ").bind(Bind::Text(format!("%{}%", escaped(part)))).push(" ESCAPE '!'");
        }
    }
}

/// A text in which nothing is a wildcard.
fn escaped(text: &str) -> String {
    text.replace('!', "!!").replace('%', "!%").replace('_', "!_")
}

impl ActorSearch {
    fn condition(&self, to: &mut Statement) {
        match self {
            Self::Kind(ActorKind::People) => to.push(" AND substr(l.actor, 1, 4) = 'usr_'"),
            Self::Kind(ActorKind::Keys) => to.push(" AND substr(l.actor, 1, 4) = 'key_'"),
            Self::Kind(ActorKind::System) => to.push(" AND substr(l.actor, 1, 4) NOT IN ('usr_', 'key_')"),
            Self::AnyOf(actors) => {
                to.push(" AND l.actor IN (");
                for (place, actor) in actors.iter().enumerate() {
                    to.push(if place == 0 { "" } else { ", " }).bind(Bind::Text(actor_text(*actor)));
                }
                to.push(")")
            }
        };
    }
}
