//! Whose page makes a browser ask: what decides whether a cookie counts, and whether one is written.

use axum::http::HeaderMap;

use super::Edge;

/// Whose page is behind a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Page {
    /// One of this service, or of a listed origin.
    Ours,
    Foreign,
    /// Nothing says that there is any: a program, usually.
    None,
}

impl Page {
    /// A page of somebody else can make a browser send cookies along, but cannot hide where it comes from. Origins are compared
    /// whole: scheme, host and port.
    pub fn of(edge: &Edge, headers: &HeaderMap) -> Self {
        match (headers.get("origin"), text(headers, "sec-fetch-site")) {
            (Some(origin), _) => {
                let origin = origin.to_str().ok().and_then(Origin::parse);
                if origin.is_some_and(|origin| is_ours(edge, headers, origin)) { Self::Ours } else { Self::Foreign }
            }
            (None, Some("same-origin")) => Self::Ours,
            (None, Some(_)) => Self::Foreign,
            (None, None) => Self::None,
        }
    }
}

/// Scheme, host and port, as far as they are compared.
#[derive(Debug, Clone, Copy)]
struct Origin<'a> {
    scheme: &'a str,
    host: &'a str,
    /// `None` is the one that the scheme has anyway.
    port: Option<&'a str>,
}

impl PartialEq for Origin<'_> {
    fn eq(&self, other: &Self) -> bool {
        self.scheme.eq_ignore_ascii_case(other.scheme) && self.host.eq_ignore_ascii_case(other.host) && self.port == other.port
    }
}

impl<'a> Origin<'a> {
    fn parse(text: &'a str) -> Option<Self> {
        let (scheme, authority) = text.split_once("://")?;
        Some(Self::new(scheme, authority))
    }

    fn new(scheme: &'a str, authority: &'a str) -> Self {
        let (host, port) = host_and_port(authority);
        let usual = if scheme.eq_ignore_ascii_case("https") { "443" } else { "80" };
        Self { scheme, host, port: port.filter(|port| *port != usual) }
    }
}

fn is_ours(edge: &Edge, headers: &HeaderMap, origin: Origin<'_>) -> bool {
    let listed = edge.origins.iter().filter_map(|listed| Origin::parse(listed)).any(|listed| listed == origin);
    let mut own =
        public_hosts(edge, headers).flat_map(|host| schemes(edge, headers).map(move |scheme| Origin::new(scheme, host)));
    listed || own.any(|own| own == origin)
}

/// The schemes that the caller may have used. Only those in front of us speak TLS. The Functions host says of a request that
/// it proxies how it was asked itself, so that what it calls plain may have been TLS before it; in Azure it always was.
fn schemes<'h>(edge: &Edge, headers: &'h HeaderMap) -> impl Iterator<Item = &'h str> {
    let forwarded = text(headers, "x-forwarded-proto").map_or("http", first);
    let as_asked = (!edge.always_secure).then_some(forwarded);
    let before_host = (edge.always_secure || edge.behind_host).then_some("https");
    as_asked.into_iter().chain(before_host)
}

/// The names under which the caller may know us. Where a proxy says them, which a page cannot, they are what counts: behind
/// the Functions host `Host` is then an address of the machine, which any local page could have.
fn public_hosts<'h>(edge: &Edge, headers: &'h HeaderMap) -> impl Iterator<Item = &'h str> {
    let forwarded = text(headers, "x-forwarded-host").map(first);
    // An application gateway in front of the host has replaced `Host` before the host saw it.
    let original = edge.behind_host.then(|| text(headers, "x-original-host")).flatten();
    let direct = if forwarded.is_none() && original.is_none() { text(headers, "host") } else { None };
    [forwarded, original, direct].into_iter().flatten()
}

/// Whether the request came over the loopback, where there need be no TLS.
pub(super) fn is_local(edge: &Edge, headers: &HeaderMap) -> bool {
    let loopback = |host: &str| matches!(host_and_port(host).0, "localhost" | "127.0.0.1" | "[::1]");
    !edge.always_secure && public_hosts(edge, headers).next().is_some_and(loopback)
}

fn host_and_port(authority: &str) -> (&str, Option<&str>) {
    match authority.rfind(':') {
        Some(colon) if !authority[colon..].contains(']') => (&authority[..colon], Some(&authority[colon + 1..])),
        _ => (authority, None),
    }
}

/// What the outermost of several proxies has said.
fn first(list: &str) -> &str {
    list.split(',').next().unwrap_or_default().trim()
}

