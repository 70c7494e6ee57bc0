//! The sections of the settings: what each reads and what it insists on.

use std::{
    collections::HashSet,
    net::{IpAddr, Ipv4Addr, SocketAddr},
    path::PathBuf,
    time::Duration,
};

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::SecretString;
use tracing_subscriber::filter::Targets;

use super::{Overrides, Problem, Source};
use crate::kernel::{Admins, Network, UserId};

/// Where to listen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Listen {
    pub address: SocketAddr,
    /// Whether the Functions host gave the port and stands in front.
    pub behind_host: bool,
}

/// Which store.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreChoice {
    Embedded,
    Cosmos,
}

/// Tokens and administrators.
#[derive(Debug, Clone)]
pub struct AuthConfig {
    /// `None`: made once, and kept in the data folder.
    pub secret: Option<SecretString>,
    pub previous: Vec<SecretString>,
    pub lifetime: Duration,
    pub admins: Admins,
}

type Problems = Vec<Problem>;

pub(super) fn complain(problems: &mut Problems, setting: &'static str, reason: impl Into<String>) {
    problems.push(Problem { setting, reason: reason.into() });
}

/// The shortest secret, in bytes, that is accepted: as long as what it signs with.
const MIN_SECRET: usize = 32;
const HOST_PORT: &str = "FUNCTIONS_CUSTOMHANDLER_PORT";

/// `CONTAINER_NAME` marks the plans that have no `WEBSITE_INSTANCE_ID`. Other platforms set a variable of that name too,
/// and whoever runs us there is not in Azure; there it comes with the name of the site or its plan.
pub(super) fn in_azure(source: &Source) -> bool {
    let set = |name| source.get(name).is_some();
    set("WEBSITE_INSTANCE_ID") || (set("CONTAINER_NAME") && (set("WEBSITE_SITE_NAME") || set("WEBSITE_SKU")))
}

pub(super) fn listen(source: &Source, overrides: &Overrides, problems: &mut Problems) -> Listen {
    let mut port = |name, text: &str| {
        if let Ok(port) = text.parse::<u16>() {
            port
        } else {
            complain(problems, name, "must be a port number, 0 to 65535");
            0
        }
    };
    if let Some(text) = source.get(HOST_PORT) {
        // The host connects to this address and no other.
        return Listen { address: (Ipv4Addr::LOCALHOST, port(HOST_PORT, text)).into(), behind_host: true };
    }
    let port = port("AVANOCHI_PORT", overrides.port.as_deref().or_else(|| source.get("AVANOCHI_PORT")).unwrap_or("7071"));
    let host = match overrides.host.as_deref().or_else(|| source.get("AVANOCHI_HOST")).unwrap_or("localhost") {
        "localhost" => IpAddr::V4(Ipv4Addr::LOCALHOST),
        text => text.parse().unwrap_or_else(|_| {
            complain(problems, "AVANOCHI_HOST", "must be an IP address or localhost");
            IpAddr::V4(Ipv4Addr::LOCALHOST)
        }),
    };
    Listen { address: SocketAddr::new(host, port), behind_host: false }
}

pub(super) fn data(source: &Source, overrides: &Overrides) -> PathBuf {
    overrides.data.clone().unwrap_or_else(|| source.get("AVANOCHI_DATA").unwrap_or("./.avanochi").into())
}

pub(super) fn store(source: &Source, overrides: &Overrides, in_azure: bool, problems: &mut Problems) -> StoreChoice {
    let said = overrides.store.as_deref().or_else(|| source.get("AVANOCHI_STORE"));
    let choice = match said {
        Some("cosmos") => StoreChoice::Cosmos,
        None if source.get("COSMOS_DB_URI").is_some() => StoreChoice::Cosmos,
        Some("embedded") | None => StoreChoice::Embedded,
        Some(_) => {
            complain(problems, "AVANOCHI_STORE", "must be embedded or cosmos");
            StoreChoice::Embedded
        }
    };
    if choice == StoreChoice::Embedded && said.is_none() && in_azure {
        let reason = "must be set to embedded to use the embedded store in Azure, where each instance would keep its own file";
        complain(problems, "AVANOCHI_STORE", reason);
    }
    if choice == StoreChoice::Cosmos {
        check_cosmos(source, problems);
    }
    choice
}

/// Where the Functions host, when it has an identity for it, keeps its own queues.
const HOST_QUEUE: &str = "AzureWebJobsStorage__queueServiceUri";

pub(super) fn queue(source: &Source, problems: &mut Problems) -> Option<SecretString> {
    let settings = ["AVANOCHI_QUEUE_URL", HOST_QUEUE];
    let (setting, address) = settings.into_iter().find_map(|name| Some((name, source.get(name)?)))?;
    if !address.starts_with("https://") && !address.starts_with("http://") {
        complain(problems, setting, "must be a URL such as https://account.queue.core.windows.net");
    } else if address.starts_with("http://") && !address.contains("sig=") {
        complain(problems, setting, "must begin with https:// when it has no SAS, since tokens are sent there");
    }
    Some(address.into())
}

/// What the platform hands out in place of a secret that it could not fetch from the vault: known to all who know the
/// vault's name, and so no secret.
const UNRESOLVED: &str = "@Microsoft.KeyVault(";

