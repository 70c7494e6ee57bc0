//! The settings: read once at the start from the environment and `.env`, checked all together. Nothing else in the
//! crate reads the environment.

mod sections;
mod source;

use std::path::PathBuf;

use secrecy::SecretString;
pub use sections::{AuthConfig, Listen, StoreChoice};
pub use source::Source;

use crate::kernel::Network;

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
    /// A tracing filter.
    pub log: String,
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
        let config = Self {
            listen: sections::listen(source, overrides, &mut problems),
            data: sections::data(source, overrides),
            store: sections::store(source, overrides, in_azure, &mut problems),
            queue: sections::queue(source, &mut problems),
            auth: sections::auth(source, in_azure, &mut problems),
            origins: sections::origins(source, &mut problems),
            trusted_proxies: sections::trusted_proxies(source, &mut problems),
            log: sections::log(source, &mut problems),
            source: source.clone(),
            in_azure,
        };
        if problems.is_empty() { Ok(config) } else { Err(problems) }
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
    Setting { name: "AVANOCHI_LOG", example: "info", help: "A tracing filter, such as info or avanochi=debug" },
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
