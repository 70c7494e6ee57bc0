//! The values of settings that have a form of their own, held to their rules where they are read. Pure.

use chrono::{NaiveTime, Timelike as _, Weekday};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use utoipa::{ToSchema, openapi::ObjectBuilder};

use crate::{
    choice, described,
    kernel::{DayStart, FromMember as _, FromText, Rule, field::MemberRule},
};

choice!(
    /// The first day of a week.
    WeekStart as "WeekStart", Monday = "monday", Sunday = "sunday"
);
impl WeekStart {
    pub fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Mon,
            Self::Sunday => Weekday::Sun,
        }
    }
}

choice!(
    /// When open tasks of earlier dates are planned anew: when a week begins, when a date does, or never.
    CarryOver as "CarryOver", Weekly = "weekly", Daily = "daily", Never = "never"
);
choice!(
    /// Rules on working time: none, the directive 2003/88/EC, those of Germany or of Belgium.
    LabourRules as "LabourRules", None = "none", EuBase = "eu_base", De = "de", Be = "be"
);

/// A time of day on the clock of the wall, to the minute.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct TimeOfDay(pub NaiveTime);

impl TimeOfDay {
    /// Of an hour and a minute that there are; else midnight.
    pub(super) const fn at(hour: u32, minute: u32) -> Self {
        match NaiveTime::from_hms_opt(hour, minute, 0) {
            Some(time) => Self(time),
            None => Self(NaiveTime::MIN),
        }
    }
}

described!(TimeOfDay, "TimeOfDay");

impl FromText for TimeOfDay {
    fn schema() -> ObjectBuilder {
        <NaiveTime as FromText>::schema()
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        NaiveTime::from_text(text).map(Self)
    }
}

impl Serialize for TimeOfDay {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0.format("%H:%M"))
    }
}

impl<'de> Deserialize<'de> for TimeOfDay {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::from_member(deserializer)
    }
}

described!(DayStart, "DayStart");

impl FromText for DayStart {
    fn schema() -> ObjectBuilder {
        <NaiveTime as FromText>::schema().description(Some("Up to 12:00"))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        let time = NaiveTime::from_text(text)?;
        let start = u16::try_from(time.hour() * 60 + time.minute()).ok().and_then(Self::after_midnight);
        start.ok_or(Rule::field("must not be later than 12:00"))
    }
}

/// The start of days as a time of day.
pub mod day_start_as_time {
    use serde::{Deserializer, Serializer};

    use crate::kernel::{DayStart, FromMember as _};

    pub fn serialize<S: Serializer>(start: &DayStart, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&format_args!("{:02}:{:02}", start.minutes() / 60, start.minutes() % 60))
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<DayStart, D::Error> {
        DayStart::from_member(deserializer)
    }
}

/// When work is expected; over midnight when it ends earlier than it starts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "StartEnd")]
pub struct WorkHours {
    pub start: TimeOfDay,
    pub end: TimeOfDay,
}

/// From one time to a later one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "FromTo")]
pub struct Lunch {
    pub from: TimeOfDay,
    pub to: TimeOfDay,
}

/// From one time until before another, over midnight when that is earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "FromTo")]
pub struct QuietHours {
    pub from: TimeOfDay,
    pub to: TimeOfDay,
}

/// Members before the rule between them is asked.
#[derive(Deserialize)]
struct StartEnd {
    start: TimeOfDay,
    end: TimeOfDay,
}

/// The same under other names.
#[derive(Deserialize)]
struct FromTo {
    from: TimeOfDay,
    to: TimeOfDay,
}

impl TryFrom<StartEnd> for WorkHours {
    type Error = MemberRule;

    fn try_from(StartEnd { start, end }: StartEnd) -> Result<Self, MemberRule> {
        if start == end {
            Err(MemberRule("end", Rule::field("must not be the same as 'start'")))
        } else {
            Ok(Self { start, end })
        }
    }
}

impl TryFrom<FromTo> for Lunch {
    type Error = MemberRule;

    fn try_from(FromTo { from, to }: FromTo) -> Result<Self, MemberRule> {
        if from < to { Ok(Self { from, to }) } else { Err(MemberRule("to", Rule::field("must be after 'from'"))) }
    }
}

impl TryFrom<FromTo> for QuietHours {
    type Error = MemberRule;

    fn try_from(FromTo { from, to }: FromTo) -> Result<Self, MemberRule> {
        if from == to { Err(MemberRule("to", Rule::field("must not be the same as 'from'"))) } else { Ok(Self { from, to }) }
    }
}
