//! Views of the approvals list that people keep: by forms, for themselves alone, told to nobody.

use axum::http::Method;
use domain::{
    Role,
    queue::{Filters, QueueQuery, View},
    refusal::Code,
};
use futures::future::join_all;

use crate::{
    runs::viewer,
    support::{Browser, PASSWORD, Reply, TestConsole, on_both},
};

on_both!(
    a_view_is_kept_renamed_and_removed,
    what_cannot_be_kept_is_said,
    views_are_their_owners_alone,
    at_once_no_more_is_kept_than_one_after_another,
);

const PATH: &str = "/approvals?risk=high&q=a%26b&sort=newest";

async fn signed_in<'a>(console: &'a TestConsole, who: &str) -> Browser<'a> {
    let mut browser = Browser::new(console);
    browser.sign_in(&format!("{who}@example.com"), PASSWORD).await;
    browser
}

async fn page(browser: &mut Browser<'_>, path: &str) -> String {
    browser.send(Method::GET, path, &[]).await.text.replace("<!>", "").replace("<bdi>", "").replace("</bdi>", "")
}

async fn save(browser: &mut Browser<'_>, path: &str, name: &str) -> Reply {
    browser.send(Method::POST, path, &[("form", "save_view"), ("name", name)]).await
}

/// The id of the view that a page shows.
fn shown(page: &str) -> String {
    let (_, rest) = page.split_once("value=\"view_").unwrap_or_else(|| panic!("no view is shown: {page}"));
    format!("view_{}", rest.split('"').next().expect("an id"))
}

async fn a_view_is_kept_renamed_and_removed(console: TestConsole) {
    let agent = console.cast().await;
    agent.prepare().await;
    agent.suspended_payment("pay-1").await;
    let before = agent.kinds().await;
    let mut ana = signed_in(&console, "ana").await;
    let plain = page(&mut ana, "/approvals?view=mine").await;
    assert!(!plain.contains("Save view"), "what has its tab already need not be kept");
    assert!(page(&mut ana, PATH).await.contains("Save view"));
    let saved = save(&mut ana, PATH, "  Big <b>ones</b> ").await;
    assert_eq!((saved.status.as_u16(), saved.headers["location"].to_str().expect("text")), (303, PATH));
    save(&mut ana, "/approvals?risk=high", "All big").await;
    let other = page(&mut ana, "/approvals").await;
    assert!(other.contains("Big &lt;b&gt;ones&lt;/b&gt;") && other.contains(&PATH.replace('&', "&amp;")), "{other}");
    assert!(other.contains("All big<span class=\"text-xs tabular-nums text-faint font-normal\">1</span>"), "{other}");
    let here = page(&mut ana, PATH).await;
    assert!(here.contains("Change view") && !here.contains("Save view"), "{here}");
    let id = shown(&here);
    let rename = [("form", "rename_view"), ("id", &*id), ("name", "Small")];
    assert_eq!(ana.send(Method::POST, PATH, &rename).await.status, 303);
    let renamed = page(&mut ana, PATH).await;
    assert!(renamed.contains("Small<span") && !renamed.contains("Big &lt;b"), "{renamed}");
    let remove = [("form", "remove_view"), ("id", &*id)];
    assert_eq!(ana.send(Method::POST, PATH, &remove).await.status, 303);
    assert!(!page(&mut ana, PATH).await.contains("Small<span"));
    assert_eq!(ana.send(Method::POST, PATH, &remove).await.status, 404);
    assert_eq!(agent.kinds().await, before, "the log does not speak of it");
}

