//! Headers as no browser writes them, in any number and order: a change that comes with a cookie is made for the console's
//! own pages only, said in so many words, and no header makes a change of what is none.

use std::fmt::Write as _;

use axum::{
    body::Body,
    http::{HeaderValue, Method, header, request::Builder},
};
use domain::Role;
use rand::{RngExt as _, rngs::StdRng};

use super::{CHANGES, addresses, cookie, is_refused};
use crate::support::{
    ORIGIN, Reply, Stored, TestConsole, on_both,
    trials::{random, trials},
};

on_both!(odd_headers_change_nothing);

/// Requests of the short form.
const REQUESTS: u64 = 300;
const HOSTS: [&str; 8] = [
    "console.test",
    "CONSOLE.test",
    "console.test:443",
    "console.test.",
    "console.test:443:443",
    "evil.example",
    "console.test.evil.example",
    "[::1].evil.example",
];
const OWN_HOSTS: usize = 3;
const ORIGINS: [&[u8]; 14] = [
    ORIGIN.as_bytes(),
    b"HTTPS://Console.Test",
    b"https://console.test:443",
    b"https://console.test/",
    b"https://console.test.",
    b"https://console.test@evil.example",
    b"https://console.test, https://evil.example",
    b"https://evil.example, https://console.test",
    b"http://console.test",
    b"https://console.test.evil.example",
    b"null",
    b"",
    b" https://console.test",
    b"https://console.test\xff",
];
const OWN_ORIGINS: usize = 2;
const SITES: [&[u8]; 9] = [
    b"same-origin",
    b"none",
    b"Same-Origin",
    b"same-origin ",
    b"same-origin, cross-site",
    b"same-site",
    b"cross-site",
    b"",
    b"\xff",
];
const OWN_SITES: usize = 2;
const CONTENTS: [&[u8]; 8] = [
    b"application/x-www-form-urlencoded",
    b"Application/JSON;charset=utf-8",
    b"text/plain;application/json",
    b"multipart/form-data",
    b"application/json, text/plain",
    b"",
    b";",
    b"\xff",
];
/// What some servers and proxies take for more than it is.
const OVERRIDES: [(&str, &str); 9] = [
    ("x-http-method-override", "DELETE"),
    ("x-method-override", "POST"),
    ("x-forwarded-host", "console.test"),
    ("x-forwarded-proto", "https"),
    ("forwarded", "host=console.test;proto=https"),
    ("x-original-url", "/admin"),
    ("x-rewrite-url", "/sign-out"),
    ("referer", "https://console.test/approvals"),
    ("x-requested-with", "XMLHttpRequest"),
];

/// A request, and whether it is refused for where it comes from.
struct Drawn {
    request: Builder,
    told: String,
    is_refused: bool,
    is_change: bool,
}

fn draw(random: &mut StdRng, path: &str, cookie: &str) -> Drawn {
    let safe = [Method::GET, Method::HEAD, Method::OPTIONS];
    let is_change = random.random_ratio(3, 4);
    let methods = if is_change { &CHANGES[..] } else { &safe };
    let method = methods[random.random_range(0..methods.len())].clone();
    let (host, mut request) = (random.random_range(0..HOSTS.len()), axum::http::Request::builder());
    request = request.method(&method).uri(path).header(header::HOST, HOSTS[host]).header(header::COOKIE, cookie);
    let mut told = format!("{method} {path} of {}", HOSTS[host]);
    // Of several headers of one name, the first is the one that is read.
    let mut firsts = [None, None];
    let names: [(&str, &[&[u8]]); 2] = [("origin", &ORIGINS), ("sec-fetch-site", &SITES)];
    for (first, (name, values)) in firsts.iter_mut().zip(names) {
        for _ in 0..random.random_range(0..3) {
            let at = random.random_range(0..values.len());
            first.get_or_insert(at);
            request = request.header(name, HeaderValue::from_bytes(values[at]).expect("a value"));
            write!(told, ", {name} {}", String::from_utf8_lossy(values[at])).expect("text");
        }
    }
    if random.random() {
        let content = CONTENTS[random.random_range(0..CONTENTS.len())];
        request = request.header(header::CONTENT_TYPE, HeaderValue::from_bytes(content).expect("a value"));
    }
    for _ in 0..random.random_range(0..3) {
        let (name, value) = OVERRIDES[random.random_range(0..OVERRIDES.len())];
        request = request.header(name, value);
        write!(told, ", {name} {value}").expect("text");
    }
    let [origin, site] = firsts;
    let is_own =
        origin.is_none_or(|origin| origin < OWN_ORIGINS) && site.map_or(origin.is_some(), |site| site < OWN_SITES);
    let is_probe = !is_change && matches!(path, "/healthz" | "/readyz");
    Drawn { request, told, is_refused: !is_probe && (host >= OWN_HOSTS || (is_change && !is_own)), is_change }
}

async fn odd_headers_change_nothing(console: TestConsole) {
    console.person("Ana Ruiz", Role::ALL, &["compliance"]).await;
    let cookie = cookie(&console).await;
    let paths: Vec<String> = addresses().into_keys().collect();
    let mut random = random();
    let before = Stored::of(&console).await;
    let (mut refused, mut passed) = (0, 0);
    for _ in 0..trials(REQUESTS) {
        let path = &paths[random.random_range(0..paths.len())];
        let drawn = draw(&mut random, path, &cookie);
        // What the console's own page sends is done; that is for other tests.
        if drawn.is_change && !drawn.is_refused {
            continue;
        }
        let is_head = drawn.told.starts_with("HEAD");
        let reply = console.answer(drawn.request.body(Body::empty()).expect("a request")).await;
        let reply = Reply::read(reply).await;
        // An answer to HEAD does not say why; one that is to be refused is a 403 at least.
        let was_refused = if is_head { drawn.is_refused && reply.status == 403 } else { is_refused(&reply) };
        assert_eq!(was_refused, drawn.is_refused, "{}: {} {}", drawn.told, reply.status, reply.text);
        assert!(!reply.status.is_server_error(), "{}: {}", drawn.told, reply.text);
        *(if was_refused { &mut refused } else { &mut passed }) += 1;
    }
    eprintln!("{refused} refused, {passed} passed");
    assert!(refused > 100 && passed > 10, "one-sided draws: {refused} refused, {passed} passed");
    assert_eq!(Stored::of(&console).await.changed(&before), Vec::<&str>::new(), "something was stored");
}
