//! Signing in and out, and choosing a theme: plain forms that work without script.

use app::desk::SignInRefused;
use axum::{
    body::Body,
    extract::{FromRequest as _, Request, State},
    http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header},
    response::{IntoResponse as _, Redirect, Response},
};
use domain::refusal::Code;
use tower_sessions::Session;

use super::{
    AppState,
    caller::PageCaller,
    form::Form,
    pages,
    problem::{Answer, Problem},
    routes::{Access, Routes},
    web_session,
};
use crate::{error::Error, password::Password};

/// Where people land.
const HOME: &str = "/approvals";
/// The longest address to go on to.
const LONGEST: usize = 2_000;
/// The cookie of the chosen theme.
const THEME: &str = "theme";
/// A year, in seconds.
const YEAR: u32 = 31_536_000;

/// The forms and who may post them.
pub fn routes(routes: Routes) -> Routes {
    routes
        .add(Method::POST, "/sign-in", Access::Form, sign_in)
        .add(Method::POST, "/sign-out", Access::Form, sign_out)
        .add(Method::POST, "/theme", Access::Form, choose_theme)
}

/// `POST /sign-in`: on to where the person was going, or the page again with the email kept.
async fn sign_in(State(state): State<AppState>, session: Session, request: Request) -> Answer {
    let (parts, body) = request.into_parts();
    let form = Form::from_request(Request::from_parts(parts.clone(), body), &state).await?;
    match state.desk.sign_in(form.text("email"), Password::new(form.text("password"))).await {
        Ok(who) => {
            web_session::begin(&state.desk, &session, &who).await?;
            let goes_on = form.text("to").is_empty() && state.desk.has_set_up(&who.person).await?;
            Ok(go_on(if goes_on { "/set-up" } else { form.text("to") }))
        }
        Err(Error::Refused(refusal)) if matches!(refusal.code, Code::NotSignedIn | Code::TooMany) => {
            let status = StatusCode::from_u16(refusal.code.status()).unwrap_or(StatusCode::UNAUTHORIZED);
            let mut page = Request::from_parts(parts, Body::empty());
            *page.method_mut() = Method::GET;
            *page.uri_mut() = Uri::from_static("/sign-in");
            let mut incoming = pages::incoming(&state, &page);
            incoming.sign_in_refused = Some(SignInRefused {
                message: refusal.message,
                email: form.text("email").to_owned(),
                to: local_path(form.text("to")).map(str::to_owned),
            });
            let mut response = pages::render(&state, None, page, incoming).await;
            *response.status_mut() = status;
            Ok(response)
        }
        Err(error) => Err(Problem::from(error)),
    }
}

/// `POST /sign-out`.
async fn sign_out(State(state): State<AppState>, PageCaller(person): PageCaller, session: Session) -> Answer {
    web_session::end(&session).await?;
    if let Some(person) = person {
        state.desk.sign_out(person.id).await?;
    }
    Ok(Redirect::to("/sign-in").into_response())
}

/// `POST /theme`: `light`, `dark`, or `system` for the system's.
async fn choose_theme(form: Form) -> Response {
    let cookie = match form.text("theme") {
        theme @ ("light" | "dark") => format!("{THEME}={theme}; Path=/; Max-Age={YEAR}; SameSite=Lax"),
        _ => format!("{THEME}=; Path=/; Max-Age=0; SameSite=Lax"),
    };
    let mut response = go_on(form.text("to"));
    if let Ok(cookie) = HeaderValue::try_from(cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}

/// The chosen theme, `light` or `dark`.
pub fn theme_of(headers: &HeaderMap) -> Option<String> {
    let cookies = headers.get_all(header::COOKIE).iter().filter_map(|value| value.to_str().ok());
    cookies
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(name, value)| *name == THEME && matches!(*value, "light" | "dark"))
        .map(|(_, value)| value.to_owned())
}

fn go_on(to: &str) -> Response {
    Redirect::to(local_path(to).unwrap_or(HOME)).into_response()
}

/// An address of ours to go on to. Browsers read `//` and `/\` as another host, and skip tabs and line breaks while
/// they look for them.
fn local_path(to: &str) -> Option<&str> {
    let mut rest = to.strip_prefix('/')?.chars();
    let is_ours = !matches!(rest.next(), Some('/' | '\\'));
    let is_plain = to.chars().all(|c| c.is_ascii_graphic() && c != '\\');
    (is_ours && is_plain && to.len() <= LONGEST).then_some(to)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_addresses_of_ours_are_gone_on_to() {
        for ours in ["/", "/approvals", "/approvals/apr_1?revision=2#decide", "/a//b", "/?next=https://evil.example"] {
            assert_eq!(local_path(ours), Some(ours), "{ours}");
        }
        for other in [
            "",
            "approvals",
            "//evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "/\t/evil.example",
            "/\n/evil.example",
            "/a\r\nSet-Cookie: a=b",
            "https://evil.example",
            "https:/evil.example",
            "javascript:alert(1)",
            " /approvals",
            "/a b",
            "/ü",
            "/a\\..\\b",
        ] {
            assert_eq!(local_path(other), None, "{other:?}");
        }
        assert_eq!(local_path(&format!("/{}", "a".repeat(LONGEST))), None);
    }

    #[test]
    fn the_theme_is_read_from_its_cookie() {
        let with = |cookie: &str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::COOKIE, cookie.parse().expect("header"));
            theme_of(&headers)
        };
        assert_eq!(with("countersign=x; theme=dark").as_deref(), Some("dark"));
        assert_eq!(with("theme=light").as_deref(), Some("light"));
        assert_eq!(with("theme=\"><script>"), None);
        assert_eq!(with("mytheme=dark"), None);
        assert_eq!(theme_of(&HeaderMap::new()), None);
    }
}
