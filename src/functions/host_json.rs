//! host.json, the host's settings for the whole app.

use std::{fs, path::Path};

use super::{
    json::{self, Object},
    problems::Problems,
    settings::Settings,
};

const FILE: &str = "host.json";

/// The prefix of every path that the code serves.
const PREFIX: &str = "api";

/// Where version 1 had its sections and where they belong now. The host ignores them at the old place.
const OLD_SECTIONS: &[(&str, &str)] = &[
    ("http", "extensions.http"),
    ("queues", "extensions.queues"),
    ("blobs", "extensions.blobs"),
    ("serviceBus", "extensions.serviceBus"),
    ("eventHub", "extensions.eventHubs"),
    ("eventHubs", "extensions.eventHubs"),
    ("cosmosDB", "extensions.cosmosDB"),
    ("documentDB", "extensions.cosmosDB"),
    ("sendGrid", "extensions.sendGrid"),
    ("durableTask", "extensions.durableTask"),
    ("applicationInsights", "logging.applicationInsights"),
    ("logger", "logging.logLevel"),
    ("tracing", "logging"),
];

/// Both must be true: an older host does not know the first and would wrap each request in JSON. With both, an older host
/// forwards requests and a newer one proxies them, which also streams.
const FORWARDING: &[&str] = &["enableProxyingHttpRequest", "enableForwardingHttpRequest"];

/// The settings of queues: name, value, and why it is needed.
const QUEUES: &[(&str, &str, &str)] = &[
    ("visibilityTimeout", "00:00:30", "at zero, its default, a message that fails is given up within a second"),
    ("maxDequeueCount", "5", "it decides how often a message is tried"),
];

/// The file, and the settings that override it.
pub(super) struct Host<'a> {
    file: Object,
    settings: &'a Settings<'a>,
}

impl<'a> Host<'a> {
    /// `None` when the file cannot be read, which is reported.
    pub(super) fn read(root: &Path, settings: &'a Settings<'a>, problems: &mut Problems) -> Option<Self> {
        match json::read(&root.join(FILE)) {
            Ok(Some(file)) => return Some(Self { file, settings }),
            Ok(None) => problems.add(FILE, "it is missing; the host does not start without it"),
            Err(error) => problems.add(FILE, error),
        }
        None
    }

    /// Reports the problems that do not depend on the functions.
    pub(super) fn check(&self, root: &Path, problems: &mut Problems) {
        // The only property whose name must have this case and whose value must be a string.
        if self.file.get("version").and_then(|version| version.as_str()) != Some("2.0") {
            problems.add(FILE, "version must be the string \"2.0\"; the host does not start with any other");
        }
        check_sections(self, problems);
        check_handler(self, root, problems);
        check_executable(self, root, problems);
        check_extensions(self, problems);
    }

    /// Reports the problems that matter for functions with a queue trigger.
    pub(super) fn check_queues(&self, problems: &mut Problems) {
        for (name, expected, why) in QUEUES {
            if self.value(&["extensions", "queues", name]).as_deref() != Some(*expected) {
                problems.add(FILE, format!("extensions.queues.{name} must be \"{expected}\": {why}"));
            }
        }
    }

    /// A plain value, by the names that lead to it.
    fn value(&self, names: &[&str]) -> Option<String> {
        let overriding = format!("AzureFunctionsJobHost__{}", names.join("__"));
        self.settings.get(&overriding).or_else(|| {
            let (last, sections) = names.split_last()?;
            let section = sections.iter().try_fold(&self.file, |section, name| json::property(section, name)?.as_object())?;
            json::property(section, last).and_then(json::plain)
        })
    }

    fn is_true(&self, names: &[&str]) -> bool {
        self.value(names).is_some_and(|value| value.eq_ignore_ascii_case("true"))
    }

    fn has_text(&self, names: &[&str]) -> bool {
        self.value(names).is_some_and(|value| !value.trim().is_empty())
    }
}

fn check_sections(host: &Host<'_>, problems: &mut Problems) {
    for (old, new) in OLD_SECTIONS {
        if json::property(&host.file, old).is_some() {
            problems.add(FILE, format!("{old} at the top level is of version 1 and ignored; move it to {new}"));
        }
    }
    if json::property(&host.file, "configurationProfile").is_some() {
        problems.add(FILE, "configurationProfile takes the routes away from the function folders; remove it");
    }
    if host.value(&["functionTimeout"]).is_some_and(|value| value != "-1" && !is_time_span(&value)) {
        problems.add(FILE, "functionTimeout must be a time such as \"00:05:00\"");
    }
}

