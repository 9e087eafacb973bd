//! What a call of the API takes and gives, declared together with its route. The OpenAPI document and the page that
//! shows it are made of this.

use domain::refusal::Code;
use schemars::{JsonSchema, Schema, SchemaGenerator};

/// Gives the schema of a type.
pub type SchemaOf = fn(&mut SchemaGenerator) -> Schema;

/// What one call takes and gives.
#[derive(Debug, Clone)]
pub struct Operation {
    /// The heading it stands under.
    pub group: &'static str,
    /// Its name for generated clients.
    pub id: &'static str,
    /// What it does, in a few words.
    pub summary: &'static str,
    /// What else one must know.
    pub notes: &'static str,
    /// Parameters in the path, the query and the headers.
    pub parameters: Vec<Parameter>,
    /// The body it takes.
    pub body: Option<Taken>,
    /// What it answers when it succeeds.
    pub answers: Vec<Given>,
    /// What it refuses, besides what every call of its kind does.
    pub refusals: Vec<Code>,
    /// Whether an `Idempotency-Key` makes a repeat harmless.
    pub is_repeatable: bool,
}

/// Where a parameter stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Place {
    /// In the path.
    Path,
    /// In the query string.
    Query,
    /// In a header.
    Header,
}

impl Place {
    /// The word of OpenAPI.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Path => "path",
            Self::Query => "query",
            Self::Header => "header",
        }
    }
}

/// A parameter.
#[derive(Debug, Clone)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// Where it stands.
    pub place: Place,
    /// What it means.
    pub meaning: &'static str,
    /// Its type.
    pub schema: SchemaOf,
}

/// A body that is taken.
#[derive(Debug, Clone)]
pub enum Taken {
    /// JSON of a type; fields the type does not have are refused.
    Json(SchemaOf),
    /// Text of another media type.
    Text(&'static str),
}

/// A successful answer.
#[derive(Debug, Clone)]
pub struct Given {
    /// The HTTP status.
    pub status: u16,
    /// What it means.
    pub meaning: &'static str,
    /// The type of its body; without one it is text of this media type.
    pub body: Body,
    /// A header that matters, and what it says.
    pub header: Option<(&'static str, &'static str)>,
}

/// The body of an answer.
#[derive(Debug, Clone)]
pub enum Body {
    /// JSON of a type.
    Json(SchemaOf),
    /// Text of a media type.
    Text(&'static str),
    /// Nothing.
    Nothing,
}

impl Operation {
    /// A call under a heading.
    pub const fn new(group: &'static str, id: &'static str, summary: &'static str) -> Self {
        Self {
            group,
            id,
            summary,
            notes: "",
            parameters: Vec::new(),
            body: None,
            answers: Vec::new(),
            refusals: Vec::new(),
            is_repeatable: false,
        }
    }

    /// What else one must know.
    #[must_use]
    pub const fn notes(mut self, notes: &'static str) -> Self {
        self.notes = notes;
        self
    }

    /// What varies in the path.
    #[must_use]
    pub fn path<T: JsonSchema>(self, name: &'static str, meaning: &'static str) -> Self {
        self.parameter::<T>(Place::Path, name, meaning)
    }

    /// A parameter of the query string.
    #[must_use]
    pub fn query<T: JsonSchema>(self, name: &'static str, meaning: &'static str) -> Self {
        self.parameter::<T>(Place::Query, name, meaning)
    }

    /// The parameters of a list: where the page begins and how long it is.
    #[must_use]
    pub fn paged(self) -> Self {
        self.query::<String>("cursor", "`next_cursor` of the page before; left out for the first.").limited()
    }

    /// How long a page is.
    #[must_use]
    pub fn limited(self) -> Self {
        self.query::<Limit>("limit", "The most items of a page.")
    }

    /// A header.
    #[must_use]
    pub fn header<T: JsonSchema>(self, name: &'static str, meaning: &'static str) -> Self {
        self.parameter::<T>(Place::Header, name, meaning)
    }

    fn parameter<T: JsonSchema>(mut self, place: Place, name: &'static str, meaning: &'static str) -> Self {
        self.parameters.push(Parameter { name, place, meaning, schema: SchemaGenerator::subschema_for::<T> });
        self
    }

    /// The JSON body.
    #[must_use]
    pub fn takes<T: JsonSchema>(mut self) -> Self {
        self.body = Some(Taken::Json(SchemaGenerator::subschema_for::<T>));
        self
    }

    /// A body that is not JSON.
    #[must_use]
    pub const fn takes_text(mut self, media_type: &'static str) -> Self {
        self.body = Some(Taken::Text(media_type));
        self
    }

    /// That an `Idempotency-Key` makes a repeat harmless.
    #[must_use]
    pub fn repeatable(self) -> Self {
        let meaning = "Up to 255 printable characters of your own. A repeat gets the stored answer; with another body \
            it is refused.";
        Self { is_repeatable: true, ..self.header::<String>("Idempotency-Key", meaning) }
    }

    /// An answer of JSON.
    #[must_use]
    pub fn gives<T: JsonSchema>(mut self, status: u16, meaning: &'static str) -> Self {
        let body = Body::Json(SchemaGenerator::subschema_for::<T>);
        self.answers.push(Given { status, meaning, body, header: None });
        self
    }

    /// An answer of text.
    #[must_use]
    pub fn gives_text(mut self, status: u16, media_type: &'static str, meaning: &'static str) -> Self {
        self.answers.push(Given { status, meaning, body: Body::Text(media_type), header: None });
        self
    }

    /// An answer without a body.
    #[must_use]
    pub fn gives_nothing(mut self, status: u16, meaning: &'static str) -> Self {
        self.answers.push(Given { status, meaning, body: Body::Nothing, header: None });
        self
    }

    /// A header of the last answer.
    #[must_use]
    pub fn with_header(mut self, name: &'static str, meaning: &'static str) -> Self {
        if let Some(given) = self.answers.last_mut() {
            given.header = Some((name, meaning));
        }
        self
    }

    /// What this call refuses, besides what every call of its kind does.
    #[must_use]
    pub fn refuses(mut self, codes: &[Code]) -> Self {
        self.refusals.extend(codes);
        self
    }
}

/// The length of a page.
struct Limit;

impl JsonSchema for Limit {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Limit".into()
    }

    fn inline_schema() -> bool {
        true
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        use domain::page::{DEFAULT_LIMIT, MAX_LIMIT};
        schemars::json_schema!({"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT})
    }
}
