//! The documents against what they speak of: what is cited exists, and each dependency has its line.

use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// Where somebody cites something, besides the files of the root.
const FOLDERS: [&str; 7] = ["docs", "src", "tests", "bench", "scripts", "templates", ".ci"];

/// A file of the repository: its path from the root, and its text.
struct File {
    path: PathBuf,
    text: String,
}

impl File {
    fn is_document(&self) -> bool {
        self.path.extension().is_some_and(|ending| ending == "md")
    }

    /// What may be a path, without the full stop of a sentence.
    fn words(&self) -> impl Iterator<Item = &str> {
        let is_part = |c: char| c.is_ascii_alphanumeric() || "_./-".contains(c);
        self.text.split(move |c| !is_part(c)).map(|word| word.trim_end_matches('.'))
    }

    /// Whether there is such a file or folder, named from the root, from `docs/` or from beside this one.
    fn finds(&self, cited: &str) -> bool {
        let beside = self.path.parent().unwrap_or(Path::new(""));
        [Path::new(""), Path::new("docs"), beside].iter().any(|folder| root().join(folder).join(cited).exists())
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn read(path: &str) -> String {
    fs::read_to_string(root().join(path)).expect("a file of the repository")
}

/// All that is text, but for what tools have made.
fn files() -> Vec<File> {
    let mut paths = entries(root()).into_iter().filter(|path| path.is_file()).collect::<Vec<_>>();
    let mut folders: Vec<PathBuf> = FOLDERS.iter().map(|folder| root().join(folder)).collect();
    while let Some(folder) = folders.pop() {
        let (below, files): (Vec<_>, Vec<_>) = entries(&folder).into_iter().partition(|path| path.is_dir());
        paths.extend(files);
        folders.extend(below.into_iter().filter(|path| !path.ends_with("node_modules")));
    }
    let known = ["md", "rs", "py", "js", "lua", "json", "toml", "sql", ""];
    paths.retain(|path| known.contains(&path.extension().and_then(|ending| ending.to_str()).unwrap_or_default()));
    let text_of = |path: PathBuf| {
        let text = fs::read_to_string(&path).ok()?;
        Some(File { path: path.strip_prefix(root()).expect("below the root").to_owned(), text })
    };
    paths.into_iter().filter_map(text_of).collect()
}

fn entries(folder: &Path) -> Vec<PathBuf> {
    fs::read_dir(folder).expect("a folder").map(|entry| entry.expect("an entry").path()).collect()
}

#[test]
fn what_is_cited_is_in_the_repository() {
    let (mut cited, mut missing) = (0, Vec::new());
    for file in files() {
        for word in file.words() {
            let page = word.strip_suffix(".md").is_some_and(|name| !name.is_empty());
            let named = page
                || (word.starts_with("docs/") && [".json", ".svg"].iter().any(|ending| word.ends_with(ending)))
                || (file.is_document() && FOLDERS.iter().any(|folder| word.starts_with(&format!("{folder}/"))));
            cited += usize::from(named);
            if named && !file.finds(word) {
                missing.push(format!("{}: {word}", file.path.display()));
            }
        }
    }
    assert!(cited > 100, "only {cited} citations were found");
    assert_eq!(missing, [""; 0]);
}

#[test]
fn every_link_of_a_document_leads_somewhere() {
    let (mut links, mut broken) = (0, Vec::new());
    for file in files().into_iter().filter(File::is_document) {
        for link in file.text.split("](").skip(1).filter_map(|rest| rest.split_once(')')).map(|(link, _)| link) {
            if link.contains("://") {
                continue;
            }
            links += 1;
            let (path, heading) = link.split_once('#').map_or((link, None), |(path, heading)| (path, Some(heading)));
            let beside = root().join(file.path.parent().unwrap_or(Path::new("")));
            let target = if path.is_empty() { root().join(&file.path) } else { beside.join(path) };
            let leads = match heading {
                Some(heading) => fs::read_to_string(&target).is_ok_and(|text| headings(&text).contains(heading)),
                None => target.exists(),
            };
            if !leads {
                broken.push(format!("{}: {link}", file.path.display()));
            }
        }
    }
    assert!(links > 25, "only {links} links were found");
    assert_eq!(broken, [""; 0]);
}

/// The names by which a link finds the headings of a document.
fn headings(text: &str) -> BTreeSet<String> {
    let headings = text.lines().filter(|line| line.starts_with('#')).map(|line| line.trim_start_matches('#').trim());
    let kept = |c: char| c.is_alphanumeric() || "-_ ".contains(c);
    headings.map(|heading| heading.to_lowercase().chars().filter(|c| kept(*c)).collect::<String>().replace(' ', "-")).collect()
}

#[test]
fn every_test_that_docs_security_names_exists() {
    let code: Vec<File> = files().into_iter().filter(|file| file.path.extension().is_some_and(|ending| ending == "rs")).collect();
    let text = read("docs/SECURITY.md");
    let last_cells = text.lines().filter_map(|line| line.strip_suffix(" |")?.rsplit_once(" | ")).map(|(_, cell)| cell);
    let quoted = last_cells.flat_map(|cell| cell.split('`').skip(1).step_by(2)).filter(|name| !name.contains('/'));
    let (mut seen, mut missing) = (0, Vec::new());
    for name in quoted {
        seen += 1;
        let (modules, last) = name.rsplit_once("::").unwrap_or(("", name));
        let within = |file: &&File| {
            let mut modules = modules.trim_start_matches('…').split("::").filter(|module| !["", "tests"].contains(module));
            modules.all(|module| file.path.with_extension("").iter().any(|part| part == module))
        };
        // What is cut short is the beginning of a test; a whole name may be that of a module.
        let function = last.strip_suffix('…').map_or_else(|| format!("fn {last}("), |begun| format!("fn {begun}"));
        let is_there = |file: &File| {
            let module = file.path.with_extension("").iter().any(|part| part == last);
            file.text.contains(&function) || module || (last == "tests" && file.text.contains("mod tests"))
        };
        if !code.iter().filter(within).any(is_there) {
            missing.push(name);
        }
    }
    assert!(seen > 40, "only {seen} tests are named");
    assert_eq!(missing, [""; 0]);
}

#[test]
fn every_dependency_has_its_line() {
    let manifest = read("Cargo.toml");
    let mut section = "";
    let mut wanted = BTreeSet::new();
    for line in manifest.lines() {
        if line.starts_with('[') {
            section = line;
        } else if ["[dependencies]", "[build-dependencies]", "[dev-dependencies]"].contains(&section)
            && let Some((name, _)) = line.split_once(" = ").filter(|_| !line.starts_with('#'))
        {
            wanted.insert(name);
        }
    }
    let text = read("docs/DEPENDENCIES.md");
    let rows: Vec<Vec<&str>> = text
        .lines()
        .filter_map(|line| line.strip_prefix("| `")?.strip_suffix(" |"))
        .map(|line| line.split(" | ").map(str::trim).collect())
        .collect();
    let named: Vec<&str> = rows.iter().map(|row| row[0].trim_end_matches('`')).collect();
    let known: BTreeSet<&str> = named.iter().copied().collect();
    assert!(wanted.len() > 40, "{wanted:?}");
    assert_eq!(known, wanted, "docs/DEPENDENCIES.md has a line for each dependency of Cargo.toml, and for nothing else");
    assert_eq!(known.len(), named.len(), "a dependency has one line");
    for row in rows {
        assert!(row.len() == 5 && row.iter().all(|cell| !cell.is_empty()), "{row:?}: for, why, released, licence");
    }
}

#[test]
fn every_error_code_is_in_docs_api() {
    let table = read("src/kernel/error.rs");
    let codes: BTreeSet<&str> =
        table.lines().filter_map(|line| line.split_once(" = \"")?.1.split_once("\", ")).map(|(code, _)| code).collect();
    let text = read("docs/API.md");
    let listed = text.split_once("## Error codes").and_then(|(_, rest)| rest.split_once("\n## ")).expect("the list").0;
    let named: BTreeSet<&str> = listed.split('`').skip(1).step_by(2).collect();
    assert!(codes.len() > 20, "{codes:?}");
    assert_eq!(named, codes);
}

#[test]
fn every_kind_that_clients_follow_is_in_docs_api() {
    let code = files().into_iter().filter(|file| file.path.starts_with("src"));
    let published: BTreeSet<String> = code
        .flat_map(|file| {
            let kinds = file.text.split("const KIND: &'static str = \"").skip(1).filter_map(|rest| {
                let (kind, rest) = rest.split_once("\";\n")?;
                rest.trim_start().starts_with("const PUBLISHED: bool = true").then(|| kind.to_owned())
            });
            kinds.collect::<Vec<_>>()
        })
        .collect();
    let text = read("docs/API.md");
    let table = text.split_once("## Keeping a copy").and_then(|(_, rest)| rest.split_once("\n\n1. ")).expect("the kinds").0;
    let rows = table.lines().filter_map(|line| line.strip_prefix("| `")?.split_once("` | "));
    let named: BTreeSet<String> = rows.skip(1).flat_map(|(kinds, _)| kinds.split("`, `")).map(str::to_owned).collect();
    assert!(published.len() > 3, "{published:?}");
    assert_eq!(named, published);
}
