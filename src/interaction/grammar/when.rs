//! Dates and times as they are said, before it is known what for. Pure.

use chrono::Weekday;

/// A date as it is said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Date {
    /// So many days from today.
    Days(i64),
    Weekday(Weekday),
    /// A Spanish one without an article, which is one with an hour or a part of the day alone.
    LoneWeekday(Weekday),
    NextWeekday(Weekday),
    NextWeek,
    Weekend,
    EndOfDay,
    EndOfWeek,
    EndOfMonth,
    EndOfYear,
    Of {
        day: u32,
        month: u32,
        year: Option<i32>,
    },
    DayOfMonth(u32),
}

/// An hour as it is said: 24 is midnight at the end of its date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(clippy::struct_field_names, reason = "a time of the clock is called by its hour")]
pub struct Hour {
    pub hour: u32,
    pub minute: u32,
    /// Whether it can be one hour of the day only.
    pub exact: bool,
}

/// A part of the day. English and Spanish mornings differ in what twelve o'clock is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Morning,
    Manana,
    Madrugada,
    Afternoon,
    Night,
}

/// A distance from now, in minutes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Distance {
    In(u32),
    Ago(u32),
}

/// What was said of when something is, was or will be.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct When {
    pub date: Option<Date>,
    pub hour: Option<Hour>,
    pub part: Option<Part>,
    pub distance: Option<Distance>,
}

impl Part {
    /// Where it is said without an hour.
    fn usual(self) -> Option<(u32, u32)> {
        match self {
            Self::Morning | Self::Manana => Some((9, 0)),
            Self::Afternoon => Some((16, 0)),
            Self::Night => Some((20, 0)),
            Self::Madrugada => None,
        }
    }

    /// An hour that is said with it; `None` where that is no time.
    fn of(self, Hour { hour, minute, exact }: Hour) -> Option<(u32, u32)> {
        let hour = match (self, hour) {
            (Self::Morning, 0..12) | (Self::Manana, 0..=12) | (Self::Madrugada, 0..=6) if exact || hour > 0 => hour,
            (Self::Madrugada, 12) => 0,
            (Self::Afternoon, 12..=23) | (Self::Night, 17..=24) => hour,
            (Self::Afternoon, 1..12) | (Self::Night, 5..12) if !exact => hour + 12,
            (Self::Night, 12) if !exact => 24,
            _ => return None,
        };
        Some((hour, minute))
    }
}

impl When {
    /// The hour and minute that are meant, where these are certain.
    pub fn exact(self) -> Option<(u32, u32)> {
        match (self.hour, self.part) {
            (Some(hour), Some(part)) => part.of(hour),
            (Some(hour), None) => hour.exact.then_some((hour.hour, hour.minute)),
            (None, Some(part)) => part.usual(),
            (None, None) => None,
        }
    }

    /// The hour of 1 to 12 and the minute, where it can be before or after noon.
    pub fn bare(self) -> Option<(u32, u32)> {
        self.hour.filter(|hour| !hour.exact && self.part.is_none()).map(|hour| (hour.hour, hour.minute))
    }

    pub fn has_time(self) -> bool {
        self.hour.is_some() || self.part.is_some()
    }

    /// Whether it is a time at all.
    pub fn is_one(self) -> bool {
        let timed = !self.has_time() || self.exact().is_some() || self.bare().is_some();
        let lone = matches!(self.date, Some(Date::LoneWeekday(_))) && !self.has_time();
        self != Self::default() && timed && !lone
    }
}
