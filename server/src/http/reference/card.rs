//! One call: who may make it, what it takes and gives, what it is refused for, and an example.

use app::kit::{
    badge::{Badge, Tone},
    icon::Icon,
};
use leptos::prelude::*;

use super::{
    field::{Piece, Row},
    operation::{Answer, Content, Operation},
};

const HEAD: &str = "text-[11px] leading-4 text-faint font-medium pt-3 pb-1";
const LINE: &str =
    "grid md:grid-cols-[minmax(0,260px)_minmax(0,1fr)] gap-x-4 py-1.5 border-t border-rule first:border-t-0 px-3";

/// The call.
pub fn card(operation: &Operation) -> AnyView {
    let parameters = [("path", "In the path"), ("query", "In the query"), ("header", "Headers")];
    let parameters = parameters.map(|(place, heading)| {
        let here = operation.parameters.iter().filter(|(at, _)| at == place).map(|(_, row)| row.clone());
        part(heading, &here.collect::<Vec<_>>())
    });
    view! {
        <article id=operation.id.clone() aria-labelledby=format!("{}-h", operation.id) class="mt-4 rounded-lg border border-rule">
            <div class="px-3 py-2 bg-canvas border-b border-rule rounded-t-lg">
                <div class="flex flex-wrap items-center gap-x-2 gap-y-1">
                    <h3 id=format!("{}-h", operation.id) class="font-semibold">
                        <a href=format!("#{}", operation.id) class="hover:underline">{operation.summary.clone()}</a>
                    </h3>
                    <code class="text-xs text-faint">{operation.id.clone()}</code>
                </div>
                <p class="break-all"><code><b class="font-semibold">{operation.method.clone()}</b>" "{operation.path.clone()}</code></p>
                {access(operation)}
            </div>
            <div class="px-3 pb-3">
                {(!operation.notes.is_empty()).then(|| view! { <p class="pt-2">{marked(&operation.notes)}</p> })}
                {parameters}
                {operation.body.as_ref().map(body)}
                <h4 class=HEAD>"Answers"</h4>
                <ul class="space-y-1.5">{operation.answers.iter().map(|(status, answer)| given(status, answer)).collect_view()}</ul>
                {refusals(operation)}
                <h4 class=HEAD>"Example"</h4>
                <pre class="rounded-md bg-sunken px-3 py-2 whitespace-pre-wrap break-all">{operation.example.clone()}</pre>
            </div>
        </article>
    }
    .into_any()
}

fn access(operation: &Operation) -> AnyView {
    let scopes = operation.scopes.iter();
    let scopes = scopes.map(|scope| view! { <li><Badge tone=Tone::Accent icon="key-round" text=scope.clone() /></li> });
    let roles = operation.roles.iter();
    let roles = roles.map(|role| view! { <li><Badge tone=Tone::Quiet icon="user-round" text=role.clone() /></li> });
    let label = match (operation.scopes.is_empty(), operation.roles.is_empty()) {
        (true, true) => "Anybody may call it",
        (false, true) => "Keys with one of these scopes",
        (true, false) => "People with one of these roles",
        (false, false) => "Keys with one of these scopes, people with one of these roles",
    };
    view! {
        <div class="flex flex-wrap items-center gap-x-2 gap-y-1 pt-1">
            <span class="text-xs text-muted">{label}</span>
            <ul class="flex flex-wrap gap-1">{scopes.collect_view()}{roles.collect_view()}</ul>
        </div>
    }
    .into_any()
}

fn part(heading: &'static str, members: &[Row]) -> Option<AnyView> {
    (!members.is_empty()).then(|| view! { <h4 class=HEAD>{heading}</h4>{rows(members)} }.into_any())
}

fn body(content: &Content) -> AnyView {
    let text = content.rows.is_empty().then(|| view! { <p class="text-muted">"Taken as text."</p> });
    view! {
        <h4 class=HEAD>"Body, "<code>{content.media_type.clone()}</code></h4>
        {text}
        {rows(&content.rows)}
    }
    .into_any()
}

