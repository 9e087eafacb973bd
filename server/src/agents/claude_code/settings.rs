//! The hooks in a settings file of Claude Code: written, and looked over.

pub mod doctor;

use std::path::Path;

use serde_json::{Map, Value, json};

use super::{PREFIX, phases::moves, said::Event};

/// The variable that holds the key.
pub const KEY: &str = "COUNTERSIGN_KEY";
/// How long a call may be held, in seconds: longer than the console holds it.
const HOLD: u64 = 600;
/// How long other hooks may take, in seconds.
const SHORT: u64 = 30;
/// What is asked about. A session's beginning is known to commands alone.
const EVENTS: [Event; 7] = [
    Event::PreToolUse,
    Event::PostToolUse,
    Event::PostToolUseFailure,
    Event::PermissionRequest,
    Event::UserPromptSubmit,
    Event::Stop,
    Event::SessionStart,
];

/// What is installed.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The console's address, without a slash at its end.
    pub server: String,
    /// The workflow of runs that sessions begin; none where sessions only go on.
    pub workflow: Option<String>,
    /// The runner that resumes them.
    pub runner: Option<String>,
    /// This very program.
    pub program: String,
    /// Whether everything is asked through the program: for consoles that a private name leads to.
    pub by_command: bool,
    /// Whether files in the project mirror how far its run is.
    pub markers: bool,
    /// Whether they go into managed settings, where no other hooks are to count.
    pub managed: bool,
}

impl Wanted {
    /// The settings with these hooks: what others wrote stays, what was installed before is replaced.
    pub fn installed_in(&self, settings: Value) -> Result<Value, String> {
        let Value::Object(mut settings) = settings else { return Err("the settings are no JSON object".to_owned()) };
        let mut hooks = match settings.remove("hooks") {
            None => Map::new(),
            Some(Value::Object(hooks)) => hooks,
            Some(_) => return Err("`hooks` is no JSON object".to_owned()),
        };
        for entries in hooks.values_mut() {
            remove_ours(entries);
        }
        hooks.retain(|_, entries| entries.as_array().is_none_or(|entries| !entries.is_empty()));
        for event in EVENTS {
            let entries = hooks.entry(event.name()).or_insert_with(|| json!([]));
            let entries = entries.as_array_mut().ok_or_else(|| format!("`hooks.{}` is no list", event.name()))?;
            entries.push(json!({"hooks": self.handlers(event)}));
        }
        settings.insert("hooks".to_owned(), Value::Object(hooks));
        if !self.by_command {
            // Only lists that are there: one that is made now would keep the hooks of others from working.
            extend(&mut settings, "allowedHttpHookUrls", format!("{}{PREFIX}*", self.server));
            extend(&mut settings, "httpHookAllowedEnvVars", KEY.to_owned());
        }
        if self.managed {
            settings.insert("allowManagedHooksOnly".to_owned(), Value::Bool(true));
        }
        Ok(Value::Object(settings))
    }

    fn handlers(&self, event: Event) -> Vec<Value> {
        match event {
            Event::PreToolUse => vec![self.handler(event, HOLD), self.command(Event::Guard, HOLD)],
            Event::SessionStart => vec![self.command(event, SHORT)],
            _ => vec![self.handler(event, SHORT)],
        }
    }

    fn handler(&self, event: Event, timeout: u64) -> Value {
        // Only a command writes files where the client works.
        if self.by_command || (self.markers && moves(event)) {
            return self.command(event, timeout);
        }
        json!({
            "type": "http", "url": format!("{}{PREFIX}{}", self.server, event.slug()), "timeout": timeout,
            "onFailure": "block", "headers": {"Authorization": format!("Bearer ${KEY}")}, "allowedEnvVars": [KEY],
        })
    }

    fn command(&self, event: Event, timeout: u64) -> Value {
        let mut args = vec!["hook", event.slug(), "--server", &self.server];
        if event == Event::SessionStart {
            args.extend(self.workflow.iter().flat_map(|workflow| ["--workflow", workflow]));
            args.extend(self.runner.iter().flat_map(|runner| ["--runner", runner]));
        }
        if self.markers && moves(event) {
            args.push("--markers");
        }
        json!({"type": "command", "command": self.program, "args": args, "timeout": timeout, "onFailure": "block"})
    }
}

/// Leaves out the handlers of this console, and entries that held nothing else.
fn remove_ours(entries: &mut Value) {
    let Some(entries) = entries.as_array_mut() else { return };
    for entry in entries.iter_mut() {
        if let Some(handlers) = entry.get_mut("hooks").and_then(Value::as_array_mut) {
            handlers.retain(|handler| event_of(handler).is_none());
        }
    }
    entries.retain(|entry| entry.get("hooks").and_then(Value::as_array).is_none_or(|handlers| !handlers.is_empty()));
}

/// The event a handler asks this console about, if it is one of ours: by its address, or by its program and what that is
/// told to do.
fn event_of(handler: &Value) -> Option<Event> {
    if let Some(url) = handler["url"].as_str() {
        return url.split_once(PREFIX).and_then(|(_, slug)| Event::of(slug));
    }
    let command = handler["command"].as_str()?;
    let (program, typed) = match handler["args"].as_array() {
        Some(args) => (command, args.iter().filter_map(Value::as_str).collect::<Vec<_>>()),
        None => (command.split_whitespace().next()?, command.split_whitespace().skip(1).collect()),
    };
    let mut words = typed.into_iter();
    let is_ours = is_this_program(program) && words.next() == Some("hook");
    is_ours.then(|| words.next()).flatten().and_then(Event::of)
}

/// Whether a path ends with this program's name.
fn is_this_program(path: &str) -> bool {
    Path::new(path).file_stem().is_some_and(|name| name == "countersign")
}

/// Adds to a list of the settings, if there is one.
fn extend(settings: &mut Map<String, Value>, name: &str, item: String) {
    let Some(list) = settings.get_mut(name).and_then(Value::as_array_mut) else { return };
    if !list.iter().any(|known| known.as_str() == Some(&item)) {
        list.push(Value::String(item));
    }
}

#[cfg(test)]
mod tests;
