//! The key that seals secrets: one a database, whoever comes first.

use domain::refusal::Code;
use server::{desk::vault::claim, vault::Vault};

use crate::support::{TestConsole, on_both};

async fn another_key_is_refused(console: TestConsole) {
    let database = &console.desk.database;
    let (own, other) = (Vault::new([7; 32]), Vault::new([8; 32]));
    claim(database, &own).await.expect("the first key is noted");
    claim(database, &own).await.expect("and known again");
    let refused = claim(database, &other).await.expect_err("another key");
    assert_eq!(refused.code(), Some(Code::Conflict));
    assert!(refused.to_string().contains("COUNTERSIGN_VAULT_KEY"), "{refused}");
}

async fn of_two_who_come_first_one_stays(console: TestConsole) {
    let database = &console.desk.database;
    let (one, two) = (Vault::new([1; 32]), Vault::new([2; 32]));
    let (first, second) = tokio::join!(claim(database, &one), claim(database, &two));
    assert_ne!(first.is_ok(), second.is_ok(), "{first:?} {second:?}");
}

on_both!(another_key_is_refused, of_two_who_come_first_one_stays);
