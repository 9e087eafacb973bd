//! Escalations in the console: the list, a case, and the forms of whoever works it.

use axum::http::Method;
use domain::{Role, Scope};
use serde_json::json;

use crate::support::{Agent, Browser, PASSWORD, TestConsole, on_both};

on_both!(
    the_longest_waiting_stands_first_and_is_counted,
    a_lead_takes_a_case_up_gives_it_on_and_settles_it,
    what_is_missing_is_told_at_its_field_and_kept,
    others_read_a_case_and_change_nothing,
);

/// Hands a case over; gives its id.
async fn opened(agent: &Agent<'_>, customer: &str) -> String {
    let body = json!({
        "customer_id": customer, "root_cause_analysis": "The <b>claim</b> was filed twice.", "refund_amount": null,
        "recommended_action": "Call them.", "concerns": [{"title": "Billed twice", "refs": ["inv_1"]}],
    });
    agent.post("escalations", &body).await.expect(201)["escalation_id"].as_str().expect("an id").to_owned()
}

async fn lead<'a>(console: &'a TestConsole, name: &str) -> Browser<'a> {
    console.person(name, &[Role::SupportLead], &[]).await;
    let first = name.split(' ').next().expect("a name").to_lowercase();
    let mut browser = Browser::new(console);
    assert_eq!(browser.sign_in(&format!("{first}@example.com"), PASSWORD).await.status, 303);
    browser
}

async fn page(browser: &mut Browser<'_>, path: &str) -> String {
    let reply = browser.send(Method::GET, path, &[]).await;
    assert_eq!(reply.status, 200, "{path}: {}", reply.text);
    reply.text
}

async fn the_longest_waiting_stands_first_and_is_counted(console: TestConsole) {
    let agent = console.cast().await;
    let first = opened(&agent, "cust_one").await;
    for customer in ["cust_two", "cust_three"] {
        opened(&agent, customer).await;
    }
    let mut lena = lead(&console, "Lena Brandt").await;
    let html = page(&mut lena, "/escalations").await;
    let at = |customer: &str| html.find(customer).expect("a row");
    assert!(at("cust_one") < at("cust_two") && at("cust_two") < at("cust_three"));
    assert!(html.contains("Choose a case"), "nothing is chosen yet");
    let key = console.key("lena", &[Scope::SupportLead], Some("lena@example.com")).await;
    console.post(&key, &format!("/escalations/{first}/resolve"), &json!({"resolution": "Called."})).await.expect(200);
    let html = page(&mut lena, "/escalations").await;
    assert!(!html.contains("cust_one"), "what is settled waits no more");
    let html = page(&mut lena, "/escalations?status=resolved").await;
    assert!(html.contains("cust_one") && !html.contains("cust_two"));
    assert!(page(&mut lena, "/escalations?mine=1").await.contains("No escalation matches"));
    assert_eq!(lena.send(Method::GET, "/escalations?cursor=x", &[]).await.status, 400);
}

async fn a_lead_takes_a_case_up_gives_it_on_and_settles_it(console: TestConsole) {
    let agent = console.cast().await;
    let id = opened(&agent, "cust_one").await;
    let (mut lena, mut luis) = (lead(&console, "Lena Brandt").await, lead(&console, "Luis Ortega").await);
    let path = format!("/escalations/{id}");
    let html = page(&mut lena, &path).await;
    for said in ["cust_one", "The &lt;b&gt;claim", "Call them.", "Billed twice", "Nobody yet", "Acknowledge"] {
        assert!(html.contains(said), "{said} in {html}");
    }
    let taken = lena.send(Method::POST, &path, &[("form", "acknowledge")]).await;
    assert_eq!(taken.status, 303);
    assert_eq!(taken.headers["location"], *format!("{path}?done=acknowledged"));
    let again = luis.send(Method::POST, &path, &[("form", "acknowledge")]).await;
    assert!(again.status == 409 && again.text.contains("Somebody has acknowledged it already"), "{}", again.text);
    let given = [("form", "assign"), ("to", "luis@example.com"), ("reason", "Knows the carrier.")];
    assert_eq!(lena.send(Method::POST, &path, &given).await.status, 303);
    assert!(page(&mut luis, "/escalations?mine=1").await.contains("cust_one"));
    let settled = [("form", "resolve"), ("resolution", "Paid back & called.")];
    assert_eq!(luis.send(Method::POST, &path, &settled).await.status, 303);
    let html = page(&mut lena, &format!("{path}?done=resolved")).await;
    for said in ["Resolved by", "Luis Ortega", "Paid back &amp; called.", "Knows the carrier.", "took up escalation"] {
        assert!(html.contains(said), "{said} in {html}");
    }
    assert!(!html.contains("name=\"form\" value=\"resolve\""), "there is nothing more to do");
}

async fn what_is_missing_is_told_at_its_field_and_kept(console: TestConsole) {
    let agent = console.cast().await;
    let path = format!("/escalations/{}", opened(&agent, "cust_one").await);
    let mut lena = lead(&console, "Lena Brandt").await;
    let refused = lena.send(Method::POST, &path, &[("form", "resolve"), ("resolution", " ")]).await;
    assert!(refused.status == 422 && refused.text.contains("resolution-fault"), "{}", refused.text);
    let given = [("form", "assign"), ("to", "ana@example.com"), ("reason", "She is <near>.")];
    let refused = lena.send(Method::POST, &path, &given).await;
    assert!(refused.status == 422 && refused.text.contains("this person is no support lead"), "{}", refused.text);
    assert!(refused.text.contains("She is &lt;near&gt;."), "what was typed is kept");
    assert_eq!(lena.send(Method::POST, &path, &[("form", "close")]).await.status, 400);
    assert_eq!(lena.send(Method::POST, "/escalations/esc_x", &[("form", "acknowledge")]).await.status, 404);
    assert_eq!(lena.send(Method::GET, "/escalations/esc_x", &[]).await.status, 404);
}

async fn others_read_a_case_and_change_nothing(console: TestConsole) {
    let agent = console.cast().await;
    let path = format!("/escalations/{}", opened(&agent, "cust_one").await);
    let mut ana = Browser::new(&console);
    assert_eq!(ana.sign_in("ana@example.com", PASSWORD).await.status, 303);
    let html = page(&mut ana, &path).await;
    assert!(html.contains("Call them.") && !html.contains("name=\"form\" value=\"acknowledge\""), "{html}");
    for form in ["acknowledge", "resolve"] {
        let refused = ana.send(Method::POST, &path, &[("form", form), ("resolution", "x")]).await;
        assert_eq!(refused.status, 403, "{form}");
    }
}
