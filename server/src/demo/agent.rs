//! An agent with its harness: it asks before every call, obeys the answer, and goes on when somebody has decided.

mod concern;
mod outcome;

use std::time::Duration;

use serde_json::{Value, json};

use outcome::{refusal, told};

use super::{
    Trouble, client::Client, colleague::Colleague, dice::Dice, receiver::Receiver, story::Story, voice::Voice,
};

/// How often one call is asked about: once, and again after its approval ended. More would mean going round in circles.
const MOST_ASKS: u32 = 3;
/// Seconds the server may hold a poll.
const POLL: u32 = 30;
/// How often an agent that sleeps looks for what no webhook tells.
const LOOK: Duration = Duration::from_secs(10);
/// What the API says while people decide.
const AWAITING: &str = "AWAITING_HUMAN_REVIEW";
/// What it says while a reviewer wants to know more.
const ASKED: &str = "information_requested";

/// An agent at work on one story.
pub struct Agent {
    client: Client,
    name: &'static str,
    about: String,
    session: String,
    run: String,
    calls: u32,
    /// How long it thinks before it acts.
    thinking: Duration,
    dice: Dice,
    voice: Voice,
    colleague: Option<Colleague>,
    wake: Option<Receiver>,
    /// What it answers when a reviewer asks.
    knows: String,
}

/// How a call went.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Called {
    /// It ran.
    Ran,
    /// A gate blocked it; the text says what to do.
    Blocked(String),
    /// People said no, or did not decide in time; the text says why.
    Declined(String),
}

/// What an agent needs to begin.
pub struct Setting {
    /// Its way to the API.
    pub client: Client,
    /// Its name.
    pub name: &'static str,
    /// How long it thinks before it acts.
    pub thinking: Duration,
    /// Where it tells what it does.
    pub voice: Voice,
    /// Who signs for risk at once, if anybody does.
    pub colleague: Option<Colleague>,
    /// Where a webhook wakes it; without, it polls.
    pub wake: Option<Receiver>,
}

impl Agent {
    /// Starts a run for the story's customer. The same story again finds the run it began before.
    pub async fn begin(setting: Setting, story: &Story, workflow: &str, asked_by: &str) -> Result<Self, Trouble> {
        let Setting { client, name, thinking, voice, colleague, wake } = setting;
        let session = story.session();
        let resume = wake
            .as_ref()
            .map_or_else(|| json!({"via": "poll"}), |receiver| json!({"via": "webhook", "endpoint": receiver.name()}));
        let body = json!({
            "workflow": workflow, "subject": story.customer.id, "requested_by": asked_by,
            "inputs": {"name": story.customer.name, "email": story.customer.email},
            "session": {"framework": "demo", "id": session, "resume": resume},
        });
        let started = client.post("/runs", &body, Some(&session)).await?;
        let run = started["run_id"].as_str().ok_or_else(|| unclear("a run", &started))?.to_owned();
        let about = story.customer.name.clone();
        let dice = Dice::of(story.seed, !story.number);
        let knows = "I know nothing beyond what is recorded in this run.".to_owned();
        Ok(Self { client, name, about, session, run, calls: 0, thinking, dice, voice, colleague, wake, knows })
    }

    /// The run.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// Tells what it does.
    pub fn tell(&self, what: &str) {
        self.voice.tell(self.name, &self.about, what);
    }

    /// Says something to the reviewers. No gate listens.
    pub async fn assert(&self, assertions: Value, statement: &str) -> Result<(), Trouble> {
        let body = json!({"assertions": assertions, "statement": statement});
        let once = format!("{}-said", self.session);
        self.client.post(&self.path("assertions"), &body, Some(&once)).await.map(drop)
    }

    /// Learns what to answer when a reviewer asks.
    pub fn learn(&mut self, answer: &str) {
        answer.clone_into(&mut self.knows);
    }

