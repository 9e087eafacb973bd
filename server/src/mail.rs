//! One mail to one mail server: the server's name is resolved once, and only addresses that were checked are spoken to.

use std::{
    error::Error as _,
    net::SocketAddr,
    time::{Duration, Instant, SystemTime},
};

use domain::{
    Refusal, Time,
    channel::{MailSettings, Security},
};
use lettre::{
    Address, AsyncSmtpTransport, AsyncTransport as _, Message, Tokio1Executor,
    message::{
        Mailbox,
        header::{ContentType, HeaderName, HeaderValue},
    },
    transport::smtp::{
        authentication::Credentials,
        client::{Tls, TlsParameters},
        extension::ClientId,
    },
};

use crate::webhook::{Answer, Outbound};

/// The longest answer of a mail server that is kept, in characters.
const LONGEST: usize = 300;

/// A mail: plain text to one address.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The same for every try, so that receivers know a mail that comes twice.
    pub id: String,
    /// To whom.
    pub to: String,
    /// Words of the product alone: nothing that anybody has typed stands in a header.
    pub subject: &'static str,
    /// The text.
    pub body: String,
    /// When it is sent.
    pub at: Time,
}

/// How a mail went.
#[derive(Debug, Clone)]
pub struct Mailed {
    /// How it went.
    pub answer: Answer,
    /// Whether the server said that it will never take it.
    pub is_final: bool,
}

/// Reads the address mails come from.
///
/// # Errors
/// `invalid_field` of `from`.
pub fn check_sender(from: &str) -> Result<(), Refusal> {
    let read = from.parse::<Address>();
    read.map(drop).map_err(|_| Refusal::invalid("from", "expected an address such as countersign@example.com"))
}

/// Sends a mail and says how it went.
pub async fn send(outbound: &Outbound, server: &MailSettings, password: Option<&str>, letter: &Letter) -> Mailed {
    let started = Instant::now();
    let patience = outbound.patience();
    let sent = tokio::time::timeout(patience, exchange(outbound, server, password, letter)).await;
    let failed = match sent {
        Ok(Ok(())) => None,
        Ok(Err(failed)) => Some(failed),
        Err(_) => Some(Failed::new(format!("no answer within {} ms", patience.as_millis()))),
    };
    let (cause, is_final) = failed.map_or((None, false), |failed| (Some(failed.cause), failed.is_final));
    Mailed { answer: Answer { status: None, cause, asked: None, took: started.elapsed() }, is_final }
}

struct Failed {
    cause: String,
    is_final: bool,
}

impl Failed {
    fn new(cause: impl Into<String>) -> Self {
        let cause: String = cause.into();
        Self { cause: cause.chars().take(LONGEST).collect(), is_final: false }
    }
}

async fn exchange(
    outbound: &Outbound,
    server: &MailSettings,
    password: Option<&str>,
    letter: &Letter,
) -> Result<(), Failed> {
    let message = compose(&server.from, letter).map_err(Failed::new)?;
    let addresses = addresses(outbound, server).await.map_err(Failed::new)?;
    let mut last = Failed::new(format!("{} has no address", server.host));
    for address in addresses {
        let transport = transport(server, password, address, outbound.patience()).map_err(Failed::new)?;
        match transport.send(message.clone()).await {
            Ok(_) => return Ok(()),
            Err(error) => {
                let spoke = error.is_transient() || error.is_permanent() || error.is_client();
                last = Failed { is_final: error.is_permanent(), ..Failed::new(told(&error)) };
                // Another address is another try for a server that could not be reached, not for one that refused.
                if spoke {
                    break;
                }
            }
        }
    }
    Err(last)
}

