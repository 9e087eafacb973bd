//! Signatures of Standard Webhooks 1.0: HMAC-SHA256 over id, time and body.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use domain::Refusal;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha2::Sha256;

use crate::{error::StoreError, ids::Ids};

/// What every secret begins with, so that scanners of leaked secrets find it.
const PREFIX: &str = "whsec_";
/// Bytes of a key that is made here.
const BYTES: usize = 32;
/// Bytes a key may have.
const BOUNDS: std::ops::RangeInclusive<usize> = 24..=64;

/// The secret an endpoint and Countersign share.
#[derive(Clone)]
pub struct Secret(Vec<u8>);

impl std::fmt::Debug for Secret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Secret(…)")
    }
}

impl Secret {
    /// 256 bits nobody can guess.
    pub fn generate(ids: &Ids) -> Self {
        Self(ids.bytes::<BYTES>().to_vec())
    }

    /// Reads `whsec_` and base64.
    ///
    /// # Errors
    /// `invalid_field` of `secret`.
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let key = text.trim().strip_prefix(PREFIX).and_then(|key| STANDARD.decode(key).ok());
        key.filter(|key| BOUNDS.contains(&key.len())).map(Self).ok_or_else(|| {
            let (least, most) = (BOUNDS.start(), BOUNDS.end());
            Refusal::invalid("secret", format!("expected {PREFIX} and {least} to {most} bytes in base64"))
        })
    }

    /// The secret itself, for the one answer that shows it and for sealing.
    pub fn reveal(&self) -> String {
        format!("{PREFIX}{}", STANDARD.encode(&self.0))
    }

    /// The signature of what is sent.
    pub fn sign(&self, id: &str, timestamp: i64, body: &str) -> Result<String, StoreError> {
        let mac = Hmac::<Sha256>::new_from_slice(&self.0);
        let mut mac = mac.map_err(|_| StoreError::Unexpected("a secret does not fit HMAC".to_owned()))?;
        mac.update(format!("{id}.{timestamp}.{body}").as_bytes());
        Ok(format!("v1,{}", STANDARD.encode(mac.finalize().into_bytes())))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_published_example_is_signed_alike() {
        // The test vector of the Standard Webhooks reference libraries.
        let secret = Secret::parse("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw").expect("a secret");
        let signed = secret.sign("msg_p5jXN8AQM9LWM0D4loKWxJek", 1_614_265_330, r#"{"test": 2432232314}"#);
        assert_eq!(signed.expect("signed"), "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE=");
    }

    #[test]
    fn a_secret_is_whsec_and_enough_bytes() {
        let text = |bytes: usize| format!("{PREFIX}{}", STANDARD.encode(vec![7; bytes]));
        for bytes in [24, 32, 64] {
            assert_eq!(Secret::parse(&text(bytes)).expect("a secret").reveal(), text(bytes));
        }
        for bad in [text(23), text(65), STANDARD.encode([7; 32]), "whsec_é".to_owned(), String::new()] {
            assert!(Secret::parse(&bad).is_err(), "{bad}");
        }
    }
}
