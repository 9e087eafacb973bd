//! Every reason to say no that a caller can act on.

use serde::{Deserialize, Serialize};

/// Declares the stable codes with the HTTP status each carries.
macro_rules! codes {
    ($($(#[$doc:meta])* $variant:ident = $status:literal $word:literal $title:literal,)*) => {
        /// The stable `code` of a refusal.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
        #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
        #[serde(rename_all = "snake_case")]
        pub enum Code { $($(#[$doc])* $variant,)* }

        impl Code {
            /// Every code.
            pub const ALL: &'static [Self] = &[$(Self::$variant,)*];

            /// The HTTP status that says the same.
            pub const fn status(self) -> u16 {
                match self { $(Self::$variant => $status,)* }
            }

            /// The word on the wire.
            pub const fn as_str(self) -> &'static str {
                match self { $(Self::$variant => $word,)* }
            }

            /// What it means, in a few words that never change.
            pub const fn title(self) -> &'static str {
                match self { $(Self::$variant => $title,)* }
            }
        }
    };
}

codes! {
    /// The body is not JSON that has one reading.
    MalformedJson = 400 "malformed_json" "Malformed JSON",
    /// A query parameter or header cannot be read.
    MalformedRequest = 400 "malformed_request" "Malformed request",
    /// No key or session, or one that is unknown, expired or revoked.
    NotSignedIn = 401 "not_signed_in" "Not signed in",
    /// The key lacks the scope, or the person the role.
    WrongScope = 403 "wrong_scope" "Not allowed for this key or role",
    /// Only keys of systems of record write facts.
    FactsNeedSystemScope = 403 "facts_need_system_scope" "Facts need the system scope",
    /// The person does not belong to a group that may decide this.
    NotEntitled = 403 "not_entitled" "Not entitled to decide",
    /// The person asked for it, or owns the agent that did.
    SelfApproval = 403 "self_approval" "Own requests are decided by others",
    /// The request came from another site.
    CrossOrigin = 403 "cross_origin" "Request from another origin",
    /// Nothing by that name, or nothing the caller may see.
    NotFound = 404 "not_found" "Not found",
    /// The path exists, the method does not.
    MethodNotAllowed = 405 "method_not_allowed" "Method not allowed",
    /// The approval has its final status already.
    AlreadyDecided = 409 "already_decided" "Already decided",
    /// The person has voted on this revision already, differently.
    AlreadyVoted = 409 "already_voted" "Already voted on this revision",
    /// The seat the person was to fill is taken.
    SeatTaken = 409 "seat_taken" "Seat taken",
    /// A condition no longer holds.
    ConditionsChanged = 409 "conditions_changed" "Conditions changed",
    /// What a stage needs before it is entered is not recorded.
    EntryConditionsUnmet = 409 "entry_conditions_unmet" "Entry conditions unmet",
    /// What a stage is there for is not recorded.
    ExitCriteriaUnmet = 409 "exit_criteria_unmet" "Exit criteria unmet",
    /// The stage is not where this move begins.
    WrongStage = 409 "wrong_stage" "Not at this stage",
    /// The step is not where this move begins, or one before it is not verified.
    WrongStep = 409 "wrong_step" "Not at this step",
    /// The time to decide is over.
    Expired = 409 "expired" "Expired",
    /// Whoever asked took the approval back.
    Cancelled = 409 "cancelled" "Cancelled",
    /// The approval was given, and taken back.
    Revoked = 409 "revoked" "Taken back",
    /// A call has used the approval.
    AlreadyUsed = 409 "already_used" "Already used",
    /// A question is open; it is answered first.
    InformationRequested = 409 "information_requested" "Information was requested",
    /// The version waits for a second administrator, or was declined.
    NotInForce = 409 "not_in_force" "The version is not in force",
    /// The run has ended.
    RunEnded = 409 "run_ended" "The run has ended",
    /// The workflow has no policy for approvals an agent asks for itself.
    RequestsNotTaken = 409 "requests_not_taken" "The workflow takes no requests",
    /// Somebody else has claimed the approval.
    Claimed = 409 "claimed" "Claimed by somebody else",
    /// Somebody changed the record meanwhile.
    Conflict = 409 "conflict" "Changed meanwhile",
    /// The first request with this idempotency key is still running.
    StillRunning = 409 "still_running" "Still running",
    /// A runner's lease is over, or another's.
    LeaseLost = 409 "lease_lost" "The lease is over",
    /// The move is not possible from here.
    IllegalMove = 409 "illegal_move" "Not possible in this state",
    /// Nobody could administer afterwards.
    LastAdministrator = 409 "last_administrator" "The last administrator",
    /// People do not bar themselves.
    OwnAccess = 409 "own_access" "Own access is ended by others",
    /// The package has a newer revision.
    StaleRevision = 412 "stale_revision" "Stale revision",
    /// The body is too large.
    TooLarge = 413 "too_large" "Body too large",
    /// The body is of another media type.
    UnsupportedMediaType = 415 "unsupported_media_type" "Unsupported media type",
    /// A field the call does not know.
    UnknownField = 422 "unknown_field" "Unknown field",
    /// A field is missing, ill-typed or out of range.
    InvalidField = 422 "invalid_field" "Invalid field",
    /// A workflow definition has errors.
    InvalidWorkflow = 422 "invalid_workflow" "Invalid workflow definition",
    /// The approvals cannot be decided together.
    BulkRefused = 422 "bulk_refused" "Not to be decided together",
    /// The policy asks for a reason code or notes.
    ReasonRequired = 422 "reason_required" "Reason required",
    /// The policy asks for an electronic signature.
    SignatureRequired = 422 "signature_required" "Signature required",
    /// The signature is used, over, another's, or was given for another decision.
    SignatureInvalid = 422 "signature_invalid" "Signature not valid for this decision",
    /// The decision was made on another package.
    DigestMismatch = 422 "digest_mismatch" "Digest mismatch",
    /// The same idempotency key came with another body.
    IdempotencyMismatch = 422 "idempotency_mismatch" "Idempotency key used with another body",
    /// Neither `If-Match` nor `revision` was given.
    RevisionRequired = 428 "revision_required" "Revision required",
    /// Too many at once.
    TooMany = 429 "too_many" "Too many requests",
    /// The write queue is full, or the database is out of reach.
    Unavailable = 503 "unavailable" "Unavailable",
}

/// One field that is wrong, and why.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
pub struct FieldError {
    /// JSON pointer, or dotted path in YAML.
    pub path: String,
    /// What is wrong and what would be right.
    pub message: String,
    /// Line in a YAML text, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub line: Option<u32>,
    /// Column in a YAML text, from 1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub column: Option<u32>,
    /// A machine-readable word, where one helps (`not_supported_yet`, `unknown_key`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
}

impl FieldError {
    /// A field error without a place in a text.
    pub fn new(path: impl Into<String>, message: impl Into<String>) -> Self {
        Self { path: path.into(), message: message.into(), line: None, column: None, code: None }
    }
}

/// A refusal: what happened, what did not, and what to do.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[error("{message}")]
pub struct Refusal {
    /// The stable code.
    pub code: Code,
    /// A sentence for the reader of the answer.
    pub message: String,
    /// The fields that are wrong.
    #[serde(default)]
    pub errors: Vec<FieldError>,
    /// More members of the problem document (`winner`, `decided_at`, `current_revision` …).
    #[serde(default)]
    pub extra: serde_json::Map<String, serde_json::Value>,
}

impl Refusal {
    /// A refusal with this code and sentence.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), errors: Vec::new(), extra: serde_json::Map::new() }
    }

    /// 400: the body cannot be read.
    pub fn malformed_json(message: impl Into<String>) -> Self {
        Self::new(Code::MalformedJson, message)
    }

    /// 404: nothing by that name, in the same words whether it exists or not.
    pub fn not_found(what: &str) -> Self {
        Self::new(Code::NotFound, format!("There is no such {what}, or this key may not see it."))
    }

    /// 422: one field is wrong.
    pub fn invalid(path: impl Into<String>, message: impl Into<String>) -> Self {
        let message = message.into();
        let mut refusal = Self::new(Code::InvalidField, message.clone());
        refusal.errors.push(FieldError::new(path, message));
        refusal
    }

    /// Adds the fields that are wrong.
    #[must_use]
    pub fn with_errors(mut self, errors: Vec<FieldError>) -> Self {
        self.errors = errors;
        self
    }

    /// Adds a member to the problem document.
    #[must_use]
    pub fn with(mut self, name: &str, value: impl Into<serde_json::Value>) -> Self {
        self.extra.insert(name.to_owned(), value.into());
        self
    }
}

#[cfg(test)]
mod tests;
