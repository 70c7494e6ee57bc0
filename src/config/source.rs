//! Where settings come from: the environment, and below it `.env` in the working folder.

use std::{collections::HashMap, path::Path};

use super::Problem;

/// Names and values. A value of blanks alone is as good as none, since deployment tools set empty ones.
#[derive(Clone, Default)]
pub struct Source {
    values: HashMap<String, String>,
    problems: Vec<Problem>,
}

impl Source {
    /// The real environment over the `.env` of the working folder.
    #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the environment")]
    pub fn from_environment() -> Self {
        let mut source = Self::default();
        source.read_file(Path::new(".env"));
        // What is not Unicode cannot be one of ours.
        let real = std::env::vars_os().filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        source.values.extend(real);
        source
    }

    /// Given values, for tests.
    pub fn of(values: &[(&str, &str)]) -> Self {
        let values = values.iter().map(|&(name, value)| (name.to_owned(), value.to_owned())).collect();
        Self { values, problems: Vec::new() }
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        self.values.get(name).map(|value| value.trim()).filter(|value| !value.is_empty())
    }

    /// What was wrong with the source itself.
    pub fn problems(&self) -> &[Problem] {
        &self.problems
    }

    fn read_file(&mut self, path: &Path) {
        let lines = match dotenvy::from_path_iter(path) {
            Ok(lines) => lines,
            Err(error) if error.not_found() => return,
            Err(_) => return self.problems.push(Problem { setting: ".env", reason: "it cannot be read".into() }),
        };
        for (index, line) in lines.enumerate() {
            let Ok((name, value)) = line else {
                // The error would quote the line, which may hold a secret.
                let reason = format!("entry {} cannot be read; it must be NAME=value, quoted when it has blanks", index + 1);
                return self.problems.push(Problem { setting: ".env", reason });
            };
            self.values.insert(name, value);
        }
    }
}

impl std::fmt::Debug for Source {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Source").field("names", &self.values.len()).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_read_and_a_broken_line_is_not_quoted() {
        let folder = tempfile::tempdir().expect("folder");
        let path = folder.path().join(".env");
        std::fs::write(&path, "# a comment\nA=1\nB=\"two words\"\n").expect("write");
        let mut source = Source::default();
        source.read_file(&path);
        assert_eq!((source.get("A"), source.get("B"), source.problems().len()), (Some("1"), Some("two words"), 0));

        std::fs::write(&path, "A=1\nB=hunter2 hunter3\n").expect("write");
        let mut source = Source::default();
        source.read_file(&path);
        assert_eq!(source.problems().len(), 1);
        assert!(!source.problems()[0].to_string().contains("hunter"), "{}", source.problems()[0]);
        let mut source = Source::default();
        source.read_file(&folder.path().join("none"));
        assert!(source.problems().is_empty());
    }
}
