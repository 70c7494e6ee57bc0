//! What a service says when it is asked for tokens, whatever its dialect of OAuth. Pure.

use std::time::Duration;

use secrecy::SecretString;
use serde::{Deserialize, Deserializer};

use crate::integrations::credentials::model::{NotRenewed, Tokens};

/// The body of an answer: tokens, or an error, which some services send with a status of success.
#[derive(Default, Deserialize)]
#[serde(default)]
struct Body {
    access_token: Option<SecretString>,
    refresh_token: Option<SecretString>,
    #[serde(deserialize_with = "seconds")]
    expires_in: Option<u64>,
    #[serde(deserialize_with = "seconds")]
    refresh_token_expires_in: Option<u64>,
    scope: Option<String>,
    error: Option<String>,
}

/// The longest that a token is believed to last.
const LONGEST: u64 = 10 * 366 * 24 * 3600;

/// The tokens, or why there are none. `wait`: how long the service wants us to wait, where it says so.
pub fn read(status: u16, body: &[u8], wait: Option<Duration>) -> Result<Tokens, NotRenewed> {
    let body: Body = serde_json::from_slice(body).unwrap_or_default();
    if let Some(error) = &body.error {
        return Err(meaning(error, wait));
    }
    match (status, body.access_token) {
        (200..=299, Some(access)) => Ok(Tokens {
            access,
            refresh: body.refresh_token,
            lasts: body.expires_in.map(Duration::from_secs),
            refresh_lasts: body.refresh_token_expires_in.map(Duration::from_secs),
            scopes: body.scope.map(|scope| scopes(&scope)),
        }),
        // It may have taken the token that was sent.
        (200..=299, None) => Err(NotRenewed::Unknown),
        (401, _) => Err(NotRenewed::Misconfigured),
        _ => Err(NotRenewed::Later(wait)),
    }
}

/// The errors of RFC 6749, those of GitHub, and those by which Microsoft asks for the person.
fn meaning(error: &str, wait: Option<Duration>) -> NotRenewed {
    match error {
        "invalid_grant"
        | "bad_refresh_token"
        | "incorrect_client_credentials"
        | "bad_verification_code"
        | "unverified_user_email"
        | "interaction_required"
        | "consent_required"
        | "login_required"
        | "access_denied" => NotRenewed::Refused,
        "invalid_client"
        | "unauthorized_client"
        | "invalid_request"
        | "invalid_scope"
        | "unsupported_grant_type"
        | "redirect_uri_mismatch"
        | "application_suspended" => NotRenewed::Misconfigured,
        _ => NotRenewed::Later(wait),
    }
}

/// A list of what we may do, in each of the ways in which services write it.
fn scopes(text: &str) -> Vec<String> {
    text.split([' ', ',']).filter(|scope| !scope.is_empty()).map(str::to_owned).collect()
}

/// A number, or a text that is one; what is neither counts as not said.
fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<u64>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Said {
        Number(u64),
        Text(String),
        Other(serde::de::IgnoredAny),
    }
    let said = match Said::deserialize(deserializer)? {
        Said::Number(seconds) => Some(seconds),
        Said::Text(text) => text.parse().ok(),
        Said::Other(_) => None,
    };
    Ok(said.map(|seconds| seconds.min(LONGEST)))
}

#[cfg(test)]
mod tests {
    use secrecy::ExposeSecret as _;

    use super::*;

    #[test]
    fn tokens_are_read_in_every_dialect() {
        let read = |body: &str| read(200, body.as_bytes(), None).expect("tokens");
        let full = read(
            r#"{"access_token":"a","refresh_token":"r","expires_in":3600,"refresh_token_expires_in":"7200","scope":"b c,d","token_type":"bearer"}"#,
        );
        assert_eq!((full.access.expose_secret(), full.refresh.expect("one").expose_secret()), ("a", "r"));
        assert_eq!((full.lasts, full.refresh_lasts), (Some(Duration::from_hours(1)), Some(Duration::from_hours(2))));
        assert_eq!(full.scopes.expect("some"), ["b", "c", "d"]);
        for bare in [
            r#"{"access_token":"a"}"#,
            r#"{"access_token":"a","expires_in":null,"refresh_token":null,"scope":null}"#,
            r#"{"access_token":"a","expires_in":-1}"#,
            r#"{"access_token":"a","expires_in":"soon"}"#,
            r#"{"access_token":"a","expires_in":[1]}"#,
        ] {
            let bare = read(bare);
            assert!(bare.refresh.is_none() && bare.lasts.is_none() && bare.scopes.is_none());
        }
        let long = read(r#"{"access_token":"a","expires_in":18446744073709551615}"#);
        assert_eq!(long.lasts, Some(Duration::from_secs(LONGEST)));
    }

    #[test]
    fn each_error_has_its_class_whatever_the_status() {
        let wait = Some(Duration::from_secs(7));
        for (error, class) in [
            ("invalid_grant", NotRenewed::Refused),
            ("bad_refresh_token", NotRenewed::Refused),
            ("incorrect_client_credentials", NotRenewed::Refused),
            ("interaction_required", NotRenewed::Refused),
            ("consent_required", NotRenewed::Refused),
            ("invalid_client", NotRenewed::Misconfigured),
            ("unauthorized_client", NotRenewed::Misconfigured),
            ("temporarily_unavailable", NotRenewed::Later(wait)),
            ("server_error", NotRenewed::Later(wait)),
            ("something_new", NotRenewed::Later(wait)),
        ] {
            let body = format!(r#"{{"error":"{error}","error_description":"words"}}"#);
            for status in [200, 400, 401, 403] {
                assert_eq!(read(status, body.as_bytes(), wait).map(drop), Err(class), "{status} {error}");
            }
        }
    }

    #[test]
    fn what_has_no_words_goes_by_its_status() {
        let wait = Some(Duration::from_secs(7));
        for (status, body, class) in [
            (200, "", NotRenewed::Unknown),
            (200, "<html>", NotRenewed::Unknown),
            (200, r#"{"token_type":"bearer"}"#, NotRenewed::Unknown),
            (200, r#"{"access_token":"#, NotRenewed::Unknown),
            (401, "", NotRenewed::Misconfigured),
            (400, "", NotRenewed::Later(wait)),
            (302, "", NotRenewed::Later(wait)),
            (429, "", NotRenewed::Later(wait)),
            (500, r#"{"access_token":"a"}"#, NotRenewed::Later(wait)),
            (503, "<html>", NotRenewed::Later(wait)),
        ] {
            assert_eq!(read(status, body.as_bytes(), wait).map(drop), Err(class), "{status} {body}");
        }
    }
}
