//! Signing in with a local account. It says that an approval waits, never what it contains.

use crate::{
    brought::{SignInRefused, brought},
    kit::{
        badge::Tone,
        guilloche::Guilloche,
        icon::Icon,
        mark::Mark,
        notice::{Alert, Notice},
        seal::{Ending, Seal},
    },
};
use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

const FIELD: &str = "block w-full h-9 max-lg:h-11 rounded-md border border-control bg-surface px-2.5";

/// The sign-in page; works without script.
#[component]
pub fn SignInPage() -> impl IntoView {
    let asked = use_query_map().with_untracked(|query| query.get("to"));
    view! {
        <Title text="Sign in · Countersign" />
        <main id="main" class="min-h-dvh lg:grid lg:grid-cols-[minmax(0,1fr)_minmax(0,1fr)]">
            <div class="flex flex-col px-6 lg:px-16 py-8 min-h-dvh">
                <div class="flex items-center gap-2">
                    <Mark size=24 />
                    <span class="text-base font-semibold tracking-[-0.01em]">"Countersign"</span>
                </div>
                <div class="my-auto w-full max-w-[360px] mx-auto py-10">
                    <h1 class="text-2xl leading-8 font-semibold tracking-[-0.02em]">"Sign in"</h1>
                    <p class="text-muted mt-1">"Every decision carries your own name."</p>
                    <SetUpNote />
                    <Transition>
                        {
                            let asked = asked.clone();
                            move || {
                                let asked = asked.clone();
                                Suspend::new(async move { view! { <Form refused=brought().await.sign_in_refused asked=asked /> } })
                            }
                        }
                    </Transition>
                </div>
                <p class="text-xs text-faint">{concat!("Version ", env!("CARGO_PKG_VERSION"))}</p>
            </div>
            <Certificate />
        </main>
    }
}

/// Says that nobody can sign in yet, and where the link is printed that changes it; never the link itself.
#[component]
fn SetUpNote() -> impl IntoView {
    let refused = use_query_map().with_untracked(|query| query.get("set-up").is_some());
    view! {
        <Transition>
            {move || Suspend::new(async move {
                let waits = brought().await.set_up_waits;
                let title = if refused { "That set-up link is not valid" } else { "Set-up is waiting" };
                let text = if waits {
                    "Nobody can sign in yet. The server printed a set-up link where it was started; each start prints a new one, and only the newest works."
                } else {
                    "It was used, or somebody was added otherwise. Sign in."
                };
                let tone = if refused { Tone::Warn } else { Tone::Accent };
                (waits || refused).then(|| view! { <div class="mt-4"><Notice tone=tone icon="key-round" title=title><p>{text}</p></Notice></div> })
            })}
        </Transition>
    }
}

#[component]
fn Form(refused: Option<SignInRefused>, asked: Option<String>) -> impl IntoView {
    let SignInRefused { message, email, to } = refused.unwrap_or_default();
    let failed = !message.is_empty();
    let to = to.or(asked);
    let waits = to.as_deref().is_some_and(|to| to.starts_with("/approvals/"));
    view! {
        <form method="post" action="/sign-in" class="mt-6 space-y-3">
            <input type="hidden" name="to" value=to />
            <label class="block">
                <span class="block font-medium mb-1">"Email"</span>
                <input type="email" name="email" value=email autocomplete="username" required=true autofocus=!failed class=FIELD />
            </label>
            <label class="block">
                <span class="block font-medium mb-1">"Password"</span>
                <input
                    type="password"
                    name="password"
                    autocomplete="current-password"
                    required=true
                    autofocus=failed
                    aria-invalid=failed.then_some("true")
                    aria-describedby=failed.then_some("refused")
                    class=FIELD
                />
            </label>
            {failed
                .then(|| {
                    view! {
                        <Alert id="refused">{message}</Alert>
                    }
                })}
            <button
                type="submit"
                class="inline-flex items-center justify-center gap-1.5 w-full h-10 max-lg:h-11 px-3 rounded-md font-medium whitespace-nowrap bg-ink text-ink-fg hover:bg-ink-hover border border-ink cursor-pointer"
            >
                "Sign in"
            </button>
        </form>
        {waits
            .then(|| {
                view! {
                    <p class="text-xs text-muted mt-6">
                        "You were sent here to see " <span class="font-medium text-fg">"an approval"</span> ". Details appear after you sign in."
                    </p>
                }
            })}
    }
    .into_any()
}

/// The guilloche with its small card: what the product does, drawn once.
#[component]
fn Certificate() -> impl IntoView {
    view! {
        <div class="max-lg:hidden relative overflow-hidden bg-canvas border-s border-rule flex items-center justify-center">
            <div class="absolute inset-0 flex items-center justify-center" aria-hidden="true"><Guilloche /></div>
            <div class="relative w-[320px] rounded-xl bg-surface border border-rule-strong p-5 pop">
                <div class="flex items-center gap-3">
                    <Seal needed=2 given=2 ending=Ending::Approved size=44 />
                    <p class="font-semibold text-sm">"An agent proposes."<br />"People countersign."</p>
                </div>
                <dl class="mt-4 text-xs border-y border-rule">
                    <CardLine icon="bot" class="w-3.5 h-3.5 text-agent shrink-0" what="An agent calls a tool" then="held" />
                    <CardLine icon="lock" class="w-3.5 h-3.5 text-accent shrink-0" what="The session is suspended" then="facts checked" />
                    <CardLine icon="pen-line" class="w-3.5 h-3.5 text-pass shrink-0" what="People decide" then="by name" />
                    <CardLine icon="scroll-text" class="w-3.5 h-3.5 text-muted shrink-0" what="The log" then="keeps it" />
                </dl>
            </div>
        </div>
    }
    .into_any()
}

#[component]
fn CardLine(icon: &'static str, class: &'static str, what: &'static str, then: &'static str) -> impl IntoView {
    view! {
        <div class="flex h-8 items-center gap-2 border-t border-rule first:border-t-0">
            <Icon name=icon class=class />
            <dt>{what}</dt>
            <dd class="ms-auto text-muted">{then}</dd>
        </div>
    }
}
