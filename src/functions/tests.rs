//! A sound app, and each way of breaking it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use tempfile::TempDir;

use super::check;
use crate::{
    app::{Adapters, App as Program},
    config::{Config, Overrides, Source},
    kernel::SystemClock,
    store::embedded::Embedded,
};

mod jobs;

const ROUTES: &[(&str, &str)] = &[
    ("GET", "/api/notes"),
    ("PATCH", "/api/notes/{id}"),
    ("POST", "/api/notes/{id}/end"),
    ("GET", "/api/users/{id}"),
    ("GET", "/api/openapi.json"),
];

const HOST: &str = r#"{
    "version": "2.0", // a string
    "functionTimeout": "00:05:00",
    "customHandler": {
        "description": {"defaultExecutablePath": "bin/handler"},
        "enableProxyingHttpRequest": true,
        "enableForwardingHttpRequest": true
    },
    "extensions": {"http": {"routePrefix": "api"}},
    "extensionBundle": {"id": "Microsoft.Azure.Functions.ExtensionBundle", "version": "[4.*, 5.0.0)"}
}"#;

struct App {
    folder: TempDir,
    environment: Vec<(&'static str, &'static str)>,
    jobs: Vec<(&'static str, String)>,
}

impl App {
    fn sound() -> Self {
        let app = Self { folder: tempfile::tempdir().expect("folder"), environment: Vec::new(), jobs: Vec::new() };
        app.write("host.json", HOST);
        app.write("local.settings.json", r#"{"IsEncrypted": false, "Values": {"FUNCTIONS_WORKER_RUNTIME": "custom"}}"#);
        app.write("notes/function.json", &http("notes/{*rest}"));
        app.write("users/function.json", &http("users/{*rest}"));
        app.write("zz_not_found/function.json", &http("{*rest}"));
        app.write("src/lib.rs", "");
        let handler = app.write("bin/handler", "");
        make_executable(&handler);
        app
    }

    fn write(&self, path: &str, text: &str) -> PathBuf {
        let path = self.folder.path().join(path);
        fs::create_dir_all(path.parent().expect("a parent")).expect("folder");
        fs::write(&path, text).expect("write");
        path
    }

    fn remove(&self, path: &str) {
        let path = self.folder.path().join(path);
        if path.is_dir() { fs::remove_dir_all(path) } else { fs::remove_file(path) }.expect("remove");
    }

    fn problems(&self) -> Vec<String> {
        let setting =
            |wanted: &str| self.environment.iter().find(|(name, _)| *name == wanted).map(|(_, value)| (*value).to_owned());
        let jobs: Vec<(&str, &str)> = self.jobs.iter().map(|(name, text)| (*name, text.as_str())).collect();
        check(self.folder.path(), &setting, ROUTES, &jobs)
    }

    /// There is one problem, and it begins and goes on as given.
    #[track_caller]
    fn assert_problem(&self, file: &str, part: &str) {
        let problems = self.problems();
        assert!(
            problems.len() == 1 && problems[0].starts_with(&format!("{file}: ")) && problems[0].contains(part),
            "{problems:#?}"
        );
        assert!(!problems[0].contains('\n'), "{problems:#?}");
    }
}

fn http(route: &str) -> String {
    http_with(&format!(r#""route": "{route}""#))
}

fn http_with(more: &str) -> String {
    format!(
        r#"{{"bindings": [
            {{"type": "httpTrigger", "direction": "in", "name": "req", "authLevel": "anonymous", {more}}},
            {{"type": "http", "direction": "out", "name": "res"}}
        ]}}"#
    )
}

#[cfg(unix)]
fn make_executable(path: &Path) {
    use std::os::unix::fs::PermissionsExt as _;
    fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("permissions");
}

#[cfg(not(unix))]
fn make_executable(_: &Path) {}

#[test]
fn a_sound_app_has_no_problem() {
    assert_eq!(App::sound().problems(), Vec::<String>::new());
}

/// The jobs of the program itself.
fn jobs() -> Vec<(&'static str, &'static str)> {
    let config = Config::load(&Source::default(), &Overrides::default()).expect("the defaults");
    let clock = Arc::new(SystemClock);
    let store = Arc::new(Embedded::in_memory(clock.clone()).expect("a store"));
    let program = Program::new(&config, Adapters::over(store, clock, String::new().into())).expect("the program");
    program.jobs.registry.iter().map(|entry| (entry.name, entry.function_json)).collect()
}

#[test]
fn this_repository_has_no_problem_but_a_handler_that_is_not_built() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let folders = fs::read_dir(root).expect("root").flatten().filter(|entry| entry.path().join("function.json").is_file());
    let paths: Vec<String> = folders.map(|entry| format!("/api/{}/{{id}}", entry.file_name().display())).collect();
    assert!(paths.len() > 6, "{paths:?}");
    let routes: Vec<(&str, &str)> = paths.iter().map(|path| ("GET", path.as_str())).collect();
    let problems = check(root, &|_| None, &routes, &jobs());
    assert!(problems.iter().all(|problem| problem.contains("just build-handler")), "{problems:#?}");
}

