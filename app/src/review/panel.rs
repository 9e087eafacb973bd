//! The decision panel: the seal, who decided and who can, then what this viewer may do or what became of it.

use super::{
    binding::Binding, decide::DecisionForm, missing, names, open_groups, open_seats, outcome::Outcome, quorum,
    seats::Seats, setback::SetbackNotice,
};
use crate::kit::{
    badge::Tone,
    moment::Moment,
    notice::Notice,
    seal::{Ending, Seal},
};
use domain::{
    approval::{Approval, Status, Use},
    decision::{Decision, Verdict},
    id::PersonId,
    policy::Exclusion,
    review::{Mandate, Review, Setback, Unapplied},
};
use leptos::prelude::*;

/// The panel.
#[component]
pub fn Panel<'a>(
    /// The approval.
    review: &'a Review,
    /// A decision that was posted and not applied.
    unapplied: Option<&'a Unapplied>,
    /// Who looks.
    viewer: Option<PersonId>,
) -> impl IntoView + use<> {
    let setback = unapplied.map(|unapplied| &unapplied.setback);
    let (given, needed) = quorum(review);
    let (title, line) = heading(review, setback);
    let ending = ending(review);
    let open = ending == Ending::Open;
    view! {
        <div>
            <div class="flex items-center gap-3">
                <div class="relative inline-flex items-center justify-center">
                    <Seal needed=needed given=given ending=ending size=52 />
                    {open.then(|| view! { <span class="absolute text-xs font-semibold tabular-nums" aria-hidden="true">{format!("{given}/{needed}")}</span> })}
                </div>
                <div class="min-w-0 flex-1 leading-5">
                    <h2 class="text-sm font-semibold">{title}</h2>
                    <p class="text-xs text-muted">{line}</p>
                </div>
            </div>
            <div class="mt-2.5"><Seats review=review viewer=viewer /></div>
        </div>
        {unapplied.map(|unapplied| view! { <SetbackNotice review=review unapplied=unapplied /> })}
        {body(review, unapplied)}
        <Binding review=review verb=verb(review, setback) />
    }
    .into_any()
}

fn body(review: &Review, unapplied: Option<&Unapplied>) -> AnyView {
    if !matches!(review.state, Approval::Pending { .. }) {
        return view! { <Outcome review=review /> }.into_any();
    }
    match &review.mandate {
        Mandate::Decide { group } => view! { <DecisionForm review=review group=group unapplied=unapplied /> }.into_any(),
        Mandate::Voted { decision } => view! { <Voted review=review decision=decision /> }.into_any(),
        Mandate::Excluded { why } => view! { <Excluded review=review why=*why /> }.into_any(),
        Mandate::NotEntitled { waiting_for } => {
            let groups = names(waiting_for.iter().map(String::as_str), "and");
            view! {
                <Notice tone=Tone::Quiet icon="user-x" title="You cannot decide this">
                    <p>{format!("It waits for {groups}; you hold no open seat there.")}</p>
                </Notice>
                <Entitled review=review />
            }
            .into_any()
        }
        Mandate::Closed => ().into_any(),
    }
}

#[component]
fn Voted<'a>(review: &'a Review, decision: &'a Decision) -> impl IntoView + use<> {
    let (given, needed) = quorum(review);
    let (tone, icon, title, text) = match decision.verdict {
        Verdict::Approve => (
            Tone::Pass,
            "check",
            format!("You approved for {}", decision.group),
            format!("{given} of {needed}, the session stays suspended until {} decide too.", open_groups(review)),
        ),
        Verdict::Reject => (
            Tone::Fail,
            "x",
            format!("You rejected for {}", decision.group),
            format!("{} of {} rejections, the session stays suspended.", review.standing.rejections, review.package.policy.reject_count),
        ),
    };
    let (at, now) = (decision.at, review.now);
    view! {
        <Notice tone=tone icon=icon title=title>
            <p>{text}</p>
            <p class="text-xs">"Recorded at "<Moment at=at now=now /></p>
        </Notice>
        <Entitled review=review />
    }
    .into_any()
}

#[component]
fn Excluded<'a>(review: &'a Review, why: Exclusion) -> impl IntoView + use<> {
    let package = &review.package;
    let reason = match why {
        Exclusion::Requester => "You asked for this run.".to_owned(),
        Exclusion::AgentOwner => format!("You own {}.", package.agent),
        Exclusion::PreviousApprover => "You approved an earlier step of this run.".to_owned(),
    };
    let rule = names(package.policy.exclude.iter().map(|exclusion| match exclusion {
        Exclusion::Requester => "the requester",
        Exclusion::AgentOwner => "the agent’s owner",
        Exclusion::PreviousApprover => "earlier approvers of this run",
    }), "and");
    let policy = package.policy_name.clone();
    view! {
        <Notice tone=Tone::Quiet icon="user-x" title="You cannot decide this">
            <p>{reason}" Policy "<code>{policy}</code>" excludes "{rule}"."</p>
        </Notice>
        <Entitled review=review />
    }
    .into_any()
}

