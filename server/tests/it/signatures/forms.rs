//! The form of the console signs as the calls do, with and without script: it is one post.

use super::*;

on_both!(the_form_signs_keeps_the_draft_and_never_the_password);

const WRONG: &str = "a wrong passphrase";

async fn the_form_signs_keeps_the_draft_and_never_the_password(console: TestConsole) {
    let agent = cast(&console).await;
    let approval = payment(&agent).await;
    let id = approval["approval_id"].as_str().expect("an id");
    let mut ana = browser(&console, "ana").await;
    let page = ana.send(Method::GET, &format!("/approvals/{id}"), &[]).await.text.replace("<!>", "");
    for said in [MEANING, "Sign and approve", "Sign and reject", "autocomplete=\"current-password\""] {
        assert!(page.contains(said), "{said} in {page}");
    }
    let digest = approval["package_digest"].as_str().expect("a digest");
    let base = [("revision", "1"), ("package_digest", digest), ("for_group", "compliance")];
    let path = format!("/approvals/{id}/decide");
    let fields = |more: &[(&'static str, &'static str)]| [&base[..], more].concat();
    for (more, says) in [
        (vec![("verdict", "approve"), ("notes", "Fine by me.")], "Type your password to sign"),
        (vec![("verdict", "approve"), ("notes", "Fine by me."), ("password", WRONG)], "not your password"),
        // Within the wait the right one is told the same.
        (vec![("verdict", "approve"), ("notes", "Fine by me."), ("password", PASSWORD)], "not your password"),
        (
            vec![("verdict", "reject"), ("notes", "Fine by me."), ("reason_code", ""), ("password", WRONG)],
            "hoose a reason",
        ),
    ] {
        let refused = ana.send(Method::POST, &path, &fields(&more)).await;
        assert_eq!(refused.status, 422, "{}", refused.text);
        assert!(refused.text.contains(says) && refused.text.contains("Fine by me."), "{says} in {}", refused.text);
        assert!(!refused.text.contains(WRONG) && !refused.text.contains(PASSWORD), "a password came back");
    }
    assert_eq!(votes(&agent, &approval).await, 0);
    console.pass(TimeDelta::seconds(1));
    let signed = [("verdict", "approve"), ("notes", "Fine by me."), ("password", PASSWORD)];
    let done = ana.send(Method::POST, &path, &fields(&signed)).await;
    assert_eq!(done.status, 303, "{}", done.text);
    // Posted twice, it is the same decision, for which nobody types the password again.
    assert_eq!(ana.send(Method::POST, &path, &fields(&signed)).await.status, 303);
    let vote = agent.approval(id).await["votes"][0].clone();
    assert_eq!((&vote["signature"]["meaning"], &vote["notes"]), (&json!(MEANING), &json!("Fine by me.")));
    // A password manager may fill in where nothing is signed.
    let mut tomas = browser(&console, "tomas").await;
    let asks = [("verdict", "request_information"), ("notes", "Which one?"), ("password", WRONG)];
    let base = [("revision", "1"), ("package_digest", digest)];
    assert_eq!(tomas.send(Method::POST, &path, &[&base[..], &asks].concat()).await.status, 303);
    // No table has kept it.
    let stored = crate::support::Stored::of(&console).await;
    assert_eq!(stored.tables_with(WRONG), Vec::<&str>::new());
}
