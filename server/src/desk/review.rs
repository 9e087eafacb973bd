//! The approval page: the package, who has decided, what this viewer may do, how the wake-up goes.

mod assignable;

use domain::{
    Time,
    approval::Status,
    deadline::Steps,
    decision::{Decision, Verdict},
    id::ApprovalId,
    permission::Action,
    policy::{Candidate, Circumstances, Seat, Standing, Wanted},
    resumption::{Resumption, Way},
    review::{
        EntitledPerson, ExcludedPerson, Mandate, Place, ResumptionProgress, Review, TimelineItem, ToolOutcome, Viewer,
    },
};

use super::{
    Caller, Desk, PersonCaller, decision::circumstances, revocation::is_revocable, step::Followed, timeline::named,
};
use crate::{
    error::Result,
    store::{self, Tx, approval::Stored, delegation::Delegate, entitlement::Eligible},
};

/// Entries shown as activity.
const ACTIVITY: i64 = 200;
/// Tries shown.
const TRIES: i64 = 50;
/// The longest list a position is told for.
const COUNTED: i64 = 500;

impl Desk {
    /// The signed-in person with the counts of the navigation, for a page that knows the log up to `log_end`.
    pub async fn viewer(&self, person: &PersonCaller, log_end: i64) -> Result<Viewer> {
        Ok(Viewer {
            id: person.id,
            name: person.name.clone(),
            email: person.email.clone(),
            roles: person.roles.clone(),
            groups: person.groups.clone(),
            counts: self.counts(person).await?,
            preferences: self.preferences(person.id).await?,
            views: self.saved_views(person.id).await?,
            log_end,
        })
    }

    /// Everything the approval page shows.
    pub async fn review(&self, viewer: &PersonCaller, id: ApprovalId) -> Result<Review> {
        let stored = self.find_approval(&Caller::Person(viewer.clone()), id).await?;
        let mut tx = self.database.read().await?;
        let all = store::decision::list_of_approval(&mut tx, id).await?;
        let votes = stored.current(&all);
        let circumstances = circumstances(&mut tx, &stored).await?;
        let standing = stored.package.standing(&votes);
        let raised_to = stored.state.steps().and_then(Steps::raised).map(|(group, _)| group.to_owned());
        let groups = asked(&standing, raised_to.as_ref());
        let eligible = store::entitlement::list_eligible(&mut tx, id, &groups).await?;
        let delegates = store::delegation::list_delegates(&mut tx, id, None).await?;
        let candidate =
            store::entitlement::find_candidate(&mut tx, viewer.id, id).await?.map(|(_, candidate)| candidate);
        let now = self.database.clock().now();
        let assigned = store::assignment::find_assigned(&mut tx, id).await?;
        let followed = self.followed(&mut tx, &stored).await?;
        let people = People {
            stored: &stored,
            votes: &votes,
            circumstances: &circumstances,
            standing: &standing,
            raised_to: raised_to.as_deref(),
            candidate,
        };
        Ok(Review {
            now,
            id,
            excluded: people.excluded(&eligible),
            entitled: people.entitled(&eligible, &delegates, viewer),
            mandate: people.mandate(viewer),
            claim: store::claim::find_held(&mut tx, id).await?,
            can_give_back: assigned.as_ref().is_some_and(|assigned| people.can_give_back(assigned, viewer)),
            assigned,
            assignable: people.assignable(&eligible, &delegates, viewer),
            viewing: self.views.present(id, viewer.id, now),
            can_revoke: people.can_revoke(&mut tx, followed, now).await?,
            can_answer: can_answer(&stored, &all, viewer),
            transcript: store::request::find_transcript(&mut tx, id).await?,
            state: stored.state.clone(),
            revision: stored.package_revision(),
            package_digest: stored.package_digest,
            opened_at: stored.opened_at,
            package: stored.package.clone(),
            votes: votes.clone(),
            standing: standing.clone(),
            resumption: progress(&mut tx, id, viewer).await?,
            activity: activity(&mut tx, id).await?,
            place: place(&mut tx, viewer, id).await?,
        })
    }
}

