//! What is drawn: requests near a good one and far from it, and JSON of any shape.

use rand::{RngExt as _, rngs::StdRng};
use serde_json::{Map, Value, json};

use super::one_of;

/// Names beside the right one: other cases, other scripts, what hides.
const TOOLS: [&str; 10] = [
    "look_up",
    "LOOK_UP",
    "look_up ",
    "l\u{43e}ok_up",
    "look\u{200b}_up",
    "lo\u{f6}k_up",
    "\u{202e}pu_kool",
    "pay",
    "note",
    "",
];
/// Numbers at the edges of what has one reading.
const NUMBERS: [&str; 14] = [
    "0",
    "-0",
    "-0.0",
    "1e309",
    "-1e309",
    "1e-400",
    "9007199254740991",
    "9007199254740993",
    "1E5",
    "1.0",
    "0.1",
    "01",
    "+1",
    "NaN",
];
/// Pieces that parsers stumble over.
const PIECES: [&str; 12] = ["{", "}", "[", "]", "\"", ":", ",", "\\ud800", "\\u0000", "\u{feff}", "null", "/*x*/"];
const HEADERS: [&str; 8] = [
    "idempotency-key",
    "content-type",
    "content-encoding",
    "x-forwarded-for",
    "accept",
    "origin",
    "expect",
    "x-request-id",
];

/// Headers and a body, near a good call or far from it.
pub fn request(random: &mut StdRng, good: &Value) -> (Vec<(String, Vec<u8>)>, Vec<u8>) {
    let headers = if random.random_ratio(1, 4) { vec![header(random)] } else { Vec::new() };
    let body = match random.random_range(0..6) {
        0 => bytes(random, 200),
        1 => broken(random, good.to_string().into_bytes()),
        2 => replaced(random, good),
        3 => any(random, 4).to_string().into_bytes(),
        4 => with_pieces(random, &good.to_string()),
        _ => near(random, good).to_string().into_bytes(),
    };
    (headers, body)
}

fn bytes(random: &mut StdRng, most: usize) -> Vec<u8> {
    (0..random.random_range(0..most)).map(|_| random.random()).collect()
}

fn header(random: &mut StdRng) -> (String, Vec<u8>) {
    let value = match random.random_range(0..4) {
        0 => bytes(random, 40),
        1 => "x".repeat(random.random_range(0..600)).into_bytes(),
        2 => one_of(random, &["application/json; charset=latin-1", "text/plain", "gzip", "null", "100-continue"])
            .as_bytes()
            .to_vec(),
        _ => any(random, 1).to_string().into_bytes(),
    };
    ((*one_of(random, &HEADERS)).to_owned(), value)
}

/// Bytes changed, left out, put in or cut off.
fn broken(random: &mut StdRng, mut text: Vec<u8>) -> Vec<u8> {
    for _ in 0..random.random_range(1..4) {
        let at = random.random_range(0..text.len().max(1));
        match random.random_range(0..4) {
            0 if at < text.len() => text[at] ^= 1 << random.random_range(0..8),
            1 if at < text.len() => drop(text.remove(at)),
            2 => text.insert(at.min(text.len()), random.random()),
            _ => text.truncate(at),
        }
    }
    text
}

/// A number of the edges where the account stands.
fn replaced(random: &mut StdRng, good: &Value) -> Vec<u8> {
    good.to_string().replace("\"acc_1\"", one_of::<&str>(random, &NUMBERS)).into_bytes()
}

fn with_pieces(random: &mut StdRng, text: &str) -> Vec<u8> {
    let mut at = random.random_range(0..=text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    format!("{}{}{}", &text[..at], one_of(random, &PIECES), &text[at..]).into_bytes()
}

/// A good call with one member of another kind, one more, or one less.
fn near(random: &mut StdRng, good: &Value) -> Value {
    let mut call = good.clone();
    let name = *one_of(random, &["session_id", "tool", "tool_use_id", "input"]);
    match random.random_range(0..7) {
        0 => call["tool"] = json!(one_of(random, &TOOLS)),
        1 => call[name] = any(random, 2),
        2 => call["input"] = object(random, 3),
        3 => call["input"]["account"] = any(random, 2),
        4 => call[text(random)] = any(random, 1),
        5 => drop(call.as_object_mut().and_then(|fields| fields.remove(name))),
        _ => {}
    }
    if random.random_ratio(1, 8) {
        call["tool"] = json!("note");
        call["input"] = json!({"text": text(random)});
    }
    call
}

/// Any JSON of so much depth.
pub fn any(random: &mut StdRng, depth: u32) -> Value {
    match random.random_range(0..if depth == 0 { 5 } else { 7 }) {
        0 => Value::Null,
        1 => json!(random.random::<bool>()),
        2 => json!(random.random_range(-9_007_199_254_740_991..=9_007_199_254_740_991_i64)),
        3 => json!(f64::from(random.random::<f32>()) * 1e6),
        4 => json!(text(random)),
        5 => (0..random.random_range(0..4)).map(|_| any(random, depth - 1)).collect(),
        _ => object(random, depth - 1),
    }
}

/// An object with a few members.
pub fn object(random: &mut StdRng, depth: u32) -> Value {
    let members = 0..random.random_range(0..4);
    Value::Object(members.map(|_| (text(random), any(random, depth))).collect::<Map<_, _>>())
}

fn text(random: &mut StdRng) -> String {
    let letter = |random: &mut StdRng| match random.random_range(0..8) {
        0 => char::from(random.random_range(1..32_u8)),
        1 => *one_of(random, &['\u{202e}', '\u{200b}', '\u{feff}', '\u{1f600}', '\u{10ffff}', 'é', '"', '\\']),
        _ => char::from(random.random_range(b' '..=b'~')),
    };
    (0..random.random_range(0..12)).map(|_| letter(random)).collect()
}
