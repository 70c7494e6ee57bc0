//! The sections of what the program has to do with the world outside: its own address, the services that people connect, and the
//! keys of what they give for that.

use base64::{Engine as _, engine::general_purpose::STANDARD};
use secrecy::SecretString;
use url::Url;

use super::{
    Listen, Problem, Source,
    sections::{complain, listed},
};
use crate::{
    kernel::Network,
    outbound::{
        http::Policy,
        model::{self, LimitField},
    },
};

/// What credentials are sealed with.
#[derive(Debug, Clone)]
pub struct CredentialsConfig {
    /// 32 bytes in base64. `None`: asked of the Key Vault in Azure, else made once and kept in the data folder.
    pub key: Option<SecretString>,
    /// Those that still open.
    pub previous: Vec<SecretString>,
}

/// What requests that go out are bound to.
#[derive(Debug, Clone)]
pub struct OutboundConfig {
    /// Addresses that are not public and may be called all the same.
    pub allow_private: Vec<Network>,
}

/// By what a service knows this program.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    pub id: String,
    /// `None`: asked of the Key Vault.
    pub secret: Option<SecretString>,
}

/// The services that people connect.
#[derive(Debug, Clone)]
pub struct ProvidersConfig {
    pub github: GithubConfig,
    pub todoist: TodoistConfig,
    pub microsoft: MicrosoftConfig,
    /// Where Google publishes what it signs tokens with.
    pub google_keys_url: Url,
}

#[derive(Debug, Clone)]
pub struct GithubConfig {
    /// `None`: people give tokens of their own.
    pub client: Option<ClientConfig>,
    pub api_url: Url,
    pub login_url: Url,
}

#[derive(Debug, Clone)]
pub struct TodoistConfig {
    /// `None`: people give tokens of their own.
    pub client: Option<ClientConfig>,
    pub api_url: Url,
    pub login_url: Url,
    pub token_url: Url,
}

#[derive(Debug, Clone)]
pub struct MicrosoftConfig {
    /// `None`: it cannot be connected.
    pub client: Option<ClientConfig>,
    /// Whose accounts are let in.
    pub tenant: String,
    pub graph_url: Url,
    pub login_url: Url,
}

type Problems = Vec<Problem>;

/// The clouds that there are: where Microsoft's services are in each.
const CLOUDS: [(&str, &str, &str); 3] = [
    ("public", "https://graph.microsoft.com/v1.0", "https://login.microsoftonline.com"),
    ("usgov", "https://graph.microsoft.us/v1.0", "https://login.microsoftonline.us"),
    ("china", "https://microsoftgraph.chinacloudapi.cn/v1.0", "https://login.partner.microsoftonline.cn"),
];

pub(super) fn credentials(source: &Source, problems: &mut Problems) -> CredentialsConfig {
    let is_key = |text: &str| STANDARD.decode(text).is_ok_and(|bytes| bytes.len() == 32);
    let key = source.get("CREDENTIALS_KEY");
    if key.is_some_and(|key| !is_key(key)) {
        complain(problems, "CREDENTIALS_KEY", "must be 32 bytes in base64, such as `openssl rand -base64 32` prints");
    }
    let previous: Vec<&str> = listed(source, "CREDENTIALS_KEY_PREVIOUS").collect();
    if !previous.iter().all(|key| is_key(key)) {
        complain(problems, "CREDENTIALS_KEY_PREVIOUS", "must be keys of 32 bytes in base64, separated by commas");
    } else if key.is_none() && !previous.is_empty() {
        complain(problems, "CREDENTIALS_KEY", "must be set where CREDENTIALS_KEY_PREVIOUS is");
    }
    CredentialsConfig { key: key.map(SecretString::from), previous: previous.into_iter().map(SecretString::from).collect() }
}

/// Under which address people reach the program: scheme, host and port.
pub(super) fn public_url(source: &Source, listen: &Listen, in_azure: bool, problems: &mut Problems) -> Option<Url> {
    let site = source.get("WEBSITE_HOSTNAME").filter(|_| in_azure).map(|host| format!("https://{host}"));
    let own = if listen.address.ip().is_unspecified() {
        format!("http://localhost:{}", listen.address.port())
    } else {
        format!("http://{}", listen.address)
    };
    let text = source.get("AVANOCHI_PUBLIC_URL").map_or_else(|| site.unwrap_or(own), str::to_owned);
    let url = Url::parse(&text).ok().filter(|url| {
        let bare = url.path() == "/" && url.query().is_none() && url.fragment().is_none();
        matches!(url.scheme(), "http" | "https") && bare && is_nobodys(url)
    });
    if url.is_none() {
        complain(problems, "AVANOCHI_PUBLIC_URL", "must be an address without a path, such as https://avanochi.example");
    }
    url
}

pub(super) fn outbound(source: &Source, problems: &mut Problems) -> OutboundConfig {
    let setting = "OUTBOUND_ALLOW_PRIVATE";
    let allow_private = listed(source, setting).map(Network::parse).collect::<Option<Vec<_>>>();
    match &allow_private {
        None => complain(problems, setting, "must be addresses, or networks such as 192.168.0.0/16, separated by commas"),
        Some(networks) if !networks.iter().all(Policy::may_allow) => {
            complain(problems, setting, "has addresses in it where a machine in a cloud learns its own credentials");
        }
        Some(_) => {}
    }
    OutboundConfig { allow_private: allow_private.unwrap_or_default() }
}

/// Whether there may be a Redis. Its address is asked of the credential manager, since it holds a password.
pub(super) fn redis(source: &Source, problems: &mut Problems) -> bool {
    let url = source.get("REDIS_URL");
    let is_redis = |url: &str| Url::parse(url).is_ok_and(|url| matches!(url.scheme(), "redis" | "rediss") && url.has_host());
    if url.is_some_and(|url| !is_redis(url)) {
        complain(problems, "REDIS_URL", "must be an address such as rediss://:password@redis.example:6380");
    }
    url.is_some() || source.get("KEY_VAULT_URL").is_some()
}

