//! The look at a sample: the form for those who may, who that is for everybody else, and what was said.

use super::{follow::FollowedReceipt, words::verdict};
use crate::{
    admin::Refused,
    brought::Posted,
    kit::{
        button,
        choice::{Answer, Choice},
        field::Fault,
        icon::Icon,
        moment::Moment,
        section::Section,
        text_area::filled,
    },
    recorded::{text::Text, value::shortened},
};
use domain::{
    Time,
    closure::{
        review::{ClosureReview, MAX_NOTE, ReviewRow, ReviewVerdict},
        sample::Drawn,
    },
    closures::Lookers,
};
use leptos::prelude::*;

/// The sample, where the closure is one. The form stays as it is, with what is typed, until somebody has looked.
#[component]
pub fn Review<'a>(
    followed: FollowedReceipt,
    /// Where the form is posted to.
    action: StoredValue<String>,
    posted: Option<&'a Posted>,
) -> impl IntoView + use<> {
    let posted = StoredValue::new(posted.filter(|posted| posted.form == "review").cloned());
    let shown =
        Memo::new(move |_| followed.with(|page| page.receipt.review.clone().map(|row| (row, page.lookers.clone()))));
    let now = followed.loaded();
    let section = move || {
        shown.get().map(|(row, lookers)| {
            let (posted, refused) = posted.with_value(|posted| (posted.clone(), posted.clone()));
            let below = match (&row.state, lookers) {
                (ClosureReview::Waiting { .. }, Some(lookers)) if lookers.is_viewer => {
                    view! { <Look action=action.get_value() posted=posted /> }.into_any()
                }
                (ClosureReview::Waiting { .. }, lookers) => who(&row, lookers.as_ref()),
                _ => said(&row, now),
            };
            view! {
                <Section id="sample" title="Sample">
                    <div class="rounded-lg border border-rule p-4">
                        {why(&row, now)}
                        <div class="mt-3 empty:hidden"><Refused posted=refused.as_ref() /></div>
                        {below}
                    </div>
                </Section>
            }
        })
    };
    section.into_any()
}

/// That it is in the sample, since when, and why.
fn why(row: &ReviewRow, now: Time) -> AnyView {
    let because = match row.drawn {
        Drawn::First => "It is one of the first of its policy in this version: these are all looked at.".to_owned(),
        Drawn::Draw => format!("The draw of one in {} fell on it.", row.one_in),
    };
    let at = row.state.drawn_at();
    view! {
        <p class="flex flex-wrap items-center gap-x-2 gap-y-1">
            {verdict(row.status)}
            <span class="min-w-0 text-xs text-muted">"Drawn "<Moment at=at now=now />" for "<Text text=&row.group />". "{because}</span>
        </p>
    }
    .into_any()
}

/// Who looks at it, for those who do not.
fn who(row: &ReviewRow, lookers: Option<&Lookers>) -> AnyView {
    let bar = lookers.and_then(|lookers| lookers.bar).map(|bar| {
        view! { <p>{format!("Nobody looks at their own work: {}.", bar.why())}</p> }
    });
    let names = lookers.map(|lookers| lookers.names.join(", ")).unwrap_or_default();
    let whom = if names.is_empty() {
        view! {
            <p class="text-warn">
                "Nobody can look at it: no reviewer of "<Text text=&row.group />" is free to. An administrator adds people to the group."
            </p>
        }
        .into_any()
    } else {
        view! { <p class="break-words">"It waits for the look of "<Text text=&names />"."</p> }.into_any()
    };
    view! { <div class="mt-3 space-y-1 text-xs text-muted">{bar}{whom}</div> }.into_any()
}

/// What somebody said of it.
fn said(row: &ReviewRow, now: Time) -> AnyView {
    let Some((_, at)) = row.state.looked() else { return ().into_any() };
    let (note, follow_up) = match &row.state {
        ClosureReview::NotInOrder { note, follow_up, .. } => (Some(note), Some(*follow_up)),
        ClosureReview::InOrder { note, .. } => (note.as_ref(), None),
        ClosureReview::Waiting { .. } => (None, None),
    };
    let note = note.map(|note| {
        let words = shortened(note, format!("{}-note", row.closure_id));
        view! { <p class="mt-1 break-words whitespace-pre-wrap"><bdi>"“"{words}"”"</bdi></p> }
    });
    let follow_up = follow_up.map(|id| {
        view! { <p class="mt-1 text-xs text-muted">"It became the follow-up "<a class="lnk mono" href=format!("#{id}")>"fup_…"{id.tail()}</a>"."</p> }
    });
    let by = row.reviewed_by.as_deref().map(|name| view! { <Text text=name /> });
    view! {
        <div class="mt-3">
            <p class="text-xs text-muted">{by}", "<Moment at=at now=now /></p>
            {note}
            {follow_up}
        </div>
    }
    .into_any()
}

