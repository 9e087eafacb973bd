//! Approvals: reading them, waiting for their outcome, deciding.

use axum::http::Method;
use domain::{
    bulk::Bulk,
    decision::Ballot,
    id::ApprovalId,
    page::Page,
    permission::Action,
    queue::{QueueRow, Sort, Standing},
    refusal::Code,
    workflow::Risk,
};

use crate::{
    desk::{
        assignment::AssignApproval, cancellation::Cancel, claim::MakeClaim, resumption::Abandon, revocation::Revoke,
    },
    http::{
        api::{
            answers::{
                approvals::{ApprovalDetail, AssignmentStored, ClaimStored, Outcome, ResumptionDetail},
                bulk::BulkDecided,
                votes::DecisionStored,
            },
            approvals,
        },
        operation::Operation,
        routes::{Access, Routes},
    },
};

const GROUP: &str = "Approvals";

pub fn routes(routes: Routes) -> Routes {
    let (get, may) = (Method::GET, Access::Granted);
    let (reads, awaits) = (may(Action::ReadApprovals), may(Action::AwaitDecision));
    let (wakes, assigns) = (may(Action::WakeSession), may(Action::AssignApproval));
    let (decides, cancels) = (may(Action::Decide), may(Action::CancelApproval));
    routes
        .call(get.clone(), "/api/v1/approvals", reads, list(), approvals::list)
        .call(get.clone(), "/api/v1/approvals/{id}", reads, show(), approvals::show)
        .call(get, "/api/v1/approvals/{id}/decision", awaits, outcome(), approvals::await_decision)
        .call(Method::POST, "/api/v1/approvals/{id}/decisions", decides, decide(), approvals::decide)
        .call(Method::POST, "/api/v1/approvals/{id}/claim", decides, claim(), approvals::claim)
        .call(Method::POST, "/api/v1/approvals/{id}/release", decides, release(), approvals::release)
        .call(Method::POST, "/api/v1/approvals/{id}/assign", assigns, assign(), approvals::assign)
        .call(Method::POST, "/api/v1/approvals/bulk-decisions", decides, together(), approvals::decide_together)
        .call(Method::POST, "/api/v1/approvals/{id}/cancel", cancels, cancel(), approvals::cancel)
        .call(Method::POST, "/api/v1/approvals/{id}/revoke", may(Action::RevokeApproval), revoke(), approvals::revoke)
        .call(Method::POST, "/api/v1/approvals/{id}/resumption/retry", wakes, retry(), approvals::retry_resumption)
        .call(
            Method::POST,
            "/api/v1/approvals/{id}/resumption/abandon",
            wakes,
            abandon(),
            approvals::abandon_resumption,
        )
}

fn retry() -> Operation {
    Operation::new(GROUP, "retry_resumption", "Have a failed or abandoned resumption sent now")
        .notes("The decision stands as it is; what is sent repeats the same `webhook-id`.")
        .path::<ApprovalId>("id", "The approval.")
        .gives::<ResumptionDetail>(200, "It is queued.")
        .refuses(&[Code::IllegalMove, Code::Conflict])
}

fn abandon() -> Operation {
    Operation::new(GROUP, "abandon_resumption", "End the sending of a resumption")
        .notes("The decision stands, and its outcome can still be fetched.")
        .path::<ApprovalId>("id", "The approval.")
        .takes::<Abandon>()
        .gives::<ResumptionDetail>(200, "Nothing is sent any more.")
        .refuses(&[Code::IllegalMove])
}

fn list() -> Operation {
    Operation::new(GROUP, "list_approvals", "List and search approvals")
        .notes(
            "`q` finds approvals that hold every word of it: in title, tool, input, subject, gate, agent, workflow, ids, \
             questions, answers, and the words of decisions. Words are letters and digits; the last one may be a beginning; \
             words in quotation marks follow one another. Nothing is ranked. A cursor belongs to its `sort`.",
        )
        .query::<Standing>("status", "Only approvals in this state; `decided` is approved or rejected, also where it was taken back since.")
        .query::<Risk>("risk", "Only approvals of this risk.")
        .query::<String>("workflow", "Only approvals of this workflow.")
        .query::<String>("gate", "Only approvals of this gate or stage.")
        .query::<String>("agent", "Only calls of this agent, by the name of its key.")
        .query::<String>(
            "assignee",
            "Only pending approvals assigned to this person (their email or `usr_…` id, `me` for whoever the key stands for) or group (its \
             name); `none` for those assigned to nobody.",
        )
        .query::<String>("waiting_for", "Only approvals with a seat open for this group.")
        .query::<String>("q", "Words that are looked for, 200 characters at the most.")
        .query::<Sort>("sort", "The order; `due`, the soonest deadline first, unless it is given.")
        .paged()
        .gives::<Page<QueueRow>>(200, "A page.")
}

fn show() -> Operation {
    Operation::new(GROUP, "read_approval", "Read an approval with everything a reviewer sees")
        .path::<ApprovalId>("id", "The approval.")
        .gives::<ApprovalDetail>(200, "The approval.")
        .with_header("ETag", "The revision; hand it back as `If-Match` with a decision.")
}

