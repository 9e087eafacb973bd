//! What a closure handed over: the question with all a person needs, and how it was settled.

use super::{
    follow::FollowedReceipt,
    owner::{Give, whose_now},
};
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
    recorded::{
        text::Text,
        value::{Recorded, shortened},
    },
};
use domain::{
    Time,
    closure::{Reason, page::FollowUpRow},
    follow_up::{FollowUp, MAX_RESOLUTION, Settlement},
};
use leptos::prelude::*;

/// What was handed over, in order; a form stays as it is, with what is typed, until its follow-up is settled.
#[component]
pub fn FollowUps<'a>(
    followed: FollowedReceipt,
    /// The receipt, with the list beside it as it is narrowed: where the forms go.
    action: String,
    posted: Option<&'a Posted>,
) -> impl IntoView + use<> {
    let forms = StoredValue::new(Forms {
        followed,
        action,
        posted: posted.filter(|posted| ["resolve", "assign"].contains(&&*posted.form)).cloned(),
    });
    let is_any = Memo::new(move |_| followed.with(|page| !page.receipt.follow_ups.is_empty()));
    let now = followed.loaded();
    let rows = move || followed.with(|page| page.receipt.follow_ups.clone());
    let list = move || {
        is_any.get().then(|| {
            view! {
                <Section id="follow-ups" title="Follow-up for a person">
                    <div class="space-y-3">
                        <For
                            each=rows
                            key=|row| (row.follow_up_id, row.status)
                            children=move |row| forms.with_value(|forms| one(&row, forms, now))
                        />
                    </div>
                </Section>
            }
        })
    };
    list.into_any()
}

/// What the forms of every follow-up need.
struct Forms {
    followed: FollowedReceipt,
    action: String,
    posted: Option<Posted>,
}

impl Forms {
    /// What was posted to this form of this follow-up.
    fn posted(&self, form: &str, row: &FollowUpRow) -> Option<Posted> {
        let id = row.follow_up_id.to_string();
        self.posted.as_ref().filter(|posted| posted.form == form && posted.value("follow_up") == id).cloned()
    }

    /// What somebody may do about an open one.
    fn of(&self, row: &FollowUpRow) -> AnyView {
        let (may_resolve, viewer, owners) =
            untrack(|| self.followed.with(|page| (page.may_resolve, page.viewer, page.owners.clone())));
        let resolve = if may_resolve {
            view! { <Resolve row=row action=self.action.clone() posted=self.posted("resolve", row) /> }.into_any()
        } else {
            view! { <p class="mt-3 text-xs text-muted">"A reviewer says how it was settled."</p> }.into_any()
        };
        let given = self.posted("assign", row);
        let give = (!owners.is_empty()).then(|| {
            view! { <Give row=row owners=&owners viewer=viewer action=self.action.clone() posted=given.as_ref() /> }
        });
        view! { {resolve}{give} }.into_any()
    }
}

fn one(row: &FollowUpRow, forms: &Forms, now: Time) -> AnyView {
    let id = row.follow_up_id.to_string();
    let is_open = matches!(row.state, FollowUp::Open { .. });
    let (frame, head, icon, ink) = if is_open {
        (
            "rounded-lg border border-warn-line",
            "bg-warn-soft border-b border-warn-line rounded-t-lg px-4 py-2 flex items-center gap-2 flex-wrap",
            "hand",
            "text-warn",
        )
    } else {
        (
            "rounded-lg border border-rule",
            "bg-canvas border-b border-rule rounded-t-lg px-4 py-2 flex items-center gap-2 flex-wrap",
            "check",
            "text-pass",
        )
    };
    let below = match &row.state {
        FollowUp::Open { .. } => forms.of(row),
        FollowUp::Resolved { .. } => settled(row, now),
    };
    let (anchor, heading) = (id.clone(), format!("{id}-h"));
    let label = heading.clone();
    view! {
        <article id=anchor aria-labelledby=label class=frame>
            <header class=head>
                <span class=ink><Icon name=icon class="w-4 h-4 shrink-0" /></span>
                <h3 id=heading class="font-medium min-w-0 flex-1 break-words"><Text text=&row.packet.question /></h3>
                <code class="ms-auto text-xs text-muted" title=id>"fup_…"{row.follow_up_id.tail()}</code>
            </header>
            <div class="grid md:grid-cols-2">
                <div class="p-4 min-w-0">
                    <p class="break-words"><Text text=&row.packet.detail /></p>
                    {below}
                </div>
                {packet(row, whose_now(forms.followed, row.follow_up_id), now)}
            </div>
        </article>
    }
    .into_any()
}

