//! The invariants of docs/ARCHITECTURE.md, read off the source.

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

    /// The module that `super` means.
    fn parent(&self) -> String {
        let folder = self.path.rsplit_once('/').map_or("", |(folder, _)| folder);
        if self.file() == "mod" { folder.rsplit_once('/').map_or("", |(above, _)| above).to_owned() } else { folder.to_owned() }
    }

    /// What it takes from the rest of the crate, as paths such as `store/collection/Stored`.
    fn imports(&self) -> BTreeSet<String> {
        let code: String = self.text.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n");
        let mut found = BTreeSet::new();
        for (marker, base) in [("crate::", String::new()), ("super::", self.parent() + "/")] {
            for (index, _) in code.match_indices(marker) {
                let free = !code[..index].ends_with(|c: char| c.is_alphanumeric() || c == ':' || c == '$');
                if free {
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

const DOMAINS: &[&str] = &["accounts", "changes", "work"];

/// Which top-level modules each may know.
const KNOWS: &[(&str, &[&str])] = &[
    ("kernel", &[]),
    ("store", &["kernel"]),
    ("ledger", &["kernel", "store"]),
    ("web", &["kernel"]),
    ("jobs", &["kernel", "store"]),
    ("functions", &["kernel", "store", "jobs", "web"]),
    ("config", &["kernel"]),
    ("accounts", &["kernel", "store", "ledger", "jobs", "web"]),
    ("work", &["kernel", "store", "ledger", "jobs", "web"]),
    ("changes", &["kernel", "store", "ledger", "web"]),
    ("migration", &["kernel", "store", "ledger", "accounts", "work"]),
];

#[test]
fn modules_know_only_what_is_below_them() {
    let mut checked = BTreeMap::new();
    for source in sources() {
        let Some((own, known)) = KNOWS.iter().find(|(name, _)| *name == top(&source.path)) else { continue };
        *checked.entry(own).or_insert(0) += 1;
        for import in source.imports() {
            let module = top(&import);
            let allowed = module == *own || known.contains(&module) || !is_module(module);
            assert!(allowed, "src/{}.rs imports {import}, but {own} knows {known:?} only", source.path);
        }
    }
    assert_eq!(checked.len(), KNOWS.len(), "{checked:?}");
}

fn is_module(name: &str) -> bool {
    KNOWS.iter().any(|(module, _)| *module == name) || ["app", "cli"].contains(&name)
}

#[test]
fn files_of_a_slice_import_what_their_name_allows() {
    let mut checked = 0;
    for source in sources().iter().filter(|source| DOMAINS.contains(&top(&source.path))) {
        let domain = top(&source.path);
        let own = |import: &str, files: &[&str]| top(import) == domain && import.split('/').any(|part| files.contains(&part));
        let rule: &dyn Fn(&str) -> bool = match source.file() {
            "model" => &|import| own(import, &["model", "note"]),
            "repo" => &|import| ["store", "ledger"].contains(&top(import)) || own(import, &["model"]),
            // Of the store a service knows what was read, and nothing that reads or writes.
            "service" => &|import| {
                top(import) == "ledger" || import == "store/Stored" || (top(import) == domain && !own(import, &["http"]))
            },
            "http" => {
                &|import| top(import) == "web" || own(import, &["model", "service", "http", "hours", "stream", "svg", "view"])
            }
            _ => continue,
        };
        checked += 1;
        for import in source.imports().into_iter().filter(|import| top(import) != "kernel" && is_module(top(import))) {
            assert!(rule(&import), "src/{}.rs must not import {import}", source.path);
        }
    }
    assert!(checked >= 14, "{checked}");
}

#[test]
fn no_file_of_a_domain_imports_itself_through_others() {
    let sources = sources();
    let paths: BTreeSet<&str> = sources.iter().map(|source| source.path.as_str()).collect();
    // A `mod.rs` only names what is below it, so it is passed over.
    let file_of = |import: &str| {
        let mut path = import;
        loop {
            if paths.contains(path) {
                return Some(path.to_owned());
            }
            path = path.rsplit_once('/')?.0;
        }
    };
    let mut left: BTreeMap<String, BTreeSet<String>> = sources
        .iter()
        .filter(|source| source.file() != "mod" && DOMAINS.contains(&top(&source.path)))
        .map(|source| (source.path.clone(), source.imports().iter().filter_map(|import| file_of(import)).collect()))
        .collect();
    assert!(left.values().map(BTreeSet::len).sum::<usize>() > 10, "{left:?}");
    // Files that import nothing that is left are taken away until none is; what stays is a cycle.
    loop {
        let free: Vec<String> = left
            .iter()
            .filter(|(own, imports)| imports.iter().all(|import| import == *own || !left.contains_key(import)))
            .map(|(own, _)| own.clone())
            .collect();
        if free.is_empty() {
            break;
        }
        left.retain(|own, _| !free.contains(own));
    }
    assert!(left.is_empty(), "a cycle among {:?}", left.keys());
}

#[test]
fn each_concern_has_its_place() {
    let concerns: &[(&str, &[&str], &[&str])] = &[
        ("status codes", &["StatusCode"], &["web"]),
        ("SQL", &["SELECT ", "INSERT INTO", "DELETE FROM", "VACUUM", "PRAGMA", "pragma_"], &["store"]),
        ("the environment", &["env::var", "dotenvy"], &["config"]),
        ("the clock of the machine", &["Utc::now", "SystemTime"], &["kernel/clock"]),
        ("new ids", &["new_v7", "now_v7"], &["kernel/id"]),
        ("the command line", &["clap"], &["cli"]),
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
