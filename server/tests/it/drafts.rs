//! Writing definitions in the browser: faults where they stand, nothing published unseen, nothing lost.

use axum::http::Method;
use domain::Role;

use crate::support::{Browser, PASSWORD, PAYMENTS, Reply, TestConsole, on_both};

on_both!(
    an_administrator_publishes,
    faults_keep_the_text_and_publish_nothing,
    a_new_version_is_seen_before_it_is_published,
    the_text_is_published_as_it_was_typed,
    others_may_not,
);

async fn admin(console: &TestConsole) -> Browser<'_> {
    console.person("Mira Okafor", &[Role::Admin], &[]).await;
    let mut browser = Browser::new(console);
    browser.sign_in("mira@example.com", PASSWORD).await;
    browser
}

async fn post(browser: &mut Browser<'_>, path: &str, act: &str, source: &str, seal: &str) -> Reply {
    let fields = [("form", "definition"), ("act", act), ("source", source), ("seal", seal)];
    browser.send(Method::POST, path, &fields).await
}

/// The versions there are.
async fn published(console: &TestConsole) -> Vec<(String, u32)> {
    let list = console.desk.list_workflows(&server::desk::Caller::CommandLine, None, 50).await.expect("a list");
    list.into_iter().map(|one| (one.version.name, one.version.version)).collect()
}

/// The value of the hidden field that a confirmation sends back.
pub fn seal(page: &Reply) -> String {
    let at = page.text.find("name=\"seal\"").expect("the field");
    let tag = &page.text[page.text[..at].rfind('<').expect("its tag")..];
    let tag = &tag[..tag.find('>').expect("its end")];
    tag.split("value=\"").nth(1).and_then(|rest| rest.split('"').next()).unwrap_or_default().to_owned()
}

async fn an_administrator_publishes(console: TestConsole) {
    let mut browser = admin(&console).await;
    let page = browser.send(Method::GET, "/workflows/new", &[]).await;
    assert_eq!(page.status, 200);
    // The text is in the text area, escaped, so that the page works without script.
    assert!(page.text.contains("name: my-workflow") && page.text.contains("Begin with"), "{}", page.text);
    let sample = browser.send(Method::GET, "/workflows/new?sample=support-resolution", &[]).await;
    assert!(sample.text.contains("name: support-resolution"), "{}", sample.text);
    let checked = post(&mut browser, "/workflows/new", "check", PAYMENTS, "").await;
    assert_eq!(checked.status, 200);
    assert!(checked.text.contains("this would be version 1 of payments"), "{}", checked.text);
    assert!(checked.text.contains("Nobody is in the group compliance yet"), "{}", checked.text);
    assert!(published(&console).await.is_empty());
    let done = post(&mut browser, "/workflows/new", "publish", PAYMENTS, "").await;
    assert_eq!(
        (done.status.as_u16(), &done.headers["location"]),
        (303, &"/workflows/payments".parse().expect("a value"))
    );
    let page = browser.send(Method::GET, "/workflows/payments", &[]).await;
    assert!(page.text.contains("Mira Okafor") && page.text.contains("/workflows/payments/edit"), "{}", page.text);
    let again = post(&mut browser, "/workflows/payments/edit", "publish", PAYMENTS, "").await;
    assert!(again.text.contains("This text is version 1 already"), "{}", again.text);
    assert_eq!(published(&console).await, [("payments".to_owned(), 1)]);
}

async fn faults_keep_the_text_and_publish_nothing(console: TestConsole) {
    let mut browser = admin(&console).await;
    let wrong =
        PAYMENTS.replace("facts.status ==", "facts.sttus ==") + "# </textarea><script>alert(1)</script> & more\n";
    for act in ["check", "publish"] {
        let refused = post(&mut browser, "/workflows/new", act, &wrong, "").await;
        assert_eq!(refused.status, 422, "{act}");
        let text = &refused.text;
        assert!(text.contains("Line 20, column") && text.contains("Did you mean `status`?"), "{text}");
        assert!(text.contains("href=\"#L20\"") && text.contains("id=\"L20\""), "{text}");
        assert!(text.contains("# &lt;/textarea&gt;&lt;script&gt;alert(1)&lt;/script&gt; &amp; more"), "{text}");
        assert!(!text.contains("<script>alert(1)"), "{text}");
        assert!(!text.contains("value=\"publish\""), "publishing is not offered while there are faults");
    }
    let other = post(&mut browser, "/workflows/new", "publish", "not: [yaml", "").await;
    assert_eq!(other.status, 422);
    // Longer than any other form may be, and than a definition may be.
    let long = format!("{PAYMENTS}{}", "# a comment, over and over again\n".repeat(9_000));
    let refused = post(&mut browser, "/workflows/new", "check", &long, "").await;
    assert!(refused.status == 422 && refused.text.contains("a definition has at most"), "{}", refused.status);
    let most = format!("{PAYMENTS}{}", "# a comment, over and over again\n".repeat(6_000));
    assert_eq!(post(&mut browser, "/workflows/new", "check", &most, "").await.status, 200);
    assert!(published(&console).await.is_empty());
}

