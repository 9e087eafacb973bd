//! Where nothing may be sent, whatever a name resolves to.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use url::Url;

/// The longest address.
const LONGEST: usize = 2_048;

/// Reads the address of an endpoint; says what is wrong with it otherwise.
pub fn check_url(text: &str, allow_private: bool) -> Result<Url, String> {
    if text.len() > LONGEST {
        return Err(format!("expected at most {LONGEST} characters"));
    }
    let url = Url::parse(text)
        .map_err(|error| format!("expected an address such as https://agent.example.com/hook: {error}"))?;
    match url.scheme() {
        "https" => {}
        "http" if allow_private => {}
        "http" => return Err("expected https; plain http needs --allow-private".to_owned()),
        other => return Err(format!("expected https, not {other}")),
    }
    if !url.username().is_empty() || url.password().is_some() {
        return Err("an address with a name or password in it is refused".to_owned());
    }
    if url.fragment().is_some() {
        return Err("an address with a fragment is refused".to_owned());
    }
    match literal(&url).and_then(|address| forbidden(address, allow_private)) {
        Some(why) => Err(why),
        None => Ok(url),
    }
}

/// The IP address that stands in an address in place of a name.
fn literal(url: &Url) -> Option<IpAddr> {
    url.host_str()?.trim_start_matches('[').trim_end_matches(']').parse().ok()
}

/// Why nothing may be sent to this IP address.
pub(super) fn forbidden(address: IpAddr, allow_private: bool) -> Option<String> {
    let (kind, may_be_allowed) = match address {
        IpAddr::V4(address) => kind_of_v4(address),
        IpAddr::V6(address) => kind_of_v6(address),
    }?;
    if may_be_allowed && allow_private {
        return None;
    }
    let hint = if may_be_allowed { "; private networks would have to be allowed for it" } else { "" };
    Some(format!("{address} is {kind}{hint}"))
}

/// Whether an address lies in a private or shared network, or on a link: no address of the open internet.
pub fn is_private(address: IpAddr) -> bool {
    forbidden(address, false).is_some()
}

/// What kind of address that is not public, and whether an endpoint may be allowed there.
type Kind = Option<(&'static str, bool)>;

/// A private network: allowed where the administrator says so.
const PRIVATE: Kind = Some(("a private address", true));
/// An address of a cloud's metadata service, or beside it.
const LINK_LOCAL: Kind = Some(("a link-local address", false));
const NOBODY: Kind = Some(("no address of a host", false));

fn kind_of_v4(address: Ipv4Addr) -> Kind {
    let [a, b, c, _] = address.octets();
    match (a, b, c) {
        (127, ..) => Some(("a loopback address", true)),
        (10, ..) | (172, 16..=31, _) | (192, 168, _) | (100, 64..=127, _) => PRIVATE,
        (169, 254, _) => LINK_LOCAL,
        // This network, multicast, reserved; protocol assignments, documentation, benchmarks, relays.
        (0 | 224..=255, ..) | (192, 0, 0 | 2) | (198, 51, 100) | (203, 0, 113) | (198, 18..=19, _) | (192, 88, 99) => {
            NOBODY
        }
        _ => None,
    }
}

fn kind_of_v6(address: Ipv6Addr) -> Kind {
    if let Some(embedded) = embedded_v4(address) {
        return kind_of_v4(embedded);
    }
    match address.segments() {
        [0, 0, 0, 0, 0, 0, 0, 1] => Some(("a loopback address", true)),
        // The metadata service of one cloud lies among the private addresses.
        [0xfd00, 0x0ec2, 0, 0, 0, 0, 0, 0x0254] => Some(("a metadata address", false)),
        [0xfc00..=0xfdff, ..] => PRIVATE,
        [0xfe80..=0xfebf, ..] => LINK_LOCAL,
        // Only global unicast remains, without documentation and Teredo.
        [0x2001, 0 | 0x0db8, ..] => NOBODY,
        [0x2000..=0x3fff, ..] => None,
        _ => NOBODY,
    }
}

/// The IPv4 address a packet to this address ends at: mapped, translated (NAT64) and 6to4.
fn embedded_v4(address: Ipv6Addr) -> Option<Ipv4Addr> {
    let v4 = |high: u16, low: u16| Ipv4Addr::from((u32::from(high) << 16) | u32::from(low));
    match address.segments() {
        [0, 0, 0, 0, 0, 0xffff, high, low] | [0x64, 0xff9b, 0, 0, 0, 0, high, low] | [0x2002, high, low, ..] => {
            Some(v4(high, low))
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_forbidden(address: &str, allow_private: bool) -> bool {
        forbidden(address.parse().expect("an address"), allow_private).is_some()
    }

    #[test]
    fn private_addresses_need_permission() {
        for private in [
            "127.0.0.1",
            "127.255.0.1",
            "10.0.0.1",
            "172.16.0.1",
            "172.31.255.255",
            "192.168.1.1",
            "100.64.0.1",
            "::1",
            "fc00::1",
            "fd12::1",
            "::ffff:127.0.0.1",
            "::ffff:10.1.2.3",
            "64:ff9b::7f00:1",
            "2002:7f00:1::1",
        ] {
            assert!(is_forbidden(private, false), "{private}");
            assert!(!is_forbidden(private, true), "{private}");
        }
    }

    #[test]
    fn some_addresses_are_never_sent_to() {
        for never in [
            "169.254.169.254",
            "169.254.0.1",
            "0.0.0.0",
            "0.1.2.3",
            "224.0.0.1",
            "255.255.255.255",
            "192.0.2.1",
            "198.51.100.7",
            "203.0.113.9",
            "198.18.0.1",
            "::",
            "fe80::1",
            "febf::1",
            "ff02::1",
            "::ffff:169.254.169.254",
            "64:ff9b::a9fe:a9fe",
            "2002:a9fe:a9fe::1",
            "fd00:ec2::254",
            "2001:db8::1",
            "2001::1",
            "::ffff:0.0.0.0",
            "100::1",
        ] {
            assert!(is_forbidden(never, false), "{never}");
            assert!(is_forbidden(never, true), "{never}");
        }
    }

    #[test]
    fn public_addresses_are_open() {
        for public in ["8.8.8.8", "172.32.0.1", "100.128.0.1", "192.169.0.1", "2606:4700::1111", "::ffff:8.8.8.8"] {
            assert!(!is_forbidden(public, false), "{public}");
        }
    }

    #[test]
    fn addresses_are_https_and_plain() {
        assert!(check_url("https://agent.example.com/hook?x=1", false).is_ok());
        assert!(check_url("http://agent.internal/hook", true).is_ok());
        for bad in [
            "agent.example.com",
            "http://agent.example.com",
            "ftp://agent.example.com",
            "https://user@agent.example.com",
            "https://:pw@agent.example.com",
            "https://agent.example.com/#top",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://2130706433/",
            "https://0x7f.1/",
            "https://[::ffff:127.0.0.1]/",
            "file:///etc/passwd",
            "",
        ] {
            assert!(check_url(bad, false).is_err(), "{bad}");
        }
        assert!(check_url("http://169.254.169.254/latest", true).is_err());
    }
}
