//! What a sentence comes to: an intent with what was said for it. Pure.

use chrono::{DateTime, NaiveDate, NaiveDateTime, NaiveTime, Utc, Weekday};
use chrono_tz::Tz;
use serde::{Deserialize, Deserializer, Serialize, Serializer, de::Error as _};

pub use crate::texts::Language;

/// What somebody wants.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Intent {
    StartWork,
    EndWork,
    PauseWork,
    ResumeWork,
    AddTask,
    CompleteTask,
    ListTasks,
    LogWater,
    LogMeal,
    StartRest,
    EndRest,
    LogEnergy,
    ShowStats,
    ShowWeek,
    ShowCompanion,
    Help,
    Undo,
}

impl Intent {
    /// In the order in which equally near ones are named.
    pub const ALL: [Self; 17] = [
        Self::StartWork,
        Self::EndWork,
        Self::PauseWork,
        Self::ResumeWork,
        Self::AddTask,
        Self::CompleteTask,
        Self::ListTasks,
        Self::LogWater,
        Self::LogMeal,
        Self::StartRest,
        Self::EndRest,
        Self::LogEnergy,
        Self::ShowStats,
        Self::ShowWeek,
        Self::ShowCompanion,
        Self::Help,
        Self::Undo,
    ];

    pub const fn name(self) -> &'static str {
        match self {
            Self::StartWork => "start_work",
            Self::EndWork => "end_work",
            Self::PauseWork => "pause_work",
            Self::ResumeWork => "resume_work",
            Self::AddTask => "add_task",
            Self::CompleteTask => "complete_task",
            Self::ListTasks => "list_tasks",
            Self::LogWater => "log_water",
            Self::LogMeal => "log_meal",
            Self::StartRest => "start_rest",
            Self::EndRest => "end_rest",
            Self::LogEnergy => "log_energy",
            Self::ShowStats => "show_stats",
            Self::ShowWeek => "show_week",
            Self::ShowCompanion => "show_companion",
            Self::Help => "help",
            Self::Undo => "undo",
        }
    }

    pub fn named(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|intent| intent.name() == name)
    }

    /// Whether it only tells.
    pub const fn reads(self) -> bool {
        matches!(self, Self::ListTasks | Self::ShowStats | Self::ShowWeek | Self::ShowCompanion | Self::Help)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Meal {
    Breakfast,
    Lunch,
    Dinner,
    Snack,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Rest {
    Micro,
    Short,
    Long,
    Lunch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Priority {
    Low,
    Medium,
    High,
    Urgent,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum View {
    Today,
    Yesterday,
    Week,
    Overdue,
    Upcoming,
    Inbox,
}

/// When something is due: a date, or a minute of the wall clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Due {
    On(NaiveDate),
    At(NaiveDateTime),
}

impl Due {
    const MINUTE: &str = "%Y-%m-%dT%H:%M";
}

impl Serialize for Due {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::On(date) => date.serialize(serializer),
            Self::At(at) => serializer.collect_str(&at.format(Self::MINUTE)),
        }
    }
}

impl<'de> Deserialize<'de> for Due {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = String::deserialize(deserializer)?;
        let at = NaiveDateTime::parse_from_str(&text, Self::MINUTE).map(Self::At);
        at.or_else(|_| text.parse().map(Self::On)).map_err(D::Error::custom)
    }
}

/// What was said for an intent.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Slots {
    /// Of a new task; of one to be completed a fragment, or the number of one in the list that was shown last.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Whether the title of one to be completed was quoted, so that digits are no number of a list. It is for who carries the
    /// command out at once, and not a part of what was said.
    #[serde(skip)]
    pub quoted: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<Due>,
    /// Now, where it is not said.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
    /// From 50 to 1000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ml: Option<u32>,
    /// From 1 to 5.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub energy: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub meal: Option<Meal>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub rest: Option<Rest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub priority: Option<Priority>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub tags: Vec<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub estimate_minutes: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub view: Option<View>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    Known(Intent, Box<Slots>),
    /// Not understood: the three intents that are nearest.
    Unknown([Intent; 3]),
}

/// What a sentence was understood as, and the language to answer in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understood {
    pub outcome: Outcome,
    pub language: Language,
    /// Whether it was "stop" or "para" alone, which ends a rest while one is under way.
    pub bare_stop: bool,
}

/// What a sentence is understood by: the moment, and the settings of the speaker.
#[derive(Debug, Clone)]
pub struct Speaker {
    pub now: DateTime<Utc>,
    pub zone: Tz,
    /// The speaker's date.
    pub today: NaiveDate,
    pub week_start: Weekday,
    pub work_days: Vec<Weekday>,
    /// Over midnight where it ends earlier than it starts.
    pub work_hours: (NaiveTime, NaiveTime),
    pub lunch: (NaiveTime, NaiveTime),
    pub language: Language,
}

impl Speaker {
    /// The wall clock.
    pub fn clock(&self) -> NaiveDateTime {
        self.now.with_timezone(&self.zone).naive_local()
    }
}
