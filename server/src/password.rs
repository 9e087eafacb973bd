//! Passwords: what makes a good one, and Argon2id on a bounded pool, so that a storm of sign-ins cannot take the machine.

use std::sync::Arc;

use argon2::{Argon2, Params, PasswordHasher as _, PasswordVerifier as _};
use domain::{Digest, Refusal, refusal::Code};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

use crate::error::{Error, Result, StoreError};

/// The fewest characters (there is no second factor yet).
pub const FEWEST: usize = 15;
/// The most characters.
pub const MOST: usize = 256;
/// Characters that must be left when what everybody knows about a person is taken away.
const FEWEST_OF_OWN: usize = 8;
/// Different characters at the least.
const FEWEST_DIFFERENT: usize = 5;
/// Hashes computed at once: each takes 46 MiB and a core.
const AT_ONCE: usize = 2;
/// How far a hash stands back behind everything else, as `nice` counts.
#[cfg(target_os = "linux")]
const NICE: i32 = 10;
/// Hashes that may wait for their turn.
const WAITING: usize = 32;

/// Long passwords that head the lists of leaked ones, without blanks. Shorter ones are refused by length.
const COMMON: &str = "\
    123456789012345 1234567890123456 12345678901234567 123456789012345678 1234567890123456789 \
    12345678901234567890 01234567890123456789 123456789123456789 098765432109876 0987654321098765 \
    qwertyuiopasdfgh qwertyuiopasdfghjkl qwertyuiopasdfghjklzxcvbnm qwertyuiop123456 qwerty123456789 \
    1q2w3e4r5t6y7u8i 1q2w3e4r5t6y7u8i9o0p 1qaz2wsx3edc4rfv 1qaz2wsx3edc4rfv5tgb zaq12wsxcde34rfv \
    qazwsxedcrfvtgb asdfghjklqwertyuiop zxcvbnmasdfghjkl abcdefghijklmno abcdefghijklmnop \
    abcdefghijklmnopqrstuvwxyz abc123abc123abc passwordpassword password12345678 password123456789 \
    passw0rdpassw0rd letmeinletmein123 adminadminadmin administrator123 administrator1234 iloveyouiloveyou \
    welcomewelcome123 changemechangeme changeme12345678 correcthorsebatterystaple thisisapassword \
    thisismypassword mypasswordispassword nopasswordneeded";

/// A password as it was typed. It is shown nowhere.
#[derive(Clone, PartialEq, Eq)]
pub struct Password(String);

impl Password {
    /// What was typed.
    pub fn new(typed: impl Into<String>) -> Self {
        Self(typed.into())
    }

    /// Whether it may become somebody's password.
    ///
    /// # Errors
    /// `invalid_field`, saying what to do.
    pub fn check(&self, email: &str, name: &str) -> Result<(), Refusal> {
        let length = self.0.chars().count();
        if !(FEWEST..=MOST).contains(&length) {
            let message = format!("Use {FEWEST} to {MOST} characters. Several words in a row are easy to remember.");
            return Err(Refusal::invalid("password", message));
        }
        let lower = self.0.to_lowercase();
        let mut different: Vec<char> = lower.chars().collect();
        different.sort_unstable();
        different.dedup();
        let is_common = COMMON.split(' ').any(|common| common == lower.replace(' ', ""));
        if is_common || different.len() < FEWEST_DIFFERENT {
            return Err(Refusal::invalid(
                "password",
                "This password is on the lists that attackers try first. Use another.",
            ));
        }
        let (email, name) = (email.to_lowercase(), name.to_lowercase());
        let local = email.split('@').next().unwrap_or_default();
        let known = [email.as_str(), name.as_str(), local, "countersign", "password"].into_iter();
        let own = known
            .chain(name.split_whitespace())
            .filter(|word| word.chars().count() >= 3)
            .fold(lower.clone(), |left, word| left.replace(word, ""));
        if own.chars().count() < FEWEST_OF_OWN {
            return Err(Refusal::invalid("password", "Use a password that is not made of your name or email."));
        }
        Ok(())
    }
}

