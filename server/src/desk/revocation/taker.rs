//! Who takes an approval back: a person by their seat or their own vote, or a system of record whose facts stand in the
//! run. Looked up when they ask, and once more in the transaction that does it.

use std::collections::BTreeSet;

use domain::{
    Refusal, Scope,
    approval::Revoker,
    id::{ApprovalId, KeyId},
    permission::Action,
    policy::{Candidate, Via},
    refusal::Code,
    workflow::FactSource,
};

use super::may;
use crate::{
    desk::{Caller, Desk, ballot::Reviewer, decision::circumstances},
    error::Result,
    store::{self, Tx, approval::Stored},
};

/// Who takes it back.
#[derive(Clone)]
pub(super) enum Taker {
    /// A person, in this way.
    Person(Candidate, Via),
    /// A system of record.
    System {
        /// Its key.
        key: KeyId,
        /// What it is called.
        system: String,
        /// The facts of the workflow that systems of record write.
        facts: Vec<String>,
    },
}

impl Taker {
    /// As the state and the log name them.
    pub(super) const fn revoker(&self) -> Revoker {
        match self {
            Self::Person(candidate, _) => Revoker::Person(candidate.person),
            Self::System { key, .. } => Revoker::Key(*key),
        }
    }

    /// Refuses whoever may not take this one back, as things stand in this transaction.
    pub(super) async fn must_be_entitled(&self, tx: &mut Tx, stored: &Stored) -> Result<()> {
        match self {
            Self::Person(known, via) => {
                let votes = stored.current(&store::decision::list_of_approval(tx, stored.id).await?);
                let circumstances = circumstances(tx, stored).await?;
                let found = store::entitlement::find_candidate(tx, known.person, stored.id).await?;
                let (_, candidate) = found.ok_or_else(gone)?;
                Ok(may(stored, &candidate, &circumstances, &votes, *via)?)
            }
            // Its power is that of its facts, which could make the gate's conditions fail as well: only where one of them was
            // read for this approval. How people decide, in the console or by API, is not asked of it.
            Self::System { system, facts, .. } => {
                let read = facts_read(stored);
                let current = store::fact::list_current(tx, stored.run).await?;
                let counts = |name: &String| facts.contains(name) && read.contains(name.as_str());
                let has_part = current.iter().any(|fact| fact.source == *system && counts(&fact.name));
                if has_part { Ok(()) } else { Err(Refusal::not_found("approval").into()) }
            }
        }
    }
}

impl Desk {
    /// The approval and who takes it back, as far as the caller may know of it. A token of a reviewer stands for its
    /// owner, whatever else it may do.
    pub(super) async fn taker(&self, caller: &Caller, id: ApprovalId) -> Result<(Stored, Taker)> {
        caller.authorize(Action::RevokeApproval)?;
        if let Caller::Key(key) = caller
            && !key.scopes.contains(&Scope::Reviewer)
        {
            let stored = self.outcome_now(caller, id).await?;
            let mut tx = self.database.read().await?;
            let run = store::run::find(&mut tx, stored.run).await?.ok_or_else(|| Refusal::not_found("approval"))?;
            let compiled = self.compiled_in(&mut tx, &run.workflow, run.version).await?;
            let recorded = compiled.workflow().facts.iter().filter(|(_, rule)| matches!(rule.from, FactSource::System));
            let facts = recorded.map(|(name, _)| name.clone()).collect();
            let system = key.source.clone().unwrap_or_else(|| key.name.clone());
            let taker = Taker::System { key: key.id, system, facts };
            taker.must_be_entitled(&mut tx, &stored).await?;
            return Ok((stored, taker));
        }
        let stored = self.find_approval(caller, id).await?;
        let Reviewer { candidate, via, .. } = self.reviewer(caller, id).await?;
        Ok((stored, Taker::Person(candidate, via)))
    }
}

/// The facts that the conditions of an approval read.
fn facts_read(stored: &Stored) -> BTreeSet<&str> {
    let package = &stored.package;
    let evidence = package.items.iter().map(|item| &item.evidence).chain([&package.evidence]);
    let conditions = evidence.flat_map(|evidence| &evidence.conditions);
    conditions.flat_map(|condition| &condition.facts).map(|fact| fact.name.as_str()).collect()
}

fn gone() -> Refusal {
    Refusal::new(Code::NotEntitled, "You may not review any more. Nothing was taken back.")
}