async fn what_cannot_be_kept_is_said(console: TestConsole) {
    console.cast().await;
    let mut ana = signed_in(&console, "ana").await;
    save(&mut ana, "/approvals?gate=g0", "View 0").await;
    for (path, name, said) in [
        (PATH, "", "Give the view a name."),
        (PATH, "View 0", "You keep another view called &quot;View 0&quot;"),
        (PATH, &*"x".repeat(41), "Use at most 40 characters."),
        ("/approvals?gate=g0", "Again", "You keep this as &quot;View 0&quot; already."),
        ("/approvals?view=failed", "Failed", "Failed resumptions have their tab"),
    ] {
        let refused = save(&mut ana, path, name).await;
        let text = refused.text.replace("<!>", "").replace("&#x27;", "'");
        let is_said = text.contains(said) || text.contains(&said.replace("&quot;", "\"")) || path.contains("failed");
        assert!(refused.status == 422 && is_said, "{path} {name}: {} {text}", refused.status);
    }
    for at in 1..12 {
        assert_eq!(save(&mut ana, &format!("/approvals?gate=g{at}"), &format!("View {at}")).await.status, 303);
    }
    let refused = save(&mut ana, PATH, "One more").await;
    assert!(refused.status == 422 && refused.text.contains("You keep 12 views"), "{}", refused.text);
    assert_eq!(save(&mut ana, &format!("/approvals?q={}", "x".repeat(300)), "Long").await.status, 400);
    let unknown = ana.send(Method::POST, PATH, &[("form", "share_view"), ("name", "x")]).await;
    assert_eq!(unknown.status, 400);
}

async fn views_are_their_owners_alone(console: TestConsole) {
    console.cast().await;
    let (mut ana, mut mira) = (signed_in(&console, "ana").await, signed_in(&console, "mira").await);
    save(&mut ana, PATH, "Mine").await;
    let id = shown(&page(&mut ana, PATH).await);
    let theirs = page(&mut mira, PATH).await;
    assert!(!theirs.contains("Mine<span") && theirs.contains("Save view"), "{theirs}");
    for form in ["rename_view", "remove_view"] {
        let fields = [("form", form), ("id", &*id), ("name", "Yours")];
        assert_eq!(mira.send(Method::POST, PATH, &fields).await.status, 404, "{form}");
    }
    assert_eq!(save(&mut mira, PATH, "Mine").await.status, 303, "names are for each alone");
    assert!(page(&mut ana, PATH).await.contains("Mine<span"));
    let mut nobody = Browser::new(&console);
    assert_eq!(save(&mut nobody, PATH, "Nobody's").await.status, 303, "to sign in");
}

async fn at_once_no_more_is_kept_than_one_after_another(console: TestConsole) {
    console.cast().await;
    let (desk, ana) = (&console.desk, viewer(&console, &[Role::Reviewer]).await);
    let query = |gate: &str| {
        let filters = Filters { gate: Some(gate.to_owned()), ..Filters::default() };
        QueueQuery { filters, ..QueueQuery::of(View::AllPending) }
    };
    let refused = |outcome: Result<(), server::error::Error>| outcome.err().map(|error| error.code());
    let one_of_two = [None, Some(Some(Code::InvalidField))];
    let in_order = |outcomes: Vec<Result<(), server::error::Error>>| {
        let mut outcomes: Vec<_> = outcomes.into_iter().map(refused).collect();
        outcomes.sort_by_key(Option::is_some);
        outcomes
    };
    for round in 0..5 {
        let names = [format!("One {round}"), format!("Other {round}")];
        let save = names.iter().map(|name| desk.save_view(&ana, name, query(&format!("g{round}"))));
        assert_eq!(in_order(join_all(save).await), one_of_two, "the same list, round {round}");
        desk.save_view(&ana, &format!("More {round}"), query(&format!("h{round}"))).await.expect("kept");
        let kept = desk.saved_views(ana.id).await.expect("views");
        let (name, [.., one, other]) = (format!("Same {round}"), &kept[..]) else { panic!("two views: {kept:?}") };
        let rename = [one.id, other.id].map(|id| desk.rename_view(&ana, id, &name));
        assert_eq!(in_order(join_all(rename).await), one_of_two, "the same name, round {round}");
    }
    desk.save_view(&ana, "The eleventh", query("i")).await.expect("kept");
    let last = ["a", "b", "c", "d"].map(|name| desk.save_view(&ana, name, query(name)));
    let outcomes = in_order(join_all(last).await);
    assert_eq!(outcomes.iter().filter(|refused| refused.is_none()).count(), 1, "{outcomes:?}");
    assert_eq!(desk.saved_views(ana.id).await.expect("views").len(), 12);
}
