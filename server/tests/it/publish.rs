//! Publishing: the same text is the same version; every fault is named with its place.

use serde_json::json;
use server::desk::Caller;

use crate::support::{PAYMENTS, TestConsole, on_both};

on_both!(the_same_text_is_the_same_version, runs_keep_their_version, faults_are_named_with_line_and_column);

async fn the_same_text_is_the_same_version(console: TestConsole) {
    let publish =
        async |text: &str| console.desk.publish_workflow(&Caller::CommandLine, None, text).await.expect("a version");
    let first = publish(PAYMENTS).await;
    let changed = publish(&PAYMENTS.replace("<= 100", "<= 200")).await;
    assert_eq!((first.version.version, changed.version.version), (1, 2));
    assert_eq!(publish(PAYMENTS).await, first);
}

async fn runs_keep_their_version(console: TestConsole) {
    let agent = console.cast().await;
    let loose = PAYMENTS.replace("<= 100", "<= 9999");
    console.desk.publish_workflow(&Caller::CommandLine, None, &loose).await.expect("a version");
    agent.prepare().await;
    agent.suspended_payment("pay-1").await;
    let next = agent.again().await;
    next.prepare().await;
    assert_eq!(next.pay("pay-1").await["outcome"], "allow");
}

async fn faults_are_named_with_line_and_column(console: TestConsole) {
    let admin = console.key("pipeline", &[domain::Scope::Admin], None).await;
    let put = async |text: String| {
        let request = crate::support::request(axum::http::Method::PUT, &admin, "/workflows/payments");
        console.send(request.body(axum::body::Body::from(text)).expect("a request")).await
    };
    let refused = put(PAYMENTS.replace("facts.status ==", "facts.sttus ==")).await;
    assert_eq!(refused.problem(), "422 invalid_workflow");
    let error = &refused.json()["errors"][0];
    assert_eq!(error["line"], 20, "{error}");
    assert!(error["message"].as_str().expect("a message").contains("status"), "{error}");
    let later = put(PAYMENTS.replace("note: { input:", "note: { redact: [/text], input:")).await.json();
    assert_eq!(later["errors"][0]["code"], json!("not_supported_yet"));
    let other = put(PAYMENTS.replace("name: payments", "name: others")).await;
    assert_eq!(other.problem(), "422 invalid_field");
    let body = put(PAYMENTS.to_owned()).await.expect(200);
    assert_eq!((&body["name"], &body["version"]), (&json!("payments"), &json!(1)));
}
