//! The list in each of its views.

use super::*;
use crate::sample;
use domain::{closure::ClosureStatus, follow_up::Owner as Holder, id::PersonId};

fn html(page: &ClosuresPage, query: &ClosuresQuery) -> String {
    let (page, query) = (page.clone(), query.clone());
    let view =
        Owner::new().with(|| view! { <ClosuresList page=page query=query open=Signal::stored(None) /> }.to_html());
    view.replace("<!>", "")
}

fn waiting() -> ClosuresQuery {
    ClosuresQuery { view: ClosuresView::FollowUps, ..ClosuresQuery::default() }
}

#[test]
fn a_row_says_what_became_of_its_steps_and_stays_text() {
    let html = html(&sample::closures(), &ClosuresQuery::default());
    for shown in
        ["1 done, 1 failed, 1 blocked", "Source changed", "Duplicate event, 2 already", "/closures/clo_", "U+202E"]
    {
        assert!(html.contains(shown), "{shown} in {html}");
    }
    assert_eq!(html.matches("bg-pass-solid").count(), 1, "a segment a step: {html}");
    assert!(html.contains("Last 30 days") && html.contains("Finished without help"), "{html}");
    assert!(!html.contains("<script") && !html.contains("style="), "{html}");
}

#[test]
fn what_waits_names_its_question_reason_and_owner() {
    let html = html(&sample::open_follow_ups(), &waiting());
    for shown in ["Which record", "Mapping missing", "Lena &lt;i&gt;Haas", "/closures/clo_", "?view=follow-ups"] {
        assert!(html.contains(shown), "{shown} in {html}");
    }
    assert!(!html.contains("Filter closures") && !html.contains("<i>"), "{html}");
}

#[test]
fn what_drifts_names_its_record_its_field_and_what_was_wanted() {
    let query = ClosuresQuery { view: ClosuresView::Drift, ..ClosuresQuery::default() };
    let html = html(&sample::drift(), &query);
    for shown in [
        "Closures that drift",
        "status",
        "in &lt;b&gt;review",
        "not kept",
        "last looked at",
        "?view=drift",
        "2 closures could not be looked at",
    ] {
        assert!(html.contains(shown), "{shown} in {html}");
    }
    assert!(!html.contains("<b>") && !html.contains("Filter closures"), "{html}");
}

#[test]
fn what_waits_says_whose_it_is() {
    let given = |owner: Holder| {
        let mut page = sample::open_follow_ups();
        if let Listed::FollowUps(rows) = &mut page.listed {
            rows[0].row.assigned_to = Some(owner);
        }
        html(&page, &waiting())
    };
    let own = given(sample::owner());
    assert!(own.contains("Yours") && !own.contains("Lena"), "who has it stands before whom the event named: {own}");
    let other =
        Holder { person_id: "usr_01j1x6q34xfvqr28t5cy4tp009".parse::<PersonId>().expect("an id"), ..sample::owner() };
    assert!(given(other).contains("Ana &lt;b&gt;Ruiz"));
    let mine = html(&sample::open_follow_ups(), &ClosuresQuery { mine: true, ..waiting() });
    assert!(mine.contains("Filter follow-ups") && mine.contains("view=follow-ups&amp;owner=me"), "{mine}");
    let none = ClosuresPage { listed: Listed::FollowUps(Vec::new()), ..sample::open_follow_ups() };
    assert!(html(&none, &ClosuresQuery { mine: true, ..waiting() }).contains("Nothing of yours waits"));
}

#[test]
fn an_empty_list_says_why() {
    let page = ClosuresPage { listed: Listed::Closures(Vec::new()), ..sample::closures() };
    assert!(html(&page, &ClosuresQuery::default()).contains("No closures yet"));
    let narrowed = ClosuresQuery { status: Some(ClosureStatus::Partial), ..ClosuresQuery::default() };
    assert!(html(&page, &narrowed).contains("Clear filters"));
    let page = ClosuresPage { listed: Listed::FollowUps(Vec::new()), ..page };
    assert!(html(&page, &waiting()).contains("Nothing needs a person"));
    let page = ClosuresPage { listed: Listed::Drift(Vec::new()), ..page };
    let query = ClosuresQuery { view: ClosuresView::Drift, ..ClosuresQuery::default() };
    assert!(html(&page, &query).contains("Nothing has drifted"));
}

#[test]
fn samples_say_whose_they_are_and_what_came_of_them() {
    let query = ClosuresQuery { view: ClosuresView::Samples, ..ClosuresQuery::default() };
    let shown = html(&sample::samples(), &query);
    for said in
        ["Waits for a look", "For you", "For <bdi>process-owners", "Not in order", "Mira &lt;u&gt;", "?view=samples"]
    {
        assert!(shown.contains(said), "{said} in {shown}");
    }
    assert!(!shown.contains("<u>") && !shown.contains("Filter closures"), "{shown}");
    let none = ClosuresPage { listed: Listed::Samples(Vec::new()), ..sample::samples() };
    assert!(html(&none, &query).contains("sample: {"));
}

#[test]
fn pages_and_receipts_keep_the_filters() {
    let page = ClosuresPage { next_cursor: Some("clo_x".to_owned()), ..sample::closures() };
    let query = ClosuresQuery { workflow: Some("research".to_owned()), ..ClosuresQuery::default() };
    let html = html(&page, &query);
    assert!(html.contains(r#"href="/closures?workflow=research&amp;cursor=clo_x""#), "{html}");
    assert!(html.contains("?workflow=research\" data-noscroll"), "{html}");
}
