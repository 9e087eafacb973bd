//! What was signed with the decisions: the statements, by whom, when and how.

use super::seats::name;
use crate::{
    kit::{icon::Icon, moment::Moment},
    recorded::text::Text,
};
use domain::{id::PersonId, review::Review, signature::Authentication};
use leptos::prelude::*;

/// The signatures on this revision, oldest first.
#[component]
pub fn Signatures<'a>(
    /// The approval.
    review: &'a Review,
    /// Who looks.
    viewer: Option<PersonId>,
) -> impl IntoView + use<> {
    let now = review.now;
    let signed = review.votes.iter().filter_map(|vote| Some((vote, vote.signature.as_ref()?)));
    let lines: Vec<AnyView> = signed
        .map(|(vote, signature)| {
            let (who, at) = (name(vote, viewer), signature.signed_at);
            let by = match signature.authenticated_by {
                Authentication::Password => "by password",
            };
            view! {
                <li class="flex gap-2 py-1.5 border-t border-rule first:border-t-0">
                    <Icon name="signature" class="w-3.5 h-3.5 mt-px text-accent shrink-0" />
                    <div class="min-w-0">
                        <p class="break-words">"“"<Text text=&signature.meaning />"”"</p>
                        <p class="text-muted break-words">"Signed "{by}": "<Text text=&who />", "<Moment at=at now=now /></p>
                    </div>
                </li>
            }
            .into_any()
        })
        .collect();
    if lines.is_empty() {
        return ().into_any();
    }
    view! { <ul aria-label="Signatures" class="text-xs border-b border-rule">{lines}</ul> }.into_any()
}
