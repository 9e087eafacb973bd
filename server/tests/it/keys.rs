//! Keys: until when they are good, who makes them, and when they were used.

use std::time::{Duration, Instant};

use axum::http::{Method, header};
use chrono::TimeDelta;
use domain::{Role, Scope, Time, key::KeyState};
use server::desk::{Caller, key::NewKey};

use crate::support::{ANA, Browser, PASSWORD, TestConsole, on_both};

on_both![
    keys_end,
    a_client_is_connected_by_whoever_answers_for_it,
    a_secret_is_shown_once,
    use_is_noted_once_a_minute,
    keys_stand_for_roles_their_owner_has
];

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

/// Noor administers; her browser is signed in.
async fn noor(console: &TestConsole) -> Browser<'_> {
    console.person("Noor Haddad", &[Role::Admin], &[]).await;
    let mut browser = Browser::new(console);
    assert_eq!(browser.sign_in("noor@example.com", PASSWORD).await.status, 303);
    browser
}

/// The secret that a page shows.
fn secret_of(text: &str) -> String {
    let at = text.find("csk_").expect("a secret");
    text[at..].chars().take_while(|c| c.is_ascii_alphanumeric() || "-_".contains(*c)).collect()
}

async fn a_secret_is_shown_once(console: TestConsole) {
    let mut admin = noor(&console).await;
    let mut ana = Browser::ana(&console).await;
    let fields = [("form", "create"), ("name", "bot <b>"), ("scope_hook", "on"), ("owner", ANA), ("expires", "30")];
    for path in ["/admin/keys", "/admin/keys/new"] {
        assert_eq!(ana.send(Method::GET, path, &[]).await.status, 403, "{path}");
        assert_eq!(ana.send(Method::POST, path, &fields).await.status, 403, "{path}");
    }
    let made = admin.send(Method::POST, "/admin/keys/new", &fields).await;
    assert_eq!(
        (made.status.as_u16(), &made.headers[header::CACHE_CONTROL]),
        (200, &"no-store".parse().expect("value"))
    );
    let secret = secret_of(&made.text);
    assert_eq!(secret.len(), 47, "{secret}");
    assert!(
        made.text.contains(&format!("Authorization: Bearer {secret}"))
            && made.text.contains("https://console.test/api/v1")
    );
    assert_eq!(console.get(&secret, "/workflows").await.status, 200);

    let list = admin.send(Method::GET, "/admin/keys", &[]).await.text;
    assert!(!list.contains(&secret) && list.contains(&secret[..8]) && list.contains("bot &lt;b&gt;"), "{list}");
    let page = console.desk.keys_page(&Caller::CommandLine, None).await.expect("keys");
    let [key] = &page.rows[..] else { panic!("{:?}", page.rows) };
    assert_eq!((key.state, key.expires_at), (KeyState::Active, Some(key.created_at + TimeDelta::days(30))));
    assert_eq!(key.owner.as_ref().map(|owner| owner.name.as_str()), Some("Ana Ruiz"));
    let revoke = [("form", "revoke"), ("key", &*key.id.to_string())];
    assert_eq!(admin.send(Method::POST, "/admin/keys", &revoke).await.status, 303);
    assert_eq!(console.get(&secret, "/workflows").await.problem(), "401 not_signed_in");
    assert_eq!(admin.send(Method::POST, "/admin/keys", &revoke).await.status, 409);
    assert!(admin.send(Method::GET, "/admin/keys", &[]).await.text.contains("Revoked"));

    for (more, wrong) in [
        (vec![("name", "a"), ("expires", "30")], "expected at least one scope"),
        (vec![("name", "a"), ("scope_system", "on"), ("expires", "30")], "needs a source"),
        (vec![("name", "a"), ("scope_reviewer", "on"), ("expires", "30")], "name its owner"),
        (vec![("name", "a"), ("scope_admin", "on"), ("owner", ANA), ("expires", "30")], "does not have the role admin"),
        (vec![("name", "a"), ("scope_hook", "on"), ("expires", "soon")], "choose when the key ends"),
    ] {
        let refused =
            admin.send(Method::POST, "/admin/keys/new", &[&[("form", "create")], more.as_slice()].concat()).await;
        assert_eq!(refused.status, 422, "{wrong}");
        assert!(refused.text.contains(wrong) && !refused.text.contains("csk_"), "{wrong}: {}", refused.text);
    }
}

