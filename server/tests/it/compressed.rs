//! Pages are sent compressed to whoever takes that, and nothing else is.

use std::io::Read as _;

use axum::{
    body::{Body, to_bytes},
    http::{Request, header},
    response::Response,
};

use crate::support::{Browser, TestConsole, on_both};

on_both![a_page_is_a_fraction_of_its_size, what_is_no_page_is_sent_as_it_is];

/// What a signed-in browser is sent that takes these encodings.
async fn sent(browser: &Browser<'_>, path: &str, takes: &str) -> Response {
    let cookie = format!("__Host-countersign={}", browser.cookie.as_deref().expect("a session"));
    let request = Request::get(path).header(header::HOST, "console.test").header(header::COOKIE, cookie);
    let request = request.header(header::ACCEPT_ENCODING, takes).body(Body::empty());
    browser.console.answer(request.expect("a request")).await
}

async fn bytes(response: Response) -> Vec<u8> {
    to_bytes(response.into_body(), usize::MAX).await.expect("a body").to_vec()
}

async fn a_page_is_a_fraction_of_its_size(console: TestConsole) {
    let browser = Browser::ana(&console).await;
    let plain = sent(&browser, "/approvals", "identity").await;
    assert_eq!(plain.headers().get(header::CONTENT_ENCODING), None);
    let whole = bytes(plain).await;
    let packed = sent(&browser, "/approvals", "gzip, deflate").await;
    assert_eq!(packed.headers()[header::CONTENT_ENCODING], "gzip");
    assert_eq!(packed.headers()[header::VARY], "accept-encoding");
    let packed = bytes(packed).await;
    assert!(packed.len() * 2 < whole.len(), "{} of {}", packed.len(), whole.len());
    let mut page = String::new();
    flate2::read::GzDecoder::new(&*packed).read_to_string(&mut page).expect("gzip");
    // Nonces and times are as long as each other.
    assert!(page.starts_with("<!DOCTYPE html>") && page.len().abs_diff(whole.len()) < 100, "half a page");
}

async fn what_is_no_page_is_sent_as_it_is(console: TestConsole) {
    let browser = Browser::ana(&console).await;
    // A stream that waits for a block to fill would tell nothing.
    for path in ["/openapi.json", "/api/v1/live", "/api/v1/approvals"] {
        let answer = sent(&browser, path, "gzip").await;
        assert_eq!(answer.headers().get(header::CONTENT_ENCODING), None, "{path}");
        assert!(answer.headers().contains_key(header::CONTENT_TYPE), "{path}");
    }
}
