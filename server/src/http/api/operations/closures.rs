//! Closures: events from systems of record, receipts, replays, what became of their records, and what was handed over.

use axum::http::Method;
use domain::{
    closure::{
        ClosureStatus,
        drift::{DriftRow, DriftStatus},
        page::{ClosureRow, FollowUpRow, Receipt},
        replay::DryRun,
        review::{ReviewRow, ReviewStatus},
    },
    follow_up::FollowUpStatus,
    id::{ClosureId, FollowUpId, PersonId, RunId},
    page::Page,
    permission::Action,
    refusal::Code,
};

use crate::{
    desk::{
        closure::{AcceptDrift, EventTaken, PostEvent, Replay, ReviewClosure},
        follow_up::{AssignFollowUp, ResolveFollowUp},
    },
    http::{
        api::closures,
        operation::Operation,
        routes::{Access, Routes},
    },
};

const GROUP: &str = "Closures";

pub fn routes(routes: Routes) -> Routes {
    let may = Access::Granted;
    let reads = may(Action::ReadClosures);
    routes
        .call(Method::POST, "/api/v1/closure/events", may(Action::PostClosureEvent), post_event(), closures::post_event)
        .call(Method::GET, "/api/v1/closures", reads, list(), closures::list)
        .call(Method::GET, "/api/v1/closures/{id}", reads, show(), closures::show)
        .call(Method::POST, "/api/v1/closures/{id}/replay", may(Action::ReplayClosure), replay(), closures::replay)
        .call(Method::GET, "/api/v1/closure-drift", reads, list_drift(), closures::list_drift)
        .call(Method::POST, "/api/v1/closures/{id}/look", may(Action::SettleDrift), look(), closures::look)
        .call(
            Method::POST,
            "/api/v1/closures/{id}/drift/accept",
            may(Action::SettleDrift),
            accept_drift(),
            closures::accept_drift,
        )
        .call(Method::POST, "/api/v1/closures/{id}/review", may(Action::ReviewClosure), review(), closures::review)
        .call(Method::GET, "/api/v1/closure-reviews", reads, list_reviews(), closures::list_reviews)
        .call(Method::GET, "/api/v1/follow-ups", reads, list_follow_ups(), closures::list_follow_ups)
        .call(
            Method::POST,
            "/api/v1/follow-ups/{id}/resolve",
            may(Action::ResolveFollowUp),
            resolve(),
            closures::resolve,
        )
        .call(Method::POST, "/api/v1/follow-ups/{id}/assign", may(Action::AssignFollowUp), assign(), closures::assign)
}

fn post_event() -> Operation {
    Operation::new(GROUP, "post_closure_event", "Tell of something that was settled")
        .notes(
            "By a system of record, of its own records. `source.url` lies below a registered target and is read again \
             before anything is written; what `source.expect` names must stand there. The same `event_id` again begins \
             nothing and answers the closures it began the first time; one that says something else is refused.",
        )
        .takes::<PostEvent>()
        .gives::<EventTaken>(202, "Closures have begun.")
        .gives::<EventTaken>(200, "It was taken before, or no policy follows it.")
        .refuses(&[Code::Conflict])
}

fn list() -> Operation {
    Operation::new(GROUP, "list_closures", "List closures")
        .notes(
            "Newest first. A key of a system sees those its own system has set going and those of runs, an agent's or a hook's \
             key those of runs, one that is bound to a run those of that run.",
        )
        .query::<ClosureStatus>("status", "Only this status.")
        .query::<String>("workflow", "Only those of this workflow.")
        .query::<RunId>("run", "Only those of this run.")
        .paged()
        .gives::<Page<ClosureRow>>(200, "A page.")
}

fn show() -> Operation {
    Operation::new(GROUP, "read_closure", "Read the receipt of a closure")
        .path::<ClosureId>("id", "The closure.")
        .gives::<Receipt>(200, "What set it going, what it did, and why not more.")
}

