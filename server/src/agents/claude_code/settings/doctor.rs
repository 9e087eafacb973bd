//! Settings files looked over together, as the client reads them: what lets a call pass its gate, and what keeps a hook
//! from asking. What is installed is compared word by word; everything else is told.

use std::{collections::BTreeSet, net::IpAddr};

use serde_json::Value;
use url::{Host, Url};

use super::{EVENTS, KEY, Wanted, event_of, is_this_program};
use crate::agents::claude_code::said::Event;

/// A settings file of the client.
#[derive(Debug, Clone)]
pub struct Source {
    /// Its path.
    pub name: String,
    /// Whether it is an administrator's: the agent may not write it, and it counts before all others.
    pub is_managed: bool,
    /// What it says.
    pub settings: Value,
}

/// What was found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Findings {
    /// What is wrong, each with what it leads to.
    pub faults: Vec<String>,
    /// What should be known.
    pub notes: Vec<String>,
    /// The console that is asked.
    pub server: Option<String>,
}

/// One hook where it stands.
struct Found<'s> {
    source: &'s Source,
    /// The client's name of the event.
    under: &'s str,
    entry: &'s Value,
    handler: &'s Value,
}

/// Looks over all that the client reads.
pub fn look_over(sources: &[Source]) -> Findings {
    let mut findings = Findings::default();
    let is_managed_only =
        sources.iter().any(|source| source.is_managed && source.settings["allowManagedHooksOnly"] == true);
    let all: Vec<Found<'_>> = sources.iter().flat_map(hooks_of).collect();
    let (counting, ignored): (Vec<_>, Vec<_>) =
        all.into_iter().partition(|found| found.source.is_managed || !is_managed_only);
    let ours: Vec<&Found<'_>> = counting.iter().filter(|found| event_of(found.handler).is_some()).collect();
    if ours.is_empty() && ignored.iter().any(|found| event_of(found.handler).is_some()) {
        let why =
            "`allowManagedHooksOnly` is set, and the hooks do not stand in managed settings: none of them is asked.";
        findings.faults.push(why.to_owned());
    }
    let is_managed = !ours.is_empty() && ours.iter().all(|found| found.source.is_managed);
    for source in sources.iter().filter(|source| source.settings["disableAllHooks"] == true) {
        if source.is_managed || !is_managed {
            findings.faults.push(format!("`disableAllHooks` is set in {}: no tool call is checked.", source.name));
        }
    }
    let wanted = wanted(&ours);
    compare(&wanted, &ours, &mut findings.faults);
    for found in ours.iter().filter(|found| found.handler["url"].is_string()) {
        findings.faults.extend(unreachable(sources, found.handler));
    }
    findings.faults.extend(in_clear_text(&wanted.server));
    findings.notes = notes(&counting, &ours);
    findings.server = Some(wanted.server).filter(|server| !server.is_empty());
    findings
}

fn hooks_of(source: &Source) -> Vec<Found<'_>> {
    let mut all = Vec::new();
    for (under, entries) in source.settings["hooks"].as_object().into_iter().flatten() {
        for entry in entries.as_array().into_iter().flatten() {
            let handlers = entry["hooks"].as_array().into_iter().flatten();
            all.extend(handlers.map(|handler| Found { source, under: under.as_str(), entry, handler }));
        }
    }
    all
}

