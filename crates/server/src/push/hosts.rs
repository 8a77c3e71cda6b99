//! Where pushes may go. An endpoint is a client's word, so that without this list the server could be made to speak to whatever it can
//! reach: only known push services and what the operator lists, and no name that leads into a private network unless it is listed.

use reqwest::Url;
use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

/// The push services of Chromium, Firefox, Safari and Edge.
const KNOWN: [&str; 4] =
    ["fcm.googleapis.com", "updates.push.services.mozilla.com", "*.push.apple.com", "*.notify.windows.com"];

/// A host that the operator lists, as in `push.example.org`, `*.example.org` or, for this machine alone, `http://127.0.0.1`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PushHost {
    name: String,
    reach: Reach,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reach {
    /// This name.
    Exact,
    /// All names below it.
    Below,
    /// This one, without TLS: it never leaves the machine.
    Loopback,
}

/// What is no host to list.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum PushHostError {
    /// Neither a name nor an address.
    #[error("no name of a host, as in push.example.org or *.example.org")]
    NoHost,
    /// Pushes leave this machine with TLS only.
    #[error("http:// is for this machine alone, as in http://127.0.0.1")]
    NotLoopback,
}

impl FromStr for PushHost {
    type Err = PushHostError;

    fn from_str(text: &str) -> Result<Self, PushHostError> {
        let (text, reach) = match (text.strip_prefix("http://"), text.strip_prefix("*.")) {
            (Some(host), _) => (host, Reach::Loopback),
            (None, Some(parent)) => (parent, Reach::Below),
            (None, None) => (text, Reach::Exact),
        };
        let url = Url::parse(&format!("https://{text}/")).map_err(|_| PushHostError::NoHost)?;
        let name = url.host_str().ok_or(PushHostError::NoHost)?.to_owned();
        if name != text.to_ascii_lowercase() {
            return Err(PushHostError::NoHost);
        }
        if reach == Reach::Loopback && !is_loopback(&name) {
            return Err(PushHostError::NotLoopback);
        }
        Ok(Self { name, reach })
    }
}

fn is_loopback(host: &str) -> bool {
    let literal = host.trim_start_matches('[').trim_end_matches(']');
    host == "localhost" || literal.parse::<IpAddr>().is_ok_and(|address| address.is_loopback())
}

impl PushHost {
    fn is(&self, host: &str) -> bool {
        match self.reach {
            Reach::Exact | Reach::Loopback => host == self.name,
            Reach::Below => host.strip_suffix(&self.name).is_some_and(|rest| rest.len() > 1 && rest.ends_with('.')),
        }
    }
}

/// Why nothing is sent to an endpoint.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// No address of the web, or not one that a push service gives out.
    Malformed,
    /// Not a push service that this server knows.
    NotListed,
}

/// See the module.
pub(crate) struct Hosts {
    known: Vec<PushHost>,
    listed: Vec<PushHost>,
}

impl Hosts {
    pub(crate) fn new(listed: Vec<PushHost>) -> Self {
        let known = KNOWN.iter().map(|host| host.parse().expect("names of hosts")).collect();
        Self { known, listed }
    }

    /// The endpoint as an address, if pushes may go there.
    pub(crate) fn check(&self, endpoint: &str) -> Result<Url, Refusal> {
        let url = Url::parse(endpoint).map_err(|_| Refusal::Malformed)?;
        let host = url.host_str().ok_or(Refusal::Malformed)?;
        if !url.username().is_empty() || url.password().is_some() || url.fragment().is_some() {
            return Err(Refusal::Malformed);
        }
        let is_among = |hosts: &[PushHost], loopback: bool| {
            hosts.iter().any(|known| (known.reach == Reach::Loopback) == loopback && known.is(host))
        };
        let may = match url.scheme() {
            "https" => is_among(&self.listed, false) || (url.port().is_none() && is_among(&self.known, false)),
            "http" => is_among(&self.listed, true),
            _ => return Err(Refusal::Malformed),
        };
        if may { Ok(url) } else { Err(Refusal::NotListed) }
    }

    /// Whether this name may lead to this address.
    fn may_lead_to(&self, name: &str, address: IpAddr) -> bool {
        is_public(address) || self.listed.iter().any(|listed| listed.is(name))
    }
}

/// Looks names up, and leaves out what may not be reached by them. The connection goes to what was looked at here, and to nothing that a
/// second look-up would give.
pub(crate) struct Resolver(pub(crate) Arc<Hosts>);

impl Resolve for Resolver {
    fn resolve(&self, name: Name) -> Resolving {
        let hosts = self.0.clone();
        Box::pin(async move {
            let name = name.as_str();
            let found = tokio::net::lookup_host((name, 0)).await?;
            let may: Vec<SocketAddr> = found.filter(|address| hosts.may_lead_to(name, address.ip())).collect();
            let addresses: Addrs = Box::new(may.into_iter());
            Ok(addresses)
        })
    }
}

/// Whether an address is somebody's on the Internet: what is private, reserved or of this machine is not.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => is_public_v4(v4),
        IpAddr::V6(v6) => is_public_v6(v6),
    }
}

