//! One function folder: its name, its bindings and, where it has an HTTP trigger, what it answers. Triggers of jobs are
//! read in `trigger` and judged in `jobs`.

use std::{collections::HashSet, path::Path};

use serde_json::Value;

use super::{
    jobs,
    json::{self, Object},
    problems::Problems,
    route_template::RouteTemplate,
    settings::Settings,
    trigger as job,
};

const METHODS: &[&str] = &["GET", "POST", "PUT", "DELETE", "PATCH", "HEAD", "OPTIONS", "TRACE"];

/// The types of binding that this program has a use for, with the direction of each.
const BINDINGS: &[(&str, &str)] = &[
    ("httpTrigger", "in"),
    ("http", "out"),
    ("timerTrigger", "in"),
    ("queueTrigger", "in"),
    ("queue", "out"),
    ("cosmosDBTrigger", "in"),
];

/// Beginnings of routes that the host keeps to itself, as plain prefixes: `administrators` has one too.
const RESERVED: &[&str] = &["admin", "runtime"];

/// A function folder.
pub(super) struct Function {
    pub(super) name: String,
    pub(super) trigger: Trigger,
    /// Its file, as far as it could be read.
    pub(super) config: Option<Object>,
}

pub(super) enum Trigger {
    Http(Http),
    /// It starts a job.
    Job(job::Trigger),
    /// It cannot be told, and a problem says why.
    Unknown,
}

/// What an HTTP function answers.
pub(super) struct Http {
    /// In upper case; `None` is all.
    methods: Option<HashSet<String>>,
    pub(super) route: RouteTemplate,
}

impl Http {
    /// Whether it answers that method on that path, which is without the prefix.
    pub(super) fn answers(&self, method: &str, path: &str) -> bool {
        self.methods.as_ref().is_none_or(|methods| methods.contains(method)) && self.route.matches(path)
    }

    /// Whether the host would refuse the second of the two.
    pub(super) fn conflicts_with(&self, other: &Self) -> bool {
        let share_method = match (&self.methods, &other.methods) {
            (Some(mine), Some(theirs)) => !mine.is_disjoint(theirs),
            _ => true,
        };
        share_method && self.route.is_same(&other.route)
    }
}

/// How problems name the file of a function.
pub(super) fn file_of(name: &str) -> String {
    format!("{name}/function.json")
}

/// Reads a folder and tells what is wrong with it; `None` when it holds no function.
pub(super) fn read(folder: &Path, name: &str, settings: &Settings<'_>, problems: &mut Problems) -> Option<Function> {
    let mut reader = Reader { name, file: file_of(name), settings, problems };
    let (trigger, config) = match json::read(&folder.join("function.json")) {
        Ok(None) => return None,
        Ok(Some(config)) => (reader.function(folder, &config), Some(config)),
        Err(error) => {
            reader.problem(error);
            (Trigger::Unknown, None)
        }
    };
    Some(Function { name: name.to_owned(), trigger, config })
}

struct Reader<'a> {
    name: &'a str,
    file: String,
    settings: &'a Settings<'a>,
    problems: &'a mut Problems,
}

