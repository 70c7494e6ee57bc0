//! What the settings mean, alone and together.

use secrecy::ExposeSecret as _;

use super::*;

fn load(values: &[(&str, &str)]) -> Result<Config, Vec<String>> {
    let overrides = Overrides::default();
    Config::load(&Source::of(values), &overrides).map_err(|problems| problems.iter().map(ToString::to_string).collect())
}

#[test]
fn nothing_need_be_set() {
    let config = load(&[]).expect("the defaults");
    assert_eq!(config.listen, Listen { address: ([127, 0, 0, 1], 7071).into(), behind_host: false });
    assert_eq!((config.data, config.store, config.in_azure), (PathBuf::from("./.avanochi"), StoreChoice::Embedded, false));
    assert!(config.auth.secret.is_none() && config.origins.is_empty());
}

#[test]
fn the_port_of_the_functions_host_beats_everything() {
    let source = Source::of(&[("FUNCTIONS_CUSTOMHANDLER_PORT", "4321"), ("AVANOCHI_PORT", "1"), ("AVANOCHI_HOST", "0.0.0.0")]);
    let overrides = Overrides { port: Some("2".into()), ..Overrides::default() };
    let listen = Config::load(&source, &overrides).expect("good").listen;
    assert_eq!(listen, Listen { address: ([127, 0, 0, 1], 4321).into(), behind_host: true });
}

#[test]
fn the_command_line_wins_over_the_environment() {
    let source = Source::of(&[("AVANOCHI_PORT", "1"), ("AVANOCHI_DATA", "a")]);
    let overrides = Overrides { port: Some("2".into()), data: Some("b".into()), ..Overrides::default() };
    let config = Config::load(&source, &overrides).expect("good");
    assert_eq!((config.listen.address.port(), config.data), (2, PathBuf::from("b")));
}

#[test]
fn all_problems_are_told_at_once_and_no_value_is() {
    let problems = load(&[
        ("AVANOCHI_PORT", "sevenzero"),
        ("AVANOCHI_HOST", "sevenzero"),
        ("AVANOCHI_STORE", "sevenzero"),
        ("JWT_EXP_MINUTES", "sevenzero"),
        ("ADMIN_USER_IDS", "sevenzero"),
        ("JWT_SECRET", "sevenzero"),
        ("JWT_SECRET_PREVIOUS", "sevenzero"),
        ("CORS_ALLOWED_ORIGINS", "https://a.example,*"),
        ("TRUSTED_PROXIES", "sevenzero"),
        ("AVANOCHI_LOG", "sevenzero=sevenzero=x"),
    ])
    .expect_err("problems");
    let names: Vec<&str> = problems.iter().filter_map(|problem| problem.split(':').next()).collect();
    let expected = [
        "AVANOCHI_PORT",
        "AVANOCHI_HOST",
        "AVANOCHI_STORE",
        "JWT_SECRET",
        "JWT_SECRET_PREVIOUS",
        "JWT_EXP_MINUTES",
        "ADMIN_USER_IDS",
        "CORS_ALLOWED_ORIGINS",
        "TRUSTED_PROXIES",
        "AVANOCHI_LOG",
    ];
    assert_eq!(names, expected);
    assert!(problems.iter().all(|problem| !problem.contains("sevenzero") && !problem.contains("a.example")), "{problems:?}");
}

#[test]
fn azure_wants_a_secret_and_a_shared_store() {
    for azure in
        [["WEBSITE_INSTANCE_ID", "WEBSITE_SKU"], ["CONTAINER_NAME", "WEBSITE_SITE_NAME"], ["CONTAINER_NAME", "WEBSITE_SKU"]]
    {
        let [azure, more] = azure.map(|name| (name, "x"));
        let problems = load(&[azure, more, ("JWT_SECRET", "short")]).expect_err("problems");
        assert!(problems.iter().any(|problem| problem.starts_with("AVANOCHI_STORE")), "{problems:?}");
        assert!(problems.iter().any(|problem| problem.starts_with("JWT_SECRET") && !problem.contains("short")), "{problems:?}");
        assert!(load(&[azure, more, ("AVANOCHI_STORE", "embedded"), ("JWT_SECRET", &"s".repeat(32))]).is_ok());
    }
    // A name that other platforms use as well is no proof.
    assert!(!load(&[("CONTAINER_NAME", "x")]).expect("good").in_azure);
}

