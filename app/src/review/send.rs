//! The button of a decision: it names its effect, says "Recording…" until the server has answered, and acts once.

use super::{filled::FormState, follow::Followed, missing, quorum};
use crate::{
    keys::{Act, hint::InlineHint},
    kit::{button, icon::Icon, script::scripted},
    recorded::text::pieces,
};
use domain::{package::Origin, review::Review};
use leptos::prelude::*;

/// What a verdict would do.
pub struct Consequence {
    /// The line below the choice.
    pub line: String,
    button: String,
    note: String,
}

/// What approving would do.
fn approving(review: &Review, group: &str) -> Consequence {
    if review.package.origin == Origin::Request && missing(review) <= 1 {
        return Consequence {
            line: "Tells the agent that it may go on; opens no gate".to_owned(),
            button: "Approve and resume".to_owned(),
            note: "No call runs by this. Gates check every call as before.".to_owned(),
        };
    }
    if review.package.origin == Origin::Step && missing(review) <= 1 {
        return Consequence {
            line: "Lets the execution go on with the next step".to_owned(),
            button: "Approve and go on".to_owned(),
            note: "The steps above stay as they are. Every later step is verified as well.".to_owned(),
        };
    }
    let stage = review.package.stage.as_ref();
    if let Some(stage) = stage.filter(|_| missing(review) <= 1) {
        let next = match &stage.to_stage {
            Some(next) => format!("hands over to {next}"),
            None => "no stage comes after it".to_owned(),
        };
        return Consequence {
            line: format!("Completes the stage {} and {next}", stage.from_stage),
            button: "Approve and complete the stage".to_owned(),
            note: "Issues the handoff as shown. Gates check every call as before.".to_owned(),
        };
    }
    if review.package.origin == Origin::Items && missing(review) <= 1 {
        return Consequence {
            line: "Lets the items you approve run exactly as shown, once each".to_owned(),
            button: "Approve the chosen items".to_owned(),
            note: "Items you reject do not run; the agent reads why.".to_owned(),
        };
    }
    let tool = &review.package.tool;
    let (given, needed) = quorum(review);
    if missing(review) <= 1 {
        Consequence {
            line: format!("Runs {tool} exactly as shown"),
            button: "Approve and resume".to_owned(),
            note: format!("Runs {tool} with the arguments shown, once."),
        }
    } else {
        Consequence {
            line: format!("Fills the seat of {group}; nothing runs yet"),
            button: format!("Approve for {group}"),
            note: format!("{} of {needed}, the session stays suspended.", given + 1),
        }
    }
}

/// What approving with edits would do: nobody has voted on what is written now.
fn editing(review: &Review, group: &str) -> Consequence {
    let tool = &review.package.tool;
    let (_, needed) = quorum(review);
    let voids = if review.votes.is_empty() { "" } else { "; earlier votes count no more" };
    if needed <= 1 {
        Consequence {
            line: format!("Runs {tool} with your arguments, if the gates let it{voids}"),
            button: "Approve the edited call".to_owned(),
            note: format!("Runs {tool} with the arguments above, once. The agent is told what was changed."),
        }
    } else {
        Consequence {
            line: format!("Others decide on your arguments; nothing runs yet{voids}"),
            button: format!("Approve edits for {group}"),
            note: format!("1 of {needed}, the session stays suspended."),
        }
    }
}

/// What asking would do.
fn asking(review: &Review) -> Consequence {
    let voids = if review.votes.is_empty() { "" } else { "; earlier votes count no more" };
    Consequence {
        line: format!("Waits for an answer before anybody approves{voids}"),
        button: "Send the question".to_owned(),
        note: "The session stays suspended and the deadline stands still. Your words are sent as written.".to_owned(),
    }
}

