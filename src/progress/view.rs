//! Progress as callers see it.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::value::{RawValue, to_raw_value};
use utoipa::ToSchema;

use super::{
    achievements::{self, Achievement},
    entry::{Entry, EntryId, Reason, Source},
    goals::Goals,
    service::{Achieved, Standing},
    standing::{Achievements, Progress},
    streak::Streak,
    texts, xp,
};
use crate::{
    kernel::{Result, Timestamp, UserId},
    web,
};

/// How a user stands.
#[derive(Debug, Serialize, ToSchema)]
pub struct ProgressView {
    #[serde(flatten)]
    level: LevelView,
    streak: StreakView,
    today: TodayView,
}

/// How far a user has come.
#[derive(Debug, Serialize, ToSchema)]
pub struct LevelView {
    user_id: UserId,
    /// The highest that was ever reached, from 1 on.
    level: u32,
    /// The sum of all entries of the ledger.
    xp: u64,
    /// How much of the level is done.
    xp_into_level: u64,
    /// How much the level takes.
    xp_to_next: u64,
}

/// Dates in a row on which something was achieved. A date without work passes it over, a missed one ends it.
#[derive(Debug, Serialize, ToSchema)]
struct StreakView {
    current: u32,
    longest: u32,
    /// How many missed dates it can still outlast.
    freezes: u32,
    /// 0 to 1.
    strength: f64,
}

#[derive(Debug, Serialize, ToSchema)]
struct TodayView {
    /// The sum of the entries for the date.
    xp: i64,
    goals: GoalsView,
}

/// How far each goal is reached, 0 to 1.
#[derive(Debug, Serialize, ToSchema)]
struct GoalsView {
    tasks: f64,
    focus: f64,
    hydration: f64,
    lunch: f64,
    /// Of the breaks that fell due, how many were taken in time.
    breaks: f64,
}

impl From<&Progress> for LevelView {
    fn from(of: &Progress) -> Self {
        let (xp_into_level, xp_to_next) = xp::into_level(of.xp, of.level);
        Self { user_id: of.user_id, level: of.level, xp: of.xp, xp_into_level, xp_to_next }
    }
}

impl From<Streak> for StreakView {
    fn from(of: Streak) -> Self {
        let strength = (of.strength * 10_000.0).round() / 10_000.0;
        Self { current: of.current, longest: of.longest, freezes: of.freezes, strength }
    }
}

impl From<&Standing> for ProgressView {
    fn from(of: &Standing) -> Self {
        let Goals { tasks, focus, hydration, lunch, breaks } = of.goals;
        let goals = GoalsView { tasks, focus, hydration, lunch, breaks };
        Self { level: (&of.progress).into(), streak: of.streak.into(), today: TodayView { xp: of.xp_today, goals } }
    }
}

/// What was granted, or taken back.
#[derive(Debug, Serialize, ToSchema)]
pub struct EntryView<'a> {
    id: EntryId,
    user_id: UserId,
    at: Timestamp,
    /// The date that it is for.
    #[schema(value_type = String, format = Date)]
    date: NaiveDate,
    source: &'a Source,
    reason: Reason,
    /// Less than nothing where an entry is taken back.
    xp: i64,
    /// The entry that it takes back.
    #[serde(skip_serializing_if = "Option::is_none")]
    reverses: Option<EntryId>,
}

impl<'a> From<&'a Entry> for EntryView<'a> {
    fn from(of: &'a Entry) -> Self {
        let Entry { id, user_id, at, date, ref source, reason, xp, reverses, .. } = *of;
        Self { id, user_id, at, date, source, reason, xp, reverses }
    }
}

/// Something to be achieved once.
#[derive(Debug, Serialize, ToSchema)]
pub struct AchievementView {
    id: &'static str,
    /// In the user's language, as the description is.
    name: &'static str,
    description: &'static str,
    icon: &'static str,
    /// 0 to 1; 1 for good once it was earned.
    progress: f64,
    /// Null until then.
    earned_at: Option<Timestamp>,
}

/// All of them, in the order in which they are shown.
pub fn achievements(of: &Achieved) -> Vec<AchievementView> {
    let view = |achievement: &Achievement| {
        let (name, description) = texts::of(achievement.id, of.language).unwrap_or((achievement.id, ""));
        let earned_at = of.earned.earned.get(achievement.id).copied();
        let progress = if earned_at.is_some() { 1.0 } else { achievement.progress(&of.measures) };
        AchievementView { id: achievement.id, name, description, icon: achievement.icon, progress, earned_at }
    };
    achievements::ALL.iter().map(view).collect()
}

/// What a user has earned.
#[derive(Debug, Serialize, ToSchema)]
pub struct EarnedView<'a> {
    user_id: UserId,
    #[schema(value_type = std::collections::BTreeMap<String, Timestamp>)]
    /// When each was earned, by its id.
    earned: &'a std::collections::BTreeMap<String, Timestamp>,
}

/// Shows stored progress: what does not change by itself as time passes.
pub fn progress(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |of: &Progress| to_raw_value(&LevelView::from(of)))
}

/// Shows a stored entry.
pub fn entry(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |of: &Entry| to_raw_value(&EntryView::from(of)))
}

/// Shows what is stored of achievements.
pub fn earned(body: &str) -> Result<Box<RawValue>> {
    web::render(body, |of: &Achievements| to_raw_value(&EarnedView { user_id: of.user_id, earned: &of.earned }))
}
