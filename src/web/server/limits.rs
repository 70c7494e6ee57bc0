//! What a listener allows its peers.

use std::{net::IpAddr, num::NonZero, time::Duration};

/// The head of a request, in bytes.
pub const MAX_HEAD: usize = 64 * 1024;
/// However many descriptors the system gives: each may come to hold a head and as much of a body.
const MAX_CONNECTIONS: usize = 4_096;
/// Descriptors for everything but connections, and for each processor those of its connections to the store.
const RESERVED_DESCRIPTORS: usize = 48;
const RESERVED_FOR_EACH_PROCESSOR: usize = 4;

#[derive(Debug, Clone)]
pub struct Limits {
    /// How many connections at once.
    pub connections: usize,
    /// How many of them from one address.
    pub connections_of_one_address: usize,
    /// From the first byte of a request, or from the beginning of a connection, to the end of the head.
    pub header_read_timeout: Duration,
    /// How long a connection is kept between requests.
    pub idle_timeout: Duration,
    /// How long a peer may take nothing of what is to be written.
    pub write_timeout: Duration,
    /// How often the connections are looked at.
    pub check_interval: Duration,
}

impl Limits {
    /// For peers of any kind, with so many descriptors for the process.
    pub fn alone(descriptors: u64) -> Self {
        let processors = std::thread::available_parallelism().map_or(1, NonZero::get);
        let reserved = RESERVED_DESCRIPTORS + RESERVED_FOR_EACH_PROCESSOR * processors;
        let descriptors = usize::try_from(descriptors).unwrap_or(usize::MAX);
        let connections = descriptors.saturating_sub(reserved).clamp(8, MAX_CONNECTIONS);
        Self {
            connections,
            connections_of_one_address: connections - connections / 4,
            header_read_timeout: Duration::from_secs(15),
            idle_timeout: Duration::from_secs(75),
            write_timeout: Duration::from_secs(30),
            check_interval: Duration::from_secs(1),
        }
    }

    /// For the Functions host, which opens connections ahead and keeps them: longer than it does, so that it is the host that
    /// closes and no request meets a closed door.
    pub fn behind_host(descriptors: u64) -> Self {
        let timeout = Duration::from_secs(150);
        Self { header_read_timeout: timeout, idle_timeout: timeout, ..Self::alone(descriptors) }
    }
}

/// What counts as one address: of IPv6 the network that one customer gets. `None` for this machine's own, which has no share:
/// whatever runs beside the program comes from there.
pub fn shared_by(address: IpAddr) -> Option<IpAddr> {
    match address.to_canonical() {
        IpAddr::V4(address) => (address != std::net::Ipv4Addr::LOCALHOST).then_some(address.into()),
        IpAddr::V6(address) if address == std::net::Ipv6Addr::LOCALHOST => None,
        IpAddr::V6(address) => Some(std::net::Ipv6Addr::from_bits(address.to_bits() >> 64 << 64).into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn connections_leave_descriptors_for_the_rest() {
        for descriptors in [256, 1_024] {
            let limits = Limits::alone(descriptors);
            assert!(limits.connections as u64 + 48 < descriptors && limits.connections as u64 * 4 > descriptors);
            assert!((limits.connections / 2..limits.connections).contains(&limits.connections_of_one_address));
        }
        assert_eq!(Limits::alone(u64::MAX).connections, MAX_CONNECTIONS);
        assert!(Limits::alone(0).connections > 0);
    }

    #[test]
    fn an_address_is_what_one_customer_has() {
        let shared = |text: &str| shared_by(text.parse().expect("an address")).map(|address| address.to_string());
        for own in ["127.0.0.1", "::1", "::ffff:127.0.0.1"] {
            assert_eq!(shared(own), None, "{own}");
        }
        for (address, share) in [
            ("127.0.0.2", "127.0.0.2"),
            ("192.0.2.7", "192.0.2.7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::"),
        ] {
            assert_eq!(shared(address).as_deref(), Some(share));
        }
    }
}