    /// Asks people for something no gate knows, with what was said before.
    pub async fn ask(&mut self, summary: &str, transcript: Value) -> Result<Called, Trouble> {
        self.think().await;
        let body = json!({"summary": summary, "session_id": self.session, "transcript": transcript});
        let once = format!("{}-asked", self.session);
        let asked = self.client.post(&self.path("approvals"), &body, Some(&once)).await?;
        Ok(self.wait("the request", &asked).await?.map_or(Called::Ran, Called::Declined))
    }

    /// Hands the case over to people; `why` tells this hand-over from others of the same story.
    pub async fn escalate(&self, why: &str, summary: &Value) -> Result<(), Trouble> {
        let once = format!("{}-escalated-{why}", self.session);
        self.client.post(&self.path("escalations"), summary, Some(&once)).await.map(drop)
    }

    /// Calls a tool that returns `output`, if it may.
    pub async fn call(&mut self, tool: &str, input: Value, output: Value) -> Result<Called, Trouble> {
        self.think().await;
        self.calls += 1;
        let id = format!("{}-{}", self.session, self.calls);
        let call = json!({"session_id": self.session, "tool": tool, "input": &input, "tool_use_id": id});
        let mut declined = None;
        for _ in 0..MOST_ASKS {
            let answer = self.client.post(&self.path("gate-checks"), &call, None).await?;
            match answer["outcome"].as_str() {
                Some("allow") => {
                    self.think().await;
                    return self.report(tool, &id, output).await;
                }
                // A stage before this call is under review: the session waits for people, and then asks again.
                Some("block") if is_awaiting(&answer) && declined.is_none() => {
                    declined = self.wait(tool, &answer).await?;
                    if let Some(why) = declined {
                        return Ok(Called::Declined(why));
                    }
                    return Box::pin(self.call(tool, input, output)).await;
                }
                Some("block") => {
                    let error = answer["error"].as_str().unwrap_or("no reason given").to_owned();
                    return Ok(declined.map_or(Called::Blocked(error), Called::Declined));
                }
                Some("suspend") => declined = self.wait(tool, &answer).await?,
                // Whatever it is, it is not permission.
                _ => return Err(unclear("an outcome", &answer)),
            }
        }
        Err(Trouble::Unclear(format!("{tool} is suspended again and again")))
    }

    /// Reports the result of a call that was allowed.
    async fn report(&self, tool: &str, id: &str, output: Value) -> Result<Called, Trouble> {
        let result = json!({
            "session_id": self.session, "tool": tool, "tool_use_id": id, "output": output, "is_error": false,
        });
        self.client.post(&self.path("tool-results"), &result, None).await?;
        Ok(Called::Ran)
    }

    /// Gives the first attempt of a stage up, and undoes what it is told to undo, each call through its own check.
    pub async fn give_up(&mut self, stage: &str, error: &str) -> Result<(), Trouble> {
        self.think().await;
        let path = self.path(&format!("stages/{stage}/fail"));
        let failed = self.client.post(&path, &json!({"error": error, "attempt": 1}), None).await?;
        for call in failed["compensations"].as_array().into_iter().flatten() {
            self.undo(call).await?;
        }
        Ok(())
    }

    /// Makes one compensation and reports how it went.
    async fn undo(&mut self, call: &Value) -> Result<(), Trouble> {
        let (Some(id), Some(tool)) = (call["id"].as_str(), call["tool"].as_str()) else {
            return Err(unclear("a compensation", call));
        };
        let asked = json!({"session_id": self.session, "tool": tool, "input": call["input"], "tool_use_id": id});
        let answer = self.client.post(&self.path("gate-checks"), &asked, None).await?;
        let is_allowed = answer["outcome"] == "allow";
        if is_allowed {
            self.think().await;
            self.report(tool, id, json!({"closed": true})).await?;
            self.tell(&format!("{tool} undoes what was done halfway; tries again"));
        }
        let outcome = if is_allowed { "done" } else { "failed" };
        let body = json!({"outcome": outcome, "detail": answer["error"]});
        self.client.post(&self.path(&format!("compensations/{id}")), &body, None).await.map(drop)
    }

