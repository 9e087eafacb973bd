//! The page around the calls: what it is, the filter, a table of contents, and the types at the end.

use app::{
    desk::Assets,
    kit::{button, icon::Icon, mark::Mark},
};
use domain::inspect::spelled;
use leptos::prelude::*;

use super::{
    card::{card, marked, rows},
    operation::{Operation, Reference, Type},
};

const NAV: &str = "block py-1 px-2 rounded-md text-xs text-muted hover:bg-hover hover:text-fg truncate";

/// The whole document.
pub fn render(reference: &Reference, wanted: &str, theme: Option<String>, assets: &Assets) -> String {
    Owner::new().with(|| document(reference, wanted, theme, assets).to_html())
}

fn document(reference: &Reference, wanted: &str, theme: Option<String>, assets: &Assets) -> AnyView {
    let (groups, types) = reference.matching(wanted);
    let narrowed = || format!("{} · API · Countersign", spelled(wanted));
    let title = if wanted.is_empty() { "API · Countersign".to_owned() } else { narrowed() };
    view! {
        <!DOCTYPE html>
        <html lang="en" data-theme=theme>
            <head>
                <meta charset="utf-8" />
                <meta name="viewport" content="width=device-width, initial-scale=1" />
                <meta name="color-scheme" content="light dark" />
                <link rel="preload" href=assets.font.clone() r#as="font" type="font/woff2" crossorigin="" />
                <link rel="stylesheet" href=assets.css.clone() />
                <link rel="icon" href=assets.favicon.clone() />
                <title>{title}</title>
            </head>
            <body>
                <a class="skip bg-ink text-ink-fg px-3 py-1.5 rounded-md" href="#main">"Skip to content"</a>
                <div class="flex min-h-dvh">
                    {sidebar(&groups, &types)}
                    <main id="main" class="flex-1 min-w-0">
                        {bar(&reference.version)}
                        {filter(wanted, groups.iter().map(|(_, operations)| operations.len()).sum())}
                        <div class="px-4 lg:px-6 pb-16 max-w-[1080px]">
                            {wanted.is_empty().then(|| introduction(&reference.introduction))}
                            {groups.iter().map(|(group, operations)| section(group, operations)).collect_view()}
                            {(!types.is_empty()).then(|| described(&types))}
                        </div>
                    </main>
                </div>
            </body>
        </html>
    }
    .into_any()
}

fn bar(version: &str) -> AnyView {
    view! {
        <header class="flex items-center gap-3 h-12 px-4 lg:px-6 border-b border-rule bg-surface">
            <span class="lg:hidden"><Mark /></span>
            <h1 class="text-sm font-semibold tracking-[-0.01em] whitespace-nowrap">"API reference"</h1>
            <span class="text-faint max-sm:hidden">{format!("Countersign {version}")}</span>
            <div class="ms-auto flex items-center gap-2">
                <a href="/openapi.json" class=button::SMALL><Icon name="file-json" class="w-3.5 h-3.5 shrink-0" />"openapi.json"</a>
                <a href="/" class=button::QUIET>"Console"</a>
            </div>
        </header>
    }
    .into_any()
}

fn filter(wanted: &str, found: usize) -> AnyView {
    let told = match found {
        0 => "No call matches. A name, a path, a field, a scope or a refusal's code can be looked for.".to_owned(),
        1 => "1 call".to_owned(),
        _ => format!("{found} calls"),
    };
    view! {
        <div role="search" aria-label="Filter calls" class="flex flex-wrap items-center gap-x-3 gap-y-1.5 px-4 lg:px-6 py-2 min-h-12 border-b border-rule">
            <form method="get" action=super::PATH class="flex items-center gap-1.5 max-md:w-full">
                <label class="field flex items-center gap-2 h-7 max-lg:h-9 flex-1 md:w-64 px-2 rounded-md border border-control">
                    <Icon name="search" class="w-3.5 h-3.5 text-faint shrink-0" />
                    <span class="sr-only">"Search calls"</span>
                    <input type="search" name="q" value=wanted.to_owned() placeholder="Path, field, scope, code" autocomplete="off" spellcheck="false" class="flex-1 min-w-0 bg-transparent text-xs" />
                </label>
                <button type="submit" class=button::SMALL>"Filter"</button>
            </form>
            <span role="status" class="text-xs text-muted">{told}</span>
            {(!wanted.is_empty()).then(|| view! { <a href=super::PATH class="lnk text-xs">"Show all calls"</a> })}
        </div>
    }
    .into_any()
}

