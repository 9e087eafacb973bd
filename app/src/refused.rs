//! Why a form of the page was refused, in one line beside it.

use crate::{brought::posted, kit::notice::Alert, recorded::text::Text};
use leptos::prelude::*;

/// Why the form that was posted was refused; nothing where it was not, or another was posted.
#[component]
pub fn Refused(
    /// The names of the forms that stand here.
    forms: &'static [&'static str],
) -> impl IntoView {
    view! {
        <Suspense>
            {move || Suspend::new(async move {
                let mut refusal = None;
                for form in forms {
                    refusal = refusal.or(posted(form).await.and_then(|posted| posted.refusal));
                }
                refusal.map(|refusal| view! { <Alert><Text text=&refusal.message /></Alert> })
            })}
        </Suspense>
    }
    .into_any()
}
