//! A console of its own for each test: fresh database, clock that stands still, the real router.

mod agent;
mod browser;
pub mod claude;
mod closing;
mod console;
pub mod contract;
pub mod disk;
pub mod engine;
pub mod hooked;
pub mod load;
pub mod mailbox;
pub mod memory;
pub mod model;
pub mod process;
pub mod receiver;
mod reply;
pub mod shim;
pub mod sound;
mod stored;
mod stream;
pub mod trials;

pub use agent::Agent;
pub use browser::{ANA, Browser};
pub use closing::work_closures;
pub use console::{ORIGIN, PASSWORD, TestConsole, request};
pub use engine::{Kept, empty_postgres};
pub use hooked::Hooked;
pub use receiver::{Act, Down, Receiver};
pub use reply::Reply;
pub use stored::Stored;
pub use stream::Stream;

/// Runs each story on both databases. Without PostgreSQL the second run says loudly that it did nothing.
macro_rules! on_both {
    ($($story:ident),* $(,)?) => {
        mod on_sqlite {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                super::$story($crate::support::TestConsole::sqlite().await).await;
            })*
        }
        mod on_postgres {
            $(#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
            async fn $story() {
                if let Some(console) = $crate::support::TestConsole::postgres().await {
                    super::$story(console).await;
                }
            })*
        }
    };
}
pub(crate) use on_both;

/// What makes any workflow one that writes elsewhere, so that it waits for a second administrator where there is one.
pub const CLOSING: &str = "\
closure:
  - id: close
    after: approval.approved
    steps:
      - { id: told, kind: notification, target: slack }
";

/// A definition small enough to know by heart: paying needs a verified payee, and a person above 100.
pub const PAYMENTS: &str = r#"
name: payments
title: Payments
subject: account
default: block
tools:
  look_up: { input: { account: string }, reversible: true }
  pay: { input: { to: string, amount: number }, reversible: false, risk: high, blast_radius: one account }
  note: { input: { text: string }, reversible: true, risk: low }
facts:
  payee: { type: string, from: { tool: look_up, path: /payee } }
  status: { type: string, enum: [OPEN, FROZEN], from: system }
  score: { type: integer, from: system, max_age: 1h }
gates:
  - id: look
    tools: [look_up]
  - id: payment
    tools: [pay]
    require:
      - { name: open, when: 'facts.status == "OPEN"', otherwise: "The account is not open. Ask the ledger." }
      - { name: payee, when: 'facts.payee == input.to', otherwise: "Call look_up first." }
    review: { unless: 'input.amount <= 100', policy: two-groups, summary: "Pay {{input.amount}} to {{facts.payee}}" }
  - id: notes
    tools: [note]
    review: { policy: one }
policies:
  two-groups:
    approve: { all: [ { group: compliance, count: 1 }, { group: risk, count: 1 } ] }
    reject: { count: 1 }
    exclude: [requester, agent_owner, previous_approver]
    reasons: { required_on: [reject], codes: [doubt, limit] }
    deadline: { expire: 24h }
    valid_for: 2h
    via: [console, api]
  one:
    approve: { all: [ { group: compliance, count: 1 } ] }
    reject: { count: 1 }
    via: [console, api]
requests: { policy: two-groups }
"#;
