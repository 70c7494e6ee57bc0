//! `avanochi companion`: pictures of the companion.

use std::path::PathBuf;

use anyhow::Context as _;
use clap::Subcommand;

use crate::companion::drawing;

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Draw all stages, forms and moods on one sheet, as SVG
    Sheet {
        file: PathBuf,
        /// Pixels for each of them
        #[arg(long, default_value_t = 120, value_name = "PIXELS")]
        size: u16,
    },
}

pub fn run(command: &Command) -> anyhow::Result<()> {
    let Command::Sheet { file, size } = command;
    std::fs::write(file, drawing::sheet(*size)).with_context(|| format!("{} cannot be written", file.display()))
}
