//! A page that could not be loaded: what happened, and how to try again.

use crate::{
    failure::Failure,
    kit::{badge::Tone, button, icon::Icon, notice::Notice},
    recorded::text::Text,
};
use domain::{Refusal, refusal::Code};
use leptos::prelude::*;
use leptos_router::hooks::use_location;

/// What happened instead of the page.
#[component]
pub fn Failed(
    /// What was asked for, as in "The approvals could not be loaded".
    what: &'static str,
    /// Why it is not there.
    failure: Failure,
) -> impl IntoView {
    if let Failure::Refused { refusal } = &failure
        && refusal.code == Code::WrongScope
    {
        return view! { <NotAllowed refusal=refusal.clone() /> }.into_any();
    }
    let path = use_location().pathname.get_untracked();
    let signed_out = matches!(&failure, Failure::Refused { refusal } if refusal.code == Code::NotSignedIn);
    let (link, word, icon) = if signed_out {
        (format!("/sign-in?to={path}"), "Sign in", "key-round")
    } else {
        (path, "Try again", "rotate-ccw")
    };
    let (title, text) = words(what, failure);
    view! {
        <div class="px-4 lg:px-6 py-6 max-w-[640px]">
            <Notice tone=Tone::Fail icon="circle-x" title=title alert=true>
                <p><Text text=&text /></p>
                <a href=link rel="external" class=button::SMALL><Icon name=icon class="w-3.5 h-3.5 shrink-0" />{word}</a>
            </Notice>
        </div>
    }
    .into_any()
}

/// The page is for others: what it needs, and who can help.
#[component]
fn NotAllowed(refusal: Refusal) -> impl IntoView {
    let names = refusal.extra.get("ask").and_then(|names| names.as_array()).cloned().unwrap_or_default();
    let names: Vec<String> = names.iter().filter_map(|name| name.as_str()).map(str::to_owned).collect();
    let ask = if names.is_empty() {
        "Nobody here has that role. It is given at the command line: countersign person change.".to_owned()
    } else {
        format!("Nothing was changed. {} can help.", names.join(", "))
    };
    view! {
        <div class="px-4 lg:px-6 py-6 max-w-[640px]">
            <Notice tone=Tone::Quiet icon="lock" title="This page is not for your role">
                <p><Text text=&refusal.message /></p>
                <p><Text text=&ask /></p>
                <a href="/approvals" class=button::SMALL>"Open approvals"</a>
            </Notice>
        </div>
    }
    .into_any()
}

fn words(what: &str, failure: Failure) -> (String, String) {
    match failure {
        Failure::Refused { refusal } => (refusal.code.title().to_owned(), refusal.message),
        Failure::Broken { request_id } => (
            format!("{what} could not be loaded"),
            format!("The server failed and changed nothing. Its log has the cause under {request_id}."),
        ),
        Failure::Offline { detail } => {
            (format!("{what} could not be loaded"), format!("The server could not be reached: {detail}."))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_failure_says_what_to_look_for() {
        let refused = Failure::Refused { refusal: Refusal::not_found("approval") };
        assert_eq!(words("The approval", refused).0, "Not found");
        let broken = words("The approval", Failure::Broken { request_id: "req_7".to_owned() });
        assert!(broken.1.contains("req_7"), "{broken:?}");
        let offline = words("The approvals", Failure::Offline { detail: "connection refused".to_owned() });
        assert!(offline.1.contains("connection refused"), "{offline:?}");
    }
}
