//! The story of a day. Pure.

use chrono::NaiveDate;
use serde_json::json;

use super::{
    period::{Compared, Period, compare, focus},
    story::{Fact, Slot, Story, Writer, capitalized, day_and_month, minutes_of_micros, weekday},
};
use crate::texts::{Language, text};

/// So much work without a break is spoken of, in microseconds.
const LONG: u64 = 3 * 3_600_000_000;

/// What the story of a day is made of.
#[derive(Debug, Clone, PartialEq)]
pub struct DayFacts {
    pub language: Language,
    pub date: NaiveDate,
    /// Whether it was off.
    pub off: bool,
    /// Whether it is not over.
    pub open: bool,
    /// The date alone.
    pub of: Period,
    /// The date a week before alone.
    pub week_before: Period,
    /// Of the check-in.
    pub energy: Option<u8>,
}

impl DayFacts {
    pub fn story(&self) -> Story {
        let mut writer = Writer::new(self.language, self.date);
        let date = self.of.date("from", day_and_month(self.language, self.date));
        let name = || Slot::Word(weekday(self.language, self.date));
        let title = capitalized(&writer.text("story_day_title", vec![("weekday", name()), ("date", Slot::Fact(date))]));
        let day = self.of.days.first();
        // What takes less than half a minute is no work to speak of.
        let worked = day.map(focus).filter(|micros| minutes_of_micros(*micros) > 0).unwrap_or(0);
        if self.off {
            writer.say(if self.open { "story_day_off_today" } else { "story_day_off" }, vec![]);
        }
        if worked == 0 && day.is_none_or(|day| day.completed_tasks == 0 && day.created_tasks == 0) && self.energy.is_none() {
            if self.open {
                writer.say("story_day_nothing_yet", vec![]);
            } else {
                writer.say_one_of("story_day_nothing", 2, vec![]);
            }
            return writer.story(title);
        }
        if worked > 0 {
            self.say_work(&mut writer);
        }
        if day.is_some() {
            self.say_tasks(&mut writer);
        }
        if self.open {
            writer.say("story_day_open", vec![]);
        }
        writer.end();
        if worked > 0 {
            self.say_breaks(&mut writer, worked);
            writer.end();
            self.say_before(&mut writer, worked);
            writer.end();
        }
        self.say_energy(&mut writer);
        writer.story(title)
    }

    fn say_work(&self, writer: &mut Writer) {
        let time = Slot::Fact(self.of.focus(0));
        match (self.of.metric("day_start"), self.of.metric("day_end")) {
            (Some((start, from)), Some((end, to))) if from < to => {
                let slots = vec![("time", time), ("start", Slot::Fact(start)), ("end", Slot::Fact(end))];
                writer.say_one_of("story_day_work", 3, slots);
            }
            // It went on over midnight.
            _ => writer.say("story_day_work_only", vec![("time", time)]),
        }
        if let Some((part, all)) = self.of.part() {
            let part = vec![("part", Slot::Word(text(self.language, part.key(), &[])))];
            if all {
                writer.say("story_day_part_all", part);
            } else {
                writer.say_one_of("story_day_part", 2, part);
            }
        }
    }

    fn say_tasks(&self, writer: &mut Writer) {
        let [(done, count), (new, made)] = ["completed_tasks", "created_tasks"].map(|key| self.of.count(0, key));
        if count > 0 {
            writer.say_one_of("story_day_tasks", 2, vec![("tasks", Slot::Count(done, count))]);
        }
        if made > 0 {
            writer.say("story_day_new_tasks", vec![("tasks", Slot::Count(new, made))]);
        }
    }

    fn say_breaks(&self, writer: &mut Writer, worked: u64) {
        let (Some((breaks, count)), Some((minutes, _))) = (self.of.metric("breaks"), self.of.metric("break_minutes")) else {
            return;
        };
        if count > 0.0 {
            let count = breaks.value.as_u64().unwrap_or(0);
            writer.say_one_of("story_day_breaks", 2, vec![("breaks", Slot::Count(breaks, count)), ("time", Slot::Fact(minutes))]);
        } else if worked > LONG {
            writer.say("story_day_no_breaks", vec![]);
        }
    }

    fn say_before(&self, writer: &mut Writer, worked: u64) {
        let before = self.week_before.days.first().map_or(0, focus);
        if before == 0 || self.open {
            return;
        }
        let key = match compare(worked, before) {
            Compared::More => "story_day_more",
            Compared::Alike => "story_day_alike",
            Compared::Less => "story_day_less",
        };
        let name = Slot::Word(weekday(self.language, self.date));
        writer.say(key, vec![("weekday", name), ("before", Slot::Fact(self.week_before.focus(0)))]);
    }

    fn say_energy(&self, writer: &mut Writer) {
        let Some(energy) = self.energy else { return };
        let source = format!("/api/check_ins?from={}&to={}#/0/energy", self.date, self.date);
        let fact = Fact { key: "energy", value: json!(energy), unit: "1 to 5", shown: energy.to_string(), source };
        writer.say_one_of("story_day_energy", 2, vec![("energy", Slot::Fact(fact))]);
    }
}