/// What would have been installed, as far as the hooks that are there tell.
fn wanted(ours: &[&Found<'_>]) -> Wanted {
    let of = |event: Event| ours.iter().map(|found| found.handler).find(|handler| event_of(handler) == Some(event));
    let argument = |event: Event, name: &str| {
        let mut args = of(event)?["args"].as_array()?.iter().filter_map(Value::as_str);
        args.find(|word| *word == name)?;
        args.next().map(str::to_owned)
    };
    let url = ours.iter().find_map(|found| found.handler["url"].as_str());
    let from_url = || url.and_then(|url| url.split_once(super::PREFIX)).map(|(server, _)| server.to_owned());
    let server = argument(Event::Guard, "--server").or_else(from_url);
    Wanted {
        server: server.or_else(|| argument(Event::PreToolUse, "--server")).unwrap_or_default(),
        workflow: argument(Event::SessionStart, "--workflow"),
        runner: argument(Event::SessionStart, "--runner"),
        program: "countersign".to_owned(),
        by_command: url.is_none(),
        markers: of(Event::SessionStart).is_some_and(|start| {
            start["args"].as_array().is_some_and(|args| args.iter().any(|word| word == "--markers"))
        }),
        managed: false,
    }
}

/// Tells each hook that is missing, and each word in which one differs from what is installed.
fn compare(wanted: &Wanted, ours: &[&Found<'_>], faults: &mut Vec<String>) {
    for event in EVENTS {
        for expected in wanted.handlers(event) {
            let asked = event_of(&expected);
            let is_it = |found: &&&Found<'_>| found.under == event.name() && event_of(found.handler) == asked;
            let slug = asked.map_or("", Event::slug);
            let mut there = ours.iter().filter(is_it).peekable();
            if there.peek().is_none() {
                faults.push(format!("No {} hook asks `{slug}`: {}.", event.name(), without(asked.unwrap_or(event))));
            }
            for found in there {
                differences(slug, &expected, found, faults);
            }
        }
    }
}

fn without(event: Event) -> &'static str {
    match event {
        Event::PreToolUse => "no call waits for people",
        Event::Guard => "when an answer is lost on its way, the tool runs",
        Event::PostToolUse => "nothing that tools return is recorded",
        Event::PostToolUseFailure => "nobody learns that a tool failed",
        Event::PermissionRequest => "the client may ask somebody else",
        Event::UserPromptSubmit => "the model is not told how its run stands",
        Event::SessionStart => "sessions are not registered, and their tools are denied",
        Event::Stop | Event::SubagentStop => "the agent stops before its run is finished",
    }
}

fn differences(slug: &str, expected: &Value, found: &Found<'_>, faults: &mut Vec<String>) {
    if !matches!(&found.entry["matcher"], Value::Null) && !matches!(found.entry["matcher"].as_str(), Some("" | "*")) {
        let matcher = &found.entry["matcher"];
        faults.push(format!("`{slug}` has the matcher {matcher}: calls of other tools are not checked."));
    }
    let names: BTreeSet<&String> =
        [expected, found.handler].into_iter().filter_map(Value::as_object).flat_map(|map| map.keys()).collect();
    for name in names {
        let (wanted, is) = (&expected[name.as_str()], &found.handler[name.as_str()]);
        let is_program = name == "command" && is.as_str().is_some_and(is_this_program);
        if wanted != is && name != "statusMessage" && !is_program {
            let says = if is.is_null() { "is missing".to_owned() } else { format!("is {is}") };
            let instead =
                if wanted.is_null() { "should not be there".to_owned() } else { format!("{wanted} is installed") };
            faults.push(format!("`{slug}`: `{name}` {says}, {instead}: {}.", leads_to(name)));
        }
    }
}

/// What a word in the settings leads to when it is another than is installed.
fn leads_to(name: &str) -> &'static str {
    match name {
        "onFailure" => "when it fails, the tool runs",
        "timeout" => "calls that people decide about are cut off",
        "if" => "calls of other tools are not checked",
        "async" | "asyncRewake" => "nobody waits for the answer",
        "once" => "it asks once and never again",
        "headers" | "allowedEnvVars" => "it is asked without a key, or says something else",
        "url" | "args" | "command" | "type" => "another console is asked, or another question",
        _ => "nobody knows what it does",
    }
}

/// What keeps an HTTP hook from asking. The client takes the lists of all files together.
fn unreachable(sources: &[Source], handler: &Value) -> Vec<String> {
    let list = |name: &str| {
        let lists = sources.iter().filter_map(|source| source.settings[name].as_array());
        lists.fold(None, |all: Option<Vec<&str>>, list| {
            let mut all = all.unwrap_or_default();
            all.extend(list.iter().filter_map(Value::as_str));
            Some(all)
        })
    };
    let url = handler["url"].as_str().unwrap_or_default();
    let slug = event_of(handler).map_or("", Event::slug);
    let mut faults = Vec::new();
    let fits = |pattern: &&str| pattern.strip_suffix('*').map_or(*pattern == url, |start| url.starts_with(start));
    if list("allowedHttpHookUrls").is_some_and(|patterns| !patterns.iter().any(fits)) {
        faults.push(format!("`allowedHttpHookUrls` does not allow {url}: `{slug}` is not asked."));
    }
    if list("httpHookAllowedEnvVars").is_some_and(|names| !names.contains(&KEY)) {
        faults.push(format!("`httpHookAllowedEnvVars` does not allow {KEY}: `{slug}` is asked without a key."));
    }
    faults
}

/// Why a key is not safe on its way to an address.
pub fn in_clear_text(server: &str) -> Option<String> {
    let url = Url::parse(server).ok().filter(|url| url.scheme() == "http")?;
    let is_here = match url.host()? {
        Host::Domain(name) => name == "localhost" || name.ends_with(".localhost"),
        Host::Ipv4(address) => IpAddr::from(address).is_loopback(),
        Host::Ipv6(address) => IpAddr::from(address).is_loopback(),
    };
    (!is_here).then(|| format!("{server} is plain http to another machine: whoever is on the way reads the key."))
}

fn notes(counting: &[Found<'_>], ours: &[&Found<'_>]) -> Vec<String> {
    let mut notes = Vec::new();
    let others =
        counting.iter().filter(|found| found.under == Event::PreToolUse.name() && event_of(found.handler).is_none());
    for other in others {
        let what = other.handler.get("command").or_else(|| other.handler.get("url")).unwrap_or(other.handler);
        notes.push(format!(
            "{} has another PreToolUse hook, {what}: where it answers with `updatedInput`, the tool runs with an input \
             that nobody checked. An alert tells of it afterwards.",
            other.source.name
        ));
    }
    let open: BTreeSet<&str> =
        ours.iter().filter(|found| !found.source.is_managed).map(|found| found.source.name.as_str()).collect();
    for name in open {
        notes.push(format!(
            "Whoever may write {name} can take the hooks out; an agent with a shell under the same user can. Use --managed."
        ));
    }
    notes
}
