//! The list from which the server learns the assets' names.

use serde_json::json;

/// The two families the console is set in.
#[derive(Default)]
pub struct Fonts {
    pub inter: String,
    pub mono: String,
    /// Name in `public/fonts` and name in the site, for the style sheet's `url()`.
    pub names: Vec<(String, String)>,
}

/// Names of files below `/assets/`.
#[derive(Default)]
pub struct Manifest {
    pub css: String,
    pub js: String,
    pub wasm: String,
    pub icons: Icons,
    pub fonts: Fonts,
    pub favicon: String,
}

/// The sprite keeps its name, because pages name it; the version tells whether it changed.
#[derive(Default)]
pub struct Icons {
    pub name: String,
    pub version: String,
}

impl Manifest {
    pub fn to_json(&self) -> String {
        let manifest = json!({
            "css": self.css,
            "js": self.js,
            "wasm": self.wasm,
            "icons": self.icons.name,
            "icons_version": self.icons.version,
            "fonts": { "inter": self.fonts.inter, "mono": self.fonts.mono },
            "favicon": self.favicon,
        });
        format!("{manifest:#}\n")
    }
}