async fn a_new_version_is_seen_before_it_is_published(console: TestConsole) {
    let mut browser = admin(&console).await;
    post(&mut browser, "/workflows/new", "publish", PAYMENTS, "").await;
    let (edit, second) = ("/workflows/payments/edit", PAYMENTS.replace("expire: 24h", "expire: 48h"));
    let shown = post(&mut browser, edit, "publish", &second, "").await;
    assert_eq!(shown.status, 200);
    assert!(shown.text.contains("lets approvals expire after 2 d, was after 1 d"), "{}", shown.text);
    assert_eq!(published(&console).await, [("payments".to_owned(), 1)]);
    // What was seen is another text: it is shown again.
    let third = PAYMENTS.replace("expire: 24h", "expire: 72h");
    let other = post(&mut browser, edit, "publish", &third, &seal(&shown)).await;
    assert!(other.status == 200 && other.text.contains("lets approvals expire after 3 d"), "{}", other.text);
    let done = post(&mut browser, edit, "publish", &second, &seal(&shown)).await;
    assert_eq!(done.status, 303);
    // What was seen was about version 1, and version 2 is live by now.
    let late = post(&mut browser, edit, "publish", &third, &seal(&other)).await;
    assert_eq!(late.status, 200);
    assert_eq!(published(&console).await, [("payments".to_owned(), 2)]);
    let renamed = post(&mut browser, edit, "publish", &third.replace("name: payments", "name: other"), "").await;
    assert!(renamed.status == 422 && renamed.text.contains("publishes versions of `payments`"), "{}", renamed.text);
}

async fn the_text_is_published_as_it_was_typed(console: TestConsole) {
    let mut browser = admin(&console).await;
    // Browsers send CR LF; the same text from the command line is the same version.
    post(&mut browser, "/workflows/new", "publish", &PAYMENTS.replace('\n', "\r\n"), "").await;
    let caller = server::desk::Caller::CommandLine;
    let same = console.desk.publish_workflow(&caller, None, PAYMENTS).await.expect("a version");
    assert_eq!(same.version.version, 1);
    assert_eq!(console.desk.find_workflow(&caller, "payments", None).await.expect("it").source, PAYMENTS);
}

async fn others_may_not(console: TestConsole) {
    let mut nobody = Browser::new(&console);
    let sent = post(&mut nobody, "/workflows/new", "publish", PAYMENTS, "").await;
    assert_eq!(sent.status, 303);
    console.desk.publish_workflow(&server::desk::Caller::CommandLine, None, PAYMENTS).await.expect("a version");
    console.person("Ana Ruiz", &[Role::Reviewer], &["compliance"]).await;
    let mut reviewer = Browser::new(&console);
    reviewer.sign_in("ana@example.com", PASSWORD).await;
    for path in ["/workflows/new", "/workflows/payments/edit"] {
        assert_eq!(reviewer.send(Method::GET, path, &[]).await.status, 403, "{path}");
        let refused = post(&mut reviewer, path, "publish", &PAYMENTS.replace("24h", "48h"), "").await;
        assert_eq!(refused.status, 403, "{path}");
    }
    let mut admin = admin(&console).await;
    admin.origin = "https://evil.example";
    assert_eq!(post(&mut admin, "/workflows/new", "publish", PAYMENTS, "").await.status, 403);
    admin.origin = crate::support::ORIGIN;
    assert_eq!(admin.send(Method::GET, "/workflows/nothing/edit", &[]).await.status, 404);
    assert_eq!(published(&console).await, [("payments".to_owned(), 1)]);
}
