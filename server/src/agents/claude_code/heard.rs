//! What `countersign hook` heard from the console, said again in the console's own words and no others: what stands
//! between may answer as well, and an answer of the client's that means something else must not pass through.

use serde_json::{Map, Value, json};

use super::said::Event;

/// The answer to an event without anything that is no part of one; `None` where it is none.
pub fn heard(event: Event, answer: &Value) -> Option<Value> {
    match event {
        Event::PreToolUse | Event::Guard => {
            let inner = decided(answer["hookSpecificOutput"].as_object()?)?;
            Some(json!({"hookSpecificOutput": inner}))
        }
        Event::PermissionRequest => {
            let decision = &answer["hookSpecificOutput"]["decision"];
            match answer.as_object()? {
                nothing if nothing.is_empty() => Some(json!({})),
                _ if decision["behavior"] == "deny" => {
                    let decision =
                        json!({"behavior": "deny", "message": decision["message"].as_str()?, "interrupt": false});
                    Some(json!({"hookSpecificOutput": {"hookEventName": event.name(), "decision": decision}}))
                }
                _ => None,
            }
        }
        Event::PostToolUse
        | Event::PostToolUseFailure
        | Event::UserPromptSubmit
        | Event::SessionStart
        | Event::Stop
        | Event::SubagentStop => told(event, answer),
    }
}

/// A decision about a call: one of the client's four words, or that there is no objection.
fn decided(answer: &Map<String, Value>) -> Option<Value> {
    let name = Event::PreToolUse.name();
    if answer.get("hookEventName")? != name {
        return None;
    }
    let Some(decision) = answer.get("permissionDecision") else {
        let context = answer.get("additionalContext")?.as_str().filter(|context| !context.is_empty())?;
        let is_all = answer.len() == 2;
        return is_all.then(|| json!({"hookEventName": name, "additionalContext": context}));
    };
    let decision = decision.as_str().filter(|word| ["allow", "deny", "defer", "ask"].contains(word))?;
    let why = answer.get("permissionDecisionReason").and_then(Value::as_str).unwrap_or_default();
    let mut said = json!({"hookEventName": name, "permissionDecision": decision, "permissionDecisionReason": why});
    if let Some(input) = answer.get("updatedInput") {
        // An input that cannot be used is not left out: the one that was asked about is not what was approved.
        said["updatedInput"] = input.is_object().then(|| input.clone())?;
    }
    Some(said)
}

/// What other events are answered with: texts, and that the agent goes on.
fn told(event: Event, answer: &Value) -> Option<Value> {
    let answer = answer.as_object()?;
    let text = |name: &str| answer.get(name).and_then(Value::as_str);
    let mut said = Map::new();
    if let Some(warning) = text("systemMessage") {
        said.insert("systemMessage".to_owned(), json!(warning));
    }
    if let (Some("block"), Some(reason), Event::Stop) = (text("decision"), text("reason"), event) {
        said.insert("decision".to_owned(), json!("block"));
        said.insert("reason".to_owned(), json!(reason));
    }
    let context = answer.get("hookSpecificOutput").and_then(|inner| inner["additionalContext"].as_str());
    if let Some(context) = context {
        let inner = json!({"hookEventName": event.name(), "additionalContext": context});
        said.insert("hookSpecificOutput".to_owned(), inner);
    }
    Some(Value::Object(said))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::agents::claude_code::said::Said;

    #[test]
    fn every_answer_of_the_console_is_heard_as_it_was_said() {
        let why = || "why".to_owned();
        let edited = Said::Allow { updated_input: Some(json!({"command": "ls"})) };
        let calls = [
            Said::Allow { updated_input: None },
            edited,
            Said::NoObjection,
            Said::Deny(why()),
            Said::Defer(why()),
            Said::Ask(why()),
        ];
        for event in [Event::PreToolUse, Event::Guard] {
            for said in &calls {
                let json = said.to_json(event);
                assert_eq!(heard(event, &json), Some(json), "{said:?}");
            }
            for other in [Said::Nothing, Said::Warn(why()), Said::GoOn(why())] {
                assert_eq!(heard(event, &other.to_json(event)), None, "{other:?}");
            }
        }
        for said in [Said::Nothing, Said::Deny(why())] {
            let json = said.to_json(Event::PermissionRequest);
            assert_eq!(heard(Event::PermissionRequest, &json), Some(json));
        }
        for said in [Said::Nothing, Said::Warn(why()), Said::Tell(why()), Said::GoOn(why())] {
            let json = said.to_json(Event::Stop);
            assert_eq!(heard(Event::Stop, &json), Some(json));
        }
    }

    #[test]
    fn what_lets_a_tool_run_otherwise_is_no_answer() {
        let of = |inner: Value| json!({"hookSpecificOutput": inner});
        for none in [
            json!({}),
            json!({"async": true}),
            json!([]),
            of(json!({"hookEventName": "PreToolUse"})),
            of(json!({"hookEventName": "PreToolUse", "additionalContext": ""})),
            of(json!({"hookEventName": "PreToolUse", "additionalContext": "x", "updatedInput": {}})),
            of(json!({"hookEventName": "PreToolUse", "permissionDecision": "approve"})),
            of(json!({"hookEventName": "PreToolUse", "permissionDecision": null, "additionalContext": "x"})),
            of(json!({"hookEventName": "PreToolUse", "permissionDecision": "allow", "updatedInput": "ls"})),
            of(json!({"hookEventName": "PostToolUse", "permissionDecision": "allow"})),
        ] {
            assert_eq!(heard(Event::Guard, &none), None, "{none}");
        }
        let mut waved = Said::Deny("no".to_owned()).to_json(Event::Guard);
        waved["async"] = json!(true);
        waved["continue"] = json!(false);
        assert_eq!(heard(Event::Guard, &waved), Some(Said::Deny("no".to_owned()).to_json(Event::Guard)));
        let allows = of(json!({"hookEventName": "PermissionRequest", "decision": {"behavior": "allow"}}));
        assert_eq!(heard(Event::PermissionRequest, &allows), None, "nobody but the client's user permits");
    }
}
