//! Whatever agents, people and addresses say, a page is built of the same elements as if they had said nothing of
//! markup. Two consoles are told the same story, one in hostile texts and one in their tame twins, and each page of one
//! is held against that of the other, as a browser's parser reads them.

mod hostile;
mod page;
mod story;

use axum::http::Method;
use domain::Role;
use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};

use crate::support::{
    Browser, PASSWORD, Reply, TestConsole,
    trials::{random, trials},
};
use hostile::Texts;
use page::Page;
use story::Story;

/// Stories of the short form.
const STORIES: u64 = 1;
const NOOR: &str = "noor@example.com";

/// What is asked for: method, address and form.
type Asked = (Method, String, Vec<(&'static str, String)>);

/// A console, what was told there, and somebody who may see all of it.
struct Told<'a> {
    story: Story,
    texts: Texts,
    browser: Browser<'a>,
}

impl<'a> Told<'a> {
    async fn new(console: &'a TestConsole, seed: u64, is_tame: bool) -> Self {
        console.person("Noor Haddad", Role::ALL, &["compliance", "risk"]).await;
        let mut texts = Texts::new(StdRng::seed_from_u64(seed), is_tame);
        let story = Story::tell(console, &mut texts).await;
        let mut browser = Browser::new(console);
        assert_eq!(browser.sign_in(NOOR, PASSWORD).await.status, 303);
        Self { story, texts, browser }
    }

    /// Everything that is asked for.
    fn asked(&mut self) -> Vec<Asked> {
        let get = |path: String| (Method::GET, path, Vec::new());
        let fixed = ["/approvals", "/approvals?view=all", "/runs", "/audit", "/workflows", "/workflows/payments"];
        let more =
            ["/workflows/payments?tab=changes", "/workflows/payments?tab=policies", "/workflows/payments?tab=tools"];
        let admin =
            ["/workflows/payments/edit", "/admin", "/admin/groups", "/admin/keys", "/admin/deliveries", "/profile"];
        let mut asked: Vec<_> = fixed.iter().chain(&more).chain(&admin).map(|path| get((*path).to_owned())).collect();
        asked.extend(self.story.approvals.iter().map(|id| get(format!("/approvals/{id}"))));
        asked.extend(self.story.runs.iter().map(|id| get(format!("/runs/{id}"))));
        asked.extend((1..=self.story.events).step_by(3).map(|leaf| get(format!("/audit/{leaf}"))));
        let said = [
            "/audit?q=",
            "/runs?subject=",
            "/approvals?q=",
            "/admin?group=",
            "/admin/groups/",
            "/nowhere/",
            "/sign-in?to=/",
            "/docs/api?q=",
            "/runs/",
            "/approvals/",
            "/workflows/",
            "/workflows/payments?tab=",
        ];
        for before in said {
            let text: String = form_urlencoded::byte_serialize(self.texts.name().as_bytes()).collect();
            asked.push(get(format!("{before}{text}").replace('+', "%20")));
        }
        let (name, statement) = (self.texts.name(), self.texts.statement());
        let forms: [(&str, Vec<(&'static str, String)>); 6] = [
            ("/admin/groups", vec![("form", "create".to_owned()), ("name", name.clone())]),
            ("/admin/endpoints", vec![("form", "add".to_owned()), ("name", name.clone()), ("url", statement.clone())]),
            ("/admin/keys/new", vec![("form", "create".to_owned()), ("name", name.clone()), ("expires", name.clone())]),
            (
                "/admin/connect",
                vec![("form", "connect".to_owned()), ("name", name.clone()), ("workflow", name.clone())],
            ),
            (
                "/workflows/payments/edit",
                vec![("form", "definition".to_owned()), ("act", "check".to_owned()), ("source", statement)],
            ),
            ("/sign-in", vec![("email", name), ("password", "wrong".to_owned())]),
        ];
        asked.extend(forms.into_iter().map(|(path, fields)| (Method::POST, path.to_owned(), fields)));
        asked
    }

    async fn ask(&mut self, method: &Method, path: &str, fields: &[(&'static str, String)]) -> Reply {
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        self.browser.send(method.clone(), path, &fields).await
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn pages_are_built_alike_whatever_is_said() {
    let mut random = random();
    let (mut pages, mut elements) = (0, 0);
    for _ in 0..trials(STORIES) {
        let seed = random.random();
        let (one, other) = (TestConsole::sqlite().await, TestConsole::sqlite().await);
        let (mut hostile, mut tame) = (Told::new(&one, seed, false).await, Told::new(&other, seed, true).await);
        assert_eq!(hostile.story, tame.story, "one story was taken otherwise than its twin (story {seed})");
        for ((method, path, fields), (_, twin, twins)) in hostile.asked().into_iter().zip(tame.asked()) {
            let about = format!("{method} {path} {fields:?} (story {seed})");
            let reply = hostile.ask(&method, &path, &fields).await;
            let expected = tame.ask(&method, &twin, &twins).await;
            assert_eq!(reply.status, expected.status, "{about}");
            if !is_page(&reply) {
                continue;
            }
            let (page, expected) = (Page::read(&reply.text), Page::read(&expected.text));
            assert_eq!(page.harm, Vec::<String>::new(), "{about}");
            assert_eq!(page.differences(&expected), Vec::<String>::new(), "{about}");
            pages += 1;
            elements += page.elements.values().sum::<usize>();
        }
    }
    eprintln!("{pages} pages, {elements} elements");
    assert!(pages > 40, "few pages: {pages}");
}

fn is_page(reply: &Reply) -> bool {
    let kind = reply.headers.get("content-type").and_then(|kind| kind.to_str().ok());
    kind.is_some_and(|kind| kind.starts_with("text/html"))
}

/// What is put into a page by another way than the rest of it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_title_is_text() {
    let console = TestConsole::sqlite().await;
    let agent = console.cast().await;
    let subject = "a & b</title><meta http-equiv=refresh content='0;url=//evil.example'>";
    let body = serde_json::json!({"workflow": "payments", "subject": subject, "requested_by": "rosa@example.com"});
    let run = console.post(&agent.key, "/runs", &body).await.expect(201)["run_id"].clone();
    let mut browser = Browser::new(&console);
    assert_eq!(browser.sign_in(crate::support::ANA, PASSWORD).await.status, 303);
    let path = format!("/runs/{}", run.as_str().expect("an id"));
    let page = browser.send(Method::GET, &path, &[]).await.text;
    let told = "<title>Payments, a &amp; b&lt;/title&gt;&lt;meta http-equiv=refresh content='0;url=//evil.example'&gt;";
    assert!(
        page.contains(told),
        "{}",
        page.split("<title>").nth(1).unwrap_or_default().chars().take(200).collect::<String>()
    );
    assert!(
        !Page::read(&page).elements.keys().any(|element| element.contains("meta") && element.contains("http-equiv"))
    );
    let page = browser.send(Method::GET, "/docs/api?q=%E2%80%AEpaid%E2%81%A8", &[]).await.text;
    assert_eq!(Page::read(&page).harm, Vec::<String>::new());
}