/// Why it stopped, whose it is, how the source stood, what was not touched.
fn packet(row: &FollowUpRow, owner: AnyView, now: Time) -> AnyView {
    let packet = &row.packet;
    let text = |text: &Option<String>, none: &'static str| match text {
        Some(text) => view! { <Text text=text /> }.into_any(),
        None => view! { <span class="text-faint">{none}</span> }.into_any(),
    };
    let state = view! { <Recorded value=Some(&packet.source_state) anchor=format!("{}-source", row.follow_up_id) /> };
    let not_touched: Vec<AnyView> =
        packet.not_touched.iter().map(|one| view! { <div><Text text=one /></div> }.into_any()).collect();
    let not_touched = if not_touched.is_empty() {
        view! { <span class="text-faint">"Nothing is left"</span> }.into_any()
    } else {
        not_touched.into_any()
    };
    let uncertain: Vec<AnyView> =
        packet.may_be_written.iter().map(|one| view! { <div><Text text=one /></div> }.into_any()).collect();
    let uncertain = if uncertain.is_empty() { None } else { Some(("May be written", uncertain.into_any())) };
    let lines = [
        ("Why it stopped", packet.reason.title().into_any()),
        ("Step", text(&packet.step, "The whole closure")),
        ("Owner", owner),
        ("Source", view! { <Text text=&packet.source /> }.into_any()),
        ("Source state", state.into_any()),
        ("Not touched", not_touched),
        ("Open since", view! { <Moment at=row.state.opened_at() now=now /> }.into_any()),
    ];
    let lines: Vec<AnyView> = lines.into_iter().chain(uncertain).map(|(name, value)| {
        view! { <div class="flex gap-2"><dt class="text-muted w-24 shrink-0">{name}</dt><dd class="min-w-0 break-words">{value}</dd></div> }.into_any()
    }).collect();
    view! { <dl class="p-4 min-w-0 text-xs space-y-1.5 border-rule max-md:border-t md:border-s">{lines}</dl> }
        .into_any()
}

fn settled(row: &FollowUpRow, now: Time) -> AnyView {
    let FollowUp::Resolved { at, resolution, outcome, .. } = &row.state else { return ().into_any() };
    let becomes = row.packet.step.is_some().then_some(match outcome {
        Settlement::Done => "Counts as done",
        Settlement::Again => "To be tried again",
        Settlement::Left => "Left undone",
    });
    let words = shortened(resolution, format!("{}-resolution", row.follow_up_id));
    let by = row.resolved_by.as_deref().map(|name| view! { " by "<Text text=name /> });
    view! {
        <div class="mt-3">
            <p class="flex items-center gap-1.5 text-xs text-pass font-medium"><Icon name="check" class="w-3.5 h-3.5 shrink-0" /><span class="min-w-0">"Resolved "<Moment at=*at now=now />{by}</span></p>
            <p class="mt-1 break-words whitespace-pre-wrap"><bdi>"“"{words}"”"</bdi></p>
            {becomes.map(|word| view! { <p class="mt-1 text-xs text-muted">{word}</p> })}
        </div>
    }
    .into_any()
}

#[component]
fn Resolve<'a>(row: &'a FollowUpRow, action: String, posted: Option<Posted>) -> impl IntoView + use<> {
    let id = row.follow_up_id.to_string();
    let [field, fault_id, hint_id] = ["", "-fault", "-hint"].map(|end| format!("resolution-{id}{end}"));
    let said = posted.as_ref().map(|posted| posted.value("resolution")).unwrap_or_default();
    let fault = posted.as_ref().and_then(|posted| posted.fault("resolution"));
    let is_wrong = fault.is_some();
    let area = filled(&field, &said);
    let outcomes = if row.packet.step.is_some() {
        let chosen = posted.as_ref().map(|posted| posted.value("outcome")).unwrap_or_default();
        let fault = posted.as_ref().and_then(|posted| posted.fault("outcome"));
        let fault_id = format!("outcome-{id}-fault");
        view! {
            <Choice
                name="outcome"
                question="What becomes of the step"
                answers=OUTCOMES
                chosen=chosen
                fault=fault
                fault_id=fault_id
            />
        }
        .into_any()
    } else {
        // Nothing of it was begun: what becomes of the closure, its replay decides.
        view! { <input type="hidden" name="outcome" value=Settlement::Left.as_str() /> }.into_any()
    };
    let hint = if row.packet.reason == Reason::SampleNotInOrder {
        "It is kept in the log. Nothing is written by it: say how it was put right, and where."
    } else {
        "It is kept in the log. Nothing is written by it; an administrator has the closure go on."
    };
    let described = if is_wrong { fault_id.clone() } else { hint_id.clone() };
    view! {
        <form method="post" action=action class="mt-3 space-y-3">
            <input type="hidden" name="form" value="resolve" />
            <input type="hidden" name="follow_up" value=id />
            <Refused posted=posted.as_ref() />
            <div>
                <label for=field.clone() class="block font-medium mb-1">"How it was settled"</label>
                <textarea
                    id=field
                    node_ref=area
                    name="resolution"
                    rows="3"
                    required=true
                    maxlength=MAX_RESOLUTION
                    aria-invalid=is_wrong.then_some("true")
                    aria-describedby=described
                    class="block w-full rounded-md border border-control bg-surface px-2.5 py-1.5"
                ></textarea>
                {fault.map(|message| view! { <Fault id=fault_id message=message /> })}
                {(!is_wrong).then(|| view! { <p id=hint_id class="text-xs text-muted mt-1">{hint}</p> })}
            </div>
            {outcomes}
            <button type="submit" class=button::PLAIN><Icon name="check" class="w-4 h-4 shrink-0" />"Resolve follow-up"</button>
        </form>
    }
    .into_any()
}

/// What is to become of the step.
const OUTCOMES: &[Answer] = &[
    (Settlement::Done.as_str(), "It is done", "It counts as done when the closure goes on. Nothing is written."),
    (
        Settlement::Again.as_str(),
        "Try it again",
        "It is written when the closure goes on, even if it may have been before.",
    ),
    (Settlement::Left.as_str(), "Leave it undone", "It is not written any more."),
];
