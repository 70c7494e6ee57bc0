//! Which addresses are called, when a person names them.

use std::{
    net::{IpAddr, Ipv4Addr, SocketAddr},
    sync::Arc,
    time::Duration,
};

use reqwest::dns::{Name, Resolve, Resolving};
use url::{Host, Url};

use crate::kernel::Network;

/// What outgoing requests are bound to.
#[derive(Debug, Clone)]
pub struct Policy {
    /// Addresses that are not public and called all the same, also unencrypted and at any port.
    pub private: Vec<Network>,
    /// From the first byte that is sent to the last that comes.
    pub timeout: Duration,
}

impl Default for Policy {
    fn default() -> Self {
        Self { private: Vec::new(), timeout: Duration::from_secs(10) }
    }
}

/// Where a machine in a cloud learns its own credentials: not called, whatever is allowed.
const NEVER: [&str; 3] = ["169.254.0.0/16", "fe80::/10", "168.63.129.16/32"];

/// What the registries of special addresses take out of the public ones.
const NOT_PUBLIC_V4: [&str; 14] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.0.0.0/24",
    "192.0.2.0/24",
    "192.88.99.0/24",
    "192.168.0.0/16",
    "198.18.0.0/15",
    "198.51.100.0/24",
    "203.0.113.0/24",
    "224.0.0.0/3",
];
const NOT_PUBLIC_V6: [&str; 4] = ["2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"];

impl Policy {
    /// Whether addresses in `network` may be allowed although they are not public.
    pub fn may_allow(network: &Network) -> bool {
        !networks(&NEVER).any(|never| never.overlaps(network))
    }

    /// Whether the address is one that is called, as far as it can be told without asking who it is.
    pub fn allows(&self, url: &Url) -> bool {
        self.reach(url).is_some()
    }

    /// To what a request to that address may go; `None` for nothing.
    pub(super) fn reach(&self, url: &Url) -> Option<Reach> {
        if !url.username().is_empty() || url.password().is_some() {
            return None;
        }
        let plain = match url.scheme() {
            "https" => url.port().is_some(),
            "http" => true,
            _ => return None,
        };
        match url.host()? {
            Host::Domain(_) if !plain => Some(Reach::Public),
            Host::Domain(_) => (!self.private.is_empty()).then_some(Reach::Private),
            Host::Ipv4(address) => self.is_allowed(address.into()).then_some(Reach::Private),
            Host::Ipv6(address) => self.is_allowed(address.into()).then_some(Reach::Private),
        }
    }

    fn is_allowed(&self, address: IpAddr) -> bool {
        !networks(&NEVER).any(|never| never.contains(address)) && self.private.iter().any(|network| network.contains(address))
    }

    fn reaches(&self, reach: Reach, address: IpAddr) -> bool {
        match reach {
            Reach::Operator => true,
            Reach::Public => is_public(address) || self.is_allowed(address),
            Reach::Private => self.is_allowed(address),
        }
    }
}

fn networks(texts: &'static [&'static str]) -> impl Iterator<Item = Network> {
    texts.iter().filter_map(|text| Network::parse(text))
}

fn is_public(address: IpAddr) -> bool {
    let address = address.to_canonical();
    if networks(&NEVER).any(|never| never.contains(address)) {
        return false;
    }
    match address {
        IpAddr::V4(_) => !networks(&NOT_PUBLIC_V4).any(|network| network.contains(address)),
        // An IPv4 address behind a translator is as public as it is without.
        IpAddr::V6(v6) if v6.segments()[..6] == [0x64, 0xff9b, 0, 0, 0, 0] => {
            let [.., a, b, c, d] = v6.octets();
            is_public(Ipv4Addr::new(a, b, c, d).into())
        }
        IpAddr::V6(v6) => v6.segments()[0] >> 13 == 1 && !networks(&NOT_PUBLIC_V6).any(|network| network.contains(address)),
    }
}

/// To which addresses a connection may be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// To all: the operator named them.
    Operator,
    /// To public ones, and those that are allowed.
    Public,
    /// To those that are allowed.
    Private,
}

/// A name leads to no address that is called.
#[derive(Debug, thiserror::Error)]
#[error("the address is not allowed")]
pub(super) struct NotAllowed;

/// Looks names up for the connection that is made next, so that what was looked at is what is called.
#[derive(Debug)]
pub(super) struct Guard {
    pub policy: Arc<Policy>,
    pub reach: Reach,
}