/// The groups whose people may decide: those of the seats, and the one it was raised to.
fn asked(standing: &Standing, raised_to: Option<&String>) -> Vec<String> {
    let mut groups: Vec<String> = standing.seats.iter().map(|seat| seat.group.clone()).collect();
    groups.extend(raised_to.filter(|group| !groups.contains(group)).cloned());
    groups
}

/// What happened around it, newest last.
async fn activity(tx: &mut Tx, id: ApprovalId) -> Result<Vec<TimelineItem>> {
    let logged = store::event::list_of_approval(tx, id, ACTIVITY).await?;
    named(tx, logged).await
}

/// Whether this person may answer the open question: anybody who may answer at all, but who asked it.
fn can_answer(stored: &Stored, votes: &[Decision], viewer: &PersonCaller) -> bool {
    let asked = votes.iter().rev().find(|vote| vote.verdict == Verdict::RequestInformation);
    stored.state.is_waiting_for_information()
        && asked.is_some_and(|vote| vote.person != viewer.id)
        && Caller::Person(viewer.clone()).authorize(Action::GiveInformation).is_ok()
}

/// What decides who may do what on one page.
struct People<'a> {
    stored: &'a Stored,
    votes: &'a [Decision],
    circumstances: &'a Circumstances,
    standing: &'a Standing,
    /// The group it was raised to.
    raised_to: Option<&'a str>,
    /// The viewer, if they may review at all.
    candidate: Option<Candidate>,
}

impl People<'_> {
    fn excluded(&self, eligible: &[Eligible]) -> Vec<ExcludedPerson> {
        let mut out: Vec<ExcludedPerson> = Vec::new();
        for person in eligible {
            let why = self.stored.package.policy.excluded(person.person, self.circumstances);
            if let Some(why) = why.filter(|_| !out.iter().any(|known| known.name == person.name)) {
                out.push(ExcludedPerson { name: person.name.clone(), why });
            }
        }
        out
    }

    /// Who could fill an open seat: people of the groups, then who decides in their place now.
    fn entitled(&self, eligible: &[Eligible], delegates: &[Delegate], viewer: &PersonCaller) -> Vec<EntitledPerson> {
        if !self.is_pending() {
            return Vec::new();
        }
        let entry = |(name, candidate): (&String, Candidate)| {
            let Seat { group, on_behalf_of } = self.seat(&candidate).ok()?;
            let group = candidate.raised_to.unwrap_or(group);
            let on_behalf_of = on_behalf_of.map(|principal| principal.name);
            Some(EntitledPerson { name: name.clone(), group, on_behalf_of, is_viewer: candidate.person == viewer.id })
        };
        self.candidates(eligible, delegates).filter_map(entry).collect()
    }

    /// Everybody who might fill a seat, under each group and in each place.
    fn candidates<'b>(
        &self,
        eligible: &'b [Eligible],
        delegates: &'b [Delegate],
    ) -> impl Iterator<Item = (&'b String, Candidate)> {
        let raised = self.raised_to.map(str::to_owned);
        let members = eligible.iter().map(move |person| {
            let raised_to = raised.clone().filter(|to| *to == person.group);
            let groups = vec![person.group.clone()];
            (&person.name, Candidate { person: person.person, groups, raised_to, stands_in: Vec::new() })
        });
        let stand_ins = delegates.iter().map(|delegate| {
            let stands_in = vec![delegate.stand_in.clone()];
            let person = delegate.person;
            (&delegate.name, Candidate { person, groups: Vec::new(), raised_to: None, stands_in })
        });
        members.chain(stand_ins)
    }

    fn is_pending(&self) -> bool {
        self.stored.state.status() == Status::Pending
    }

    fn seat(&self, candidate: &Candidate) -> Result<Seat, domain::Refusal> {
        let policy = &self.stored.package.policy;
        policy.seat_for(candidate, self.circumstances, self.votes, Verdict::Approve, Wanted::default())
    }

    /// Whether the viewer may take it back.
    async fn can_revoke(&self, tx: &mut Tx, followed: Option<Followed>, now: Time) -> Result<bool> {
        let queued = store::resumption::find_of_approval(tx, self.stored.id).await?;
        let may = |by| is_revocable(self.stored, by, self.circumstances, self.votes, (queued.as_ref(), followed), now);
        Ok(self.candidate.as_ref().is_some_and(may))
    }

    fn mandate(&self, viewer: &PersonCaller) -> Mandate {
        if self.stored.state.status() != Status::Pending {
            return Mandate::Closed;
        }
        if let Some(decision) = self.votes.iter().find(|vote| vote.speaks_for(viewer.id)) {
            let by_delegate = decision.person != viewer.id;
            return Mandate::Voted { decision: Box::new(decision.clone()), by_delegate };
        }
        if let Some(why) = self.stored.package.policy.excluded(viewer.id, self.circumstances) {
            return Mandate::Excluded { why };
        }
        if let Some(Ok(Seat { group, on_behalf_of })) = self.candidate.as_ref().map(|candidate| self.seat(candidate)) {
            return Mandate::Decide { group, on_behalf_of };
        }
        let open = self.standing.seats.iter().filter(|seat| seat.is_open());
        Mandate::NotEntitled { waiting_for: open.map(|seat| seat.group.clone()).collect() }
    }
}

