//! What every request and every answer passes: the check where a change comes from, and the security headers.

use axum::{
    extract::Request,
    http::{HeaderMap, HeaderName, HeaderValue, Method, header},
    response::Response,
};
use domain::{Refusal, refusal::Code};

use super::origin::Origin;

/// Probes ask by whatever address they have; these paths tell nothing and change nothing.
const PROBES: &[&str] = &["/healthz", "/readyz"];
/// Answers that are no pages need nothing at all.
const NO_PAGE: &str = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'; sandbox";
/// Two years.
const HSTS: &str = "max-age=63072000; includeSubDomains";

/// What a page may not ask of the browser.
const PERMISSIONS: &str = "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), geolocation=(), \
    gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), publickey-credentials-get=(), usb=()";

/// Headers of every answer that does not say otherwise itself.
const fn always() -> [(HeaderName, HeaderValue); 7] {
    [
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(NO_PAGE)),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        // Not `no-referrer`: with it browsers send `Origin: null` from our own forms.
        (header::REFERRER_POLICY, HeaderValue::from_static("same-origin")),
        (HeaderName::from_static("cross-origin-opener-policy"), HeaderValue::from_static("same-origin")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
        (HeaderName::from_static("permissions-policy"), HeaderValue::from_static(PERMISSIONS)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ]
}

/// The content security policy of a page whose scripts carry this nonce; without one, that of a page without scripts.
///
/// `require-trusted-types-for 'script'` stays out: the renderer fills templates through `innerHTML`.
pub fn csp(nonce: Option<&str>) -> HeaderValue {
    let scripts = match nonce {
        Some(nonce) => format!("'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'"),
        None => "'none'".to_owned(),
    };
    let policy = format!(
        "default-src 'none'; script-src {scripts}; style-src 'self'; img-src 'self' data:; font-src 'self'; \
         connect-src 'self'; manifest-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'; \
         object-src 'none'"
    );
    HeaderValue::try_from(policy).unwrap_or(HeaderValue::from_static(NO_PAGE))
}

/// Refuses changes that another site's page may have caused, and requests for another host. Nothing that can refuse
/// comes before it.
pub fn check(origin: &Origin, request: &Request) -> Result<(), Refusal> {
    Asked::new(request).judge(origin)
}

/// Whether a browser sent a request: it says which page caused it, or brings a cookie.
pub fn is_of_a_browser(request: &Request) -> bool {
    let asked = Asked::new(request);
    asked.origin.is_some() || asked.site.is_some() || asked.has_cookie
}

/// Puts the security headers on an answer.
pub fn add_headers(origin: &Origin, response: &mut Response) {
    let headers = response.headers_mut();
    headers.reserve(always().len() + 1);
    for (name, value) in always() {
        headers.entry(name).or_insert(value);
    }
    if origin.is_https() {
        headers.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static(HSTS));
    }
}

/// What a request says about where it comes from.
#[derive(Debug, Clone, Default)]
#[expect(clippy::struct_excessive_bools, reason = "each is a question of its own, asked in one place")]
struct Asked<'a> {
    is_safe: bool,
    is_probe: bool,
    host: &'a str,
    origin: Option<&'a str>,
    site: Option<&'a str>,
    has_cookie: bool,
    has_key: bool,
    is_form: bool,
}

fn text<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    // A header that is no text is there all the same, and fits nothing.
    headers.get(name).map(|value| value.to_str().unwrap_or("?"))
}

impl<'a> Asked<'a> {
    fn new(request: &'a Request) -> Self {
        let headers = request.headers();
        let authority = request.uri().authority().map(axum::http::uri::Authority::as_str);
        let kind = text(headers, &header::CONTENT_TYPE).map(|kind| kind.split(';').next().unwrap_or(kind).trim());
        let bearer = text(headers, &header::AUTHORIZATION).and_then(|value| value.split_once(' '));
        let is_safe = matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS);
        Self {
            is_safe,
            is_probe: is_safe && PROBES.contains(&request.uri().path()),
            host: authority.or_else(|| text(headers, &header::HOST)).unwrap_or_default(),
            origin: text(headers, &header::ORIGIN),
            site: text(headers, &HeaderName::from_static("sec-fetch-site")),
            has_cookie: headers.contains_key(header::COOKIE),
            has_key: bearer.is_some_and(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer")),
            is_form: kind.is_some_and(is_form),
        }
    }

    fn judge(&self, origin: &Origin) -> Result<(), Refusal> {
        // A key is sent by no browser of its own accord, so nothing can be done in its holder's name.
        if self.is_probe || (self.has_key && !self.has_cookie) {
            return Ok(());
        }
        if !origin.is_served_as(self.host) {
            let message = format!(
                "This server is {}, not {:?}: it was started with another --public-url.",
                origin.url(),
                self.host
            );
            return Err(Refusal::new(Code::CrossOrigin, message));
        }
        // Neither a browser's doing nor anything a browser could have been made to do: a client without its key.
        let is_plain = !self.has_cookie && !self.is_form && self.origin.is_none() && self.site.is_none();
        if self.is_safe || is_plain || self.is_from_here(origin) {
            return Ok(());
        }
        Err(Refusal::new(
            Code::CrossOrigin,
            "Changes are accepted from the console's own pages only. Nothing was changed.",
        ))
    }

