//! Both eras: discovery and calls without a handshake, and a handshake without a session.

use serde_json::{Value, json};

use super::{Client, NEW, OLD, desk};
use crate::support::{TestConsole, on_both};

on_both!(the_newer_era_needs_no_handshake, the_older_era_needs_no_session, any_server_answers);

const TOOLS: [&str; 6] =
    ["request_approval", "get_decision", "check_gate", "submit_handoff", "record_assertion", "escalate"];

async fn the_newer_era_needs_no_handshake(console: TestConsole) {
    let (agent, client) = desk(&console).await;
    let found = client.ask("server/discover", json!({})).await;
    assert_eq!(found["resultType"], "complete");
    assert!(found["supportedVersions"].as_array().expect("versions").contains(&json!(NEW)), "{found}");
    assert!(found["capabilities"]["tools"].is_object() && found["ttlMs"] == 3_600_000, "{found}");
    assert_eq!(found["cacheScope"], "private");
    assert_eq!(found["_meta"]["io.modelcontextprotocol/serverInfo"]["name"], "countersign");
    let list = client.ask("tools/list", json!({})).await;
    assert_eq!((&list["resultType"], &list["ttlMs"]), (&json!("complete"), &json!(3_600_000)));
    assert_eq!(names(&list), TOOLS);
    described(&list);
    let said = client.call("record_assertion", json!({"run_id": agent.run, "assertions": {"status": "OPEN"}})).await;
    assert_eq!(said["recorded"], json!(["status"]));
    assert_eq!(agent.status().await["assertions"], json!({"status": "OPEN"}));
}

/// What a client may rely on for each tool.
fn described(list: &Value) {
    for tool in list["tools"].as_array().expect("tools") {
        let name = tool["name"].as_str().expect("a name");
        assert!(tool["description"].as_str().expect("text").len() > 100, "{name}");
        for schema in ["inputSchema", "outputSchema"] {
            assert_eq!(tool[schema]["type"], "object", "{name} {schema}");
            let text = tool[schema].to_string();
            // Clients know different drafts, and not all follow references.
            assert!(!text.contains("$ref") && !text.contains("$schema") && !text.contains("uint"), "{name}: {text}");
        }
        assert_eq!(tool["inputSchema"]["additionalProperties"], json!(false), "{name}");
        let reads = matches!(name, "get_decision" | "check_gate");
        assert_eq!(tool["annotations"]["readOnlyHint"], json!(reads), "{name}");
        assert_eq!(tool["annotations"]["destructiveHint"], json!(false), "{name}");
        assert_eq!(
            tool["annotations"]["idempotentHint"],
            json!(!matches!(name, "request_approval" | "escalate")),
            "{name}"
        );
    }
}

async fn the_older_era_needs_no_session(console: TestConsole) {
    let (agent, client) = desk(&console).await;
    let hello = json!({"protocolVersion": OLD, "capabilities": {}, "clientInfo": {"name": "tests", "version": "1"}});
    let body = json!({"jsonrpc": "2.0", "id": 0, "method": "initialize", "params": hello});
    let mut headers = client.headers(OLD);
    headers.remove("mcp-protocol-version");
    let reply = client.send(headers, body.to_string()).await;
    assert!(!reply.headers.contains_key("mcp-session-id"), "nothing is kept between two requests");
    let answer = reply.expect(200);
    assert_eq!(answer["result"]["protocolVersion"], OLD);
    assert_eq!(answer["result"]["serverInfo"]["name"], "countersign");
    assert!(answer["result"]["instructions"].as_str().expect("text").contains("request_approval"));
    let note = json!({"jsonrpc": "2.0", "method": "notifications/initialized"});
    assert_eq!(client.send(client.headers(OLD), note.to_string()).await.status, 202);
    assert_eq!(names(&client.ask_old("tools/list", json!({})).await), TOOLS);
    let call = json!({"name": "get_decision", "arguments": {"approval_id": agent.suspended(&client).await}});
    let result = client.ask_old("tools/call", call).await;
    assert!(result.get("resultType").is_none(), "the older era does not know it: {result}");
    assert_eq!(client.said("get_decision", &result).await["status"], "AWAITING_HUMAN_REVIEW");
    assert_eq!(client.ask_old("ping", json!({})).await, json!({}));
}

async fn any_server_answers(console: TestConsole) {
    let (agent, client) = desk(&console).await;
    let approval = agent.suspended(&client).await;
    let other = console.beside().await;
    let beside = Client { console: &other, key: client.key.clone(), capabilities: json!({}) };
    let waiting = beside.call("get_decision", json!({"approval_id": approval, "wait_s": 30}));
    let decided = async {
        agent
            .decide(
                &console.token("ana").await,
                &approval,
                json!({"verdict": "reject", "reason_code": "doubt", "notes": "No."}),
            )
            .await
    };
    let (told, decided) = tokio::join!(waiting, decided);
    decided.expect(201);
    assert_eq!((&told["status"], &told["is_final"]), (&json!("rejected"), &json!(true)), "{told}");
}

fn names(list: &Value) -> Vec<String> {
    let tools = list["tools"].as_array().expect("tools").iter();
    tools.map(|tool| tool["name"].as_str().expect("a name").to_owned()).collect()
}

impl crate::support::Agent<'_> {
    /// An approval that the model's side asks for.
    async fn suspended(&self, client: &Client<'_>) -> String {
        let asked = client.call("request_approval", json!({"run_id": self.run, "summary": "May I?"})).await;
        asked["approval_id"].as_str().expect("an id").to_owned()
    }
}
