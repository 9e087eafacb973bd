//! Endpoints and failed resumptions in the console: pages and forms, and the server killed between sending and noting.

use axum::http::Method;
use domain::Role;
use serde_json::json;
use sqlx::Connection as _;

use crate::support::{Act, Browser, Hooked, PASSWORD, Receiver, TestConsole, on_both, process::Installation};

async fn signed_in<'a>(console: &'a TestConsole, name: &str, role: Role) -> Browser<'a> {
    console.person(name, &[role], &[]).await;
    let first = name.split(' ').next().expect("a name").to_lowercase();
    let mut browser = Browser::new(console);
    assert_eq!(browser.sign_in(&format!("{first}@example.com"), PASSWORD).await.status, 303);
    browser
}

async fn an_administrator_manages_endpoints(console: TestConsole) {
    let receiver = Receiver::start([Act::Status(200), Act::Status(500)]).await;
    let mut iris = signed_in(&console, "Iris Admin", Role::Admin).await;
    let page = "/admin/endpoints";
    let add = |url: &str| {
        vec![
            ("form".to_owned(), "add".to_owned()),
            ("name".to_owned(), "hr".to_owned()),
            ("url".to_owned(), url.to_owned()),
            ("allow_private".to_owned(), "yes".to_owned()),
        ]
    };
    let refused = post(&mut iris, page, &add("gopher://x")).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(refused.text.contains("expected https") && refused.text.contains("gopher://x"), "what was typed is kept");
    let added = post(&mut iris, page, &add(&receiver.url)).await;
    assert!(shows_a_secret(&added.text), "the secret is shown once");
    assert!(!shows_a_secret(&iris.send(Method::GET, page, &[]).await.text));
    assert_eq!(post(&mut iris, page, &add(&receiver.url)).await.status, 409);
    let act = |form: &str| vec![("form".to_owned(), form.to_owned()), ("endpoint".to_owned(), "hr".to_owned())];
    assert_eq!(post(&mut iris, page, &act("test")).await.status, 303);
    assert_eq!(receiver.next().await.json()["type"], "endpoint.test");
    let failed = post(&mut iris, page, &act("test")).await;
    assert!(failed.status == 409 && failed.text.contains("answered 500"), "{}", failed.text);
    assert!(shows_a_secret(&post(&mut iris, page, &act("rotate")).await.text));
    for (form, status) in [("disable", 303), ("disable", 409), ("enable", 303), ("enable", 409), ("eat", 400)] {
        assert_eq!(post(&mut iris, page, &act(form)).await.status, status, "{form}");
    }
    let log = iris.send(Method::GET, "/admin/deliveries?only=failed", &[]).await;
    assert!(log.text.contains("answered 500") && log.text.contains("endpoint.test"), "{}", log.text);
    // Nobody else sees or changes them.
    let mut ada = signed_in(&console, "Ada Auditor", Role::Auditor).await;
    for page in [page, "/admin/deliveries"] {
        assert_eq!(ada.send(Method::GET, page, &[]).await.status, 403, "{page}");
    }
    assert_eq!(post(&mut ada, page, &act("disable")).await.status, 403);
}

/// Whether a whole secret stands there, and not only how one begins.
fn shows_a_secret(text: &str) -> bool {
    let is_base64 = |c: char| c.is_ascii_alphanumeric() || matches!(c, '+' | '/' | '=');
    text.split("whsec_").skip(1).any(|rest| rest.chars().take_while(|c| is_base64(*c)).count() >= 32)
}

async fn post(browser: &mut Browser<'_>, path: &str, fields: &[(String, String)]) -> crate::support::Reply {
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    browser.send(Method::POST, path, &fields).await
}