#[test]
fn host_json_is_needed_and_must_be_json() {
    let app = App::sound();
    app.remove("host.json");
    app.assert_problem("host.json", "missing");
    app.write("host.json", "{\"version\": }");
    app.assert_problem("host.json", "not JSON");
}

#[test]
fn each_fault_of_host_json_is_named() {
    for (sound, broken, part) in [
        (r#""version": "2.0""#, r#""version": 2.0"#, "the string \"2.0\""),
        (r#""version": "2.0""#, r#""Version": "2.0""#, "the string \"2.0\""),
        (r#""enableProxyingHttpRequest": true,"#, "", "enableProxyingHttpRequest must be true"),
        (
            r#""enableForwardingHttpRequest": true"#,
            r#""enableForwardingHttpRequest": false"#,
            "enableForwardingHttpRequest must be true",
        ),
        (r#"{"defaultExecutablePath": "bin/handler"}"#, "{}", "defaultExecutablePath is missing"),
        (r#""bin/handler""#, r#""./bin/handler""#, "no ./"),
        (r#""bin/handler""#, r#""%HANDLER%""#, "%NAME%"),
        (r#""bin/handler""#, r#""bin/none""#, "just build-handler"),
        (r#""bin/handler""#, r#""bin""#, "not a file"),
        (r#""bin/handler""#, r#""bin/handler", "workerDirectory": "bin""#, "workerDirectory"),
        (r#""bin/handler""#, r#""bin/handler", "workingDirectory": "none""#, "workingDirectory"),
        (r#""functionTimeout": "00:05:00""#, r#""functionTimeout": "5 min""#, "functionTimeout"),
        (r#""customHandler": {"#, r#""customHandler": {"initializationTimeout": 30, "#, "initializationTimeout"),
        (r#""customHandler": {"#, r#""customHandler": {"http": {}, "#, "customHandler.http"),
        (r#""customHandler": {"#, r#""configurationProfile": "x", "customHandler": {"#, "configurationProfile"),
        (r#""customHandler": {"#, r#""http": {"routePrefix": "api"}, "customHandler": {"#, "extensions.http"),
        (r#""customHandler": {"#, r#""queues": {}, "customHandler": {"#, "extensions.queues"),
        (r#""routePrefix": "api""#, r#""routePrefix": """#, "routePrefix"),
        (r#""id": "Microsoft.Azure.Functions.ExtensionBundle", "#, "", "extensionBundle.id"),
    ] {
        let app = App::sound();
        assert!(HOST.contains(sound), "{sound}");
        app.write("host.json", &HOST.replace(sound, broken));
        app.assert_problem("host.json", part);
    }
}

#[test]
fn a_setting_overrules_host_json() {
    let mut app = App::sound();
    app.environment = vec![("AzureFunctionsJobHost__extensions__http__routePrefix", "v1")];
    app.assert_problem("host.json", "routePrefix is \"v1\"");
}

#[cfg(unix)]
#[test]
fn a_handler_that_may_not_run_is_named() {
    use std::os::unix::fs::PermissionsExt as _;
    let app = App::sound();
    let handler = app.folder.path().join("bin/handler");
    fs::set_permissions(handler, fs::Permissions::from_mode(0o644)).expect("permissions");
    app.assert_problem("host.json", "chmod +x bin/handler");
}

#[test]
fn the_runtime_must_be_custom_here_or_in_the_environment() {
    let mut app = App::sound();
    app.remove("local.settings.json");
    app.assert_problem("local.settings.json", "FUNCTIONS_WORKER_RUNTIME is missing");
    app.environment = vec![("FUNCTIONS_WORKER_RUNTIME", "custom")];
    assert_eq!(app.problems(), Vec::<String>::new());
    app.environment = vec![("FUNCTIONS_WORKER_RUNTIME", "node")];
    app.write("local.settings.json", r#"{"Values": {"FUNCTIONS_WORKER_RUNTIME": "custom"}}"#);
    app.assert_problem("local.settings.json", "\"node\"");
}

#[test]
fn each_fault_of_the_local_settings_is_named() {
    let app = App::sound();
    app.write("local.settings.json", "{\"Values\": {");
    app.assert_problem("local.settings.json", "not JSON");
    for (values, part) in [
        (r#""nested": {"a": 1}"#, "Values.nested must be a plain value"),
        (r#""list": []"#, "Values.list must be a plain value"),
        (r#""JWT_SECRET": "hunter2hunter2""#, "Values.JWT_SECRET holds a secret"),
        (r#""jwt_secret_previous": "hunter2hunter2""#, "holds a secret"),
        (r#""COSMOS_DB_PRIMARY_KEY": "hunter2hunter2""#, "Values.COSMOS_DB_PRIMARY_KEY holds a secret"),
        (r#""AzureWebJobsStorage": "AccountName=a;AccountKey=hunter2""#, "Values.AzureWebJobsStorage holds a secret"),
    ] {
        let app = App::sound();
        app.write("local.settings.json", &format!(r#"{{"Values": {{"FUNCTIONS_WORKER_RUNTIME": "custom", {values}}}}}"#));
        app.assert_problem("local.settings.json", part);
        assert!(!app.problems()[0].contains("hunter2"), "{values}");
    }
    let app = App::sound();
    app.write(
        "local.settings.json",
        r#"{"Values": {"FUNCTIONS_WORKER_RUNTIME": "custom", "JWT_SECRET": "", "N": 1, "B": true}}"#,
    );
    assert_eq!(app.problems(), Vec::<String>::new());
    let mut app = App::sound();
    app.environment = vec![("FUNCTIONS_WORKER_RUNTIME", "custom")];
    app.write("local.settings.json", r#"{"IsEncrypted": true, "Values": {}}"#);
    app.assert_problem("local.settings.json", "IsEncrypted");
}

#[test]
fn each_fault_of_a_function_is_named() {
    let trigger =
        r#"{"type": "httpTrigger", "direction": "in", "name": "req", "authLevel": "anonymous", "route": "notes/{*rest}"}"#;
    let output = r#"{"type": "http", "direction": "out", "name": "res"}"#;
    let queue = r#"{"type": "queue", "direction": "out", "name": "queue"}"#;
    let of = |bindings: &[&str]| format!(r#"{{"bindings": [{}]}}"#, bindings.join(", "));
    let with_trigger = |sound: &str, broken: &str| of(&[&trigger.replace(sound, broken), output]);
    for (text, part) in [
        ("[]".to_owned(), "one JSON object"),
        ("{}".to_owned(), "bindings must be a list"),
        (of(&[]), "bindings must be a list"),
        (of(&["1"]), "bindings must be a list"),
        (of(&[output]), "0 triggers"),
        (of(&[trigger, &trigger.replace("req", "again")]), "2 triggers"),
        (of(&[trigger]), "exactly two bindings"),
        (of(&[trigger, output, queue]), "exactly two bindings"),
        (of(&[trigger, queue]), "exactly two bindings"),
        (with_trigger("\"req\"", "\"my_req\""), "binding name \"my_req\""),
        (with_trigger("\"req\"", "\"RES\""), "two bindings are named"),
        (with_trigger("\"in\"", "\"out\""), "needs the direction \"in\""),
        (with_trigger("\"httpTrigger\"", "\"blobTrigger\""), "type \"blobTrigger\""),
        (with_trigger("\"anonymous\"", "\"function\""), "authLevel"),
        (with_trigger("\"authLevel\": \"anonymous\", ", ""), "authLevel"),
        (with_trigger("\"route\"", "\"methods\": [], \"route\""), "methods must be a list"),
        (with_trigger("\"route\"", "\"methods\": [\"get\", \"fetch\"], \"route\""), "methods must be a list"),
        (with_trigger("notes/{*rest}", "notes/{*rest"), "brace"),
        (with_trigger("notes/{*rest}", "notes/{id:uuid}"), "constraint 'uuid'"),
        (with_trigger("notes/{*rest}", "administrators"), "\"admin\""),
        (with_trigger("notes/{*rest}", "%PLACE%/{*rest}"), "%PLACE%"),
        (format!(r#"{{"scriptFile": "run.js", "bindings": [{trigger}, {output}]}}"#), "scriptFile"),
        (format!(r#"{{"disabled": true, "bindings": [{trigger}, {output}]}}"#), "disabled"),
    ] {
        let app = App::sound();
        app.write("notes/function.json", &text);
        app.assert_problem("notes/function.json", part);
    }
}

#[test]
fn a_route_may_come_from_a_setting_and_a_setting_may_turn_a_function_off() {
    let mut app = App::sound();
    app.write("notes/function.json", &http("%PLACE%/{*rest}"));
    app.environment = vec![("PLACE", "notes")];
    assert_eq!(app.problems(), Vec::<String>::new());
    app.environment.push(("AzureWebJobs.users.Disabled", "1"));
    app.assert_problem("users/function.json", "AzureWebJobs.users.Disabled");
}

#[test]
fn a_folder_name_must_be_the_name_of_a_function() {
    for name in ["1st", "two words", "host"] {
        let app = App::sound();
        app.write(&format!("{name}/function.json"), &http("users/{id}"));
        app.assert_problem(&format!("{name}/function.json"), "rename the folder");
    }
}

#[test]
fn methods_that_leave_a_route_out_are_told() {
    let app = App::sound();
    app.write("notes/function.json", &http_with(r#""route": "notes/{*rest}", "methods": ["get", "POST"]"#));
    app.assert_problem("notes/function.json", "PATCH /api/notes/{id} goes to zz_not_found");
}

#[test]
fn a_route_too_narrow_is_told() {
    let app = App::sound();
    app.write("notes/function.json", &http("notes/{id?}"));
    app.assert_problem("notes/function.json", "POST /api/notes/{id}/end goes to zz_not_found");
}

#[test]
fn an_earlier_name_wins_and_is_told() {
    let app = App::sound();
    app.write("a_note/function.json", &http("notes/{id}"));
    let problems = app.problems();
    assert!(problems[0].starts_with("notes/function.json: PATCH /api/notes/{id} goes to a_note"), "{problems:#?}");
    assert_eq!(problems[1..], ["a_note/function.json: no route of the code is below /api/a_note; remove or rename the folder"]);
}

#[test]
fn an_underscore_comes_after_the_letters() {
    let app = App::sound();
    app.write("zzz/function.json", &http("users/{id}"));
    app.assert_problem("zzz/function.json", "no route of the code");
    app.remove("zzz");
    app.write("zz_zzz/function.json", &http("users/{id}"));
    let problems = app.problems();
    assert!(
        problems.iter().any(|problem| problem.starts_with("zz_not_found/function.json: its route takes everything")),
        "{problems:#?}"
    );
}

#[test]
fn the_same_template_twice_is_told() {
    let app = App::sound();
    app.write("people/function.json", &http("Users/{*REST}"));
    let problems = app.problems();
    assert!(
        problems.iter().any(|problem| problem.starts_with("users/function.json: its route is that of people too")),
        "{problems:#?}"
    );
}

#[test]
fn names_that_differ_in_case_alone_are_told() {
    let app = App::sound();
    app.write("Users/function.json", &http("users/{id}"));
    // On a file system that ignores case there is just one folder, and nothing to tell.
    if fs::read_dir(app.folder.path()).expect("root").count() > 7 {
        let problems = app.problems();
        assert!(problems.iter().any(|problem| problem.contains("in case alone")), "{problems:#?}");
    }
}

#[test]
fn a_function_without_a_route_is_told() {
    let app = App::sound();
    app.write("letters/function.json", &http("letters/{*rest}"));
    app.assert_problem("letters/function.json", "no route of the code");
}

#[test]
fn paths_that_no_resource_has_need_a_function() {
    let app = App::sound();
    app.remove("zz_not_found");
    let problems = app.problems();
    assert_eq!(problems.len(), 2, "{problems:#?}");
    for (problem, path) in problems.iter().zip(["/api/openapi.json", "/api/(anything else)"]) {
        let expected =
            format!("zz_not_found/function.json: GET {path} goes to no function, so that the host answers 404; add it");
        assert!(problem.starts_with(&expected), "{problems:#?}");
    }
}

#[test]
fn a_route_outside_the_prefix_is_told() {
    let app = App::sound();
    let problems = check(app.folder.path(), &|_| None, &[ROUTES, &[("GET", "/health")]].concat(), &[]);
    assert_eq!(problems, ["host.json: GET /health is not below /api, so that the host never forwards it; move the route"]);
}
