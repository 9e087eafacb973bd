//! The document around the console, as the server sends it.

use crate::{App, desk::Incoming};
use leptos::{nonce::use_nonce, prelude::*};
use leptos_meta::MetaTags;

/// The whole document. Asset paths and theme come from the [`Incoming`] in context.
pub fn shell() -> impl IntoView {
    let Incoming { theme, assets, .. } = use_context::<Incoming>().unwrap_or_default();
    let start = format!(
        "import start, {{ hydrate }} from {:?};\nawait start({{ module_or_path: {:?} }});\nhydrate();",
        assets.js, assets.wasm
    );
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="preload" href=assets.font r#as="font" type="font/woff2" crossorigin="" />
                <link rel="stylesheet" href=assets.css />
                <link rel="icon" href=assets.favicon />
                <link rel="modulepreload" href=assets.js nonce=use_nonce() />
                <script type="module" nonce=use_nonce()>{start}</script>
                {assets.reload.map(|script| view! { <script type="module" nonce=use_nonce() src=script></script> })}
                <MetaTags />
            </head>
            <body>
                <App />
            </body>
        </html>
    }
}