/// What rejecting would do.
fn rejecting(review: &Review) -> Consequence {
    let needed = review.package.policy.reject_count;
    if review.standing.rejections + 1 >= needed {
        Consequence {
            line: match &review.package.stage {
                Some(stage) => format!("The stage {} fails and is undone, the agent is told why", stage.from_stage),
                None => "Nothing runs, the agent is told why".to_owned(),
            },
            button: "Reject and tell the agent".to_owned(),
            note: "Nothing runs. The agent reads your words as written.".to_owned(),
        }
    } else {
        Consequence {
            line: format!("Counts as {} of {needed} rejections", review.standing.rejections + 1),
            button: "Record rejection".to_owned(),
            note: format!("{} of {needed} rejections, the session stays suspended.", review.standing.rejections + 1),
        }
    }
}

/// What each verdict would do as things stand now: another's vote changes it while the form is open.
#[derive(Clone, Copy)]
pub struct Effects {
    /// The approval.
    pub followed: Followed,
    /// The group whose seat an approval fills.
    pub group: StoredValue<String>,
}

/// The button of a decision that is signed says so; what follows from it stays the same.
fn signed(review: &Review, consequence: Consequence, button: &str) -> Consequence {
    if review.package.policy.sign { Consequence { button: button.to_owned(), ..consequence } } else { consequence }
}

impl Effects {
    /// What approving would do.
    pub fn approving(self) -> Consequence {
        let effect = |review: &Review| approving(review, &self.group.read_value());
        self.followed.with(|review| signed(review, effect(review), "Sign and approve"))
    }

    /// What approving with edits would do.
    pub fn editing(self) -> Consequence {
        let effect = |review: &Review| editing(review, &self.group.read_value());
        self.followed.with(|review| signed(review, effect(review), "Sign and approve the edited call"))
    }

    /// What asking would do.
    pub fn asking(self) -> Consequence {
        self.followed.with(asking)
    }

    /// What rejecting would do.
    pub fn rejecting(self) -> Consequence {
        self.followed.with(|review| signed(review, rejecting(review), "Sign and reject"))
    }
}

/// One button for the chosen verdict; before a choice, one that says so.
#[component]
pub fn Buttons(effects: Effects, state: FormState) -> impl IntoView {
    let signs = effects.followed.with_untracked(|review| review.package.policy.sign);
    let pen = if signs { "signature" } else { "pen-line" };
    view! {
        <div class="in-[form:has(#approve:checked,#edit:checked,#ask:checked,#reject:checked)]:hidden grid">
            <button type="submit" aria-disabled="true" class=button::OFF>"Choose a decision"</button>
        </div>
        <div class="in-[form:not(:has(#approve:checked))]:hidden">
            <SendButton effect=move || effects.approving() class=button::PRIMARY icon=Some(pen) state=state />
        </div>
        <div class="in-[form:not(:has(#edit:checked))]:hidden">
            <SendButton effect=move || effects.editing() class=button::PRIMARY icon=Some(pen) state=state />
        </div>
        <div class="in-[form:not(:has(#ask:checked))]:hidden">
            <SendButton effect=move || effects.asking() class=button::PRIMARY icon=Some("message-square") state=state />
        </div>
        <div class="in-[form:not(:has(#reject:checked))]:hidden">
            <SendButton effect=move || effects.rejecting() class=button::DANGER icon=signs.then_some(pen) state=state />
        </div>
    }
    .into_any()
}

#[component]
fn SendButton(
    effect: impl Fn() -> Consequence + Copy + Send + Sync + 'static,
    class: &'static str,
    icon: Option<&'static str>,
    state: FormState,
) -> impl IntoView {
    let scripted = scripted();
    let off = move || scripted.get() && (state.is_recording() || state.is_lacking());
    let class = move || if off() && !state.is_recording() { button::OFF } else { class };
    view! {
        <div class="grid grid-cols-1">
            <button type="submit" class=class aria-disabled=move || off().then_some("true")>
                <Show
                    when=move || state.is_recording()
                    fallback=move || view! { {icon.map(|icon| view! { <Icon name=icon /> })}<span class="min-w-0 truncate">{move || effect().button}</span> <InlineHint act=Act::Submit /> }
                >
                    <Icon name="loader-circle" class="w-4 h-4 spin shrink-0" />
                    "Recording…"
                </Show>
            </button>
        </div>
        <p class="text-xs text-faint text-center mt-1.5">{move || pieces(&effect().note)}</p>
    }
    .into_any()
}
