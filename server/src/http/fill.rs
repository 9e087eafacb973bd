//! Puts the texts of text areas into a rendered page, escaped: the renderer itself would not escape them.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use app::kit::text_area::Filling;
use axum::{
    body::{Body, to_bytes},
    response::Response,
};

/// The texts of one page, by the id of their text area.
#[derive(Clone, Default)]
pub struct Texts(Arc<Mutex<BTreeMap<String, String>>>);

impl Texts {
    /// What the page's text areas tell their texts to.
    pub fn filling(&self) -> Filling {
        let texts = self.0.clone();
        Filling(Arc::new(move |id, text| {
            texts.lock().unwrap_or_else(PoisonError::into_inner).insert(id.to_owned(), text.to_owned());
        }))
    }

    /// The page with its texts. Pages without any pass through untouched.
    pub async fn fill(&self, response: Response) -> Response {
        let texts = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if texts.is_empty() {
            return response;
        }
        let (mut parts, body) = response.into_parts();
        // The page was rendered in this process: its size is bounded by what was put into it.
        let Ok(bytes) = to_bytes(body, usize::MAX).await else { return Response::from_parts(parts, Body::empty()) };
        let mut page = String::from_utf8_lossy(&bytes).into_owned();
        for (id, text) in texts {
            page = filled(&page, &id, &text).unwrap_or(page);
        }
        parts.headers.remove(axum::http::header::CONTENT_LENGTH);
        Response::from_parts(parts, Body::from(page))
    }
}

/// The page with a text in the text area of this id.
fn filled(page: &str, id: &str, text: &str) -> Option<String> {
    let mark = format!("id=\"{id}\"");
    let opening = page.match_indices("<textarea").map(|(at, _)| at).find(|at| {
        let end = page[*at..].find('>').map_or(page.len(), |end| at + end);
        page[*at..end].contains(&mark)
    })?;
    let inside = opening + page[opening..].find('>')? + 1;
    let close = inside + page[inside..].find("</textarea>")?;
    // Browsers drop one line break after the opening tag.
    Some(format!("{}\n{}{}", &page[..inside], escaped(text), &page[close..]))
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_escaped_into_their_own_text_area() {
        let page =
            "<textarea id=\"other\"></textarea><p>x</p><textarea rows=\"3\" id=\"source\" name=\"s\"></textarea>";
        let filled = filled(page, "source", "\n</textarea><script>a&b").expect("it is there");
        assert!(filled.starts_with("<textarea id=\"other\"></textarea>"), "{filled}");
        assert!(filled.ends_with("name=\"s\">\n\n&lt;/textarea&gt;&lt;script&gt;a&amp;b</textarea>"), "{filled}");
        assert_eq!(super::filled("<p>no text area</p>", "source", "x"), None);
    }
}
