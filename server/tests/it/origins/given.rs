//! What can be done about who is to decide an approval, and about one that was given.

use serde_json::json;

use super::deeds::{self, Deed, form, pending};
use crate::support::Agent;

/// A note that was approved in a run of its own, and that nobody has made.
async fn approved(agent: &Agent<'_>) -> String {
    let agent = agent.again().await;
    let asked = agent.check("note-1", "note", json!({"text": "Hello."})).await;
    let approval = asked["approval_id"].as_str().expect("an approval").to_owned();
    agent.approve(&agent.console.token("ana").await, &approval).await.expect(201);
    approval
}

/// Assigned by call and by form, taken back by call and by form.
pub async fn about_given(agent: &Agent<'_>) -> Vec<Deed> {
    let api = |path: &str| format!("/api/v1/{path}");
    let ((assigned, _), (delegated, _)) = (pending(agent).await, pending(agent).await);
    let asks = json!({"to": "risk", "reason": "They know it."});
    let asks_her = [("form", "delegate"), ("to", "ana@example.com"), ("reason", "She knows it.")];
    let (given, given_by_form) = (approved(agent).await, approved(agent).await);
    vec![
        deeds::json(
            "/api/v1/approvals/{id}/revoke",
            api(&format!("approvals/{given}/revoke")),
            &json!({"reason": "No."}),
        ),
        form("/approvals/{id}", &format!("/approvals/{given_by_form}"), &[("form", "revoke"), ("reason", "No.")]),
        deeds::json("/api/v1/approvals/{id}/assign", api(&format!("approvals/{assigned}/assign")), &asks),
        form("/approvals/{id}", &format!("/approvals/{delegated}"), &asks_her),
    ]
}
