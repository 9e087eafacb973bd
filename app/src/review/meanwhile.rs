//! What happened to an approval while its page was open, told in the panel at once.

use super::{
    drafts,
    follow::{Followed, winner},
    setback::yours,
};
use crate::{
    kit::{badge::Tone, button, icon::Icon, moment::Moment, notice::Notice, span},
    recorded::text::Text,
};
use domain::{
    approval::Status,
    decision::Verdict,
    review::{Draft, Review},
};
use leptos::prelude::*;

/// Somebody else was first, or there is a new revision.
#[component]
pub fn Meanwhile(followed: Followed) -> impl IntoView {
    view! {
        {move || followed.settled().map(|draft| followed.with(|review| settled(review, &draft)))}
        {move || followed.newer().map(|revision| followed.with(|review| newer(review, revision)))}
    }
}

fn settled(review: &Review, draft: &Draft) -> AnyView {
    let (is_empty, now) = (drafts::is_empty(draft), review.now);
    let draft = (!is_empty).then(|| yours(draft));
    let Some(vote) = winner(review) else {
        let words = if is_empty { "Nothing ran." } else { "Your decision was not sent. Nothing ran." };
        let (icon, title) = if review.state.status() == Status::Cancelled {
            ("ban", "Whoever asked took this back")
        } else if review.state.status() == Status::Superseded {
            ("ban", "The call is gone")
        } else if review.state.status() == Status::Revoked {
            ("undo-2", "The approval was given, and taken back")
        } else {
            ("hourglass", "The time to decide is over")
        };
        return view! {
            <Notice tone=Tone::Quiet icon=icon title=title alert=true><p>{words}</p></Notice>
            {draft}
        }
        .into_any();
    };
    let title = if is_empty { "Decided meanwhile" } else { "Your decision was not sent" };
    let verb = if vote.verdict == Verdict::Approve { "approved" } else { "rejected" };
    let did =
        format!("{} {verb} rev {} for {} {}.", vote.signatory(), vote.revision, vote.group, span::ago(vote.at, now));
    let at = vote.at;
    view! {
        <Notice tone=Tone::Fail icon="circle-alert" title=title alert=true>
            <p><Text text=&did />" That settled it."</p>
            <p class="text-xs">"Recorded at "<Moment at=at now=now /></p>
        </Notice>
        {draft}
    }
    .into_any()
}

fn newer(review: &Review, revision: u32) -> AnyView {
    let here = format!("/approvals/{}", review.id);
    let text = format!(
        "This page still shows rev {}. A decision on it would not be stored; earlier votes count no more.",
        review.revision
    );
    view! {
        <Notice tone=Tone::Warn icon="file-diff" title=format!("The package is now rev {revision}") alert=true>
            <p>{text}</p>
            <a href=here rel="external" class=button::SMALL><Icon name="file-diff" class="w-3.5 h-3.5 shrink-0" />"Show the new revision"</a>
        </Notice>
    }
    .into_any()
}
