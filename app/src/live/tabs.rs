//! One stream a browser: tabs elect the one that listens by a lock, and it tells the others over a channel. Where
//! there is no lock or no channel, every tab listens for itself.

use super::{hub, news::Word, stream};
use crate::calls::reader::read;
use leptos::prelude::window;
use std::cell::RefCell;
use wasm_bindgen::{JsCast as _, JsValue, closure::Closure};
use web_sys::{
    BroadcastChannel, MessageEvent,
    js_sys::{Function, Promise, Reflect},
};

struct Channel {
    channel: BroadcastChannel,
    _heard: Closure<dyn FnMut(MessageEvent)>,
}

thread_local! {
    static CHANNEL: RefCell<Option<Channel>> = const { RefCell::new(None) };
}

/// Joins the tabs of this person.
pub fn join(person: &str) {
    let name = format!("countersign-live-{person}");
    if open(&name).is_none() || wait_for_turn(&name).is_none() {
        CHANNEL.with_borrow_mut(Option::take);
        stream::lead();
        return;
    }
    say(&Word::Hello(hub::position()));
}

/// Says something to the other tabs.
pub fn say(word: &Word) {
    let Ok(text) = serde_json::to_string(word) else { return };
    CHANNEL.with_borrow(|channel| {
        if let Some(channel) = channel {
            // A channel that is closed has nobody left to tell.
            let _ = channel.channel.post_message(&text.into());
        }
    });
}

fn open(name: &str) -> Option<()> {
    let channel = BroadcastChannel::new(name).ok()?;
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(|event: MessageEvent| {
        let word = event.data().as_string().and_then(|text| read(text.as_bytes()).ok());
        if let Some(word) = word {
            hear(word);
        }
    });
    channel.set_onmessage(Some(heard.as_ref().unchecked_ref()));
    CHANNEL.set(Some(Channel { channel, _heard: heard }));
    Some(())
}

fn hear(word: Word) {
    match word {
        Word::Told(news) => {
            hub::alive();
            hub::hear(news);
        }
        Word::Alive => hub::alive(),
        Word::Hello(after) if stream::is_leading() => {
            say(&Word::Alive);
            if let Some(missed) = hub::since(after) {
                say(&Word::Told(missed));
            }
        }
        Word::Hello(_) => {}
    }
}

/// Asks for the lock; whoever holds it listens until its tab is closed.
fn wait_for_turn(name: &str) -> Option<()> {
    let locks = Reflect::get(&window().navigator(), &"locks".into()).ok()?;
    let request: Function = Reflect::get(&locks, &"request".into()).ok()?.dyn_into().ok()?;
    let granted = Closure::once_into_js(|_lock: JsValue| {
        stream::lead();
        // Never resolved: the lock is kept as long as the tab is there.
        Promise::new(&mut |_, _| {})
    });
    request.call2(&locks, &name.into(), &granted).ok()?;
    Some(())
}
