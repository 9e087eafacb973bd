//! Many people load a page at the same instant: each gets a whole one.

use axum::http::Method;
use tokio::task::JoinSet;

use crate::support::{Browser, TestConsole};

/// Enough that pages begin and end on several threads at once.
const READERS: usize = 16;
/// How often each reads.
const TIMES: usize = 25;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn pages_loaded_at_once_are_whole() {
    // Readers run as tasks of their own and end with the test's process.
    let console: &'static TestConsole = Box::leak(Box::new(TestConsole::sqlite().await));
    let agent = console.cast().await;
    agent.prepare().await;
    agent.suspended_payment("pay-1").await;
    let cookie = {
        let mut ana = Browser::new(console);
        assert_eq!(ana.sign_in("ana@example.com", crate::support::PASSWORD).await.status, 303);
        ana.cookie.expect("a session")
    };
    let mut readers = JoinSet::new();
    for _ in 0..READERS {
        let cookie = cookie.clone();
        readers.spawn(async move {
            let mut browser = Browser::with(console, &cookie);
            for _ in 0..TIMES {
                let page = browser.send(Method::GET, "/approvals", &[]).await;
                assert_eq!(page.status, 200, "{}", page.text);
                assert!(page.text.contains("<title>(1) Approvals · Countersign</title>"), "{}", page.text);
            }
        });
    }
    while let Some(read) = readers.join_next().await {
        read.expect("a whole page");
    }
}
