//! The forms of the people pages.

use std::str::FromStr;

use axum::{
    extract::{Request, State},
    http::Method,
    response::Response,
};
use domain::{Refusal, id::PersonId};

use super::{
    AppState,
    caller::PageCaller,
    delegation,
    form::Form,
    posted::{self, Done},
    query::Id,
    routes::{Access, Routes},
};
use crate::{
    desk::{
        Caller,
        person::{NewPerson, PersonChange},
    },
    error::Result,
    password::Password,
};

/// The forms and who may post them.
pub fn routes(routes: Routes) -> Routes {
    routes.add(Method::POST, "/admin/people/new", Access::Form, add).add(
        Method::POST,
        "/admin/people/{id}",
        Access::Form,
        change,
    )
}

async fn add(State(state): State<AppState>, PageCaller(person): PageCaller, request: Request) -> Response {
    let (person, parts, fields) = match posted::read(&state, person, request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let outcome = apply_new(&state, &Caller::Person(person.clone()), &fields).await;
    posted::answer(&state, Some(person), parts, &fields, outcome).await
}

async fn apply_new(state: &AppState, caller: &Caller, fields: &Form) -> Result<Done> {
    let new = NewPerson {
        email: fields.text("email").trim().to_owned(),
        name: fields.text("name").trim().to_owned(),
        password: password(fields)?,
        roles: ticked(fields, "role_"),
        groups: ticked(fields, "group_"),
    };
    let added = state.desk.add_person(caller, new).await?;
    Ok(Done::See(format!("/admin/people/{}?done=added", added.id)))
}

async fn change(
    State(state): State<AppState>,
    PageCaller(person): PageCaller,
    Id(id): Id<PersonId>,
    request: Request,
) -> Response {
    let (person, parts, fields) = match posted::read(&state, person, request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let outcome = apply(&state, &Caller::Person(person.clone()), id, &fields).await;
    posted::answer(&state, Some(person), parts, &fields, outcome).await
}

async fn apply(state: &AppState, caller: &Caller, id: PersonId, fields: &Form) -> Result<Done> {
    let (desk, named) = (&state.desk, id.to_string());
    let group = || vec![fields.text("group").to_owned()];
    let done = match fields.text("form") {
        "edit" => {
            let change =
                PersonChange { name: Some(fields.text("name").to_owned()), roles: Some(ticked(fields, "role_")) };
            desk.change_person(caller, &named, change).await?;
            "changed"
        }
        "join" => {
            desk.change_groups(caller, &named, group(), Vec::new()).await?;
            "joined"
        }
        "leave" => {
            desk.change_groups(caller, &named, Vec::new(), group()).await?;
            "left"
        }
        "password" => {
            desk.change_password(caller, &named, password(fields)?).await?;
            "password"
        }
        "disable" => {
            desk.disable_person(caller, &named).await?;
            "disabled"
        }
        "enable" => {
            desk.enable_person(caller, &named).await?;
            "enabled"
        }
        delegation::SET => {
            delegation::set(state, caller, Some(named), fields).await?;
            delegation::SET
        }
        delegation::END => {
            delegation::end(state, caller, fields).await?;
            delegation::END
        }
        _ => return Err(posted::unknown_form()),
    };
    Ok(Done::See(format!("/admin/people/{id}?done={done}")))
}

/// A password typed twice.
fn password(fields: &Form) -> Result<Password, Refusal> {
    if fields.text("password") == fields.text("password_again") {
        return Ok(Password::new(fields.text("password")));
    }
    Err(Refusal::invalid("password_again", "The two passwords differ. Type both again."))
}

/// The words whose boxes are ticked: `role_admin` ticks `admin`.
pub(super) fn ticked<T: FromStr>(fields: &Form, prefix: &str) -> Vec<T> {
    fields.names().filter_map(|name| name.strip_prefix(prefix)).filter_map(|word| word.parse().ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{Role, refusal::Code};

    #[test]
    fn boxes_are_ticked_by_their_names() {
        let fields = Form::of([("role_admin", "on"), ("role_boss", "on"), ("group_risk", "on"), ("name", "A")]);
        assert_eq!(ticked::<Role>(&fields, "role_"), [Role::Admin]);
        assert_eq!(ticked::<String>(&fields, "group_"), ["risk"]);
        assert_eq!(
            password(&Form::of([("password", "a"), ("password_again", "b")])).expect_err("differ").code,
            Code::InvalidField
        );
    }
}
