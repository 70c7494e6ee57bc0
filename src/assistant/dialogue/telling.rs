//! What is told when it is asked for: figures, the companion, what can be said.

use std::collections::BTreeSet;

use chrono::{Datelike as _, Days, NaiveDate};

use super::{
    service::DialogueService,
    spoken::{Spoken, Turn},
};
use crate::{
    kernel::Result,
    texts::Arg,
    work::{days::model::Wanted, hours::hours},
};

impl DialogueService {
    pub(super) async fn tell_today(&self, turn: &Turn<'_>) -> Result<Spoken> {
        let stats = self.stats.get(turn.ctx, turn.owner).await?;
        let (worked, done, _) = self.figures(turn, turn.today()).await?;
        let args =
            [("hours", Arg::Text(&worked)), ("done", Arg::Number(done)), ("streak", Arg::Number(stats.current_streak.into()))];
        Ok(turn.say("dialogue_stats", &args))
    }

    pub(super) async fn tell_week(&self, turn: &Turn<'_>) -> Result<Spoken> {
        let today = turn.today();
        let since = today.weekday().days_since(turn.settings.week_start.weekday());
        let from = today.checked_sub_days(Days::new(since.into())).unwrap_or(today);
        let (worked, done, days) = self.figures(turn, from).await?;
        let args = [("hours", Arg::Text(&worked)), ("done", Arg::Number(done)), ("days", Arg::Number(days))];
        Ok(turn.say("dialogue_week", &args))
    }

    pub(super) async fn tell_companion(&self, turn: &Turn<'_>) -> Result<Spoken> {
        let shown = self.companion.get(turn.ctx, turn.owner).await?;
        let text = shown.state.says.text(turn.language()).to_owned();
        Ok(Spoken { key: "dialogue_companion", text, ..Spoken::default() })
    }

    /// From a date to today: hours of work, with those of the session under way, tasks done, dates with work.
    async fn figures(&self, turn: &Turn<'_>, from: NaiveDate) -> Result<(String, u64, u64)> {
        let running = self.running(turn, from).await?;
        let wanted = Wanted { from: Some(from), to: Some(turn.today()) };
        let history = self.days.history(turn.ctx, turn.owner, wanted).await?;
        let focus = |hours: &[u64; 24]| hours.iter().sum::<u64>();
        let ended: u64 = history.days.iter().map(|day| focus(&day.focus_by_hour)).sum();
        let worked = hours(ended + running);
        let done = history.days.iter().map(|day| u64::from(day.completed_tasks)).sum();
        let mut dates: BTreeSet<NaiveDate> =
            history.days.iter().filter(|day| focus(&day.focus_by_hour) > 0).map(|day| day.date).collect();
        dates.extend((running > 0).then(|| turn.today()));
        Ok((turn.decimal(worked), done, dates.len() as u64))
    }

    /// What was worked in the session under way since a date began, in microseconds.
    async fn running(&self, turn: &Turn<'_>, from: NaiveDate) -> Result<u64> {
        let Some(session) = self.sessions.active(turn.ctx, turn.owner).await? else { return Ok(0) };
        let before = session.worked_by(turn.days.start_of(from).max(session.start_time));
        let worked = session.worked_by(turn.ctx.now()).saturating_sub(before);
        Ok(u64::try_from(worked.as_micros()).unwrap_or(u64::MAX))
    }
}
