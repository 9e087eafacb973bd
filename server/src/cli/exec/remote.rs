//! The console over HTTP. People sign in as they do in a browser, for one decision.

use std::time::Duration;

use domain::id::{ApprovalId, RunId};
use reqwest::{
    Method, RequestBuilder, Response, StatusCode,
    header::{CONTENT_TYPE, COOKIE, ORIGIN, SET_COOKIE},
};
use serde::Deserialize;
use serde_json::{Value, json};

use super::console::{LONG_POLL, Published, Shown, Told, Unheard};
use crate::cli::Stopped;

/// Longer than the longest poll.
const PATIENCE: Duration = Duration::from_secs(65);
/// How often a call is tried while the console is out of reach, and the first wait; it doubles.
const TRIES: u32 = 6;
const FIRST_WAIT: Duration = Duration::from_millis(250);

pub(super) struct Remote {
    http: reqwest::Client,
    url: String,
    key: String,
}

#[derive(Deserialize)]
struct WorkflowAnswer {
    version: u32,
    digest: domain::Digest,
    source: String,
}

#[derive(Deserialize)]
struct ApprovalAnswer {
    revision: u32,
    package_digest: domain::Digest,
    package: domain::package::Package,
}

#[derive(Deserialize)]
struct RunsAnswer {
    items: Vec<RunAnswer>,
}

#[derive(Deserialize)]
struct RunAnswer {
    run_id: RunId,
    status: String,
}

type Heard<T> = Result<T, Unheard>;

impl Remote {
    pub(super) fn new(url: &str, key: String) -> Result<Self, Stopped> {
        let http = reqwest::Client::builder().timeout(PATIENCE).redirect(reqwest::redirect::Policy::none()).no_proxy();
        let http = http.build().map_err(|error| Stopped::Failed(error.to_string()))?;
        Ok(Self { http, url: url.trim_end_matches('/').to_owned(), key })
    }

    pub(super) fn url(&self) -> &str {
        &self.url
    }

    pub(super) async fn workflow(&self, name: &str, version: Option<u32>) -> Heard<Published> {
        let path = match version {
            Some(version) => format!("/workflows/{name}/versions/{version}"),
            None => format!("/workflows/{name}"),
        };
        let WorkflowAnswer { version, digest, source } = typed(self.get(&path).await?)?;
        Ok(Published { version, digest, source })
    }

