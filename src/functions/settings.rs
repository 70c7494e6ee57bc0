//! The settings as the host passes them to the program: those of the environment, then those of local.settings.json. That
//! file is in the repository, so that it must hold no secret.

use std::path::Path;

use super::{
    folders::file_of,
    json::{self, Object},
    problems::Problems,
};

const FILE: &str = "local.settings.json";
const RUNTIME: &str = "FUNCTIONS_WORKER_RUNTIME";

/// Settings whose value is a secret.
const SECRETS: &[&str] = &["JWT_SECRET", "JWT_SECRET_PREVIOUS", "COSMOS_DB_PRIMARY_KEY"];
/// The parts of connection strings that hold a secret, in lower case.
const SECRET_PARTS: &[&str] = &["accountkey=", "sharedaccesskey=", "sharedaccesssignature="];

/// Names and values; a name is found whatever its case, and `:` is the same as `__`.
pub(super) struct Settings<'a> {
    environment: &'a dyn Fn(&str) -> Option<String>,
    values: Vec<(String, String)>,
}

impl<'a> Settings<'a> {
    /// Reads the file when there is one, and reports its problems.
    pub(super) fn read(root: &Path, environment: &'a dyn Fn(&str) -> Option<String>, problems: &mut Problems) -> Self {
        match json::read(&root.join(FILE)) {
            Ok(file) => {
                let values = file.map_or_else(Vec::new, |file| values(&file, problems));
                let settings = Self { environment, values };
                settings.check_runtime(problems);
                settings
            }
            Err(error) => {
                problems.add(FILE, error);
                Self { environment, values: Vec::new() }
            }
        }
    }

    pub(super) fn get(&self, name: &str) -> Option<String> {
        let same = |key: &str| key.replace(':', "__").eq_ignore_ascii_case(&name.replace(':', "__"));
        (self.environment)(name).or_else(|| self.values.iter().find(|(key, _)| same(key)).map(|(_, value)| value.clone()))
    }

    /// Whether a setting is `1` or `true`.
    fn is_on(&self, name: &str) -> bool {
        self.get(name).is_some_and(|value| value == "1" || value.eq_ignore_ascii_case("true"))
    }

    /// Replaces each `%NAME%` by the setting of that name. The error names a setting that is missing.
    pub(super) fn expand(&self, text: &str) -> Result<String, String> {
        let mut expanded = String::new();
        let mut rest = text;
        while let Some((before, after)) = rest.split_once('%') {
            let Some((name, after)) = after.split_once('%') else { break };
            let value = self.get(name).ok_or_else(|| format!("%{name}% names no setting; set {name}, or write its value"))?;
            expanded.push_str(before);
            expanded.push_str(&value);
            rest = after;
        }
        expanded.push_str(rest);
        Ok(expanded)
    }

    /// Reports a setting that disables the function of that name.
    pub(super) fn check_enabled(&self, function: &str, problems: &mut Problems) {
        for name in [format!("AzureWebJobs.{function}.Disabled"), format!("AzureWebJobs_{function}_Disabled")] {
            if self.is_on(&name) {
                problems.add(&file_of(function), format!("the setting {name} disables the function; remove the setting"));
            }
        }
    }

    fn check_runtime(&self, problems: &mut Problems) {
        match self.get(RUNTIME) {
            Some(runtime) if runtime.eq_ignore_ascii_case("custom") => {}
            Some(runtime) => {
                problems.add(
                    FILE,
                    format!("{RUNTIME} is \"{runtime}\"; set it to \"custom\", here and in the environment, which wins"),
                );
            }
            None => problems.add(FILE, format!("{RUNTIME} is missing; set it to \"custom\" under Values, or in the environment")),
        }
    }
}

fn values(file: &Object, problems: &mut Problems) -> Vec<(String, String)> {
    if json::property(file, "IsEncrypted").and_then(json::plain).is_some_and(|value| value.eq_ignore_ascii_case("true")) {
        problems.add(FILE, "IsEncrypted is true, so that its values can be read on one machine only; make it false");
        return Vec::new();
    }
    let Some(values) = json::property(file, "Values") else { return Vec::new() };
    let Some(values) = values.as_object() else {
        problems.add(FILE, "Values must be an object of names and plain values");
        return Vec::new();
    };
    let mut read = Vec::new();
    for (name, value) in values {
        let Some(value) = json::plain(value) else {
            problems.add(FILE, format!("Values.{name} must be a plain value; write nested names as one, with __ between them"));
            continue;
        };
        check_no_secret(name, &value, problems);
        read.push((name.clone(), value));
    }
    read
}

fn check_no_secret(name: &str, value: &str, problems: &mut Problems) {
    let named = SECRETS.iter().any(|secret| secret.eq_ignore_ascii_case(name)) && !value.trim().is_empty();
    let lower = value.to_ascii_lowercase();
    if named || SECRET_PARTS.iter().any(|part| lower.contains(part)) {
        problems.add(FILE, format!("Values.{name} holds a secret; remove it here and set it in .env or in the environment"));
    }
}