#[test]
fn every_secret_has_32_bytes_wherever_it_is_set() {
    let long = "s".repeat(32);
    for short in ["x".to_owned(), "é".repeat(15), "s".repeat(31)] {
        let problems = load(&[("JWT_SECRET", &short)]).expect_err("a problem");
        assert!(problems.len() == 1 && problems[0].starts_with("JWT_SECRET: "), "{problems:?}");
        for previous in [short.clone(), format!("{long},{short}"), format!("{short},{long}")] {
            let problems = load(&[("JWT_SECRET", &long), ("JWT_SECRET_PREVIOUS", &previous)]).expect_err("a problem");
            assert!(problems.len() == 1 && problems[0].starts_with("JWT_SECRET_PREVIOUS: "), "{problems:?}");
        }
    }
    let both = format!("{long}, {}", "é".repeat(16));
    assert_eq!(load(&[("JWT_SECRET", &long), ("JWT_SECRET_PREVIOUS", &both)]).expect("good").auth.previous.len(), 2);
}

#[test]
fn proxies_are_addresses_or_networks() {
    let proxies = |text: &str| load(&[("TRUSTED_PROXIES", text)]).map(|config| config.trusted_proxies.len());
    assert_eq!(proxies("10.0.0.0/8, 2001:db8::1"), Ok(2));
    assert_eq!(proxies(","), Ok(0));
    for bad in ["*", "10.0.0.0/8,proxy.example", "10.0.0.0/99"] {
        assert!(proxies(bad).is_err(), "{bad}");
    }
}

#[test]
fn a_reference_that_was_not_resolved_is_no_secret() {
    let reference = "@Microsoft.KeyVault(SecretUri=https://vault.example/secrets/JWT-SECRET/)";
    for name in ["JWT_SECRET", "JWT_SECRET_PREVIOUS", "COSMOS_DB_PRIMARY_KEY"] {
        let problems = load(&[(name, reference)]).expect_err("a problem");
        assert!(problems.len() == 1 && problems[0].starts_with(name) && !problems[0].contains("vault.example"), "{problems:?}");
    }
}

#[test]
fn messages_go_where_they_are_told_or_where_the_host_keeps_its_own() {
    let queue = |values: &[(&str, &str)]| load(values).map(|config| config.queue.map(|url| url.expose_secret().to_owned()));
    let (ours, hosts) = ("https://a.queue.core.windows.net/?sv=1&sig=hunter2", "https://b.queue.core.windows.net");
    assert_eq!(queue(&[]), Ok(None));
    assert_eq!(queue(&[("AzureWebJobsStorage__queueServiceUri", hosts)]), Ok(Some(hosts.into())));
    let both = [("AzureWebJobsStorage__queueServiceUri", hosts), ("AVANOCHI_QUEUE_URL", ours)];
    assert_eq!(queue(&both), Ok(Some(ours.into())));
    assert!(!format!("{:?}", load(&both)).contains("hunter2"));
    let local = "http://127.0.0.1:10001/devstoreaccount1?sv=1&sig=hunter2";
    assert_eq!(queue(&[("AVANOCHI_QUEUE_URL", local)]), Ok(Some(local.into())));

    for name in ["AVANOCHI_QUEUE_URL", "AzureWebJobsStorage__queueServiceUri"] {
        for value in ["hunter2.queue.core.windows.net", "http://hunter2.example"] {
            let problems = queue(&[(name, value)]).expect_err("a problem");
            assert!(problems.len() == 1 && problems[0].starts_with(name) && !problems[0].contains("hunter2"), "{problems:?}");
        }
    }
}

#[test]
fn an_empty_value_is_as_good_as_none() {
    assert_eq!(load(&[("AVANOCHI_PORT", " "), ("JWT_SECRET", "")]).expect("good").listen.address.port(), 7071);
}

#[test]
fn the_example_is_the_file_in_the_repository() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/.env.example");
    assert_eq!(std::fs::read_to_string(path).expect(".env.example"), env_example());
}

/// Whatever the sections ask for is in the table that `.env.example` is made from, or set by the platform.
#[test]
fn every_setting_that_is_read_is_in_the_table() {
    let platform = ["FUNCTIONS_CUSTOMHANDLER_PORT", "WEBSITE_INSTANCE_ID", "WEBSITE_SITE_NAME", "WEBSITE_SKU", "CONTAINER_NAME"];
    let code = include_str!("sections.rs");
    let names: Vec<&str> = code
        .split('"')
        .skip(1)
        .step_by(2)
        .filter(|text| text.len() > 4 && text.bytes().all(|b| b.is_ascii_uppercase() || b == b'_'))
        .collect();
    assert!(names.len() > 8, "{names:?}");
    for name in names {
        assert!(platform.contains(&name) || SETTINGS.iter().any(|setting| setting.name == name), "{name}");
    }
}