    /// Waits for people. Answers what they said if it was not yes.
    async fn wait(&mut self, tool: &str, answer: &Value) -> Result<Option<String>, Trouble> {
        let approval = answer["approval_id"].as_str().ok_or_else(|| unclear("an approval", answer))?;
        let shown = self.client.get(&format!("/approvals/{approval}")).await?;
        let groups: Vec<&str> = shown["policy"]["approve"]
            .as_array()
            .map_or_else(Vec::new, |seats| seats.iter().filter_map(|seat| seat["group"].as_str()).collect());
        let how = if self.wake.is_some() { "; sleeps until a webhook" } else { "" };
        self.tell(&format!("{tool} suspended, waiting for {}{how}", groups.join(" and ")));
        if let Some(colleague) = self.colleague.take() {
            colleague.sign(approval).await?;
        }
        let outcome = match self.wake.clone() {
            Some(receiver) => self.sleep(&receiver, approval).await?,
            None => self.poll(approval).await?,
        };
        self.tell(&told(tool, &outcome));
        Ok(refusal(&outcome))
    }

    /// Asks until there is an outcome.
    async fn poll(&self, approval: &str) -> Result<Value, Trouble> {
        let path = format!("/approvals/{approval}/decision?wait={POLL}");
        loop {
            let outcome = self.client.get(&path).await?;
            match outcome["status"].as_str() {
                Some(AWAITING) => {}
                Some(ASKED) => self.inform(approval).await?,
                _ => return Ok(outcome),
            }
        }
    }

    /// Sleeps until a webhook brings the outcome. Now and then it looks whether a reviewer asks or the approval was
    /// cancelled, since no webhook tells; that is not fetching the outcome.
    async fn sleep(&self, receiver: &Receiver, approval: &str) -> Result<Value, Trouble> {
        loop {
            tokio::select! {
                outcome = receiver.woken(approval) => {
                    self.tell("woken by a webhook whose signature is right");
                    return Ok(outcome);
                }
                () = tokio::time::sleep(LOOK) => {}
            }
            let shown = self.client.get(&format!("/approvals/{approval}")).await?;
            if shown["status"] == "cancelled" {
                return Ok(json!({"status": "cancelled", "notes": shown["state"]["reason"]}));
            }
            let questions = shown["package"]["information"].as_array();
            let is_asked = questions.and_then(|asked| asked.last()).is_some_and(|asked| asked["answer"].is_null());
            if shown["status"] == "pending" && is_asked {
                self.inform(approval).await?;
            }
        }
    }

    /// Answers what a reviewer asks.
    async fn inform(&self, approval: &str) -> Result<(), Trouble> {
        let body = json!({"answer": self.knows});
        match self.client.post(&format!("/approvals/{approval}/information"), &body, None).await {
            // Settled meanwhile: the next poll says how.
            Err(Trouble::Refused { .. }) => Ok(()),
            Err(trouble) => Err(trouble),
            Ok(_) => {
                self.tell("answers a reviewer's question");
                Ok(())
            }
        }
    }

    async fn think(&mut self) {
        tokio::time::sleep(self.dice.about(self.thinking)).await;
    }

    fn path(&self, what: &str) -> String {
        format!("/runs/{}/{what}", self.run)
    }
}

/// Whether a blocked call says that people decide about something else first.
fn is_awaiting(answer: &Value) -> bool {
    answer["approval_id"].is_string() && answer["error"].as_str().is_some_and(|error| error.starts_with("awaiting "))
}

fn unclear(expected: &str, answer: &Value) -> Trouble {
    Trouble::Unclear(format!("expected {expected} in {answer}"))
}

#[cfg(test)]
mod tests;