fn is_public_v4(address: Ipv4Addr) -> bool {
    let [a, b, c, _] = address.octets();
    let is_reserved = a == 0
        || a >= 240
        || address.is_private()
        || address.is_loopback()
        || address.is_link_local()
        || address.is_multicast()
        || address.is_documentation()
        || (a == 100 && (64..128).contains(&b))
        || (a == 192 && b == 0 && c == 0)
        || (a == 198 && (b == 18 || b == 19));
    !is_reserved
}

/// Of global unicast addresses those that are no documentation, and carry no other address in themselves (6to4, Teredo).
fn is_public_v6(address: Ipv6Addr) -> bool {
    if let Some(v4) = address.to_ipv4_mapped() {
        return is_public_v4(v4);
    }
    let [a, b, ..] = address.segments();
    let is_special = a == 0x2002 || (a == 0x2001 && (b < 0x200 || b == 0xdb8)) || a == 0x3fff;
    a & 0xe000 == 0x2000 && !is_special
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hosts(listed: &[&str]) -> Hosts {
        Hosts::new(listed.iter().map(|host| host.parse().unwrap()).collect())
    }

    #[test]
    fn pushes_go_to_push_services_and_nowhere_else() {
        let hosts = hosts(&[]);
        for endpoint in [
            "https://fcm.googleapis.com/fcm/send/abc:def",
            "https://updates.push.services.mozilla.com/wpush/v2/gAAAA",
            "https://web.push.apple.com/QGuQyavXutnMH",
            "https://db5p.notify.windows.com/w/?token=BQYAAA%3d",
            "https://FCM.googleapis.com/fcm/send/abc",
        ] {
            assert!(hosts.check(endpoint).is_ok(), "{endpoint}");
        }
        for endpoint in [
            "http://fcm.googleapis.com/fcm/send/abc",
            "https://fcm.googleapis.com:8443/fcm/send/abc",
            "https://fcm.googleapis.com.example.org/",
            "https://fcm.googleapis.com./",
            "https://evilfcm.googleapis.com/",
            "https://push.apple.com/",
            "https://notpush.apple.com/",
            "https://x@fcm.googleapis.com/",
            "https://127.0.0.1/",
            "https://[::1]/",
            "https://localhost/",
            "http://127.0.0.1:9/",
            "https://2130706433/",
            "file:///etc/passwd",
            "gopher://fcm.googleapis.com/",
            "fcm.googleapis.com",
            "",
        ] {
            assert!(hosts.check(endpoint).is_err(), "{endpoint}");
        }
    }

    #[test]
    fn an_operator_lists_more() {
        let hosts = hosts(&["push.example.org", "*.intern.example", "http://127.0.0.1"]);
        for endpoint in ["https://push.example.org:8443/x", "https://a.intern.example/x", "http://127.0.0.1:9/x"] {
            assert!(hosts.check(endpoint).is_ok(), "{endpoint}");
        }
        for endpoint in
            ["http://push.example.org/x", "https://intern.example/x", "http://localhost:9/x", "https://127.0.0.1/x"]
        {
            assert_eq!(hosts.check(endpoint), Err(Refusal::NotListed), "{endpoint}");
        }
        let parsed = |text: &str| text.parse::<PushHost>();
        assert_eq!(parsed("http://192.168.1.1"), Err(PushHostError::NotLoopback));
        assert!(parsed("http://[::1]").is_ok());
        for text in ["", "https://push.example.org", "push.example.org/x", "push.example.org:1", "a b"] {
            assert_eq!(parsed(text), Err(PushHostError::NoHost), "{text}");
        }
    }

    #[test]
    fn a_name_leads_into_no_private_network_unless_it_is_listed() {
        let hosts = hosts(&["push.example.org"]);
        for (address, public) in [
            ("142.250.1.95", true),
            ("2a00:1450:4001::5f", true),
            ("10.1.2.3", false),
            ("172.16.0.1", false),
            ("192.168.0.1", false),
            ("127.0.0.1", false),
            ("169.254.169.254", false),
            ("100.64.0.1", false),
            ("0.0.0.0", false),
            ("224.0.0.1", false),
            ("255.255.255.255", false),
            ("::1", false),
            ("::", false),
            ("fe80::1", false),
            ("fd00::1", false),
            ("::ffff:10.0.0.1", false),
            ("64:ff9b::a00:1", false),
            ("2002:a00:1::", false),
            ("2001:0:a00:1::", false),
            ("2001:db8::1", false),
        ] {
            let address: IpAddr = address.parse().unwrap();
            assert_eq!(hosts.may_lead_to("fcm.googleapis.com", address), public, "{address}");
            assert!(hosts.may_lead_to("push.example.org", address), "{address}");
        }
    }

    proptest::proptest! {
        #[test]
        fn whatever_an_endpoint_is_it_is_judged(endpoint in "\\PC{0,80}", host in "[a-z.\\[\\]:@/%0-9]{0,40}") {
            let hosts = hosts(&[]);
            let _ = hosts.check(&endpoint);
            if let Ok(url) = hosts.check(&format!("https://{host}/")) {
                proptest::prop_assert!(url.host_str().is_some_and(|host| host.ends_with(".com")));
            }
        }
    }
}
