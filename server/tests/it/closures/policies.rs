//! What a closure policy may say.

use server::desk::Caller;

use crate::support::TestConsole;

/// What is wrong with a policy, with its place.
async fn faults(console: &TestConsole, text: &str) -> Vec<String> {
    let refused = console.desk.publish_workflow(&Caller::CommandLine, None, text).await;
    let Err(server::error::Error::Refused(refusal)) = refused else { return Vec::new() };
    let told = |field: domain::FieldError| {
        format!(
            "{}:{} {}: {}",
            field.line.unwrap_or_default(),
            field.column.unwrap_or_default(),
            field.path,
            field.message
        )
    };
    refusal.errors.into_iter().map(told).collect()
}

#[tokio::test]
async fn what_may_not_be_said_is_refused_with_its_place() {
    let console = TestConsole::sqlite().await;
    let text = r#"name: wrong
default: block
facts:
  verdict: { type: string, enum: [clear, hit] }
  rationale: { type: string }
closure:
  - id: a
    after: event
    where: 'facts.verdict == "clear"'
    steps:
      - { id: pay, kind: payment, target: bank, record: x }
      - { id: told, kind: notification, target: everybody }
      - { id: sync, kind: status_sync, target: tracker, record: '{{event.context.notes}}' }
  - id: a
    after: run.completed
    where: 'event.sauce.record == "x"'
    steps:
      - { id: sync, kind: status_sync, target: tracker, record: '{{run.subject}}', set: { note: '{{facts.rationale}}', who: '{{approval.id}}', ok: '{{facts.verdict}}' } }
      - { id: sync, kind: archive_link, target: 'no/way', record: '{{run.subject' }
"#;
    insta::assert_snapshot!(faults(&console, text).await.join("\n"));
}

#[tokio::test]
async fn the_policies_of_these_tests_are_in_order() {
    let console = TestConsole::sqlite().await;
    assert_eq!(faults(&console, super::RESEARCH).await, Vec::<String>::new());
}

#[tokio::test]
async fn mail_goes_to_a_group_and_nothing_else_does() {
    let console = TestConsole::sqlite().await;
    let text =
        |steps: &str| format!("name: mail\ndefault: block\nclosure:\n  - id: a\n    after: event\n    steps:\n{steps}");
    let right = "      - { id: told, kind: notification, target: email, to: study-leads }\n";
    assert_eq!(faults(&console, &text(right)).await, Vec::<String>::new());
    for (wrong, at) in [
        ("{ id: told, kind: notification, target: email }", "closure[0].steps[0].to"),
        ("{ id: told, kind: notification, target: email, to: '{{event.id}}' }", "closure[0].steps[0].to"),
        ("{ id: told, kind: notification, target: email, to: leads, record: x }", "closure[0].steps[0].record"),
        ("{ id: told, kind: notification, target: slack, to: leads }", "closure[0].steps[0].to"),
        ("{ id: sync, kind: status_sync, target: email, record: x, to: leads }", "closure[0].steps[0].to"),
        ("{ id: told, kind: notification, target: mail, to: leads }", "closure[0].steps[0].target"),
    ] {
        let told = faults(&console, &text(&format!("      - {wrong}\n"))).await;
        assert!(told.iter().any(|fault| fault.contains(&format!(" {at}: "))), "{wrong}: {told:?}");
    }
}

#[tokio::test]
async fn a_sample_that_could_not_be_looked_at_is_refused_with_its_place() {
    let console = TestConsole::sqlite().await;
    for (sample, place) in [
        ("{ one_in: 0, by: owners }", "6:23 closure[0].sample.one_in: Expected a whole number from 1 to 1000."),
        ("{ one_in: 1001, by: owners }", "6:23 closure[0].sample.one_in: Expected a whole number from 1 to 1000."),
        ("{ one_in: 20 }", "closure[0].sample.by: `by` is missing: the group of those who own the process."),
        (
            "{ by: owners }",
            "closure[0].sample.one_in: `one_in` is missing: one closure in so many is looked at, such as 20.",
        ),
        ("{ one_in: 20, by: 'a/b' }", "6:31 closure[0].sample.by: `a/b` cannot name a group"),
        ("{ one_in: 20, by: owners, of: x }", "6:39 closure[0].sample.of: Unknown key `of`."),
        ("often", "6:13 closure[0].sample: Expected a mapping with `one_in`, `by`"),
    ] {
        let text = format!(
            "name: wrong\ndefault: block\nclosure:\n  - id: a\n    after: event\n    sample: {sample}\n    steps: \
             [{{ id: told, kind: notification, target: slack }}]\n"
        );
        let faults = faults(&console, &text).await;
        assert!(faults.len() == 1 && faults[0].contains(place), "{sample}: {faults:?}");
    }
}
