//! Functions that a timer, a queue or the change feed starts: a sound app of them, and each way of breaking it.

use super::{App, HOST};
use crate::config::{Config, Overrides, Source, StoreChoice};

const TICK: &str =
    r#"{"bindings": [{"type": "timerTrigger", "direction": "in", "name": "timer", "schedule": "0 */10 * * * *"}]}"#;
const PACK: &str = r#"{"bindings": [{"type": "queueTrigger", "direction": "in", "name": "message", "queueName": "work-items"}]}"#;
const CHANGES: &str = r#"{
    "bindings": [{
        "type": "cosmosDBTrigger", "direction": "in", "name": "documents", "connection": "CosmosDB",
        "databaseName": "avanochi", "containerName": "documents", "leaseContainerName": "leases"
    }],
    "retry": {"strategy": "exponentialBackoff", "maxRetryCount": -1, "minimumInterval": "00:00:02", "maximumInterval": "00:05:00"}
}"#;
const QUEUES: (&str, &str) =
    (r#""extensions": {"#, r#""extensions": {"queues": {"visibilityTimeout": "00:00:30", "maxDequeueCount": 5}, "#);
const STORAGE: (&str, &str) = ("AzureWebJobsStorage", "UseDevelopmentStorage=true");
const COSMOS: (&str, &str) = ("CosmosDB__accountEndpoint", "https://account.example");

fn with_jobs() -> App {
    let mut app = App::sound();
    app.environment = vec![STORAGE, COSMOS];
    app.write("host.json", &HOST.replace(QUEUES.0, QUEUES.1));
    for (name, text) in [("tick", TICK), ("pack", PACK), ("changes", CHANGES)] {
        app.write(&format!("{name}/function.json"), text);
        app.jobs.push((name, text.to_owned()));
    }
    app
}

/// The app with that file for a job, in the folder and in the program.
fn with(name: &str, text: &str) -> App {
    let mut app = with_jobs();
    app.write(&format!("{name}/function.json"), text);
    for (known, compiled_in) in &mut app.jobs {
        if *known == name {
            text.clone_into(compiled_in);
        }
    }
    app
}

#[test]
fn a_sound_app_with_jobs_has_no_problem() {
    assert_eq!(with_jobs().problems(), Vec::<String>::new());
    let spelled = TICK.replace(r#""bindings": "#, "// why\n \"bindings\" : ");
    let app = with_jobs();
    app.write("tick/function.json", &spelled);
    assert_eq!(app.problems(), Vec::<String>::new());
}

#[test]
fn a_folder_and_the_program_must_agree() {
    let mut app = with_jobs();
    app.jobs.retain(|(name, _)| *name != "tick");
    app.assert_problem("tick/function.json", "no function of that name");

    let app = with_jobs();
    app.remove("changes");
    app.assert_problem("changes/function.json", "nothing starts the job");

    for (name, sound, other, part) in [
        ("tick", "*/10", "*/20", "its schedule differs"),
        ("pack", "work-items", "other-items", "its queueName differs"),
        ("tick", "\"timer\"", "\"other\"", "its text differs"),
        ("changes", "00:05:00", "00:10:00", "its text differs"),
    ] {
        let app = with_jobs();
        let text = app.jobs.iter().find(|(known, _)| *known == name).expect("a job").1.replace(sound, other);
        app.write(&format!("{name}/function.json"), &text);
        app.assert_problem(&format!("{name}/function.json"), part);
    }

    let app = with_jobs();
    app.write("tick/function.json", &PACK.replace("work-items", "other-items"));
    app.assert_problem("tick/function.json", "its type differs");
}

#[test]
fn each_fault_of_a_timer_is_named() {
    for (sound, broken, part) in [
        (r#", "schedule": "0 */10 * * * *""#, "", "no schedule"),
        ("0 */10 * * * *", "0 */10 * * *  * *", "six fields"),
        ("0 */10 * * * *", "00:10:00", "six fields"),
        ("0 */10 * * * *", "0 61 * * * *", "not NCRONTAB"),
        ("0 */10 * * * *", "%WHEN%", "written out"),
        ("}]}", "}], \"retry\": {\"strategy\": \"never\"}}", "retry.strategy"),
        ("}]}", "}], \"retry\": {\"strategy\": \"fixedDelay\", \"delayInterval\": \"00:00:05\"}}", "retry.maxRetryCount"),
        ("}]}", "}], \"retry\": {\"strategy\": \"fixedDelay\", \"maxRetryCount\": 2}}", "retry.delayInterval"),
        ("}]}", "}, {\"type\": \"queue\", \"direction\": \"out\", \"name\": \"next\"}]}", "keep its trigger alone"),
        ("\"timerTrigger\"", "\"blobTrigger\"", "a trigger of the type \"blobTrigger\""),
        ("\"timerTrigger\"", "\"timer\"", "0 triggers"),
        ("\"in\"", "\"out\"", "the direction \"in\""),
        ("\"timer\"", "\"my_timer\"", "binding name \"my_timer\""),
        ("}]}", "}], \"disabled\": \"True\"}", "disabled is true"),
        ("[{", "[1, {", "bindings must be a list"),
        ("\"bindings\"", "\"binding\"", "bindings must be a list"),
    ] {
        assert!(TICK.contains(sound), "{sound}");
        with("tick", &TICK.replace(sound, broken)).assert_problem("tick/function.json", part);
    }
    let mut app = with_jobs();
    app.environment.push(("WEBSITE_TIME_ZONE", "Europe/Madrid"));
    app.assert_problem("tick/function.json", "WEBSITE_TIME_ZONE");
}

#[test]
fn each_fault_of_a_queue_is_named() {
    for (sound, broken, part) in [
        (r#", "queueName": "work-items""#, "", "no queueName"),
        ("work-items", "Work-Items", "a-z, 0-9"),
        ("work-items", "work--items", "a-z, 0-9"),
        ("work-items", "wi", "3 to 63"),
        (
            "}]}",
            "}], \"retry\": {\"strategy\": \"fixedDelay\", \"maxRetryCount\": 2, \"delayInterval\": \"00:00:05\"}}",
            "retry multiplies with maxDequeueCount",
        ),
    ] {
        assert!(PACK.contains(sound), "{sound}");
        with("pack", &PACK.replace(sound, broken)).assert_problem("pack/function.json", part);
    }
}

#[test]
fn each_fault_of_a_change_feed_is_named() {
    for (sound, broken, part) in [
        (r#""connection": "CosmosDB","#, "", "no connection"),
        (r#""databaseName": "avanochi","#, "", "no databaseName"),
        ("\"avanochi\"", "\" \"", "no databaseName"),
        ("\"avanochi\"", "\"%DATABASE%\"", "databaseName: %DATABASE% names no setting"),
        ("\"containerName\"", "\"other\": 1, \"collectionName\": \"c\", \"containerName\"", "rename it to containerName"),
        ("\"leases\"", "\"documents\"", "leaseContainerName is the monitored container"),
        (
            r#""containerName": "documents", "leaseContainerName": "leases""#,
            r#""containerName": "leases""#,
            "leaseContainerName is the monitored container",
        ),
        ("-1", "5", "maxRetryCount -1"),
        ("\"retry\"", "\"else\"", "maxRetryCount -1"),
        ("\"00:05:00\"", "300", "retry.maximumInterval"),
    ] {
        assert!(CHANGES.contains(sound), "{sound}");
        with("changes", &CHANGES.replace(sound, broken)).assert_problem("changes/function.json", part);
    }
    let elsewhere = CHANGES.replace("\"leases\"", "\"documents\", \"leaseDatabaseName\": \"other\"");
    assert_eq!(with("changes", &elsewhere).problems(), Vec::<String>::new());
    let mut from_settings = with("changes", &CHANGES.replace("\"avanochi\"", "\"%DATABASE%\""));
    from_settings.environment.push(("DATABASE", "avanochi"));
    assert_eq!(from_settings.problems(), Vec::<String>::new());
}

#[test]
fn a_queue_needs_its_settings_in_host_json() {
    for (name, sound, broken) in [
        ("visibilityTimeout", "\"00:00:30\"", "\"00:00:00\""),
        ("maxDequeueCount", "5}", "1}"),
        ("maxDequeueCount", ", \"maxDequeueCount\": 5}", "}"),
    ] {
        let app = with_jobs();
        assert!(QUEUES.1.contains(sound), "{sound}");
        app.write("host.json", &HOST.replace(QUEUES.0, &QUEUES.1.replace(sound, broken)));
        app.assert_problem("host.json", &format!("extensions.queues.{name}"));
    }
    let mut app = with_jobs();
    app.remove("pack");
    app.jobs.retain(|(name, _)| *name != "pack");
    app.write("host.json", HOST);
    assert_eq!(app.problems(), Vec::<String>::new());
}

#[test]
fn jobs_need_the_storage_of_the_host() {
    let mut app = with_jobs();
    app.environment = vec![("AzureWebJobsStorage", " "), COSMOS];
    app.assert_problem("local.settings.json", "AzureWebJobsStorage");
    app.environment = vec![("AzureWebJobsStorage__accountName", "a"), COSMOS];
    assert_eq!(app.problems(), Vec::<String>::new());
}

#[test]
fn a_connection_must_be_a_setting() {
    let connected = PACK.replace("\"queueName\"", "\"connection\": \"Letters\", \"queueName\"");
    let part = "connection Letters names no setting";
    with("pack", &connected).assert_problem("pack/function.json", part);
    for setting in ["Letters", "AzureWebJobsLetters", "Letters__queueServiceUri", "letters:accountName"] {
        let mut app = with("pack", &connected);
        app.write("local.settings.json", &format!(r#"{{"Values": {{"FUNCTIONS_WORKER_RUNTIME": "custom", "{setting}": "x"}}}}"#));
        assert_eq!(app.problems(), Vec::<String>::new(), "{setting}");
        app.environment.retain(|found| *found != COSMOS);
        app.assert_problem("changes/function.json", "connection CosmosDB names no setting");
    }
}

/// A trigger may be disabled where the program itself does what it is for, and `config` decides where that is.
#[test]
fn a_job_may_be_disabled_where_the_host_has_nothing_to_tell() {
    const ADDRESS: (&str, &str) = ("COSMOS_DB_URI", "https://account.example");
    const QUEUE: (&str, &str) = ("AVANOCHI_QUEUE_URL", "https://account.example");
    const OF_HOST: (&str, &str) = ("AzureWebJobsStorage__queueServiceUri", "https://account.example");
    for settings in [
        &[][..],
        &[ADDRESS],
        &[ADDRESS, ("AVANOCHI_STORE", "embedded")],
        &[ADDRESS, ("AVANOCHI_STORE", " ")],
        &[("COSMOS_DB_ACCOUNT", "a"), ("AVANOCHI_STORE", "cosmos")],
        &[("COSMOS_DB_URI", " "), QUEUE],
        &[ADDRESS, OF_HOST],
        &[("AVANOCHI_QUEUE_URL", " ")],
    ] {
        let config = Config::load(&Source::of(settings), &Overrides::default()).expect("settings");
        for (name, needed) in [
            ("changes", config.store == StoreChoice::Cosmos),
            ("pack", config.queue.is_some()),
            ("tick", true),
            // An HTTP function, whose paths no other function answers.
            ("tasks", true),
        ] {
            let app = with_jobs();
            let off = format!("AzureWebJobs.{name}.Disabled");
            let values: Vec<String> = settings.iter().map(|(name, value)| format!(r#", "{name}": "{value}""#)).collect();
            let text = format!(r#"{{"Values": {{"FUNCTIONS_WORKER_RUNTIME": "custom", "{off}": true{}}}}}"#, values.concat());
            app.write("local.settings.json", &text);
            if needed {
                app.assert_problem(&format!("{name}/function.json"), &format!("the setting {off} disables the function"));
            } else {
                assert_eq!(app.problems(), Vec::<String>::new(), "{settings:?} {name}");
            }
        }
    }
}

#[test]
fn a_job_in_a_file_that_cannot_be_read_is_told_once() {
    let app = with_jobs();
    app.write("tick/function.json", "{\"bindings\": [");
    app.assert_problem("tick/function.json", "not JSON");
}
