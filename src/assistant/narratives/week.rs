//! The story of a week. Pure.

use chrono::Datelike as _;

use super::{
    period::{Compared, Period, compare},
    story::{Slot, Story, Writer, day_and_month, weekday},
};
use crate::texts::{Language, text};

/// With fewer dates of work there is little to say of a week, or of what is usual.
const LITTLE: usize = 3;
const USUAL: usize = 8;

/// What the story of a week is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct WeekFacts {
    pub language: Language,
    /// Whether it is not over.
    pub open: bool,
    /// Its seven dates.
    pub of: Period,
    /// The seven before.
    pub before: Period,
    /// The 28 before.
    pub usual: Period,
}

impl WeekFacts {
    pub fn story(&self) -> Story {
        let mut writer = Writer::new(self.language, self.of.from);
        let (from, to) = (self.of.from, self.of.to);
        let is_of_one_month = from.month() == to.month();
        let first = if is_of_one_month { from.day().to_string() } else { day_and_month(self.language, from) };
        let last = day_and_month(self.language, to);
        let dates = vec![("from", Slot::Fact(self.of.date("from", first))), ("to", Slot::Fact(self.of.date("to", last)))];
        let title = writer.text("story_week_title", dates);
        let done = self.of.metric("completed").filter(|(_, count)| *count > 0.0);
        if self.of.worked() == 0 && done.is_none() {
            if self.open {
                writer.say("story_week_nothing_yet", vec![]);
            } else {
                writer.say_one_of("story_week_nothing", 2, vec![]);
            }
            return writer.story(title);
        }
        if let Some((hours, _)) = self.of.metric("hours_worked").filter(|_| self.of.worked() > 0) {
            writer.say_one_of("story_week_work", 3, vec![("time", Slot::Fact(hours))]);
        }
        if let Some((tasks, _)) = done {
            let count = tasks.value.as_u64().unwrap_or(0);
            writer.say_one_of("story_week_tasks", 2, vec![("tasks", Slot::Count(tasks, count))]);
        }
        if let Some(longest) = self.of.longest().filter(|_| self.of.worked_dates() >= LITTLE) {
            let name = Slot::Word(weekday(self.language, self.of.days[longest].date));
            writer.say_one_of("story_week_longest", 2, vec![("weekday", name), ("time", Slot::Fact(self.of.focus(longest)))]);
        }
        if self.open {
            writer.say("story_week_open", vec![]);
        }
        writer.end();
        if self.of.worked_dates() < LITTLE {
            writer.say("story_week_thin", vec![]);
            return writer.story(title);
        }
        self.say_before(&mut writer);
        writer.end();
        self.say_rhythm(&mut writer);
        writer.end();
        self.say_usual(&mut writer);
        writer.story(title)
    }

    fn say_before(&self, writer: &mut Writer) {
        if self.open {
            return;
        }
        let Some((before, _)) = self.before.metric("hours_worked").filter(|_| self.before.worked() > 0) else {
            writer.say("story_week_none_before", vec![]);
            return;
        };
        let key = match compare(self.of.worked(), self.before.worked()) {
            Compared::More => "story_week_more",
            Compared::Alike => "story_week_alike",
            Compared::Less => "story_week_less",
        };
        writer.say_one_of(key, 2, vec![("before", Slot::Fact(before))]);
    }

    fn say_rhythm(&self, writer: &mut Writer) {
        if let (Some((start, from)), Some((end, to))) = (self.of.metric("day_start"), self.of.metric("day_end"))
            && from < to
        {
            writer.say("story_week_rhythm", vec![("start", Slot::Fact(start)), ("end", Slot::Fact(end))]);
        }
        if let Some((share, _)) = self.of.metric("break_compliance") {
            writer.say("story_week_breaks", vec![("share", Slot::Fact(share))]);
        }
        if let Some((days, _)) = self.of.metric("overload_days").filter(|(_, count)| *count > 0.0) {
            let count = days.value.as_u64().unwrap_or(0);
            writer.say("story_week_overload", vec![("days", Slot::Count(days, count))]);
        }
        if let Some((ratio, _)) = self.of.metric("estimate_ratio") {
            writer.say("story_week_estimates", vec![("share", Slot::Fact(ratio))]);
        }
    }

    fn say_usual(&self, writer: &mut Writer) {
        if self.usual.worked_dates() < USUAL {
            return;
        }
        let word = |key: &str| text(self.language, key, &[]);
        let name = self.usual.best_weekday().map(|date| Slot::Word(weekday(self.language, date)));
        let part = self.usual.part().map(|(part, _)| Slot::Word(word(part.key())));
        match (name, part) {
            (Some(name), Some(part)) => writer.say("story_week_usual", vec![("weekday", name), ("part", part)]),
            (Some(name), None) => writer.say("story_week_usual_weekday", vec![("weekday", name)]),
            (None, Some(part)) => writer.say("story_week_usual_part", vec![("part", part)]),
            (None, None) => {}
        }
    }
}
