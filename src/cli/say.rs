//! `avanochi say`: what the grammar makes of sentences.

use std::{
    io::{BufRead as _, Write as _, stdin, stdout},
    process::ExitCode,
};

use anyhow::Context as _;
use chrono::{DateTime, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;
use clap::Args;
use serde_json::json;

use crate::{
    interaction::grammar::{
        model::{Language, Outcome, Speaker},
        parse::parse,
    },
    kernel::{Clock as _, SystemClock},
};

#[derive(Debug, Args)]
pub struct Say {
    /// Read a sentence a line on standard input, and print for each what it is understood as, without doing it: intent, slots,
    /// language, near
    #[arg(long, required = true)]
    explain: bool,
    /// The instant at which they are said, with an offset or Z; now, when left out
    #[arg(long, value_name = "RFC3339")]
    now: Option<DateTime<Utc>>,
    /// The time zone of the speaker, such as Europe/Madrid
    #[arg(long, value_name = "IANA", default_value = "UTC")]
    zone: Tz,
}

/// Prints a line for each line that it reads.
pub fn run(say: &Say) -> anyhow::Result<ExitCode> {
    let now = say.now.unwrap_or_else(|| SystemClock.now().in_zone(chrono_tz::UTC).to_utc());
    let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).unwrap_or_default();
    let speaker = Speaker {
        now,
        zone: say.zone,
        today: now.with_timezone(&say.zone).date_naive(),
        week_start: Weekday::Mon,
        work_days: vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri],
        work_hours: (time(9, 0), time(18, 0)),
        lunch: (time(12, 0), time(14, 30)),
        language: Language::En,
    };
    for line in stdin().lock().split(b'\n') {
        let line = line.context("standard input")?;
        let understood = parse(&String::from_utf8_lossy(&line), &speaker);
        let explained = match understood.outcome {
            Outcome::Known(intent, slots) => {
                json!({ "intent": intent, "slots": slots, "language": understood.language, "near": [] })
            }
            Outcome::Unknown(near) => {
                json!({ "intent": "unknown", "slots": {}, "language": understood.language, "near": near })
            }
        };
        let mut out = stdout().lock();
        writeln!(out, "{explained}")?;
        out.flush()?;
    }
    Ok(ExitCode::SUCCESS)
}
