//! The whole app root at once: each file by itself, then the functions among each other and against the routes that
//! the code serves.

use std::{fs, path::Path};

use super::{
    function_json::{self, Function, Http, Trigger},
    host_json::{self, Host},
    jobs,
    problems::Problems,
    settings::Settings,
};

/// The function that gets what no other one answers. The host tries functions in the order of their names, so that
/// its name must come after all others.
const NOT_FOUND: &str = "zz_not_found";

/// A value for each parameter of a route: what ids look like.
const SAMPLE: &str = "01890a5d-ac96-774b-bcce-b302099a8057";
/// A path that no resource has.
const NOWHERE: &str = "no_such_resource";

/// Tells what the host would refuse, or would do otherwise than meant, with the app at `root`: a line for each problem.
///
/// `setting` reads the environment; `routes` are what the code serves, each a method in upper case and a path such as
/// `/api/tasks/{id}`; `jobs` are what it does besides, each a name and the text of the function.json in the program.
pub fn check(
    root: &Path,
    setting: &dyn Fn(&str) -> Option<String>,
    routes: &[(&str, &str)],
    jobs: &[(&str, &str)],
) -> Vec<String> {
    let mut problems = Problems::default();
    let settings = Settings::read(root, setting, &mut problems);
    let host = Host::read(root, &settings, &mut problems);
    if let Some(host) = &host {
        host.check(root, &mut problems);
    }
    let functions = functions(root, &settings, &mut problems);
    if let Some(host) = &host {
        jobs::check_queues(&functions, host, &mut problems);
    }
    jobs::check(&functions, jobs, &settings, &mut problems);
    check_names(&functions, &mut problems);
    check_templates(&functions, &mut problems);
    check_routes(&functions, routes, &mut problems);
    check_purpose(&functions, routes, &mut problems);
    check_catch_all(&functions, &mut problems);
    problems.into_lines()
}

/// Every direct child folder with a function.json, in the order in which the host tries them.
fn functions(root: &Path, settings: &Settings<'_>, problems: &mut Problems) -> Vec<Function> {
    let entries = match fs::read_dir(root) {
        Ok(entries) => entries,
        Err(error) => {
            problems.add(&root.display().to_string(), format!("the folder cannot be read: {error}"));
            return Vec::new();
        }
    };
    let folders = entries.flatten().map(|entry| entry.path()).filter(|path| path.is_dir());
    let mut named: Vec<_> = folders.filter_map(|path| Some((path.file_name()?.to_str()?.to_owned(), path))).collect();
    // Upper case, because that is how .NET ignores it: an underscore comes after the letters.
    named.sort_by_cached_key(|(name, _)| (name.to_ascii_uppercase(), name.clone()));
    named.iter().filter_map(|(name, path)| function_json::read(path, name, settings, problems)).collect()
}

fn check_names(functions: &[Function], problems: &mut Problems) {
    for (one, other) in pairs(functions) {
        if one.name.eq_ignore_ascii_case(&other.name) {
            problems.add(
                &function_json::file_of(&other.name),
                format!("the name differs from {} in case alone; rename one", one.name),
            );
        }
    }
}

fn check_templates(functions: &[Function], problems: &mut Problems) {
    for (one, other) in pairs(functions) {
        if let (Some(first), Some(second)) = (one.http(), other.http())
            && first.conflicts_with(second)
        {
            let text = format!("its route is that of {} too, and the host leaves the second out; change one", one.name);
            problems.add(&function_json::file_of(&other.name), text);
        }
    }
}

fn check_routes(functions: &[Function], routes: &[(&str, &str)], problems: &mut Problems) {
    for (method, path) in routes {
        let Some(sample) = below_prefix(path) else {
            let text = format!(
                "{method} {path} is not below /{}, so that the host never forwards it; move the route",
                host_json::PREFIX
            );
            problems.add("host.json", text);
            continue;
        };
        // A function that starts a job has no path, whatever its name: `changes` may be one while /api/changes is a route.
        let named = functions.iter().find(|function| function.name == first_segment(&sample));
        let owner = named.filter(|function| !matches!(function.trigger, Trigger::Job(_)));
        if owner.is_some_and(|function| matches!(function.trigger, Trigger::Unknown)) {
            // What is wrong with it has been told.
            continue;
        }
        let expected = owner.map_or(NOT_FOUND, |function| function.name.as_str());
        check_answer(functions, method, &sample, path, expected, problems);
    }
    if !functions.iter().any(|function| function.name == NOT_FOUND && matches!(function.trigger, Trigger::Unknown)) {
        check_answer(functions, "GET", NOWHERE, "/api/(anything else)", NOT_FOUND, problems);
    }
}

/// The first function that matches must be the expected one.
fn check_answer(functions: &[Function], method: &str, sample: &str, path: &str, expected: &str, problems: &mut Problems) {
    let file = function_json::file_of(expected);
    match first_that_answers(functions, method, sample) {
        Some(found) if found.name == expected => {}
        Some(found) => {
            let name = &found.name;
            problems
                .add(&file, format!("{method} {path} goes to {name}, since names decide the order; change a name or a route"));
        }
        None => {
            let exists = functions.iter().any(|function| function.name == expected);
            let remedy = if exists { "widen its route or its methods" } else { "add it, or a folder for the resource" };
            problems.add(&file, format!("{method} {path} goes to no function, so that the host answers 404; {remedy}"));
        }
    }
}

/// A function is named after the first segment of the paths that it is there for.
fn check_purpose(functions: &[Function], routes: &[(&str, &str)], problems: &mut Problems) {
    let has_routes =
        |name: &str| routes.iter().filter_map(|(_, path)| below_prefix(path)).any(|sample| first_segment(&sample) == name);
    for function in functions.iter().filter(|function| function.name != NOT_FOUND) {
        if function.http().is_some() && !has_routes(&function.name) {
            let text =
                format!("no route of the code is below /{}/{}; remove or rename the folder", host_json::PREFIX, function.name);
            problems.add(&function_json::file_of(&function.name), text);
        }
    }
}

fn check_catch_all(functions: &[Function], problems: &mut Problems) {
    for (one, other) in functions.iter().zip(functions.iter().skip(1)) {
        if one.http().is_some_and(|http| http.route.matches_everything()) {
            let text =
                format!("its route takes everything, also what is meant for {} after it; give it the last name", other.name);
            problems.add(&function_json::file_of(&one.name), text);
        }
    }
}

impl Function {
    fn http(&self) -> Option<&Http> {
        match &self.trigger {
            Trigger::Http(http) => Some(http),
            Trigger::Job(_) | Trigger::Unknown => None,
        }
    }
}

fn first_that_answers<'a>(functions: &'a [Function], method: &str, sample: &str) -> Option<&'a Function> {
    functions.iter().find(|function| function.http().is_some_and(|http| http.answers(method, sample)))
}

/// A path of that route as functions see it: without the prefix, with a sample for each parameter.
fn below_prefix(path: &str) -> Option<String> {
    let rest = path.strip_prefix('/')?.strip_prefix(host_json::PREFIX)?.strip_prefix('/')?;
    let filled: Vec<&str> = rest.split('/').map(|part| if part.starts_with('{') { SAMPLE } else { part }).collect();
    Some(filled.join("/"))
}

fn first_segment(path: &str) -> &str {
    path.split_once('/').map_or(path, |(first, _)| first)
}

fn pairs(functions: &[Function]) -> impl Iterator<Item = (&Function, &Function)> {
    functions.iter().enumerate().flat_map(|(index, one)| functions[index + 1..].iter().map(move |other| (one, other)))
}