impl Reader<'_> {
    fn problem(&mut self, text: impl std::fmt::Display) {
        self.problems.add(&self.file, text);
    }

    fn function(&mut self, folder: &Path, config: &Object) -> Trigger {
        if !is_function_name(self.name) {
            self.problem("rename the folder: a letter, then up to 127 letters, digits, _ or -, and not \"host\"");
            return Trigger::Unknown;
        }
        if config
            .get("scriptFile")
            .and_then(Value::as_str)
            .is_some_and(|script| !script.is_empty() && !folder.join(script).is_file())
        {
            self.problem("scriptFile names a file that is not there; leave it out, a custom handler needs none");
        }
        self.check_disabled_by_file(config);
        let bindings: Option<Vec<&Object>> =
            config.get("bindings").and_then(Value::as_array).and_then(|bindings| bindings.iter().map(Value::as_object).collect());
        let Some(bindings) = bindings.filter(|bindings| !bindings.is_empty()) else {
            self.problem("bindings must be a list of objects with at least a trigger");
            return Trigger::Unknown;
        };
        self.check_bindings(&bindings);
        let triggers: Vec<&Object> = bindings.iter().copied().filter(|binding| kind_of(binding).ends_with("trigger")).collect();
        let [trigger] = triggers.as_slice() else {
            self.problem(format!("it has {} triggers; keep exactly one", triggers.len()));
            return Trigger::Unknown;
        };
        let job = job::Trigger::of(trigger);
        let may_be_off = matches!(&job, Some(Ok(job)) if jobs::runs_by_itself(job, self.settings));
        if !may_be_off {
            self.check_disabled_by_setting();
        }
        match job {
            Some(job) => self.job(job, trigger, &bindings, config),
            None => self.http(trigger, &bindings),
        }
    }

    fn job(&mut self, job: Result<job::Trigger, String>, trigger: &Object, bindings: &[&Object], config: &Object) -> Trigger {
        if bindings.len() > 1 {
            self.problem("keep its trigger alone; a job answers with no outputs, so that another binding does nothing");
        }
        let job = match job {
            Ok(job) => job,
            Err(problem) => {
                self.problem(problem);
                return Trigger::Unknown;
            }
        };
        for problem in jobs::problems(&job, trigger, config, self.settings) {
            self.problem(problem);
        }
        Trigger::Job(job)
    }

    fn check_disabled_by_file(&mut self, config: &Object) {
        let by_file =
            json::property(config, "disabled").and_then(json::plain).is_some_and(|value| value.eq_ignore_ascii_case("true"));
        if by_file {
            self.problem("disabled is true, so that nothing reaches it; remove it");
        }
    }

    fn check_disabled_by_setting(&mut self) {
        for name in [format!("AzureWebJobs.{}.Disabled", self.name), format!("AzureWebJobs_{}_Disabled", self.name)] {
            if self.settings.is_on(&name) {
                self.problem(format!("the setting {name} turns the function off; remove the setting"));
            }
        }
    }

    fn check_bindings(&mut self, bindings: &[&Object]) {
        let mut names = HashSet::new();
        for binding in bindings {
            let name = json::text(binding, "name").unwrap_or_default();
            if !is_binding_name(name) {
                self.problem(format!("binding name \"{name}\" must be a letter, then letters and digits alone, or $return"));
            }
            if !names.insert(name.to_ascii_lowercase()) {
                self.problem(format!("two bindings are named \"{name}\"; rename one"));
            }
            let kind = json::text(binding, "type").unwrap_or_default();
            match BINDINGS.iter().find(|(known, _)| known.eq_ignore_ascii_case(kind)) {
                None => {
                    self.problem(format!(
                        "binding \"{name}\" has the type \"{kind}\", for which there is no use here; remove it"
                    ));
                }
                Some((_, direction)) => {
                    if !json::text(binding, "direction").is_some_and(|given| given.eq_ignore_ascii_case(direction)) {
                        self.problem(format!("binding \"{name}\" of type {kind} needs the direction \"{direction}\""));
                    }
                }
            }
        }
    }

    fn http(&mut self, trigger: &Object, bindings: &[&Object]) -> Trigger {
        let kind = json::text(trigger, "type").unwrap_or_default();
        if !kind.eq_ignore_ascii_case("httpTrigger") {
            return Trigger::Unknown;
        }
        self.check_forwarded(bindings);
        self.check_level(trigger);
        let methods = self.methods(trigger);
        self.route(trigger).map_or(Trigger::Unknown, |route| Trigger::Http(Http { methods, route }))
    }

    /// The host forwards a request only through these two; with any other set it wraps the request in JSON.
    fn check_forwarded(&mut self, bindings: &[&Object]) {
        let outputs = bindings.iter().filter(|binding| kind_of(binding) == "http").count();
        if bindings.len() != 2 || outputs != 1 {
            self.problem(
                "keep exactly two bindings, the httpTrigger and one http output; else requests are wrapped, not forwarded",
            );
        }
    }

    fn check_level(&mut self, trigger: &Object) {
        // Left out it is "function", which locally goes unnoticed: only Azure asks for the key.
        if !json::text(trigger, "authLevel").is_some_and(|level| level.eq_ignore_ascii_case("anonymous")) {
            self.problem("authLevel must be \"anonymous\"; the code checks its own tokens, and callers have no key of the host");
        }
    }

    fn methods(&mut self, trigger: &Object) -> Option<HashSet<String>> {
        let value = json::property(trigger, "methods").filter(|value| !value.is_null())?;
        let methods: HashSet<String> =
            value.as_array().map(Vec::as_slice).unwrap_or_default().iter().filter_map(known_method).collect();
        if methods.is_empty() || value.as_array().is_none_or(|all| all.iter().any(|method| known_method(method).is_none())) {
            self.problem("methods must be a list of HTTP methods; left out, a wrong one gets our 405, not the host's 404");
            return None;
        }
        Some(methods)
    }

    fn route(&mut self, trigger: &Object) -> Option<RouteTemplate> {
        let route = json::text(trigger, "route").filter(|route| !route.is_empty()).unwrap_or(self.name);
        match self.settings.expand(route).and_then(|route| checked_route(&route)) {
            Ok(route) => Some(route),
            Err(problem) => {
                self.problem(problem);
                None
            }
        }
    }
}

fn checked_route(route: &str) -> Result<RouteTemplate, String> {
    let lower = route.trim_matches('/').to_ascii_lowercase();
    match RESERVED.iter().find(|reserved| lower.starts_with(**reserved)) {
        Some(reserved) => Err(format!("route '{route}' begins with \"{reserved}\", which the host keeps to itself; rename it")),
        None => RouteTemplate::parse(route),
    }
}

fn kind_of(binding: &Object) -> String {
    json::text(binding, "type").unwrap_or_default().to_ascii_lowercase()
}

fn known_method(value: &Value) -> Option<String> {
    let method = value.as_str()?.to_ascii_uppercase();
    METHODS.contains(&method.as_str()).then_some(method)
}

fn is_function_name(name: &str) -> bool {
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name.len() <= 128
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'_' | b'-'))
        && !name.eq_ignore_ascii_case("host")
}

fn is_binding_name(name: &str) -> bool {
    name == "$return"
        || (name.starts_with(|first: char| first.is_ascii_alphabetic())
            && name.len() <= 128
            && name.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}
