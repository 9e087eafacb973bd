//! Which words a layer never says.

use super::{File, Violation};
use crate::source::{Kind, identifiers, line_of, literal_value, pieces};

/// Files of a layer, what must not stand in them, and why.
struct Rule {
    /// A file is covered when its path begins so.
    layers: &'static [&'static str],
    forbidden: Forbidden,
    reason: &'static str,
}

enum Forbidden {
    /// Identifiers, also as a part between underscores (`leptos_axum` names axum).
    Names(&'static [&'static str]),
    /// Whole identifiers.
    Words(&'static [&'static str]),
    /// Beginnings of identifiers, whatever the case.
    Stems(&'static [&'static str]),
    /// Pieces of code, whatever stands around them.
    Pieces(&'static [&'static str]),
    /// Statements in string literals.
    Sql,
}

use Forbidden::{Names, Pieces, Sql, Stems, Words};

const RULES: &[Rule] = &[
    Rule {
        layers: &["app/"],
        forbidden: Names(&["sqlx", "axum", "tower"]),
        reason: "app asks the outside only through its port, so that it compiles for the browser",
    },
    Rule {
        layers: &["domain/"],
        forbidden: Words(&["async", "tokio", "sqlx", "leptos", "cel", "axum"]),
        reason: "domain is pure: no I/O, no async, no framework, no rule language",
    },
    Rule {
        layers: &["domain/"],
        forbidden: Pieces(&["Utc::now", "SystemTime::now", "Instant::now", "Uuid::now_v7", "Uuid::new_v4"]),
        reason: "domain gets time and ids as arguments, so that tests and simulations own them",
    },
    Rule {
        layers: &["domain/src/"],
        forbidden: Pieces(&["std::fs", "std::net", "std::process", "std::env", "fs::read", "println!"]),
        reason: "domain is pure: no I/O",
    },
    Rule {
        layers: &["server/src/http", "server/src/agents"],
        forbidden: Pieces(&[".write(", ".begin(", "begin_with("]),
        reason: "only desk opens transactions",
    },
    Rule {
        layers: &["server/src/http", "server/src/agents"],
        forbidden: Words(&["Tx", "sqlx"]),
        reason: "only desk and store know transactions and SQL",
    },
    Rule {
        layers: &["server/src/http", "server/src/agents", "server/src/desk"],
        forbidden: Sql,
        reason: "SQL lives in store",
    },
    Rule {
        layers: &["server/src/store"],
        forbidden: Stems(&["permission", "authoris", "authoriz"]),
        reason: "store never asks who is asking; desk authorises",
    },
    Rule {
        layers: &["app/", "server/src"],
        forbidden: Words(&[
            "inner_html",
            "set_inner_html",
            "innerHTML",
            "outer_html",
            "set_outer_html",
            "outerHTML",
            "insert_adjacent_html",
        ]),
        reason: "agents' text must stay text",
    },
    Rule {
        layers: &["app/", "server/src"],
        forbidden: Words(&[
            "GetUrl",
            "DeleteUrl",
            "PatchUrl",
            "PutUrl",
            "PostUrl",
            "GetCbor",
            "GetJson",
            "Cbor",
            "MultipartFormData",
        ]),
        reason: "a server function called by GET or a plain form would defeat SameSite cookies; they take Json",
    },
    Rule { layers: &["app/src/"], forbidden: Pieces(&["javascript:"]), reason: "a link must not run script" },
];

pub fn check(file: &File) -> Vec<Violation> {
    let covering = RULES.iter().filter(|rule| rule.layers.iter().any(|layer| file.path.starts_with(layer)));
    covering.flat_map(|rule| found(rule, file)).chain(bare_begin(file)).chain(begun_late(file)).collect()
}

fn found(rule: &Rule, file: &File) -> Vec<Violation> {
    let said = |line, word: &str| file.violation(line, format!("`{word}`: {}", rule.reason));
    if matches!(rule.forbidden, Sql) {
        return statements(file).into_iter().map(|(line, word)| said(line, word)).collect();
    }
    // Pieces are looked for in strings as well: `javascript:` hides nowhere else.
    let text = if matches!(rule.forbidden, Pieces(_)) { &file.code } else { &file.bare };
    let lines = text.lines().enumerate();
    let hits = lines.filter_map(|(at, line)| Some((at + 1, word_in(line, &rule.forbidden)?)));
    hits.map(|(line, word)| said(line, word)).collect()
}

fn word_in(line: &str, forbidden: &Forbidden) -> Option<&'static str> {
    let mut words = identifiers(line);
    match forbidden {
        Names(names) => words.find_map(|word| names.iter().find(|name| word.split('_').any(|part| part == **name))),
        Words(names) => words.find_map(|word| names.iter().find(|name| word == **name)),
        Stems(stems) => words.find_map(|word| stems.iter().find(|stem| word.to_lowercase().starts_with(**stem))),
        Pieces(pieces) => pieces.iter().find(|piece| line.contains(**piece)),
        Sql => None,
    }
    .copied()
}

