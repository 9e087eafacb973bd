//! Electronic signatures: given in person with the password, for one decision, once.

use axum::{
    body::Body,
    http::{Method, Request, header},
};
use chrono::TimeDelta;
use futures::FutureExt as _;
use serde_json::{Value, json};
use server::desk::Caller;

use crate::support::{Agent, Browser, ORIGIN, PASSWORD, PAYMENTS, Reply, TestConsole, on_both};

mod forms;
mod refused;

on_both!(
    a_signed_decision_keeps_what_was_signed,
    a_signature_is_for_one_very_decision,
    of_two_uses_one_is_stored,
    a_wrong_password_waits_as_at_the_sign_in,
);

/// The payments of all tests, with signatures.
fn signing() -> String {
    PAYMENTS.replacen("via: [console, api]", "via: [console]\n    sign: true", 1)
}

/// The usual cast, and a run of the workflow that signs.
async fn cast(console: &TestConsole) -> Agent<'_> {
    let agent = console.cast().await;
    console.desk.publish_workflow(&Caller::CommandLine, None, &signing()).await.expect("a workflow");
    let agent = agent.again().await;
    agent.prepare().await;
    agent
}

async fn browser<'a>(console: &'a TestConsole, first: &str) -> Browser<'a> {
    let mut browser = Browser::new(console);
    assert_eq!(browser.sign_in(&format!("{first}@example.com"), PASSWORD).await.status, 303);
    browser
}

/// Calls the API as a page of the console does.
async fn call(browser: &Browser<'_>, origin: &str, path: &str, body: &Value) -> Reply {
    let cookie = format!("__Host-countersign={}", browser.cookie.as_deref().expect("a session"));
    let request = Request::builder()
        .method(Method::POST)
        .uri(format!("/api/v1{path}"))
        .header(header::HOST, "console.test")
        .header(header::ORIGIN, origin)
        .header(header::COOKIE, cookie)
        .header(header::CONTENT_TYPE, "application/json");
    browser.console.send(request.body(Body::from(body.to_string())).expect("a request")).await
}

/// What is signed: the approval as it stands.
fn wanted(approval: &Value) -> Value {
    json!({
        "approval_id": approval["approval_id"], "revision": approval["revision"],
        "package_digest": approval["package_digest"], "verdict": "approve", "password": PASSWORD,
    })
}

fn with(mut body: Value, more: &Value) -> Value {
    for (name, value) in more.as_object().expect("an object") {
        body[name] = value.clone();
    }
    body
}

async fn sign(browser: &Browser<'_>, body: &Value) -> Reply {
    call(browser, ORIGIN, "/signatures", body).await
}

/// A token for approving what stands.
async fn token(browser: &Browser<'_>, approval: &Value, more: &Value) -> Value {
    sign(browser, &with(wanted(approval), more)).await.expect(201)["signature"].clone()
}

async fn decide(browser: &Browser<'_>, approval: &Value, more: &Value) -> Reply {
    let body = json!({
        "verdict": "approve", "revision": approval["revision"], "package_digest": approval["package_digest"],
    });
    let id = approval["approval_id"].as_str().expect("an id");
    call(browser, ORIGIN, &format!("/approvals/{id}/decisions"), &with(body, more)).await
}

async fn payment(agent: &Agent<'_>) -> Value {
    let id = agent.suspended_payment("pay-1").await;
    agent.approval(&id).await
}

async fn votes(agent: &Agent<'_>, approval: &Value) -> usize {
    let now = agent.approval(approval["approval_id"].as_str().expect("an id")).await;
    now["votes"].as_array().expect("votes").len()
}

const MEANING: &str = "I have reviewed revision 1 of this package and approve it for compliance.";

