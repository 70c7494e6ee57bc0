//! The function folders of an app root, and what makes the host leave out the function of a job.

use std::{collections::HashSet, fs, path::Path};

use serde_json::Value;

use super::{
    json::{self, Object},
    problems::Problems,
    trigger::Trigger,
};

/// A folder with a function.json.
pub(super) struct Folder {
    pub(super) name: String,
    /// The file; `None` when it cannot be read, which has been reported.
    pub(super) config: Option<Object>,
}

/// How problems name the file of a function.
pub(super) fn file_of(name: &str) -> String {
    format!("{name}/function.json")
}

/// Every direct child folder with a function.json, by name. The host does not look into deeper ones.
pub(super) fn read(root: &Path, problems: &mut Problems) -> Vec<Folder> {
    let entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) => {
            problems.add(&root.display().to_string(), format!("the folder cannot be read: {error}"));
            return Vec::new();
        }
    };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir()).collect();
    paths.sort();
    paths.iter().filter_map(|path| folder(path, problems)).collect()
}

fn folder(path: &Path, problems: &mut Problems) -> Option<Folder> {
    let name = path.file_name()?.to_str()?.to_owned();
    let config = match json::read(&path.join("function.json")) {
        Ok(None) => return None,
        Ok(config) => config,
        Err(error) => {
            problems.add(&file_of(&name), error);
            None
        }
    };
    Some(Folder { name, config })
}

/// The trigger binding of a job and what it says; `None` when there is no such binding, which is reported.
pub(super) fn trigger<'a>(name: &str, config: &'a Object, problems: &mut Problems) -> Option<(Trigger, &'a Object)> {
    let file = file_of(name);
    if json::property(config, "disabled").and_then(json::plain).is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        problems.add(&file, "disabled is true, so that the host never calls the function; remove it");
    }
    let bindings: Option<Vec<&Object>> =
        config.get("bindings").and_then(Value::as_array).and_then(|bindings| bindings.iter().map(Value::as_object).collect());
    let Some(bindings) = bindings.filter(|bindings| !bindings.is_empty()) else {
        problems.add(&file, "bindings must be a list of objects with at least a trigger");
        return None;
    };
    check_names(&file, &bindings, problems);
    let triggers: Vec<&Object> =
        bindings.iter().copied().filter(|binding| type_of(binding).to_ascii_lowercase().ends_with("trigger")).collect();
    let [binding] = triggers.as_slice() else {
        problems.add(&file, format!("it has {} triggers; keep exactly one", triggers.len()));
        return None;
    };
    if !json::text(binding, "direction").is_some_and(|direction| direction.eq_ignore_ascii_case("in")) {
        problems.add(&file, "its trigger needs the direction \"in\"");
    }
    if bindings.len() > 1 {
        problems.add(&file, "keep its trigger alone; a job returns no outputs, so that another binding has no effect");
    }
    match Trigger::of(binding) {
        Some(Ok(trigger)) => return Some((trigger, *binding)),
        Some(Err(problem)) => problems.add(&file, problem),
        None => problems.add(&file, format!("the program has no use for a trigger of the type \"{}\"", type_of(binding))),
    }
    None
}

fn check_names(file: &str, bindings: &[&Object], problems: &mut Problems) {
    let mut names = HashSet::new();
    for binding in bindings {
        let name = json::text(binding, "name").unwrap_or_default();
        if !is_binding_name(name) {
            problems.add(file, format!("binding name \"{name}\" must be a letter, then letters and digits alone, or $return"));
        }
        if !names.insert(name.to_ascii_lowercase()) {
            problems.add(file, format!("two bindings are named \"{name}\"; rename one"));
        }
    }
}

fn type_of(binding: &Object) -> &str {
    json::text(binding, "type").unwrap_or_default()
}

fn is_binding_name(name: &str) -> bool {
    name == "$return"
        || (name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.len() <= 128
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
