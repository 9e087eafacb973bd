//! Cargo.lock against the versions that repaired known holes, for where no advisory list is at hand.

use anyhow::{Context, Result, bail};
use std::path::Path;

/// A crate, the repaired version of each release line, and what was repaired.
struct Floor {
    name: &'static str,
    repaired: &'static [&'static str],
    reason: &'static str,
}

const fn floor(name: &'static str, repaired: &'static [&'static str], reason: &'static str) -> Floor {
    Floor { name, repaired, reason }
}

const FLOORS: &[Floor] = &[
    floor("ammonia", &["4.1.4"], "three ways around the HTML filter"),
    floor("aws-lc-sys", &["0.39.0"], "certificate and signature checks"),
    floor("bytes", &["1.11.1"], "RUSTSEC-2026-0007"),
    floor("h2", &["0.4.16"], "RUSTSEC-2026-0258"),
    floor("libsqlite3-sys", &["0.37.0"], "SQLite before 3.51.3 can corrupt a database when the log is reset"),
    floor("lru", &["0.18.2"], "unsound iterator"),
    floor("quinn-proto", &["0.11.15"], "denial of service"),
    floor("rand", &["0.8.6", "0.9.3", "0.10.1"], "RUSTSEC-2026-0097"),
    floor("rkyv", &["0.8.17"], "unsound access to archives"),
    floor("rustls-webpki", &["0.103.13"], "RUSTSEC-2026-0049, 0098, 0099, 0104"),
    floor("slab", &["0.4.11"], "read outside bounds"),
    floor("sqlx", &["0.8.1"], "RUSTSEC-2024-0363"),
    floor("time", &["0.3.47"], "RUSTSEC-2026-0009"),
    floor("tokio", &["1.44.2"], "RUSTSEC-2025-0023"),
    floor("tracing-subscriber", &["0.3.20"], "RUSTSEC-2025-0055: terminal codes in logs"),
];

type Version = (u64, u64, u64);

/// The workspace's own, that of the fuzzers, and that of the policy engines B5 compares.
const LOCKS: [&str; 3] = ["Cargo.lock", "fuzz/Cargo.lock", "bench/policy/Cargo.lock"];

/// Fails with every package below its floor.
pub fn check(root: &Path) -> Result<()> {
    for lock in LOCKS {
        let text = std::fs::read_to_string(root.join(lock)).with_context(|| format!("cannot read {lock}"))?;
        let faults = faults(&text)?;
        if !faults.is_empty() {
            bail!("{lock} has versions with known holes:\n  {}", faults.join("\n  "));
        }
        println!("  {lock}: {} packages, none below its floor", packages(&text).count());
    }
    Ok(())
}

fn faults(lock: &str) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    for (name, version) in packages(lock) {
        for floor in FLOORS.iter().filter(|floor| floor.name == name) {
            if !is_repaired(parse(version)?, floor)? {
                let repaired = floor.repaired.join(" or ");
                faults.push(format!("{name} {version}: at least {repaired} ({})", floor.reason));
            }
        }
    }
    Ok(faults)
}

/// At or above the repair of its own release line, or on a line after all of them.
fn is_repaired(version: Version, floor: &Floor) -> Result<bool> {
    let repaired = floor.repaired.iter().map(|text| parse(text)).collect::<Result<Vec<_>>>()?;
    let own_line = repaired.iter().find(|&&fix| line(fix) == line(version));
    Ok(own_line.map_or_else(|| repaired.iter().all(|&fix| version > fix), |&fix| version >= fix))
}

/// Versions of one line are compatible: the same major one, or the same minor one below 1.0.
const fn line(version: Version) -> (u64, u64) {
    if version.0 == 0 { (0, version.1) } else { (version.0, 0) }
}

fn packages(lock: &str) -> impl Iterator<Item = (&str, &str)> {
    lock.split("[[package]]").skip(1).filter_map(|package| Some((field(package, "name")?, field(package, "version")?)))
}

fn field<'a>(package: &'a str, name: &str) -> Option<&'a str> {
    package.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(" = \"")?.strip_suffix('"'))
}

fn parse(text: &str) -> Result<Version> {
    let numbers = text.split(['-', '+']).next().unwrap_or(text);
    let mut parts = numbers.split('.').map(str::parse::<u64>);
    match (parts.next(), parts.next(), parts.next()) {
        (Some(Ok(major)), Some(Ok(minor)), Some(Ok(patch))) => Ok((major, minor, patch)),
        _ => bail!("not a version: {text}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lock(packages: &[(&str, &str)]) -> String {
        let package = |(name, version): &(&str, &str)| {
            format!("[[package]]\nname = \"{name}\"\nversion = \"{version}\"\ndependencies = [\n \"x\",\n]\n\n")
        };
        format!("version = 4\n\n{}", packages.iter().map(package).collect::<String>())
    }

    #[test]
    fn versions_below_their_floor_are_named() {
        let lock = lock(&[("time", "0.3.46"), ("tokio", "1.50.0"), ("serde", "0.0.1")]);
        assert_eq!(faults(&lock).unwrap(), ["time 0.3.46: at least 0.3.47 (RUSTSEC-2026-0009)"]);
    }

    #[test]
    fn every_release_line_has_its_own_floor() {
        let good = lock(&[("rand", "0.8.6"), ("rand", "0.9.3"), ("rand", "0.10.1"), ("rand", "0.11.0")]);
        assert!(faults(&good).unwrap().is_empty());
        let bad = lock(&[("rand", "0.7.3"), ("rand", "0.8.5"), ("rand", "0.9.2"), ("rand", "0.10.0")]);
        assert_eq!(faults(&bad).unwrap().len(), 4);
    }

    #[test]
    fn build_marks_of_a_version_do_not_matter() {
        assert_eq!(parse("1.2.3+wasi-0.2").unwrap(), (1, 2, 3));
        assert!(parse("1.2").is_err());
    }

    #[test]
    fn our_own_lock_file_is_above_every_floor() {
        check(&crate::workspace::root()).unwrap();
    }
}
