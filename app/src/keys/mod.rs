//! Keys of the console. They act only once script runs, for people who have not switched them off, and never while
//! somebody types or a dialog is open. A page offers something to a key by marking it with `data-key`.

mod act;
pub mod hint;
mod matcher;
mod page;
mod sheet;
mod stroke;
pub mod table;

pub use act::Hands;
pub use page::{focus_first_row, marked, press};
pub use sheet::Sheet;
pub use table::{Act, Binding, Mark, TABLE};

use self::{
    matcher::{Matcher, Met, Scene},
    stroke::{Pressed, Stroke},
};
use domain::review::Viewer;
use leptos::{ev, prelude::*, wasm_bindgen::JsCast};
use leptos_router::hooks::{use_location, use_navigate};

/// What the whole console shares about keys.
#[derive(Clone, Copy)]
pub struct Keys {
    /// Who looks; `None` on the server and until script runs.
    pub viewer: RwSignal<Option<Viewer>>,
    /// Whether single keys act.
    pub are_on: Memo<bool>,
    /// Whether the palette is open.
    pub palette: RwSignal<bool>,
    /// Whether the sheet is open.
    pub sheet: RwSignal<bool>,
    /// When the form that decides appeared, in milliseconds of the document.
    appeared: StoredValue<f64>,
}

/// Notes that a form that decides has appeared: it is not sent by a key in the next moment.
pub fn decision_appeared() {
    let keys = use_context::<Keys>();
    Effect::new(move |_| {
        if let Some(keys) = keys {
            keys.appeared.set_value(now());
        }
    });
}

fn now() -> f64 {
    window().performance().map_or(0.0, |clock| clock.now())
}

/// Begins to listen. `viewer` is asked in the browser only, and answers nothing while it does not know.
pub fn provide_keys(viewer: impl Fn() -> Option<Option<Viewer>> + 'static) {
    let looking = RwSignal::new(None::<Viewer>);
    let are_on =
        move |_: Option<&bool>| looking.with(|viewer| viewer.as_ref().is_some_and(|viewer| viewer.preferences.keys));
    let keys = Keys {
        viewer: looking,
        are_on: Memo::new(are_on),
        palette: RwSignal::new(false),
        sheet: RwSignal::new(false),
        appeared: StoredValue::new(0.0),
    };
    provide_context(keys);
    let hands = Hands::new(keys, use_navigate(), use_location().pathname);
    provide_context(hands);
    Effect::new(move |_| {
        // While it is asked again, the last answer holds.
        if let Some(viewer) = viewer() {
            looking.set(viewer);
        }
    });
    Effect::new(move |_| {
        let matcher = StoredValue::new(Matcher::default());
        let listening = window_event_listener(ev::keydown, move |event| listen(keys, hands, matcher, &event));
        on_cleanup(move || listening.remove());
    });
}

fn listen(keys: Keys, hands: Hands, matcher: StoredValue<Matcher>, event: &web_sys::KeyboardEvent) {
    if event.key() == "Tab" {
        page::keep_rows_reachable();
    }
    let is_on = keys.are_on.get_untracked();
    if !is_on || event.default_prevented() || event.is_composing() || page::has_dialog() {
        return;
    }
    let key = event.key();
    let (ctrl, meta, alt, shift) = (event.ctrl_key(), event.meta_key(), event.alt_key(), event.shift_key());
    let Some(stroke) = Stroke::read(Pressed { key: &key, ctrl, meta, alt, shift }) else { return };
    let target = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok());
    let scene =
        Scene { is_approval: hands.is_approval(), is_typing: target.is_some_and(|target| page::is_field(&target)) };
    let met = matcher.try_update_value(|matcher| matcher.press(stroke, event.time_stamp(), scene));
    match met.unwrap_or(Met::Nothing) {
        Met::Nothing => {}
        Met::Taken => event.prevent_default(),
        Met::Act(binding) => {
            // A key that is held moves through rows, and does everything else once.
            let may_repeat = matches!(binding.act, Act::RowDown | Act::RowUp);
            if binding.act != Act::Back {
                event.prevent_default();
            }
            if may_repeat || !event.repeat() {
                hands.act(binding.act, matcher::place(stroke), scene.is_typing);
            }
        }
    }
}
