//! The sections of what carries messages to people: mail and push.

use base64::{
    Engine as _,
    engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD},
};
use secrecy::SecretString;
use url::Url;

use super::{
    Problem, Source,
    outward::url,
    sections::{complain, listed},
};
use crate::outbound::mail::{self, Sender, Way};

/// Push to browsers.
#[derive(Debug, Clone)]
pub struct PushConfig {
    /// A scalar of P-256 in base64url. `None`: made once and kept in the data folder.
    pub key: Option<SecretString>,
    /// Whom a push service turns to: an address of `mailto:` or `https:`.
    pub subject: String,
    /// Services besides those that are known, as `host` or `host:port`.
    pub hosts: Vec<String>,
}

type Problems = Vec<Problem>;

/// How mail is sent; `None` where it is not.
pub(super) fn mail(source: &Source, problems: &mut Problems) -> Option<mail::Settings> {
    let (given, from) = (source.get(mail::URL), source.get("MAIL_FROM"));
    let in_vault = source.get("KEY_VAULT_URL").is_some();
    let has_key = source.get(mail::SENDGRID_KEY).is_some();
    let sendgrid_url = url(source, "SENDGRID_API_URL", "https://api.sendgrid.com", problems);
    let endpoint =
        source.get("ACS_ENDPOINT").map(|_| url(source, "ACS_ENDPOINT", "https://name.communication.azure.com", problems));
    if source.get(mail::AZURE_KEY).is_some_and(|key| STANDARD.decode(key).is_err()) {
        complain(problems, mail::AZURE_KEY, "must be a key of the resource, which is base64");
    }
    if source.get(mail::AZURE_KEY).is_some() && endpoint.is_none() {
        complain(problems, "ACS_ENDPOINT", format!("must be set where {} is", mail::AZURE_KEY));
    }
    let way = match given.map(Way::parse) {
        Some(Some(Way::Off)) => return None,
        Some(None) => {
            let forms = "smtp://user:password@mail.example:587, smtps://…, sendgrid:, acs: or off";
            complain(problems, mail::URL, format!("must be one of {forms}; a password is percent-encoded"));
            return None;
        }
        Some(way) => way,
        None if has_key => Some(Way::SendGrid),
        None => None,
    };
    match &way {
        Some(Way::SendGrid) if !has_key && !in_vault => {
            complain(problems, mail::SENDGRID_KEY, format!("must be set where {} is sendgrid:", mail::URL));
        }
        Some(Way::Azure) if endpoint.is_none() => {
            complain(problems, "ACS_ENDPOINT", format!("must be set where {} is acs:", mail::URL));
        }
        None if from.is_some() && !in_vault => complain(problems, mail::URL, "must be set where MAIL_FROM is"),
        Some(_) if from.is_none() => complain(problems, "MAIL_FROM", "must be set where mail is to be sent"),
        _ => {}
    }
    let sender = from.map(Sender::parse);
    if let Some(None) = sender {
        complain(problems, "MAIL_FROM", "must be an address, such as Avanochi <avanochi@example.org>");
    }
    Some(mail::Settings { from: sender??, sendgrid_url: sendgrid_url?, azure_endpoint: endpoint.flatten() })
}

/// How browsers are reached; `None` where nobody is named to whom a push service could turn.
pub(super) fn push(source: &Source, problems: &mut Problems) -> Option<PushConfig> {
    let key = source.get("VAPID_PRIVATE_KEY");
    if key.is_some_and(|key| URL_SAFE_NO_PAD.decode(key.trim_end_matches('=')).map(|bytes| bytes.len()) != Ok(32)) {
        complain(problems, "VAPID_PRIVATE_KEY", "must be the 32 bytes of a private key of P-256 in base64url");
    }
    let hosts: Vec<String> = listed(source, "OUTBOUND_HOSTS").map(str::to_ascii_lowercase).collect();
    let is_host = |host: &String| {
        Url::parse(&format!("https://{host}")).is_ok_and(|url| url.path() == "/" && !host.contains(['/', '@', '?', '#']))
    };
    if !hosts.iter().all(is_host) {
        complain(problems, "OUTBOUND_HOSTS", "must be hosts such as push.example:8443, separated by commas");
    }
    let of_mail = source.get("MAIL_FROM").and_then(Sender::parse).map(|sender| format!("mailto:{}", sender.address()));
    let subject = source.get("VAPID_SUBJECT").map(str::to_owned).or(of_mail);
    match &subject {
        None if key.is_some() => complain(problems, "VAPID_SUBJECT", "must be set where VAPID_PRIVATE_KEY is"),
        Some(subject) if !Url::parse(subject).is_ok_and(|url| matches!(url.scheme(), "mailto" | "https")) => {
            complain(problems, "VAPID_SUBJECT", "must be an address such as mailto:ann@example.org or https://example.org");
        }
        _ => {}
    }
    Some(PushConfig { key: key.map(SecretString::from), subject: subject?, hosts })
}

