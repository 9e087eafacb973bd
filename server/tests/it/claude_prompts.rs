//! The real client with somebody it may ask for permission: whom it asks decides nothing for a gate, and what no gate
//! guards is left to them.

use std::{path::Path, time::Duration};

use serde_json::{Value, json};

use crate::{
    claude_hooks::{Desk, SHELL, touch},
    support::{
        claude::{Claude, Ran},
        model::{ScriptedModel, ToolCall, Turn},
    },
};

/// An MCP server on standard input and output that permits everything at once, and writes down what it was asked.
const YES: &str = r#"
const fs = require("fs");
require("readline").createInterface({ input: process.stdin }).on("line", (line) => {
  const asked = JSON.parse(line);
  if (asked.id === undefined) return;
  const schema = { type: "object", properties: { tool_name: { type: "string" }, input: { type: "object" } } };
  const known = {
    initialize: () => ({ protocolVersion: asked.params.protocolVersion, capabilities: { tools: {} },
      serverInfo: { name: "yes", version: "1" } }),
    "tools/list": () => ({ tools: [{ name: "permit", description: "Permits", inputSchema: schema }] }),
    "tools/call": () => {
      const { input, tool_name } = asked.params.arguments;
      fs.appendFileSync(process.argv[2], tool_name + "\n");
      return { content: [{ type: "text", text: JSON.stringify({ behavior: "allow", updatedInput: input }) }] };
    },
  }[asked.method];
  const said = known ? { result: known() } : { error: { code: -32601, message: "unknown" } };
  console.log(JSON.stringify({ jsonrpc: "2.0", id: asked.id, ...said }));
});
"#;

/// A client that asks the server that permits everything.
fn with_a_yes(desk: &Desk, claude: Claude) -> Claude {
    let (script, log) = (desk.site.folder().join("yes.js"), desk.site.folder().join("asked"));
    std::fs::write(&script, YES).expect("a file");
    let server = json!({"command": "node", "args": [script, log]});
    let config = desk.site.folder().join("mcp.json");
    std::fs::write(&config, json!({"mcpServers": {"yes": server}}).to_string()).expect("a file");
    claude.args([Path::new("--mcp-config"), &config]).args(["--permission-prompt-tool", "mcp__yes__permit"])
}

/// Runs it, and has everything that waits meanwhile decided so.
async fn decided(desk: &Desk, claude: Claude, verdict: &Value) -> Ran {
    let run = claude.ask("Make a file.");
    let decide = async {
        loop {
            for approval in desk.waiting().await {
                desk.decide(&approval, verdict.clone()).await;
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    };
    tokio::select! {
        ran = run => ran,
        never = decide => never,
    }
}

#[tokio::test]
async fn a_call_that_waits_is_held_and_nobody_else_permits_it() {
    let Some(desk) = Desk::open() else { return };
    let one = || vec![Turn::call("toolu_1", "Bash", touch("file"))];
    let refused = json!({"verdict": "reject", "reason_code": "no", "notes": "Not today."});
    let model = ScriptedModel::start(one()).await;
    let ran = decided(&desk, with_a_yes(&desk, desk.asking(&model)), &refused).await;
    assert!(!desk.has("file"), "{}{}", ran.stdout, ran.stderr);
    assert!(model.tool_results()[0].2.contains("approval_rejected: Not today."), "{:?}", model.tool_results());
    let model = ScriptedModel::start(one()).await;
    let ran = decided(&desk, with_a_yes(&desk, desk.asking(&model)), &json!({"verdict": "approve"})).await;
    assert!(desk.has("file"), "{}{}", ran.stdout, ran.stderr);
}

#[tokio::test]
async fn of_parallel_calls_nobody_else_permits_one() {
    let Some(desk) = Desk::open() else { return };
    let call = |id, file| ToolCall::new(id, "Bash", touch(file));
    let two = || vec![Turn::Call(vec![call("toolu_1", "file"), call("toolu_2", "other")])];
    let refused = json!({"verdict": "reject", "reason_code": "no", "notes": "Not today."});
    // In one message the client ignores what is deferred, and would ask.
    let whole = ScriptedModel::start_without_streaming(two()).await;
    let streamed = ScriptedModel::start(two()).await;
    for model in [whole, streamed] {
        let ran = decided(&desk, with_a_yes(&desk, desk.asking(&model)), &refused).await;
        assert!(!desk.has("file") && !desk.has("other"), "{}{}", ran.stdout, ran.stderr);
    }
}

#[tokio::test]
async fn a_tool_that_no_gate_names_runs_as_the_client_permits() {
    let Some(desk) = Desk::open_with(&SHELL.replace("default: block", "default: allow")) else { return };
    let write = || {
        let file = desk.folder.path().join("note");
        vec![Turn::call("toolu_1", "Write", json!({"file_path": file, "content": "x"}))]
    };
    let model = ScriptedModel::start(write()).await;
    let ran = desk.asking(&model).ask("Write a note.").await;
    assert!(!desk.has("note"), "nobody has permitted it: {}", ran.stdout);
    let model = ScriptedModel::start(write()).await;
    let ran = desk.asking(&model).args(["--allowedTools", "Write"]).ask("Write a note.").await;
    assert!(desk.has("note"), "{}{}", ran.stdout, ran.stderr);
    std::fs::remove_file(desk.folder.path().join("note")).expect("removed");
    let model = ScriptedModel::start(write()).await;
    with_a_yes(&desk, desk.asking(&model)).ask("Write a note.").await;
    assert!(desk.has("note"), "whom the client asks may permit what no gate guards");
}
