//! JSON values as CEL values.

use std::collections::HashMap;

use cel::common::{
    types::{CelBool, CelDouble, CelInt, CelList, CelMap, CelMapKey, CelNull, CelString, CelTimestamp},
    value::Val,
};
use chrono::{DateTime, NaiveDate, NaiveTime};
use domain::{
    Time,
    field::{FieldType, MAX_LIST},
};
use serde_json::Value;

/// A value a condition works with, borrowing the JSON it came from.
pub type Boxed<'v> = Box<dyn Val + 'v>;

/// A value no condition can work with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum Unusable {
    /// Conditions iterate over lists, so they are bounded.
    #[error("a list has more than {MAX_LIST} items")]
    LongList,
    /// The text is not of the declared type.
    #[error("a value is not of its declared type")]
    IllTyped,
}

/// A value of a declared type: dates are midnight UTC, numbers are doubles however they were written.
pub fn typed(kind: FieldType, value: &Value) -> Result<Boxed<'_>, Unusable> {
    match kind {
        FieldType::Date => value.as_str().and_then(midnight).map(moment).ok_or(Unusable::IllTyped),
        FieldType::Datetime => {
            let parsed = value.as_str().and_then(|text| DateTime::parse_from_rfc3339(text).ok());
            parsed.map(|time| moment(time.to_utc())).ok_or(Unusable::IllTyped)
        }
        FieldType::Number => value.as_f64().map(|number| boxed(CelDouble::from(number))).ok_or(Unusable::IllTyped),
        FieldType::String | FieldType::Bool | FieldType::Integer | FieldType::List | FieldType::Object => plain(value),
    }
}

/// A value of no declared type.
pub fn plain(value: &Value) -> Result<Boxed<'_>, Unusable> {
    Ok(match value {
        Value::Null => boxed(CelNull),
        Value::Bool(flag) => boxed(CelBool::from(*flag)),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => boxed(CelInt::from(whole)),
            None => boxed(CelDouble::from(number.as_f64().ok_or(Unusable::IllTyped)?)),
        },
        Value::String(text) => boxed(CelString::from(text.as_str())),
        Value::Array(items) if items.len() > MAX_LIST => return Err(Unusable::LongList),
        Value::Array(items) => {
            let items: Vec<Boxed<'_>> = items.iter().map(plain).collect::<Result<_, _>>()?;
            boxed(CelList::from(items))
        }
        Value::Object(fields) if fields.len() > MAX_LIST => return Err(Unusable::LongList),
        Value::Object(fields) => {
            let entries = fields.iter().map(|(name, value)| Ok((key(name), plain(value)?)));
            map(entries.collect::<Result<_, _>>()?)
        }
    })
}

/// A map with these entries.
pub fn map<'v>(entries: HashMap<CelMapKey<'v>, Boxed<'v>>) -> Boxed<'v> {
    boxed(CelMap::from(entries))
}

/// A key of a map.
pub fn key(name: &str) -> CelMapKey<'_> {
    CelMapKey::String(CelString::from(name))
}

/// A text.
pub fn text(text: &str) -> Boxed<'_> {
    boxed(CelString::from(text))
}

/// A truth value.
pub fn truth<'v>(value: bool) -> Boxed<'v> {
    boxed(CelBool::from(value))
}

/// A timestamp.
pub fn moment<'v>(time: Time) -> Boxed<'v> {
    boxed(CelTimestamp::from(time.fixed_offset()))
}

/// Whether a value is converted as a whole before evaluation rather than at each reading.
pub const fn is_compound(value: &Value) -> bool {
    matches!(value, Value::Array(_) | Value::Object(_))
}

fn boxed<'v>(value: impl Val + 'v) -> Boxed<'v> {
    Box::new(value)
}

fn midnight(text: &str) -> Option<Time> {
    let day: NaiveDate = text.parse().ok()?;
    Some(day.and_time(NaiveTime::MIN).and_utc())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn days_are_midnight_and_numbers_are_doubles() {
        let day = json!("2026-11-21");
        let value = typed(FieldType::Date, &day).expect("a day");
        let time = value.downcast_ref::<CelTimestamp>().expect("a timestamp");
        assert_eq!(time.inner().to_rfc3339(), "2026-11-21T00:00:00+00:00");
        let five = json!(5);
        let value = typed(FieldType::Number, &five).expect("a number");
        assert_eq!(value.downcast_ref::<CelDouble>(), Some(&CelDouble::from(5.0)));
    }

    #[test]
    fn what_cannot_be_worked_with_is_refused() {
        let long = json!({"deep": [vec![0; MAX_LIST + 1]]});
        assert_eq!(plain(&long).err(), Some(Unusable::LongList));
        assert_eq!(typed(FieldType::Date, &json!("soon")).err(), Some(Unusable::IllTyped));
    }
}
