//! The index of approvals by words: FTS5 on SQLite, `tsvector` on PostgreSQL. Neither cuts texts itself: both are given
//! the words of `domain::search`, and asked for such words, so that nothing typed is ever part of their query language.

use std::{collections::BTreeMap, fmt::Write as _};

use domain::{
    id::ApprovalId,
    package::Package,
    search::{Question, Text, text_of},
};
use uuid::Uuid;

use super::{
    Tx, approval, decision, on,
    statement::{Bind, Statement},
    tx::Conn,
};
use crate::error::{Result, StoreError};

/// Stands between two texts in the SQLite index. It is no word, so that no question asks for it.
const BORDER: &str = "\u{b6}";

/// What becomes of what is indexed already.
#[derive(Clone, Copy)]
enum Known {
    /// It is replaced.
    Replaced,
    /// It stays: whoever wrote it meanwhile knew better.
    Kept,
}

/// Indexes an approval as it is now, in the transaction that changes it.
pub async fn write(tx: &mut Tx, id: ApprovalId, package: &Package) -> Result<(), StoreError> {
    let decisions = decision::list_of_approval(tx, id).await?;
    put(tx, id, &text_of(id, package, &decisions), Known::Replaced).await
}

async fn put(tx: &mut Tx, id: ApprovalId, text: &Text, known: Known) -> Result<(), StoreError> {
    match &mut tx.conn {
        Conn::Sqlite(conn) => {
            let take = match known {
                Known::Replaced => {
                    "INSERT INTO approval_words (approval_id) VALUES ($1) \
                     ON CONFLICT (approval_id) DO UPDATE SET approval_id = excluded.approval_id RETURNING seq"
                }
                Known::Kept => {
                    "INSERT INTO approval_words (approval_id) VALUES ($1) ON CONFLICT DO NOTHING RETURNING seq"
                }
            };
            let seq: Option<i64> = sqlx::query_scalar(take).bind(id.uuid()).fetch_optional(&mut **conn).await?;
            let Some(seq) = seq else { return Ok(()) };
            let insert = "INSERT OR REPLACE INTO approval_text (rowid, words) VALUES ($1, $2)";
            sqlx::query(insert).bind(seq).bind(row(text)).execute(&mut **conn).await?;
        }
        Conn::Postgres(conn) => {
            let insert = match known {
                Known::Replaced => {
                    "INSERT INTO approval_words (approval_id, words) VALUES ($1, CAST(CAST($2 AS TEXT) AS TSVECTOR)) \
                     ON CONFLICT (approval_id) DO UPDATE SET words = excluded.words"
                }
                Known::Kept => {
                    "INSERT INTO approval_words (approval_id, words) VALUES ($1, CAST(CAST($2 AS TEXT) AS TSVECTOR)) \
                     ON CONFLICT DO NOTHING"
                }
            };
            sqlx::query(insert).bind(id.uuid()).bind(vector(text)).execute(&mut **conn).await?;
        }
    }
    Ok(())
}

/// Approvals before one that are not indexed, the latest first.
pub async fn list_absent(tx: &mut Tx, before: Option<ApprovalId>, limit: i64) -> Result<Vec<ApprovalId>, StoreError> {
    let rows: Vec<(Uuid,)> = on!(tx, |conn| {
        sqlx::query_as(
            "SELECT a.id FROM approval a WHERE a.id < $1 \
             AND NOT EXISTS (SELECT 1 FROM approval_words w WHERE w.approval_id = a.id) ORDER BY a.id DESC LIMIT $2",
        )
        .bind(before.map_or(Uuid::max(), ApprovalId::uuid))
        .bind(limit)
        .fetch_all(conn)
        .await
    })?;
    Ok(rows.into_iter().map(|(id,)| ApprovalId::from_uuid(id)).collect())
}

/// Indexes these approvals, those that are not yet. One that cannot be read keeps no other from being found.
pub async fn fill(tx: &mut Tx, approvals: &[ApprovalId]) -> Result<()> {
    for id in approvals {
        let stored = match approval::find(tx, *id).await {
            Ok(Some(stored)) => stored,
            Ok(None) => continue,
            Err(error @ StoreError::Inconsistent { .. }) => {
                tracing::warn!(%error, approval = %id, "an approval cannot be read, so that no search finds it");
                continue;
            }
            Err(error) => return Err(error.into()),
        };
        let decisions = decision::list_of_approval(tx, *id).await?;
        put(tx, *id, &text_of(*id, &stored.package, &decisions), Known::Kept).await?;
    }
    Ok(())
}

/// Adds the condition that the approval `a` meets a question.
pub(super) fn condition(question: &Question, is_sqlite: bool, to: &mut Statement) {
    if question.terms().is_empty() {
        to.push(" AND 1 = 0");
    } else if is_sqlite {
        to.push(
            " AND a.id IN (SELECT w.approval_id FROM approval_text t JOIN approval_words w ON w.seq = t.rowid \
             WHERE t.approval_text MATCH ",
        );
        to.bind(Bind::Text(matched(question))).push(")");
    } else {
        to.push(" AND a.id IN (SELECT w.approval_id FROM approval_words w WHERE w.words @@ CAST(CAST(");
        to.bind(Bind::Text(asked(question))).push(" AS TEXT) AS TSQUERY))");
    }
}

/// The words as SQLite is given them.
fn row(text: &Text) -> String {
    text.words().map(|word| word.unwrap_or(BORDER)).collect::<Vec<_>>().join(" ")
}

/// The words as PostgreSQL is given them: each with its places.
fn vector(text: &Text) -> String {
    let mut places: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for (place, word) in text.words().enumerate() {
        if let Some(word) = word {
            places.entry(word).or_default().push((place + 1).to_string());
        }
    }
    let lexemes = places.iter().map(|(word, places)| format!("'{word}':{}", places.join(",")));
    lexemes.collect::<Vec<_>>().join(" ")
}

/// A question in the words of FTS5: phrases in quotation marks, of which none holds one.
fn matched(question: &Question) -> String {
    let mut out = String::new();
    for (place, term) in question.terms().iter().enumerate() {
        let (and, open) = (if place == 0 { "" } else { " AND " }, if term.is_open { " *" } else { "" });
        // Writing to a String does not fail.
        let _ = write!(out, "{and}\"{}\"{open}", term.words.join(" "));
    }
    out
}

/// A question in the words of `tsquery`: quoted lexemes, of which none holds a quotation mark.
fn asked(question: &Question) -> String {
    let term = |term: &domain::search::Term| {
        let words: Vec<String> = term.words.iter().map(|word| format!("'{word}'")).collect();
        format!("({}{})", words.join(" <-> "), if term.is_open { ":*" } else { "" })
    };
    question.terms().iter().map(term).collect::<Vec<_>>().join(" & ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_is_no_part_of_a_query() {
        let question = Question::read("O'Brien\" NEAR(a, b) cust_4*");
        assert_eq!(matched(&question), "\"o brien\" AND \"near a b cust 4\"");
        assert_eq!(asked(&question), "('o' <-> 'brien') & ('near' <-> 'a' <-> 'b' <-> 'cust' <-> '4')");
        let open = Question::read("set cust_4");
        assert_eq!(matched(&open), "\"set\" AND \"cust 4\" *");
        assert_eq!(asked(&open), "('set') & ('cust' <-> '4':*)");
        let text = Text::of(["Set up", "set"]);
        assert_eq!(row(&text), "set up \u{b6} set \u{b6}");
        assert_eq!(vector(&text), "'set':1,4 'up':2");
    }
}
