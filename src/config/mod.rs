//! The settings: read once at the start from the environment and `.env`, checked all together. Nothing else in the
//! crate reads the environment.

mod channels;
mod outward;
mod sections;
mod source;

use std::path::PathBuf;

pub use channels::PushConfig;
pub use outward::{
    ClientConfig, CredentialsConfig, GithubConfig, MicrosoftConfig, OutboundConfig, ProvidersConfig, TodoistConfig,
};
use secrecy::SecretString;
pub use sections::{AuthConfig, Listen, StoreChoice};
pub use source::Source;
use tracing_subscriber::filter::Targets;
use url::Url;

use crate::{
    kernel::Network,
    outbound::{mail, model},
};

/// What the program is to do, in the words of its settings.
#[derive(Debug, Clone)]
pub struct Config {
    pub listen: Listen,
    /// The folder of the embedded store and of the generated secret.
    pub data: PathBuf,
    pub store: StoreChoice,
    /// The address of the queue service, with a SAS or, without, to be used by the managed identity. `None`: messages
    /// are kept in the store.
    pub queue: Option<SecretString>,
    pub auth: AuthConfig,
    /// Origins whose pages may call us.
    pub origins: Vec<String>,
    /// Who may say, in front of us, for whom a request is forwarded.
    pub trusted_proxies: Vec<Network>,
    /// Under which address people reach the program: scheme, host and port.
    pub public_url: Url,
    pub credentials: CredentialsConfig,
    pub outbound: OutboundConfig,
    pub providers: ProvidersConfig,
    /// The model that phrases what is written by rules, where there is one.
    pub model: Option<model::Settings>,
    /// How mail is sent, where it is.
    pub mail: Option<mail::Settings>,
    /// How browsers are reached, where they are.
    pub push: Option<PushConfig>,
    /// Whether there may be a Redis: its address is set, or may be in the Key Vault.
    pub redis: bool,
    /// What of the log is written.
    pub log: Targets,
    /// The settings as they were given, for the credential manager.
    pub source: Source,
    /// Whether this runs in Azure, where other instances may run beside it.
    pub in_azure: bool,
}

/// What the command line says; it wins over the settings of the same meaning.
#[derive(Debug, Clone, Default)]
pub struct Overrides {
    pub port: Option<String>,
    pub host: Option<String>,
    pub data: Option<PathBuf>,
    pub store: Option<String>,
}

/// A setting that cannot be used: its name and why, never its value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub setting: &'static str,
    pub reason: String,
}

impl std::fmt::Display for Problem {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}: {}", self.setting, self.reason)
    }
}

impl Config {
    /// Reads all settings, or tells everything that is wrong with them.
    pub fn load(source: &Source, overrides: &Overrides) -> Result<Self, Vec<Problem>> {
        let mut problems = source.problems().to_vec();
        let in_azure = sections::in_azure(source);
        let problems = &mut problems;
        let listen = sections::listen(source, overrides, problems);
        let store = sections::store(source, overrides, in_azure, problems);
        let queue = sections::queue(source, problems);
        let auth = sections::auth(source, in_azure, problems);
        let origins = sections::origins(source, problems);
        let trusted_proxies = sections::trusted_proxies(source, problems);
        let public_url = outward::public_url(source, &listen, in_azure, problems);
        let credentials = outward::credentials(source, problems);
        let outbound = outward::outbound(source, problems);
        let providers = outward::providers(source, problems);
        let model = outward::model(source, problems);
        let mail = channels::mail(source, problems);
        let push = channels::push(source, problems);
        let redis = outward::redis(source, problems);
        let log = sections::log(source, problems);
        let data = sections::data(source, overrides);
        let source = source.clone();
        match (public_url, providers) {
            (Some(public_url), Some(providers)) if problems.is_empty() => Ok(Self {
                listen,
                data,
                store,
                queue,
                auth,
                origins,
                trusted_proxies,
                public_url,
                credentials,
                outbound,
                providers,
                model,
                mail,
                push,
                redis,
                log,
                source,
                in_azure,
            }),
            _ => Err(std::mem::take(problems)),
        }
    }
}

/// A setting as `.env.example` shows it.
#[derive(Debug)]
pub struct Setting {
    pub name: &'static str,
    pub example: &'static str,
    pub help: &'static str,
}

