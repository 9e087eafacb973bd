//! What the client gets of the environment: what it needs, and nothing else.

use std::ffi::OsString;

use super::RUNNER_KEY;

/// Variables that are passed on.
const NAMES: [&str; 39] = [
    "PATH",
    "HOME",
    "USER",
    "LOGNAME",
    "SHELL",
    "LANG",
    "LANGUAGE",
    "TZ",
    "TMPDIR",
    "XDG_CONFIG_HOME",
    "XDG_DATA_HOME",
    "XDG_CACHE_HOME",
    "XDG_STATE_HOME",
    "XDG_RUNTIME_DIR",
    "CLAUDE_CONFIG_DIR",
    "CLAUDE_CODE_OAUTH_TOKEN",
    "CLAUDE_CODE_TMPDIR",
    "CLAUDE_CODE_USE_BEDROCK",
    "CLAUDE_CODE_USE_VERTEX",
    "CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC",
    "DISABLE_AUTOUPDATER",
    "DISABLE_TELEMETRY",
    "HTTP_PROXY",
    "HTTPS_PROXY",
    "NO_PROXY",
    "ALL_PROXY",
    "http_proxy",
    "https_proxy",
    "no_proxy",
    "all_proxy",
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "NODE_EXTRA_CA_CERTS",
    "COUNTERSIGN_KEY",
    "COUNTERSIGN_RUN",
    "COUNTERSIGN_SUBJECT",
    "COUNTERSIGN_WORKFLOW",
    "COUNTERSIGN_REQUESTED_BY",
    "COUNTERSIGN_RUNNER",
];
/// Variables that begin so are passed on.
const BEGINNINGS: [&str; 2] = ["ANTHROPIC_", "LC_"];

/// The variables of this process that the client gets, with the console's address.
pub(super) fn scrubbed(more: &[String], server: &str) -> Vec<(OsString, OsString)> {
    let mut kept: Vec<(OsString, OsString)> =
        std::env::vars_os().filter(|(name, _)| name.to_str().is_some_and(|name| is_passed(name, more))).collect();
    kept.push(("COUNTERSIGN_URL".into(), server.into()));
    kept
}

fn is_passed(name: &str, more: &[String]) -> bool {
    // The runner's own key is nobody else's, whoever asks for it.
    name != RUNNER_KEY
        && (NAMES.contains(&name)
            || BEGINNINGS.iter().any(|beginning| name.starts_with(beginning))
            || more.iter().any(|wanted| wanted == name))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_client_gets_what_it_needs_and_what_is_asked_for() {
        let more = ["AWS_PROFILE".to_owned(), RUNNER_KEY.to_owned()];
        for passed in ["PATH", "ANTHROPIC_API_KEY", "LC_ALL", "COUNTERSIGN_KEY", "AWS_PROFILE"] {
            assert!(is_passed(passed, &more), "{passed}");
        }
        for kept_back in [RUNNER_KEY, "AWS_SECRET_ACCESS_KEY", "LD_PRELOAD", "NODE_OPTIONS", "CLAUDE_CODE_ENTRYPOINT"] {
            assert!(!is_passed(kept_back, &more), "{kept_back}");
        }
    }
}
