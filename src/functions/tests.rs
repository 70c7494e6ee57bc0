//! A sound app, and each way of breaking it.

use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

use tempfile::TempDir;

use super::{check, http_functions};
use crate::{
    app::{Adapters, App as Program},
    config::{Config, Overrides, Source},
    kernel::SystemClock,
    store::embedded::Embedded,
};

mod jobs;

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
        for (name, text) in http_functions::all() {
            app.write(&format!("{name}/function.json"), &text);
        }
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
        check(self.folder.path(), &setting, &jobs)
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
    let problems = check(Path::new(env!("CARGO_MANIFEST_DIR")), &|_| None, &jobs());
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
fn each_http_function_must_be_there_and_as_the_program_has_it() {
    for (name, text) in http_functions::all() {
        let file = format!("{name}/function.json");
        let app = App::sound();
        app.write(&file, &text.replace("\"bindings\":", "// why\n\"bindings\" :"));
        assert_eq!(app.problems(), Vec::<String>::new());
        for (sound, broken, part) in [
            ("anonymous", "function", "differs"),
            ("{*rest}", "{rest}", "differs"),
            ("\"route\"", "\"methods\": [\"get\"], \"route\"", "differs"),
            ("\"http\"", "\"queue\"", "differs"),
            ("{\n", "{\n\"disabled\": true,", "differs"),
            ("\"bindings\":", "\"bindings\"", "not JSON"),
            (&text, "[]", "one JSON object"),
        ] {
            assert!(text.contains(sound), "{sound}");
            app.write(&file, &text.replacen(sound, broken, 1));
            app.assert_problem(&file, part);
        }
        app.remove(name);
        app.assert_problem(&file, "missing");
    }
}

#[test]
fn a_setting_must_not_disable_an_http_function() {
    for (name, _) in http_functions::all() {
        for setting in [format!("AzureWebJobs.{name}.Disabled"), format!("AzureWebJobs_{name}_Disabled")] {
            let app = App::sound();
            let values = format!(r#"{{"Values": {{"FUNCTIONS_WORKER_RUNTIME": "custom", "{setting}": "1"}}}}"#);
            app.write("local.settings.json", &values);
            app.assert_problem(&format!("{name}/function.json"), &format!("the setting {setting} disables the function"));
        }
    }
}

#[test]
fn a_folder_that_the_program_does_not_know_is_told() {
    let (_, text) = http_functions::all().next().expect("a function");
    // The last two were folders of an earlier version; the first two differ from ours by case and by order.
    for name in ["Stats", "zzz", "host", "two words", "auth", "zz_not_found"] {
        let app = App::sound();
        let folders = fs::read_dir(app.folder.path()).expect("root").count();
        app.write(&format!("{name}/function.json"), &text);
        // On a file system that ignores case, the first is the folder that was there.
        if fs::read_dir(app.folder.path()).expect("root").count() > folders {
            app.assert_problem(&format!("{name}/function.json"), "no function of that name");
        }
    }
}
