//! The folders of the functions that a timer, a queue or a change feed starts: whether they equal those that the program was
//! built with, and whether the host would run them.

use serde_json::Value;

use super::{
    folders::{self, Folder, file_of},
    host_json::{self, Host},
    json::{self, Object},
    problems::Problems,
    settings::Settings,
    trigger::Trigger,
};

/// Properties of version 3 of the Cosmos DB extension, which version 4 ignores, each with its new name.
const OLD_NAMES: &[(&str, &str)] = &[
    ("connectionStringSetting", "connection"),
    ("collectionName", "containerName"),
    ("leaseConnectionStringSetting", "leaseConnection"),
    ("leaseCollectionName", "leaseContainerName"),
    ("leaseCollectionPrefix", "leaseContainerPrefix"),
    ("leasesCollectionThroughput", "leasesContainerThroughput"),
    ("createLeaseCollectionIfNotExists", "createLeaseContainerIfNotExists"),
];

/// The settings of the storage account for the host's locks, keys and state of timers; one of them must be set.
const STORAGE: &[&str] = &[
    "AzureWebJobsStorage",
    "AzureWebJobsStorage__accountName",
    "AzureWebJobsStorage__blobServiceUri",
    "AzureWebJobsStorage__queueServiceUri",
];

/// The settings that make the program send its messages to a queue service instead of the store.
const QUEUE_SERVICE: &[&str] = &["AVANOCHI_QUEUE_URL", "AzureWebJobsStorage__queueServiceUri"];

/// The suffixes of the settings of a connection: none for a connection string, the others for an identity.
const CONNECTION: &[&str] = &["", "__accountEndpoint", "__accountName", "__queueServiceUri"];

/// Checks the folder of each job of the program, given as its name and the function.json that the program was built with.
pub(super) fn check(
    folders: &[Folder],
    jobs: &[(&str, &str)],
    host: Option<&Host<'_>>,
    settings: &Settings<'_>,
    problems: &mut Problems,
) {
    let mut has_queue = false;
    for (name, compiled_in) in jobs {
        let Some(folder) = folders.iter().find(|folder| folder.name == *name) else {
            problems.add(&file_of(name), "it is missing, so that nothing starts the job of that name; publish the folder");
            continue;
        };
        let Some(config) = &folder.config else { continue };
        if let Some(difference) = difference(config, compiled_in) {
            problems.add(&file_of(name), difference);
        }
        let trigger = folders::trigger(name, config, problems);
        if !trigger.as_ref().is_some_and(|(trigger, _)| runs_by_itself(trigger, settings)) {
            settings.check_enabled(name, problems);
        }
        if let Some((trigger, binding)) = trigger {
            has_queue |= matches!(trigger, Trigger::Queue { .. });
            for problem in trigger_problems(&trigger, binding, config, settings) {
                problems.add(&file_of(name), problem);
            }
        }
    }
    if has_queue && let Some(host) = host {
        host.check_queues(problems);
    }
    if !jobs.is_empty() && !STORAGE.iter().any(|name| settings.get(name).is_some_and(|value| !value.trim().is_empty())) {
        problems.add("local.settings.json", "AzureWebJobsStorage is empty, without which the host starts no job; set it");
    }
}

/// How a file differs from the one that the program was built with.
fn difference(config: &Object, compiled_in: &str) -> Option<String> {
    let Ok(ours) = json::parse(compiled_in) else {
        return Some("the one that the program was built with cannot be read; build it anew".to_owned());
    };
    if *config == ours {
        return None;
    }
    let of_trigger = |config: &Object, name: &str| {
        let binding = config.get("bindings")?.as_array()?.first()?.as_object()?;
        json::property(binding, name).cloned()
    };
    let told = ["type", "schedule", "queueName"].into_iter().find(|name| of_trigger(config, name) != of_trigger(&ours, name));
    let what = told.unwrap_or("text");
    Some(format!("its {what} differs from the one that the program was built with; build the program and publish both"))
}

/// Whether the program produces the events of this trigger itself, so that the function may be disabled. It is decided from the
/// settings as in `config`, which this module may not import; a test compares the two.
fn runs_by_itself(trigger: &Trigger, settings: &Settings<'_>) -> bool {
    let given = |name: &str| settings.get(name).map(|value| value.trim().to_owned()).filter(|value| !value.is_empty());
    match trigger {
        Trigger::Timer { .. } => false,
        Trigger::Queue { .. } => QUEUE_SERVICE.iter().all(|name| given(name).is_none()),
        Trigger::Changes => match given("AVANOCHI_STORE") {
            Some(store) => store != "cosmos",
            None => given("COSMOS_DB_URI").is_none(),
        },
    }
}

