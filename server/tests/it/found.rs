//! Finding approvals and runs by a few typed characters.

use domain::{Role, found::Found};
use serde_json::json;
use server::desk::PersonCaller;

use crate::support::{TestConsole, on_both};

on_both![words_and_ids_find_approvals_and_runs, whoever_may_not_read_finds_nothing];

async fn caller(console: &TestConsole, roles: &[Role]) -> PersonCaller {
    let people = console.desk.list_people(&server::desk::Caller::CommandLine).await.expect("people");
    let ana = people.into_iter().find(|person| person.email == "ana@example.com").expect("Ana");
    PersonCaller { id: ana.id, name: ana.name, email: ana.email, roles: roles.to_vec(), groups: ana.groups }
}

async fn words_and_ids_find_approvals_and_runs(console: TestConsole) {
    let agent = console.cast().await;
    let held = agent.check("call-1", "note", json!({"text": "Called back"})).await;
    let approval = held["approval_id"].as_str().expect("an approval").to_owned();
    let ana = caller(&console, &[Role::Reviewer]).await;
    let find = async |typed: &str| console.desk.found(&ana, typed).await.expect("found");

    for typed in [approval.clone(), approval[approval.len() - 6..].to_owned(), format!(" {} ", approval.to_uppercase())]
    {
        let Found { approvals, runs } = find(&typed).await;
        let ids: Vec<String> = approvals.iter().map(|found| found.id.to_string()).collect();
        assert_eq!((ids, runs.len()), (vec![approval.clone()], 0), "{typed}");
    }
    let found = find("").await;
    assert_eq!(found, Found::default());
    let run = find(&agent.run).await;
    assert_eq!((run.approvals.len(), run.runs.len()), (0, 1));
    let subject = run.runs[0].subject.clone();
    let by_subject = find(&subject).await;
    assert_eq!((by_subject.approvals.len(), by_subject.runs.len()), (1, 1), "{subject}");
    assert_eq!(find("nothing like it").await, Found::default());
    assert_eq!(find("%").await, Found::default());
    assert_eq!(find(&"x".repeat(10_000)).await, Found::default());
}

async fn whoever_may_not_read_finds_nothing(console: TestConsole) {
    let agent = console.cast().await;
    let nobody = caller(&console, &[]).await;
    let refused = console.desk.found(&nobody, &agent.run).await.expect_err("refused");
    assert_eq!(refused.code(), Some(domain::refusal::Code::WrongScope));
}
