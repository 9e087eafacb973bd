//! Ways to write one value: order, white space, escapes, forms of numbers.

use std::fmt::Write as _;

use rand::{RngExt as _, SeedableRng as _, rngs::StdRng};
use serde_json::Value;

/// Draws that these bytes decide, so that what was found is found again.
pub fn drawn_from(data: &[u8]) -> StdRng {
    StdRng::from_seed(*domain::Digest::of("fuzz/draws", data).bytes())
}

/// The same value, written in another way.
pub fn written(random: &mut StdRng, value: &Value) -> String {
    let mut space = || ["", " ", "\n", "\t ", "\r\n"][random.random_range(0..5)];
    let (before, after) = (space(), space());
    let text = match value {
        Value::Object(fields) => {
            let mut members: Vec<String> = fields
                .iter()
                .map(|(name, value)| format!("{}:{}", quoted(random, name), written(random, value)))
                .collect();
            if !members.is_empty() {
                let turn = random.random_range(0..members.len());
                members.rotate_left(turn);
            }
            format!("{{{}}}", members.join(","))
        }
        Value::Array(items) => {
            let items: Vec<String> = items.iter().map(|item| written(random, item)).collect();
            format!("[{}]", items.join(","))
        }
        Value::String(text) => quoted(random, text),
        Value::Number(number) if number.is_i64() && random.random() => format!("{number}.0"),
        other => other.to_string(),
    };
    format!("{before}{text}{after}")
}

/// A string with some of its letters escaped.
fn quoted(random: &mut StdRng, text: &str) -> String {
    let mut written = String::from("\"");
    for letter in text.chars() {
        let must = letter < ' ' || letter == '"' || letter == '\\';
        if must || random.random_ratio(1, 4) {
            let mut units = [0; 2];
            for unit in letter.encode_utf16(&mut units) {
                write!(written, "\\u{unit:04x}").expect("text");
            }
        } else {
            written.push(letter);
        }
    }
    written + "\""
}
