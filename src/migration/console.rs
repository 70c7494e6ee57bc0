//! How the import and the check are shown: their lines and summary on standard output, and how far they are on standard
//! error while a person is watching.

use std::{path::Path, process::ExitCode};

use anyhow::Context as _;
use indicatif::{ProgressBar, ProgressStyle};

use super::{
    Maintenance,
    import::{self, Count, Outcome},
    verify::{self, Mode, Verified},
};

/// Something was left undone that its lines tell.
const INCOMPLETE: u8 = 1;

/// Imports the file and shows what became of it.
pub async fn import(maintenance: &Maintenance, file: &Path, user: Option<&str>) -> anyhow::Result<ExitCode> {
    let length = std::fs::metadata(file).with_context(|| format!("{} cannot be opened", file.display()))?.len();
    // It is read twice.
    let bar = ProgressBar::new(2 * length);
    bar.set_style(ProgressStyle::with_template("{wide_bar} {percent}% {elapsed}")?);
    let outcome = import::import(maintenance, file, user, &mut |news| match news {
        import::News::Read { bytes } => bar.set_position(bytes),
        import::News::Refused(refusal) => bar.suspend(|| println!("{refusal}")),
        import::News::Lost(loss) => bar.suspend(|| println!("{loss}")),
    })
    .await;
    bar.finish_and_clear();
    let outcome = outcome?;
    for line in in_words(&outcome) {
        println!("{line}");
    }
    Ok(if outcome.refused() == 0 { ExitCode::SUCCESS } else { ExitCode::from(INCOMPLETE) })
}

/// Checks every user and shows what differs.
pub async fn verify(maintenance: &Maintenance, mode: Mode) -> anyhow::Result<ExitCode> {
    let bar = ProgressBar::new_spinner();
    bar.set_style(ProgressStyle::with_template("{spinner} {pos} users {elapsed}")?);
    let verified = verify::verify(maintenance, mode, &mut |news| match news {
        verify::News::Checked { users } => bar.set_position(users),
        verify::News::Differs(difference) => bar.suspend(|| println!("{difference}")),
    })
    .await;
    bar.finish_and_clear();
    let Verified { users, repaired, left } = verified?;
    println!("{users} users checked: {repaired} differences repaired, {left} left");
    if left > 0 && mode == Mode::Report {
        println!("avanochi verify --repair corrects what can be corrected");
    }
    Ok(if left == 0 { ExitCode::SUCCESS } else { ExitCode::from(INCOMPLETE) })
}

fn in_words(outcome: &Outcome) -> Vec<String> {
    let mut lines = Vec::new();
    for (name, count) in [("users", outcome.users), ("tasks", outcome.tasks), ("work sessions", outcome.work_sessions)] {
        let Count { taken, present, deleted, refused } = count;
        lines.push(format!("{name}: {taken} taken, {present} already there, {deleted} deleted here since, {refused} not taken"));
    }
    if outcome.unknown > 0 {
        lines.push(format!("other documents: {} not taken", outcome.unknown));
    }
    if outcome.lost > 0 {
        lines.push(format!("{} values of tasks were cut or left out", outcome.lost));
    }
    if outcome.without_password > 0 {
        lines.push(format!("{} of the users have no password in the file and cannot log in", outcome.without_password));
    }
    if outcome.taken() == 0 {
        lines.push("Nothing has changed.".into());
    }
    lines
}
