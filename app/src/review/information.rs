//! Questions before a decision, with their answers; and the form that answers the open one.

use super::{
    decide::FieldMessage,
    reasons::{DraftBeside, restore},
};
use crate::{
    brought::Posted,
    kit::{badge::Tone, button, icon::Icon, moment::Moment, notice::Notice, section::Section, span},
    recorded::{json::Json, text::Text, value::Asserted},
};
use domain::{
    Time,
    approval::Approval,
    information::{Answer, Information, MAX_ANSWER},
    review::Review,
};
use leptos::{html, prelude::*};
use serde_json::Value;

/// What was asked and answered; nothing where nobody asked.
#[component]
pub fn Questions<'a>(review: &'a Review) -> impl IntoView + use<> {
    let asked = &review.package.information;
    if asked.is_empty() {
        return ().into_any();
    }
    let items: Vec<AnyView> =
        asked.iter().enumerate().map(|(place, asked)| question(asked, place, review.now)).collect();
    view! {
        <Section id="information" title="Information">
            <ol class="rounded-lg border border-rule">{items}</ol>
        </Section>
    }
    .into_any()
}

fn question(asked: &Information, place: usize, now: Time) -> AnyView {
    let (by, at) = (asked.asked_by.clone(), asked.asked_at);
    let answer = match &asked.answer {
        Some(given) => answer(given, place, now),
        None => view! { <p class="text-xs text-muted mt-1">"Not answered yet."</p> }.into_any(),
    };
    view! {
        <li class="px-4 py-2.5 border-t border-rule first:border-t-0">
            <p class="text-xs text-muted"><span class="font-medium text-fg"><Text text=&by /></span>" asked "<Moment at=at now=now /></p>
            <pre class="whitespace-pre-wrap break-words border-s-2 border-rule-strong ps-2 mt-1"><Text text=&asked.question /></pre>
            {answer}
        </li>
    }
    .into_any()
}

/// What an agent answers is in its colour; what a person answers is quoted as it was written.
fn answer(given: &Answer, place: usize, now: Time) -> AnyView {
    let words = if given.from_agent {
        let words = Value::from(given.text.as_str());
        view! { <div class="mt-1 whitespace-pre-wrap"><Asserted value=&words anchor=format!("answer-{place}") /></div> }
            .into_any()
    } else {
        view! {
            <pre class="whitespace-pre-wrap break-words border-s-2 border-rule-strong ps-2 mt-1"><Text text=&given.text /></pre>
        }
        .into_any()
    };
    let attachments = given.attachments.as_ref().map(|attachments| {
        view! { <div class="rounded-md border border-rule mt-1.5"><Json value=attachments anchor="attachment" /></div> }.into_any()
    });
    let side = if given.from_agent { ", for the agent’s side, answered " } else { " answered " };
    view! {
        <p class="text-xs text-muted mt-2"><span class="font-medium text-fg"><Text text=&given.by /></span>{side}<Moment at=given.answered_at now=now /></p>
        {words}
        {attachments}
    }
    .into_any()
}

/// The open question in the decision panel: who asked, how long the deadline stands still, and who may answer.
#[component]
pub fn OpenQuestion<'a>(
    /// The approval.
    review: &'a Review,
    /// An answer that was posted and refused.
    posted: Option<&'a Posted>,
) -> impl IntoView + use<> {
    let Approval::Pending { pause, .. } = &review.state else { return ().into_any() };
    let Some(open) = review.package.information.last() else { return ().into_any() };
    let now = review.now;
    let until = pause.until().map(|end| {
        let stands = if end > now {
            format!("The deadline stands still for up to {} more.", span::long((end - now).num_seconds()))
        } else {
            "The deadline runs again: it stood still as long as it may.".to_owned()
        };
        view! { <p class="text-xs">{stands}</p> }
    });
    let (by, asked_at, question) = (open.asked_by.clone(), open.asked_at, open.question.clone());
    let form = review.can_answer.then(|| view! { <AnswerForm review=review posted=posted /> }.into_any());
    view! {
        <Notice tone=Tone::Accent icon="message-square" title="Waits for information">
            <p><span class="font-medium text-fg"><Text text=&by /></span>" asked "<Moment at=asked_at now=now />":"</p>
            <pre class="whitespace-pre-wrap break-words border-s-2 border-accent-line ps-2"><Text text=&question /></pre>
            <p class="text-xs">"The session stays suspended. The answer makes a new revision; earlier votes count no more."</p>
            {until}
        </Notice>
        {form}
    }
    .into_any()
}

/// A plain form: the answer of a person, under their name.
#[component]
fn AnswerForm<'a>(review: &'a Review, posted: Option<&'a Posted>) -> impl IntoView + use<> {
    let draft = posted.map(|posted| posted.value("answer")).filter(|text| !text.trim().is_empty());
    let fault = posted.and_then(|posted| {
        let refusal = posted.refusal.as_ref()?;
        Some(posted.fault("answer").unwrap_or_else(|| refusal.message.clone()))
    });
    let wrong = fault.is_some();
    let field = NodeRef::<html::Textarea>::new();
    restore(field, draft.clone());
    view! {
        <form method="post" action=format!("/approvals/{}", review.id) class="space-y-2">
            <input type="hidden" name="form" value="information" />
            <input type="hidden" name="revision" value=review.revision />
            <DraftBeside draft=draft />
            <label class="block">
                <span class="flex items-baseline gap-2 mb-1">
                    <span class="font-medium">"Answer it yourself"</span>
                    <span class="text-xs text-faint ms-auto">"kept in the package, under your name"</span>
                </span>
                <textarea
                    id="answer"
                    name="answer"
                    rows="3"
                    maxlength=MAX_ANSWER
                    required=true
                    node_ref=field
                    autofocus=wrong
                    aria-invalid=wrong.then_some("true")
                    aria-describedby=wrong.then_some("answer-message")
                    class="block w-full rounded-md border border-control bg-surface px-2.5 py-1.5 resize-y"
                ></textarea>
            </label>
            {fault.map(|message| view! { <FieldMessage id="answer-message" message=&message /> })}
            <div class="grid">
                <button type="submit" class=button::PLAIN><Icon name="message-square" />"Give this information"</button>
            </div>
        </form>
    }
    .into_any()
}
