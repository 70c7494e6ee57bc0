//! The invariants of docs/ARCHITECTURE.md, read off the source.

mod layers;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::{Path, PathBuf},
};

/// A source file below `src/`, its path without the ending, and its text without its tests.
struct Source {
    path: String,
    text: String,
    lines: usize,
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()) {
        if entry.is_dir() {
            files_below(&entry, found);
        } else if entry.extension().is_some_and(|ending| ending == "rs") {
            found.push(entry);
        }
    }
}

fn sources() -> Vec<Source> {
    let mut files = Vec::new();
    files_below(&root().join("src"), &mut files);
    assert!(files.len() > 40, "{files:?}");
    let read = |file: PathBuf| {
        let text = fs::read_to_string(&file).expect("text");
        let path = file.strip_prefix(root().join("src")).expect("below src").with_extension("").display().to_string();
        let lines = text.lines().count();
        let text = text.split("#[cfg(test)]\nmod tests").next().unwrap_or_default().to_owned();
        Source { path, text, lines }
    };
    let tests = |source: &Source| source.path.contains("/tests") || source.path.ends_with("/contract");
    files.into_iter().map(read).filter(|source| !tests(source)).collect()
}

impl Source {
    fn file(&self) -> &str {
        self.path.rsplit('/').next().unwrap_or_default()
    }

    fn folder(&self) -> &str {
        self.path.rsplit_once('/').map_or("", |(folder, _)| folder)
    }

    /// The module that `super` means.
    fn parent(&self) -> String {
        let folder = self.folder();
        if self.file() == "mod" { folder.rsplit_once('/').map_or("", |(above, _)| above).to_owned() } else { folder.to_owned() }
    }

    /// What it takes from the rest of the crate, as paths such as `store/collection/Stored`.
    fn imports(&self) -> BTreeSet<String> {
        let code: String = self.text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        let mut found = BTreeSet::new();
        let own = if self.file() == "mod" { self.folder() } else { &self.path };
        let above = self.parent().rsplit_once('/').map_or(String::new(), |(above, _)| above.to_owned());
        for (marker, base) in [
            ("crate::", String::new()),
            ("super::super::", above + "/"),
            ("super::", self.parent() + "/"),
            ("self::", format!("{own}/")),
        ] {
            for (index, _) in code.match_indices(marker) {
                let free = !code[..index].ends_with(|c: char| c.is_alphanumeric() || c == ':' || c == '$');
                if free && !code[index + marker.len()..].starts_with("super::") {
                    expand(&code[index + marker.len()..], base.trim_start_matches('/'), &mut found);
                }
            }
        }
        found
    }
}

/// Follows `a::{b, c::d}` and adds `a/b` and `a/c/d`.
fn expand(tree: &str, base: &str, found: &mut BTreeSet<String>) {
    // What follows the last comma of a list.
    if tree.is_empty() {
        return;
    }
    let end = tree.find(|c: char| !(c.is_alphanumeric() || c == '_' || c == ':')).unwrap_or(tree.len());
    let (path, rest) = tree.split_at(end);
    let path = format!("{base}{}", path.replace("::", "/"));
    if !rest.starts_with('{') || !path.ends_with('/') {
        found.insert(path.trim_end_matches('/').to_owned());
        return;
    }
    let mut depth = 0;
    let mut start = 1;
    for (index, c) in rest.char_indices() {
        match c {
            '{' => depth += 1,
            ',' if depth == 1 => {
                expand(rest[start..index].trim(), &path, found);
                start = index + 1;
            }
            '}' => {
                depth -= 1;
                if depth == 0 {
                    expand(rest[start..index].trim(), &path, found);
                    return;
                }
            }
            _ => {}
        }
    }
}

fn top(path: &str) -> &str {
    path.split('/').next().unwrap_or_default()
}

const DOMAINS: &[&str] =
    &["accounts", "assistant", "changes", "companion", "integrations", "interaction", "progress", "wellbeing", "work"];

