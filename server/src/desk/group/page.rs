//! The groups pages: who belongs, which policies ask for a group, and which of them nobody could satisfy.

use std::collections::{BTreeMap, BTreeSet};

use domain::{
    Refusal,
    group::{GroupDetail, GroupRow, GroupsPage, Member, Need, Unmet},
    id::PersonId,
    page::MAX_LIMIT,
    refusal::Code,
    workflow::Workflow,
};

use super::super::{Caller, Desk};
use crate::{
    error::{Error, Result},
    store::{self, Tx},
};

/// People offered to join a group.
const MOST_OFFERED: i64 = 500;

/// Everybody by the names of their groups; a group without people is there too.
type Members = BTreeMap<String, Vec<Member>>;

impl Desk {
    /// Every group.
    pub async fn groups_page(&self, caller: &Caller) -> Result<GroupsPage> {
        self.must_administer(caller).await?;
        let mut tx = self.database.read().await?;
        let members = store::group::list_members(&mut tx).await?;
        let asked = self.asked(&mut tx, &able(&members)).await?;
        let names: BTreeSet<&String> = members.keys().chain(asked.needs.keys()).collect();
        let rows = names.into_iter().map(|name| row(name, &members, &asked)).collect();
        Ok(GroupsPage { rows, warnings: asked.unmet })
    }

    /// One group.
    ///
    /// # Errors
    /// `not_found`.
    pub async fn group_page(&self, caller: &Caller, name: &str) -> Result<GroupDetail> {
        self.must_administer(caller).await?;
        let mut tx = self.database.read().await?;
        let all = store::group::list_members(&mut tx).await?;
        let asked = self.asked(&mut tx, &able(&all)).await?;
        let unknown = || Error::from(Refusal::new(Code::NotFound, format!("There is no group {name}.")));
        let members = all.get(name).cloned().ok_or_else(unknown)?;
        let mut others = store::group::list_others(&mut tx, MOST_OFFERED).await?;
        others.retain(|other| !members.iter().any(|member| member.id == other.id));
        let names_it = |unmet: &Unmet| unmet.shortage.groups.iter().any(|group| group == name);
        Ok(GroupDetail {
            row: row(name, &all, &asked),
            members,
            others,
            warnings: asked.unmet.iter().filter(|unmet| names_it(unmet)).cloned().collect(),
        })
    }

    /// What the newest version of each workflow asks of groups.
    async fn asked(&self, tx: &mut Tx, able: &BTreeMap<String, BTreeSet<PersonId>>) -> Result<Asked> {
        let mut asked = Asked::default();
        for published in store::workflow::list(tx, None, i64::from(MAX_LIMIT)).await? {
            let version = published.version;
            let compiled = self.compiled_in(tx, &version.name, version.version).await?;
            asked.add(compiled.workflow(), version.version, able);
        }
        Ok(asked)
    }
}

#[derive(Default)]
struct Asked {
    needs: BTreeMap<String, Vec<Need>>,
    unmet: Vec<Unmet>,
}

impl Asked {
    fn add(&mut self, workflow: &Workflow, version: u32, able: &BTreeMap<String, BTreeSet<PersonId>>) {
        for (name, policy) in &workflow.policies {
            for seats in &policy.approve {
                let (workflow, policy) = (workflow.name.clone(), name.clone());
                let need = Need { workflow, version, policy, count: seats.count };
                self.needs.entry(seats.group.clone()).or_default().push(need);
            }
            if let Some(raise) =
                policy.raise.as_ref().filter(|raise| policy.approve.iter().all(|seats| seats.group != raise.to))
            {
                let (workflow, policy) = (workflow.name.clone(), name.clone());
                self.needs.entry(raise.to.clone()).or_default().push(Need { workflow, version, policy, count: 0 });
            }
            if let Some(shortage) = policy.shortage(able) {
                let (workflow, policy) = (workflow.name.clone(), name.clone());
                self.unmet.push(Unmet { workflow, version, policy, shortage });
            }
        }
    }
}

/// Who may decide for each group.
fn able(members: &Members) -> BTreeMap<String, BTreeSet<PersonId>> {
    let ids = |people: &Vec<Member>| people.iter().filter(|one| one.is_able()).map(|one| one.id).collect();
    members.iter().map(|(group, people)| (group.clone(), ids(people))).collect()
}

fn row(name: &str, members: &Members, asked: &Asked) -> GroupRow {
    let people = members.get(name).map(Vec::as_slice).unwrap_or_default();
    let count = |wanted: fn(&Member) -> bool| {
        u32::try_from(people.iter().filter(|one| wanted(one)).count()).unwrap_or(u32::MAX)
    };
    GroupRow {
        name: name.to_owned(),
        exists: members.contains_key(name),
        people: count(|one| !one.is_disabled),
        reviewers: count(Member::is_able),
        needs: asked.needs.get(name).cloned().unwrap_or_default(),
    }
}