fn replay() -> Operation {
    Operation::new(GROUP, "replay_closure", "Finish what a closure left undone")
        .notes(
            "The source is looked at again, and only what is not done is done. What waits for a person is resolved first. \
             With `dry_run` the source and the targets are read and nothing is written.",
        )
        .path::<ClosureId>("id", "The closure.")
        .takes::<Replay>()
        .gives::<Receipt>(202, "It goes on.")
        .gives::<DryRun>(200, "What would be done.")
        .refuses(&[Code::IllegalMove])
}

fn list_drift() -> Operation {
    Operation::new(GROUP, "list_closure_drift", "List what became of the records of closures")
        .notes(
            "The newest closures first, of those that ended with something done and that the caller sees. Their records are \
             looked at once a day for 30 days. `status=drifted` is what somebody has to settle. Of a value that is not as \
             wanted, only ids, statuses and references are told.",
        )
        .query::<DriftStatus>("status", "Only this status.")
        .paged()
        .gives::<Page<DriftRow>>(200, "A page.")
}

fn look() -> Operation {
    Operation::new(GROUP, "look_at_closure", "Look at the records of a closure now")
        .notes("The source and every record of a step that is done are read. Nothing is written to them.")
        .path::<ClosureId>("id", "The closure.")
        .gives::<Receipt>(200, "What was found stands under `drift`.")
        .refuses(&[Code::IllegalMove, Code::Conflict])
}

fn accept_drift() -> Operation {
    Operation::new(GROUP, "accept_closure_drift", "Accept that records are not as a closure left them")
        .notes("Until something else is found. Nothing is written to them.")
        .path::<ClosureId>("id", "The closure.")
        .takes::<AcceptDrift>()
        .gives::<Receipt>(200, "It is accepted.")
        .refuses(&[Code::IllegalMove, Code::Conflict])
}

fn review() -> Operation {
    Operation::new(GROUP, "review_closure", "Say of a sample whether it is in order")
        .notes(
            "By a signed-in reviewer of the group that the policy's `sample` names, who had no part in the closure. What is \
             not in order needs a `note` and becomes a follow-up; nothing is written elsewhere. Whoever comes second is told \
             who was first.",
        )
        .path::<ClosureId>("id", "The closure.")
        .takes::<ReviewClosure>()
        .gives::<ReviewRow>(200, "It is stored.")
        .refuses(&[Code::NotEntitled, Code::AlreadyDecided, Code::IllegalMove])
}

fn list_reviews() -> Operation {
    Operation::new(GROUP, "list_closure_reviews", "List the closures of the sample")
        .notes("Newest first, of closures that the caller sees, with what came of each.")
        .query::<ReviewStatus>("status", "Only this status.")
        .paged()
        .gives::<Page<ReviewRow>>(200, "A page.")
}

fn list_follow_ups() -> Operation {
    Operation::new(GROUP, "list_follow_ups", "List what was handed over to people")
        .notes("Newest first, of closures that the caller sees. A key that is bound to a run sees those of that run.")
        .query::<FollowUpStatus>("status", "Only this status.")
        .query::<ClosureId>("closure", "Only those of this closure.")
        .query::<PersonId>("assignee", "Only those that were given to this person.")
        .paged()
        .gives::<Page<FollowUpRow>>(200, "A page.")
}

fn resolve() -> Operation {
    Operation::new(GROUP, "resolve_follow_up", "Say how a follow-up was settled")
        .notes("Nothing is written because of it: an administrator replays the closure, if it is to go on.")
        .path::<FollowUpId>("id", "The follow-up.")
        .takes::<ResolveFollowUp>()
        .gives::<FollowUpRow>(200, "It is resolved.")
        .refuses(&[Code::IllegalMove])
}

fn assign() -> Operation {
    Operation::new(GROUP, "assign_follow_up", "Give a follow-up to a person")
        .notes(
            "To a reviewer, who is told. Nobody else is kept from resolving it, and the same again changes nothing. Where a \
             person has it, `assigned_to` says so; `packet.owner` stays what the event named.",
        )
        .path::<FollowUpId>("id", "The follow-up.")
        .takes::<AssignFollowUp>()
        .gives::<FollowUpRow>(200, "It is theirs.")
        .refuses(&[Code::IllegalMove])
}
