//! The panel in every state it can be in.

use super::*;
use crate::{review::is_settling, sample};
use domain::{
    approval::{Call, Use},
    deadline::{Raising, Steps},
    hours::AroundTheClock,
    information::{Information, Pause},
    package::Origin,
    review::{Draft, EntitledPerson},
    signature::{Authentication, Signature},
};

fn html(review: &Review, setback: Option<Setback>) -> String {
    let draft = Draft {
        verdict: Some("reject".to_owned()),
        reason_code: None,
        notes: Some("</textarea>why".to_owned()),
        edited_input: None,
        items: Vec::new(),
    };
    let unapplied = setback.map(|setback| Unapplied { setback, draft });
    let html = Owner::new().with(|| {
        let followed = Followed::new(review.clone(), Some(sample::viewer()));
        view! { <Panel followed=followed unapplied=unapplied.as_ref() posted=None /> }.to_html()
    });
    html.replace("<!>", "")
}

fn assert_says(case: &str, html: &str, words: &[&str]) {
    for word in words {
        assert!(html.contains(word), "{case} lacks {word:?}:\n{html}");
    }
}

fn pending(mandate: Mandate) -> Review {
    let entitled = vec![EntitledPerson {
        name: "Tomás Lindqvist".to_owned(),
        group: "Risk".to_owned(),
        on_behalf_of: None,
        is_viewer: false,
    }];
    Review { mandate, entitled, ..sample::review() }
}

#[test]
fn a_pending_approval_says_what_the_viewer_may_do() {
    let open = html(&sample::review(), None);
    assert_says(
        "open",
        &open,
        &[
            "Decide for Risk",
            "One more approval",
            "You can decide",
            "Dev Patel owns this agent",
            "Approve and resume",
            "Reject and tell the agent",
            "Choose a decision",
        ],
    );
    assert!(!open.contains(" checked"), "nothing is preselected: {open}");
    let mut first = Review { votes: Vec::new(), standing: sample::policy().standing(&[]), ..sample::review() };
    assert_says("first of two", &html(&first, None), &["Approve for Risk", "1 of 2, the session stays suspended"]);
    first.package.policy.reject_count = 2;
    assert_says("first of two rejections", &html(&first, None), &["Record rejection", "1 of 2 rejections"]);
    let vote = sample::vote('1', "Mira Okafor", "Risk", Verdict::Approve);
    assert_says(
        "voted",
        &html(&pending(Mandate::Voted { decision: Box::new(vote), by_delegate: false }), None),
        &["You approved for Risk", "stays suspended"],
    );
    assert_says(
        "excluded",
        &html(&pending(Mandate::Excluded { why: Exclusion::AgentOwner }), None),
        &["You cannot decide this", "You own onboarding-agent", "Tomás Lindqvist"],
    );
    let not = Mandate::NotEntitled { waiting_for: vec!["Risk".to_owned()] };
    assert_says("not entitled", &html(&pending(not), None), &["You cannot decide this", "It waits for Risk"]);
}

#[test]
fn a_decided_approval_says_what_became_of_it() {
    let votes = || {
        vec![
            sample::vote('2', "Ana Ruiz", "Compliance", Verdict::Approve),
            sample::vote('1', "Mira Okafor", "Risk", Verdict::Approve),
        ]
    };
    let call = Call { session: sample::session(), tool_use_id: "t1".to_owned() };
    let case = |used, resumed, result| {
        sample::decided(sample::approved(used), votes(), Some(sample::progress(resumed, result)))
    };
    let resuming = case(Use::Unused, false, None);
    assert_says(
        "resuming",
        &html(&resuming, None),
        &[
            "Decision recorded",
            "Gate conditions rechecked",
            "Resuming session",
            "Run setup_account",
            "You approved",
            "Refresh",
        ],
    );
    assert!(is_settling(&resuming));
    let done = case(Use::Consumed { by: call.clone() }, true, Some(false));
    assert_says("resumed", &html(&done, None), &["Resumed and done", "acc_77120"]);
    assert!(!is_settling(&done));
    assert_says("failed", &html(&case(Use::Consumed { by: call }, true, Some(true)), None), &["the tool failed"]);
    let void = case(Use::Void { because: "A sanctions hit is open.".to_owned() }, true, None);
    assert_says("void", &html(&void, None), &["needs a fresh approval", "A sanctions hit is open.", "Nothing ran"]);
    let no = vec![sample::vote('3', "Tomás Lindqvist", "Risk", Verdict::Reject)];
    let rejected =
        sample::decided(Approval::Rejected { at: sample::time("14:58:02") }, no, Some(sample::progress(false, None)));
    let shown = html(&rejected, None);
    assert_says(
        "rejected",
        &shown,
        &["Rejected", "Nothing ran", "Ask for a newer &lt;b&gt;statement", "Telling the agent"],
    );
    let expired = sample::decided(Approval::Expired { at: sample::time("14:50:00") }, Vec::new(), None);
    assert_says(
        "expired",
        &html(&expired, None),
        &["Expired without a decision", "This is not a rejection", "Nobody decided"],
    );
}

