//! `avanochi predictions`: risks computed anew from what they follow from, and how good predictions are.

use std::{
    io::{BufRead as _, Write as _, stdin, stdout},
    process::ExitCode,
};

use anyhow::{Context as _, bail};
use clap::Subcommand;

use crate::assistant::predictions::{
    backtest,
    risk::{FactorInputs, Risk},
};

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Read what the risk of overload follows from on standard input, a JSON object a line, and print a score for each as it
    /// comes: h28, h7, A, W, R14, R7, B, L, energy, days; null for what is not known
    Score,
    /// Measure predictions on people who do not exist
    Backtest,
}

/// Carries out a command; failure when a line could not be read.
pub fn run(command: &Command) -> anyhow::Result<ExitCode> {
    match command {
        Command::Score => score_lines(),
        Command::Backtest => {
            print!("{}", backtest::report());
            Ok(ExitCode::SUCCESS)
        }
    }
}

fn score_lines() -> anyhow::Result<ExitCode> {
    let mut all_read = true;
    for (index, line) in stdin().lock().split(b'\n').enumerate() {
        let line = line.context("standard input")?;
        if line.trim_ascii().is_empty() {
            continue;
        }
        match score(&line) {
            Ok(risk) => {
                let mut out = stdout().lock();
                serde_json::to_writer(&mut out, &risk)?;
                out.write_all(b"\n")?;
                out.flush()?;
            }
            Err(error) => {
                all_read = false;
                eprintln!("line {}: {error:#}", index + 1);
            }
        }
    }
    Ok(if all_read { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

fn score(line: &[u8]) -> anyhow::Result<Risk> {
    if !line.trim_ascii_start().starts_with(b"{") {
        bail!("not an object");
    }
    let mut reader = serde_json::Deserializer::from_slice(line);
    let inputs: FactorInputs = serde_path_to_error::deserialize(&mut reader)?;
    reader.end()?;
    if let Some(problem) = inputs.problem() {
        bail!(problem);
    }
    Ok(inputs.risk())
}
