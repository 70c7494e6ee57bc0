//! What is shipped: the container and the queues in the templates, and a program without the emulator.

use std::{collections::BTreeSet, fs, path::Path};

use avanochi::{config::SETTINGS, store::cosmos::container};
use serde_json::Value;

use crate::support::served_emulator::ServedEmulator;

const CONTAINER: &str = "avanochi-container";
/// What it takes to send, receive and delete messages, and to make the queues for them.
const QUEUE_ROLE: &str = "Storage Queue Data Contributor";

fn read(path: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(path)).expect("a file")
}

/// The properties of the resources of this kind in the template, with the default of each parameter that they name.
fn resources(template: &Value, kind: &str) -> Vec<Value> {
    let found = template["resources"].as_array().expect("resources").iter().filter(|one| one["type"] == kind);
    found.map(|one| filled_in(&one["properties"], &template["parameters"])).collect()
}

/// The containers in the template: that of the documents, and that of the leases.
fn containers() -> [Value; 2] {
    let template: Value = serde_json::from_str(&read("templates/cosmosdb.json")).expect("JSON");
    let found = resources(&template, "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers");
    found.try_into().expect("two containers")
}

/// Each function that starts a job: its name and its trigger.
fn triggers() -> Vec<(String, Value)> {
    let folders = fs::read_dir(env!("CARGO_MANIFEST_DIR")).expect("root").map(|entry| entry.expect("an entry"));
    let files = folders.filter(|entry| entry.path().join("function.json").is_file());
    let trigger = |name: String| {
        let function: Value = serde_json::from_str(&read(&format!("{name}/function.json"))).expect("JSON");
        (name, function["bindings"][0].clone())
    };
    let all = files.map(|entry| trigger(entry.file_name().into_string().expect("a name")));
    all.filter(|(_, trigger)| trigger["type"] != "httpTrigger").collect()
}

fn filled_in(value: &Value, parameters: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), filled_in(value, parameters))).collect(),
        Value::Array(items) => items.iter().map(|item| filled_in(item, parameters)).collect(),
        Value::String(text) => expression(text, parameters).unwrap_or_else(|| value.clone()),
        other => other.clone(),
    }
}

/// A parameter, or one in a text: `[format('{0} and more', parameters('name'))]`.
fn expression(text: &str, parameters: &Value) -> Option<Value> {
    let (before, rest) = text.split_once("parameters('")?;
    let (name, after) = rest.split_once("')")?;
    let value = parameters[name]["defaultValue"].clone();
    match (before, after) {
        ("[", "]") => Some(value),
        (format, ")]") => {
            let format = format.strip_prefix("[format('")?.strip_suffix("', ")?;
            Some(format.replace("{0}", value.as_str()?).into())
        }
        _ => None,
    }
}

/// The texts in a text of JSON or of a template's expressions.
fn words(text: &str) -> BTreeSet<&str> {
    text.split(['"', '\'']).collect()
}

#[test]
fn the_template_the_code_and_the_account_have_the_same_container() {
    let [properties, _] = containers();
    let code = serde_json::to_value(container::properties(CONTAINER)).expect("JSON");
    assert_eq!(properties["resource"], code);

    let emulator = ServedEmulator::start();
    let folder = tempfile::tempdir().expect("a folder");
    let process = emulator.program(folder.path()).start();
    assert_eq!(process.http().get("/api/health?deep=true").status, 200);
    let given = emulator.containers();
    assert_eq!(given.len(), 1, "{given:?}");
    assert_eq!(given[0].0, code);
    assert_eq!(given[0].1, properties["options"]["throughput"].as_u64().map(|units| units.to_string()));
}

#[test]
fn the_template_gives_the_app_its_queues_and_no_setting_that_nobody_reads() {
    let text = read("templates/functionapp.json");
    let template: Value = serde_json::from_str(&text).expect("JSON");
    let role = template["variables"]["roles"].as_array().expect("roles").iter().find(|role| role["name"] == QUEUE_ROLE);
    let scope = role.expect("the role")["scope"].as_str().expect("a scope");
    assert!(scope.contains("Microsoft.Storage/storageAccounts/{0}") && scope.contains("storageAccountName"), "{scope}");
    assert!(read("docs/DEPLOY.md").contains(QUEUE_ROLE));

    let ours = |word: &&str| ["AVANOCHI_", "COSMOS_DB_", "JWT_"].iter().any(|start| word.starts_with(start));
    let set: BTreeSet<&str> = text.split(['"', '\'']).filter(ours).collect();
    assert!(set.len() > 6 && set.contains("AVANOCHI_QUEUE_URL"), "{set:?}");
    for name in set {
        // A description may say more than the name.
        let name = name.trim_end_matches('.').split(',').next().unwrap_or_default();
        assert!(SETTINGS.iter().any(|setting| setting.name == name), "{name}");
    }
}