/// What the credential manager will ask for later is looked at now, when somebody is there to mend it.
fn check_cosmos(source: &Source, problems: &mut Problems) {
    match source.get("COSMOS_DB_URI") {
        Some(uri) if uri.starts_with("https://") || uri.starts_with("http://") => {}
        Some(_) => complain(problems, "COSMOS_DB_URI", "must be a URL such as https://account.documents.azure.com:443/"),
        None if source.get("COSMOS_DB_ACCOUNT").is_some() => {}
        None => complain(problems, "COSMOS_DB_URI", "must be set to use Cosmos DB, or COSMOS_DB_ACCOUNT to its name"),
    }
    if source.get("COSMOS_DB_PRIMARY_KEY").is_some_and(|key| STANDARD.decode(key).is_err()) {
        complain(problems, "COSMOS_DB_PRIMARY_KEY", "must be a key of the account, which is base64");
    }
}

pub(super) fn auth(source: &Source, in_azure: bool, problems: &mut Problems) -> AuthConfig {
    let secrets = [
        "JWT_SECRET",
        "JWT_SECRET_PREVIOUS",
        "COSMOS_DB_PRIMARY_KEY",
        "REDIS_URL",
        "CREDENTIALS_KEY",
        "CREDENTIALS_KEY_PREVIOUS",
        "GITHUB_CLIENT_SECRET",
        "TODOIST_CLIENT_SECRET",
        "MICROSOFT_CLIENT_SECRET",
        "MAIL_URL",
        "SENDGRID_KEY",
        "ACS_KEY",
        "VAPID_PRIVATE_KEY",
    ];
    for name in secrets {
        if source.get(name).is_some_and(|value| value.contains(UNRESOLVED)) {
            complain(problems, name, "is a Key Vault reference that the platform could not resolve");
        }
    }
    let secret = source.get("JWT_SECRET");
    match secret {
        None if in_azure => complain(problems, "JWT_SECRET", format!("must be set in Azure, to at least {MIN_SECRET} bytes")),
        Some(secret) if secret.len() < MIN_SECRET => {
            complain(problems, "JWT_SECRET", format!("must be at least {MIN_SECRET} bytes long"));
        }
        _ => {}
    }
    let previous: Vec<&str> = listed(source, "JWT_SECRET_PREVIOUS").collect();
    if previous.iter().any(|secret| secret.len() < MIN_SECRET) {
        complain(problems, "JWT_SECRET_PREVIOUS", format!("must be secrets of at least {MIN_SECRET} bytes, separated by commas"));
    }
    let minutes = source
        .get("JWT_EXP_MINUTES")
        .map_or(Some(60), |text| text.parse().ok().filter(|minutes| (1..=525_600).contains(minutes)));
    if minutes.is_none() {
        complain(problems, "JWT_EXP_MINUTES", "must be a whole number of minutes, 1 to 525600");
    }
    let admins = listed(source, "ADMIN_USER_IDS").map(UserId::parse).collect::<Option<HashSet<_>>>();
    if admins.is_none() {
        complain(problems, "ADMIN_USER_IDS", "must be user ids (UUIDs), separated by commas");
    }
    AuthConfig {
        secret: secret.map(SecretString::from),
        previous: previous.into_iter().map(SecretString::from).collect(),
        lifetime: Duration::from_secs(60 * minutes.unwrap_or(60)),
        admins: Admins::new(admins.unwrap_or_default()),
    }
}

pub(super) fn origins(source: &Source, problems: &mut Problems) -> Vec<String> {
    let origins: Vec<String> = listed(source, "CORS_ALLOWED_ORIGINS").map(str::to_ascii_lowercase).collect();
    if !origins.iter().all(|origin| is_origin(origin)) {
        complain(
            problems,
            "CORS_ALLOWED_ORIGINS",
            "must be origins such as https://app.example, separated by commas; * is not one",
        );
    }
    origins
}

pub(super) fn trusted_proxies(source: &Source, problems: &mut Problems) -> Vec<Network> {
    let proxies = listed(source, "TRUSTED_PROXIES").map(Network::parse).collect::<Option<Vec<_>>>();
    if proxies.is_none() {
        complain(problems, "TRUSTED_PROXIES", "must be addresses, or networks such as 10.0.0.0/8, separated by commas");
    }
    proxies.unwrap_or_default()
}

pub(super) fn log(source: &Source, problems: &mut Problems) -> Targets {
    let filter = source.get("AVANOCHI_LOG").unwrap_or("info").parse();
    filter.unwrap_or_else(|_| {
        complain(problems, "AVANOCHI_LOG", "must be levels such as info or warn,avanochi=debug");
        Targets::default()
    })
}

pub(super) fn listed<'s>(source: &'s Source, name: &str) -> impl Iterator<Item = &'s str> + use<'s> {
    source.get(name).unwrap_or_default().split(',').map(str::trim).filter(|entry| !entry.is_empty())
}

/// Scheme and authority and nothing after it, as browsers send it.
fn is_origin(text: &str) -> bool {
    let authority = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"));
    authority.is_some_and(|authority| {
        !authority.is_empty() && authority.bytes().all(|b| b.is_ascii_alphanumeric() || b".-:[]".contains(&b))
    })
}
