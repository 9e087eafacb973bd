//! The patterns of `matches`: compiled once, and bounded.
//!
//! The CEL crate compiles a pattern at every evaluation. Here the literal is replaced by a value that carries the
//! compiled form, and `matches` gets an overload for it.

use std::{any::Any, fmt, sync::Arc};

use cel::{
    Env, ExecutionError,
    common::{
        types::{CelBool, CelString, STRING_TYPE, Type},
        value::{CowVal, StaticVal, Val},
    },
};
use domain::field::bounded;

/// The longest pattern, in characters.
pub const MAX_PATTERN: usize = 200;
/// The longest text a pattern is tried on, in bytes: matching takes time in proportion to text times pattern.
const MAX_SUBJECT: usize = 10_000;

const PATTERN: Type = Type::new_unspecified_type("countersign.pattern");
static PATTERN_TYPE: Type = PATTERN;

/// A compiled pattern, cheap to clone.
#[derive(Clone)]
pub struct Pattern {
    is_found: Arc<dyn Fn(&str) -> bool + Send + Sync>,
}

impl Pattern {
    /// Compiles a pattern that may be found anywhere in a text, or says what is wrong with it.
    pub fn new(pattern: &str) -> Result<Self, String> {
        if pattern.chars().count() > MAX_PATTERN {
            return Err(format!("a pattern has at most {MAX_PATTERN} characters"));
        }
        let compiled = bounded(pattern).map_err(|error| error.to_string())?;
        Ok(Self { is_found: Arc::new(move |text| compiled.is_match(text)) })
    }
}

impl fmt::Debug for Pattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Pattern")
    }
}

impl Val for Pattern {
    fn get_type(&self) -> &Type {
        <Self as Val>::cel_type()
    }

    fn cel_type() -> &'static Type {
        &PATTERN_TYPE
    }

    fn clone_as_boxed<'v>(&self) -> Box<dyn Val + 'v>
    where
        Self: 'v,
    {
        Box::new(self.clone())
    }

    fn as_any(&self) -> Option<&dyn Any> {
        Some(self)
    }
}

impl StaticVal for Pattern {}

/// The environment every condition is evaluated in: the standard library, and `matches` with a compiled pattern.
pub fn environment() -> Env {
    let mut env = Env::stdlib();
    let declared = [
        env.add_member_overload("matches", "matches_pattern", STRING_TYPE, vec![PATTERN], matches),
        env.add_overload("matches", "matches_pattern_global", vec![STRING_TYPE, PATTERN], matches),
    ];
    // A clash is impossible: the type is ours. Were it possible, `matches` would find no overload and block.
    debug_assert!(declared.iter().all(Result::is_ok), "the overloads of matches clash");
    env
}

#[expect(clippy::needless_pass_by_value, reason = "the signature of an overload")]
fn matches<'b, 'v>(args: Vec<CowVal<'b, 'v>>) -> Result<CowVal<'b, 'v>, ExecutionError> {
    let text = args.first().and_then(|text| text.downcast_ref::<CelString<'_>>());
    let pattern = args.get(1).and_then(|pattern| pattern.downcast_ref::<Pattern>());
    let (Some(text), Some(pattern)) = (text, pattern) else {
        return Err(ExecutionError::function_error("matches", "expected a text and a pattern"));
    };
    if text.len() > MAX_SUBJECT {
        return Err(ExecutionError::function_error("matches", "the text is too long to be matched"));
    }
    Ok(CowVal::owned(CelBool::from((pattern.is_found)(text.inner()))))
}
