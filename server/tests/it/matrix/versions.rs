//! Versions of workflows: one that replaces the one in force, and one that waits for a second administrator.

use domain::{Role, workflow::shown::DraftQuery};
use server::desk::{Caller, PersonCaller};

use super::{
    making::words,
    rows::{Row, form},
    thing::Thing,
    world::{Words, World},
};
use crate::support::{CLOSING, PAYMENTS};

/// What a second administrator says.
pub(super) fn forms() -> Vec<Row> {
    let rule = |fields: &'static [(&'static str, &'static str)]| form("/workflows/{name}", Thing::Proposal, fields);
    vec![
        rule(&[("form", "rule"), ("version", "1"), ("base", "0"), ("act", "confirm"), ("reason", "")]),
        rule(&[("form", "rule"), ("version", "1"), ("base", "0"), ("act", "decline"), ("reason", "Too wide.")]),
    ]
}

impl World<'_> {
    /// The next version of the payments.
    pub(super) async fn workflow(&mut self) -> Words {
        let edited = PAYMENTS.replace("title: Payments", &format!("title: Payments {}", self.next()));
        let query = DraftQuery { name: Some("payments".to_owned()), source: Some(edited.clone()), sample: None };
        let mut tx = self.desk.database.read().await.expect("a snapshot");
        let dev = server::store::person::find_by_email(&mut tx, "dev@example.com").await.expect("read").expect("Dev");
        drop(tx);
        let viewer =
            PersonCaller { id: dev.id, name: dev.name, email: dev.email, roles: Role::ALL.to_vec(), groups: vec![] };
        let seal = self.desk.draft(&viewer, query).await.expect("a draft").seal;
        words([("id", "payments".to_owned()), ("edited", edited), ("seal", seal)])
    }

    /// A first version that writes elsewhere.
    pub(super) async fn proposal(&mut self) -> Words {
        let id = format!("closing-{}", self.next());
        let text = PAYMENTS.replace("name: payments", &format!("name: {id}"));
        let published = self.desk.publish_workflow(&Caller::CommandLine, None, &format!("{text}{CLOSING}")).await;
        assert!(!published.expect("a version").standing.is_in_force(), "there are administrators");
        words([("id", id)])
    }
}
