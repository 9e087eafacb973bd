//! A statement that is put together from the conditions that are set.

use std::fmt::Write as _;

use domain::Time;
use uuid::Uuid;

/// A value of a statement.
pub enum Bind {
    /// An id.
    Uuid(Uuid),
    /// Text.
    Text(String),
    /// A number.
    Number(i64),
    /// A time.
    Time(Time),
    /// An id, or none.
    MaybeUuid(Option<Uuid>),
    /// Yes or no.
    Flag(bool),
}

/// A statement that is put together.
pub struct Statement {
    /// Its text.
    pub sql: String,
    /// Its values, in order.
    pub binds: Vec<Bind>,
}

impl Statement {
    /// Begins with this text.
    pub const fn new(sql: String) -> Self {
        Self { sql, binds: Vec::new() }
    }

    /// Adds text.
    pub fn push(&mut self, sql: &str) -> &mut Self {
        self.sql.push_str(sql);
        self
    }

    /// Adds a value.
    pub fn bind(&mut self, value: Bind) -> &mut Self {
        self.binds.push(value);
        // Writing to a String does not fail.
        let _ = write!(self.sql, "${}", self.binds.len());
        self
    }
}

/// Runs a put together statement with its values.
macro_rules! bound {
    ($start:expr, $binds:expr) => {{
        let mut query = $start;
        for value in $binds {
            query = match value {
                $crate::store::statement::Bind::Uuid(value) => query.bind(value),
                $crate::store::statement::Bind::Text(value) => query.bind(value),
                $crate::store::statement::Bind::Number(value) => query.bind(value),
                $crate::store::statement::Bind::Time(value) => query.bind(value),
                $crate::store::statement::Bind::MaybeUuid(value) => query.bind(value),
                $crate::store::statement::Bind::Flag(value) => query.bind(value),
            };
        }
        query
    }};
}
pub(super) use bound;