async fn a_signed_decision_keeps_what_was_signed(console: TestConsole) {
    let agent = cast(&console).await;
    let approval = payment(&agent).await;
    let mut ana = browser(&console, "ana").await;
    let unsigned = decide(&ana, &approval, &json!({})).await;
    assert_eq!(unsigned.problem(), "422 signature_required");
    assert!(unsigned.text.contains("Nothing was stored") && unsigned.text.contains("/api/v1/signatures"));
    let given = sign(&ana, &wanted(&approval)).await.expect(201);
    assert_eq!((&given["meaning"], &given["group"]), (&json!(MEANING), &json!("compliance")));
    assert_eq!(given["expires_at"], "2026-11-21T09:05:00Z");
    console.pass(TimeDelta::minutes(1));
    let stored = decide(&ana, &approval, &json!({"signature": given["signature"]})).await.expect(201);
    let kept = json!({"meaning": MEANING, "signed_at": "2026-11-21T09:00:00Z", "authenticated_by": "password"});
    assert_eq!(stored["signature"], kept);
    let id = approval["approval_id"].as_str().expect("an id");
    assert_eq!(agent.approval(id).await["votes"][0]["signature"], kept);
    // The same again is the same decision. A question is not signed, and what needs no signature takes none.
    decide(&ana, &approval, &json!({"signature": given["signature"]})).await.expect(200);
    let tomas = browser(&console, "tomas").await;
    let asks = json!({"verdict": "request_information", "notes": "Why?"});
    let refused = decide(&tomas, &approval, &with(asks.clone(), &json!({"signature": "csg_x"}))).await;
    assert_eq!(refused.problem(), "422 invalid_field");
    let refused = sign(&tomas, &with(wanted(&approval), &json!({"verdict": "request_information"}))).await;
    assert_eq!(refused.problem(), "422 invalid_field");
    // It is told on the page, in the log, and in the run.
    let page = ana.send(Method::GET, &format!("/approvals/{id}"), &[]).await.text.replace("<!>", "");
    for said in [MEANING, "Signed by password", "#signature\"", "Signed</span>"] {
        assert!(page.contains(said), "{said} in {page}");
    }
    let told = console.get(&agent.key, &format!("/runs/{}/timeline", agent.run)).await.expect(200).to_string();
    assert!(told.contains(MEANING) && !told.contains("csg_"), "{told}");
    decide(&tomas, &approval, &asks).await.expect(201);
}

async fn a_signature_is_for_one_very_decision(console: TestConsole) {
    let agent = cast(&console).await;
    let other = agent.again().await;
    other.prepare().await;
    let (approval, second) = (payment(&agent).await, payment(&other).await);
    let (ana, mira) = (browser(&console, "ana").await, browser(&console, "mira").await);
    let of_ana = token(&ana, &approval, &json!({})).await;
    let edited = json!({"to": "ACME", "amount": 200});
    let of_edit = token(&mira, &approval, &json!({"edited_input": edited})).await;
    let of_risk = token(&mira, &approval, &json!({"for_group": "risk"})).await;
    let of_no = token(&mira, &approval, &json!({"verdict": "reject"})).await;
    let other_edit = json!({"to": "ACME", "amount": 150});
    let cases = [
        (&mira, &approval, json!({"signature": of_ana}), "none like it of yours"),
        (&ana, &second, json!({"signature": of_ana}), "another approval"),
        (&mira, &approval, json!({"signature": of_no}), "another verdict"),
        (&mira, &approval, json!({"signature": of_risk}), "another seat"),
        (&mira, &approval, json!({"signature": of_edit}), "other arguments"),
        (&mira, &approval, json!({"signature": of_edit, "edited_input": other_edit}), "other arguments"),
        (
            &mira,
            &approval,
            json!({"signature": of_risk, "for_group": "risk", "edited_input": edited}),
            "other arguments",
        ),
        (&mira, &approval, json!({"signature": "csg_guessed"}), "none like it of yours"),
    ];
    for (who, what, more, why) in cases {
        let refused = decide(who, what, &more).await;
        assert_eq!(refused.problem(), "422 signature_invalid", "{more}");
        assert!(refused.text.contains(why) && refused.text.contains("Nothing was stored"), "{why}: {}", refused.text);
    }
    // Another revision is another package; and five minutes are five minutes.
    let old = token(&ana, &second, &json!({})).await;
    console.pass(TimeDelta::minutes(5));
    let refused = decide(&ana, &second, &json!({"signature": old})).await;
    assert!(refused.problem() == "422 signature_invalid" && refused.text.contains("five minutes"), "{}", refused.text);
    let of_ana = token(&ana, &approval, &json!({})).await;
    let by_risk = json!({"for_group": "risk", "edited_input": edited});
    let of_mira = token(&mira, &approval, &by_risk).await;
    let changed = decide(&mira, &approval, &with(by_risk, &json!({"signature": of_mira}))).await.expect(201);
    assert_eq!(changed["revision"], 2);
    assert!(changed["signature"]["meaning"].as_str().is_some_and(|told| told.contains("as I have changed them")));
    let now = agent.approval(approval["approval_id"].as_str().expect("an id")).await;
    let refused = decide(&ana, &now, &json!({"signature": of_ana})).await;
    assert!(refused.text.contains("another package"), "{}", refused.text);
    assert_eq!((votes(&agent, &approval).await, votes(&other, &second).await), (1, 0));
}

