//! Every route says who may call it, and holds to that.

use axum::{body::Body, http::Request};
use server::http::{declared, routes::Access};

use crate::support::{Reply, TestConsole, on_both};

on_both!(routes_that_need_somebody_refuse_nobody, keys_without_the_scope_are_refused, no_route_echoes);

/// A path with something in place of what varies.
fn filled(path: &str) -> String {
    let parts = path.split('/').map(|part| if part.starts_with('{') { "x" } else { part });
    parts.collect::<Vec<_>>().join("/")
}

/// The status. The clients of hooks read nothing but a 200: their refusals are in it.
fn told(reply: &Reply, path: &str) -> u16 {
    if !path.starts_with("/hooks/") {
        return reply.status.as_u16();
    }
    assert_eq!(reply.status.as_u16(), 200, "{path}");
    let answer = &reply.json()["hookSpecificOutput"];
    assert_eq!(answer["permissionDecision"], "deny", "{path}: {answer}");
    let why = answer["permissionDecisionReason"].as_str().expect("a reason");
    match () {
        () if why.contains("Send a key") => 401,
        () if why.contains("This needs the scope") => 403,
        () => 404,
    }
}

#[test]
fn the_declared_routes() {
    let lines: Vec<String> =
        declared().iter().map(|route| format!("{} {} {:?}", route.method, route.path, route.access)).collect();
    insta::assert_snapshot!(lines.join("\n"));
}

async fn routes_that_need_somebody_refuse_nobody(console: TestConsole) {
    for route in declared() {
        let request =
            Request::builder().method(route.method.clone()).uri(filled(&route.path)).header("host", "console.test");
        let reply = console.send(request.body(Body::empty()).expect("a request")).await;
        let told = told(&reply, &route.path);
        match route.access {
            Access::Granted(_) => assert_eq!(told, 401, "{route:?}"),
            Access::Page if route.path == "/sign-in" => assert_eq!(told, 200, "{route:?}"),
            Access::Page => assert!(reply.headers["location"].to_str().expect("text").starts_with('/'), "{route:?}"),
            Access::Public => assert!(told < 400 || told == 404, "{route:?} {told}"),
            // Without an Origin nothing is accepted, not even an empty form.
            Access::Form => assert!((400..500).contains(&told) || told == 303, "{route:?} {told}"),
        }
        assert_eq!(reply.headers["x-content-type-options"], "nosniff", "{route:?}");
        assert!(reply.headers.contains_key("content-security-policy"), "{route:?}");
    }
}

async fn keys_without_the_scope_are_refused(console: TestConsole) {
    for scope in domain::Scope::ALL {
        let owner = matches!(scope, domain::Scope::Reviewer | domain::Scope::SupportLead).then_some("pat@example.com");
        if scope == &domain::Scope::Hook {
            console.person("Pat Lee", &[domain::Role::Reviewer, domain::Role::SupportLead], &["any"]).await;
        }
        let key = console.key(&format!("{scope}-key"), &[*scope], owner).await;
        for route in declared() {
            let Access::Granted(action) = route.access else { continue };
            let request = Request::builder()
                .method(route.method.clone())
                .uri(filled(&route.path))
                .header("host", "console.test")
                .header("authorization", format!("Bearer {key}"));
            let told = told(&console.send(request.body(Body::empty()).expect("a request")).await, &route.path);
            let is_granted = action.scopes().contains(scope);
            assert_eq!(told == 403, !is_granted, "{scope} {route:?}: {told}");
            assert_ne!(told, 500, "{scope} {route:?}");
        }
    }
}

/// `TRACE` would give a script what only the server is told.
async fn no_route_echoes(console: TestConsole) {
    for route in declared() {
        let request = Request::builder().method("TRACE").uri(filled(&route.path)).header("host", "console.test");
        let reply = console.send(request.body(Body::from("secret")).expect("a request")).await;
        assert!(matches!(reply.status.as_u16(), 403 | 405), "{route:?}: {}", reply.status);
        assert!(!reply.text.contains("secret"), "{route:?}");
    }
}

/// Passwords and cookies do not travel in the clear: the server does not even start.
#[test]
fn other_machines_are_not_served_over_plain_http() {
    let folder = tempfile::TempDir::new().expect("a folder");
    for more in [&[][..], &["--public-url", "http://localhost:8080"]] {
        let mut serve = crate::support::process::binary(folder.path());
        let refused = serve.args(["serve", "--listen", "0.0.0.0:0"]).args(more).output().expect("the program");
        let said = String::from_utf8_lossy(&refused.stderr);
        assert!(
            !refused.status.success() && said.contains("plain http is served on loopback addresses only"),
            "{said}"
        );
    }
    assert!(!folder.path().join("countersign.db").exists(), "nothing was made");
}