#[test]
fn to_whom_it_is_raised_is_said_before_and_after() {
    let steps = |raised_at| {
        let raise = Raising { to: "compliance-leads".to_owned(), at: sample::time("15:10:41"), raised_at };
        Steps { raise: Some(raise), ..Steps::default() }
    };
    let state = |steps| Approval::Pending { expires_at: None, pause: Pause::default(), steps };
    let not = Mandate::NotEntitled { waiting_for: vec!["Risk".to_owned()] };
    let lead = EntitledPerson {
        name: "Lea <b>Brandt</b>".to_owned(),
        group: "compliance-leads".to_owned(),
        on_behalf_of: None,
        is_viewer: false,
    };
    let before = Review { state: state(steps(None)), entitled: Vec::new(), mandate: not, ..sample::review() };
    let shown = html(&before, None);
    assert_says(
        "before",
        &shown,
        &["Raised to ", "compliance-leads", "12 min", "unless it is decided", "Nobody can fill"],
    );
    let raised_at = Some(sample::time("14:50:41"));
    let mut after = Review { state: state(steps(raised_at)), entitled: vec![lead], ..before };
    after.votes[0].by_raise = Some("compliance-leads".to_owned());
    let shown = html(&after, None);
    let words = ["8 min ago", "may fill any open seat", "Lea &lt;b&gt;Brandt", "Ana Ruiz of compliance-leads approved"];
    assert_says("after", &shown, &words);
    assert!(!shown.contains("Nobody can fill") && !shown.contains("unless it is decided"), "{shown}");
}

#[test]
fn an_open_question_is_answered_before_anybody_approves() {
    let asked = Information {
        question: "Which <b>year</b>?".to_owned(),
        asked_by: "Ana Ruiz".to_owned(),
        asked_at: sample::time("14:41:30"),
        answer: None,
    };
    let (state, _) = Approval::open(Some(sample::time("15:32:00")))
        .request_information(sample::approval_id(), &asked.question, 3, &AroundTheClock, asked.asked_at)
        .expect("a question");
    let mut waiting = Review { state, votes: Vec::new(), can_answer: true, ..sample::review() };
    waiting.package.information.push(asked);
    let shown = html(&waiting, None);
    let words = [
        "Waits for information",
        "Ana Ruiz",
        "year&lt;/b&gt;",
        "stands still",
        "Give this information",
        "id=\"reject\"",
    ];
    assert_says("waiting", &shown, &words);
    assert!(!shown.contains("id=\"approve\"") && !shown.contains("id=\"ask\""), "{shown}");
    waiting.can_answer = false;
    assert!(!html(&waiting, None).contains("Give this information"));
}

#[test]
fn a_request_opens_no_gate() {
    let mut asked = sample::review();
    asked.package.origin = Origin::Request;
    let shown = html(&asked, None);
    assert_says("request", &shown, &["opens no gate", "No call runs by this"]);
    let mut approved = sample::decided(sample::approved(Use::Unused), Vec::new(), Some(sample::progress(true, None)));
    approved.package.origin = Origin::Request;
    let shown = html(&approved, None);
    assert!(!shown.contains("Run setup_account") && !is_settling(&approved), "{shown}");
}