#[cfg(test)]
mod tests {
    use crate::config::{Config, Overrides, Source};

    fn load(values: &[(&str, &str)]) -> Result<Config, Vec<String>> {
        let loaded = Config::load(&Source::of(values), &Overrides::default());
        loaded.map_err(|problems| problems.iter().map(ToString::to_string).collect())
    }

    const FROM: (&str, &str) = ("MAIL_FROM", "Avanochi <avanochi@example.org>");
    const VAULT: (&str, &str) = ("KEY_VAULT_URL", "https://mine.vault.azure.net");
    const ENDPOINT: (&str, &str) = ("ACS_ENDPOINT", "https://mine.communication.azure.com");

    #[test]
    fn mail_is_there_once_it_is_known_how_and_from_whom() {
        let mail = |values: &[(&str, &str)]| load(values).map(|config| config.mail.map(|mail| mail.from.address().to_owned()));
        assert_eq!((mail(&[]), mail(&[VAULT])), (Ok(None), Ok(None)));
        for values in [
            &[FROM, ("MAIL_URL", "smtp://ann:hunter2@mail.example.org")][..],
            &[FROM, ("SENDGRID_KEY", "hunter2")],
            &[FROM, ("MAIL_URL", "sendgrid:"), VAULT],
            &[FROM, ("MAIL_URL", "acs:"), ENDPOINT],
            // The way may be in the vault, since a password may be in it.
            &[FROM, VAULT],
        ] {
            assert_eq!(mail(values), Ok(Some("avanochi@example.org".into())), "{values:?}");
            assert!(!format!("{:?}", load(values)).contains("hunter2"));
        }
        assert_eq!(mail(&[FROM, ("MAIL_URL", "off")]), Ok(None));
    }

    #[test]
    fn half_of_a_pair_is_a_problem_and_no_secret_is_told() {
        for (values, setting) in [
            (&[FROM][..], "MAIL_URL"),
            (&[("MAIL_URL", "smtp://ann:hunter2@mail.example.org")], "MAIL_FROM"),
            (&[("SENDGRID_KEY", "hunter2")], "MAIL_FROM"),
            (&[FROM, ("MAIL_URL", "sendgrid:")], "SENDGRID_KEY"),
            (&[FROM, ("MAIL_URL", "acs:")], "ACS_ENDPOINT"),
            (&[FROM, ("MAIL_URL", "hunter2.example.org")], "MAIL_URL"),
            (&[("MAIL_FROM", "hunter2"), ("MAIL_URL", "smtp://mail.example.org")], "MAIL_FROM"),
            (&[FROM, ("MAIL_URL", "acs:"), ENDPOINT, ("ACS_KEY", "hunter2!")], "ACS_KEY"),
            (&[("ACS_KEY", "aHVudGVyMg==")], "ACS_ENDPOINT"),
            (&[("VAPID_PRIVATE_KEY", "hunter2"), ("VAPID_SUBJECT", "https://example.org")], "VAPID_PRIVATE_KEY"),
            (&[("VAPID_PRIVATE_KEY", "bW9yZSB0aGFuIDMyIGJ5dGVzIG9yIGxlc3MsIHdlbGw")], "VAPID_SUBJECT"),
            (&[("VAPID_SUBJECT", "hunter2")], "VAPID_SUBJECT"),
            (&[("OUTBOUND_HOSTS", "https://hunter2.example.org/x")], "OUTBOUND_HOSTS"),
        ] {
            let problems = load(values).expect_err("a problem");
            assert!(problems.len() == 1 && problems[0].starts_with(setting) && !problems[0].contains("hunter2"), "{problems:?}");
        }
    }

    #[test]
    fn push_is_there_once_there_is_somebody_to_turn_to() {
        let push = |values: &[(&str, &str)]| load(values).expect("good").push.map(|push| push.subject);
        assert_eq!(push(&[]), None);
        assert_eq!(push(&[("VAPID_SUBJECT", "https://example.org")]).as_deref(), Some("https://example.org"));
        assert_eq!(push(&[FROM, ("MAIL_URL", "off")]).as_deref(), Some("mailto:avanochi@example.org"));
        let hosts = load(&[FROM, ("MAIL_URL", "off"), ("OUTBOUND_HOSTS", "Push.example, 127.0.0.1:9")]).expect("good");
        assert_eq!(hosts.push.expect("push").hosts, ["push.example", "127.0.0.1:9"]);
    }
}
