//! Amounts of money: decimal texts, because numbers of JSON are not exact; and what several come to.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use crate::FieldError;

/// Digits before the point of an amount at the most.
const MAX_UNITS: usize = 15;
/// Digits after it: the most that a currency of ISO 4217 has.
const MAX_DECIMALS: usize = 4;

/// An amount of money.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Money {
    /// The amount as a decimal number, such as `"1840.00"`: a text, because numbers of JSON are not exact.
    pub amount: String,
    /// The three letters of ISO 4217, such as `EUR`.
    pub currency: String,
}

/// Whether an amount may be zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Least {
    /// It may.
    Zero,
    /// It is above; what to write instead of zero.
    Above(&'static str),
}

impl Money {
    /// Everything that is wrong with it; `at` is the JSON pointer of its place.
    pub(crate) fn faults(&self, at: &str, least: Least) -> Vec<FieldError> {
        let mut faults = Vec::new();
        let is_enough = matches!(least, Least::Zero) || self.amount.bytes().any(|digit| matches!(digit, b'1'..=b'9'));
        if !(is_decimal(&self.amount) && is_enough) {
            let (above, instead) = match least {
                Least::Zero => ("", String::new()),
                Least::Above(instead) => (" above 0", format!("; {instead}")),
            };
            let message = format!(
                "give a decimal number{above} as a text, such as \"1840.00\": at most {MAX_UNITS} digits, a point, at \
                 most {MAX_DECIMALS} decimals{instead}"
            );
            faults.push(FieldError::new(format!("{at}/amount"), message));
        }
        if self.currency.len() != 3 || !self.currency.bytes().all(|letter| letter.is_ascii_uppercase()) {
            let message = "give the three capital letters of the currency (ISO 4217), such as \"EUR\"";
            faults.push(FieldError::new(format!("{at}/currency"), message));
        }
        faults
    }

    /// Whether both are the same amount of the same currency, however many zeros are written.
    pub fn is_same(&self, other: &Self) -> bool {
        self.currency == other.currency && parts(&self.amount) == parts(&other.amount)
    }
}

impl fmt::Display for Money {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.amount, self.currency)
    }
}

/// What amounts come to: one for each currency, in the order of their letters, with as many decimals as the amount that
/// has the most. What is no amount counts nothing.
pub fn totals<'a>(amounts: impl IntoIterator<Item = &'a Money>) -> Vec<Money> {
    let mut sums = BTreeMap::<&str, (u128, usize)>::new();
    for money in amounts {
        let (sum, decimals) = sums.entry(&money.currency).or_default();
        *sum = sum.saturating_add(parts(&money.amount).unwrap_or_default());
        *decimals = (*decimals).max(money.amount.split_once('.').map_or(0, |(_, decimals)| decimals.len()));
    }
    let written = |(currency, (sum, decimals)): (&str, (u128, usize))| {
        let whole = sum / SCALE;
        let rest = format!("{:0width$}", sum % SCALE, width = MAX_DECIMALS);
        let rest = rest.get(..decimals.min(MAX_DECIMALS)).unwrap_or_default();
        let amount = if rest.is_empty() { whole.to_string() } else { format!("{whole}.{rest}") };
        Money { amount, currency: currency.to_owned() }
    };
    sums.into_iter().map(written).collect()
}

/// Ten to the power of [`MAX_DECIMALS`].
const SCALE: u128 = 10_000;

/// An amount in its smallest parts; `None` for what is no amount.
fn parts(amount: &str) -> Option<u128> {
    if !is_decimal(amount) {
        return None;
    }
    let (units, decimals) = amount.split_once('.').unwrap_or((amount, ""));
    let decimals: u128 = format!("{decimals:0<MAX_DECIMALS$}").parse().ok()?;
    Some(units.parse::<u128>().ok()? * SCALE + decimals)
}

/// A decimal number, written in one way only: no sign, no exponent, no needless zeros in front.
fn is_decimal(text: &str) -> bool {
    let (units, decimals) = text.split_once('.').unwrap_or((text, "0"));
    let are_digits = |digits: &str| !digits.is_empty() && digits.bytes().all(|digit| digit.is_ascii_digit());
    let is_plain = units == "0" || !units.starts_with('0');
    are_digits(units) && are_digits(decimals) && is_plain && units.len() <= MAX_UNITS && decimals.len() <= MAX_DECIMALS
}

#[cfg(test)]
mod tests {
    use super::*;

    fn eur(amount: &str) -> Money {
        Money { amount: amount.to_owned(), currency: "EUR".to_owned() }
    }

    #[test]
    fn amounts_have_one_way_to_be_written() {
        let above = Least::Above("or say null");
        for good in ["1840.00", "0.5", "0.0001", "1", "999999999999999.9999"] {
            assert_eq!(eur(good).faults("", above), [], "{good}");
        }
        for zero in ["0", "0.00"] {
            assert_eq!((eur(zero).faults("", above).len(), eur(zero).faults("", Least::Zero).len()), (1, 0), "{zero}");
        }
        for bad in [
            "",
            "-1",
            "+1",
            "1.",
            ".5",
            "01",
            "00.5",
            "1,00",
            "1.00001",
            "1e3",
            "1000000000000000",
            "1.0.0",
            " 1",
            "١",
            "NaN",
        ] {
            assert_eq!((eur(bad).faults("", above).len(), eur(bad).faults("", Least::Zero).len()), (1, 1), "{bad}");
        }
    }

    #[test]
    fn sums_are_exact_and_never_mix_currencies() {
        let usd = |amount: &str| Money { amount: amount.to_owned(), currency: "USD".to_owned() };
        let table: [(&[Money], &[&str]); 6] = [
            (&[], &[]),
            (&[usd("1040.00"), usd("800.00"), usd("2440.00")], &["4280.00 USD"]),
            (&[eur("0.1"), eur("0.2")], &["0.3 EUR"]),
            (&[usd("1"), eur("2.50"), usd("0.005")], &["2.50 EUR", "1.005 USD"]),
            (&[eur("999999999999999.9999"), eur("0.0001")], &["1000000000000000.0000 EUR"]),
            (&[eur("7"), eur("0")], &["7 EUR"]),
        ];
        for (amounts, sums) in table {
            let found: Vec<String> = totals(amounts).iter().map(ToString::to_string).collect();
            assert_eq!(found, sums, "{amounts:?}");
        }
        assert!(eur("4280").is_same(&eur("4280.00")) && !eur("4280").is_same(&usd("4280")));
        assert!(!eur("4280").is_same(&eur("4280.01")));
    }
}