/// The form of those who may look.
#[component]
fn Look(action: String, posted: Option<Posted>) -> impl IntoView {
    let said = posted.as_ref().map(|posted| posted.value("note")).unwrap_or_default();
    let fault = posted.as_ref().and_then(|posted| posted.fault("note"));
    let chosen = posted.as_ref().map(|posted| posted.value("verdict")).unwrap_or_default();
    let unjudged = posted.as_ref().and_then(|posted| posted.fault("verdict"));
    let is_wrong = fault.is_some();
    let area = filled("sample-note", &said);
    let described = if is_wrong { "sample-note-fault" } else { "sample-note-hint" };
    view! {
        <form method="post" action=action class="mt-3 space-y-3">
            <input type="hidden" name="form" value="review" />
            <Choice
                name="verdict"
                question="Did it do what it should have done?"
                answers=VERDICTS
                chosen=chosen
                fault=unjudged
                fault_id="sample-verdict-fault".to_owned()
            />
            <div>
                <label for="sample-note" class="block font-medium mb-1">"Note"</label>
                <textarea
                    id="sample-note"
                    node_ref=area
                    name="note"
                    rows="3"
                    maxlength=MAX_NOTE
                    aria-invalid=is_wrong.then_some("true")
                    aria-describedby=described
                    class="block w-full rounded-md border border-control bg-surface px-2.5 py-1.5"
                ></textarea>
                {fault.map(|message| view! { <Fault id="sample-note-fault".to_owned() message=message /> })}
                {(!is_wrong).then(|| view! { <p id="sample-note-hint" class="text-xs text-muted mt-1">"Needed where it is not in order: what is wrong, and what should be there. It is kept in the log."</p> })}
            </div>
            <button type="submit" class=button::PLAIN><Icon name="check" class="w-4 h-4 shrink-0" />"Store the verdict"</button>
        </form>
    }
    .into_any()
}

/// In order, or not.
const VERDICTS: &[Answer] = &[
    (ReviewVerdict::InOrder.as_str(), "In order", "Its source, its steps and its records are as they should be."),
    (
        ReviewVerdict::NotInOrder.as_str(),
        "Not in order",
        "It becomes a follow-up. Nothing is written or taken back by it.",
    ),
];

#[cfg(all(test, feature = "ssr"))]
mod tests {
    use super::*;
    use crate::{closures::ReceiptView, kit::address::Address, sample};
    use domain::{
        Refusal,
        closure::review::{Bar, ReviewStatus},
        closures::ClosurePage,
    };

    fn html(page: &ClosurePage, posted: Option<&Posted>) -> String {
        let page = page.clone();
        let view =
            || view! { <ReceiptView page=page list=Address::new("/closures") posted=posted would=None /> }.to_html();
        Owner::new().with(view).replace("<!>", "")
    }

    fn sampled(lookers: Option<Lookers>) -> ClosurePage {
        let mut page = sample::closure();
        page.receipt.review = Some(sample::sample(ReviewStatus::Waiting));
        page.lookers = lookers;
        page
    }

    #[test]
    fn who_may_look_has_the_form_and_others_read_who_that_is() {
        let mine = Lookers { is_viewer: true, bar: None, names: vec!["Ana <b>Ruiz</b>".to_owned()] };
        let form = html(&sampled(Some(mine.clone())), None);
        assert!(form.contains(r#"value="review""#) && form.contains("Not in order"), "{form}");
        let others = html(&sampled(Some(Lookers { is_viewer: false, ..mine.clone() })), None);
        assert!(!others.contains(r#"value="review""#) && others.contains("Ana &lt;b&gt;Ruiz"), "{others}");
        let barred = Lookers { is_viewer: false, bar: Some(Bar::Replayed), names: Vec::new() };
        let barred = html(&sampled(Some(barred)), None);
        assert!(barred.contains("you had it finish") && barred.contains("Nobody can look at it"), "{barred}");
    }

    #[test]
    fn what_was_said_stands_on_the_receipt() {
        let mut page = sample::closure();
        page.receipt.review = Some(sample::sample(ReviewStatus::NotInOrder));
        let html = html(&page, None);
        for said in ["Not in order", "The wrong &lt;i&gt;queue", "Mira &lt;u&gt;Okafor", "#fup_"] {
            assert!(html.contains(said), "{said} in {html}");
        }
        assert!(!html.contains(r#"value="review""#) && !html.contains("<i>"), "{html}");
    }

    #[test]
    fn whoever_comes_second_reads_who_was_first() {
        let mut page = sample::closure();
        page.receipt.review = Some(sample::sample(ReviewStatus::InOrder));
        let refusal = Refusal::new(domain::refusal::Code::AlreadyDecided, "Mira was first.");
        let posted = Posted { form: "review".to_owned(), refusal: Some(refusal), ..Posted::default() };
        assert!(html(&page, Some(&posted)).contains("Mira was first."));
    }
}
