//! Addresses with a query: filters and pages are part of the URL, so that a link says everything.

use std::fmt::{self, Write as _};

/// A path with named values, in the order they were given.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Address {
    path: String,
    values: Vec<(&'static str, String)>,
}

impl Address {
    /// A path without values.
    pub fn new(path: impl Into<String>) -> Self {
        Self { path: path.into(), values: Vec::new() }
    }

    /// The same with this value; an absent one is left out.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: Option<impl Into<String>>) -> Self {
        self.values.retain(|(known, _)| *known != name);
        self.values.extend(value.map(|value| (name, value.into())));
        self
    }

    /// The same without this value.
    #[must_use]
    pub fn without(self, name: &'static str) -> Self {
        self.with(name, None::<String>)
    }

    /// The same values at another path.
    #[must_use]
    pub fn at(mut self, path: impl Into<String>) -> Self {
        self.path = path.into();
        self
    }

    /// The path alone.
    pub fn path(&self) -> &str {
        &self.path
    }

    /// The values, for a form that keeps them.
    pub fn values(&self) -> &[(&'static str, String)] {
        &self.values
    }
}

impl fmt::Display for Address {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.path)?;
        for (place, (name, value)) in self.values.iter().enumerate() {
            write!(f, "{}{name}={}", if place == 0 { '?' } else { '&' }, encoded(value))?;
        }
        Ok(())
    }
}

/// Everything but letters, digits and `-_.~` in percent form: the same on the server and in the browser.
fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            // Writing to a String does not fail.
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::Address;

    #[test]
    fn values_are_set_replaced_and_left_out() {
        let all = Address::new("/runs").with("status", Some("failed")).with("subject", Some("a&b=ü c"));
        assert_eq!(all.to_string(), "/runs?status=failed&subject=a%26b%3D%C3%BC%20c");
        assert_eq!(all.clone().without("subject").to_string(), "/runs?status=failed");
        assert_eq!(
            all.with("status", Some("active")).at("/x").to_string(),
            "/x?subject=a%26b%3D%C3%BC%20c&status=active"
        );
        assert_eq!(Address::new("/runs").with("status", None::<String>).to_string(), "/runs");
    }
}
