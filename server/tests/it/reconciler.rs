//! What came apart is found: repaired where that is safe, an alert where a person is needed, and nothing twice.

use domain::{
    Time,
    approval::{Approval, Use},
    id::{ApprovalId, SessionId},
    session::Session,
};
use futures::FutureExt as _;
use server::{
    desk::alert::Reconciled,
    store::{self, approval::Change},
};

use crate::support::{Agent, TestConsole, on_both};

async fn session_of(agent: &Agent<'_>) -> SessionId {
    let run = agent.console.get(&agent.key, &format!("/runs/{}", agent.run)).await.expect(200);
    run["sessions"][0]["session_id"].as_str().expect("an id").parse().expect("an id")
}

/// Puts a session into a state that no move leads to.
async fn tamper(console: &TestConsole, session: SessionId, state: Session) {
    let stored = console
        .desk
        .database
        .write(move |tx| async move { Ok(store::session::update(tx, session, &state).await?) }.boxed());
    stored.await.expect("stored");
}

async fn round(console: &TestConsole) -> Reconciled {
    console.desk.reconcile(Time::UNIX_EPOCH).await.expect("a round")
}

fn repaired(count: usize) -> Reconciled {
    Reconciled { repaired: count, ..Reconciled::default() }
}

async fn waiting(console: &TestConsole) -> (Agent<'_>, SessionId, String) {
    let agent = console.cast().await;
    agent.prepare().await;
    let approval = agent.suspended_payment("pay-1").await;
    let session = session_of(&agent).await;
    (agent, session, approval)
}

async fn what_fits_together_is_left_alone(console: TestConsole) {
    let (agent, _, approval) = waiting(&console).await;
    let before = agent.kinds().await;
    assert_eq!(round(&console).await, Reconciled::default());
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    agent.approve(&ana, &approval).await.expect(201);
    agent.approve(&tomas, &approval).await.expect(201);
    assert_eq!(round(&console).await, Reconciled::default());
    assert!(agent.kinds().await.len() > before.len());
}

async fn a_session_that_stopped_waiting_waits_again(console: TestConsole) {
    let (agent, session, approval) = waiting(&console).await;
    tamper(&console, session, Session::Active).await;
    assert_eq!(round(&console).await, repaired(1));
    assert_eq!(round(&console).await, Reconciled::default());
    assert_eq!(agent.kinds().await.last().map(String::as_str), Some("session.suspended"));
    // Deciding works again, which it would not while the session did not wait.
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    agent.approve(&ana, &approval).await.expect(201);
    agent.approve(&tomas, &approval).await.expect(201);
}

async fn a_session_held_by_an_ended_approval_is_released(console: TestConsole) {
    let (agent, session, approval) = waiting(&console).await;
    let (ana, tomas) = (console.token("ana").await, console.token("tomas").await);
    agent.approve(&ana, &approval).await.expect(201);
    agent.approve(&tomas, &approval).await.expect(201);
    let held: ApprovalId = approval.parse().expect("an id");
    tamper(&console, session, Session::Suspended { awaiting: vec![held] }).await;
    assert_eq!(round(&console).await, repaired(1));
    assert_eq!(round(&console).await, Reconciled::default());
    assert_eq!(agent.pay("pay-1").await["outcome"], "allow");
}

async fn an_ended_approval_gets_the_wake_up_it_never_got(console: TestConsole) {
    let (agent, session, approval) = waiting(&console).await;
    let id: ApprovalId = approval.parse().expect("an id");
    let stored = console.desk.database.write(move |tx| {
        async move {
            let state = Approval::Approved { at: tx.now(), valid_until: None, used: Use::Unused };
            let change = Change { state: &state, revision: 2, given: 2, notes: None };
            store::approval::update(tx, id, &change).await?;
            store::session::update(tx, session, &Session::Active).await?;
            Ok(())
        }
        .boxed()
    });
    stored.await.expect("stored");
    assert_eq!(round(&console).await, repaired(1));
    assert_eq!(round(&console).await, Reconciled::default());
    assert_eq!(agent.approval(&approval).await["resumption"]["state"], "queued");
}

async fn what_cannot_be_repaired_is_an_alert_until_it_is_gone(console: TestConsole) {
    let (agent, session, approval) = waiting(&console).await;
    let missing: ApprovalId = "apr_01k9zzzzzzzzzzzzzzzzzzzzzz".parse().expect("an id");
    tamper(&console, session, Session::Ended).await;
    let raised = Reconciled { raised: 1, ..Reconciled::default() };
    assert_eq!(round(&console).await, raised);
    assert_eq!(round(&console).await, Reconciled::default(), "an alert is raised once");
    // Another trouble takes its place.
    let held: ApprovalId = approval.parse().expect("an id");
    tamper(&console, session, Session::Suspended { awaiting: vec![held, missing] }).await;
    assert_eq!(round(&console).await, Reconciled { raised: 1, settled: 1, repaired: 0 });
    tamper(&console, session, Session::Suspended { awaiting: vec![held] }).await;
    assert_eq!(round(&console).await, Reconciled { settled: 1, ..Reconciled::default() });
    let kinds = agent.kinds().await;
    let told: Vec<&String> = kinds.iter().filter(|kind| kind.starts_with("alert.")).collect();
    assert_eq!(told.len(), 4, "{told:?}");
}

on_both!(
    what_fits_together_is_left_alone,
    a_session_that_stopped_waiting_waits_again,
    a_session_held_by_an_ended_approval_is_released,
    an_ended_approval_gets_the_wake_up_it_never_got,
    what_cannot_be_repaired_is_an_alert_until_it_is_gone,
);