pub(super) fn providers(source: &Source, problems: &mut Problems) -> Option<ProvidersConfig> {
    let cloud = source.get("AZURE_CLOUD").unwrap_or(CLOUDS[0].0);
    let (_, graph, login) = CLOUDS.into_iter().find(|(name, ..)| *name == cloud).unwrap_or_else(|| {
        complain(problems, "AZURE_CLOUD", "must be public, usgov or china");
        CLOUDS[0]
    });
    let tenant = source.get("MICROSOFT_TENANT").unwrap_or("common").to_owned();
    if !tenant.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(&byte)) {
        complain(problems, "MICROSOFT_TENANT", "must be the id or the domain of a tenant, common, organizations or consumers");
    }
    let github = client(source, ["GITHUB_CLIENT_ID", "GITHUB_CLIENT_SECRET"], problems);
    let todoist = client(source, ["TODOIST_CLIENT_ID", "TODOIST_CLIENT_SECRET"], problems);
    let microsoft = client(source, ["MICROSOFT_CLIENT_ID", "MICROSOFT_CLIENT_SECRET"], problems);
    // All are looked at before one that is wrong ends it.
    let [github_api, github_login, todoist_api, todoist_login, todoist_token, graph_url, login_url, google_keys] = [
        ("GITHUB_API_URL", "https://api.github.com"),
        ("GITHUB_LOGIN_URL", "https://github.com"),
        ("TODOIST_API_URL", "https://api.todoist.com/api/v1"),
        ("TODOIST_LOGIN_URL", "https://app.todoist.com"),
        ("TODOIST_TOKEN_URL", "https://api.todoist.com/oauth/access_token"),
        ("MICROSOFT_GRAPH_URL", graph),
        ("MICROSOFT_LOGIN_URL", login),
        ("GOOGLE_KEYS_URL", "https://www.googleapis.com/oauth2/v3/certs"),
    ]
    .map(|(setting, usual)| url(source, setting, usual, problems));
    Some(ProvidersConfig {
        github: GithubConfig { client: github, api_url: github_api?, login_url: github_login? },
        todoist: TodoistConfig { client: todoist, api_url: todoist_api?, login_url: todoist_login?, token_url: todoist_token? },
        microsoft: MicrosoftConfig { client: microsoft, tenant, graph_url: graph_url?, login_url: login_url? },
        google_keys_url: google_keys?,
    })
}

/// The model that phrases what is written by rules; `None` where there is none. There is one once its address or a key is set.
pub(super) fn model(source: &Source, problems: &mut Problems) -> Option<model::Settings> {
    let (setting, usual) = ("AVANOCHI_LLM_URL", "https://api.openai.com/v1");
    let given = source.get(setting);
    let limit_field = match source.get("AVANOCHI_LLM_LIMIT_FIELD").unwrap_or("auto") {
        "auto" => LimitField::Auto,
        "max_tokens" => LimitField::MaxTokens,
        "max_completion_tokens" => LimitField::MaxCompletionTokens,
        _ => {
            complain(problems, "AVANOCHI_LLM_LIMIT_FIELD", "must be auto, max_tokens or max_completion_tokens");
            LimitField::Auto
        }
    };
    if given.is_some_and(|url| url.contains("api-version=") || url.contains("/deployments/")) {
        complain(problems, setting, "must be the address of version 1, such as https://name.openai.azure.com/openai/v1");
        return None;
    }
    if given.is_none() && ["AVANOCHI_LLM_KEY", "OPENAI_API_KEY"].iter().all(|key| source.get(key).is_none()) {
        return None;
    }
    let model = source.get("AVANOCHI_LLM_MODEL").unwrap_or("gpt-4o-mini").to_owned();
    Some(model::Settings { url: url(source, setting, usual, problems)?, model, limit_field })
}

/// Both or neither. A secret that is not here may be in the vault.
fn client(source: &Source, names: [&'static str; 2], problems: &mut Problems) -> Option<ClientConfig> {
    let [id, secret] = names.map(|name| source.get(name));
    match (id, secret) {
        (None, None) => None,
        (None, Some(_)) => {
            complain(problems, names[0], format!("must be set where {} is", names[1]));
            None
        }
        (Some(_), None) if source.get("KEY_VAULT_URL").is_none() => {
            complain(problems, names[1], format!("must be set where {} is", names[0]));
            None
        }
        (Some(id), secret) => Some(ClientConfig { id: id.to_owned(), secret: secret.map(SecretString::from) }),
    }
}

/// An address of a service. Secrets are sent there.
pub(super) fn url(source: &Source, setting: &'static str, usual: &str, problems: &mut Problems) -> Option<Url> {
    let given = Url::parse(source.get(setting).unwrap_or(usual)).ok();
    let good = given.filter(|url| {
        let safe = url.scheme() == "https" || (url.scheme() == "http" && is_loopback(url));
        safe && is_nobodys(url) && url.query().is_none() && url.fragment().is_none()
    });
    if good.is_none() {
        complain(
            problems,
            setting,
            format!("must be an address such as {usual}, and begin with https:// except on this machine"),
        );
    }
    good
}

fn is_nobodys(url: &Url) -> bool {
    url.username().is_empty() && url.password().is_none() && url.has_host()
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(url::Host::Domain(name)) => name == "localhost",
        Some(url::Host::Ipv4(address)) => address.is_loopback(),
        Some(url::Host::Ipv6(address)) => address.is_loopback(),
        None => false,
    }
}
