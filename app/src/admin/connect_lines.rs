//! The lines to paste for each kind of client, as the documents under docs/agents/ have them.

use domain::client::Client;

/// Labelled blocks of lines, in the order they are needed.
pub fn lines(client: Client, url: &str, secret: &str, workflow: &str) -> Vec<(&'static str, String)> {
    let environment = format!("export COUNTERSIGN_URL={url}\nexport COUNTERSIGN_KEY={secret}");
    match client {
        Client::ClaudeCode => vec![
            (
                "In the project, on the machine where the client runs",
                format!("countersign hooks install --server {url} --workflow {workflow}"),
            ),
            (
                "Where you start the client",
                format!(
                    "{environment}\nexport COUNTERSIGN_SUBJECT=web-7    # what the run is about\ncountersign hooks doctor            # looks for ways round the gates\nclaude"
                ),
            ),
        ],
        Client::Framework => vec![
            ("Where the agent runs", format!("{environment}\nexport COUNTERSIGN_WORKFLOW={workflow}")),
            (
                "The adapters, each with its own five minutes",
                ["langgraph", "openai-agents", "ag-ui", "microsoft-agent-framework"]
                    .map(|name| format!("examples/{name}/README.md"))
                    .join("\n"),
            ),
        ],
        Client::Http => vec![
            ("Where the harness runs", environment),
            (
                "A run begins",
                curl(
                    "runs",
                    &format!(
                        r#"{{"workflow":"{workflow}","subject":"web-7","session":{{"framework":"own","id":"s-1"}}}}"#
                    ),
                ),
            ),
            (
                "Before each call of a tool",
                curl("runs/$RUN/gate-checks", r#"{"session_id":"s-1","tool":"…","tool_use_id":"call-1","input":{}}"#),
            ),
        ],
        Client::Mcp => mcp(url, secret),
    }
}

fn mcp(url: &str, secret: &str) -> Vec<(&'static str, String)> {
    let command =
        format!("claude mcp add --transport http countersign {url}/mcp --header \"Authorization: Bearer {secret}\"");
    let configuration = format!(
        r#"{{
  "mcpServers": {{
    "countersign": {{
      "type": "http",
      "url": "{url}/mcp",
      "headers": {{ "Authorization": "Bearer {secret}" }}
    }}
  }}
}}"#
    );
    vec![("Claude Code", command), ("Other clients, in their configuration", configuration)]
}

fn curl(path: &str, body: &str) -> String {
    format!(
        "curl -H \"Authorization: Bearer $COUNTERSIGN_KEY\" -H 'Content-Type: application/json' \\\n    -d '{body}' \\\n    \"$COUNTERSIGN_URL/api/v1/{path}\""
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_client_is_told_its_address_and_its_key() {
        for client in Client::ALL {
            let all: String =
                lines(*client, "https://c.test", "csk_x", "deploys").into_iter().map(|(_, text)| text).collect();
            assert!(all.contains("https://c.test") && all.contains("csk_x"), "{client}: {all}");
            assert_eq!(all.contains("deploys"), *client != Client::Mcp, "{client}: {all}");
        }
    }
}
