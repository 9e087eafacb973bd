//! The hooks in a settings file of Claude Code: written, and looked over.

use serde_json::{Map, Value, json};

use super::{PREFIX, said::Event};

/// The variable that holds the key.
pub const KEY: &str = "COUNTERSIGN_KEY";
/// How long a call may be held, in seconds: longer than the console holds it.
const HOLD: u64 = 600;
/// How long other hooks may take, in seconds.
const SHORT: u64 = 30;
/// What is asked over HTTP; a session's beginning is known to commands alone.
const OVER_HTTP: [Event; 6] = [
    Event::PreToolUse,
    Event::PostToolUse,
    Event::PostToolUseFailure,
    Event::PermissionRequest,
    Event::UserPromptSubmit,
    Event::Stop,
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
        let others = urls(&Value::Object(hooks.clone()));
        for event in OVER_HTTP.into_iter().chain([Event::SessionStart]) {
            let entries = hooks.entry(event.name()).or_insert_with(|| json!([]));
            let entries = entries.as_array_mut().ok_or_else(|| format!("`hooks.{}` is no list", event.name()))?;
            entries.push(json!({"hooks": self.handlers(event)}));
        }
        settings.insert("hooks".to_owned(), Value::Object(hooks));
        if !self.by_command {
            // A list that is there allows nothing else: the hooks of others stay allowed.
            let mine = format!("{}{PREFIX}*", self.server);
            extend(&mut settings, "allowedHttpHookUrls", others.into_iter().chain([mine]));
            extend(&mut settings, "httpHookAllowedEnvVars", [KEY.to_owned()]);
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
        if self.by_command {
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

/// The event a handler asks this console about, if it is one of ours.
fn event_of(handler: &Value) -> Option<Event> {
    if let Some(url) = handler["url"].as_str() {
        return url.split_once(PREFIX).and_then(|(_, slug)| Event::of(slug));
    }
    let mut args = handler["args"].as_array()?.iter().filter_map(Value::as_str);
    (args.next() == Some("hook")).then(|| args.next()).flatten().and_then(Event::of)
}

fn urls(hooks: &Value) -> Vec<String> {
    match hooks {
        Value::Object(map) => {
            let own = map.get("url").and_then(Value::as_str).map(str::to_owned);
            own.into_iter().chain(map.values().flat_map(urls)).collect()
        }
        Value::Array(items) => items.iter().flat_map(urls).collect(),
        _ => Vec::new(),
    }
}

fn extend(settings: &mut Map<String, Value>, name: &str, more: impl IntoIterator<Item = String>) {
    let list = settings.entry(name).or_insert_with(|| json!([]));
    if let Some(list) = list.as_array_mut() {
        for item in more {
            if !list.iter().any(|known| known.as_str() == Some(&item)) {
                list.push(Value::String(item));
            }
        }
    }
}

/// Where the hooks of a settings file ask, by HTTP or by a command.
pub fn gate(settings: &Value) -> Option<String> {
    let (_, handler) = *handlers(settings, Event::PreToolUse).first()?;
    if let Some(url) = handler["url"].as_str() {
        return url.split_once(PREFIX).map(|(server, _)| server.to_owned());
    }
    let args: Vec<&str> = handler["args"].as_array()?.iter().filter_map(Value::as_str).collect();
    let at = args.iter().position(|arg| *arg == "--server")?;
    args.get(at + 1).map(|server| server.trim_end_matches('/').to_owned())
}

/// What is wrong with the hooks of a settings file: each with what it leads to.
pub fn faults(settings: &Value) -> Vec<String> {
    let mut faults = Vec::new();
    if settings["disableAllHooks"] == true {
        faults.push("`disableAllHooks` is set: no tool call is checked.".to_owned());
    }
    let found = handlers(settings, Event::PreToolUse);
    for wanted in [Event::PreToolUse, Event::Guard] {
        if !found.iter().any(|(_, handler)| event_of(handler) == Some(wanted)) {
            faults.push(format!("No PreToolUse hook asks `{}`: {}.", wanted.slug(), without(wanted)));
        }
    }
    if handlers(settings, Event::PostToolUse).is_empty() {
        faults.push("No PostToolUse hook: nothing that tools return is recorded.".to_owned());
    }
    if handlers(settings, Event::SessionStart).is_empty() {
        faults.push("No SessionStart hook: sessions are not registered, and their tools are denied.".to_owned());
    }
    let ours = found.iter().filter(|(_, handler)| event_of(handler).is_some());
    for (entry, handler) in ours {
        let slug = event_of(handler).map_or("", Event::slug);
        if handler["onFailure"] != "block" {
            faults.push(format!("`{slug}` has no `onFailure: \"block\"`: when it fails, the tool runs."));
        }
        if !matches!(entry["matcher"].as_str(), None | Some("" | "*")) {
            let matcher = &entry["matcher"];
            faults.push(format!("`{slug}` has the matcher {matcher}: calls of other tools are not checked."));
        }
        if handler["timeout"].as_u64().is_some_and(|seconds| seconds < HOLD) {
            faults.push(format!("`{slug}` has a timeout below {HOLD} s: calls that people decide about are cut off."));
        }
        faults.extend(unreachable(settings, handler, slug));
    }
    faults
}

fn without(event: Event) -> &'static str {
    match event {
        Event::Guard => "when an answer is lost on its way, the tool runs",
        _ => "no call waits for people",
    }
}

/// What keeps an HTTP hook from asking.
fn unreachable(settings: &Value, handler: &Value, slug: &str) -> Vec<String> {
    let Some(url) = handler["url"].as_str() else { return Vec::new() };
    let mut faults = Vec::new();
    let lists = |list: &Value, wanted: &str| list.as_array().is_none_or(|list| list.iter().any(|item| item == wanted));
    let is_allowed = settings["allowedHttpHookUrls"].as_array().is_none_or(|list| {
        let mut patterns = list.iter().filter_map(Value::as_str);
        patterns.any(|pattern| pattern.strip_suffix('*').map_or(pattern == url, |start| url.starts_with(start)))
    });
    if !is_allowed {
        faults.push(format!("`allowedHttpHookUrls` does not allow {url}: `{slug}` is not asked."));
    }
    if !lists(&settings["httpHookAllowedEnvVars"], KEY) || !lists(&handler["allowedEnvVars"], KEY) {
        faults.push(format!("{KEY} is not among the allowed variables: `{slug}` is asked without a key."));
    }
    faults
}

/// This console's handlers of an event, each with the entry it stands in.
fn handlers(settings: &Value, event: Event) -> Vec<(&Value, &Value)> {
    let mut found = Vec::new();
    for entry in settings["hooks"][event.name()].as_array().into_iter().flatten() {
        let handlers = entry["hooks"].as_array().into_iter().flatten();
        found.extend(handlers.filter(|handler| event_of(handler).is_some()).map(|handler| (entry, handler)));
    }
    found
}

#[cfg(test)]
mod tests;
