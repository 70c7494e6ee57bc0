//! The whole app root: host.json, the settings, and the function folders against what the program serves.

use std::path::Path;

use super::{
    folders::{self, file_of},
    host_json::Host,
    http_functions, jobs,
    problems::Problems,
    settings::Settings,
};

/// Reports what the host would refuse, or would do otherwise than meant, with the app at `root`: a line for each problem.
///
/// `setting` reads the environment. `jobs` are the jobs of the program, each with its name and the text of the function.json
/// that the program was built with.
pub fn check(root: &Path, setting: &dyn Fn(&str) -> Option<String>, jobs: &[(&str, &str)]) -> Vec<String> {
    let mut problems = Problems::default();
    let settings = Settings::read(root, setting, &mut problems);
    let host = Host::read(root, &settings, &mut problems);
    if let Some(host) = &host {
        host.check(root, &mut problems);
    }
    let folders = folders::read(root, &mut problems);
    let known = |name: &str| jobs.iter().any(|(job, _)| *job == name) || http_functions::all().any(|(http, _)| http == name);
    for folder in folders.iter().filter(|folder| !known(&folder.name)) {
        problems.add(&file_of(&folder.name), "the program has no function of that name; remove the folder");
    }
    http_functions::check(&folders, &settings, &mut problems);
    jobs::check(&folders, jobs, host.as_ref(), &settings, &mut problems);
    problems.into_lines()
}