/// What the host would refuse, or would do otherwise than meant, with the trigger of a job.
fn trigger_problems(trigger: &Trigger, binding: &Object, config: &Object, settings: &Settings<'_>) -> Vec<String> {
    let retry = json::property(config, "retry").filter(|retry| !retry.is_null());
    let mut problems: Vec<String> = retry.and_then(retry_problem).into_iter().collect();
    match trigger {
        Trigger::Timer { .. } => {
            if settings.get("WEBSITE_TIME_ZONE").is_some_and(|zone| !zone.is_empty()) {
                problems.push("the setting WEBSITE_TIME_ZONE moves its schedule, which is in UTC; remove the setting".to_owned());
            }
        }
        Trigger::Queue { .. } => {
            if retry.is_some() {
                problems.push("retry multiplies with maxDequeueCount of host.json; remove it".to_owned());
            }
            problems.extend(connection_problem(binding, settings));
        }
        Trigger::Changes => problems.extend(feed_problems(binding, retry, settings)),
    }
    problems
}

/// The host leaves out a function whose retry policy it cannot read.
fn retry_problem(retry: &Value) -> Option<String> {
    let Some(policy) = retry.as_object() else { return Some("retry must be an object".to_owned()) };
    let times: &[&str] = match json::text(policy, "strategy").map(str::to_ascii_lowercase).as_deref() {
        Some("fixeddelay") => &["delayInterval"],
        Some("exponentialbackoff") => &["minimumInterval", "maximumInterval"],
        _ => return Some("retry.strategy must be \"fixedDelay\" or \"exponentialBackoff\"".to_owned()),
    };
    if !json::property(policy, "maxRetryCount").is_some_and(Value::is_i64) {
        return Some("retry.maxRetryCount must be a whole number, -1 for without end".to_owned());
    }
    let wrong = times.iter().find(|name| !json::text(policy, name).is_some_and(host_json::is_time_span))?;
    Some(format!("retry.{wrong} must be a time such as \"00:00:05\""))
}

fn feed_problems(binding: &Object, retry: Option<&Value>, settings: &Settings<'_>) -> Vec<String> {
    let mut problems = Vec::new();
    for (old, new) in OLD_NAMES {
        if json::property(binding, old).is_some() {
            problems.push(format!("{old} is a name of version 3 and ignored; rename it to {new}"));
        }
    }
    for name in ["databaseName", "containerName", "connection"] {
        match json::text(binding, name).filter(|text| !text.trim().is_empty()).map(|text| settings.expand(text)) {
            Some(Ok(_)) => {}
            Some(Err(problem)) => problems.push(format!("{name}: {problem}")),
            None => problems.push(format!("the cosmosDBTrigger has no {name}; the host leaves the function out")),
        }
    }
    problems.extend(connection_problem(binding, settings));
    if leases_are_monitored(binding, settings) {
        problems.push("leaseContainerName is the monitored container, which the host refuses; give leases their own".to_owned());
    }
    let endless = retry.and_then(|retry| retry.get("maxRetryCount")).and_then(Value::as_i64) == Some(-1);
    if !endless {
        problems.push("retry must be there with maxRetryCount -1; else the host skips a batch that fails for good".to_owned());
    }
    problems
}

/// The host leaves out a function whose connection setting is missing, also when the function is disabled. A binding without a
/// connection uses the default, `AzureWebJobsStorage`, which is checked for all jobs.
fn connection_problem(binding: &Object, settings: &Settings<'_>) -> Option<String> {
    let name = json::text(binding, "connection").filter(|name| !name.trim().is_empty())?;
    let given = |name: String| settings.get(&name).is_some_and(|value| !value.trim().is_empty());
    let found = ["", "AzureWebJobs"].iter().any(|prefix| CONNECTION.iter().any(|part| given(format!("{prefix}{name}{part}"))));
    let text = || format!("connection {name} names no setting; set it, or for an identity {name}__accountEndpoint or the like");
    (!found).then(text)
}

fn leases_are_monitored(binding: &Object, settings: &Settings<'_>) -> bool {
    let named = |name: &str| json::text(binding, name).filter(|text| !text.is_empty());
    let same = |one: Option<&str>, other: Option<&str>| {
        let [one, other] = [one, other].map(|name| name.map(|name| settings.expand(name).unwrap_or_else(|_| name.to_owned())));
        one == other
    };
    let monitored = |lease: &str, own: &str| same(named(lease).or(named(own)), named(own));
    same(Some(named("leaseContainerName").unwrap_or("leases")), named("containerName"))
        && monitored("leaseDatabaseName", "databaseName")
        && monitored("leaseConnection", "connection")
}
