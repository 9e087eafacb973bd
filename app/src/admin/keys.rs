//! The list of keys: what each may do, whose it is, whether it is still used, and revoking it.

use super::{AdminTab, AdminTabs, done::Done, refused::Refused};
use crate::{
    brought::Posted,
    frame::Bar,
    kit::{
        badge::{Badge, Tone},
        button,
        empty::Empty,
        icon::Icon,
        moment::{Grain, Moment},
        section::Section,
        span,
    },
    recorded::text::Text,
};
use domain::{
    Time,
    inspect::spelled,
    key::{KeyRow, KeyState, KeysPage},
};
use leptos::prelude::*;

const DONE: &[(&str, &str)] = &[("revoked", "Revoked. Calls with it are refused from now on.")];
/// A key that ends sooner is pointed out.
const SOON: i64 = 14 * 24 * 60 * 60;

/// The keys page.
#[component]
pub fn KeysView(page: KeysPage, is_continued: bool, posted: Option<Posted>) -> impl IntoView {
    let create = view! {
        <a href="/admin/keys/new" class=button::SMALL><Icon name="plus" class="w-3.5 h-3.5 shrink-0" />"New key"</a>
        <a href="/admin/connect" class=button::PRIMARY_SMALL><Icon name="bot" class="w-3.5 h-3.5 shrink-0" />"Connect an agent"</a>
    };
    let KeysPage { now, rows, next_cursor } = page;
    let list = if rows.is_empty() {
        view! { <Empty title="No key" text="An agent's harness and systems of record call the API with one. Connect an agent, and its key is made with the lines to paste." /> }
            .into_any()
    } else {
        let rows = rows.into_iter().map(|row| view! { <Row row=row now=now /> }).collect_view();
        view! { <ul class="rounded-lg border border-rule">{rows}</ul> }.into_any()
    };
    let next = next_cursor.map(|cursor| format!("/admin/keys?cursor={cursor}"));
    view! {
        <Bar title="Admin" actions=create.into_any() />
        <AdminTabs current=AdminTab::Keys />
        <div class="px-4 lg:px-6 pb-10 max-w-[860px]">
            <Section id="keys" title="API keys">
                <div class="space-y-3">
                    <Done words=DONE />
                    <Refused posted=posted.as_ref() />
                    {list}
                    <p class="text-xs text-muted">
                        "Keys ask and read. Deciding by key is off unless a policy lists it. "
                        // No page of the console: the browser goes there by itself.
                        <a href="/docs/api" rel="external" class="lnk">"What each scope may call"</a>
                    </p>
                    <nav class="flex items-center gap-2" aria-label="Pages">
                        {is_continued.then(|| view! { <a href="/admin/keys" class=button::SMALL>"First page"</a> })}
                        {next
                            .map(|href| {
                                view! { <a href=href class=button::SMALL>"Next page"<Icon name="arrow-right" class="w-3.5 h-3.5 shrink-0" /></a> }
                            })}
                    </nav>
                </div>
            </Section>
        </div>
    }
    .into_any()
}

#[component]
fn Row(row: KeyRow, now: Time) -> impl IntoView {
    let used = row.last_used_at.map_or_else(
        || view! { <span class="text-faint">"never used"</span> }.into_any(),
        |at| view! { <span class="text-muted">{format!("used {}", span::ago(at, now))}</span> }.into_any(),
    );
    let hint = row.hint.clone().map(|hint| view! { <code class="text-xs text-faint">{format!("{hint}…")}</code> });
    let is_active = row.state == KeyState::Active;
    view! {
        <li class="px-3 py-2 border-t border-rule first:border-t-0">
            <div class="flex flex-wrap items-center gap-x-2 gap-y-1">
                <Icon name="key-round" class="w-4 h-4 text-faint shrink-0" />
                <span class="font-medium min-w-0 break-words"><Text text=&row.name /></span>
                {hint}
                <State row=&row now=now />
                <span class="ms-auto text-xs tabular-nums whitespace-nowrap">{used}</span>
            </div>
            <Facts row=&row now=now />
            {is_active.then(|| view! { <Revoke id=row.id.to_string() name=row.name.clone() /> })}
        </li>
    }
    .into_any()
}

/// Whether it works, and when it ends where that is soon.
#[component]
fn State<'a>(row: &'a KeyRow, now: Time) -> impl IntoView + use<> {
    match row.state {
        KeyState::Revoked => view! { <Badge tone=Tone::Quiet icon="ban" text="Revoked" /> }.into_any(),
        KeyState::Expired => view! { <Badge tone=Tone::Quiet icon="hourglass" text="Expired" /> }.into_any(),
        KeyState::OwnerDisabled => view! { <Badge tone=Tone::Quiet icon="user-x" text="Owner disabled" /> }.into_any(),
        KeyState::Active => {
            let left = row.expires_at.map(|end| (end - now).num_seconds()).filter(|left| *left < SOON);
            left.map(|left| {
                let text = match left / 86_400 {
                    0 => format!("expires in {}", span::long(left)),
                    1 => "expires in 1 day".to_owned(),
                    days => format!("expires in {days} days"),
                };
                view! { <Badge tone=Tone::Warn icon="clock" text=text /> }
            })
            .into_any()
        }
    }
}

#[component]
fn Facts<'a>(row: &'a KeyRow, now: Time) -> impl IntoView + use<> {
    let scopes = row.scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(", ");
    let source = row.source.clone().map(|source| view! { " · source " <Text text=&source /> });
    let begins = row.begins.unregistered.then_some(" · begins runs");
    let workflows = (!row.begins.workflows.is_empty()).then(|| {
        let names = row.begins.workflows.join(", ");
        view! { " · only " <Text text=&names /> }
    });
    let run = row.run.map(|run| view! { " · for run " <a class="lnk" href=format!("/runs/{run}")>{run.tail()}</a> });
    let owner = row.owner.clone().map(|owner| {
        view! { " · owner " <a class="lnk" href=format!("/admin/people/{}", owner.id)><Text text=&owner.name /></a> }
    });
    let ends = row.expires_at.map_or_else(
        || view! { " · does not expire" }.into_any(),
        |end| view! { " · expires " <Moment at=end now=now grain=Grain::Minute /> }.into_any(),
    );
    view! {
        <p class="ps-6 text-xs text-muted break-words">
            {scopes} {source} {run} {begins} {workflows} {owner} " · created " <Moment at=row.created_at now=now grain=Grain::Minute /> {ends}
        </p>
    }
    .into_any()
}

#[component]
fn Revoke(id: String, name: String) -> impl IntoView {
    view! {
        <details class="ps-6 mt-1">
            <summary class=button::SMALL aria-label=format!("Revoke {}", spelled(&name))>"Revoke"</summary>
            <form method="post" action="/admin/keys" class="mt-2 rounded-lg border border-rule-strong p-3 space-y-2">
                <input type="hidden" name="form" value="revoke" />
                <input type="hidden" name="key" value=id />
                <p class="break-words">"Whatever calls with " <b class="font-medium"><Text text=&name /></b> " is refused at once. This cannot be taken back."</p>
                <button type="submit" class=button::DANGER>"Revoke this key"</button>
            </form>
        </details>
    }
    .into_any()
}