/// Where the server is; without TLS, on this machine only.
async fn addresses(outbound: &Outbound, server: &MailSettings) -> Result<Vec<SocketAddr>, String> {
    let is_plain = server.security == Security::Plain;
    let found = outbound.allowed(&server.host, server.port, server.allow_private || is_plain).await?;
    if is_plain && found.iter().any(|address| !address.ip().is_loopback()) {
        return Err(format!("not sent: {} is not this machine, and without TLS no other is spoken to", server.host));
    }
    Ok(found)
}

fn transport(
    server: &MailSettings,
    password: Option<&str>,
    address: SocketAddr,
    patience: Duration,
) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let parameters = || TlsParameters::new(server.host.clone()).map_err(|error| error.to_string());
    let tls = match server.security {
        Security::StartTls => Tls::Required(parameters()?),
        Security::Tls => Tls::Wrapper(parameters()?),
        Security::Plain => Tls::None,
    };
    let mut transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous(address.ip().to_string())
        .port(address.port())
        .tls(tls)
        .timeout(Some(patience))
        .hello_name(ClientId::Domain(domain_of(&server.from).to_owned()));
    if let Some(user) = &server.user {
        let password = password.unwrap_or_default().to_owned();
        transport = transport.credentials(Credentials::new(user.clone(), password));
    }
    Ok(transport.build())
}

fn domain_of(from: &str) -> &str {
    from.rsplit_once('@').map_or("localhost", |(_, domain)| domain)
}

fn compose(from: &str, letter: &Letter) -> Result<Message, String> {
    let address = |text: &str| text.parse::<Address>().map_err(|error| format!("{text}: {error}"));
    let at = u64::try_from(letter.at.timestamp()).unwrap_or(0);
    let automatic = HeaderName::new_from_ascii_str("Auto-Submitted");
    Message::builder()
        .from(Mailbox::new(Some("Countersign".to_owned()), address(from)?))
        .to(Mailbox::new(None, address(&letter.to)?))
        .subject(letter.subject)
        .message_id(Some(format!("<{}@{}>", letter.id, domain_of(from))))
        .date(SystemTime::UNIX_EPOCH + Duration::from_secs(at))
        .raw_header(HeaderValue::new(automatic, "auto-generated".to_owned()))
        .header(ContentType::TEXT_PLAIN)
        .body(letter.body.clone())
        .map_err(|error| error.to_string())
}

/// An error with what caused it.
fn told(error: &lettre::transport::smtp::Error) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(inner) = cause {
        let more = inner.to_string();
        if !text.contains(&more) {
            text = format!("{text}: {more}");
        }
        cause = inner.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_typed_makes_no_header() {
        let letter = Letter {
            id: "dsp_1".to_owned(),
            to: "ana@example.com".to_owned(),
            subject: "Countersign: an approval waits",
            body: "Tool: pay\r\nBcc: eve@example.com\r\n.\r\nZoë\n".to_owned(),
            at: "2026-11-21T09:00:00Z".parse().expect("a time"),
        };
        let written = compose("countersign@example.com", &letter).expect("a mail").formatted();
        let written = String::from_utf8(written).expect("ASCII");
        let (head, body) = written.split_once("\r\n\r\n").expect("a head and a body");
        assert!(!head.contains("eve@"), "{head}");
        assert!(body.contains("Bcc: eve@example.com"), "{body}");
        for line in [
            "Message-ID: <dsp_1@example.com>",
            "Date: Sat, 21 Nov 2026 09:00:00 +0000",
            "Content-Type: text/plain; charset=utf-8",
            "Auto-Submitted: auto-generated",
            "To: ana@example.com",
        ] {
            assert!(head.lines().any(|header| header == line), "{line} is missing: {head}");
        }
        for bad in ["ana@example.com\r\nBcc: eve@example.com", "ana", "", "a@b, c@d"] {
            let letter = Letter { to: bad.to_owned(), ..letter.clone() };
            assert!(compose("countersign@example.com", &letter).is_err(), "{bad:?}");
            assert!(check_sender(bad).is_err(), "{bad:?}");
        }
    }
}
