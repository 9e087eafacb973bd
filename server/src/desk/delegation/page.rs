//! The delegations in force and to come, and the policies that could not be met meanwhile.

use domain::{
    delegation::{Able, Terms, able_during},
    delegations::{DelegationRow, DelegationsPage},
    group::Unmet,
    id::PersonId,
    page::MAX_LIMIT,
    permission::Action,
};

use super::{Caller, Desk, concerns, person_behind};
use crate::{
    desk::PersonCaller,
    error::Result,
    store::{self, Tx, delegation::Stored},
};

/// People offered as delegates.
const MOST_OFFERED: i64 = 500;

/// Whose delegations a page shows.
#[derive(Clone, Copy)]
enum Whose {
    Everybodys,
    Of(PersonId),
}

impl Desk {
    /// Everybody's delegations, for whoever may set them.
    pub async fn delegations_page(&self, caller: &Caller) -> Result<DelegationsPage> {
        caller.authorize(Action::SetAbsence)?;
        let mut tx = self.database.read().await?;
        let groups = store::group::list_names(&mut tx).await?;
        self.delegations(&mut tx, caller, Whose::Everybodys, groups).await
    }

    /// The delegations from and to the person who looks.
    pub(in crate::desk) async fn own_delegations(&self, who: &PersonCaller) -> Result<DelegationsPage> {
        let mut tx = self.database.read().await?;
        self.delegations(&mut tx, &Caller::Person(who.clone()), Whose::Of(who.id), who.groups.clone()).await
    }

    /// The delegations from and to somebody, whose groups these are.
    pub(in crate::desk) async fn delegations_of(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        person: PersonId,
        groups: Vec<String>,
    ) -> Result<DelegationsPage> {
        self.delegations(tx, caller, Whose::Of(person), groups).await
    }

    async fn delegations(
        &self,
        tx: &mut Tx,
        caller: &Caller,
        whose: Whose,
        groups: Vec<String>,
    ) -> Result<DelegationsPage> {
        let now = self.database.clock().now();
        let open = store::delegation::list_open(tx).await?;
        let quorums = if open.is_empty() { Quorums::default() } else { self.quorums(tx).await? };
        let is_shown = |terms: &Terms| match whose {
            Whose::Everybodys => true,
            Whose::Of(person) => [terms.principal.id, terms.delegate.id].contains(&person),
        };
        let shown = open.iter().filter(|stored| is_shown(stored.state.terms()));
        let row = |stored: &Stored| {
            let terms = stored.state.terms();
            let setter = stored.set_by.as_ref().filter(|setter| setter.id != terms.principal.id);
            let by_command = stored.set_by.is_none().then(|| "the command line".to_owned());
            DelegationRow {
                id: stored.id,
                is_in_force: stored.state.is_in_force(now),
                set_by: setter.map(|setter| setter.name.clone()).or(by_command),
                can_end: concerns(caller, stored),
                warnings: quorums.unmet_during(terms, &open),
                terms: terms.clone(),
            }
        };
        let rows = shown.map(row).collect();
        let viewer = person_behind(caller);
        let mut people = store::group::list_others(tx, MOST_OFFERED).await?;
        people.retain(domain::group::Member::is_able);
        match whose {
            // Who sets one for somebody else is not offered: they could not be named.
            Whose::Of(principal) if viewer != Some(principal) => {
                people.retain(|person| person.id != principal && Some(person.id) != viewer);
            }
            Whose::Of(principal) => people.retain(|person| person.id != principal),
            Whose::Everybodys => {}
        }
        Ok(DelegationsPage { now, rows, people, groups })
    }

    /// What the newest version of each workflow asks, and who there is.
    async fn quorums(&self, tx: &mut Tx) -> Result<Quorums> {
        let members = store::group::list_members(tx).await?;
        let ids = |people: Vec<domain::group::Member>| {
            people.iter().filter(|person| person.is_able()).map(|person| person.id).collect()
        };
        let able: Able = members.into_iter().map(|(group, people)| (group, ids(people))).collect();
        let mut asked = Vec::new();
        for published in store::workflow::list(tx, None, i64::from(MAX_LIMIT)).await? {
            let version = published.version;
            let compiled = self.compiled_in(tx, &version.name, version.version).await?;
            let workflow = compiled.workflow();
            for (name, policy) in &workflow.policies {
                asked.push((workflow.name.clone(), version.version, name.clone(), policy.clone()));
            }
        }
        Ok(Quorums { able, asked })
    }
}

/// Policies by workflow, version and name, and who decides for each group.
#[derive(Default)]
struct Quorums {
    able: Able,
    asked: Vec<(String, u32, String, domain::policy::Policy)>,
}

impl Quorums {
    /// Policies that ask for a group of the absent person's, can be met otherwise, and not while all are away who are
    /// at some moment of this absence.
    fn unmet_during(&self, terms: &Terms, open: &[Stored]) -> Vec<Unmet> {
        let meanwhile: Vec<(&Terms, bool)> = open
            .iter()
            .map(|stored| (stored.state.terms(), stored.delegate_can_decide))
            .filter(|(other, _)| other.overlaps(terms))
            .collect();
        let there = able_during(&self.able, &meanwhile);
        let concerns = |group: &String| self.able.get(group).is_some_and(|people| people.contains(&terms.principal.id));
        let unmet = self.asked.iter().filter_map(|(workflow, version, name, policy)| {
            let shortage = policy.shortage(&there).filter(|short| short.groups.iter().any(concerns))?;
            policy.shortage(&self.able).is_none().then(|| Unmet {
                workflow: workflow.clone(),
                version: *version,
                policy: name.clone(),
                shortage,
            })
        });
        unmet.collect()
    }
}
