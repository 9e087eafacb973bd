//! The console's built files: content-hashed, compressed when they were built, served from memory for good.

use std::{collections::HashMap, path::Path, sync::Arc};

use axum::{
    body::Bytes,
    extract::{Path as Segment, State},
    http::{HeaderMap, HeaderValue, StatusCode, header},
    response::{IntoResponse, Response},
};
use serde::Deserialize;

use super::AppState;

/// The icon sprite.
const ICONS: &str = "icons.svg";

/// The built console.
#[derive(Clone, Default)]
pub struct Site {
    files: Arc<HashMap<String, Bytes>>,
    paths: app::desk::Assets,
}

/// A built console that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum SiteError {
    /// A file cannot be read.
    #[error("{path}: {error}; run `cargo xtask build` first, or name the built console with --site")]
    Unreadable {
        /// The file.
        path: String,
        /// Why.
        error: std::io::Error,
    },
    /// The manifest is not one that the build writes.
    #[error("manifest.json of the built console: {0}")]
    Manifest(#[from] serde_json::Error),
}

#[derive(Deserialize)]
struct Manifest {
    css: String,
    js: String,
    wasm: String,
    favicon: String,
    fonts: Fonts,
}

#[derive(Deserialize)]
struct Fonts {
    inter: String,
}

#[cfg(feature = "embed")]
#[derive(rust_embed::Embed)]
#[folder = "../target/site"]
struct Embedded;

/// Says to the compiler that the embedded files are others now; the build sets it.
#[cfg(feature = "embed")]
const _: Option<&str> = option_env!("COUNTERSIGN_SITE_DIGEST");

impl Site {
    /// The console inside the binary, if it was built with it.
    #[cfg(feature = "embed")]
    pub fn embedded() -> Option<Result<Self, SiteError>> {
        let read = |name: std::borrow::Cow<'static, str>| {
            let data = Embedded::get(&name)?.data;
            Some((name.into_owned(), Bytes::from(data.into_owned())))
        };
        Some(Self::new(Embedded::iter().filter_map(read).collect()))
    }

    /// The console inside the binary, if it was built with it.
    #[cfg(not(feature = "embed"))]
    pub const fn embedded() -> Option<Result<Self, SiteError>> {
        None
    }

    /// The console built into a folder.
    pub fn read(folder: &Path) -> Result<Self, SiteError> {
        let unreadable = |path: &Path| {
            let path = path.display().to_string();
            move |error| SiteError::Unreadable { path, error }
        };
        let mut files = HashMap::new();
        for entry in std::fs::read_dir(folder).map_err(unreadable(folder))? {
            let path = entry.map_err(unreadable(folder))?.path();
            let Some(name) = path.file_name().and_then(|name| name.to_str()).map(str::to_owned) else { continue };
            if path.is_file() {
                files.insert(name, Bytes::from(std::fs::read(&path).map_err(unreadable(&path))?));
            }
        }
        Self::new(files)
    }

    /// Lets pages load themselves again when another server has taken this one's place.
    #[cfg(debug_assertions)]
    #[must_use]
    pub fn reloading(mut self) -> Self {
        self.paths.reload = Some(super::dev::SCRIPT_PATH.to_owned());
        self
    }

    fn new(files: HashMap<String, Bytes>) -> Result<Self, SiteError> {
        let empty = Bytes::new();
        let manifest: Manifest = serde_json::from_slice(files.get("manifest.json").unwrap_or(&empty))?;
        let at = |name: String| format!("/assets/{name}");
        let paths = app::desk::Assets {
            css: at(manifest.css),
            js: at(manifest.js),
            wasm: at(manifest.wasm),
            font: at(manifest.fonts.inter),
            favicon: at(manifest.favicon),
            reload: None,
        };
        Ok(Self { files: Arc::new(files), paths })
    }

    /// Where the files are served.
    pub const fn paths(&self) -> &app::desk::Assets {
        &self.paths
    }
}

/// `GET /assets/{file}`.
pub async fn serve(State(state): State<AppState>, Segment(name): Segment<String>, headers: HeaderMap) -> Response {
    let site = &state.site;
    let accepted = headers.get(header::ACCEPT_ENCODING).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let encodings = [("br", ".br"), ("gzip", ".gz")];
    let compressed = encodings.iter().filter(|(word, _)| accepted.contains(word)).find_map(|(word, ending)| {
        let bytes = site.files.get(&format!("{name}{ending}"))?;
        Some((Some(*word), bytes.clone()))
    });
    let is_public = content_type(&name).is_some();
    let found = compressed.or_else(|| site.files.get(&name).map(|bytes| (None, bytes.clone()))).filter(|_| is_public);
    let (Some((encoding, bytes)), Some(kind)) = (found, content_type(&name)) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut response = bytes.into_response();
    let answer = response.headers_mut();
    answer.insert(header::CONTENT_TYPE, HeaderValue::from_static(kind));
    // The sprite alone has a name that outlives its content.
    let kept = if name == ICONS { "public, max-age=3600" } else { "public, max-age=31536000, immutable" };
    answer.insert(header::CACHE_CONTROL, HeaderValue::from_static(kept));
    answer.insert(header::VARY, HeaderValue::from_static("accept-encoding"));
    if let Some(encoding) = encoding {
        answer.insert(header::CONTENT_ENCODING, HeaderValue::from_static(encoding));
    }
    response
}

fn content_type(name: &str) -> Option<&'static str> {
    let (_, ending) = name.rsplit_once('.')?;
    Some(match ending {
        "css" => "text/css; charset=utf-8",
        "js" => "text/javascript; charset=utf-8",
        "wasm" => "application/wasm",
        "svg" => "image/svg+xml",
        "woff2" => "font/woff2",
        _ => return None,
    })
}
