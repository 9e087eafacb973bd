//! Enums whose variant is named in a field beside its own: `{"state": "queued", "at": …}`.

/// Declares such an enum. Readers of JSON get what serde derives for `tag`. That reader keeps a copy of all it has
/// read, and its code is large, which a browser would have to load: a reader that is not for humans gets an ordinary
/// enum instead, called `<field>@`, and finds the variant's name in that field itself.
#[macro_export]
macro_rules! tagged {
    (
        $own:literal, $tag:literal, $marked:literal;
        $(#[$meta:meta])*
        pub enum $name:ident { $($variants:tt)* }
    ) => {
        $(#[$meta])*
        pub enum $name { $($variants)* }

        const _: () = {
            #[derive(serde::Deserialize)]
            #[serde(remote = $own, tag = $tag, rename_all = "snake_case")]
            enum Tagged { $($variants)* }

            #[derive(serde::Deserialize)]
            #[serde(remote = $own, rename = $marked, rename_all = "snake_case")]
            enum Marked { $($variants)* }

            impl<'de> serde::Deserialize<'de> for $name {
                fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                    if deserializer.is_human_readable() {
                        Tagged::deserialize(deserializer)
                    } else {
                        Marked::deserialize(deserializer)
                    }
                }
            }
        };
    };
}
