//! A stream of server-sent events, as a browser reads it.

use std::time::Duration;

use axum::{body::BodyDataStream, response::Response};
use futures::StreamExt as _;
use serde_json::Value;

/// No test waits longer for what should come at once.
const PATIENCE: Duration = Duration::from_secs(10);

/// One event of a stream.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Message {
    /// Its id, if it has one.
    pub id: Option<i64>,
    /// Its name; empty for plain messages.
    pub event: String,
    /// Its data.
    pub data: String,
}

impl Message {
    /// The list it carries.
    pub fn leaves(&self) -> Vec<Value> {
        serde_json::from_str(&self.data).unwrap_or_else(|error| panic!("{error}: {self:?}"))
    }

    /// The places in the log that it tells.
    pub fn places(&self) -> Vec<i64> {
        self.leaves().iter().map(|leaf| leaf["leaf_index"].as_i64().expect("a number")).collect()
    }
}

/// An open stream.
pub struct Stream {
    body: BodyDataStream,
    unread: String,
}

impl Stream {
    /// Reads the stream of an answer, which must be one.
    pub fn of(answer: Response) -> Self {
        assert_eq!(answer.status(), 200, "{answer:?}");
        assert_eq!(answer.headers()["content-type"], "text/event-stream");
        assert_eq!(answer.headers()["x-accel-buffering"], "no");
        Self { body: answer.into_body().into_data_stream(), unread: String::new() }
    }

    /// The next event, signs of life left out; `None` when the stream has ended.
    pub async fn next(&mut self) -> Option<Message> {
        let read = async {
            loop {
                match self.any().await {
                    Some(message) if message.event == "alive" => {}
                    other => return other,
                }
            }
        };
        tokio::time::timeout(PATIENCE, read).await.expect("the stream says something or ends")
    }

    /// The next event of any kind.
    pub async fn any(&mut self) -> Option<Message> {
        loop {
            if let Some(end) = self.unread.find("\n\n") {
                let text: String = self.unread.drain(..end + 2).collect();
                return Some(read(text.trim_end()));
            }
            let chunk = self.body.next().await?.expect("a chunk");
            self.unread.push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    }

    /// The places told until one of this kind is.
    pub async fn places_until(&mut self, kind: &str) -> Vec<i64> {
        let mut places = Vec::new();
        loop {
            let message = self.next().await.expect("more");
            places.extend(message.places());
            assert_eq!(message.id, places.last().copied(), "the id is the last place");
            if message.leaves().iter().any(|leaf| leaf["kind"] == kind) {
                return places;
            }
        }
    }
}

fn read(text: &str) -> Message {
    let mut message = Message::default();
    for line in text.lines() {
        match line.split_once(": ") {
            Some(("id", id)) => message.id = Some(id.parse().expect("a number")),
            Some(("event", event)) => event.clone_into(&mut message.event),
            Some(("data", data)) => message.data.push_str(data),
            _ => panic!("{line:?}"),
        }
    }
    message
}