/// Which top-level modules each may know.
const KNOWS: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("texts", &["kernel"]),
    ("credentials", &["kernel"]),
    ("outbound", &["kernel", "texts", "credentials"]),
    ("store", &["kernel", "credentials"]),
    ("ledger", &["kernel", "store"]),
    ("web", &["kernel"]),
    ("jobs", &["kernel", "credentials", "store", "ledger"]),
    ("page", &["web"]),
    ("functions", &["kernel", "store", "jobs", "web"]),
    ("domain", &["kernel", "store", "ledger", "jobs", "web"]),
    ("config", &["kernel", "outbound"]),
    ("accounts", &["kernel", "texts", "store", "ledger", "jobs", "web", "domain"]),
    ("work", &["kernel", "store", "ledger", "jobs", "web", "domain", "accounts"]),
    ("wellbeing", &["kernel", "texts", "store", "ledger", "jobs", "web", "domain", "accounts", "work"]),
    ("progress", &["kernel", "store", "ledger", "jobs", "web", "domain", "accounts", "work", "wellbeing", "integrations"]),
    (
        "interaction",
        &[
            "kernel",
            "texts",
            "outbound",
            "store",
            "ledger",
            "jobs",
            "web",
            "domain",
            "accounts",
            "wellbeing",
            "progress",
            "integrations",
        ],
    ),
    (
        "assistant",
        &[
            "kernel",
            "texts",
            "outbound",
            "store",
            "ledger",
            "jobs",
            "web",
            "domain",
            "accounts",
            "work",
            "wellbeing",
            "progress",
            "integrations",
            "companion",
            "interaction",
        ],
    ),
    ("changes", &["kernel", "store", "ledger", "web", "domain"]),
    ("companion", &["kernel", "store", "ledger", "jobs", "web", "domain", "accounts", "work", "progress", "wellbeing"]),
    (
        "integrations",
        &[
            "kernel",
            "texts",
            "credentials",
            "outbound",
            "store",
            "ledger",
            "jobs",
            "web",
            "domain",
            "accounts",
            "work",
            "wellbeing",
        ],
    ),
    ("migration", &["kernel", "store", "ledger", "domain", "accounts", "work", "wellbeing"]),
    (
        "app",
        &[
            "kernel",
            "credentials",
            "store",
            "ledger",
            "web",
            "page",
            "jobs",
            "functions",
            "domain",
            "config",
            "accounts",
            "assistant",
            "work",
            "progress",
            "wellbeing",
            "changes",
            "companion",
            "assistant",
            "outbound",
            "integrations",
            "interaction",
        ],
    ),
    ("demo", &["kernel", "config", "app"]),
    (
        "cli",
        &[
            "kernel",
            "store",
            "functions",
            "jobs",
            "config",
            "assistant",
            "companion",
            "integrations",
            "interaction",
            "migration",
            "app",
            "demo",
        ],
    ),
];

#[test]
fn modules_know_only_what_is_below_them() {
    let mut checked = BTreeMap::new();
    for source in sources().iter().filter(|source| !["lib", "main"].contains(&source.path.as_str())) {
        let own = top(&source.path);
        let (_, known) = KNOWS.iter().find(|(name, _)| *name == own).unwrap_or_else(|| panic!("{own} is not in KNOWS"));
        *checked.entry(own.to_owned()).or_insert(0) += 1;
        for import in source.imports() {
            let module = top(&import);
            let allowed = module == own || known.contains(&module) || !is_module(module);
            assert!(allowed, "src/{}.rs imports {import}, but {own} knows {known:?} only", source.path);
        }
    }
    assert_eq!(checked.len(), KNOWS.len(), "{checked:?}");
}

fn is_module(name: &str) -> bool {
    KNOWS.iter().any(|(module, _)| *module == name)
}

/// The file that an import leads to.
fn file_of(import: &str, exists: impl Fn(&str) -> bool) -> Option<String> {
    let mut path = import;
    loop {
        if exists(path) {
            return Some(path.to_owned());
        }
        let module = format!("{path}/mod");
        if exists(&module) {
            return Some(module);
        }
        path = path.rsplit_once('/')?.0;
    }
}

/// What is left of a graph once whatever leads to nothing that is left has been taken away: its cycles.
fn cycles(mut graph: BTreeMap<String, BTreeSet<String>>) -> Vec<String> {
    loop {
        let free: Vec<String> = graph
            .iter()
            .filter(|(own, to)| to.iter().all(|to| to == *own || !graph.contains_key(to)))
            .map(|(own, _)| own.clone())
            .collect();
        if free.is_empty() {
            return graph.into_keys().collect();
        }
        graph.retain(|own, _| !free.contains(own));
    }
}

