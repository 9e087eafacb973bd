//! Rules about the files themselves: their length, their first line, their neighbours.

use super::{File, Violation};
use anyhow::Result;
use std::collections::BTreeSet;
use std::path::Path;

const LONGEST: usize = 300;

pub fn check_file(file: &File) -> Vec<Violation> {
    let mut violations = Vec::new();
    let sources = [".rs", ".ts", ".js", ".mjs", ".css"];
    let lines = file.text.lines().count();
    if lines > LONGEST && sources.iter().any(|ending| file.path.ends_with(ending)) {
        let rule = format!("{lines} lines: a file of more than {LONGEST} is two things; split it");
        violations.push(file.violation(LONGEST + 1, rule));
    }
    if file.is_rust() && !file.text.starts_with("//!") {
        violations.push(file.violation(1, "no `//!`: a file's first line says what the file is for"));
    }
    violations
}

pub fn check(root: &Path) -> Result<Vec<Violation>> {
    let mut violations = migrations(root)?;
    violations.extend(documented_folders(root));
    Ok(violations)
}

/// A migration for one database only would part the two schemas.
fn migrations(root: &Path) -> Result<Vec<Violation>> {
    let (sqlite, postgres) = (names(&root.join("migrations/sqlite"))?, names(&root.join("migrations/postgres"))?);
    let lacking = |here: &str, there: &str, name: &String| Violation {
        path: format!("migrations/{here}/{name}"),
        line: 1,
        rule: format!("migrations/{there}/{name} is missing: both databases go through the same steps"),
    };
    let without_postgres = sqlite.difference(&postgres).map(|name| lacking("sqlite", "postgres", name));
    let without_sqlite = postgres.difference(&sqlite).map(|name| lacking("postgres", "sqlite", name));
    Ok(without_postgres.chain(without_sqlite).collect())
}

fn names(dir: &Path) -> Result<BTreeSet<String>> {
    if !dir.is_dir() {
        return Ok(BTreeSet::new());
    }
    let entries = dir.read_dir()?.collect::<Result<Vec<_>, _>>()?;
    Ok(entries.into_iter().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect())
}

/// The map of the code must not show folders that have moved.
fn documented_folders(root: &Path) -> Vec<Violation> {
    let path = "docs/ARCHITECTURE.md";
    let Ok(text) = std::fs::read_to_string(root.join(path)) else { return Vec::new() };
    let lines = text.lines().enumerate();
    let named = lines.flat_map(|(at, line)| folders(line).map(move |folder| (at + 1, folder)));
    let parents = ["", "server/src", "app/src", "domain/src", "xtask/src", "docs"];
    let missing = named.filter(|(_, folder)| !parents.iter().any(|parent| root.join(parent).join(folder).is_dir()));
    let violation = |(line, folder): (usize, &str)| Violation {
        path: path.to_owned(),
        line,
        rule: format!("`{folder}` does not exist: the map must match the land"),
    };
    missing.map(violation).collect()
}

/// `folder/` in backticks.
fn folders(line: &str) -> impl Iterator<Item = &str> {
    let quoted = line.split('`').skip(1).step_by(2);
    quoted.filter(|text| {
        let plain = text.chars().all(|c| c.is_ascii_alphanumeric() || "._-/".contains(c));
        plain && text.ends_with('/') && !text.starts_with('/')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn long_and_silent_files_are_found() {
        let file = |text: String| File::new("domain/src/a.rs".to_owned(), text);
        assert!(check_file(&file(format!("//! A.\n{}", "\n".repeat(299)))).is_empty());
        assert_eq!(check_file(&file(format!("//! A.\n{}", "\n".repeat(300)))).len(), 1);
        assert_eq!(check_file(&file("fn f() {}".to_owned())).len(), 1);
    }

    #[test]
    fn a_migration_for_one_database_is_found() {
        let root = tempfile::tempdir().unwrap();
        for path in ["sqlite/0001_a.sql", "sqlite/0002_b.sql", "postgres/0001_a.sql", "postgres/0003_c.sql"] {
            let path = root.path().join("migrations").join(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, "").unwrap();
        }
        let paths: Vec<_> = check(root.path()).unwrap().into_iter().map(|found| found.path).collect();
        assert_eq!(paths, ["migrations/sqlite/0002_b.sql", "migrations/postgres/0003_c.sql"]);
    }

    #[test]
    fn folders_on_the_map_exist() {
        let root = tempfile::tempdir().unwrap();
        std::fs::create_dir_all(root.path().join("server/src/desk")).unwrap();
        std::fs::create_dir_all(root.path().join("docs")).unwrap();
        std::fs::write(root.path().join("docs/ARCHITECTURE.md"), "`server/` and `desk/`\n`store/`, `/api/v1/`, `a b/`")
            .unwrap();
        let found = check(root.path()).unwrap();
        assert_eq!(found.iter().map(|found| found.line).collect::<Vec<_>>(), [2]);
    }
}
