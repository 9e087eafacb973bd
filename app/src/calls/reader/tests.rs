//! The small reader reads what serde's own reads, and refuses what it refuses.

use super::{Unreadable, read};
use crate::{brought::Brought, calls::carried::Carried, failure::Failure, sample};
use domain::{
    Refusal,
    event::Event,
    queue::{QueuePage, QueueQuery, View},
    refusal::Code,
    resumption::{Resumption, Way},
    review::{Review, Setback},
    workflow::FactRule,
};
use leptos::server::codee::{Decoder, Encoder};
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{collections::BTreeMap, fmt::Debug};

/// What the reader makes of a value is what was written, and what serde's own reader makes of it.
fn assert_same<T: Serialize + DeserializeOwned + PartialEq + Debug>(value: &T) {
    let text = <Carried as Encoder<T>>::encode(value).expect("JSON");
    let mine: T = <Carried as Decoder<T>>::decode(&text).unwrap_or_else(|error| panic!("{error}: {text}"));
    assert_eq!(&mine, value, "{text}");
    assert_eq!(&serde_json::from_str::<T>(&text).expect("readable"), value, "{text}");
}

#[test]
fn every_kind_of_event_is_read() {
    let events = sample::every_event();
    assert_eq!(events.len(), Event::KINDS.len());
    for event in events {
        assert_same(&event);
    }
}

#[test]
fn what_a_page_carries_is_read() {
    assert_same(&Ok::<Review, Failure>(sample::review()));
    assert_same(&Err::<QueuePage, Failure>(Failure::Broken { request_id: "r".to_owned() }));
    assert_same(&Failure::Refused { refusal: Refusal::new(Code::IllegalMove, "No.") });
    assert_same(&sample::run_page());
    assert_same(&sample::audit());
    assert_same(&Brought::default());
    assert_same(&Setback::AlreadyDecided { winner: None, at: None });
    assert_same(&Setback::Expired);
    assert_same(&QueueQuery { cursor: Some("c".to_owned()), ..QueueQuery::of(View::NeedsMyDecision) });
    assert_same(&Resumption::Queued { at: sample::review().now, way: Way::Poll, attempts: 3 });
}

#[derive(Debug, PartialEq, Serialize, Deserialize)]
enum Shape {
    Point,
    Line(i64),
    Pair(i8, f64),
    Named { word: char },
}

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct Whole(u8);

#[derive(Debug, Default, PartialEq, Serialize, Deserialize)]
struct All {
    first: Option<u16>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    second: Option<bool>,
    #[serde(default)]
    third: Vec<Whole>,
    fourth: BTreeMap<String, Value>,
    unit: (),
}

#[test]
fn every_shape_of_serde_is_read() {
    for shape in [Shape::Point, Shape::Line(-7), Shape::Pair(-1, 0.5), Shape::Named { word: 'ä' }] {
        assert_same(&shape);
    }
    let value = json!({ "a": [1, -2, 2.5, null, true, "t"], "b": { "c": u64::MAX } });
    let fourth = BTreeMap::from([("k".to_owned(), value)]);
    assert_same(&All { first: Some(9), second: None, third: vec![Whole(1), Whole(2)], fourth, unit: () });
    assert_same(&All { second: Some(false), ..All::default() });
}

#[test]
fn a_field_that_is_absent_takes_its_default_and_no_other_takes_its_place() {
    let read: All = read(br#"{"later":1,"unit":null,"fourth":{},"first":null}"#).expect("readable");
    assert_eq!(read, All::default());
}

#[test]
fn what_is_something_else_is_refused() {
    let refused = |text: &str| read::<All>(text.as_bytes()).is_err();
    for text in ["", "[]", "null", r#"{"first":70000,"fourth":{},"unit":null}"#, r#"{"fourth":[],"unit":null}"#] {
        assert!(refused(text), "{text}");
    }
    for text in [r#""Circle""#, r#"{"Line":"7"}"#, "7", "{}"] {
        assert!(read::<Shape>(text.as_bytes()).is_err(), "{text}");
    }
    for text in [r#"{"state":"asleep"}"#, r#"{"state":"queued"}"#, r#""queued""#, "{}"] {
        assert!(read::<Resumption>(text.as_bytes()).is_err(), "{text}");
    }
    assert_eq!(read::<u8>(b"256").expect_err("too much").to_string(), Unreadable.to_string());
}

/// A fact's rule has a flattened part, which serde reads in a way of its own.
#[test]
fn a_flattened_part_is_read() {
    let text = r#"{"type":"integer","min":1.0,"from":{"tool":{"tool":"t","path":"/a"}},"max_age":60}"#;
    let rule: FactRule = serde_json::from_str(text).expect("a rule");
    assert_same(&rule);
}