    fn is_from_here(&self, origin: &Origin) -> bool {
        let is_same_site = match self.site {
            Some(site) => matches!(site, "same-origin" | "none"),
            // Older browsers do not send it; then `Origin` must speak.
            None => self.origin.is_some(),
        };
        is_same_site && self.origin.is_none_or(|from| origin.is_own(from, self.host))
    }
}

/// Whether a page of another site could send this kind of body without asking first.
fn is_form(kind: &str) -> bool {
    ["application/x-www-form-urlencoded", "multipart/form-data", "text/plain"]
        .iter()
        .any(|form| kind.eq_ignore_ascii_case(form))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OWN: &str = "https://console.example.com";

    /// Origin and Sec-Fetch-Site as browsers send them, and whether the console's own page can be behind it.
    const SENDERS: &[(Option<&str>, Option<&str>, bool)] = &[
        (None, None, false),
        (None, Some("none"), true),
        (None, Some("same-origin"), true),
        (None, Some("same-site"), false),
        (None, Some("cross-site"), false),
        (None, Some("something new"), false),
        (Some("null"), None, false),
        (Some("null"), Some("same-origin"), false),
        (Some("https://evil.example"), None, false),
        (Some("https://evil.example"), Some("cross-site"), false),
        (Some("https://evil.example"), Some("same-origin"), false),
        (Some("https://sub.console.example.com"), Some("same-site"), false),
        (Some("https://sub.console.example.com"), None, false),
        (Some("http://console.example.com"), None, false),
        (Some(OWN), None, true),
        (Some(OWN), Some("same-origin"), true),
        (Some(OWN), Some("same-site"), false),
        (Some(OWN), Some("cross-site"), false),
    ];

    fn judged(asked: &Asked<'_>) -> bool {
        asked.judge(&Origin::parse(OWN).expect("origin")).is_ok()
    }

    #[test]
    fn who_may_change_something() {
        for (origin, site, is_own) in SENDERS.iter().copied() {
            for (has_cookie, is_form) in [(true, true), (true, false), (false, true)] {
                let asked =
                    Asked { host: "console.example.com", origin, site, has_cookie, is_form, ..Asked::default() };
                assert_eq!(judged(&asked), is_own, "{asked:?}");
                assert_eq!(judged(&Asked { has_key: true, ..asked.clone() }), is_own || !has_cookie, "{asked:?}");
                assert!(judged(&Asked { is_safe: true, ..asked }));
            }
            let json = Asked { host: "console.example.com", origin, site, ..Asked::default() };
            assert_eq!(judged(&json), is_own || (origin, site) == (None, None), "{json:?}");
        }
    }

    #[test]
    fn requests_for_another_host_are_refused() {
        let rebound = Asked { host: "evil.example", is_safe: true, ..Asked::default() };
        assert!(!judged(&rebound));
        assert!(!judged(&Asked { host: "", ..rebound.clone() }));
        assert!(judged(&Asked { is_probe: true, ..rebound.clone() }));
        assert!(judged(&Asked { has_key: true, ..rebound.clone() }));
        assert!(!judged(&Asked { has_key: true, has_cookie: true, ..rebound.clone() }));
        assert!(judged(&Asked { host: "localhost:8080", ..rebound }));
    }

    #[test]
    fn requests_are_read_as_browsers_write_them() {
        let request = Request::post("/sign-in")
            .header("host", "console.example.com")
            .header("origin", OWN)
            .header("content-type", "Application/X-WWW-Form-Urlencoded; charset=utf-8")
            .header("authorization", "bearer csk_x")
            .body(axum::body::Body::empty())
            .expect("request");
        let asked = Asked::new(&request);
        assert!(asked.is_form && asked.has_key && !asked.has_cookie && !asked.is_safe);
        assert_eq!((asked.host, asked.origin), ("console.example.com", Some(OWN)));
    }

    #[test]
    fn scripts_run_by_nonce_only() {
        let page = csp(Some("abc"));
        let page = page.to_str().expect("text");
        assert!(page.contains("script-src 'nonce-abc' 'strict-dynamic' 'wasm-unsafe-eval';"));
        assert!(!page.contains("unsafe-inline") && !page.contains("'unsafe-eval'"));
        assert!(csp(None).to_str().expect("text").contains("script-src 'none';"));
        for policy in [page, csp(None).to_str().expect("text"), NO_PAGE] {
            for word in ["default-src 'none'", "base-uri 'none'", "frame-ancestors 'none'"] {
                assert!(policy.contains(word), "{word}: {policy}");
            }
        }
        assert!(page.contains("object-src 'none'"));
        assert_eq!(csp(Some("line\nbreak")), HeaderValue::from_static(NO_PAGE));
    }
}
