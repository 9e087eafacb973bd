//! The forms of the keys pages. A secret is shown in the answer to the form that made it, and nowhere else.

use axum::{
    extract::{Request, State},
    http::Method,
    response::Response,
};
use chrono::TimeDelta;
use domain::{Refusal, Scope, client::Client, key::Begins};

use super::{
    AppState,
    caller::PageCaller,
    form::Form,
    person::ticked,
    posted::{self, Done},
    routes::{Access, Routes},
};
use crate::{
    desk::{Caller, PersonCaller, key::NewKey},
    error::Result,
};

/// How long the key of a connected agent lives, unless somebody revokes it.
const USUAL_DAYS: i64 = 90;

/// The forms and who may post them.
pub fn routes(routes: Routes) -> Routes {
    routes
        .add(Method::POST, "/admin/keys", Access::Form, revoke)
        .add(Method::POST, "/admin/keys/new", Access::Form, create)
        .add(Method::POST, "/admin/connect", Access::Form, connect)
}

async fn connect(State(state): State<AppState>, PageCaller(person): PageCaller, request: Request) -> Response {
    let (person, parts, fields) = match posted::read(&state, person, request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let outcome = apply_connect(&state, &person, &fields).await;
    posted::answer(&state, Some(person), parts, &fields, outcome).await
}

/// Makes the key of a client. Whoever connects it answers for it, unless they name somebody.
async fn apply_connect(state: &AppState, person: &PersonCaller, fields: &Form) -> Result<Done> {
    let client = fields.text("client").parse::<Client>();
    let client = client.map_err(|_| Refusal::invalid("client", "choose what you connect"))?;
    let owner = Some(fields.text("owner").trim()).filter(|named| !named.is_empty());
    let new = NewKey {
        name: fields.text("name").trim().to_owned(),
        scopes: vec![client.scope()],
        owner: Some(owner.map_or_else(|| person.id.to_string(), str::to_owned)),
        source: None,
        lives: Some(TimeDelta::days(USUAL_DAYS)),
        begins: begun_by(client, fields.text("workflow").trim()),
    };
    let created = state.desk.create_key(&Caller::Person(person.clone()), new).await?;
    Ok(Done::Show { secret: created.secret.reveal().to_owned() })
}

/// What a client's key begins: its lines name one workflow, and hooks begin runs of it for the client's sessions.
fn begun_by(client: Client, workflow: &str) -> Begins {
    let is_named = client.scope() == Scope::Hook && !workflow.is_empty();
    Begins {
        unregistered: client == Client::ClaudeCode,
        workflows: is_named.then(|| workflow.to_owned()).into_iter().collect(),
    }
}

async fn create(State(state): State<AppState>, PageCaller(person): PageCaller, request: Request) -> Response {
    let (person, parts, fields) = match posted::read(&state, person, request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let outcome = apply_new(&state, &Caller::Person(person.clone()), &fields).await;
    posted::answer(&state, Some(person), parts, &fields, outcome).await
}

async fn apply_new(state: &AppState, caller: &Caller, fields: &Form) -> Result<Done> {
    let given = |name: &str| Some(fields.text(name).trim().to_owned()).filter(|text| !text.is_empty());
    let new = NewKey {
        name: given("name").unwrap_or_default(),
        scopes: ticked(fields, "scope_"),
        owner: given("owner"),
        source: given("source"),
        lives: lifetime(fields.text("expires"))?,
        begins: Begins {
            unregistered: !fields.text("begins_runs").is_empty(),
            workflows: fields
                .text("workflows")
                .split([',', ' '])
                .map(str::trim)
                .filter(|name| !name.is_empty())
                .map(str::to_owned)
                .collect(),
        },
    };
    let created = state.desk.create_key(caller, new).await?;
    Ok(Done::Show { secret: created.secret.reveal().to_owned() })
}

/// Days as chosen from the list; `never` for a key that does not end by itself.
fn lifetime(chosen: &str) -> Result<Option<TimeDelta>, Refusal> {
    match chosen {
        "7" | "30" | "90" | "365" => Ok(chosen.parse().ok().map(TimeDelta::days)),
        "never" => Ok(None),
        _ => Err(Refusal::invalid("expires", "choose when the key ends")),
    }
}

async fn revoke(State(state): State<AppState>, PageCaller(person): PageCaller, request: Request) -> Response {
    let (person, parts, fields) = match posted::read(&state, person, request).await {
        Ok(read) => read,
        Err(response) => return response,
    };
    let outcome = state.desk.revoke_key(&Caller::Person(person.clone()), fields.text("key")).await;
    let outcome = outcome.map(|_| Done::See("/admin/keys?done=revoked".to_owned()));
    posted::answer(&state, Some(person), parts, &fields, outcome).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_live_as_long_as_was_chosen() {
        assert_eq!(lifetime("30").expect("days"), Some(TimeDelta::days(30)));
        assert_eq!(lifetime("never").expect("for ever"), None);
        for bad in ["", "31", "-1", "soon"] {
            assert_eq!(lifetime(bad).expect_err("unknown").errors[0].path, "expires", "{bad}");
        }
    }
}