async fn of_two_uses_one_is_stored(console: TestConsole) {
    let agent = cast(&console).await;
    let approval = payment(&agent).await;
    let (ana, beside) = (browser(&console, "ana").await, browser(&console, "ana").await);
    let signature = token(&ana, &approval, &json!({})).await;
    let body = json!({"signature": signature});
    let (one, two) = tokio::join!(decide(&ana, &approval, &body), decide(&beside, &approval, &body));
    let mut both = [one.status.as_u16(), two.status.as_u16()];
    both.sort_unstable();
    // The second finds the stored decision, or that somebody has used the signature.
    assert!(both == [200, 201] || both == [201, 422], "{} {}", one.text, two.text);
    assert_eq!(votes(&agent, &approval).await, 1);

    // Whatever comes before, the row itself is used once, and not when it is over.
    let tomas = browser(&console, "tomas").await;
    for (late, spent) in [(0, [true, false]), (5, [false, false])] {
        let signature = token(&tomas, &approval, &json!({})).await;
        let hash = domain::signature::Token::new(signature.as_str().expect("a token").to_owned()).digest();
        console.pass(TimeDelta::minutes(late));
        let spend = async || {
            let spent = console.desk.database.write(move |tx| {
                async move { Ok::<bool, server::error::Error>(server::store::signature::spend(tx, hash).await?) }
                    .boxed()
            });
            spent.await.expect("written")
        };
        let (first, second) = (spend().await, spend().await);
        assert_eq!([first, second], spent, "{late} minutes later");
        assert_eq!(
            decide(&tomas, &approval, &json!({"signature": signature})).await.problem(),
            "422 signature_invalid"
        );
    }
    assert_eq!(votes(&agent, &approval).await, 1);
    // What is over is swept away.
    console.pass(TimeDelta::minutes(10));
    console.desk.sweep_sign_in().await.expect("swept");
    let mut tx = console.desk.database.read().await.expect("a snapshot");
    let hash = domain::signature::Token::new(signature.as_str().expect("a token").to_owned()).digest();
    assert_eq!(server::store::signature::find(&mut tx, hash).await.expect("read"), None);
}

async fn a_wrong_password_waits_as_at_the_sign_in(console: TestConsole) {
    let agent = cast(&console).await;
    let approval = payment(&agent).await;
    let ana = browser(&console, "ana").await;
    let wrong = with(wanted(&approval), &json!({"password": "not the password at all"}));
    let refused = sign(&ana, &wrong).await;
    assert_eq!(refused.problem(), "422 invalid_field");
    assert_eq!(refused.json()["errors"][0]["path"], "/password");
    // Within the wait the right one is told the very same, here and at the front door.
    let waiting = sign(&ana, &wanted(&approval)).await;
    assert_eq!((waiting.status, waiting.json()["detail"].clone()), (refused.status, refused.json()["detail"].clone()));
    assert_eq!(Browser::new(&console).sign_in("ana@example.com", PASSWORD).await.status, 401);
    console.pass(TimeDelta::seconds(1));
    assert_eq!(sign(&ana, &wrong).await.problem(), "422 invalid_field");
    console.pass(TimeDelta::seconds(1));
    assert_eq!(sign(&ana, &wanted(&approval)).await.problem(), "422 invalid_field", "the wait has doubled");
    console.pass(TimeDelta::seconds(1));
    let signature = token(&ana, &approval, &json!({})).await;
    decide(&ana, &approval, &json!({"signature": signature})).await.expect(201);
    assert_eq!(Browser::new(&console).sign_in("ana@example.com", PASSWORD).await.status, 303, "all is forgotten");
    let kinds = agent.kinds().await;
    assert_eq!(kinds.iter().filter(|kind| *kind == "signature.refused").count(), 2, "{kinds:?}");
}
