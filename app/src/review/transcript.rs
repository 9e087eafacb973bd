//! The transcript that came along with a request: what its agent says was said. All of it is other people's text.

use crate::{
    kit::section::Section,
    recorded::{folded::Folded, text::Text, value::shortened},
};
use domain::{canonical, review::Review, transcript::Message};
use leptos::prelude::*;
use serde_json::Value;

/// Messages shown before the rest folds.
const SHOWN: usize = 12;
/// Fewer messages than this are not worth a fold.
const LEAST_HIDDEN: usize = 3;

/// The section; nothing where no transcript came along.
#[component]
pub fn TranscriptSection<'a>(review: &'a Review) -> impl IntoView + use<> {
    let messages = &review.transcript;
    if messages.is_empty() {
        return ().into_any();
    }
    let aside = view! { <span>"As the agent’s side handed it over, not checked"</span> }.into_any();
    let (head, tail) = if messages.len() >= SHOWN + LEAST_HIDDEN {
        // The newest are nearest to the request.
        let hidden = messages.len() - SHOWN;
        (&messages[..hidden], &messages[hidden..])
    } else {
        (&messages[..0], messages.as_slice())
    };
    let folded = (!head.is_empty()).then(|| {
        let words = format!("+{} earlier messages hidden", head.len());
        let lines = lines(head, 0);
        view! { <Folded anchor="transcript-more".to_owned() hidden=words><ol>{lines}</ol></Folded> }
    });
    let shown = lines(tail, head.len());
    view! {
        <Section id="transcript" title="Transcript" aside=aside>
            <div class="rounded-lg border border-rule px-4 py-1">
                {folded}
                <ol>{shown}</ol>
            </div>
        </Section>
    }
    .into_any()
}

fn lines(messages: &[Message], from: usize) -> Vec<AnyView> {
    messages.iter().enumerate().map(|(place, message)| line(message, from + place)).collect()
}

fn line(message: &Message, place: usize) -> AnyView {
    let at = message.at.clone().map(|at| view! { ", "<Text text=&at /> });
    let more = (!message.more.is_empty()).then(|| {
        let more = canonical::to_string(&Value::Object(message.more.clone()));
        view! { <div class="text-xs text-faint mono break-words">{shortened(&more, format!("transcript-{place}-more"))}</div> }
    });
    view! {
        <li class="py-1.5 border-t border-rule first:border-t-0">
            <p class="text-xs text-muted"><span class="font-medium"><Text text=&message.role /></span>{at}</p>
            <pre class="whitespace-pre-wrap break-words text-agent"><bdi>{shortened(&message.text, format!("transcript-{place}"))}</bdi></pre>
            {more}
        </li>
    }
    .into_any()
}
