//! From which address somebody asks, as far as budgets are kept for it.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};

use axum::{
    extract::{ConnectInfo, FromRequestParts},
    http::{HeaderMap, request::Parts},
};

use super::Edge;
use crate::kernel::Error;

/// Who is at the other end of the connection; `None` within the process.
#[derive(Debug, Clone, Copy)]
pub struct Peer(Option<IpAddr>);

impl<S: Sync> FromRequestParts<S> for Peer {
    type Rejection = Error;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Error> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        Ok(Self(peer.map(|ConnectInfo(address)| address.ip().to_canonical())))
    }
}

impl Peer {
    /// Whose budget a request uses. `None` for those who have none, because they are on this machine itself: its owner, and
    /// tests.
    pub fn caller(self, edge: &Edge, headers: &HeaderMap) -> Option<IpAddr> {
        if edge.behind_host {
            // The host is the peer. Whom it has not been told of are counted together.
            return Some(hops(headers).next().flatten().unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED)));
        }
        let peer = self.0?;
        let trusted = |address: IpAddr| edge.trusted_proxies.iter().any(|network| network.contains(address));
        if trusted(peer) {
            // The last that none of ours has added is whom the outermost of ours saw.
            return Some(hops(headers).find(|hop| !hop.is_some_and(trusted)).flatten().unwrap_or(peer));
        }
        let own = [IpAddr::V4(Ipv4Addr::LOCALHOST), IpAddr::V6(Ipv6Addr::LOCALHOST)];
        (!own.contains(&peer)).then_some(peer)
    }
}

/// The hops that a request was forwarded for, the last one first; `None` for what is no address.
fn hops(headers: &HeaderMap) -> impl Iterator<Item = Option<IpAddr>> {
    let lines = headers.get_all("x-forwarded-for").iter().rev();
    lines.flat_map(|line| line.to_str().unwrap_or_default().rsplit(',').map(|hop| address(hop.trim())))
}

/// Some proxies add the port.
fn address(text: &str) -> Option<IpAddr> {
    let address = text.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip()))?;
    Some(address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{kernel::Network, web::tests::edge};

    fn caller(edge: &Edge, peer: &str, forwarded: &[&str]) -> Option<String> {
        let lines =
            forwarded.iter().map(|line| (axum::http::HeaderName::from_static("x-forwarded-for"), line.parse().expect("text")));
        let peer = Peer(peer.parse().ok().map(|peer: IpAddr| peer.to_canonical()));
        peer.caller(edge, &lines.collect()).map(|address| address.to_string())
    }

    #[test]
    fn the_machine_itself_has_no_budget_and_every_other_address_has() {
        let edge = edge();
        for own in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "within the process"] {
            assert_eq!(caller(&edge, own, &[]), None, "{own}");
            // Nobody need be believed there.
            assert_eq!(caller(&edge, own, &["203.0.113.9"]), None, "{own}");
        }
        for other in ["127.0.0.2", "127.1.2.3", "203.0.113.9", "2001:db8::1"] {
            assert_eq!(caller(&edge, other, &["127.0.0.1"]).as_deref(), Some(other));
        }
    }

    #[test]
    fn a_proxy_is_believed_where_it_is_listed() {
        let networks = ["10.0.0.0/8", "127.0.0.1", "2001:db8:f::/48"].map(|text| Network::parse(text).expect("a network"));
        let edge = Edge { trusted_proxies: networks.into(), ..edge() };
        for (peer, forwarded, expected) in [
            ("10.1.2.3", &["203.0.113.9"][..], "203.0.113.9"),
            ("127.0.0.1", &["203.0.113.9"], "203.0.113.9"),
            ("127.0.0.1", &["127.0.0.2"], "127.0.0.2"),
            // What the caller has sent along stands before what the proxy has added.
            ("10.1.2.3", &["1.1.1.1, 203.0.113.9"], "203.0.113.9"),
            ("10.1.2.3", &["1.1.1.1", "203.0.113.9"], "203.0.113.9"),
            ("10.1.2.3", &["1.1.1.1, 203.0.113.9, 10.9.9.9"], "203.0.113.9"),
            ("2001:db8:f::1", &["203.0.113.9:50123"], "203.0.113.9"),
            ("10.1.2.3", &["[2001:db8::7]:443"], "2001:db8::7"),
            ("10.1.2.3", &["203.0.113.9, unknown"], "10.1.2.3"),
            ("10.1.2.3", &[], "10.1.2.3"),
            ("203.0.113.7", &["203.0.113.9"], "203.0.113.7"),
        ] {
            assert_eq!(caller(&edge, peer, forwarded).as_deref(), Some(expected), "{peer} {forwarded:?}");
        }
    }

    #[test]
    fn behind_the_functions_host_the_last_hop_counts() {
        let edge = Edge { behind_host: true, ..edge() };
        for (forwarded, expected) in [
            (&["203.0.113.9:41234"][..], "203.0.113.9"),
            (&["127.0.0.1, 203.0.113.9"], "203.0.113.9"),
            (&["127.0.0.1"], "127.0.0.1"),
            (&["203.0.113.9, nonsense"], "0.0.0.0"),
            (&[], "0.0.0.0"),
        ] {
            assert_eq!(caller(&edge, "127.0.0.1", forwarded).as_deref(), Some(expected), "{forwarded:?}");
        }
    }
}
