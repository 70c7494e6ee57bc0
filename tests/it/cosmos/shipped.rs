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

/// The resource of this kind in the template, and the default of each parameter that it names.
fn resource(template: &Value, kind: &str) -> Value {
    let mut found = template["resources"].as_array().expect("resources").iter().filter(|one| one["type"] == kind);
    let resource = found.next().expect("the resource");
    assert!(found.next().is_none(), "{kind} twice");
    filled_in(&resource["properties"], &template["parameters"])
}

fn filled_in(value: &Value, parameters: &Value) -> Value {
    match value {
        Value::Object(fields) => fields.iter().map(|(name, value)| (name.clone(), filled_in(value, parameters))).collect(),
        Value::Array(items) => items.iter().map(|item| filled_in(item, parameters)).collect(),
        Value::String(text) => match text.strip_prefix("[parameters('").and_then(|text| text.strip_suffix("')]")) {
            Some(name) => parameters[name]["defaultValue"].clone(),
            None => value.clone(),
        },
        other => other.clone(),
    }
}

#[test]
fn the_template_the_code_and_the_account_have_the_same_container() {
    let template: Value = serde_json::from_str(&read("templates/cosmosdb.json")).expect("JSON");
    let properties = resource(&template, "Microsoft.DocumentDB/databaseAccounts/sqlDatabases/containers");
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
    assert!(!manifest.contains("[workspace"), "a second package could turn the feature on in the program");
    // The release is built without the tests, whose features would be united with its own.
    assert!(read("scripts/build-handler").contains("cargo build --release --locked --bin avanochi\n"));
    assert!(read(".ci/run").contains("! grep -q 'in-memory emulator: ' bin/avanochi"));
}