async fn progress(tx: &mut Tx, id: ApprovalId, viewer: &PersonCaller) -> Result<Option<ResumptionProgress>> {
    let Some(queued) = store::resumption::find_of_approval(tx, id).await? else { return Ok(None) };
    let execution = store::gate_check::find_execution(tx, id).await?;
    let result = execution.as_ref().and_then(|run| {
        Some(ToolOutcome { at: run.reported_at?, is_error: run.is_error?, output: run.output.clone()? })
    });
    let deliveries = store::delivery::list_of_approval(tx, id, TRIES).await?;
    Ok(Some(ResumptionProgress {
        id: queued.id,
        endpoint: endpoint_name(tx, &queued.state).await?,
        viewer_can_wake: Caller::Person(viewer.clone()).authorize(Action::WakeSession).is_ok(),
        deliveries,
        state: queued.state,
        allowed_at: execution.map(|run| run.allowed_at),
        result,
    }))
}

/// The name of the endpoint a resumption goes to.
async fn endpoint_name(tx: &mut Tx, state: &Resumption) -> Result<Option<String>> {
    let (Resumption::Queued { way: Way::Webhook { endpoint }, .. }
    | Resumption::Delivering { way: Way::Webhook { endpoint }, .. }
    | Resumption::Failed { way: Way::Webhook { endpoint }, .. }
    | Resumption::Abandoned { way: Way::Webhook { endpoint }, .. }) = state
    else {
        return Ok(None);
    };
    Ok(store::endpoint::find(tx, *endpoint).await?.map(|found| found.row.name))
}

/// Where the approval stands among everything that waits, due first; once decided, what waits for the viewer next.
async fn place(tx: &mut Tx, viewer: &PersonCaller, id: ApprovalId) -> Result<Option<Place>> {
    let ids = store::queue::list_ids(tx, COUNTED).await?;
    let number = |value: usize| u32::try_from(value).unwrap_or(u32::MAX);
    let total = number(ids.len());
    let Some(at) = ids.iter().position(|known| *known == id) else {
        let next = store::queue::find_next(tx, viewer.id).await?;
        return Ok(Some(Place { position: None, total, previous: None, next }));
    };
    Ok(Some(Place {
        position: Some(number(at + 1)),
        total,
        previous: at.checked_sub(1).and_then(|before| ids.get(before)).copied(),
        next: ids.get(at + 1).copied(),
    }))
}