impl Resolve for Guard {
    fn resolve(&self, name: Name) -> Resolving {
        let (policy, reach) = (Arc::clone(&self.policy), self.reach);
        Box::pin(async move {
            let found = tokio::net::lookup_host((name.as_str(), 0)).await?;
            let allowed: Vec<SocketAddr> = found.filter(|address| policy.reaches(reach, address.ip())).collect();
            if allowed.is_empty() {
                return Err(NotAllowed.into());
            }
            Ok(Box::new(allowed.into_iter()) as reqwest::dns::Addrs)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn network(text: &str) -> Network {
        Network::parse(text).expect("a network")
    }

    fn policy(private: &[&str]) -> Policy {
        Policy { private: private.iter().map(|text| network(text)).collect(), ..Policy::default() }
    }

    #[test]
    fn what_is_not_public_is_told_by_the_address() {
        for address in ["93.184.216.34", "8.8.8.8", "192.0.1.1", "2606:4700::1111", "64:ff9b::808:808", "::ffff:8.8.8.8"] {
            assert!(is_public(address.parse().expect("an address")), "{address}");
        }
        for address in [
            "0.0.0.0",
            "10.1.2.3",
            "100.64.0.1",
            "127.0.0.1",
            "169.254.169.254",
            "168.63.129.16",
            "172.31.255.255",
            "192.168.1.1",
            "198.19.0.1",
            "203.0.113.5",
            "224.0.0.1",
            "255.255.255.255",
            "::",
            "::1",
            "::ffff:127.0.0.1",
            "::127.0.0.1",
            "64:ff9b::a9fe:a9fe",
            "64:ff9b:1::1",
            "fc00::1",
            "fe80::1",
            "fec0::1",
            "ff02::1",
            "2001::1",
            "2001:db8::1",
            "2002:7f00:1::",
        ] {
            assert!(!is_public(address.parse().expect("an address")), "{address}");
        }
        assert_eq!(networks(&NOT_PUBLIC_V4).count(), NOT_PUBLIC_V4.len());
        assert_eq!(networks(&NOT_PUBLIC_V6).count(), NOT_PUBLIC_V6.len());
        assert_eq!(networks(&NEVER).count(), NEVER.len());
    }

    #[test]
    fn addresses_of_machines_cannot_be_allowed() {
        for never in ["169.254.0.0/16", "169.254.169.254", "0.0.0.0/0", "168.0.0.0/8", "168.63.129.16", "fe80::/64", "::/0"] {
            assert!(!Policy::may_allow(&network(never)), "{never}");
        }
        assert!(["192.168.0.0/16", "127.0.0.1/32", "fd00::/8"].iter().all(|text| Policy::may_allow(&network(text))));
    }

    #[test]
    fn literal_addresses_plain_text_and_other_ports_are_for_what_is_allowed() {
        let (none, home) = (policy(&[]), policy(&["192.168.0.0/16", "fd00::/8"]));
        for (url, without, with) in [
            ("https://example.com/dav", Some(Reach::Public), Some(Reach::Public)),
            ("https://example.com:443/", Some(Reach::Public), Some(Reach::Public)),
            ("https://example.com:8443/", None, Some(Reach::Private)),
            ("http://example.com/", None, Some(Reach::Private)),
            ("https://8.8.8.8/", None, None),
            ("http://192.168.1.2:5232/", None, Some(Reach::Private)),
            ("http://3232235778/", None, Some(Reach::Private)),
            ("https://[fd00::1]/", None, Some(Reach::Private)),
            ("http://[::1]/", None, None),
            ("https://169.254.169.254/", None, None),
            ("https://user@example.com/", None, None),
            ("https://:secret@example.com/", None, None),
            ("ftp://example.com/", None, None),
            ("file:///etc/passwd", None, None),
            ("data:text/plain,x", None, None),
        ] {
            let url = Url::parse(url).expect("an address");
            assert_eq!(none.reach(&url), without, "{url}");
            assert_eq!(home.reach(&url), with, "{url}");
            assert_eq!(none.allows(&url), without.is_some(), "{url}");
        }
    }

    #[test]
    fn an_address_that_is_allowed_is_no_way_to_others() {
        let home = policy(&["192.168.0.0/16"]);
        for (reach, address, reaches) in [
            (Reach::Public, "8.8.8.8", true),
            (Reach::Public, "192.168.1.2", true),
            (Reach::Public, "10.0.0.1", false),
            (Reach::Private, "8.8.8.8", false),
            (Reach::Private, "192.168.1.2", true),
            (Reach::Operator, "127.0.0.1", true),
        ] {
            assert_eq!(home.reaches(reach, address.parse().expect("an address")), reaches, "{reach:?} {address}");
        }
        // Even when somebody gets it past the settings.
        assert!(!policy(&["0.0.0.0/0"]).reaches(Reach::Private, "169.254.169.254".parse().expect("an address")));
    }
}
