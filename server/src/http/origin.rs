//! The address people reach the console under: what a browser's `Host` and `Origin` must say.

use std::{net::SocketAddr, sync::Arc};

use axum::http::Uri;

/// The public origin; cheap to clone.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Origin {
    is_https: bool,
    /// Host and port in lower case, without the scheme's own port.
    authority: Arc<str>,
}

/// Why a text cannot be the public origin.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAnOrigin {
    /// It is no URL with scheme and host alone.
    #[error("expected a URL such as https://countersign.example.com, without path or query")]
    Malformed,
    /// Passwords and cookies would travel in the clear.
    #[error("plain http is for loopback addresses; use https")]
    NotSecure,
}

impl Origin {
    /// The origin of a public URL.
    pub fn parse(url: &str) -> Result<Self, NotAnOrigin> {
        let uri: Uri = url.trim().parse().map_err(|_| NotAnOrigin::Malformed)?;
        let is_https = match uri.scheme_str() {
            Some("https") => true,
            Some("http") => false,
            _ => return Err(NotAnOrigin::Malformed),
        };
        let authority = uri.authority().filter(|authority| !authority.as_str().contains('@'));
        let is_bare = matches!(uri.path(), "" | "/") && uri.query().is_none();
        let Some(authority) = authority.filter(|_| is_bare) else { return Err(NotAnOrigin::Malformed) };
        let authority = without_own_port(authority.as_str(), is_https);
        if !is_https && !is_loopback(&authority) {
            return Err(NotAnOrigin::NotSecure);
        }
        Ok(Self { is_https, authority: authority.into() })
    }

    /// The origin of a listener on a loopback address, served over plain http.
    pub fn loopback(listener: SocketAddr) -> Self {
        Self { is_https: false, authority: without_own_port(&listener.to_string(), false).into() }
    }

    /// Whether people come over https.
    pub const fn is_https(&self) -> bool {
        self.is_https
    }

    /// The URL people open.
    pub fn url(&self) -> String {
        format!("{}://{}", if self.is_https { "https" } else { "http" }, self.authority)
    }

    /// Whether a `Host` header names this server: the public host, or a loopback name. Any other name was brought
    /// here by somebody's name server.
    pub fn is_served_as(&self, host: &str) -> bool {
        let host = host.to_lowercase();
        is_loopback(&host) || without_own_port(&host, self.is_https) == *self.authority
    }

    /// Whether an `Origin` header is the page's own: the public origin, or the loopback address it was asked at.
    pub fn is_own(&self, origin: &str, host: &str) -> bool {
        let origin = origin.to_lowercase();
        let asked = host.to_lowercase();
        origin == self.url() || (is_loopback(&asked) && origin == format!("http://{}", without_own_port(&asked, false)))
    }
}

fn without_own_port(authority: &str, is_https: bool) -> String {
    let own = if is_https { ":443" } else { ":80" };
    let authority = authority.to_lowercase();
    authority.strip_suffix(own).unwrap_or(&authority).to_owned()
}

/// Whether host and port name this very machine.
fn is_loopback(authority: &str) -> bool {
    let (host, port) = match authority.strip_prefix("[::1]") {
        Some(rest) => ("localhost", rest),
        None => authority.split_at(authority.find(':').unwrap_or(authority.len())),
    };
    // What follows a name must be a port: `[::1].evil.example` is another machine's.
    let is_port = |digits: &str| digits.bytes().all(|digit| digit.is_ascii_digit());
    let is_whole = port.is_empty() || port.strip_prefix(':').is_some_and(is_port);
    is_whole && (host == "localhost" || host.parse::<std::net::Ipv4Addr>().is_ok_and(|ip| ip.is_loopback()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_can_be_a_public_origin() {
        let url = |text: &str| Origin::parse(text).map(|origin| origin.url());
        assert_eq!(url("https://Console.Example.com/").as_deref(), Ok("https://console.example.com"));
        assert_eq!(url("https://console.example.com:443").as_deref(), Ok("https://console.example.com"));
        assert_eq!(url("https://console.example.com:8443").as_deref(), Ok("https://console.example.com:8443"));
        assert_eq!(url("http://localhost:8080").as_deref(), Ok("http://localhost:8080"));
        assert_eq!(url("http://[::1]:8080").as_deref(), Ok("http://[::1]:8080"));
        for bad in ["console.example.com", "/path", "", "ftp://a", "https://a/path", "https://a?q", "https://u:p@a"] {
            assert_eq!(url(bad), Err(NotAnOrigin::Malformed), "{bad}");
        }
        for bad in
            ["http://console.example.com", "http://10.0.0.1", "http://localhost.example.com", "http://127.example"]
        {
            assert_eq!(url(bad), Err(NotAnOrigin::NotSecure), "{bad}");
        }
    }

    #[test]
    fn which_hosts_and_origins_are_ours() {
        let public = Origin::parse("https://console.example.com").expect("origin");
        assert!(public.is_served_as("Console.example.com:443"));
        assert!(public.is_served_as("127.0.0.1:8080"));
        assert!(!public.is_served_as("console.example.com:8080"));
        assert!(!public.is_served_as("evil.example"));
        assert!(public.is_own("https://console.example.com", "console.example.com"));
        assert!(!public.is_own("http://console.example.com", "console.example.com"));
        assert!(!public.is_own("https://www.console.example.com", "console.example.com"));

        let local = Origin::loopback("127.0.0.1:8080".parse().expect("address"));
        assert!(local.is_own("http://127.0.0.1:8080", "127.0.0.1:8080"));
        assert!(local.is_own("http://localhost:8080", "localhost:8080"));
        assert!(!local.is_own("http://localhost:8080", "127.0.0.1:8080"));
        assert!(!local.is_own("http://localhost:3000", "localhost:8080"));
        assert!(!local.is_served_as("localhost.evil.example:8080"));
        assert!(!local.is_served_as("127.0.0.1.evil.example"));
        for near in ["[::1]", "[::1]:8080", "localhost", "127.0.0.1:80"] {
            assert!(local.is_served_as(near), "{near}");
        }
        for far in ["[::1].evil.example", "[::1]evil.example:80", "localhost:80@evil.example", "127.0.0.1:a.example"] {
            assert!(!local.is_served_as(far) && !public.is_served_as(far), "{far}");
        }
        assert!(!public.is_served_as("console.example.com:443:443"));
        assert!(!local.is_served_as(""));
    }
}
