//! The HTTP functions of the app: which folders they have, and the function.json of each. All of them forward to the same
//! router, so that their files differ in the route alone and are generated here; a test holds the folders equal to it.

use super::{
    folders::{Folder, file_of},
    json,
    problems::Problems,
    settings::Settings,
};

/// Functions of one resource each, because the front end and the metrics of Azure know them by that name.
const RESOURCES: [(&str, &str); 4] =
    [("stats", "stats"), ("tasks", "tasks"), ("webhook_receiver", "webhooks"), ("work_sessions", "work_sessions")];

/// The function for all other paths. The host tries functions in the order of their names and takes the first whose route
/// matches, so that this name must sort after those of [`RESOURCES`].
const CATCH_ALL: &str = "zz_api";

/// The name and the function.json of each.
pub(super) fn all() -> impl Iterator<Item = (&'static str, String)> {
    let resources = RESOURCES.into_iter().map(|(name, resource)| (name, function_json(&format!("{resource}/{{*rest}}"))));
    resources.chain([(CATCH_ALL, function_json("{*rest}"))])
}

/// Without `methods`, the host passes on every method, and a wrong one gets the program's 405 instead of the host's 404.
/// With another binding, the host would wrap requests in JSON instead of forwarding them. With another `authLevel`, it
/// would ask for a key of its own.
fn function_json(route: &str) -> String {
    format!(
        r#"{{
  "bindings": [
    {{ "type": "httpTrigger", "direction": "in", "name": "req", "authLevel": "anonymous", "route": "{route}" }},
    {{ "type": "http", "direction": "out", "name": "res" }}
  ]
}}
"#
    )
}

/// Reports a function that is missing, differs from its generated file, or is disabled.
pub(super) fn check(folders: &[Folder], settings: &Settings<'_>, problems: &mut Problems) {
    for (name, expected) in all() {
        let file = file_of(name);
        match folders.iter().find(|folder| folder.name == name) {
            None => problems.add(&file, "it is missing, so that the host does not forward its paths; publish the folder"),
            Some(folder) => {
                let differs = folder.config.as_ref().is_some_and(|config| json::parse(&expected).as_ref() != Ok(config));
                if differs {
                    problems.add(&file, "it differs from the file that belongs to the program; publish both from one version");
                }
                settings.check_enabled(name, problems);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{fs, path::Path};

    use super::*;

    #[test]
    fn the_folders_of_the_repository_are_the_generated_ones() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR"));
        let folders = fs::read_dir(root).expect("root").map(|entry| entry.expect("an entry").path());
        let files = folders.filter_map(|folder| {
            let text = fs::read_to_string(folder.join("function.json")).ok()?;
            Some((folder.file_name()?.to_str()?.to_owned(), text))
        });
        let mut found: Vec<(String, String)> = files.filter(|(_, text)| text.contains("httpTrigger")).collect();
        found.sort();
        assert_eq!(found, all().map(|(name, text)| (name.to_owned(), text)).collect::<Vec<_>>());
    }

    #[test]
    fn the_catch_all_comes_last_in_the_order_of_the_host() {
        // It compares in upper case, where an underscore comes after the letters.
        let key = |name: &str| name.to_ascii_uppercase();
        assert!(RESOURCES.iter().all(|(name, _)| key(name) < key(CATCH_ALL)));
    }
}
