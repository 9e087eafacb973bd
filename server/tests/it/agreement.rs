//! What needs somebody's decision, as the list asks the database, is what the policy says of them: held against each other
//! in drawn stories of people, groups, absences, votes, questions and raises.

use chrono::TimeDelta;
use domain::{
    Role,
    decision::Verdict,
    id::{ApprovalId, PersonId},
    policy::{Circumstances, Wanted},
    queue::{Sort, Standing},
};
use rand::{RngExt as _, rngs::StdRng};
use serde_json::{Value, json};
use server::{
    desk::{Caller, delegation::NewDelegation},
    store::{self, Tx, queue::QueueFilter},
};

use crate::support::{
    Agent, TestConsole, on_both,
    trials::{random, trials},
};

on_both!(the_list_says_what_the_policy_says);

/// Stories of the short form, and steps of each.
const STORIES: u64 = 4;
const STEPS: usize = 24;
const PEOPLE: [&str; 6] = ["ana", "ben", "cas", "dan", "eve", "rosa"];
const GROUPS: [&str; 3] = ["compliance", "risk", "leads"];
/// A gate for each policy: what they exclude differs, and how many they ask.
const DEFINITION: &str = r"
name: payments
title: Payments
subject: account
default: block
tools:
  one: { input: { text: string }, reversible: true, risk: low }
  two: { input: { text: string }, reversible: true, risk: low }
  raised: { input: { text: string }, reversible: true, risk: low }
facts: {}
gates:
  - { id: gate_one, tools: [one], review: { policy: open_to_all } }
  - { id: gate_two, tools: [two], review: { policy: strict } }
  - { id: gate_raised, tools: [raised], review: { policy: raising } }
policies:
  open_to_all:
    approve: { all: [ { group: compliance, count: 2 } ] }
    reject: { count: 2 }
    via: [console, api]
  strict:
    approve: { all: [ { group: compliance, count: 1 }, { group: risk, count: 1 } ] }
    reject: { count: 2 }
    exclude: [requester, agent_owner, previous_approver]
    via: [console, api]
  raising:
    approve: { all: [ { group: risk, count: 2 } ] }
    reject: { count: 1 }
    exclude: [requester]
    deadline: { raise: { after: 4h, to: leads }, expire: 90d }
    via: [console, api]
";

/// One story: who is there, and what waits.
struct Story<'a> {
    console: &'a TestConsole,
    random: StdRng,
    agents: Vec<Agent<'a>>,
    tokens: Vec<Option<String>>,
    people: Vec<PersonId>,
    calls: usize,
}

async fn the_list_says_what_the_policy_says(console: TestConsole) {
    let mut random = random();
    let mut console = console;
    for story in 0..trials(STORIES) {
        if story > 0 {
            console = match &console.kept {
                crate::support::Kept::Postgres(_) => TestConsole::postgres().await.expect("it is there"),
                _ => TestConsole::sqlite().await,
            };
        }
        let seed = random.random::<u64>();
        tell(&console, <StdRng as rand::SeedableRng>::seed_from_u64(seed)).await;
    }
}

async fn tell(console: &TestConsole, random: StdRng) {
    let mut story = Story::begin(console, random).await;
    for step in 0..STEPS {
        let done = story.step().await;
        story.must_agree(&format!("after step {step}, {done}")).await;
    }
}

impl<'a> Story<'a> {
    async fn begin(console: &'a TestConsole, mut random: StdRng) -> Self {
        let mut tokens = Vec::new();
        for first in PEOPLE {
            let groups: Vec<&str> = GROUPS.into_iter().filter(|_| random.random_bool(0.5)).collect();
            let is_reviewer = first == "ana" || random.random_bool(0.85);
            let role = if is_reviewer { Role::Reviewer } else { Role::SupportLead };
            console.person(&format!("{first} Other"), &[role], &groups).await;
            tokens.push(if is_reviewer { Some(console.token(first).await) } else { None });
        }
        for group in GROUPS {
            // A policy that nobody could satisfy is not published.
            for first in ["Kim", "Lou", "Max"] {
                let name = format!("{first}{group} Spare");
                console.person(&name, &[Role::Reviewer], &[group]).await;
            }
        }
        console.desk.publish_workflow(&Caller::CommandLine, None, DEFINITION).await.expect("a workflow");
        let hook = console.key("agent", &[domain::Scope::Hook], Some("dan@example.com")).await;
        let ledger = console.key("ledger", &[domain::Scope::System], None).await;
        let first = Agent::start(console, hook, ledger).await;
        let agents = vec![first.again().await, first];
        let mut tx = console.desk.database.read().await.expect("a snapshot");
        let mut people = Vec::new();
        for first in PEOPLE {
            let named = format!("{first}@example.com");
            people.push(store::entitlement::find_person(&mut tx, &named).await.expect("read").expect("there"));
        }
        drop(tx);
        Self { console, random, agents, tokens, people, calls: 0 }
    }

    fn one_of(&mut self, count: usize) -> usize {
        self.random.random_range(0..count)
    }

    /// Does something, and says what.
    async fn step(&mut self) -> String {
        match self.one_of(10) {
            0..3 => self.ask().await,
            3..7 => self.vote().await,
            7 => self.go_away().await,
            8 => self.change_groups().await,
            _ => {
                let hours = self.random.random_range(1..8);
                self.console.pass(TimeDelta::hours(hours));
                self.console.desk.take_steps().await.expect("a round");
                format!("{hours} hours passed")
            }
        }
    }