#[test]
fn of_several_calls_no_single_result_is_told() {
    let progress = Some(sample::progress(true, Some(false)));
    let mut approved = sample::decided(sample::approved(Use::Unused), Vec::new(), progress);
    approved.package.origin = Origin::Items;
    let shown = html(&approved, None);
    assert_says("items", &shown, &["of every approved item", "Session resumed"]);
    assert!(!shown.contains("Resumed and done"), "{shown}");
}

#[test]
fn a_cancelled_approval_says_that_nothing_ran_and_by_whom() {
    let state = Approval::Cancelled { at: sample::time("14:50:00"), reason: "Asked for <b>twice</b>.".to_owned() };
    let event = domain::event::Event::ApprovalCancelled {
        approval: sample::approval_id(),
        reason: "Asked for <b>twice</b>.".to_owned(),
    };
    let mut cancelled = sample::decided(state, Vec::new(), None);
    cancelled.activity = vec![sample::item(event)];
    let shown = html(&cancelled, None);
    let words =
        ["Cancelled", "Nothing ran", "onboarding-agent", "twice&lt;/b&gt;", "not a rejection", "No decision needed"];
    assert_says("cancelled", &shown, &words);
    assert!(!is_settling(&cancelled));
}

#[test]
fn a_decision_that_was_not_applied_keeps_its_draft() {
    let unmet = vec![sample::condition("kyc_verified", false, Vec::new())];
    let cases = [
        (
            Setback::AlreadyDecided { winner: Some("Ana Ruiz".to_owned()), at: Some(sample::time("14:58:21")) },
            vec!["Your decision was not applied", "Ana Ruiz approved rev 3 for Compliance 20 s ago"],
        ),
        (Setback::NewRevision { read: 2, current: 3 }, vec!["The package is now rev 3", "Your decision was for rev 2"]),
        (
            Setback::ConditionsChanged { unmet },
            vec!["A condition no longer holds", "kyc_verified", "FAILED", "Nothing was approved"],
        ),
        (Setback::Expired, vec!["The time to decide was over"]),
        (Setback::NotAllowed { message: "You own this agent.".to_owned() }, vec!["You own this agent."]),
        (Setback::Unavailable { message: "Request req_7.".to_owned() }, vec!["not stored", "req_7"]),
        (
            Setback::Invalid { field: "notes".to_owned(), message: "say why".to_owned() },
            vec!["say why", "aria-describedby=\"notes-message\"", "aria-invalid"],
        ),
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
fn what_is_signed_is_said_word_for_word_and_the_password_is_never_sent_back() {
    let plain = html(&sample::review(), None);
    assert!(!plain.contains("type=\"password\""), "{plain}");
    let mut review = sample::review();
    review.package.policy.sign = true;
    review.votes[0].signature = Some(Signature {
        meaning: "I have reviewed revision 3 of this <b>package</b> and approve it for Compliance.".to_owned(),
        signed_at: sample::time("14:41:30"),
        authenticated_by: Authentication::Password,
    });
    let wrong = Setback::Invalid { field: "password".to_owned(), message: "not your password".to_owned() };
    let shown = html(&review, Some(wrong));
    let words = [
        "I have reviewed revision 3 of this package and approve it for Risk.",
        "I have reviewed revision 3 of this package and reject it for Risk.",
        "with the arguments as I have changed them",
        "autocomplete=\"current-password\"",
        "Sign and approve",
        "Sign and reject",
        "Not your password",
        "this &lt;b&gt;package&lt;/b&gt; and approve it for Compliance",
        "Signed by password: ",
        "#signature\"",
        "&lt;/textarea&gt;why",
    ];
    assert_says("signed", &shown.replace("not your password", "Not your password"), &words);
    let field = shown.split("<input").find(|field| field.contains("type=\"password\"")).unwrap_or_default();
    let field = field.split('>').next().unwrap_or_default();
    assert!(!field.contains("value"), "{field}");
}

#[test]
fn approving_is_not_offered_where_a_condition_fails() {
    let html = html(&sample::review(), Some(Setback::ConditionsChanged { unmet: Vec::new() }));
    assert!(!html.contains("id=\"approve\"") && html.contains("id=\"reject\""), "{html}");
}