#[test]
fn nothing_imports_itself_through_others() {
    let sources = sources();
    let paths: BTreeSet<&str> = sources.iter().map(|source| source.path.as_str()).collect();
    let files: BTreeMap<String, BTreeSet<String>> = sources
        .iter()
        .map(|source| {
            let to = source.imports().iter().filter_map(|import| file_of(import, |path| paths.contains(path))).collect();
            (source.path.clone(), to)
        })
        .collect();
    assert!(files.values().map(BTreeSet::len).sum::<usize>() > 300);
    assert_eq!(cycles(files.clone()), Vec::<String>::new(), "a cycle of files");
    // The same for slices: the folders of domains.
    let slice = |path: &str| {
        let mut parts = path.splitn(3, '/');
        let (domain, slice) = (parts.next()?, parts.next()?);
        (DOMAINS.contains(&domain) && parts.next().is_some()).then(|| format!("{domain}/{slice}"))
    };
    let mut slices: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (file, to) in &files {
        if let Some(own) = slice(file) {
            slices.entry(own.clone()).or_default().extend(to.iter().filter_map(|to| slice(to)).filter(|to| *to != own));
        }
    }
    assert!(slices.len() >= 7, "{slices:?}");
    assert_eq!(cycles(slices), Vec::<String>::new(), "a cycle of slices");
}

#[test]
fn a_cycle_would_be_found() {
    let graph = |edges: &[(&str, &str)]| {
        let mut graph: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
        for (from, to) in edges {
            graph.entry((*from).to_owned()).or_default().insert((*to).to_owned());
            graph.entry((*to).to_owned()).or_default();
        }
        graph
    };
    assert_eq!(cycles(graph(&[("a", "b"), ("b", "c"), ("a", "c")])), Vec::<String>::new());
    assert_eq!(cycles(graph(&[("a", "b"), ("b", "c"), ("c", "b")])), ["a", "b", "c"]);
}

#[test]
fn each_concern_has_its_place() {
    let concerns: &[(&str, &[&str], &[&str])] = &[
        ("status codes", &["StatusCode"], &["web", "page"]),
        ("SQL", &["SELECT ", "INSERT INTO", "DELETE FROM", "VACUUM", "PRAGMA", "pragma_"], &["store"]),
        ("the environment", &["env::var", "dotenvy"], &["config"]),
        ("the clock of the machine", &["Utc::now", "SystemTime"], &["kernel/clock"]),
        ("new ids", &["new_v7", "now_v7"], &["kernel/id"]),
        ("the command line", &["clap"], &["cli"]),
        ("naming administrators", &["Admins::new"], &["config", "kernel/ctx"]),
        ("acting as the program", &["Caller::PROGRAM"], &["jobs", "kernel/ctx"]),
    ];
    for (what, signs, places) in concerns {
        let mut seen = false;
        for source in sources() {
            let code: String =
                source.text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
            let here = places.iter().any(|place| source.path.starts_with(place));
            let found = signs.iter().any(|sign| code.contains(sign));
            seen |= here && found;
            assert!(here || !found, "src/{}.rs has to do with {what}", source.path);
        }
        assert!(seen, "{what} is nowhere");
    }
}

#[test]
fn files_are_short_and_say_what_they_are_for() {
    let mut files = Vec::new();
    for folder in ["src", "tests", "bench"] {
        files_below(&root().join(folder), &mut files);
    }
    for file in files {
        let text = fs::read_to_string(&file).expect("text");
        let name = file.strip_prefix(root()).expect("in the repository").display().to_string();
        assert!(text.lines().count() <= 400, "{name} has {} lines", text.lines().count());
        assert!(text.starts_with("//! "), "{name} does not open with what lives there");
        assert!(!text.contains(concat!("#[", "allow(")) && !text.contains(concat!("#[", "ignore")), "{name}");
    }
    assert!(sources().iter().all(|source| source.lines > 0));
}

#[test]
fn the_map_names_every_module() {
    let map = fs::read_to_string(root().join("docs/ARCHITECTURE.md")).expect("docs/ARCHITECTURE.md");
    let modules: BTreeSet<String> =
        sources().iter().map(|source| top(&source.path).to_owned()).filter(|name| name != "lib").collect();
    for module in &modules {
        assert!(
            map.contains(&format!("{module}/")) || map.contains(&format!("{module}.rs")),
            "docs/ARCHITECTURE.md does not name {module}"
        );
    }
}
