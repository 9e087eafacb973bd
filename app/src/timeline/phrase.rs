//! The pieces of a sentence: words of the product, recorded names, what people and agents said.

use crate::{
    kit::badge::{Badge, Tone},
    recorded::{
        text::Text,
        value::{Asserted, Recorded, shortened},
    },
};
use domain::{canonical, digest::Digest, id::ApprovalId};
use leptos::prelude::*;
use serde_json::Value;

/// Characters that a line of a list could show at the most.
const LINE: usize = 240;

/// A piece of a sentence.
#[derive(Debug, Clone, PartialEq)]
pub enum Phrase {
    /// The product's own words.
    Words(String),
    /// A name a person or key goes by.
    Name(String),
    /// A recorded name: a tool, a gate, an id.
    Code(String),
    /// A digest, shortened.
    Digest(Digest),
    /// A recorded value.
    Value(Value),
    /// What a person wrote, or what the agent was told.
    Quote(String),
    /// What an agent said.
    Said(Value),
    /// An approval, as a link.
    Approval(ApprovalId, String),
}

impl Phrase {
    /// The product's own words.
    pub fn words(words: impl Into<String>) -> Self {
        Self::Words(words.into())
    }

    /// A recorded name.
    pub fn code(name: impl AsRef<str>) -> Self {
        Self::Code(name.as_ref().to_owned())
    }

    /// The piece on screen; `anchor` names what it hides, should it be long.
    pub fn view(self, anchor: &str) -> AnyView {
        let anchor = anchor.to_owned();
        match self {
            Self::Words(words) => words.into_any(),
            Self::Name(name) => view! { <span class="font-medium"><Text text=&name /></span> }.into_any(),
            Self::Code(name) => view! { <code class="break-words"><Text text=&name /></code> }.into_any(),
            Self::Digest(digest) => view! { <code class="whitespace-nowrap">{short_digest(&digest)}</code> }.into_any(),
            Self::Value(value) => view! { <Recorded value=Some(&value) anchor=anchor /> }.into_any(),
            Self::Quote(words) => {
                view! { <bdi class="whitespace-pre-wrap">"“"{shortened(&words, anchor)}"”"</bdi> }.into_any()
            }
            Self::Said(words) => view! { <Asserted value=&words anchor=anchor /> }.into_any(),
            Self::Approval(id, title) => {
                view! { <a class="lnk" href=format!("/approvals/{id}")><Text text=&title /></a> }.into_any()
            }
        }
    }

    /// The piece within a title, which is of one weight.
    pub fn titled(self, anchor: &str) -> AnyView {
        match self {
            Self::Name(name) => view! { <Text text=&name /> }.into_any(),
            other => other.view(anchor),
        }
    }

    /// The piece within one line of a list: no links, nothing folded; what is long is cut by the line's end.
    pub fn brief(self) -> AnyView {
        match self {
            Self::Words(words) => words.into_any(),
            Self::Name(name) => view! { <span class="font-medium"><Text text=&name /></span> }.into_any(),
            Self::Code(name) => view! { <code><Text text=head(&name) /></code> }.into_any(),
            Self::Digest(digest) => view! { <code>{short_digest(&digest)}</code> }.into_any(),
            Self::Value(value) => {
                let text = canonical::to_string(&value);
                view! { <code><Text text=head(&text) /></code> }.into_any()
            }
            Self::Quote(words) => view! { "“"<Text text=head(&words) />"”" }.into_any(),
            Self::Said(value) => {
                let words = value.as_str().map_or_else(|| canonical::to_string(&value), str::to_owned);
                view! { <span class="text-agent">"“"<Text text=head(&words) />"”"</span> }.into_any()
            }
            Self::Approval(_, title) => view! { <Text text=head(&title) /> }.into_any(),
        }
    }

    /// The piece as plain text.
    #[cfg(test)]
    pub fn plain(&self) -> String {
        match self {
            Self::Words(text) | Self::Name(text) | Self::Code(text) | Self::Approval(_, text) => text.clone(),
            Self::Digest(digest) => short_digest(digest),
            Self::Value(value) => value.to_string(),
            Self::Quote(words) => format!("“{words}”"),
            Self::Said(words) => format!("“{}”", words.as_str().map_or_else(|| words.to_string(), str::to_owned)),
        }
    }
}

/// As much of a text as one line could show.
fn head(text: &str) -> &str {
    text.char_indices().nth(LINE).map_or(text, |(at, _)| &text[..at])
}

/// A badge as an event carries it.
pub type Mark = (Tone, &'static str, &'static str);

/// The badge on screen.
pub fn badge((tone, icon, text): Mark) -> AnyView {
    view! { <Badge tone=tone icon=icon text=text /> }.into_any()
}

/// A digest shortened: `9f2c 41ab … 07d3`.
fn short_digest(digest: &Digest) -> String {
    let hex = digest.to_string();
    format!("{} {} … {}", &hex[..4], &hex[4..8], &hex[60..])
}
