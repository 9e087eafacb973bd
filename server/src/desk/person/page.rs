//! The people pages: the list, and one person with all an administrator may change.

use domain::{
    Refusal, Role, Time,
    id::PersonId,
    page::DEFAULT_LIMIT,
    permission::Action,
    person::{PeoplePage, PeopleQuery, PersonDetail, PersonRow},
    refusal::Code,
};

use super::{super::key::role_behind, Caller, Desk, found};
use crate::{
    error::{Error, Result},
    store::{self, Tx, key::Key},
};

/// People named to somebody who needs an administrator.
const MOST_NAMED: i64 = 5;

impl Desk {
    /// Lets administrators pass; others are told who can help them.
    pub(in crate::desk) async fn must_administer(&self, caller: &Caller) -> Result<()> {
        let Err(error) = caller.authorize(Action::ManageAccess) else { return Ok(()) };
        let Error::Refused(refusal) = error else { return Err(error) };
        let mut tx = self.database.read().await?;
        let people = store::person::list_with_role(&mut tx, Role::Admin, MOST_NAMED).await?;
        let names: Vec<String> = people.into_iter().map(|(_, name)| name).collect();
        Err(refusal.with("ask", names).into())
    }

    /// A page of people, by name.
    pub async fn people_page(&self, caller: &Caller, query: &PeopleQuery) -> Result<PeoplePage> {
        self.must_administer(caller).await?;
        let after = query.cursor.as_deref().map(str::parse::<PersonId>).transpose();
        let after =
            after.map_err(|_| Refusal::new(Code::MalformedRequest, "The cursor is not one that a page gave."))?;
        let mut tx = self.database.read().await?;
        let limit = i64::from(DEFAULT_LIMIT);
        let mut rows = store::person::list_page(&mut tx, query.group.as_deref(), after, limit + 1).await?;
        let has_more = rows.len() > DEFAULT_LIMIT as usize;
        rows.truncate(DEFAULT_LIMIT as usize);
        let next_cursor = rows.last().filter(|_| has_more).map(|row| row.id.to_string());
        let groups = store::group::list_names(&mut tx).await?;
        Ok(PeoplePage { now: self.database.clock().now(), rows, next_cursor, groups })
    }

    /// A person with all that may be changed.
    pub async fn person_page(&self, caller: &Caller, id: PersonId) -> Result<PersonDetail> {
        self.must_administer(caller).await?;
        let mut tx = self.database.read().await?;
        let now = self.database.clock().now();
        let person = found(&mut tx, &id.to_string()).await?;
        let last_decision = store::person::last_decision(&mut tx, id).await?;
        let mut other_groups = store::group::list_names(&mut tx).await?;
        other_groups.retain(|group| !person.groups.contains(group));
        let standing_keys = standing_keys(&mut tx, id, now).await?;
        let administrators = store::person::list_with_role(&mut tx, Role::Admin, 2).await?;
        let absences = self.delegations_of(&mut tx, caller, id, person.groups.clone()).await?;
        Ok(PersonDetail {
            now,
            absences,
            created_at: person.created_at,
            other_groups,
            standing_keys,
            is_viewer: matches!(caller, Caller::Person(viewer) if viewer.id == id),
            is_last_administrator: matches!(administrators.as_slice(), [(only, _)] if *only == id),
            person: PersonRow {
                id,
                name: person.name,
                email: person.email,
                roles: person.roles,
                groups: person.groups,
                last_decision,
                disabled_at: person.disabled_at,
            },
        })
    }
}

/// The names of usable keys that stand for a person and end with them.
async fn standing_keys(tx: &mut Tx, person: PersonId, now: Time) -> Result<Vec<String>> {
    let keys = store::key::list_of_owner(tx, person).await?;
    let stands = |key: &Key| {
        let is_usable = key.revoked_at.is_none() && key.expires_at.is_none_or(|end| end > now);
        is_usable && key.scopes.iter().any(|scope| role_behind(*scope).is_some())
    };
    Ok(keys.into_iter().filter(stands).map(|key| key.name).collect())
}