    /// A call that waits, each in a session of its own.
    async fn ask(&mut self) -> String {
        self.calls += 1;
        let (agent, tool) = (self.one_of(self.agents.len()), ["one", "two", "raised"][self.one_of(3)]);
        let (agent, session) = (&self.agents[agent], format!("call-{}", self.calls));
        agent.post("sessions", &json!({"framework": "test", "id": session})).await.expect(201);
        let asked = agent.check_in(&session, &session, tool, json!({"text": session})).await;
        assert_eq!(asked["outcome"], "suspend", "{asked}");
        format!("{tool} was asked for")
    }

    /// A verdict of somebody on something that waits; it may be refused.
    async fn vote(&mut self) -> String {
        let pending = self.pending().await;
        let who = self.one_of(PEOPLE.len());
        let Some(token) = self.tokens[who].clone() else { return "nothing".to_owned() };
        if pending.is_empty() {
            return "nothing".to_owned();
        }
        let approval = pending[self.one_of(pending.len())].to_string();
        let verdict = ["approve", "approve", "approve", "reject", "request_information"][self.one_of(5)];
        let body = json!({"verdict": verdict, "notes": "Which one?"});
        let voted = self.agents[0].decide(&token, &approval, body).await;
        let mut done = format!("{} voted {verdict}: {}", PEOPLE[who], voted.status);
        let is_asked = verdict == "request_information" && voted.status == 201;
        if is_asked && self.random.random_bool(0.6) {
            let path = format!("/approvals/{approval}/information");
            let answer = json!({"answer": "The second."});
            self.console.post(&self.agents[0].key, &path, &answer).await.expect(200);
            done.push_str(", answered");
        }
        done
    }

    async fn go_away(&mut self) -> String {
        let (from, to) = (self.one_of(PEOPLE.len()), self.one_of(PEOPLE.len()));
        let groups = if self.random.random_bool(0.5) { Vec::new() } else { vec![GROUPS[self.one_of(3)].to_owned()] };
        let new = NewDelegation {
            principal: Some(format!("{}@example.com", PEOPLE[from])),
            delegate: format!("{}@example.com", PEOPLE[to]),
            start: self.console.clock.now().format("%Y-%m-%d").to_string(),
            until: (self.console.clock.now() + TimeDelta::days(2)).format("%Y-%m-%d").to_string(),
            groups,
        };
        let set = self.console.desk.add_delegation(&Caller::CommandLine, new).await;
        format!("{} away, for {}: {}", PEOPLE[from], PEOPLE[to], set.is_ok())
    }

    async fn change_groups(&mut self) -> String {
        let (who, group) = (self.one_of(PEOPLE.len()), GROUPS[self.one_of(3)].to_owned());
        let (email, joins) = (format!("{}@example.com", PEOPLE[who]), self.random.random_bool(0.4));
        let (join, leave) = if joins { (vec![group], Vec::new()) } else { (Vec::new(), vec![group]) };
        let desk = &self.console.desk;
        let changed = desk.change_groups(&Caller::CommandLine, &email, join.clone(), leave.clone()).await;
        format!("{email} joins {join:?}, leaves {leave:?}: {}", changed.is_ok())
    }

    async fn pending(&self) -> Vec<ApprovalId> {
        let mut tx = self.console.desk.database.read().await.expect("a snapshot");
        store::queue::list_ids(&mut tx, 200).await.expect("read")
    }

    /// Every person and every approval that waits: the list, its row and the policy say the same.
    async fn must_agree(&self, when: &str) {
        let mut tx = self.console.desk.database.read().await.expect("a snapshot");
        for (person, name) in self.people.iter().zip(PEOPLE) {
            let filter =
                QueueFilter { standing: Some(Standing::Pending), viewer: Some(*person), ..QueueFilter::default() };
            let rows = store::queue::list(&mut tx, &filter, Sort::Due, None, 200).await.expect("read");
            let mine = QueueFilter { is_mine: true, ..filter };
            let mine = store::queue::list(&mut tx, &mine, Sort::Due, None, 200).await.expect("read");
            for line in rows {
                let (id, can) = (line.row.id, line.row.viewer_can_decide);
                let said = policy_says(&mut tx, id, *person).await;
                assert_eq!(can, said.is_ok(), "{when}: {name} and {id}: {said:?}\n{:?}", line.row);
                assert_eq!(can, mine.iter().any(|other| other.row.id == id), "{when}: {name} and {id}");
            }
        }
    }
}

/// Whether the policy gives this person a seat now, as deciding asks.
async fn policy_says(tx: &mut Tx, id: ApprovalId, person: PersonId) -> Result<String, Value> {
    let stored = store::approval::find(tx, id).await.expect("read").expect("there");
    if stored.state.is_waiting_for_information() {
        return Err(json!("it waits for an answer"));
    }
    let candidate = store::entitlement::find_candidate(tx, person, id).await.expect("read");
    let Some((_, candidate)) = candidate else { return Err(json!("no reviewer")) };
    let previous_approvers = store::decision::list_previous_approvers(tx, stored.run, id).await.expect("read");
    let circumstances = Circumstances { previous_approvers, ..stored.circumstances.clone() };
    let votes = stored.current(&store::decision::list_of_approval(tx, id).await.expect("read"));
    let seat = stored.package.policy.seat_for(&candidate, &circumstances, &votes, Verdict::Approve, Wanted::default());
    seat.map(|seat| seat.group).map_err(|refusal| json!([refusal.code.as_str(), refusal.message]))
}
