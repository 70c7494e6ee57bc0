//! The problems found so far, each one line that names the file and says what to do.

use std::fmt::Display;

#[derive(Debug, Default)]
pub(super) struct Problems(Vec<String>);

impl Problems {
    pub(super) fn add(&mut self, file: &str, text: impl Display) {
        self.0.push(format!("{file}: {text}"));
    }

    pub(super) fn into_lines(self) -> Vec<String> {
        self.0
    }
}
