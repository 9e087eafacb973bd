//! What a free search means: an event's number, an id, a digest, a kind of event, somebody's name.

use domain::{
    Actor, SystemActor,
    event::Event,
    id::{ApprovalId, EventId, KeyId, PersonId, RunId},
};

use super::narrow;
use crate::{
    error::Result,
    store::{
        self, Tx,
        audit::{ActorSearch, EventSearch},
    },
};

/// The fewest hexadecimal digits that are taken for a part of a digest.
const LEAST_DIGITS: usize = 8;
/// Length of an id's suffix.
const SUFFIX: usize = 26;

/// Narrows a search to what these words mean, and says in words what they were taken for.
pub(super) async fn meaning(tx: &mut Tx, words: &str, search: &mut EventSearch) -> Result<String> {
    let number = words.trim_start_matches('#').replace(',', "");
    if !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit()) {
        search.leaf = Some(number.parse().unwrap_or(0));
        return Ok(format!("the event with number {number}"));
    }
    if let Ok(id) = words.parse::<EventId>() {
        search.leaf = Some(store::audit::leaf_of(tx, id).await?.unwrap_or(0));
        return Ok("the event with this id".to_owned());
    }
    if let Some(said) = record(words, search) {
        return Ok(said.to_owned());
    }
    let digits = words.to_ascii_lowercase().replace([' ', '…'], "");
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    if is_hex && (LEAST_DIGITS..=64).contains(&digits.len()) {
        return Ok(part(search, digits, "events whose digests contain these digits").to_owned());
    }
    named(tx, words, search).await
}

/// Ids of other records, kinds of events, parts of the system.
fn record(words: &str, search: &mut EventSearch) -> Option<&'static str> {
    if let Ok(run) = words.parse::<RunId>() {
        return Some(only(narrow(&mut search.run, run), search, "the events of this run"));
    }
    if let Ok(approval) = words.parse::<ApprovalId>() {
        return Some(only(narrow(&mut search.approval, approval), search, "the events of this approval"));
    }
    if Event::KINDS.contains(&words) {
        return Some(only(narrow(&mut search.kind, words.to_owned()), search, "the events of this kind"));
    }
    if let Some(actor) = parse_actor(words) {
        search.actors.push(ActorSearch::AnyOf(vec![actor]));
        return Some("the events this actor caused");
    }
    let is_id = words.split_once('_').is_some_and(|(prefix, suffix)| {
        let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
        prefix.len() <= 4 && suffix.len() == SUFFIX && is_word(prefix) && is_word(suffix)
    });
    is_id.then(|| part(search, words.to_owned(), "events that name this id"))
}

/// People and keys by a part of their name.
async fn named(tx: &mut Tx, words: &str, search: &mut EventSearch) -> Result<String> {
    let actors = store::entitlement::find_named(tx, words).await?;
    if actors.is_empty() {
        search.leaf = Some(0);
        return Ok("nobody’s name, and no number, id or digest".to_owned());
    }
    let count = actors.len();
    search.actors.push(ActorSearch::AnyOf(actors));
    Ok(if count == 1 {
        "the events of one person or key".to_owned()
    } else {
        format!("the events of {count} people or keys")
    })
}

/// Events whose payload has this part.
fn part(search: &mut EventSearch, text: String, said: &'static str) -> &'static str {
    search.payload.push(text);
    said
}

fn only(can_be: bool, search: &mut EventSearch, said: &'static str) -> &'static str {
    if !can_be {
        search.leaf = Some(0);
    }
    said
}

/// An actor by id, or by the word for a part of the system.
pub(super) fn parse_actor(word: &str) -> Option<Actor> {
    let person = word.parse::<PersonId>().ok().map(Actor::Person);
    let key = || word.parse::<KeyId>().ok().map(Actor::Key);
    let part = || word.parse::<SystemActor>().ok().map(Actor::System);
    person.or_else(key).or_else(part)
}
