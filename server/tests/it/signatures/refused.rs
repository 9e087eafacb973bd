//! Who never signs, and what is never decided by a signature.

use server::error::Error;

use super::*;

on_both!(people_sign_and_never_by_key, what_is_signed_is_decided_one_by_one);

async fn people_sign_and_never_by_key(console: TestConsole) {
    let agent = cast(&console).await;
    let approval = payment(&agent).await;
    let (ana, token) = (browser(&console, "ana").await, console.token("ana").await);
    assert_eq!(console.post(&token, "/signatures", &wanted(&approval)).await.problem(), "403 wrong_scope");
    let id = approval["approval_id"].as_str().expect("an id");
    assert_eq!(agent.approve(&token, id).await.problem(), "403 not_entitled");
    let elsewhere = call(&ana, "https://evil.example", "/signatures", &wanted(&approval)).await;
    assert_eq!(elsewhere.problem(), "403 cross_origin");
    for (person, told) in [("rosa", "403 self_approval"), ("dev", "403 self_approval")] {
        let person = browser(&console, person).await;
        assert_eq!(sign(&person, &wanted(&approval)).await.problem(), told);
    }
    let tomas = browser(&console, "tomas").await;
    let table = [
        (json!({"for_group": "compliance"}), "403 not_entitled"),
        (json!({"revision": 2}), "412 stale_revision"),
        (json!({"package_digest": "0".repeat(64)}), "422 digest_mismatch"),
        (json!({"edited_input": 7}), "422 invalid_field"),
        (json!({"approval_id": "apr_00000000000000000000000001"}), "404 not_found"),
        (json!({"remember": true}), "422 unknown_field"),
    ];
    for (more, told) in table {
        assert_eq!(sign(&tomas, &with(wanted(&approval), &more)).await.problem(), told, "{more}");
    }
    // A definition that would have it given by a token is not published.
    let by_api = PAYMENTS.replacen("via: [console, api]", "via: [console, api]\n    sign: true", 1);
    let Err(Error::Refused(refusal)) = console.desk.publish_workflow(&Caller::CommandLine, None, &by_api).await else {
        panic!("published");
    };
    assert!(refusal.errors[0].message.contains("never given by API"), "{:?}", refusal.errors);
    assert_eq!(refusal.errors[0].path, "policies.two-groups.via");
}

async fn what_is_signed_is_decided_one_by_one(console: TestConsole) {
    let agent = console.cast().await;
    let one = PAYMENTS.replace(
        "reject: { count: 1 }\n    via: [console, api]",
        "reject: { count: 1 }\n    via: [console]\n    sign: true",
    );
    console.desk.publish_workflow(&Caller::CommandLine, None, &one).await.expect("a workflow");
    let agent = agent.again().await;
    let noted = agent.check("note-1", "note", json!({"text": "Hello."})).await;
    let approval = agent.approval(noted["approval_id"].as_str().expect("an approval")).await;
    let mut ana = browser(&console, "ana").await;
    let item = json!({
        "id": approval["approval_id"], "revision": approval["revision"], "package_digest": approval["package_digest"],
    });
    for verdict in ["approve", "reject"] {
        let body = json!({"verdict": verdict, "items": [item]});
        let refused = call(&ana, ORIGIN, "/approvals/bulk-decisions", &body).await;
        assert_eq!(refused.problem(), "422 bulk_refused");
        assert!(refused.text.contains("asks for an electronic signature"), "{}", refused.text);
    }
    let path = format!("/approvals/bulk?item={}", approval["approval_id"].as_str().expect("an id"));
    let preview = ana.send(Method::GET, &path, &[]).await.text;
    assert!(preview.contains("asks for an electronic signature") && !preview.contains("Approve 1"), "{preview}");
    assert_eq!(votes(&agent, &approval).await, 0);
}
