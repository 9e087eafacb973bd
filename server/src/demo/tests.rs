//! The demo as a newcomer meets it: on a real server, over HTTP, across a restart.

use std::{
    path::Path,
    sync::{Arc, Mutex},
    time::Duration,
};

use domain::{
    decision::{Ballot, Verdict},
    id::ApprovalId,
    queue::{Sort, Standing},
    resumption::Resumption,
};
use tempfile::TempDir;
use tokio::task::JoinHandle;

use super::{customers::Customer, *};
use crate::{
    clock::Clock,
    desk::{Caller, Desk},
    http::{AppState, assets::Site, origin::Origin},
    ids::Ids,
    password::{Password, Passwords},
    store::{Database, queue::QueueFilter},
};

/// Far longer than anything here takes.
const PATIENCE: Duration = Duration::from_mins(1);

/// How long the standby stays down.
const REPAIR: Duration = Duration::from_millis(300);

struct Play {
    desk: Desk,
    lines: Arc<Mutex<Vec<String>>>,
    tasks: [JoinHandle<()>; 3],
}

impl Play {
    /// Starts server and demo on the data of a folder.
    async fn begin(folder: &Path) -> Self {
        let clock = Clock::System;
        let ids = Arc::new(Ids::from_os(clock.clone()));
        let database = Database::open_sqlite(&folder.join("demo.db"), clock, ids).await.expect("a database");
        let desk = Desk::with_passwords(
            database,
            crate::vault::Vault::new([7; 32]),
            crate::webhook::Outbound::new().expect("TLS"),
            Passwords::cheap(),
        );
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let state = AppState { desk: desk.clone(), site: Site::default() };
        let router = crate::http::router(state, &Origin::loopback(address));
        let server = tokio::spawn(async move { axum::serve(listener, router).await.expect("served") });
        let lines = Arc::new(Mutex::new(Vec::new()));
        let options = Options {
            seed: 1,
            pace: Duration::from_mins(10),
            repair: REPAIR,
            folder: folder.to_owned(),
            voice: Voice::Kept(lines.clone()),
        };
        let local = format!("http://{address}");
        let played = play(desk.clone(), Address { url: local.clone(), local }, options);
        let demo = tokio::spawn(async move { played.await.expect("the demo goes on") });
        let deliveries = tokio::spawn(crate::workers::delivery::run(desk.clone(), std::future::pending()));
        Self { desk, lines, tasks: [server, demo, deliveries] }
    }

    /// Stops all as ctrl-c does.
    async fn end(self) {
        self.tasks.iter().for_each(JoinHandle::abort);
        self.desk.database.close().await;
    }

    async fn pending(&self) -> Vec<(ApprovalId, String)> {
        let filter = QueueFilter { standing: Some(Standing::Pending), ..QueueFilter::default() };
        let page =
            self.desk.list_approvals(&Caller::CommandLine, filter, Sort::Due, None, 50).await.expect("the queue");
        page.items.into_iter().map(|row| (row.id, row.title)).collect()
    }