async fn a_failed_resumption_stands_above_the_queue(console: TestConsole) {
    let receiver = Receiver::start([Act::Status(503), Act::Status(503)]).await;
    let hooked = Hooked::start(&console, &receiver).await;
    let approval = hooked.approved("s2").await;
    hooked.deliver(&receiver).await;
    let mut ana = Browser::new(&console);
    ana.sign_in("ana@example.com", PASSWORD).await;
    let page = format!("/approvals/{approval}");
    for path in ["/approvals", "/approvals?view=failed"] {
        let queue = ana.send(Method::GET, path, &[]).await.text.replace("<!>", "");
        for words in ["Resumption failed", "answered 503", "next in 5 s", "Retry", "nobody has to decide again"] {
            assert!(queue.contains(words), "{path} lacks {words:?}");
        }
    }
    let shown = ana.send(Method::GET, &page, &[]).await.text.replace("<!>", "");
    for words in ["The session was not resumed", "Attempt 1 of 7", "Nothing ran", "Retry now", "Attempt log", "Abandon"]
    {
        assert!(shown.contains(words), "the page lacks {words:?}");
    }
    // An auditor reads it and is offered nothing.
    let mut ada = signed_in(&console, "Ada Auditor", Role::Auditor).await;
    let read = ada.send(Method::GET, &page, &[]).await.text;
    assert!(read.contains("was not resumed") && !read.contains("Retry now"));
    let retry = [("form", "retry")];
    assert_eq!(ada.send(Method::POST, &page, &retry).await.status, 403);
    assert_eq!(ana.send(Method::POST, &page, &retry).await.status, 303);
    assert_eq!(ana.send(Method::POST, &page, &retry).await.status, 409, "it is queued already");
    hooked.deliver(&receiver).await;
    assert_eq!(ana.send(Method::POST, &page, &[("form", "abandon"), ("reason", "")]).await.status, 422);
    assert_eq!(ana.send(Method::POST, &page, &[("form", "abandon"), ("reason", "Gone.")]).await.status, 303);
    let queue = ana.send(Method::GET, "/approvals", &[]).await.text;
    assert!(!queue.contains("answered 503"), "what was abandoned is no failure any more");
    assert!(ana.send(Method::GET, &page, &[]).await.text.contains("The resumption was abandoned"));
}

on_both!(an_administrator_manages_endpoints, a_failed_resumption_stands_above_the_queue);

/// The receiver has taken it and the server dies before it notes so: it is sent again under the same id.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_killed_between_sending_and_noting_sends_again() {
    let receiver = Receiver::start([Act::Hang]).await;
    let site = Installation::new();
    let printed = site.run(&["endpoint", "add", "--name", "agent", "--url", &receiver.url, "--allow-private"]);
    let secret = printed.trim();
    assert!(secret.starts_with("whsec_") && !secret.contains(char::is_whitespace), "the secret alone");
    assert!(site.run(&["endpoint", "list"]).contains("\tagent\t"));
    let client = reqwest::Client::new();
    let server = site.start();
    let session = json!({"framework": "test", "id": "s1", "resume": {"via": "webhook", "endpoint": "agent"}});
    let body = json!({"workflow": "payments", "subject": "a", "requested_by": "rosa@example.com", "session": session});
    let (_, run) = server.post(&client, &site.hook, "/runs", &body).await.expect("a run");
    let path = format!("/runs/{}/gate-checks", run["run_id"].as_str().expect("an id"));
    let call = json!({"session_id": "s1", "tool": "note", "tool_use_id": "n1", "input": {"text": "x"}});
    let (_, answer) = server.post(&client, &site.hook, &path, &call).await.expect("an answer");
    let approval = answer["approval_id"].as_str().expect("an approval").to_owned();
    let (_, seen) = server.get(&client, &site.hook, &format!("/approvals/{approval}")).await.expect("the approval");
    let ballot = json!({"verdict": "approve", "revision": seen["revision"], "package_digest": seen["package_digest"]});
    let path = format!("/approvals/{approval}/decisions");
    let (status, decided) = server.post(&client, &site.reviewers[0], &path, &ballot).await.expect("a decision");
    assert_eq!(status, 201, "{decided}");
    let first = receiver.next().await;
    assert!(first.is_signed_with(secret));
    server.kill();
    // The lease would be over in a minute.
    let url = format!("sqlite://{}", site.database().display());
    let mut database = sqlx::SqliteConnection::connect(&url).await.expect("the file");
    let past = "UPDATE resumption SET due_at = '2026-01-01T00:00:00+00:00', \
                state = json_set(state, '$.leased_until', '2026-01-01T00:00:00Z')";
    sqlx::query(past).execute(&mut database).await.expect("changed");
    database.close().await.expect("closed");
    let server = site.start();
    let second = receiver.next().await;
    assert_eq!((second.id(), &second.body), (first.id(), &first.body));
    let (_, fetched) = server.get(&client, &site.hook, &format!("/approvals/{approval}/decision")).await.expect("it");
    assert_eq!(fetched, second.json()["data"]);
    let (status, _) = server.post(&client, &site.reviewers[0], &path, &ballot).await.expect("an answer");
    assert_eq!(status, 200, "the decision was made once; this is its repeat");
}