/// All settings that a person may set.
pub const SETTINGS: &[Setting] = &[
    Setting { name: "AVANOCHI_PORT", example: "7071", help: "Where to listen. Under the Functions host its own port wins." },
    Setting { name: "AVANOCHI_HOST", example: "127.0.0.1", help: "" },
    Setting { name: "AVANOCHI_DATA", example: "./.avanochi", help: "Folder of the embedded store and of the generated secret." },
    Setting {
        name: "AVANOCHI_STORE",
        example: "embedded",
        help: "embedded or cosmos. Left out: cosmos when COSMOS_DB_URI is set, else embedded.",
    },
    Setting { name: "COSMOS_DB_URI", example: "", help: "Azure Cosmos DB. Without a key the managed identity is used." },
    Setting { name: "COSMOS_DB_PRIMARY_KEY", example: "", help: "" },
    Setting { name: "COSMOS_DB_ACCOUNT", example: "", help: "The account's name, in place of its address." },
    Setting { name: "COSMOS_DB_DATABASE", example: "avanochi-db", help: "" },
    Setting { name: "COSMOS_DB_CONTAINER", example: "avanochi-container", help: "" },
    Setting {
        name: "AVANOCHI_QUEUE_URL",
        example: "",
        help: "The address of an Azure queue service, such as https://account.queue.core.windows.net, with a SAS or for the\n\
               # managed identity. Left out: AzureWebJobsStorage__queueServiceUri, and without that the store keeps the messages.",
    },
    Setting { name: "AZURE_CLIENT_ID", example: "", help: "The client id of a user-assigned identity; left out: the app's own." },
    Setting {
        name: "KEY_VAULT_URL",
        example: "",
        help: "A Key Vault to ask for the secrets that are not set here, as COSMOS-DB-PRIMARY-KEY.",
    },
    Setting {
        name: "JWT_SECRET",
        example: "",
        help: "Signs the tokens; at least 32 bytes. Left out: made once and kept in the data folder, except in Azure.",
    },
    Setting {
        name: "JWT_SECRET_PREVIOUS",
        example: "",
        help: "Secrets that still verify, separated by commas, while one is being replaced; each at least 32 bytes.",
    },
    Setting {
        name: "JWT_EXP_MINUTES",
        example: "60",
        help: "How long a token is good for. Tokens that were issued for longer are refused.",
    },
    Setting {
        name: "ADMIN_USER_IDS",
        example: "",
        help: "Ids of the users who may see and change everybody's data, separated by commas.",
    },
    Setting {
        name: "CORS_ALLOWED_ORIGINS",
        example: "",
        help: "Origins whose pages may call the API, separated by commas, such as https://app.example",
    },
    Setting {
        name: "TRUSTED_PROXIES",
        example: "",
        help: "Addresses or networks, separated by commas, of the proxies whose X-Forwarded-For tells who is calling, such as\n\
               # 10.0.0.0/8. Under the Functions host it is not needed.",
    },
    Setting {
        name: "AVANOCHI_PUBLIC_URL",
        example: "http://127.0.0.1:7071",
        help: "Under which address people reach this server: scheme, host and port. Links and addresses that are given out begin with it.",
    },
    Setting {
        name: "CREDENTIALS_KEY",
        example: "",
        help: "32 bytes in base64 that seal what people give for their connections and channels. Left out: made once and kept in the data folder; in\n\
               # Azure asked of the Key Vault.",
    },
    Setting {
        name: "CREDENTIALS_KEY_PREVIOUS",
        example: "",
        help: "Keys that still open, separated by commas, until `avanochi credentials rotate` was run.",
    },
    Setting {
        name: "OUTBOUND_ALLOW_PRIVATE",
        example: "",
        help: "Addresses or networks, separated by commas, that are not public and may be called all the same when a person names them,\n\
               # such as 192.168.0.0/16.",
    },
    Setting {
        name: "REDIS_URL",
        example: "",
        help: "A Redis, such as rediss://:password@name.redis.cache.windows.net:6380, in which several instances count together how\n\
               # often they ask the services that people connect. Left out: each counts for itself.",
    },
    Setting { name: "AZURE_CLOUD", example: "public", help: "public, usgov or china: where Microsoft's services are." },
    Setting {
        name: "GITHUB_CLIENT_ID",
        example: "",
        help: "With id and secret people can consent at GitHub; without them they give a token of their own.",
    },
    Setting { name: "GITHUB_CLIENT_SECRET", example: "", help: "" },
    Setting { name: "GITHUB_API_URL", example: "https://api.github.com", help: "" },
    Setting { name: "GITHUB_LOGIN_URL", example: "https://github.com", help: "" },
    Setting {
        name: "TODOIST_CLIENT_ID",
        example: "",
        help: "With id and secret people can consent at Todoist, and webhooks of the app are taken at /api/webhooks/todoist; without\n\
               # them people give a token of their own.",
    },
    Setting { name: "TODOIST_CLIENT_SECRET", example: "", help: "" },
    Setting { name: "TODOIST_API_URL", example: "https://api.todoist.com/api/v1", help: "" },
    Setting { name: "TODOIST_LOGIN_URL", example: "https://app.todoist.com", help: "" },
    Setting { name: "TODOIST_TOKEN_URL", example: "https://api.todoist.com/oauth/access_token", help: "" },
    Setting { name: "MICROSOFT_CLIENT_ID", example: "", help: "Without id and secret Microsoft To Do cannot be connected." },
    Setting { name: "MICROSOFT_CLIENT_SECRET", example: "", help: "" },
    Setting {
        name: "MICROSOFT_TENANT",
        example: "common",
        help: "Whose accounts may be connected: common, organizations, consumers, or a tenant.",
    },
    Setting { name: "MICROSOFT_GRAPH_URL", example: "https://graph.microsoft.com/v1.0", help: "" },
    Setting { name: "MICROSOFT_LOGIN_URL", example: "https://login.microsoftonline.com", help: "" },
    Setting {
        name: "GOOGLE_KEYS_URL",
        example: "https://www.googleapis.com/oauth2/v3/certs",
        help: "Where Google publishes what it signs the tokens of its notifications with.",
    },
    Setting {
        name: "AVANOCHI_LLM_URL",
        example: "https://api.openai.com/v1",
        help: "A host of a language model, which phrases what is written by rules: any that has chat completions as OpenAI does. Left out:\n\
               # none, unless a key is set.",
    },
    Setting {
        name: "AVANOCHI_LLM_KEY",
        example: "",
        help: "Left out: OPENAI_API_KEY; at Azure OpenAI without either the managed identity.",
    },
    Setting {
        name: "AVANOCHI_LLM_MODEL",
        example: "gpt-4o-mini",
        help: "Its name at the host; at Azure OpenAI that of the deployment.",
    },
    Setting {
        name: "AVANOCHI_LLM_LIMIT_FIELD",
        example: "auto",
        help: "How the host is told how long an answer may be: auto, max_tokens or max_completion_tokens.",
    },
    Setting {
        name: "MAIL_URL",
        example: "",
        help: "How mail is sent: smtp://user:password@mail.example:587, encrypted by STARTTLS except on this machine; smtps://…;\n\
               # sendgrid:; acs: for Azure Communication Services; or off. Left out: sendgrid: where its key is set, else none.",
    },
    Setting { name: "MAIL_FROM", example: "", help: "From whom mail comes, such as Avanochi <avanochi@example.org>." },
    Setting { name: "SENDGRID_KEY", example: "", help: "" },
    Setting {
        name: "SENDGRID_API_URL",
        example: "https://api.sendgrid.com",
        help: "https://api.eu.sendgrid.com for accounts in the EU.",
    },
    Setting {
        name: "ACS_ENDPOINT",
        example: "",
        help: "A resource of Azure Communication Services, such as https://name.communication.azure.com; without a key it is used by the\n\
               # managed identity.",
    },
    Setting { name: "ACS_KEY", example: "", help: "" },
    Setting {
        name: "VAPID_PRIVATE_KEY",
        example: "",
        help: "A private key of P-256, 32 bytes in base64url, which push services know this server by; another voids all subscriptions.\n\
               # Left out: made once and kept in the data folder, except in Azure.",
    },
    Setting {
        name: "VAPID_SUBJECT",
        example: "",
        help: "Whom a push service turns to, as mailto: or https:. Left out: the address of MAIL_FROM; without either there is no push.",
    },
    Setting {
        name: "OUTBOUND_HOSTS",
        example: "",
        help: "Push services besides those of the known browsers, as host or host:port, separated by commas.",
    },
    Setting { name: "AVANOCHI_LOG", example: "info", help: "A level, or levels by module: info or warn,avanochi=debug" },
];

/// The text of `.env.example`.
pub fn env_example() -> String {
    let header = "# All settings, each with its default. Copy to .env what you want to change; the real environment wins.\n";
    let entry = |setting: &Setting| {
        let help = if setting.help.is_empty() { String::new() } else { format!("\n# {}\n", setting.help) };
        format!("{help}#{}={}\n", setting.name, setting.example)
    };
    header.to_owned() + &SETTINGS.iter().map(entry).collect::<String>()
}

#[cfg(test)]
mod tests;
