//! The idempotency key of a step, and what may stand in an address: both readable, neither to be broken out of.

use super::trigger::Source;
use crate::Digest;

/// The longest key; a longer one ends in a digest of all of it.
const LONGEST: usize = 200;

/// The key of a step: the source's record and version, the step of its workflow's policy, and the record it is about.
/// The same decision, told of however often, has the same keys; two policies never share one.
pub fn step_key(source: &Source, [workflow, rule, step]: [&str; 3], target: &str, record: &str) -> String {
    let [system, own, version] = [&source.system, &source.record, &source.version].map(|part| encoded(part));
    let step = [workflow, rule, step].map(encoded).join("/");
    let whole = format!("{system}/{own}@{version}/{step}/{}/{}", encoded(target), encoded_path(record));
    if whole.len() <= LONGEST {
        return whole;
    }
    let digest = Digest::of("closure-key/v1", whole.as_bytes()).to_string();
    let tail: String = digest.chars().rev().take(32).collect();
    format!("{}~{tail}", &whole[..LONGEST - 40])
}

/// A value as one step of an address: whatever has a meaning there is percent-encoded.
pub fn encoded(value: &str) -> String {
    let is_plain = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~');
    let write = |byte: u8| if is_plain(byte) { char::from(byte).to_string() } else { format!("%{byte:02X}") };
    value.bytes().map(write).collect()
}

/// A record's address, which is encoded but for what an author wrote into its rule.
fn encoded_path(path: &str) -> String {
    path.split('/').map(|step| encoded(step).replace("%25", "%")).collect::<Vec<_>>().join("/")
}

/// Whether one step of an address leads elsewhere, be it for a server that decodes it before it looks.
pub fn leads_away(step: &str) -> bool {
    let decoded = step.to_ascii_lowercase().replace("%2e", ".").replace("%2f", "/").replace("%5c", "/");
    decoded.split('/').any(|part| part == "." || part == "..")
}

/// Whether a record's address stays below its target: no step of it is empty, or leads elsewhere.
pub fn is_below(record: &str) -> bool {
    let is_step = |step: &str| !step.is_empty() && !leads_away(step);
    let is_plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.' | '~' | '%' | '/');
    record.split('/').all(is_step) && record.chars().all(is_plain)
}

/// Whether something by this name holds an id, a status or a reference, and no prose: by how the name ends.
pub fn is_reference(name: &str) -> bool {
    const ENDINGS: [&str; 17] = [
        "id",
        "ids",
        "ref",
        "reference",
        "status",
        "state",
        "version",
        "revision",
        "hash",
        "digest",
        "link",
        "url",
        "key",
        "number",
        "code",
        "owner",
        "disposition",
    ];
    name.rsplit('_').next().is_some_and(|last| ENDINGS.contains(&last))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;

    fn source(record: &str) -> Source {
        Source {
            system: "review-board".to_owned(),
            record: record.to_owned(),
            version: "3".to_owned(),
            url: None,
            expect: BTreeMap::new(),
        }
    }

    #[test]
    fn a_key_says_what_it_is_for() {
        let step = ["research", "close", "registry"];
        let key = |record: &str, target: &str| step_key(&source(record), step, "tracker", target);
        let written = "review-board/BM-198@3/research/close/registry/tracker/studies/BM-198";
        assert_eq!(key("BM-198", "studies/BM-198"), written);
        assert_eq!(key("a b/c", "x%2Fy"), "review-board/a%20b%2Fc@3/research/close/registry/tracker/x%2Fy");
        let (long, other) = (key(&"x".repeat(300), "r"), key(&"x".repeat(301), "r"));
        assert!(long.len() <= LONGEST && long.is_ascii() && long != other, "{long}");
    }

    #[test]
    fn nothing_leads_out_of_a_target() {
        for good in ["cases/SA-20398", "a", "a%2Fb", "x.json", "v1..2", "...", "%2e%2e%2e"] {
            assert!(is_below(good), "{good}");
        }
        for bad in [
            "",
            "/a",
            "a/",
            "a//b",
            "../a",
            "a/./b",
            "a?b",
            "a#b",
            "a b",
            "a\\b",
            "é",
            "a/%2e%2E/b",
            ".%2e/a",
            "a%2F..%2Fb",
            "a%5c%2e%2e",
            "%2e",
        ] {
            assert!(!is_below(bad), "{bad}");
        }
        assert_eq!(encoded("../a b?é"), "..%2Fa%20b%3F%C3%A9");
    }

    #[test]
    fn names_say_whether_they_refer() {
        for good in ["id", "case_id", "evidence_ref", "status", "packet_hash", "archive_link", "release_number"] {
            assert!(is_reference(good), "{good}");
        }
        for bad in ["notes", "identity", "paid", "name", "summary", "diagnosis", ""] {
            assert!(!is_reference(bad), "{bad}");
        }
    }
}