async fn a_client_is_connected_by_whoever_answers_for_it(console: TestConsole) {
    let mut admin = noor(&console).await;
    let mut ana = Browser::ana(&console).await;
    let fields = |client| [("form", "connect"), ("name", "builder"), ("client", client), ("workflow", "payments")];
    assert_eq!(ana.send(Method::POST, "/admin/connect", &fields("http")).await.status, 403);
    let unknown = admin.send(Method::POST, "/admin/connect", &fields("telnet")).await;
    assert!(unknown.status == 422 && unknown.text.contains("choose what you connect"), "{}", unknown.text);
    for (client, scope, line) in [
        ("claude-code", "hook", "countersign hooks install --server https://console.test --workflow payments"),
        ("mcp", "agent", "claude mcp add --transport http countersign https://console.test/mcp"),
    ] {
        let made = admin.send(Method::POST, "/admin/connect", &fields(client)).await;
        assert!(made.status == 200 && made.text.contains(line), "{}", made.text);
        let secret = secret_of(&made.text);
        let keys = console.desk.keys_page(&Caller::CommandLine, None).await.expect("keys").rows;
        let key = keys.iter().find(|key| key.hint.as_deref() == Some(&secret[..8])).expect("the key");
        assert_eq!((key.scopes[0].as_str(), key.scopes.len()), (scope, 1));
        assert_eq!(key.owner.as_ref().map(|owner| owner.name.as_str()), Some("Noor Haddad"));
        assert_eq!(key.expires_at, Some(key.created_at + TimeDelta::days(90)));
    }
}

async fn last_used(console: &TestConsole) -> Option<Time> {
    let page = console.desk.keys_page(&Caller::CommandLine, None).await.expect("keys");
    page.rows.iter().find(|key| key.name == "hook").expect("the key").last_used_at
}

/// Waits until the use that was noted beside the request can be read.
async fn noted(console: &TestConsole, at: Time) {
    let patience = Instant::now() + Duration::from_secs(20);
    loop {
        let used = last_used(console).await;
        if used == Some(at) {
            return;
        }
        assert!(Instant::now() < patience, "{used:?} instead of {at}");
        tokio::task::yield_now().await;
    }
}

async fn use_is_noted_once_a_minute(console: TestConsole) {
    let hook = console.key("hook", &[Scope::Hook], None).await;
    assert_eq!(last_used(&console).await, None);
    let start = console.clock.now();
    assert_eq!(console.get(&hook, "/approvals").await.status, 200);
    noted(&console, start).await;
    // Had this use been noted, the next one would come too early.
    console.pass(TimeDelta::seconds(59));
    assert_eq!(console.get(&hook, "/approvals").await.status, 200);
    console.pass(TimeDelta::seconds(1));
    assert_eq!(console.get(&hook, "/approvals").await.status, 200);
    noted(&console, start + TimeDelta::minutes(1)).await;
    // A key that is refused was not used.
    console.pass(TimeDelta::minutes(5));
    console.desk.revoke_key(&Caller::CommandLine, "hook").await.expect("revoked");
    assert_eq!(console.get(&hook, "/approvals").await.status, 401);
    assert_eq!(last_used(&console).await, Some(start + TimeDelta::minutes(1)));
}

async fn keys_stand_for_roles_their_owner_has(console: TestConsole) {
    console.person("Ana Ruiz", &[Role::Reviewer, Role::Auditor], &[]).await;
    let both = console.key("both", &[Scope::Hook, Scope::Auditor], Some(ANA)).await;
    let only = console.key("only", &[Scope::Auditor], Some(ANA)).await;
    assert_eq!(console.get(&only, "/approvals").await.status, 200);
    let roles = Some(vec![Role::Reviewer]);
    let change = server::desk::person::PersonChange { roles, ..Default::default() };
    console.desk.change_person(&Caller::CommandLine, ANA, change).await.expect("changed");
    assert_eq!(console.get(&only, "/approvals").await.problem(), "401 not_signed_in");
    // The machine's scope of the same key stays.
    assert_eq!(console.get(&both, "/approvals").await.status, 200);
}