impl std::fmt::Debug for Password {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Password(…)")
    }
}

/// A hash with its parameters and salt, as a PHC string.
#[derive(Clone, PartialEq, Eq)]
pub struct PasswordHash(String);

impl PasswordHash {
    /// The hash as it was stored.
    pub fn from_stored(text: &str) -> Self {
        Self(text.to_owned())
    }

    /// The PHC string.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a session remembers of the password it was begun with: another password, another mark.
    pub fn mark(&self) -> Digest {
        Digest::of("password-mark/v1", self.0.as_bytes())
    }
}

impl std::fmt::Debug for PasswordHash {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("PasswordHash(…)")
    }
}

/// A place among those who wait for their hash.
#[derive(Debug)]
pub struct Admission(OwnedSemaphorePermit);

/// Computes and checks hashes, two at once.
#[derive(Clone)]
pub struct Passwords {
    params: Params,
    running: Arc<Semaphore>,
    admitted: Arc<Semaphore>,
}

impl Default for Passwords {
    fn default() -> Self {
        Self::new()
    }
}

impl Passwords {
    /// Argon2id with 46 MiB in one pass.
    pub fn new() -> Self {
        Self::with_cost(46 * 1_024, 1)
    }

    /// Argon2id with as little memory as it allows: for tests, which store nobody's password.
    pub fn cheap() -> Self {
        Self::with_cost(8, 1)
    }

    fn with_cost(kibibytes: u32, passes: u32) -> Self {
        let params = Params::new(kibibytes, passes, 1, None).unwrap_or_default();
        Self {
            params,
            running: Arc::new(Semaphore::new(AT_ONCE)),
            admitted: Arc::new(Semaphore::new(AT_ONCE + WAITING)),
        }
    }

    /// Takes a place in the queue.
    ///
    /// # Errors
    /// `too_many` when more wait than the pool admits.
    pub fn admit(&self) -> Result<Admission> {
        let refused = |_| Refusal::new(Code::TooMany, "Too many people sign in at this moment. Try again shortly.");
        Ok(self.admitted.clone().try_acquire_owned().map(Admission).map_err(refused)?)
    }

    /// Hashes a password with a salt nobody else has.
    ///
    /// # Errors
    /// `too_many` when more wait than the pool admits.
    pub async fn hash(&self, password: Password, salt: [u8; 16]) -> Result<PasswordHash> {
        let argon2 = Argon2::from(&self.params);
        let hashed =
            self.compute(self.admit()?, move || argon2.hash_password_with_salt(password.0.as_bytes(), &salt)).await?;
        let hashed = hashed.map_err(|error| StoreError::Unexpected(format!("password hash: {error}")))?;
        Ok(PasswordHash(hashed.to_string()))
    }

    /// Whether a password belongs to a hash. For nobody's hash the same work is done, and the answer is no.
    pub async fn verify(&self, admission: Admission, password: Password, hash: Option<&PasswordHash>) -> Result<bool> {
        let expected = hash.map_or_else(|| self.nobody(), |hash| hash.0.clone());
        let argon2 = Argon2::from(&self.params);
        let verified = self
            .compute(admission, move || argon2.verify_password(password.0.as_bytes(), expected.as_str()).is_ok())
            .await?;
        Ok(verified && hash.is_some())
    }

    /// A hash of today's cost that no password has.
    fn nobody(&self) -> String {
        let (m, t, p) = (self.params.m_cost(), self.params.t_cost(), self.params.p_cost());
        let (salt, output) = ("A".repeat(22), "A".repeat(43));
        format!("$argon2id$v=19$m={m},t={t},p={p}${salt}${output}")
    }