    async fn wait_for_pending(&self, wanted: usize) -> Vec<(ApprovalId, String)> {
        let found = async {
            loop {
                let pending = self.pending().await;
                if pending.len() == wanted {
                    return pending;
                }
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, found).await.unwrap_or_else(|_| panic!("{:#?}", self.told()))
    }

    fn told(&self) -> Vec<String> {
        self.lines.lock().expect("lock").clone()
    }

    async fn wait_for_line(&self, who: &str, what: &str) {
        let told = async {
            while !self.told().iter().any(|line| line.contains(who) && line.contains(what)) {
                tokio::time::sleep(Duration::from_millis(50)).await;
            }
        };
        tokio::time::timeout(PATIENCE, told).await.unwrap_or_else(|_| panic!("{who}: {what} in {:#?}", self.told()));
    }

    /// The password that was printed.
    fn password(&self) -> Password {
        let told = self.told();
        let line = told.iter().find(|line| line.contains("Password")).expect("a password");
        Password::new(line.split_whitespace().nth(1).expect("a password"))
    }

    async fn signed_in(&self, first_name: &str) -> Caller {
        let person = cast::PEOPLE.iter().find(|person| person.name.starts_with(first_name)).expect("known");
        let signed_in = self.desk.sign_in(person.email, self.password()).await.expect("signed in");
        Caller::Person(signed_in.person)
    }

    /// Signs in and decides.
    async fn decide(&self, first_name: &str, id: ApprovalId, verdict: Verdict) {
        let caller = self.signed_in(first_name).await;
        let shown = self.desk.find_approval(&caller, id).await.expect("the approval");
        let (is_reject, is_approve) = (verdict == Verdict::Reject, verdict == Verdict::Approve);
        let ballot = Ballot {
            verdict,
            package_digest: shown.package_digest,
            revision: Some(shown.revision),
            reason_code: is_reject.then(|| "other".to_owned()),
            notes: (!is_approve).then(|| "Please call us.".to_owned()),
            for_group: None,
            on_behalf_of: None,
            edited_input: None,
            items: Vec::new(),
            signature: None,
        };
        self.desk.decide(&caller, id, &ballot).await.expect("decided");
    }
}

fn named(pending: &[(ApprovalId, String)], part: &str) -> ApprovalId {
    pending.iter().find(|(_, title)| title.contains(part)).unwrap_or_else(|| panic!("{part} in {pending:?}")).0
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_decision_wakes_the_agent_and_nothing_is_lost_by_a_restart() {
    let folder = TempDir::new().expect("a folder");
    let play = Play::begin(folder.path()).await;
    let pending = play.wait_for_pending(6).await;
    // Small refunds and low risk pass without anybody, after the agent has read what it did wrong.
    play.wait_for_line("support-agent", "customer not verified").await;
    play.wait_for_line("onboarding-agent", "identity not checked yet").await;
    play.wait_for_line("onboarding-agent", "account set up, welcome sent").await;

    let aarav = named(&pending, "Aarav Shah");
    play.decide("Mira", aarav, Verdict::Approve).await;
    assert_eq!(play.pending().await.len(), 6, "one signature of two");
    play.decide("Tomás", aarav, Verdict::Approve).await;
    play.wait_for_line("Aarav Shah", "setup_account approved by Mira Okafor and Tomás Lindqvist").await;
    play.wait_for_line("Aarav Shah", "account set up, welcome sent").await;
    play.end().await;

    let again = Play::begin(folder.path()).await;
    // The five that were left, and a new one in place of Aarav Shah.
    let pending = again.wait_for_pending(6).await;
    let freight = named(&pending, "18400 EUR");
    again.wait_for_line("Lindqvist Freight", "suspended, waiting for support-leads").await;
    again.decide("Priya", freight, Verdict::Reject).await;
    again.wait_for_line("Lindqvist Freight", "there is no refund: Please call us.").await;
    again.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn one_signature_suffices_where_the_colleague_has_signed() {
    let folder = TempDir::new().expect("a folder");
    let play = Play::begin(folder.path()).await;
    let pending = play.wait_for_pending(6).await;
    let customer = story::Story::of(1, 4).customer.name;
    let half_signed = named(&pending, &customer);
    let votes = || async { play.desk.approval_detail(&Caller::CommandLine, half_signed).await.expect("votes").1.len() };
    while votes().await == 0 {
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
    play.decide("Mira", half_signed, Verdict::Approve).await;
    play.wait_for_line(&customer, "account set up, welcome sent").await;
    play.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_agent_asks_for_itself_and_answers_what_a_reviewer_asks() {
    let folder = TempDir::new().expect("a folder");
    let play = Play::begin(folder.path()).await;
    let request = named(&play.wait_for_pending(6).await, "support-agent asks about");
    play.decide("Priya", request, Verdict::RequestInformation).await;
    play.wait_for_line("support-agent", "answers a reviewer's question").await;
    let stored = play.desk.find_approval(&Caller::CommandLine, request).await.expect("the approval");
    let answer = stored.package.information[0].answer.as_ref().expect("an answer");
    assert!(answer.from_agent && answer.text.starts_with("Order "), "{answer:?}");
    play.decide("Priya", request, Verdict::Approve).await;
    play.wait_for_line("support-agent", "promises to waive").await;
    play.end().await;
}

/// How the wake-up after an approval stands.
async fn resumption(play: &Play, approval: ApprovalId) -> Resumption {
    play.desk.resumption(approval).await.expect("read").expect("there is one").state
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_webhook_wakes_the_claims_agent() {
    let folder = TempDir::new().expect("a folder");
    let play = Play::begin(folder.path()).await;
    let Customer { id, name: customer, .. } = story::Story::of(1, 5).customer;
    let refund = named(&play.wait_for_pending(6).await, &id);
    play.wait_for_line(&customer, "suspended, waiting for support-leads; sleeps until a webhook").await;
    play.decide("Priya", refund, Verdict::Approve).await;
    play.wait_for_line(&customer, "woken by a webhook whose signature is right").await;
    play.wait_for_line(&customer, "EUR refunded").await;
    assert!(matches!(resumption(&play, refund).await, Resumption::Resumed { .. }));
    let endpoints = play.desk.list_endpoints(&Caller::CommandLine).await.expect("endpoints");
    play.end().await;

    // After a restart the same endpoints lead to the same receivers.
    let again = Play::begin(folder.path()).await;
    again.wait_for_pending(6).await;
    assert_eq!(again.desk.list_endpoints(&Caller::CommandLine).await.expect("endpoints"), endpoints);
    for endpoint in [receiver::CLAIMS, receiver::STANDBY] {
        let answer = again.desk.test_endpoint(&Caller::CommandLine, endpoint).await.expect("sent");
        let expected = if endpoint == receiver::STANDBY { 503 } else { 204 };
        assert_eq!(answer.status, Some(expected), "{answer:?}");
    }
    again.end().await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_resumption_that_fails_is_retried_and_nobody_decides_twice() {
    let folder = TempDir::new().expect("a folder");
    let play = Play::begin(folder.path()).await;
    let Customer { id, name: customer, .. } = story::Story::of(1, story::FAILING).customer;
    let refund = named(&play.wait_for_pending(6).await, &id);
    play.decide("Priya", refund, Verdict::Approve).await;
    play.wait_for_line(receiver::STANDBY, "is up again").await;
    // The worker has noted the first failure, or will have; the second try is five seconds away.
    let failed = async {
        while !matches!(resumption(&play, refund).await, Resumption::Failed { .. }) {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    tokio::time::timeout(PATIENCE, failed).await.expect("it fails");
    assert!(!play.told().iter().any(|line| line.contains(&customer) && line.contains("woken")));
    let priya = play.signed_in("Priya").await;
    play.desk.retry_resumption(&priya, refund).await.expect("retried");
    play.wait_for_line(&customer, "woken by a webhook whose signature is right").await;
    play.wait_for_line(&customer, "EUR refunded").await;
    let votes = play.desk.approval_detail(&priya, refund).await.expect("votes").1;
    assert_eq!(votes.len(), 1);
    play.end().await;
}