#[component]
fn Entitled<'a>(review: &'a Review) -> impl IntoView + use<> {
    let people = names(review.entitled.iter().map(|person| person.name.as_str()), "and");
    view! { <p class="text-xs text-muted">"Entitled now: "{people}"."</p> }
}

/// How the seal is drawn.
pub const fn ending(review: &Review) -> Ending {
    match review.state.status() {
        Status::Pending => Ending::Open,
        Status::Approved => Ending::Approved,
        Status::Rejected => Ending::Rejected,
        Status::Expired => Ending::Expired,
    }
}

fn heading(review: &Review, setback: Option<&Setback>) -> (String, String) {
    let revision = review.revision;
    match (&review.state, &review.mandate, setback) {
        (Approval::Pending { .. }, Mandate::Decide { .. }, Some(Setback::ConditionsChanged { .. })) => {
            ("Not approved".to_owned(), "Conditions are checked again when you approve.".to_owned())
        }
        (Approval::Pending { .. }, Mandate::Decide { group }, _) => (format!("Decide for {group}"), wanted(review)),
        (Approval::Pending { .. }, _, _) => (format!("Pending for {}", open_groups(review)), can_decide(review)),
        (Approval::Approved { used: Use::Void { .. }, .. }, _, _) => {
            ("Approved, then void".to_owned(), "The approval cannot be used.".to_owned())
        }
        (Approval::Approved { .. }, _, _) => {
            let groups = names(review.standing.seats.iter().map(|seat| seat.group.as_str()), "and");
            ("Approved".to_owned(), format!("{groups} approved rev {revision}. The verdict stands."))
        }
        (Approval::Rejected { .. }, _, _) => {
            let groups = names(review.votes.iter().filter(|vote| vote.verdict == Verdict::Reject).map(|vote| vote.group.as_str()), "and");
            ("Rejected".to_owned(), format!("{groups} rejected rev {revision}. The verdict stands."))
        }
        (Approval::Expired { .. }, _, _) => {
            let groups = names(open_seats(review).map(|seat| seat.group.as_str()), "and");
            ("Expired".to_owned(), format!("{groups} did not decide in time."))
        }
    }
}

fn wanted(review: &Review) -> String {
    match missing(review) {
        1 => "One more approval resumes the session.".to_owned(),
        more => format!("{more} more approvals resume the session."),
    }
}

fn can_decide(review: &Review) -> String {
    match review.entitled.len() {
        0 => "Nobody can decide now.".to_owned(),
        1 => "1 person can still decide.".to_owned(),
        people => format!("{people} people can still decide."),
    }
}