/// Members, one a line.
pub fn rows(members: &[Row]) -> Option<AnyView> {
    let lines = members.iter().map(|row| {
        let limits = row.limits.iter().map(|limit| view! { <span>" · "{marked(limit)}</span> }).collect_view();
        let when = row.when.as_ref().map(|(name, value)| {
            view! { <span>" · with "<code>{format!("{name}: {value}")}</code></span> }
        });
        let must = row.is_required.then(|| view! { <span class="text-xs text-accent">"required"</span> });
        view! {
            <div class=LINE>
                <dt class="min-w-0 flex flex-wrap items-baseline gap-x-2"><code class="font-medium break-all">{row.name.clone()}</code>{must}</dt>
                <dd class="min-w-0">
                    <div class="text-xs text-muted break-words">{kind(&row.kind)}{limits}{when}</div>
                    <div class="break-words">{marked(&row.meaning)}</div>
                </dd>
            </div>
        }
    });
    (!members.is_empty())
        .then(|| view! { <dl class="rounded-md border border-rule">{lines.collect_view()}</dl> }.into_any())
}

fn given(status: &str, answer: &Answer) -> AnyView {
    let headers = answer.headers.iter().map(|(name, meaning)| {
        view! { <p class="pt-1 text-xs text-muted">"Header "<code>{name.clone()}</code>": "{marked(meaning)}</p> }
    });
    let inside = (!answer.content.rows.is_empty()).then(|| {
        view! {
            <details class="pt-1">
                <summary class="inline-flex items-center gap-1 min-h-6 text-xs text-muted hover:text-fg">
                    <Icon name="chevron-right" class="chev w-3.5 h-3.5 shrink-0" />
                    {format!("{} fields", answer.content.rows.len())}
                    <span class="sr-only">{format!(" of the answer {status}")}</span>
                </summary>
                {rows(&answer.content.rows)}
            </details>
        }
    });
    view! {
        <li>
            <div class="flex flex-wrap items-center gap-x-2 gap-y-1">
                <Badge tone=Tone::Pass icon="circle-check" text=status.to_owned() />
                <span>{marked(&answer.meaning)}</span>
                <span class="text-xs text-muted"><code>{answer.content.media_type.clone()}</code>", "{kind(&answer.content.kind)}</span>
            </div>
            {headers.collect_view()}
            {inside}
        </li>
    }
    .into_any()
}

fn refusals(operation: &Operation) -> AnyView {
    let lines = operation.refusals.iter().map(|(status, codes)| {
        let codes = codes.iter().map(|(code, title)| {
            view! { <li><code>{code.clone()}</code><span class="text-xs text-muted">" "{*title}</span></li> }
        });
        view! {
            <div class="flex gap-3 px-3 py-1 border-t border-rule first:border-t-0">
                <dt class="w-10 shrink-0 tabular-nums">{status.clone()}</dt>
                <dd class="min-w-0"><ul class="flex flex-wrap gap-x-4">{codes.collect_view()}</ul></dd>
            </div>
        }
    });
    let count: usize = operation.refusals.iter().map(|(_, codes)| codes.len()).sum();
    view! {
        <h4 class=HEAD>"Refusals"</h4>
        <details>
            <summary class="inline-flex items-center gap-1 min-h-6 text-xs text-muted hover:text-fg">
                <Icon name="chevron-right" class="chev w-3.5 h-3.5 shrink-0" />
                {format!("{count} codes")}
                <span class="sr-only">{format!(" of {}", operation.summary)}</span>
            </summary>
            <dl class="rounded-md border border-rule">{lines.collect_view()}</dl>
        </details>
    }
    .into_any()
}

fn kind(pieces: &[Piece]) -> AnyView {
    let pieces = pieces.iter().map(|piece| match piece {
        Piece::Words(words) => view! { {words.clone()} }.into_any(),
        Piece::Value(value) => view! { <code>{value.clone()}</code> }.into_any(),
        Piece::Type(name) => {
            view! { <a href=format!("#type-{name}") class="lnk"><code>{name.clone()}</code></a> }.into_any()
        }
    });
    pieces.collect_view().into_any()
}

/// Prose with what stands in backticks as code.
pub fn marked(text: &str) -> AnyView {
    let pieces = text.split('`').enumerate().map(|(at, piece)| {
        let piece = piece.to_owned();
        if at % 2 == 1 { view! { <code>{piece}</code> }.into_any() } else { view! { {piece} }.into_any() }
    });
    pieces.collect_view().into_any()
}
