//! Cookies: those that come with a request, and those that an answer sets.

use axum::http::{HeaderMap, header};
use secrecy::{ExposeSecret as _, SecretString};

use super::{Edge, origin};

/// A cookie that scripts cannot read.
#[derive(Debug, Clone, Copy)]
pub struct Cookie {
    pub name: &'static str,
    pub path: &'static str,
    pub same_site: SameSite,
}

/// Whether a browser sends the cookie when a page of another site leads here.
#[derive(Debug, Clone, Copy)]
pub enum SameSite {
    Lax,
    Strict,
}

impl Cookie {
    /// The values of all cookies of the name, in the order in which they came: a browser may have several, for other paths or
    /// from a neighbouring host. One that is not text is left out and concerns no other.
    pub fn values(self, headers: &HeaderMap) -> impl Iterator<Item = &str> {
        let pairs = headers.get_all(header::COOKIE).iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b';'));
        pairs.filter_map(move |pair| {
            let value = pair.trim_ascii_start().strip_prefix(self.name.as_bytes())?.strip_prefix(b"=")?;
            std::str::from_utf8(value.trim_ascii_end()).ok()
        })
    }

    /// The `Set-Cookie` that hands the value to a browser for `max_age` seconds; zero takes it back.
    pub fn set(self, edge: &Edge, headers: &HeaderMap, value: &SecretString, max_age: u64) -> String {
        let Self { name, path, same_site } = self;
        let secure = if origin::is_local(edge, headers) { "" } else { "; Secure" };
        format!("{name}={}; HttpOnly; SameSite={same_site:?}; Path={path}; Max-Age={max_age}{secure}", value.expose_secret())
    }
}

#[cfg(test)]
mod tests {
    use axum::http::HeaderValue;

    use super::*;

    const COOKIE: Cookie = Cookie { name: "auth_token", path: "/api", same_site: SameSite::Lax };

    fn values(headers: &[&[u8]]) -> Vec<String> {
        let pairs = headers.iter().map(|value| (header::COOKIE, HeaderValue::from_bytes(value).expect("a header")));
        COOKIE.values(&pairs.collect()).map(str::to_owned).collect()
    }

    #[test]
    fn every_cookie_of_the_name_is_found_whatever_is_beside_it() {
        assert_eq!(
            values(&[b"a=b; auth_token=one;auth_token=;  auth_token=two; my_auth_token=x; auth_token2=x"]),
            ["one", "", "two"]
        );
        assert_eq!(
            values(&[b"auth_token=one", b"b=\xff\xfe; auth_token=two", b"auth_token=\xff; auth_token=three"]),
            ["one", "two", "three"]
        );
        assert_eq!(values(&[b"\xe9=\xe9; auth_token=a=b"]), ["a=b"]);
        assert!(values(&[b"", b";;", b"auth_token", b"auth_token ; x"]).is_empty());
    }
}
