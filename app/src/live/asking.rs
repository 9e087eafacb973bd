//! How a page asks again in the browser: one question at a time, and one that fails is put again later.

use super::{
    hub,
    refresh::{Turn, is_signed_out},
    status::pause,
};
use crate::failure::Failure;
use leptos::{
    prelude::{on_cleanup, set_timeout, window},
    task::spawn_local,
};
use std::{
    cell::Cell,
    rc::Rc,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// A device without network looks for it this often.
const OFFLINE: Duration = Duration::from_secs(1);

struct Asking<L, S> {
    turn: Cell<Turn>,
    tries: Cell<u32>,
    load: L,
    show: S,
    is_there: Arc<AtomicBool>,
}

/// See [`super::refresh::refresher`].
pub fn refresher<T, F, L, S>(load: L, show: S) -> impl Fn() + Clone + 'static
where
    T: 'static,
    F: Future<Output = Result<T, Failure>> + 'static,
    L: Fn() -> F + 'static,
    S: Fn(T) + 'static,
{
    let is_there = Arc::new(AtomicBool::new(true));
    let leaves = is_there.clone();
    on_cleanup(move || leaves.store(false, Ordering::Relaxed));
    let asking = Rc::new(Asking { turn: Cell::default(), tries: Cell::new(0), load, show, is_there });
    move || {
        if asking.step(Turn::want) {
            asking.clone().ask();
        }
    }
}

impl<T, F, L, S> Asking<L, S>
where
    T: 'static,
    F: Future<Output = Result<T, Failure>> + 'static,
    L: Fn() -> F + 'static,
    S: Fn(T) + 'static,
{
    fn ask(self: Rc<Self>) {
        if !self.is_there.load(Ordering::Relaxed) {
            return;
        }
        if !window().navigator().on_line() {
            return set_timeout(move || self.ask(), OFFLINE);
        }
        spawn_local(async move {
            let answer = (self.load)().await;
            if !self.is_there.load(Ordering::Relaxed) {
                return;
            }
            match answer {
                Ok(answer) => {
                    self.tries.set(0);
                    (self.show)(answer);
                    if self.step(Turn::answered) {
                        self.ask();
                    }
                }
                Err(failure) if is_signed_out(&failure) => hub::sign_out(),
                Err(_) => self.ask_later(),
            }
        });
    }

    fn ask_later(self: Rc<Self>) {
        let tries = self.tries.get();
        self.tries.set(tries.saturating_add(1));
        set_timeout(move || self.ask(), Duration::from_millis(pause(tries).into()));
    }
}

impl<L, S> Asking<L, S> {
    fn step(&self, step: impl FnOnce(&mut Turn) -> bool) -> bool {
        let mut now = self.turn.get();
        let must = step(&mut now);
        self.turn.set(now);
        must
    }
}
