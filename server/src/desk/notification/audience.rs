//! Who is told of an event, and what: looked up when people are told, and once more before anything is sent.

use std::collections::BTreeSet;

use domain::{
    Actor, Role,
    event::{Entry, Event},
    id::PersonId,
    notification::{Audience, Notice, Topic, entitled, told},
    policy::Candidate,
};

use crate::{
    desk::{closure::involved, decision::circumstances},
    error::Result,
    store::{self, Tx, approval::Stored},
};

/// Administrators and support leads told at the most.
const MOST: i64 = 500;

/// Who is told what.
pub(super) struct Told {
    pub(super) notice: Notice,
    pub(super) people: Vec<PersonId>,
}

/// Who is told of an event, as things stand now; `None` for an event that nobody is ever told of.
pub(super) async fn told_of(tx: &mut Tx, entry: &Entry) -> Result<Option<Told>> {
    let Some((topic, audience)) = told(&entry.event) else { return Ok(None) };
    let approval = match entry.approval {
        Some(id) => store::approval::find(tx, id).await?,
        None => None,
    };
    let mut people = BTreeSet::new();
    for part in audience {
        people.extend(members(tx, part, entry, approval.as_ref()).await?);
    }
    // Nobody needs to be told what they did themselves.
    if let Actor::Person(person) = entry.actor {
        people.remove(&person);
    }
    let people: Vec<PersonId> = people.into_iter().collect();
    let people = store::entitlement::list_reachable(tx, &people).await?;
    let people = people.into_iter().map(|reachable| reachable.person).collect();
    Ok(Some(Told { notice: notice(tx, topic, entry, approval.as_ref()).await?, people }))
}

/// The people of a part of the audience, those who may not sign in any more included.
async fn members(tx: &mut Tx, part: Audience, entry: &Entry, approval: Option<&Stored>) -> Result<BTreeSet<PersonId>> {
    let with_role = async |tx: &mut Tx, role| -> Result<BTreeSet<PersonId>> {
        let people = store::person::list_with_role(tx, role, MOST).await?;
        Ok(people.into_iter().map(|(person, _)| person).collect())
    };
    Ok(match (part, approval) {
        (Audience::Person(person), _) => BTreeSet::from([person]),
        (Audience::SupportLeads, _) => with_role(tx, Role::SupportLead).await?,
        (Audience::Administrators, _) => with_role(tx, Role::Admin).await?,
        (Audience::Owners, _) => owners(tx, &entry.event).await?,
        (Audience::Requester, _) => match entry.run {
            Some(run) => store::run::find(tx, run).await?.and_then(|run| run.requested_by).into_iter().collect(),
            None => BTreeSet::new(),
        },
        (Audience::Entitled | Audience::Raised | Audience::Assigned, Some(approval)) => {
            let votes = store::decision::list_of_approval(tx, approval.id).await?;
            let candidates = store::entitlement::list_candidates(tx, approval.id).await?;
            let asked = candidates.iter().filter(|one| is_asked(part, entry, one));
            let circumstances = circumstances(tx, approval).await?;
            entitled(&approval.package.policy, asked, &circumstances, &approval.current(&votes))
        }
        (Audience::Deciders, Some(approval)) => {
            let votes = store::decision::list_of_approval(tx, approval.id).await?;
            approval.current(&votes).into_iter().map(|vote| vote.person).collect()
        }
        (Audience::Entitled | Audience::Raised | Audience::Assigned | Audience::Deciders, None) => BTreeSet::new(),
    })
}

/// Those of a sample's group who may look at it, as long as nobody has.
async fn owners(tx: &mut Tx, event: &Event) -> Result<BTreeSet<PersonId>> {
    let Event::ClosureSampled { closure, group, .. } = event else { return Ok(BTreeSet::new()) };
    let sample = store::closure::review::find(tx, *closure).await?;
    if sample.is_none_or(|sample| sample.state.looked().is_some()) {
        return Ok(BTreeSet::new());
    }
    let involved = involved(tx, &[*closure]).await?.remove(closure).unwrap_or_default();
    let members = store::closure::review::list_lookers(tx, group, MOST).await?;
    Ok(members.into_iter().map(|(person, _)| person).filter(|person| involved.bar(*person).is_none()).collect())
}

/// Whether somebody who may decide is one of those who are told.
fn is_asked(part: Audience, entry: &Entry, candidate: &Candidate) -> bool {
    match (part, &entry.event) {
        (Audience::Assigned, Event::ApprovalAssigned { person: Some(person), .. }) => candidate.person == *person,
        (Audience::Assigned, Event::ApprovalAssigned { group: Some(group), .. }) => candidate.groups.contains(group),
        (Audience::Assigned, _) => false,
        (Audience::Raised, _) => candidate.raised_to.is_some(),
        _ => true,
    }
}

/// What is said of it: names and ids, nothing of what the package holds.
async fn notice(tx: &mut Tx, topic: Topic, entry: &Entry, approval: Option<&Stored>) -> Result<Notice> {
    let path = match (&entry.event, entry.approval, entry.run) {
        (
            Event::EscalationOpened { escalation, .. }
            | Event::EscalationAssigned { escalation, .. }
            | Event::EscalationOverdue { escalation, .. },
            ..,
        ) => format!("/escalations/{escalation}"),
        (Event::DelegationCreated { .. } | Event::DelegationEnded { .. }, ..) => "/profile".to_owned(),
        (
            Event::FollowUpOpened { closure, .. }
            | Event::FollowUpAssigned { closure, .. }
            | Event::ClosureSampled { closure, .. }
            | Event::ClosureDrifted { closure, .. },
            ..,
        ) => format!("/closures/{closure}"),
        (Event::WorkflowProposed { name, version }, ..) => format!("/workflows/{name}?tab=changes&version={version}"),
        (_, Some(approval), _) => format!("/approvals/{approval}"),
        (_, None, Some(run)) => format!("/runs/{run}"),
        (_, None, None) => "/approvals".to_owned(),
    };
    let workflow = match (approval, entry.run) {
        (Some(approval), _) => Some(approval.package.workflow_title.clone()),
        (None, Some(run)) => store::run::find(tx, run).await?.map(|run| run.workflow),
        (None, None) => None,
    };
    let tool = approval.map(|approval| approval.package.tool.clone()).filter(|tool| !tool.is_empty());
    let due = match &entry.event {
        Event::ApprovalOpened { expires_at, .. } | Event::InformationRequested { expires_at, .. } => *expires_at,
        Event::ApprovalReminded { .. } | Event::ApprovalRaised { .. } | Event::ApprovalAssigned { .. } => {
            approval.and_then(|approval| approval.state.expires_at())
        }
        _ => None,
    };
    Ok(Notice {
        topic,
        tool,
        workflow,
        subject: entry.subject.clone(),
        risk: approval.map(|approval| approval.package.risk),
        due,
        approval: entry.approval,
        path,
    })
}
