//! Ids and keys near those there are, drawn at random: a letter changed, left out or added, another case, another kind.
//! They name nothing: the answer is that to what there is not.

use axum::{
    body::Body,
    http::{Method, Request, Uri},
};
use domain::Scope;
use rand::{RngExt as _, rngs::StdRng};

use super::{
    caller::Who,
    rows::{self, Row},
    thing::{Thing, Which},
    world::World,
};
use crate::support::{
    Reply, TestConsole, on_both, request,
    trials::{random, trials},
};

on_both!(ids_near_an_id_name_nothing, keys_near_a_key_open_nothing);

/// Tries of the short form.
const TRIES: u64 = 120;
const LETTERS: &[u8] = b"0123456789abcdefghjkmnpqrstvwxyzABCXYZ_-.~%";
const PREFIXES: [&str; 6] = ["run", "apr", "usr", "key", "ses", "RUN"];

/// A text near another one, and never that itself.
fn near(random: &mut StdRng, text: &str) -> String {
    let mut letters: Vec<u8> = text.bytes().collect();
    let at = random.random_range(0..letters.len());
    let letter = LETTERS[random.random_range(0..LETTERS.len())];
    match random.random_range(0..7) {
        0 => letters[at] = letter,
        1 => drop(letters.remove(at)),
        2 => letters.insert(at, letter),
        3 => letters.make_ascii_uppercase(),
        4 => letters.truncate(at),
        5 => letters.swap(at, text.len() - 1 - at),
        _ => {
            let prefix = PREFIXES[random.random_range(0..PREFIXES.len())];
            letters = [prefix.as_bytes(), &letters[3..]].concat();
        }
    }
    let near = String::from_utf8(letters).expect("ASCII");
    if near == text || near.is_empty() { format!("{text}0") } else { near }
}

/// A text as a part of an address.
fn escaped(text: &str) -> String {
    text.replace('%', "%25")
}

fn is_typed(row: &Row) -> bool {
    let by_id = matches!(row.thing, Thing::Run | Thing::Waiting | Thing::Asked | Thing::Unwoken | Thing::Person);
    by_id && row.path.contains('{')
}

async fn ids_near_an_id_name_nothing(console: TestConsole) {
    let mut world = World::new(&console).await;
    let rows: Vec<Row> = rows::api().into_iter().chain(rows::pages()).filter(is_typed).collect();
    let callers = Who::of_the_api();
    let mut random = random();
    for _ in 0..trials(TRIES) {
        let (row, who) = (&rows[random.random_range(0..rows.len())], callers[random.random_range(0..callers.len())]);
        let missing = world.request(row, Which::Missing, who).await;
        let expected = world.console.send(missing).await;
        let which = row.thing.kinds()[0];
        let there = world.id(row.thing, which).await;
        let near = near(&mut random, &there);
        let asked = renamed(world.request(row, which, who).await, &there, &escaped(&near));
        let about = format!("{} {near} for {there} by {who:?}", row.label());
        let Some(asked) = asked else { continue };
        let reply = Reply::read(world.console.answer(asked).await).await;
        // What is no id at all names nothing, whoever asks.
        let is_alike = reply.status == expected.status || reply.status == 404;
        assert!(is_alike, "{about}: {} and not {}: {}", reply.status, expected.status, reply.text);
        let told = reply.text.replace(&near, "{asked for}");
        assert!(!told.contains(&there), "{about} tells of it: {told}");
    }
}

/// The request about another id; `None` where the address would be another one's.
fn renamed(request: Request<Body>, id: &str, other: &str) -> Option<Request<Body>> {
    let (mut parts, body) = request.into_parts();
    if matches!(other, "." | "..") {
        return None;
    }
    parts.uri = parts.uri.to_string().replace(id, other).parse::<Uri>().ok()?;
    Some(Request::from_parts(parts, body))
}

async fn keys_near_a_key_open_nothing(console: TestConsole) {
    let key = console.key("agent", &[Scope::Hook], None).await;
    assert_eq!(console.get(&key, "/runs").await.status, 200);
    let mut random = random();
    for _ in 0..trials(TRIES) {
        let near = near(&mut random, &key);
        let asked = request(Method::GET, &near, "/runs").body(Body::empty()).expect("a request");
        let reply = Reply::read(console.answer(asked).await).await;
        assert_eq!(reply.problem(), "401 not_signed_in", "{near}");
    }
}