const fn verb(review: &Review, setback: Option<&Setback>) -> &'static str {
    match (review.state.status(), &review.mandate, setback) {
        (Status::Pending, _, Some(Setback::NewRevision { .. })) => "Now it is",
        (Status::Pending, Mandate::Decide { .. }, _) => "Your decision binds to",
        (Status::Pending, Mandate::Voted { .. }, _) => "Your decision is bound to",
        (Status::Approved | Status::Rejected, _, _) => "Bound to",
        (Status::Pending | Status::Expired, _, _) => "This is",
    }
}

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::{
        review::is_settling,
        sample,
    };
    use domain::{
        approval::Call,
        review::{Draft, EntitledPerson},
    };

    fn html(review: &Review, setback: Option<Setback>) -> String {
        let draft = Draft { verdict: Some("reject".to_owned()), reason_code: None, notes: Some("</textarea>why".to_owned()) };
        let unapplied = setback.map(|setback| Unapplied { setback, draft });
        let html = Owner::new().with(|| view! { <Panel review=review unapplied=unapplied.as_ref() viewer=Some(sample::viewer()) /> }.to_html());
        html.replace("<!>", "")
    }

    fn assert_says(case: &str, html: &str, words: &[&str]) {
        for word in words {
            assert!(html.contains(word), "{case} lacks {word:?}:\n{html}");
        }
    }

    fn pending(mandate: Mandate) -> Review {
        let entitled = vec![EntitledPerson { name: "Tomás Lindqvist".to_owned(), group: "Risk".to_owned(), is_viewer: false }];
        Review { mandate, entitled, ..sample::review() }
    }

    #[test]
    fn a_pending_approval_says_what_the_viewer_may_do() {
        let open = html(&sample::review(), None);
        assert_says("open", &open, &["Decide for Risk", "One more approval", "You can decide", "Dev Patel owns this agent", "Approve and resume", "Reject and tell the agent", "Choose a decision"]);
        assert!(!open.contains(" checked"), "nothing is preselected: {open}");
        let mut first = Review { votes: Vec::new(), standing: sample::policy().standing(&[]), ..sample::review() };
        assert_says("first of two", &html(&first, None), &["Approve for Risk", "1 of 2, the session stays suspended"]);
        first.package.policy.reject_count = 2;
        assert_says("first of two rejections", &html(&first, None), &["Record rejection", "1 of 2 rejections"]);
        let vote = sample::vote('1', "Mira Okafor", "Risk", Verdict::Approve);
        assert_says("voted", &html(&pending(Mandate::Voted { decision: Box::new(vote) }), None), &["You approved for Risk", "stays suspended"]);
        assert_says("excluded", &html(&pending(Mandate::Excluded { why: Exclusion::AgentOwner }), None), &["You cannot decide this", "You own onboarding-agent", "Tomás Lindqvist"]);
        let not = Mandate::NotEntitled { waiting_for: vec!["Risk".to_owned()] };
        assert_says("not entitled", &html(&pending(not), None), &["You cannot decide this", "It waits for Risk"]);
    }

    #[test]
    fn a_decided_approval_says_what_became_of_it() {
        let votes = || vec![sample::vote('2', "Ana Ruiz", "Compliance", Verdict::Approve), sample::vote('1', "Mira Okafor", "Risk", Verdict::Approve)];
        let call = Call { session: sample::session(), tool_use_id: "t1".to_owned() };
        let case = |used, resumed, result| sample::decided(sample::approved(used), votes(), sample::progress(resumed, result));
        let resuming = case(Use::Unused, false, None);
        assert_says("resuming", &html(&resuming, None), &["Decision recorded", "Gate conditions rechecked", "Resuming session", "Run setup_account", "You approved", "Refresh"]);
        assert!(is_settling(&resuming));
        let done = case(Use::Consumed { by: call.clone() }, true, Some(false));
        assert_says("resumed", &html(&done, None), &["Resumed and done", "acc_77120"]);
        assert!(!is_settling(&done));
        assert_says("failed", &html(&case(Use::Consumed { by: call }, true, Some(true)), None), &["the tool failed"]);
        let void = case(Use::Void { because: "A sanctions hit is open.".to_owned() }, true, None);
        assert_says("void", &html(&void, None), &["needs a fresh approval", "A sanctions hit is open.", "Nothing ran"]);
        let no = vec![sample::vote('3', "Tomás Lindqvist", "Risk", Verdict::Reject)];
        let rejected = sample::decided(Approval::Rejected { at: sample::time("14:58:02") }, no, sample::progress(false, None));
        let shown = html(&rejected, None);
        assert_says("rejected", &shown, &["Rejected", "Nothing ran", "Ask for a newer &lt;b&gt;statement", "Telling the agent"]);
        let expired = sample::decided(Approval::Expired { at: sample::time("14:50:00") }, Vec::new(), None);
        assert_says("expired", &html(&expired, None), &["Expired without a decision", "This is not a rejection", "Nobody decided"]);
    }

    #[test]
    fn a_decision_that_was_not_applied_keeps_its_draft() {
        let unmet = vec![sample::condition("kyc_verified", false, Vec::new())];
        let cases = [
            (Setback::AlreadyDecided { winner: Some("Ana Ruiz".to_owned()), at: Some(sample::time("14:58:21")) }, vec!["Your decision was not applied", "Ana Ruiz approved rev 3 for Compliance 20 s ago"]),
            (Setback::NewRevision { read: 2, current: 3 }, vec!["The package is now rev 3", "Your decision was for rev 2"]),
            (Setback::ConditionsChanged { unmet }, vec!["A condition no longer holds", "kyc_verified", "FAILED", "Nothing was approved"]),
            (Setback::Expired, vec!["The time to decide was over"]),
            (Setback::NotAllowed { message: "You own this agent.".to_owned() }, vec!["You own this agent."]),
            (Setback::Unavailable { message: "Request req_7.".to_owned() }, vec!["not stored", "req_7"]),
            (Setback::Invalid { field: "notes".to_owned(), message: "say why".to_owned() }, vec!["say why", "aria-describedby=\"notes-message\"", "aria-invalid"]),
        ];
        for (setback, words) in cases {
            let case = format!("{setback:?}");
            let html = html(&sample::review(), Some(setback));
            assert_says(&case, &html, &words);
            assert_says(&case, &html, &["&lt;/textarea&gt;why"]);
            assert!(html.contains("></textarea>"), "{case}: a text field has no children: {html}");
        }
    }

    #[test]
    fn approving_is_not_offered_where_a_condition_fails() {
        let html = html(&sample::review(), Some(Setback::ConditionsChanged { unmet: Vec::new() }));
        assert!(!html.contains("id=\"approve\"") && html.contains("id=\"reject\""), "{html}");
    }
}