fn text<'h>(headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    headers.get(name).and_then(|value| value.to_str().ok())
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderName;

    use super::*;
    use crate::web::tests::edge;

    const NO_HEADER: &str = "";

    fn page(edge: &Edge, pairs: &[(&'static str, &str)]) -> Page {
        let pairs = pairs.iter().filter(|(_, value)| *value != NO_HEADER);
        let headers = pairs.map(|(name, value)| (HeaderName::from_static(name), value.parse().expect("a value"))).collect();
        Page::of(edge, &headers)
    }

    #[test]
    fn an_origin_is_compared_whole() {
        let edge = Edge { origins: ["https://app.example".to_owned()].into(), ..edge() };
        for (host, origin, expected) in [
            ("api.example:7071", "http://api.example:7071", Page::Ours),
            ("api.example:7071", "HTTP://API.example:7071", Page::Ours),
            ("api.example", "http://api.example", Page::Ours),
            ("api.example", "http://api.example:80", Page::Ours),
            ("api.example:80", "http://api.example", Page::Ours),
            ("[::1]:7071", "http://[::1]:7071", Page::Ours),
            ("api.example:7071", "https://app.example", Page::Ours),
            ("api.example:7071", "https://app.example:443", Page::Ours),
            ("api.example:7071", "http://app.example", Page::Foreign),
            ("api.example:7071", "https://app.example:8443", Page::Foreign),
            ("api.example:7071", "https://api.example:7071", Page::Foreign),
            ("api.example:7071", "http://api.example:3000", Page::Foreign),
            ("api.example:7071", "http://api.example", Page::Foreign),
            ("127.0.0.1:7071", "http://127.0.0.1:7072", Page::Foreign),
            ("[::1]:7071", "http://[::1]", Page::Foreign),
            ("api.example:7071", "https://app.example.evil", Page::Foreign),
            ("api.example:7071", "null", Page::Foreign),
            ("api.example:7071", "http://", Page::Foreign),
        ] {
            for site in [NO_HEADER, "same-origin", "cross-site"] {
                let found = page(&edge, &[("host", host), ("origin", origin), ("sec-fetch-site", site)]);
                assert_eq!(found, expected, "{origin} at {host}, {site}");
            }
        }
    }

    #[test]
    fn without_an_origin_the_browser_says_whose_page_it_is() {
        for (site, expected) in [
            (NO_HEADER, Page::None),
            ("same-origin", Page::Ours),
            ("same-site", Page::Foreign),
            ("cross-site", Page::Foreign),
            ("none", Page::Foreign),
        ] {
            assert_eq!(page(&edge(), &[("host", "api.example"), ("sec-fetch-site", site)]), expected, "{site}");
        }
    }

    #[test]
    fn behind_a_proxy_what_it_says_is_what_the_caller_used() {
        let (alone, host) = (edge(), Edge { behind_host: true, ..edge() });
        let azure = Edge { always_secure: true, ..host.clone() };
        let (public, local) = ("https://public.example", "http://127.0.0.1:40123");
        for (edge, proto, forwarded, original, origin, expected) in [
            (&host, "https", "public.example", NO_HEADER, public, Page::Ours),
            (&host, "https", "public.example:443", NO_HEADER, public, Page::Ours),
            (&host, "https", "public.example, inner.example", NO_HEADER, public, Page::Ours),
            (&host, "https", "public.example", NO_HEADER, "http://public.example", Page::Foreign),
            // How the host itself was asked, which need not be how its front end was.
            (&host, "http", "public.example", NO_HEADER, public, Page::Ours),
            (&host, "http", "public.example", NO_HEADER, "http://public.example", Page::Ours),
            (&host, "http", "public.example", NO_HEADER, "https://public.example:8443", Page::Foreign),
            (&host, "https", "public.example", NO_HEADER, local, Page::Foreign),
            (&host, "http", "public.example", NO_HEADER, local, Page::Foreign),
            (&host, "http", "public.example", NO_HEADER, "http://127.0.0.1:3000", Page::Foreign),
            (&host, "https", "app.azurewebsites.net", "public.example", public, Page::Ours),
            (&host, "https", NO_HEADER, "public.example", public, Page::Ours),
            (&azure, "http", "public.example", NO_HEADER, public, Page::Ours),
            (&azure, "http", "public.example", NO_HEADER, "http://public.example", Page::Foreign),
            (&alone, "https", "public.example", NO_HEADER, public, Page::Ours),
            (&alone, "http", "public.example", NO_HEADER, public, Page::Foreign),
            (&alone, "https", NO_HEADER, "public.example", public, Page::Foreign),
            (&alone, NO_HEADER, NO_HEADER, NO_HEADER, local, Page::Ours),
        ] {
            let pairs = [
                ("host", "127.0.0.1:40123"),
                ("x-forwarded-proto", proto),
                ("x-forwarded-host", forwarded),
                ("x-original-host", original),
                ("origin", origin),
            ];
            assert_eq!(page(edge, &pairs), expected, "{pairs:?}");
        }
    }
}
