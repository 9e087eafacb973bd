//! A model that says what a test has written down, behind the API that agents' clients speak to models.

use std::{
    collections::VecDeque,
    sync::{Arc, Mutex},
};

use axum::{
    Json, Router,
    extract::{DefaultBodyLimit, State},
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
    routing::post,
};
use serde_json::{Value, json};
use tokio::{net::TcpListener, task::JoinHandle};

/// What the model says after the last turn.
const LAST_WORD: &str = "done";

/// One answer of the model.
pub enum Turn {
    /// Text, after which the client stops.
    Say(String),
    /// Calls of tools; several in one answer are parallel calls.
    Call(Vec<ToolCall>),
}

/// A call of one of the client's tools.
pub struct ToolCall {
    /// The id under which the client reports the result.
    pub id: String,
    /// The tool, such as `Bash`.
    pub name: String,
    /// The tool's input.
    pub input: Value,
}

/// A model on loopback. Dropping it stops it.
pub struct ScriptedModel {
    /// Where it answers: the base URL for a client.
    pub url: String,
    script: Arc<Script>,
    serving: JoinHandle<()>,
}

struct Script {
    turns: Mutex<VecDeque<Turn>>,
    requests: Mutex<Vec<Value>>,
    can_stream: bool,
}

impl Turn {
    /// One call of one tool.
    pub fn call(id: &str, name: &str, input: Value) -> Self {
        Self::Call(vec![ToolCall::new(id, name, input)])
    }

    fn blocks(self) -> Vec<Value> {
        match self {
            Self::Say(text) => vec![json!({"type": "text", "text": text})],
            Self::Call(calls) => calls.into_iter().map(ToolCall::block).collect(),
        }
    }
}

impl ToolCall {
    /// A call under this id.
    pub fn new(id: &str, name: &str, input: Value) -> Self {
        Self { id: id.to_owned(), name: name.to_owned(), input }
    }

    fn block(self) -> Value {
        json!({"type": "tool_use", "id": self.id, "name": self.name, "input": self.input})
    }
}

impl ScriptedModel {
    /// A model that streams these turns, one for each request, and says "done" afterwards.
    pub async fn start(turns: Vec<Turn>) -> Self {
        Self::serve(turns, true).await
    }

    /// A model that refuses to stream: the client asks again, and takes each turn as one whole message. Claude Code
    /// treats parallel calls otherwise then: it ignores that a hook defers one of them.
    pub async fn start_without_streaming(turns: Vec<Turn>) -> Self {
        Self::serve(turns, false).await
    }

    async fn serve(turns: Vec<Turn>, can_stream: bool) -> Self {
        let script = Script { turns: Mutex::new(turns.into()), requests: Mutex::default(), can_stream };
        let script = Arc::new(script);
        let router = Router::new()
            .route("/v1/messages", post(messages))
            .route("/v1/messages/count_tokens", post(async || Json(json!({"input_tokens": 1}))))
            .fallback(async || refusal(StatusCode::NOT_FOUND))
            // A request carries the whole conversation and the description of every tool.
            .layer(DefaultBodyLimit::disable())
            .with_state(script.clone());
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let url = format!("http://{}", listener.local_addr().expect("an address"));
        let serving = tokio::spawn(async move {
            drop(axum::serve(listener, router).await);
        });
        Self { url, script, serving }
    }

    /// The requests that took a turn, as they arrived: `messages` in each is the conversation so far.
    pub fn requests(&self) -> Vec<Value> {
        self.script.requests.lock().expect("the requests").clone()
    }

    /// What the client reported of the calls: the call's id, whether it failed, and the text. In the order in which
    /// the model got to know, each once, though every later request repeats it.
    pub fn tool_results(&self) -> Vec<(String, bool, String)> {
        let requests = self.requests();
        let messages = requests.iter().filter_map(|request| request["messages"].as_array()).flatten();
        let blocks = messages.filter_map(|message| message["content"].as_array()).flatten();
        let mut results = Vec::new();
        for block in blocks.filter(|block| block["type"] == "tool_result") {
            let id = block["tool_use_id"].as_str().expect("a call's id").to_owned();
            let result = (id, block["is_error"] == true, text(&block["content"]));
            if !results.contains(&result) {
                results.push(result);
            }
        }
        results
    }
}

impl Drop for ScriptedModel {
    fn drop(&mut self) {
        self.serving.abort();
    }
}

/// The text of a result, which is plain or in blocks.
fn text(content: &Value) -> String {
    let blocks = content.as_array().into_iter().flatten();
    let joined = || blocks.filter_map(|block| block["text"].as_str()).collect::<Vec<_>>().join("\n");
    content.as_str().map_or_else(joined, str::to_owned)
}

async fn messages(State(script): State<Arc<Script>>, Json(request): Json<Value>) -> Response {
    let is_streamed = request["stream"] == true;
    if is_streamed && !script.can_stream {
        return refusal(StatusCode::NOT_FOUND);
    }
    let model = request["model"].clone();
    let turn = next_turn(&script, request);
    let stop_reason = if matches!(turn, Turn::Call(_)) { "tool_use" } else { "end_turn" };
    let message = json!({
        "id": "msg_scripted",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": turn.blocks(),
        "stop_reason": stop_reason,
        "stop_sequence": null,
        "usage": {"input_tokens": 1, "output_tokens": 1},
    });
    if is_streamed {
        return ([(header::CONTENT_TYPE, "text/event-stream")], streamed(message)).into_response();
    }
    Json(message).into_response()
}

/// A request that offers no tools is one of the client's own (a title, a summary) and takes no turn.
fn next_turn(script: &Script, request: Value) -> Turn {
    if request["tools"].as_array().is_none_or(Vec::is_empty) {
        return Turn::Say(LAST_WORD.to_owned());
    }
    script.requests.lock().expect("the requests").push(request);
    let next = script.turns.lock().expect("the turns").pop_front();
    next.unwrap_or_else(|| Turn::Say(LAST_WORD.to_owned()))
}

/// A message as the events from which a client puts it together again.
fn streamed(mut message: Value) -> String {
    let blocks = message["content"].take();
    let stop_reason = message["stop_reason"].take();
    message["content"] = json!([]);
    let mut events = vec![json!({"type": "message_start", "message": message})];
    for (index, mut block) in blocks.as_array().into_iter().flatten().cloned().enumerate() {
        let delta = if block["type"] == "text" {
            let text = std::mem::replace(&mut block["text"], json!(""));
            json!({"type": "text_delta", "text": text})
        } else {
            let input = std::mem::replace(&mut block["input"], json!({}));
            json!({"type": "input_json_delta", "partial_json": input.to_string()})
        };
        events.push(json!({"type": "content_block_start", "index": index, "content_block": block}));
        events.push(json!({"type": "content_block_delta", "index": index, "delta": delta}));
        events.push(json!({"type": "content_block_stop", "index": index}));
    }
    let delta = json!({"stop_reason": stop_reason, "stop_sequence": null});
    events.push(json!({"type": "message_delta", "delta": delta, "usage": {"output_tokens": 1}}));
    events.push(json!({"type": "message_stop"}));
    let named = |event: &Value| format!("event: {}\ndata: {event}\n\n", event["type"].as_str().expect("a type"));
    events.iter().map(named).collect()
}

fn refusal(status: StatusCode) -> Response {
    let error = json!({"type": "not_found_error", "message": "The scripted model has nothing here."});
    (status, Json(json!({"type": "error", "error": error}))).into_response()
}