    pub(super) async fn runs(&self, workflow: &str, subject: &str) -> Heard<Vec<(RunId, String)>> {
        let query = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("workflow", workflow), ("subject", subject), ("limit", "100")])
            .finish();
        let RunsAnswer { items } = typed(self.get(&format!("/runs?{query}")).await?)?;
        Ok(items.into_iter().map(|run| (run.run_id, run.status)).collect())
    }

    pub(super) async fn get(&self, path: &str) -> Heard<Value> {
        self.patiently(|| self.request(Method::GET, path)).await
    }

    /// Calls. Every call of the executor may be repeated: it names its run, its step and the attempt.
    pub(super) async fn post(&self, path: &str, body: &Value) -> Heard<Value> {
        let once = rand::random::<u128>();
        let key = (path == "/runs").then(|| format!("\"{once:032x}\""));
        self.patiently(|| {
            let request = self.request(Method::POST, path).json(body);
            key.iter().fold(request, |request, key| request.header("idempotency-key", key))
        })
        .await
    }

    pub(super) async fn decision(&self, approval: ApprovalId, seen: Option<u32>, waits: bool) -> Heard<Value> {
        let wait = if waits { LONG_POLL.as_secs() } else { 0 };
        let seen = seen.map(|seen| format!("&seen={seen}")).unwrap_or_default();
        self.get(&format!("/approvals/{approval}/decision?wait={wait}{seen}")).await
    }

    pub(super) async fn shown(&self, approval: ApprovalId) -> Heard<Shown> {
        let ApprovalAnswer { revision, package_digest, package } =
            typed(self.get(&format!("/approvals/{approval}")).await?)?;
        Ok(Shown { revision, package_digest, package })
    }

    /// Signs in, decides, signs out.
    pub(super) async fn approve(&self, id: ApprovalId, shown: &Shown, email: &str, password: &str) -> Heard<()> {
        let cookie = self.sign_in(email, password).await?;
        let decided = self.decide(id, shown, &cookie, password).await;
        let out = self.http.post(format!("{}/sign-out", self.url)).header(COOKIE, &cookie).header(ORIGIN, &self.url);
        // Whether it is heard or not, the session ends by itself.
        drop(out.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body("").send().await);
        decided
    }

    async fn sign_in(&self, email: &str, password: &str) -> Heard<String> {
        let form = form_urlencoded::Serializer::new(String::new())
            .extend_pairs([("email", email), ("password", password), ("to", "/approvals")])
            .finish();
        let request = self.http.post(format!("{}/sign-in", self.url)).header(ORIGIN, &self.url);
        let request = request.header(CONTENT_TYPE, "application/x-www-form-urlencoded").body(form);
        let answer = request.send().await.map_err(|error| Unheard::Away(error.to_string()))?;
        if answer.status() != StatusCode::SEE_OTHER {
            return Err(refused_entry(answer.status()));
        }
        let cookies = answer.headers().get_all(SET_COOKIE).iter().filter_map(|line| line.to_str().ok());
        let pairs: Vec<&str> = cookies.filter_map(|line| line.split(';').next()).collect();
        Ok(pairs.join("; "))
    }

    async fn decide(&self, id: ApprovalId, shown: &Shown, cookie: &str, password: &str) -> Heard<()> {
        let mut ballot =
            json!({"verdict": "approve", "revision": shown.revision, "package_digest": shown.package_digest});
        let post = |path: String, body: &Value| {
            let url = format!("{}/api/v1{path}", self.url);
            self.http.post(url).header(COOKIE, cookie).header(ORIGIN, &self.url).json(body)
        };
        if shown.package.policy.sign {
            let mut wanted = ballot.clone();
            wanted["approval_id"] = json!(id);
            wanted["password"] = json!(password);
            let signed = heard(post("/signatures".to_owned(), &wanted)).await?;
            ballot["signature"] = signed["signature"].clone();
        }
        heard(post(format!("/approvals/{id}/decisions"), &ballot)).await.map(drop)
    }

    fn request(&self, method: Method, path: &str) -> RequestBuilder {
        self.http.request(method, format!("{}/api/v1{path}", self.url)).bearer_auth(&self.key)
    }

    async fn patiently(&self, request: impl Fn() -> RequestBuilder + Send + Sync) -> Heard<Value> {
        let (mut wait, mut tries) = (FIRST_WAIT, 0);
        loop {
            tries += 1;
            match heard(request()).await {
                Err(Unheard::Away(_)) if tries < TRIES => tokio::time::sleep(wait).await,
                settled => return settled,
            }
            wait *= 2;
        }
    }
}

fn refused_entry(status: StatusCode) -> Unheard {
    if status.is_server_error() {
        return Unheard::Away(format!("answered {status} to the sign-in"));
    }
    let message = "Email or password is wrong, or this account has to wait a moment before it is tried again.";
    Unheard::Refused(Box::new(Told {
        code: "not_signed_in".to_owned(),
        message: message.to_owned(),
        ..Told::default()
    }))
}

async fn heard(request: RequestBuilder) -> Heard<Value> {
    let answer: Response = request.send().await.map_err(|error| Unheard::Away(error.to_string()))?;
    let status = answer.status();
    let text = answer.text().await.map_err(|error| Unheard::Away(error.to_string()))?;
    let body: Value = serde_json::from_str(&text).unwrap_or_default();
    if status.is_success() {
        return Ok(body);
    }
    if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS || !body.is_object() {
        return Err(Unheard::Away(format!("answered {status}")));
    }
    let word = |name: &str| body[name].as_str().map(str::to_owned);
    let fields = body["errors"].as_array().into_iter().flatten();
    let fields = fields.map(|field| {
        format!("\n  {}: {}", field["path"].as_str().unwrap_or_default(), field["message"].as_str().unwrap_or_default())
    });
    Err(Unheard::Refused(Box::new(Told {
        code: word("code").unwrap_or_default(),
        message: word("detail").unwrap_or_default() + &fields.collect::<String>(),
        approval_status: word("approval_status"),
        is_elsewhere: body["executor"].is_string(),
    })))
}

fn typed<T: serde::de::DeserializeOwned>(body: Value) -> Heard<T> {
    serde_json::from_value(body).map_err(|error| Unheard::Away(format!("an answer that is none: {error}")))
}