fn outcome() -> Operation {
    Operation::new(GROUP, "await_decision", "Fetch the outcome of an approval, waiting for it")
        .notes(
            "A long poll. When the status is final, fire the same call with the same `tool_use_id` at the gate again.",
        )
        .path::<ApprovalId>("id", "The approval.")
        .query::<u32>("wait", "Seconds to wait for a final status or a question, at most 60.")
        .query::<u32>("seen", "The revision of a question that is known already: wait past it.")
        .gives::<Outcome>(200, "The outcome, or that people still decide.")
}

fn decide() -> Operation {
    Operation::new(GROUP, "decide", "Decide")
        .notes(
            "Where the policy says `via: [api]`, with a reviewer's own token. Say which revision and digest you read.",
        )
        .path::<ApprovalId>("id", "The approval.")
        .header::<String>("If-Match", "The revision that was read, instead of `revision` in the body.")
        .takes::<Ballot>()
        .gives::<DecisionStored>(201, "The decision is stored.")
        .gives::<DecisionStored>(200, "The same decision was stored before.")
        .refuses(&[
            Code::NotEntitled,
            Code::SelfApproval,
            Code::AlreadyDecided,
            Code::AlreadyVoted,
            Code::SeatTaken,
            Code::IllegalMove,
            Code::Expired,
            Code::Cancelled,
            Code::Revoked,
            Code::InformationRequested,
            Code::ConditionsChanged,
            Code::RevisionRequired,
            Code::StaleRevision,
            Code::ReasonRequired,
            Code::DigestMismatch,
            Code::SignatureRequired,
            Code::SignatureInvalid,
        ])
}

fn claim() -> Operation {
    Operation::new(GROUP, "claim_approval", "Claim an approval, renew the claim, or take it over")
        .notes(
            "A claim lasts ten minutes and tells others that somebody looks into it; anybody entitled can decide all the \
             same. Claimed again it is renewed. `take_over` with a reason takes it from whoever has it.",
        )
        .path::<ApprovalId>("id", "The approval.")
        .takes::<MakeClaim>()
        .gives::<ClaimStored>(200, "The claim.")
        .refuses(&[
            Code::NotEntitled,
            Code::SelfApproval,
            Code::AlreadyDecided,
            Code::AlreadyVoted,
            Code::Expired,
            Code::Cancelled,
            Code::Revoked,
            Code::Claimed,
            Code::Conflict,
        ])
}

fn release() -> Operation {
    Operation::new(GROUP, "release_approval", "Release a claim")
        .notes("What nobody has claimed stays so.")
        .path::<ApprovalId>("id", "The approval.")
        .gives::<ClaimStored>(200, "Nobody has claimed it.")
        .refuses(&[Code::Claimed, Code::Conflict])
}

fn assign() -> Operation {
    Operation::new(GROUP, "assign_approval", "Say who is to decide an approval")
        .notes(
            "For whoever might decide it, and support leads. `to` is the email or id of somebody who may fill an open seat \
             now, or one of the policy's groups with an open seat: they are told, and anybody entitled can decide all the \
             same. The group the policy raises to is raised to now. Assigned again it replaces the assignment before; null \
             gives it back.",
        )
        .path::<ApprovalId>("id", "The approval.")
        .takes::<AssignApproval>()
        .gives::<AssignmentStored>(200, "What stands now.")
        .refuses(&[
            Code::NotEntitled,
            Code::SelfApproval,
            Code::AlreadyDecided,
            Code::IllegalMove,
            Code::Expired,
            Code::Cancelled,
            Code::Revoked,
            Code::Conflict,
        ])
}

fn together() -> Operation {
    Operation::new(GROUP, "decide_together", "Decide several approvals at once")
        .notes(
            "Approve or reject up to 50 approvals of the same gate, risk and policy. A guard looks at all of them first: \
             none may be high risk, differ from what the agent says, have an open question, or be another's to decide. \
             What does not fit refuses the whole, and `item` names it. Past the guard each is decided for itself, as \
             `decide` would: one that was settled or changed meanwhile fails alone, with its `problem`.",
        )
        .takes::<Bulk>()
        .gives::<BulkDecided>(200, "What became of each, in the order of the items.")
        .refuses(&[Code::NotFound, Code::NotEntitled, Code::BulkRefused, Code::ReasonRequired])
}

fn revoke() -> Operation {
    Operation::new(GROUP, "revoke_approval", "Take an approval back that was given and not used")
        .notes(
            "Whoever approved it may, and whoever might decide it, where the policy says `via: [api]` with a reviewer's own \
             token. A key of a system of record may, of runs in which facts that its system has recorded stand; of others it \
             knows nothing. The call is blocked with `approval_revoked`. Once a call has used it, nothing is taken back: \
             `already_used` names the call and the time. A second time changes nothing.",
        )
        .path::<ApprovalId>("id", "The approval.")
        .takes::<Revoke>()
        .gives::<Outcome>(200, "It is revoked.")
        .refuses(&[
            Code::NotEntitled,
            Code::SelfApproval,
            Code::AlreadyUsed,
            Code::IllegalMove,
            Code::Expired,
            Code::Cancelled,
            Code::Conflict,
        ])
}

fn cancel() -> Operation {
    Operation::new(GROUP, "cancel_approval", "Take a pending approval back")
        .notes("The session goes on; the call is blocked. A second time changes nothing.")
        .path::<ApprovalId>("id", "The approval.")
        .takes::<Cancel>()
        .gives::<Outcome>(200, "It is cancelled.")
        .refuses(&[Code::AlreadyDecided, Code::Expired, Code::Revoked])
}
