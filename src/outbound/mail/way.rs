//! By which way mail goes, as its setting names it. Pure.

use std::{fmt, net::IpAddr};

use percent_encoding::percent_decode_str;
use secrecy::SecretString;
use url::{Host, Url};

/// How a connection is kept from others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Security {
    /// Not at all: on this machine.
    Plain,
    /// From the second command on, or not at all used.
    StartTls,
    Tls,
}

/// A server that takes mail from us.
#[derive(Clone)]
pub struct Server {
    pub host: String,
    pub port: u16,
    pub security: Security,
    /// A name and a password.
    pub login: Option<(String, SecretString)>,
}

impl fmt::Debug for Server {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Server").field("security", &self.security).finish_non_exhaustive()
    }
}

/// The ways that there are.
#[derive(Debug, Clone)]
pub enum Way {
    Smtp(Server),
    SendGrid,
    /// Azure Communication Services.
    Azure,
    Off,
}

impl Way {
    /// What a setting says: `smtp://user:password@host:port`, `smtps://…`, `sendgrid:`, `acs:` or `off`. `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        match text.trim() {
            "sendgrid:" => Some(Self::SendGrid),
            "acs:" => Some(Self::Azure),
            "off" => Some(Self::Off),
            address => Server::parse(address).map(Self::Smtp),
        }
    }
}

impl Server {
    fn parse(text: &str) -> Option<Self> {
        let url = Url::parse(text).ok()?;
        let host = match url.host()? {
            Host::Domain(name) if !name.is_empty() => name.to_ascii_lowercase(),
            Host::Domain(_) => return None,
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        };
        let here = host == "localhost" || host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
        let (security, usual) = match url.scheme() {
            "smtps" => (Security::Tls, 465),
            "smtp" if here => (Security::Plain, 587),
            "smtp" => (Security::StartTls, 587),
            _ => return None,
        };
        if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
            return None;
        }
        let decoded = |text: &str| percent_decode_str(text).decode_utf8().ok().map(String::from);
        let login = match (url.username(), url.password()) {
            ("", None) => None,
            (_, None) | ("", _) => return None,
            (name, Some(password)) => Some((decoded(name)?, decoded(password)?.into())),
        };
        Some(Self { host, port: url.port().unwrap_or(usual), security, login })
    }
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn a_server_is_named_with_all_that_it_takes() {
        let server = |text| match Way::parse(text) {
            Some(Way::Smtp(server)) => server,
            other => panic!("{text}: {other:?}"),
        };
        for (text, host, port, security) in [
            ("smtp://mail.example.org", "mail.example.org", 587, Security::StartTls),
            ("smtp://mail.example.org:25/", "mail.example.org", 25, Security::StartTls),
            ("smtps://Mail.example.org", "mail.example.org", 465, Security::Tls),
            ("smtp://localhost:1025", "localhost", 1025, Security::Plain),
            ("smtp://127.0.0.1:1025", "127.0.0.1", 1025, Security::Plain),
            ("smtp://[::1]:1025", "::1", 1025, Security::Plain),
            ("smtp://10.0.0.1", "10.0.0.1", 587, Security::StartTls),
            ("smtps://127.0.0.1", "127.0.0.1", 465, Security::Tls),
        ] {
            let found = server(text);
            assert_eq!((found.host.as_str(), found.port, found.security), (host, port, security), "{text}");
            assert!(found.login.is_none());
        }
        let (name, password) = server("smtps://ann%40example.org:hunter2%2F%3A+@mail.example.org").login.expect("a login");
        assert_eq!((name.as_str(), password.expose_secret()), ("ann@example.org", "hunter2/:+"));
        assert!(!format!("{:?}", server("smtp://ann:hunter2@mail.example.org")).contains("hunter2"));
    }

    #[test]
    fn what_is_no_way_is_none() {
        for text in ["", "mail.example.org", "http://mail.example.org", "smtp:", "smtp://", "smtp://ann@mail.example.org"] {
            assert!(Way::parse(text).is_none(), "{text}");
        }
        for text in
            ["smtp://mail.example.org/inbox", "smtp://mail.example.org?tls=none", "sendgrid", "smtp://:x@mail.example.org"]
        {
            assert!(Way::parse(text).is_none(), "{text}");
        }
        assert!(matches!(Way::parse(" sendgrid: "), Some(Way::SendGrid)) && matches!(Way::parse("acs:"), Some(Way::Azure)));
        assert!(matches!(Way::parse("off"), Some(Way::Off)));
    }
}
