//! A form that was refused: what happened, above the fields that are kept.

use crate::{
    brought::Posted,
    kit::{badge::Tone, notice::Notice},
    recorded::text::Text,
};
use leptos::prelude::*;

/// Why a form was refused; nothing for one that was not posted. What is wrong with a field stands at the field.
#[component]
pub fn Refused<'a>(posted: Option<&'a Posted>) -> impl IntoView + use<> {
    let refusal = posted.and_then(|posted| posted.refusal.clone());
    refusal.map(|refusal| {
        let message = if refusal.errors.is_empty() {
            refusal.message
        } else {
            "The fields below say what is missing.".to_owned()
        };
        view! {
            <Notice tone=Tone::Fail icon="circle-x" title="Nothing was stored" alert=true>
                <p class="break-words"><Text text=&message /></p>
            </Notice>
        }
    })
}
