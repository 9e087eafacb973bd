//! The stream itself, in the one tab that listens for all: opened, watched, and opened again where it broke off.

use super::{
    hub,
    news::{News, Word},
    status::{SILENCE, pause},
    tabs,
};
use crate::calls::refresh::refresh_viewer;
use leptos::{prelude::set_timeout, task::spawn_local};
use std::{cell::RefCell, time::Duration};
use wasm_bindgen::{JsCast as _, closure::Closure};
use web_sys::{Event, EventSource, MessageEvent};

/// A stream that says nothing for longer is dead, whatever the browser thinks. Its signs of life come every 4 s.
const DEAD: i64 = SILENCE + 2_000;

type OnMessage = Closure<dyn FnMut(MessageEvent)>;

struct Open {
    source: EventSource,
    opened: Closure<dyn FnMut(Event)>,
    broken: Closure<dyn FnMut(Event)>,
    /// Held as long as the stream is open.
    _listeners: [OnMessage; 4],
}

#[derive(Default)]
struct Stream {
    is_leading: bool,
    open: Option<Open>,
    tries: u32,
    /// Whether a try is under way or waited for.
    is_trying: bool,
}

thread_local! {
    static STREAM: RefCell<Stream> = RefCell::default();
}

fn with<T>(act: impl FnOnce(&mut Stream) -> T) -> T {
    STREAM.with_borrow_mut(act)
}

/// Listens from now on, for this tab and the others. Whoever takes over from another tab asks first: that one may be
/// gone because its person has signed out.
pub fn lead() {
    with(|stream| stream.is_leading = true);
    if hub::has_heard() {
        probe();
    } else {
        connect();
    }
}

/// Whether this tab listens for all.
pub fn is_leading() -> bool {
    with(|stream| stream.is_leading)
}

/// Once a second: a stream that died without a word is opened again.
pub fn watch() {
    let is_dead = with(|stream| stream.is_leading && stream.open.is_some()) && hub::silence() > DEAD;
    if is_dead {
        lost();
    }
}

/// The network is back: no need to wait for the next try.
pub fn try_now() {
    if with(|stream| {
        stream.tries = 0;
        stream.is_leading
    }) {
        close();
        probe();
    }
}

fn connect() {
    close();
    let Ok(source) = EventSource::new(&format!("/api/v1/live?after={}", hub::position())) else { return lost() };
    let message = listen(&source, "message", |event| {
        told(News::read(&event.data().as_string().unwrap_or_default(), place(event)));
    });
    let reset = listen(&source, "reset", |event| told(News::Reset(place(event))));
    let presence = listen(&source, "presence", |event| {
        told(News::read_presence(&event.data().as_string().unwrap_or_default()));
    });
    let alive = listen(&source, "alive", |_| sign_of_life());
    let opened = Closure::new(|_| {
        with(|stream| stream.tries = 0);
        sign_of_life();
    });
    let open = Open { opened, broken: Closure::new(|_| lost()), _listeners: [message, reset, presence, alive], source };
    open.source.set_onopen(Some(open.opened.as_ref().unchecked_ref()));
    open.source.set_onerror(Some(open.broken.as_ref().unchecked_ref()));
    with(|stream| stream.open = Some(open));
}

fn listen(source: &EventSource, name: &str, act: fn(&MessageEvent)) -> OnMessage {
    let handler = OnMessage::new(move |event: MessageEvent| act(&event));
    // A browser that refuses a listener is served by the watch.
    let _ = source.add_event_listener_with_callback(name, handler.as_ref().unchecked_ref());
    handler
}

fn place(event: &MessageEvent) -> i64 {
    event.last_event_id().parse().unwrap_or_default()
}

fn told(news: News) {
    sign_of_life();
    tabs::say(&Word::Told(news.clone()));
    hub::hear(news);
}

fn sign_of_life() {
    hub::alive();
    tabs::say(&Word::Alive);
}

fn close() {
    if let Some(open) = with(|stream| stream.open.take()) {
        open.source.set_onopen(None);
        open.source.set_onerror(None);
        open.source.close();
        // Its handlers may be running just now.
        spawn_local(async move { drop(open) });
    }
}

/// The stream broke off: it is opened again after a while.
fn lost() {
    close();
    let Some(tries) = with(|stream| {
        let tries = stream.tries;
        stream.tries = tries.saturating_add(1);
        let is_first = !std::mem::replace(&mut stream.is_trying, true);
        is_first.then_some(tries)
    }) else {
        return;
    };
    set_timeout(probe, Duration::from_millis(pause(tries).into()));
}

/// Asks who is signed in before the stream is opened: a stream cannot say why it was refused.
fn probe() {
    with(|stream| stream.is_trying = true);
    spawn_local(async {
        let answer = refresh_viewer().await;
        with(|stream| stream.is_trying = false);
        match answer {
            Ok(Some(_)) if with(|stream| stream.open.is_none()) => connect(),
            Ok(Some(_)) => {}
            Ok(None) => hub::sign_out(),
            Err(_) => lost(),
        }
    });
}