fn sidebar(groups: &[(&str, Vec<&Operation>)], types: &[&Type]) -> AnyView {
    let groups = groups.iter().map(|(group, operations)| {
        let links = operations.iter().map(|one| {
            view! { <li><a href=format!("#{}", one.id) class=NAV>{one.summary.clone()}</a></li> }
        });
        view! {
            <li class="pb-3">
                <a href=format!("#{}", anchor(group)) class="block px-2 py-1 text-[11px] leading-4 text-faint font-medium">{(*group).to_owned()}</a>
                <ul>{links.collect_view()}</ul>
            </li>
        }
    });
    view! {
        <aside class="hidden lg:flex flex-col w-54 shrink-0 h-dvh sticky top-0 bg-canvas border-r border-rule" aria-label="Contents">
            <a href="/" class="flex items-center gap-2 h-12 px-4 shrink-0 font-semibold tracking-[-0.01em]"><Mark />"Countersign"</a>
            <nav aria-label="Calls" tabindex="0" class="flex-1 min-h-0 overflow-y-auto px-2 pb-4">
                <ul>
                    {groups.collect_view()}
                    {(!types.is_empty()).then(|| view! { <li><a href="#types" class="block px-2 py-1 text-[11px] leading-4 text-faint font-medium">"Types"</a></li> })}
                </ul>
            </nav>
        </aside>
    }
    .into_any()
}

fn introduction(text: &str) -> AnyView {
    view! {
        <section aria-labelledby="introduction" class="pt-6 space-y-2 max-w-[720px]">
            <h2 id="introduction" class="text-sm font-semibold tracking-[-0.01em]">"Every call"</h2>
            <p>{marked(text)}</p>
            <p>
                "A key is sent as " <code>"Authorization: Bearer csk_…"</code>
                " and has scopes; a call names those of which it needs one. People who are signed in call with their session, and need one of the roles named."
            </p>
            <p>
                "A refusal is a " <a href="#type-Problem" class="lnk">"Problem"</a> " of the type "
                <code>"application/problem+json"</code> "."
            </p>
        </section>
    }
    .into_any()
}

fn section(group: &str, operations: &[&Operation]) -> AnyView {
    let heading = anchor(group);
    view! {
        <section aria-labelledby=heading.clone() class="pt-8">
            <h2 id=heading.clone() class="text-xl leading-7 font-semibold tracking-[-0.015em]">{group.to_owned()}</h2>
            {operations.iter().map(|operation| card(operation)).collect_view()}
        </section>
    }
    .into_any()
}

/// The anchor of a group; calls have their own names.
fn anchor(group: &str) -> String {
    format!("group-{}", group.to_lowercase().replace(' ', "-"))
}

fn described(types: &[&Type]) -> AnyView {
    let types = types.iter().map(|one| {
        let anchor = format!("type-{}", one.name);
        view! {
            <article aria-labelledby=anchor.clone() class="pt-5">
                <h3 id=anchor.clone() class="font-medium"><code>{one.name.clone()}</code></h3>
                <p class="text-muted">{marked(&one.meaning)}</p>
                {rows(&one.rows)}
            </article>
        }
    });
    view! {
        <section aria-labelledby="types" class="pt-8">
            <h2 id="types" class="text-xl leading-7 font-semibold tracking-[-0.015em]">"Types"</h2>
            {types.collect_view()}
        </section>
    }
    .into_any()
}