#[test]
fn the_public_address_is_given_or_follows_from_where_it_runs() {
    let public = |values: &[(&str, &str)]| load(values).map(|config| config.public_url.to_string());
    assert_eq!(public(&[]).as_deref(), Ok("http://127.0.0.1:7071/"));
    assert_eq!(public(&[("AVANOCHI_HOST", "0.0.0.0"), ("AVANOCHI_PORT", "80")]).as_deref(), Ok("http://localhost/"));
    assert_eq!(public(&[("AVANOCHI_HOST", "::1")]).as_deref(), Ok("http://[::1]:7071/"));
    assert_eq!(public(&[("AVANOCHI_PUBLIC_URL", "https://a.example:8443")]).as_deref(), Ok("https://a.example:8443/"));
    let azure = [
        ("WEBSITE_INSTANCE_ID", "x"),
        ("WEBSITE_HOSTNAME", "mine.azurewebsites.net"),
        ("AVANOCHI_STORE", "embedded"),
        ("JWT_SECRET", "a secret of the tests, long enough"),
    ];
    assert_eq!(public(&azure).as_deref(), Ok("https://mine.azurewebsites.net/"));
    // Elsewhere that name says nothing.
    assert_eq!(public(&azure[1..2]).as_deref(), Ok("http://127.0.0.1:7071/"));
    for bad in ["host.example", "https://a.example/app", "https://ann@a.example", "ftp://a.example", "https://a.example?x"] {
        let problems = public(&[("AVANOCHI_PUBLIC_URL", bad)]).expect_err(bad);
        assert!(
            problems.iter().all(|problem| problem.starts_with("AVANOCHI_PUBLIC_URL") && !problem.contains(bad)),
            "{problems:?}"
        );
    }
}

#[test]
fn a_redis_is_set_or_may_be_in_the_vault() {
    let redis = |values: &[(&str, &str)]| load(values).map(|config| config.redis);
    assert_eq!(redis(&[]), Ok(false));
    assert_eq!(redis(&[("REDIS_URL", "rediss://:hunter2@redis.example:6380")]), Ok(true));
    assert_eq!(redis(&[("KEY_VAULT_URL", "https://mine.vault.azure.net")]), Ok(true));
    for bad in ["hunter2.redis.example:6380", "https://hunter2.example", "redis:hunter2"] {
        let problems = redis(&[("REDIS_URL", bad)]).expect_err(bad);
        assert!(problems.len() == 1 && problems[0].starts_with("REDIS_URL") && !problems[0].contains("hunter2"), "{problems:?}");
    }
}

#[test]
fn services_have_their_public_addresses_and_those_of_another_cloud() {
    let providers = load(&[("AZURE_CLOUD", "usgov"), ("TODOIST_API_URL", "http://127.0.0.1:9/api")]).expect("good").providers;
    assert_eq!(providers.microsoft.graph_url.as_str(), "https://graph.microsoft.us/v1.0");
    assert_eq!(providers.github.api_url.as_str(), "https://api.github.com/");
    assert_eq!(providers.todoist.api_url.as_str(), "http://127.0.0.1:9/api");
    assert!(providers.github.client.is_none() && providers.microsoft.tenant == "common");
    // A secret that is not here is in the vault, where there is one.
    let vault = load(&[("KEY_VAULT_URL", "https://mine.vault.azure.net"), ("GITHUB_CLIENT_ID", "id")]).expect("good");
    assert!(vault.providers.github.client.is_some_and(|client| client.id == "id" && client.secret.is_none()));
}

#[test]
fn a_model_is_there_once_its_address_or_a_key_is() {
    let model = |values: &[(&str, &str)]| load(values).expect("good").model.map(|model| (model.url.to_string(), model.model));
    let at = |url: &str, model: &str| Some((url.to_owned(), model.to_owned()));
    assert_eq!(model(&[("AVANOCHI_LLM_MODEL", "x")]), None);
    assert_eq!(model(&[("OPENAI_API_KEY", "x")]), at("https://api.openai.com/v1", "gpt-4o-mini"));
    let local = [("AVANOCHI_LLM_URL", "http://127.0.0.1:11434/v1"), ("AVANOCHI_LLM_MODEL", "x")];
    assert_eq!(model(&local), at("http://127.0.0.1:11434/v1", "x"));
    for wrong in [
        ("AVANOCHI_LLM_URL", "http://model.example/v1"),
        ("AVANOCHI_LLM_URL", "https://x.openai.azure.com/openai/deployments/d/chat/completions?api-version=2024-10-21"),
        ("AVANOCHI_LLM_LIMIT_FIELD", "tokens"),
    ] {
        let problems = load(&[wrong]).expect_err("a problem");
        assert!(problems.len() == 1 && problems[0].starts_with(wrong.0), "{problems:?}");
    }
}
