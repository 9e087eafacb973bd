//! The MCP server, raw over HTTP: both eras of the protocol, every tool, and whom it refuses.

mod eras;
mod invited;
mod keys;
mod refused;
mod tools;
mod trial;

use axum::{
    body::Body,
    http::{HeaderMap, HeaderValue, Method, Request, header},
};
use domain::Scope;
use serde_json::{Value, json};

use crate::support::{Agent, Reply, TestConsole};

/// The newer era.
pub const NEW: &str = "2026-07-28";
/// The older one.
pub const OLD: &str = "2025-11-25";

/// A client with a key.
pub struct Client<'a> {
    /// The console.
    pub console: &'a TestConsole,
    /// Its key.
    pub key: String,
    /// What it says it can do.
    pub capabilities: Value,
}

/// A harness with a run, and a client of its model's side.
pub async fn desk(console: &TestConsole) -> (Agent<'_>, Client<'_>) {
    let agent = console.cast().await;
    let key = console.key("model", &[Scope::Agent], Some("dev@example.com")).await;
    (agent, Client { console, key, capabilities: json!({}) })
}

impl Client<'_> {
    /// A client that opens addresses for its user.
    pub fn that_opens_urls(self) -> Self {
        Self { capabilities: json!({"elicitation": {"form": {}, "url": {}}}), ..self }
    }

    /// A request as a client of the newer era sends it.
    pub fn modern(&self, id: u32, method: &str, mut params: Value) -> Value {
        params["_meta"] = json!({
            "io.modelcontextprotocol/protocolVersion": NEW,
            "io.modelcontextprotocol/clientInfo": {"name": "tests", "version": "1"},
            "io.modelcontextprotocol/clientCapabilities": self.capabilities,
        });
        json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params})
    }

    /// The headers that belong to it.
    pub fn headers_of(&self, body: &Value) -> HeaderMap {
        let mut headers = self.headers(NEW);
        let value = |text: &Value| HeaderValue::from_str(text.as_str().expect("text")).expect("a header");
        headers.insert("mcp-method", value(&body["method"]));
        if body["params"]["name"].is_string() {
            headers.insert("mcp-name", value(&body["params"]["name"]));
        }
        headers
    }

    /// What every client sends.
    pub fn headers(&self, version: &'static str) -> HeaderMap {
        let mut headers = HeaderMap::new();
        headers.insert(header::HOST, HeaderValue::from_static("console.test"));
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json, text/event-stream"));
        headers.insert("mcp-protocol-version", HeaderValue::from_static(version));
        let key = format!("Bearer {}", self.key);
        headers.insert(header::AUTHORIZATION, HeaderValue::from_str(&key).expect("a header"));
        headers
    }

    /// Sends a text with these headers.
    pub async fn send(&self, headers: HeaderMap, body: String) -> Reply {
        let mut request = Request::builder().method(Method::POST).uri("/mcp");
        *request.headers_mut().expect("a builder") = headers;
        self.console.send(request.body(Body::from(body)).expect("a request")).await
    }

    /// Asks in the newer era; gives the result.
    pub async fn ask(&self, method: &str, params: Value) -> Value {
        let body = self.modern(7, method, params);
        let answer = self.send(self.headers_of(&body), body.to_string()).await.expect(200);
        assert_eq!((&answer["jsonrpc"], &answer["id"]), (&json!("2.0"), &json!(7)), "{answer}");
        assert!(answer["result"].is_object(), "{answer}");
        answer["result"].clone()
    }

    /// Asks in the older era; gives the result.
    pub async fn ask_old(&self, method: &str, params: Value) -> Value {
        let body = json!({"jsonrpc": "2.0", "id": "a", "method": method, "params": params});
        let answer = self.send(self.headers(OLD), body.to_string()).await.expect(200);
        assert!(answer["result"].is_object(), "{answer}");
        answer["result"].clone()
    }

    /// Calls a tool and gives what it says: the structured content, which is the text as well, and fits the schema.
    pub async fn call(&self, tool: &str, arguments: Value) -> Value {
        let result = self.ask("tools/call", json!({"name": tool, "arguments": arguments})).await;
        self.said(tool, &result).await
    }

    /// What a result says.
    pub async fn said(&self, tool: &str, result: &Value) -> Value {
        assert_eq!(result["isError"], json!(false), "{result}");
        self.fits(tool, "outputSchema", &result["structuredContent"]).await;
        spelled(result)
    }

    /// Calls a tool that refuses, and gives why.
    pub async fn refused(&self, tool: &str, arguments: Value) -> Value {
        let result = self.ask("tools/call", json!({"name": tool, "arguments": arguments})).await;
        assert_eq!(result["isError"], json!(true), "{result}");
        // Clients hold structured content against the schema of what was asked for, refusals included.
        assert!(result.get("structuredContent").is_none(), "{result}");
        serde_json::from_str(result["content"][0]["text"].as_str().expect("text")).expect("JSON")
    }

    /// A tool as it is listed.
    pub async fn tool(&self, name: &str) -> Value {
        let list = self.ask("tools/list", json!({})).await;
        let tools = list["tools"].as_array().expect("tools").clone();
        tools.into_iter().find(|tool| tool["name"] == name).unwrap_or_else(|| panic!("no {name}"))
    }

    /// Holds a value against a schema of a tool.
    pub async fn fits(&self, tool: &str, which: &str, value: &Value) {
        let listed = self.tool(tool).await;
        let options = jsonschema::options().with_draft(jsonschema::Draft::Draft202012);
        let validator = options.build(&listed[which]).expect("a schema");
        let faults: Vec<String> =
            validator.iter_errors(value).map(|fault| format!("{}: {fault}", fault.instance_path())).collect();
        assert!(faults.is_empty(), "{tool} {which}:\n{}\n{value:#}", faults.join("\n"));
    }
}

/// The structured content, which the text has to say as well.
fn spelled(result: &Value) -> Value {
    let text = result["content"][0]["text"].as_str().expect("text");
    let read: Value = serde_json::from_str(text).expect("JSON");
    assert_eq!(read, result["structuredContent"], "{result}");
    read
}
