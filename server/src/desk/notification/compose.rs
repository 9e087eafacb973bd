//! What is sent, in words: fixed sentences, names and ids made harmless, and a link. What a name holds makes no line, no
//! link, no mention and no header.

use domain::{inspect::spelled, notification::Notice};
use serde_json::{Value, json};

/// The longest name that is sent whole, in characters.
const LONGEST: usize = 120;

/// Writes notices for the console at an address.
pub(in crate::desk) struct Letters<'a> {
    /// The console's address, without a slash at its end.
    pub(in crate::desk) base: &'a str,
}

impl Letters<'_> {
    /// The address a notice leads to.
    pub(in crate::desk) fn link(&self, notice: &Notice) -> String {
        format!("{}{}", self.base, notice.path)
    }

    /// The text of a mail.
    pub(in crate::desk) fn mail(&self, notice: &Notice) -> String {
        let title = notice.topic.title();
        let lines: Vec<String> = lines(notice).into_iter().map(|(label, value)| format!("{label}: {value}")).collect();
        let lines = lines.join("\n");
        let (link, profile) = (self.link(notice), format!("{}/profile#notifications", self.base));
        format!("{title}.\n\n{lines}\n\n{link}\n\nWhat is sent to you is set at {profile}\n")
    }

    /// The body of a message to Slack: what was typed stands in plain text, where nothing is a link or a mention.
    pub(in crate::desk) fn slack(&self, notice: &Notice) -> Value {
        let title = notice.topic.public_title();
        let lines: Vec<String> = lines(notice).into_iter().map(|(label, value)| format!("{label}: {value}")).collect();
        let link = format!("<{}|Open in Countersign>", escaped(&self.link(notice)));
        let plain = format!("{title}\n{}", lines.join("\n"));
        slack_message(title, plain.trim_end(), Some(&link))
    }

    /// The data of a signed message.
    pub(in crate::desk) fn data(&self, notice: &Notice, people: &[domain::id::PersonId]) -> Value {
        json!({
            "topic": notice.topic, "title": notice.topic.public_title(), "tool": notice.tool, "workflow": notice.workflow,
            "subject": notice.subject, "risk": notice.risk, "due": notice.due, "approval_id": notice.approval,
            "url": self.link(notice), "people": people,
        })
    }
}

/// The text of a mail that tries the settings.
pub(in crate::desk) fn test_letter(base: &str) -> String {
    format!("This is a test. Countersign at {base} can send mail to you.\n")
}

/// The body of a message to Slack that tries the settings.
pub(in crate::desk) fn test_slack() -> Value {
    slack_message("This is a test", "This is a test: Countersign can send messages here.", None)
}

fn slack_message(fallback: &str, plain: &str, link: Option<&str>) -> Value {
    let mut blocks = vec![json!({"type": "section", "text": {"type": "plain_text", "text": plain, "emoji": false}})];
    blocks.extend(link.map(|link| json!({"type": "section", "text": {"type": "mrkdwn", "text": link}})));
    json!({
        "text": escaped(fallback), "blocks": blocks, "parse": "none", "link_names": false, "unfurl_links": false,
        "unfurl_media": false,
    })
}

/// What is known of it, a line each.
fn lines(notice: &Notice) -> Vec<(&'static str, String)> {
    let due = notice.due.map(|due| format!("{} UTC", due.format("%Y-%m-%d %H:%M")));
    let risk = notice.risk.map(|risk| risk.to_string());
    let named = [("Tool", &notice.tool), ("Workflow", &notice.workflow), ("Subject", &notice.subject)];
    let named = named.into_iter().filter_map(|(label, text)| Some((label, harmless(text.as_deref()?))));
    named.chain(risk.map(|risk| ("Risk", risk))).chain(due.map(|due| ("Decide by", due))).collect()
}

/// A name on one line in which nothing hides, and which mail programs take for no address of a page.
fn harmless(text: &str) -> String {
    let text: String = spelled(text).replace(['\n', '\t'], " ");
    let text = unlinked(&text);
    let shown: String = text.chars().take(LONGEST).collect();
    match text.chars().count().saturating_sub(LONGEST) {
        0 => shown,
        hidden => format!("{shown}… (+{hidden} hidden)"),
    }
}

/// The same with every colon and full stop before a word in brackets, as people write addresses that are not to be opened.
fn unlinked(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        let goes_on = letters.peek().is_some_and(|next| next.is_alphanumeric() || *next == '/');
        match letter {
            '.' | ':' if goes_on => shown.extend(['[', letter, ']']),
            _ => shown.push(letter),
        }
    }
    shown
}

/// Text between Slack's own signs.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::{notification::Topic, workflow::Risk};

    fn hostile() -> Notice {
        Notice {
            topic: Topic::ApprovalOpened,
            tool: Some("pay\u{202e}\r\nBcc: eve@example.com".to_owned()),
            workflow: Some("<!channel> <https://evil.example|Pay & go>".to_owned()),
            subject: Some(format!("www.evil.example{}", "x".repeat(200))),
            risk: Some(Risk::High),
            due: Some("2026-11-21T10:00:00Z".parse().expect("a time")),
            approval: None,
            path: "/approvals/apr_1".to_owned(),
        }
    }

    #[test]
    fn names_stay_on_their_line_and_hide_nothing() {
        let text = Letters { base: "https://console.test" }.mail(&hostile());
        for line in [
            "An approval waits for your decision.",
            "Tool: pay[U+202E][U+000D] Bcc: eve@example[.]com",
            "Workflow: <!channel> <https[:]//evil[.]example|Pay & go>",
            "Risk: high",
            "Decide by: 2026-11-21 10:00 UTC",
            "https://console.test/approvals/apr_1",
        ] {
            assert!(text.lines().any(|written| written == line), "{line} is missing: {text}");
        }
        assert!(text.contains("Subject: www[.]evil[.]examplexx") && text.contains("x… (+100 hidden)\n"), "{text}");
        assert_eq!(text.matches("https://").count(), 2, "the console's own links and no others");
    }

    #[test]
    fn slack_is_given_no_mention_and_no_other_link() {
        let body = Letters { base: "https://console.test" }.slack(&hostile());
        assert_eq!((&body["text"], &body["parse"]), (&json!("An approval waits for a decision"), &json!("none")));
        let [plain, link] = [&body["blocks"][0]["text"], &body["blocks"][1]["text"]];
        assert_eq!((&plain["type"], &link["type"]), (&json!("plain_text"), &json!("mrkdwn")));
        assert!(
            plain["text"].as_str().is_some_and(|text| text.contains("<!channel> <https[:]//evil[.]example|Pay & go>"))
        );
        assert_eq!(link["text"], "<https://console.test/approvals/apr_1|Open in Countersign>");
        assert!(body["blocks"].get(2).is_none());
        assert_eq!(escaped("<!here> & <@U1>"), "&lt;!here&gt; &amp; &lt;@U1&gt;");
    }
}
