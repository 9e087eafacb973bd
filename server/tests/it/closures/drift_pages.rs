//! Drift in the console: the tab, the receipt, and what an administrator can do about it.

use axum::http::Method;
use domain::Role;
use serde_json::json;

use super::{
    Stage,
    pages::{page, signed_in},
};
use crate::support::{TestConsole, on_both};

on_both!(what_drifts_is_found_looked_at_and_accepted, others_see_drift_and_settle_nothing);

/// The moment that the form says it was shown.
fn shown_since(html: &str) -> String {
    let field = html.split("name=\"since\"").nth(1).and_then(|rest| rest.split("value=\"").nth(1));
    field.and_then(|rest| rest.split('"').next()).expect("a moment").to_owned()
}

async fn what_drifts_is_found_looked_at_and_accepted(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    let mut iris = signed_in(&console, "iris@example.com").await;
    assert!(page(&mut iris, "/closures?view=drift").await.contains("Nothing has drifted"));
    let id = stage.closed("evt-1").await;
    let path = format!("/closures/{id}");
    assert!(page(&mut iris, &path).await.contains("Not looked at yet"));
    stage.tracker.set("studies/BM-198", json!({"id": "BM-198", "status": "reopened", "version": "3"}));
    // The session ends within the day: the look is asked for.
    let looked = iris.send(Method::POST, &path, &[("form", "look")]).await;
    assert_eq!((looked.status.as_u16(), looked.headers["location"] == *format!("{path}?done=looked")), (303, true));
    let html = page(&mut iris, "/closures?view=drift").await.replace("<!>", "");
    for said in ["Closures that drift", "reopened", "tracker", "studies/BM-198", &*format!("{path}?view=drift")] {
        assert!(html.contains(said), "{said} in {html}");
    }
    let html = page(&mut iris, &path).await;
    assert!(html.contains("Not as it was left") && html.contains("Accept the difference"), "{html}");
    let since = shown_since(&html);
    let refused = iris.send(Method::POST, &path, &[("form", "accept"), ("since", &since), ("reason", " ")]).await;
    assert!(refused.status == 422 && refused.text.contains("drift-reason-fault"), "{}", refused.text);
    let lost = iris.send(Method::POST, &path, &[("form", "accept"), ("reason", "Known.")]).await;
    assert_eq!(lost.status, 400, "{}", lost.text);
    let send = [("form", "accept"), ("since", &*since), ("reason", "Reopened & known.")];
    let accepted = iris.send(Method::POST, &path, &send).await;
    assert_eq!(accepted.status, 303, "{}", accepted.text);
    let html = page(&mut iris, &format!("{path}?done=accepted")).await;
    for said in ["The difference is accepted", "Reopened &amp; known.", "Iris Admin"] {
        assert!(html.contains(said), "{said} in {html}");
    }
    assert!(page(&mut iris, "/closures?view=drift").await.contains("Nothing has drifted"));
    assert_eq!(iris.send(Method::POST, &path, &send).await.status, 409);
}

async fn others_see_drift_and_settle_nothing(console: TestConsole) {
    let stage = Stage::set(&console, true).await;
    console.person("Ivo Brandt", &[Role::Auditor], &[]).await;
    let id = stage.closed("evt-1").await;
    stage.tracker.remove("queue/IN-7");
    stage.look_tomorrow().await;
    let path = format!("/closures/{id}");
    for email in ["ivo@example.com", "ana@example.com"] {
        let mut other = signed_in(&console, email).await;
        let html = page(&mut other, &path).await;
        assert!(html.contains("Not as it was left") && !html.contains(&format!(r#"action="{path}""#)), "{html}");
        for form in ["look", "accept"] {
            let send = [("form", form), ("since", "2026-11-22T09:00:00Z"), ("reason", "x")];
            assert_eq!(other.send(Method::POST, &path, &send).await.status, 403, "{email} {form}");
        }
    }
}
