//! Keys: until when they are good.

use axum::http::header;
use chrono::TimeDelta;
use domain::{Role, Scope};
use server::desk::{Caller, key::NewKey};

use crate::support::{TestConsole, on_both};

on_both![keys_end];

async fn keys_end(console: TestConsole) {
    console.person("Ana Ruiz", &[Role::Reviewer], &["compliance"]).await;
    let token = console.token("ana").await;
    let lives = Some(TimeDelta::days(1));
    let new = NewKey { name: "short".to_owned(), scopes: vec![Scope::Hook], lives, ..NewKey::default() };
    let short = console.desk.create_key(&Caller::CommandLine, new).await.expect("a key");
    for key in [&token, short.secret.reveal()] {
        assert_eq!(console.get(key, "/approvals").await.status, 200);
    }
    console.pass(TimeDelta::days(1));
    let reply = console.get(short.secret.reveal(), "/approvals").await;
    assert_eq!(reply.problem(), "401 not_signed_in");
    assert_eq!(reply.headers[header::WWW_AUTHENTICATE], "Bearer");

    let hook = console.key("hook", &[Scope::Hook], Some("ana@example.com")).await;
    let other = console.token("ana").await;
    console.desk.revoke_key(&Caller::CommandLine, "hook").await.expect("revoked");
    assert_eq!(console.get(&hook, "/approvals").await.problem(), "401 not_signed_in");
    console.desk.disable_person(&Caller::CommandLine, "ana@example.com").await.expect("disabled");
    for key in [&token, &other, "csk_unknown", "", "hook"] {
        assert_eq!(console.get(key, "/approvals").await.problem(), "401 not_signed_in");
    }
}
