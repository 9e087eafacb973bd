//! Pages that load themselves again: while the console is worked on, and at no other time.

use axum::{
    Router,
    body::Body,
    http::{Request, header},
};
use server::http::{AppState, assets::Site, origin::Origin, router};
use tower::ServiceExt as _;

use crate::support::{ORIGIN, Reply, TestConsole};

async fn get(router: &Router, path: &str) -> Reply {
    let request = Request::get(path).header(header::HOST, "console.test").body(Body::empty()).expect("a request");
    Reply::read(router.clone().oneshot(request).await.expect("infallible")).await
}

#[tokio::test]
async fn pages_load_again_only_when_asked_for() {
    let console = TestConsole::sqlite().await;
    let origin = Origin::parse(ORIGIN).expect("an origin");
    let served = |site| router(AppState { desk: console.desk.clone(), site }, &origin);

    let usual = served(Site::default());
    assert_eq!(get(&usual, "/dev/reload.js").await.status, 404);
    assert_eq!(get(&usual, "/dev/alive").await.status, 404);
    assert!(!get(&usual, "/sign-in").await.text.contains("/dev/"));

    let worked_on = served(Site::default().reloading());
    let script = get(&worked_on, "/dev/reload.js").await;
    assert_eq!(script.status, 200);
    assert_eq!(script.headers[header::CONTENT_TYPE], "text/javascript; charset=utf-8");
    let page = get(&worked_on, "/sign-in").await;
    let policy = page.headers[header::CONTENT_SECURITY_POLICY].to_str().expect("text").to_owned();
    let nonce = policy.split("'nonce-").nth(1).and_then(|rest| rest.split('\'').next()).expect("a nonce");
    let tag = page.text.split("<script").find(|tag| tag.contains("/dev/reload.js")).expect("the script");
    assert!(tag.contains(&format!("nonce=\"{nonce}\"")), "{tag}");
    assert!(!policy.contains("unsafe-inline"), "{policy}");
}
