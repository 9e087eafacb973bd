//! How things are made, through the interfaces everybody uses.

use std::collections::HashMap;

use domain::{
    Digest, Role,
    id::{
        ApprovalId, ClosureId, CompensationId, ConcernId, DelegationId, EscalationId, FollowUpId, HandoffId, KeyId,
        PersonId, ResumptionId, RunId,
    },
};
use serde_json::{Value, json};
use server::desk::{Caller, delegation::NewDelegation, person::NewPerson};

use super::{
    thing::{Thing, Which},
    world::{Words, World},
};
use crate::support::{PASSWORD, PAYMENTS, hooked};

pub(super) fn words<const N: usize>(pairs: [(&'static str, String); N]) -> Words {
    pairs.into_iter().collect()
}

impl World<'_> {
    /// The words of something there is not.
    pub fn missing(&mut self, thing: Thing) -> Words {
        let (n, uuid) = (self.next(), self.console.desk.database.ids().uuid());
        let id = match thing {
            Thing::Nothing => return Words::new(),
            Thing::Run | Thing::Active | Thing::Undoing | Thing::Stuck | Thing::Stepped => {
                RunId::from_uuid(uuid).to_string()
            }
            Thing::Handoff => HandoffId::from_uuid(uuid).to_string(),
            Thing::Waiting | Thing::Asked | Thing::Unwoken => ApprovalId::from_uuid(uuid).to_string(),
            Thing::Escalation => EscalationId::from_uuid(uuid).to_string(),
            Thing::Concern => ConcernId::from_uuid(uuid).to_string(),
            Thing::Closure | Thing::Stopped | Thing::Sampled | Thing::Drifted => ClosureId::from_uuid(uuid).to_string(),
            Thing::FollowUp => FollowUpId::from_uuid(uuid).to_string(),
            Thing::Resumption => ResumptionId::from_uuid(uuid).to_string(),
            Thing::Person | Thing::DisabledPerson | Thing::Delegation => PersonId::from_uuid(uuid).to_string(),
            Thing::Key => KeyId::from_uuid(uuid).to_string(),
            Thing::Leaf => "999999".to_owned(),
            Thing::Workflow | Thing::Proposal | Thing::Group | Thing::Endpoint | Thing::DisabledEndpoint => {
                format!("missing-{n}")
            }
        };
        let email = format!("missing-{n}@example.com");
        let edited = PAYMENTS.replace("name: payments", &format!("name: {id}"));
        let digest = Digest::of("matrix/missing", b"").to_string();
        words([
            ("id", id),
            ("compensation", CompensationId::from_uuid(uuid).to_string()),
            ("delegation", DelegationId::from_uuid(uuid).to_string()),
            ("follow_up", FollowUpId::from_uuid(uuid).to_string()),
            ("email", email),
            ("revision", "1".to_owned()),
            ("digest", digest),
            ("seal", String::new()),
            ("edited", edited),
        ])
    }

    /// Makes a thing.
    pub async fn make(&mut self, thing: Thing, which: Which) -> Words {
        match thing {
            Thing::Nothing => {
                let name = format!("name: definition-{}", self.next());
                words([("definition", PAYMENTS.replace("name: payments", &name))])
            }
            Thing::Run => words([("id", self.run().await)]),
            Thing::Active => words([("id", self.active(which).await)]),
            Thing::Undoing => self.undoing(which).await,
            Thing::Stuck => self.stuck(which).await,
            Thing::Stepped => self.stepped().await,
            Thing::Handoff => self.handed_over(which).await,
            Thing::Waiting => self.waiting(which).await,
            Thing::Asked => self.asked(which).await,
            Thing::Unwoken => self.unwoken(which).await,
            Thing::Escalation => self.escalated(which).await,
            Thing::Concern => self.concerned(which).await,
            Thing::Closure | Thing::Stopped | Thing::Drifted | Thing::FollowUp => self.closing(thing, which).await,
            Thing::Sampled => self.sampled(which).await,
            Thing::Resumption => self.resumption(which).await,
            Thing::Workflow => self.workflow().await,
            Thing::Proposal => self.proposal().await,
            Thing::Leaf => words([("id", "1".to_owned())]),
            Thing::Group => self.group().await,
            Thing::Person | Thing::DisabledPerson => self.somebody(thing == Thing::DisabledPerson).await,
            Thing::Key => self.some_key().await,
            Thing::Delegation => self.delegation().await,
            Thing::Endpoint => self.endpoint(false).await,
            Thing::DisabledEndpoint => self.endpoint(true).await,
        }
    }

    pub(super) async fn called(&self, path: &str, body: &Value) -> Value {
        let reply = self.console.post(&self.hook, path, body).await;
        assert!(reply.status.is_success(), "{path}: {}", reply.text);
        reply.json()
    }

    /// A run with two sessions; in the second a call was let through.
    async fn run(&mut self) -> String {
        let subject = format!("acc_{}", self.next());
        let body = json!({
            "workflow": "staged", "subject": subject, "requested_by": "dev@example.com",
            "session": {"framework": "test", "id": "s1"},
        });
        let run = self.called("/runs", &body).await["run_id"].as_str().expect("an id").to_owned();
        self.called(&format!("/runs/{run}/sessions"), &json!({"framework": "test", "id": "s2"})).await;
        let look = json!({"session_id": "s2", "tool": "look_up", "tool_use_id": "look-1", "input": {"account": "a"}});
        self.called(&format!("/runs/{run}/gate-checks"), &look).await;
        run
    }

    /// The run with its first stage entered, and what it is there for recorded.
    async fn active(&mut self, which: Which) -> String {
        let run = self.id(Thing::Run, which).await;
        self.called(&format!("/runs/{run}/stages/opening/enter"), &json!({})).await;
        let id = format!("open-{}", self.next());
        let call = json!({"session_id": "s2", "tool": "open", "tool_use_id": id, "input": {}});
        let answer = self.called(&format!("/runs/{run}/gate-checks"), &call).await;
        assert_eq!(answer["outcome"], "allow", "{answer}");
        let result = json!({"session_id": "s2", "tool": "open", "tool_use_id": id, "output": {"box": id}});
        self.called(&format!("/runs/{run}/tool-results"), &result).await;
        run
    }

    async fn undoing(&mut self, which: Which) -> Words {
        let run = self.active(which).await;
        let failed = self.called(&format!("/runs/{run}/stages/opening/fail"), &json!({"error": "It broke."})).await;
        let compensation = failed["compensations"][0]["id"].as_str().expect("an id").to_owned();
        words([("id", run), ("compensation", compensation)])
    }

    async fn stuck(&mut self, which: Which) -> Words {
        let undoing = self.undoing(which).await;
        let path = format!("/runs/{}/compensations/{}", undoing["id"], undoing["compensation"]);
        self.called(&path, &json!({"outcome": "failed"})).await;
        undoing
    }

    async fn handed_over(&mut self, which: Which) -> Words {
        let run = self.active(which).await;
        let completed = self.called(&format!("/runs/{run}/stages/opening/complete"), &json!({})).await;
        words([("id", completed["handoff"]["handoff_id"].as_str().expect("an id").to_owned())])
    }

    /// A call of that session that waits for a person; gives the approval's id.
    async fn suspended(&mut self, which: Which, session: &str) -> String {
        let run = self.id(Thing::Run, which).await;
        let id = format!("note-{}", self.next());
        let note = json!({"session_id": session, "tool": "note", "tool_use_id": id, "input": {"text": id}});
        let answer = self.called(&format!("/runs/{run}/gate-checks"), &note).await;
        answer["approval_id"].as_str().unwrap_or_else(|| panic!("{answer}")).to_owned()
    }

    /// An approval with what a decision on it names.
    async fn shown_approval(&self, id: String) -> Words {
        let shown = self.console.get(&self.hook, &format!("/approvals/{id}")).await.expect(200);
        let digest = shown["package_digest"].as_str().expect("a digest").to_owned();
        words([("id", id), ("revision", shown["revision"].to_string()), ("digest", digest)])
    }

    async fn waiting(&mut self, which: Which) -> Words {
        let id = self.suspended(which, "s1").await;
        self.shown_approval(id).await
    }

    /// A session of its own, woken at an endpoint where nobody answers.
    async fn session(&mut self, which: Which) -> String {
        let run = self.id(Thing::Run, which).await;
        let name = format!("own-{}", self.next());
        let resume = json!({"via": "webhook", "endpoint": "nobody-there"});
        let body = json!({"framework": "test", "id": name, "resume": resume});
        self.called(&format!("/runs/{run}/sessions"), &body).await;
        name
    }

    async fn decided(&self, approval: &Words, verdict: &Value) {
        let mut body = verdict.clone();
        body["revision"] = approval["revision"].parse::<u64>().expect("a revision").into();
        body["package_digest"] = approval["digest"].clone().into();
        let path = format!("/approvals/{}/decisions", approval["id"]);
        self.console.post(&self.reviewer, &path, &body).await.expect(201);
    }

    async fn asked(&mut self, which: Which) -> Words {
        let session = self.session(which).await;
        let id = self.suspended(which, &session).await;
        let approval = self.shown_approval(id.clone()).await;
        self.decided(&approval, &json!({"verdict": "request_information", "notes": "Why?"})).await;
        self.shown_approval(id).await
    }

    async fn unwoken(&mut self, which: Which) -> Words {
        let session = self.session(which).await;
        let id = self.suspended(which, &session).await;
        let approval = self.shown_approval(id.clone()).await;
        self.decided(&approval, &json!({"verdict": "approve"})).await;
        for leased in self.desk.lease_deliveries(HashMap::new(), 4, 64).await.expect("leased") {
            self.desk.deliver_leased(leased).await.expect("recorded");
        }
        let shown = self.console.get(&self.hook, &format!("/approvals/{id}")).await.expect(200);
        assert_eq!(shown["resumption"]["state"], "failed", "{shown}");
        self.shown_approval(id).await
    }

    async fn escalated(&mut self, which: Which) -> Words {
        let run = self.id(Thing::Run, which).await;
        let summary = json!({
            "customer_id": "cust_1", "root_cause_analysis": "Lost.", "refund_amount": null, "recommended_action": "Call.",
        });
        let opened = self.called(&format!("/runs/{run}/escalations"), &summary).await;
        words([("id", opened["escalation_id"].as_str().expect("an id").to_owned())])
    }

    async fn concerned(&mut self, which: Which) -> Words {
        let run = self.id(Thing::Run, which).await;
        let opened = self.called(&format!("/runs/{run}/concerns"), &json!({"title": "Billed twice"})).await;
        words([("id", opened["concern_id"].as_str().expect("an id").to_owned())])
    }

    async fn resumption(&mut self, which: Which) -> Words {
        let approval = self.unwoken(which).await;
        let shown = self.console.get(&self.hook, &format!("/approvals/{}", approval["id"])).await.expect(200);
        words([("id", shown["resumption"]["resumption_id"].as_str().expect("an id").to_owned())])
    }

    /// The workflow, a text to publish in its place, and the seal of whoever has seen what that changes.
    /// A group of Rosa's.
    async fn group(&mut self) -> Words {
        let name = format!("crew-{}", self.next());
        self.desk.create_group(&Caller::CommandLine, &name).await.expect("a group");
        let (join, leave) = (vec![name.clone()], vec![]);
        self.desk.change_groups(&Caller::CommandLine, "rosa@example.com", join, leave).await.expect("joined");
        words([("id", name)])
    }

    async fn somebody(&mut self, is_disabled: bool) -> Words {
        let email = format!("somebody-{}@example.com", self.next());
        let new = NewPerson {
            email: email.clone(),
            name: "Somebody".to_owned(),
            password: server::password::Password::new(PASSWORD),
            roles: vec![Role::Reviewer],
            groups: vec!["compliance".to_owned()],
        };
        let added = self.desk.add_person(&Caller::CommandLine, new).await.expect("a person");
        if is_disabled {
            self.desk.disable_person(&Caller::CommandLine, &email).await.expect("disabled");
        }
        words([("id", added.id.to_string()), ("email", email)])
    }

    /// Somebody of their own is away today, and Dev decides for them.
    async fn delegation(&mut self) -> Words {
        let away = self.somebody(false).await;
        let today = self.desk.database.clock().now().date_naive().to_string();
        let new = NewDelegation {
            principal: Some(away["email"].clone()),
            delegate: "dev@example.com".to_owned(),
            start: today.clone(),
            until: today,
            groups: Vec::new(),
        };
        let id = self.desk.add_delegation(&Caller::CommandLine, new).await.expect("a delegation");
        words([("id", away["id"].clone()), ("delegation", id.to_string())])
    }

    async fn some_key(&mut self) -> Words {
        let name = format!("spare-{}", self.next());
        self.console.key(&name, &[domain::Scope::Hook], None).await;
        let keys = self.desk.list_keys(&Caller::CommandLine).await.expect("keys");
        let key = keys.into_iter().find(|key| key.name == name).expect("the key");
        words([("id", key.id.to_string())])
    }

    async fn endpoint(&mut self, is_disabled: bool) -> Words {
        let name = format!("hook-{}", self.next());
        hooked::add(self.console, &name, &self.receiver.url, true).await;
        if is_disabled {
            self.desk.disable_endpoint(&Caller::CommandLine, &name).await.expect("disabled");
        }
        words([("id", name)])
    }
}
