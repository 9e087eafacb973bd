//! The people pages.

use super::carried::Answer;
use crate::failure::Failure;
use domain::{
    id::PersonId,
    person::{PeoplePage, PeopleQuery, PersonDetail},
};
use leptos::{prelude::*, server_fn::codec::Json};

#[cfg(feature = "ssr")]
use super::{answer, desk};

/// A page of people, by name.
#[server(prefix = "/calls", endpoint = "load_people", input = Json, output = Answer)]
pub async fn load_people(query: PeopleQuery) -> Result<PeoplePage, Failure> {
    answer(desk()?.people(query)).await
}

/// A person with all that may be changed.
#[server(prefix = "/calls", endpoint = "load_person", input = Json, output = Answer)]
pub async fn load_person(id: PersonId) -> Result<PersonDetail, Failure> {
    answer(desk()?.person(id)).await
}