/// String literals that begin like a statement.
fn statements(file: &File) -> Vec<(usize, &'static str)> {
    const OPENINGS: [&str; 6] = ["SELECT ", "INSERT INTO ", "UPDATE ", "DELETE FROM ", "WITH ", "CREATE TABLE "];
    let literals = pieces(&file.text).into_iter().filter(|piece| piece.kind == Kind::Literal);
    let hits = literals.filter_map(|piece| {
        let value = literal_value(piece.text);
        let opening = OPENINGS.iter().find(|opening| value.trim_start().starts_with(**opening))?;
        Some((line_of(&file.text, piece.start), opening.trim_end()))
    });
    hits.collect()
}

/// `.begin()` is for PostgreSQL (its own files, or a match arm just above that says so) and for reading.
fn bare_begin(file: &File) -> Vec<Violation> {
    if !file.path.starts_with("server/src/") || file.path.contains("postgres") {
        return Vec::new();
    }
    let lines: Vec<_> = file.bare.lines().collect();
    let begins = lines.iter().enumerate().filter(|(_, line)| line.contains(".begin("));
    let bare = begins.filter(|(at, _)| {
        let near = lines[at.saturating_sub(2)..=*at].concat().to_lowercase();
        !["postgres", "pg", "read_pool"].iter().any(|word| near.contains(word))
    });
    let reason = "`.begin(`: on SQLite a write begins with BEGIN IMMEDIATE, else two writers deadlock";
    bare.map(|(at, _)| file.violation(at + 1, reason)).collect()
}

/// A transaction that is begun by a statement: it, too, takes its lock at once.
fn begun_late(file: &File) -> Vec<Violation> {
    const KINDS: [&str; 6] = ["BEGIN", "DEFERRED", "EXCLUSIVE", "CONCURRENT", "TRANSACTION", ""];
    if !file.path.starts_with("server/src/") {
        return Vec::new();
    }
    let literals = pieces(&file.text).into_iter().filter(|piece| piece.kind == Kind::Literal);
    let late = literals.filter(|piece| {
        let value = literal_value(piece.text).trim().to_uppercase();
        value.starts_with("BEGIN") && value.split([' ', ';']).all(|word| KINDS.contains(&word))
    });
    let reason = "on SQLite a write begins with BEGIN IMMEDIATE, else another's write may end it half-way";
    late.map(|piece| file.violation(line_of(&file.text, piece.start), reason)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(path: &str, text: &str) -> Vec<usize> {
        check(&File::new(path.to_owned(), text.to_owned())).into_iter().map(|found| found.line).collect()
    }

    #[test]
    fn a_layer_is_told_the_words_it_said_and_comments_do_not_count() {
        assert_eq!(
            lines("app/src/a.rs", "//! no axum\nuse leptos_axum::x;\nlet tower_of = 1;\nlet towers = 2;"),
            [2, 3]
        );
        assert_eq!(lines("domain/src/a.rs", "let cell = 1; // async\nasync fn f() {}\nlet now = Utc::now();"), [2, 3]);
        assert_eq!(lines("app/Cargo.toml", "[dependencies]\naxum.workspace = true"), [2]);
        assert!(lines("server/src/desk/a.rs", "use axum::x; async fn f() { store.write(job) }").is_empty());
    }

    #[test]
    fn transactions_and_statements_stay_where_they_belong() {
        assert_eq!(lines("server/src/http/a.rs", "x.write(y);\nf(\"SELECT 1\");\nuse store::Tx;"), [1, 3, 2]);
        assert_eq!(lines("server/src/agents/a.rs", "f(r#\"\n  INSERT INTO x\"#)"), [1]);
        assert!(lines("server/src/http/a.rs", "f(\"SELECTED\"); g(\"please UPDATE it\")").is_empty());
        assert_eq!(lines("server/src/store/a.rs", "fn f(p: Permission) {}\nf(\"SELECT 1\")"), [1]);
    }

    #[test]
    fn a_bare_begin_is_for_postgres_only() {
        assert_eq!(lines("server/src/store/tx.rs", "let tx = pool.begin().await?;"), [1]);
        assert!(lines("server/src/store/tx.rs", "Self::Postgres(pool) => {\n  pool.begin().await? }").is_empty());
        assert!(lines("server/src/store/postgres.rs", "let tx = pool.begin().await?;").is_empty());
        assert!(lines("server/src/store/tx.rs", "sqlite.read_pool().begin().await?").is_empty());
        assert!(lines("server/src/store/tx.rs", "pool.begin_with(\"BEGIN IMMEDIATE\")").is_empty());
        for late in ["BEGIN", "begin;", "BEGIN DEFERRED", "BEGIN TRANSACTION", "BEGIN EXCLUSIVE"] {
            assert_eq!(lines("server/src/store/tx.rs", &format!("\npool.begin_with(\"{late}\")")), [2], "{late}");
        }
        assert!(lines("server/src/store/tx.rs", "say(\"beginning\"); // \"BEGIN\"").is_empty());
    }

    #[test]
    fn markup_that_would_run_is_refused() {
        let text = "<p inner_html=x/>\n<a href=\"javascript:x\">\nelement.set_inner_html(x);\n<p prop:innerHTML=x/>";
        assert_eq!(lines("app/src/a.rs", text), [1, 3, 4, 2]);
        assert_eq!(lines("server/src/http/reference/page.rs", text), [1, 3, 4]);
        assert_eq!(lines("app/src/a.rs", "use leptos::server_fn::codec::GetUrl as Json;\n// GetUrl"), [1]);
    }
}