#[test]
fn the_template_makes_what_the_change_feed_needs_and_the_app_may_not_make() {
    let [documents, leases] = containers();
    let triggers = triggers();
    let (_, changes) = triggers.iter().find(|(name, _)| name == "changes").expect("the function");
    let named = |name: &str| changes[name].as_str().expect("text").replace("%COSMOS_DB_CONTAINER%", CONTAINER);
    assert_eq!(documents["resource"]["id"], named("containerName"));
    assert_eq!(leases["resource"]["id"], named("leaseContainerName"));
    assert_eq!(leases["resource"]["partitionKey"]["paths"], serde_json::json!(["/id"]));
    // Both in the same account and database, and none of the app's making.
    for name in ["leaseConnection", "leaseDatabaseName", "createLeaseContainerIfNotExists"] {
        assert!(changes[name].is_null(), "{name}");
    }

    let template: Value = serde_json::from_str(&read("templates/functionapp.json")).expect("JSON");
    let roles = resources(&template, "Microsoft.DocumentDB/databaseAccounts/sqlRoleAssignments");
    // Of the whole account, which the leases are in.
    let scope = "[resourceId('Microsoft.DocumentDB/databaseAccounts', parameters('cosmosAccountName'))]";
    assert_eq!(roles.iter().map(|role| role["scope"].as_str()).collect::<Vec<_>>(), [Some(scope)]);
}

#[test]
fn the_template_and_the_local_settings_have_what_the_functions_name() {
    let text = read("templates/functionapp.json");
    let template: Value = serde_json::from_str(&text).expect("JSON");
    let local = read("local.settings.json");
    let triggers = triggers();
    assert!(triggers.len() >= 4, "{triggers:?}");
    let mut named = BTreeSet::new();
    let mut queues = BTreeSet::new();
    for (name, trigger) in &triggers {
        for value in trigger.as_object().expect("a trigger").values().filter_map(Value::as_str) {
            named.extend(value.split('%').skip(1).step_by(2).map(str::to_owned));
        }
        let connection = trigger["connection"].as_str();
        let (azure, here) = match trigger["type"].as_str().expect("a type") {
            "timerTrigger" => continue,
            "queueTrigger" => {
                queues.insert(trigger["queueName"].as_str().expect("a name"));
                ("__accountName", "")
            }
            "cosmosDBTrigger" => ("__accountEndpoint", "__accountEndpoint"),
            other => panic!("{name}: {other}"),
        };
        let connection = connection.expect("a connection");
        for (text, setting) in [(&text, azure), (&text, "__credential"), (&local, here)] {
            let setting = format!("{connection}{setting}");
            assert!(words(text).contains(setting.as_str()), "{setting}");
        }
    }
    assert!(named.contains("COSMOS_DB_CONTAINER"), "{named:?}");
    for name in &named {
        assert!(words(&text).contains(name.as_str()) && words(&local).contains(name.as_str()), "{name}");
    }
    let made = template["variables"]["queues"].as_array().expect("queues");
    assert_eq!(made.iter().filter_map(Value::as_str).collect::<BTreeSet<_>>(), queues);
    // What the host cannot deliver goes to a queue of that name, which somebody must look at.
    let mut plain = queues.iter().filter(|name| !name.ends_with("-poison"));
    assert!(plain.all(|name| queues.contains(format!("{name}-poison").as_str())), "{queues:?}");
}

/// Says whether a program holds the text.
fn holds(program: &Path, text: &str) -> bool {
    let bytes = fs::read(program).expect("a program");
    bytes.windows(text.len()).any(|window| window == text.as_bytes())
}

#[test]
fn the_program_does_not_contain_the_emulator() {
    // Put together here, so that it is in these tests for the emulator alone.
    let emulators = ["in-memory emulator", ": request URL host '"].concat();
    let program = Path::new(env!("CARGO_BIN_EXE_avanochi"));
    assert!(holds(&std::env::current_exe().expect("a path"), &emulators));
    assert!(!holds(program, &emulators));
    // The client is in it, so the program is one that can be searched.
    assert!(holds(program, "x-ms-documentdb-partitionkey"));
}

#[test]
fn nothing_but_the_tests_depends_on_the_emulator() {
    let manifest = read("Cargo.toml");
    let (ours, tests) = manifest.split_once("[dev-dependencies]").expect("both");
    for feature in ["in_memory_emulator", "fault_injection"] {
        assert!(tests.contains(feature) && !ours.contains(feature), "{feature}");
    }
    // A second package could turn the feature on in the program.
    let packages = ["bench/ceiling", "sandbox"];
    assert!(manifest.contains(&format!("\nmembers = {packages:?}\n")));
    assert!(packages.iter().all(|package| !read(&format!("{package}/Cargo.toml")).contains("azure")));
    // The release is built without the tests, whose features would be united with its own.
    assert!(read("scripts/build-handler").contains("cargo build --release --locked --bin avanochi\n"));
    assert!(read("scripts/release").contains("cargo zigbuild --release --locked --bin avanochi --target "));
    assert!(read(".ci/run").contains("! grep -q 'in-memory emulator: ' bin/avanochi"));
}