    async fn compute<T: Send + 'static>(
        &self,
        admission: Admission,
        work: impl FnOnce() -> T + Send + 'static,
    ) -> Result<T> {
        let stopped = |_| Error::unavailable("The server is stopping.");
        let running = self.running.clone().acquire_owned().await.map_err(stopped)?;
        let (reply, computed) = oneshot::channel();
        let hashing = move || {
            let_others_go_first();
            let result = work();
            // The permits go with the work: a caller who leaves does not make room before it is done.
            drop((running, admission.0));
            // Whoever left is not told.
            drop(reply.send(result));
        };
        let broken = |why: &dyn std::fmt::Display| StoreError::Unexpected(format!("password hash: {why}"));
        // A thread of its own, because its priority cannot be raised again.
        std::thread::Builder::new().name("password".to_owned()).spawn(hashing).map_err(|error| broken(&error))?;
        computed.await.map_err(|error| broken(&error).into())
    }
}

/// Lets the scheduler prefer gates, whom a storm of sign-ins would else take both cores of a small machine.
fn let_others_go_first() {
    // Of this thread alone.
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "hashing is as urgent as everything else");
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_makes_a_password() {
        let check = |text: &str| Password::new(text).check("maria.silva@bank.example", "Maria Silva").is_ok();
        assert!(check("orchard lantern seven"));
        assert!(check(&"ünïcödé wörds ".repeat(5)));
        for bad in [
            "short but good",
            "correct horse battery staple",
            "passwordpassword",
            "PasswordPassword",
            "aaaaaaaaaaaaaaaaaaaa",
            "abababababababababab",
            "maria.silva@bank.example",
            "MariaSilva12345",
            "countersign2026",
            &"x y".repeat(100),
        ] {
            assert!(!check(bad), "{bad}");
        }
    }

    #[tokio::test]
    async fn a_password_is_known_by_its_hash() -> Result<()> {
        let passwords = Passwords::cheap();
        let good = || Password::new("orchard lantern seven");
        let hash = passwords.hash(good(), [7; 16]).await?;
        assert!(hash.as_str().starts_with("$argon2id$v=19$m=8,t=1,p=1$"));
        let other = PasswordHash::from_stored("not a hash");
        for (password, hash, belongs) in [
            (good(), Some(&hash), true),
            (Password::new("orchard lantern eight"), Some(&hash), false),
            (good(), None, false),
            (good(), Some(&other), false),
        ] {
            assert_eq!(passwords.verify(passwords.admit()?, password, hash).await?, belongs);
        }
        assert!(!format!("{:?} {hash:?}", good()).contains("lantern"));
        Ok(())
    }

    #[cfg(target_os = "linux")]
    #[tokio::test]
    async fn a_hash_stands_back_behind_everything_else() -> Result<()> {
        // The fields after the name in brackets: the 17th is the thread's nice value.
        let nice = || {
            let stat = std::fs::read_to_string("/proc/thread-self/stat").expect("Linux");
            let after_name = stat.rsplit_once(") ").expect("a name").1;
            after_name.split(' ').nth(16).expect("nice").parse::<i32>().expect("a number")
        };
        let (passwords, before) = (Passwords::cheap(), nice());
        assert_eq!(passwords.compute(passwords.admit()?, nice).await?, (before + NICE).min(19));
        assert_eq!(nice(), before, "nobody else stands back");
        Ok(())
    }

    #[test]
    fn nobodys_hash_costs_as_much_as_anybodys() {
        let nobody = Passwords::new().nobody();
        assert!(nobody.starts_with("$argon2id$v=19$m=47104,t=1,p=1$"));
        let parsed = argon2::password_hash::phc::PasswordHash::new(&nobody).expect("a PHC string");
        assert!(parsed.salt.is_some() && parsed.hash.is_some_and(|hash| hash.len() == 32));
    }

    #[test]
    fn the_pool_turns_away_what_it_cannot_admit() {
        let passwords = Passwords::cheap();
        let mut held: Vec<_> = (0..AT_ONCE + WAITING).map(|_| passwords.admit().expect("room")).collect();
        assert_eq!(passwords.admit().expect_err("no room").code(), Some(Code::TooMany));
        held.pop();
        assert!(passwords.admit().is_ok());
    }
}