fn check_handler(host: &Host<'_>, root: &Path, problems: &mut Problems) {
    for flag in FORWARDING {
        if !host.is_true(&["customHandler", flag]) {
            let why = "without both, some versions of the host wrap each request in JSON";
            problems.add(FILE, format!("customHandler.{flag} must be true: {why}"));
        }
    }
    let handler = json::property(&host.file, "customHandler").and_then(|handler| handler.as_object());
    if handler.is_some_and(|handler| json::property(handler, "http").is_some()) {
        problems.add(FILE, "customHandler.http makes an error of every function folder; remove it");
    }
    if host.value(&["customHandler", "initializationTimeout"]).is_some_and(|value| !is_time_span(&value)) {
        problems.add(FILE, "customHandler.initializationTimeout must be a time such as \"00:00:30\"");
    }
    if let Some(folder) = host.value(&["customHandler", "description", "workingDirectory"])
        && !root.join(&folder).is_dir()
    {
        problems.add(FILE, format!("customHandler.description.workingDirectory is {folder}, which is no folder; leave it out"));
    }
}

fn check_executable(host: &Host<'_>, root: &Path, problems: &mut Problems) {
    const NAME: &str = "customHandler.description.defaultExecutablePath";
    let Some(path) = host.value(&["customHandler", "description", "defaultExecutablePath"]).filter(|path| !path.is_empty())
    else {
        return problems.add(FILE, format!("{NAME} is missing; name the program, such as \"bin/avanochi\""));
    };
    if !is_entry_name(&path) {
        // Publishing marks one file as executable: the one whose name in the package equals this text.
        let rule = "write it relative and plain, with / between folders and no ./, .. or %NAME%";
        return problems.add(FILE, format!("{NAME} is \"{path}\", which publishing would not make executable; {rule}"));
    }
    if host.has_text(&["customHandler", "description", "workerDirectory"]) {
        return problems
            .add(FILE, format!("customHandler.description.workerDirectory moves {NAME}; remove it and write the whole path"));
    }
    match fs::metadata(root.join(&path)) {
        Ok(file) if !file.is_file() => problems.add(FILE, format!("{NAME} is {path}, which is not a file")),
        Ok(file) if !may_run(&file) => problems.add(FILE, format!("{path} may not be executed; run `chmod +x {path}`")),
        Ok(_) => {}
        Err(_) => problems.add(FILE, format!("{NAME} is {path}, which is not there; build it with `just build-handler`")),
    }
}

fn check_extensions(host: &Host<'_>, problems: &mut Problems) {
    let prefix = host.value(&["extensions", "http", "routePrefix"]);
    if let Some(prefix) = prefix.filter(|prefix| prefix.trim_matches('/') != PREFIX) {
        let why = "the code serves its paths under it";
        problems.add(FILE, format!("extensions.http.routePrefix is \"{prefix}\"; it must be \"{PREFIX}\", {why}"));
    }
    for name in ["id", "version"] {
        if !host.has_text(&["extensionBundle", name]) {
            problems.add(FILE, format!("extensionBundle.{name} is missing; without the bundle only HTTP and timers work"));
        }
    }
}

/// Whether a path equals the name of its entry in the package.
fn is_entry_name(path: &str) -> bool {
    !path.contains(['\\', '%', ':']) && path.split('/').all(|part| !matches!(part, "" | "." | ".."))
}

#[cfg(unix)]
fn may_run(file: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    file.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn may_run(_: &fs::Metadata) -> bool {
    true
}

/// Whether the host reads it as a time: `[days.]hours:minutes[:seconds]`.
pub(super) fn is_time_span(text: &str) -> bool {
    let (days, time) = match text.split_once('.') {
        Some((days, time)) if time.contains(':') => (days, time),
        _ => ("0", text),
    };
    let parts: Vec<&str> = time.split(':').collect();
    let fits = |part: &str, limit: f64| {
        part.starts_with(|first: char| first.is_ascii_digit()) && part.parse::<f64>().is_ok_and(|number| number < limit)
    };
    let whole = |part: &str| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
    match parts.as_slice() {
        [hours, minutes, seconds @ ..] if seconds.len() <= 1 => {
            [days, hours, minutes].into_iter().all(whole)
                && fits(hours, 24.0)
                && fits(minutes, 60.0)
                && seconds.iter().all(|seconds| fits(seconds, 60.0))
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_entry_name_is_plain_and_relative() {
        for good in ["avanochi", "bin/avanochi", "bin/avanochi.exe", ".hidden/x"] {
            assert!(is_entry_name(good), "{good}");
        }
        for bad in
            ["", "./avanochi", "bin//avanochi", "../avanochi", "/bin/avanochi", "bin/", "bin\\avanochi", "%HOME%/a", "C:/a"]
        {
            assert!(!is_entry_name(bad), "{bad}");
        }
    }

    #[test]
    fn a_time_span_has_hours_and_minutes() {
        for good in ["00:05:00", "00:05", "1.00:00:00", "23:59:59.5"] {
            assert!(is_time_span(good), "{good}");
        }
        for bad in ["", "5", "00:60", "24:00:00", "00:00:00:00", "a:b", "00:-5", "x.00:05:00"] {
            assert!(!is_time_span(bad), "{bad}");
        }
    }
}
