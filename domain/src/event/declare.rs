//! How events are declared: one line a kind, from which the type and the list of kinds are made.

/// Declares the events with their kinds.
macro_rules! events {
    ($($(#[$doc:meta])* $variant:ident = $kind:literal { $($field:ident: $type:ty,)* },)*) => {
        tagged! {
            "Event", "kind", "kind@";
            /// An entry of the audit log: its kind and payload.
            #[derive(Debug, Clone, PartialEq, Serialize)]
            #[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
            #[serde(tag = "kind")]
            #[expect(missing_docs, reason = "the fields say what they are in the words of the glossary")]
            pub enum Event { $($(#[$doc])* #[serde(rename = $kind)] $variant { $($field: $type,)* },)* }
        }

        impl Event {
            /// Every kind there is.
            pub const KINDS: &'static [&'static str] = &[$($kind,)*];

            /// The kind of this event.
            pub const fn kind(&self) -> &'static str {
                match self { $(Self::$variant { .. } => $kind,)* }
            }
        }
    };
}
