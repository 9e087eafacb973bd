//! The one place of a tab where news arrives and from which its pages hear it.

use super::{
    Live,
    news::{News, Recent},
    status::Signs,
};
use leptos::prelude::{GetUntracked as _, Set as _};
use std::{cell::RefCell, rc::Rc};
use web_sys::js_sys::Date;

/// A page that comes up hears what came so many milliseconds before: what it shows was read a moment ago.
const JUST_NOW: i64 = 10_000;

type Handler = Rc<dyn Fn(&News)>;

#[derive(Default)]
struct Hub {
    live: Option<Live>,
    recent: Recent,
    /// What came lately, and when.
    lately: Vec<(i64, News)>,
    handlers: Vec<(u64, Handler)>,
    handlers_so_far: u64,
    signs: Signs,
}

thread_local! {
    static HUB: RefCell<Hub> = RefCell::default();
}

fn with<T>(act: impl FnOnce(&mut Hub) -> T) -> T {
    HUB.with_borrow_mut(act)
}

/// The browser's clock, in milliseconds.
#[expect(clippy::cast_possible_truncation, reason = "milliseconds since 1970 are far below 2^53")]
pub fn now() -> i64 {
    Date::now() as i64
}

/// Begins at a place in the log; `false` when the tab listens already.
pub fn begin(live: Live, position: i64) -> bool {
    with(|hub| {
        let is_new = hub.live.is_none();
        if is_new {
            hub.recent = Recent::new(position);
            hub.signs.begun = now();
        }
        hub.live = Some(live);
        is_new
    })
}

/// How far the log is known.
pub fn position() -> i64 {
    with(|hub| hub.recent.position())
}

/// What somebody missed who knows the log up to `place`.
pub fn since(place: i64) -> Option<News> {
    with(|hub| hub.recent.since(place))
}

/// News has come: whatever of it is new is told to the pages.
pub fn hear(news: News) {
    let (news, handlers) = with(|hub| {
        let news = hub.recent.add(news);
        let now = now();
        hub.lately.retain(|(at, _)| now - at < JUST_NOW);
        hub.lately.extend(news.clone().map(|news| (now, news)));
        (news, hub.handlers.clone())
    });
    if let Some(news) = news {
        for (_, handler) in handlers {
            handler(&news);
        }
    }
}

/// The server has given a sign of life.
pub fn alive() {
    with(|hub| hub.signs.heard = Some(now()));
    tick();
}

/// Whether another tab, or an earlier stream, has told anything.
pub fn has_heard() -> bool {
    with(|hub| hub.signs.heard.is_some())
}

/// How long nothing was heard, in milliseconds.
pub fn silence() -> i64 {
    with(|hub| now() - hub.signs.heard.unwrap_or(hub.signs.begun))
}

/// The device lost its network, or has it back.
pub fn set_offline(is_offline: bool) {
    with(|hub| hub.signs.is_offline = is_offline);
    tick();
}

/// The session has ended.
pub fn sign_out() {
    with(|hub| hub.signs.is_signed_out = true);
    tick();
}

/// Brings the words about the stream up to date.
pub fn tick() {
    let (live, status) = with(|hub| (hub.live, hub.signs.status(now())));
    if let Some(live) = live
        && live.status.get_untracked() != status
    {
        live.status.set(status);
    }
}

/// Tells a page what comes, after what came just now.
pub fn subscribe(handler: Handler) -> u64 {
    let (id, lately) = with(|hub| {
        hub.handlers_so_far += 1;
        hub.handlers.push((hub.handlers_so_far, handler.clone()));
        let now = now();
        let lately: Vec<News> =
            hub.lately.iter().filter(|(at, _)| now - at < JUST_NOW).map(|(_, news)| news.clone()).collect();
        (hub.handlers_so_far, lately)
    });
    if !lately.is_empty() {
        leptos::task::spawn_local(async move {
            for news in &lately {
                handler(news);
            }
        });
    }
    id
}

/// A page has gone.
pub fn unsubscribe(id: u64) {
    with(|hub| hub.handlers.retain(|(known, _)| *known != id));
}
