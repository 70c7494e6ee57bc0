//! What is to be told of what happened within the last day, and by which channels: a function of what is known. Pure.
//!
//! What was told is known by its notification, whose id follows from what it tells of. So it does not matter how often, how late or in
//! which order somebody looks, and a day that nobody looked at is not made up for.
//!
//! Summaries are decided elsewhere: at an instant, and not because something happened. Whoever decides one makes a [`Notification`] of
//! [`Event::SummaryDaily`] or [`Event::SummaryWeekly`] with [`deliveries`].

use std::{collections::BTreeMap, time::Duration};

use chrono::Weekday;

use super::{
    delivery::{Delivery, Hours, Skip},
    event::Event,
    model::{About, Notification},
};
use crate::{
    integrations::connections::model::{Connection, Status},
    interaction::channels::model::Channel,
    kernel::{DayRule, Timestamp, UserId},
    texts::Language,
    wellbeing::reminders::model::{Nudge, State, What},
};

/// What happened before that is told to nobody any more.
pub const LOOK_BACK: Duration = Duration::from_hours(24);
/// What was told since then has to be known: some of it was told in one with what happened half an hour before it.
pub const KNOWN_BACK: Duration = Duration::from_hours(25);
/// Achievements of so long are one message.
const TOGETHER: Duration = Duration::from_mins(30);
/// How many such messages a date has.
const MESSAGES_A_DATE: usize = 4;

/// All that a decision depends on.
pub struct Known<'a> {
    pub user: UserId,
    pub language: Language,
    pub days: DayRule,
    pub hours: Hours,
    pub channels: &'a [Channel],
    pub nudges: &'a [Nudge],
    /// When each achievement was earned.
    pub earned: &'a BTreeMap<String, Timestamp>,
    pub connections: &'a [Connection],
    /// What was decided within [`KNOWN_BACK`].
    pub told: &'a [Notification],
}

/// On its way to each of the channels that are told of the event and were there when it happened; those that are off too, so that
/// their owner sees what did not come.
pub fn deliveries(channels: &[Channel], event: Event, happened: Timestamp, now: Timestamp, due: Timestamp) -> Vec<Delivery> {
    let told = |channel: &&Channel| event.topic().is_some_and(|topic| channel.events.has(topic));
    let there = channels.iter().filter(|channel| channel.created_at <= happened).filter(told);
    there
        .map(|channel| {
            let delivery = Delivery::new(channel, now, due);
            match (channel.enabled, channel.verified) {
                (false, _) => delivery.skipped(Skip::Off, now),
                (true, false) => delivery.skipped(Skip::Unverified, now),
                (true, true) => delivery,
            }
        })
        .collect()
}

impl Known<'_> {
    /// The notifications that are new, and those that are to say more than before.
    pub fn decide(&self) -> Vec<Notification> {
        let mut decided: Vec<Notification> = self.nudges.iter().filter_map(|nudge| self.of_nudge(nudge)).collect();
        decided.extend(self.connections.iter().filter_map(|connection| self.of_connection(connection)));
        decided.retain(|new| !new.deliveries.is_empty() && self.told.iter().all(|told| told.id != new.id));
        // Two sources may say the same.
        decided.sort_by_key(|new| (new.created_at, new.id.uuid()));
        decided.dedup_by_key(|new| new.id);
        decided.extend(self.of_achievements());
        decided
    }

    fn is_recent(&self, at: Timestamp) -> bool {
        at > self.hours.now.minus(LOOK_BACK)
    }

    fn notification(&self, event: Event, source: &str, about: About, happened: Timestamp, due: Timestamp) -> Notification {
        Notification {
            id: Notification::id_of(self.user, event, source),
            user_id: self.user,
            event,
            about,
            language: self.language,
            created_at: happened,
            date: self.days.date_at(happened),
            deliveries: deliveries(self.channels, event, happened, self.hours.now, due),
        }
    }

    /// What was answered already need not be said any more.
    fn of_nudge(&self, nudge: &Nudge) -> Option<Notification> {
        if nudge.state != State::New || !self.is_recent(nudge.created_at) {
            return None;
        }
        let at = nudge.created_at;
        let (event, source) = match &nudge.what {
            What::OverloadAhead(overload) => {
                let level = serde_json::to_value(overload.level).ok()?;
                let week = self.days.date_at(at).week(Weekday::Mon).checked_first_day()?;
                (Event::RiskRaised, format!("risk:{}:{week}", level.as_str()?))
            }
            // The connection itself says so.
            What::Reconnect { ends_at: None, .. } => return None,
            What::Reconnect { connection_id, .. } => (Event::SyncAttention, format!("connection:{connection_id}:ending:{at}")),
            _ => (Event::NudgeCreated, nudge.id.clone()),
        };
        let about = About::Nudge { nudge_id: nudge.id.clone(), what: nudge.what.clone() };
        Some(self.notification(event, &source, about, at, self.hours.now))
    }

    fn of_connection(&self, connection: &Connection) -> Option<Notification> {
        let (status, since) = (connection.status(), connection.stands_since?);
        if !matches!(status, Status::NeedsReauth | Status::Halted | Status::Failed) || !self.is_recent(since) {
            return None;
        }
        let source = format!("connection:{}:{}:{since}", connection.id, status.name());
        let name = connection.name.as_str().to_owned();
        let about = About::Connection { connection_id: connection.id.uuid(), name, status };
        Some(self.notification(Event::SyncAttention, &source, about, since, self.hours.now))
    }

    /// Those that were told of nowhere go into one message with what was earned shortly before, as long as that has not begun to go
    /// out, or else begin another.
    fn of_achievements(&self) -> Vec<Notification> {
        let mut groups: Vec<Notification> =
            self.told.iter().filter(|told| matches!(told.about, About::Achievements { .. })).cloned().collect();
        let known: Vec<Notification> = groups.clone();
        let mut news: Vec<(&String, Timestamp)> =
            self.earned.iter().map(|(id, at)| (id, *at)).filter(|(_, at)| self.is_recent(*at)).collect();
        news.sort_by_key(|(id, at)| (*at, *id));
        for (id, at) in news {
            if groups.iter().any(|group| has(group, id)) {
                continue;
            }
            if let Some(ids) = groups.iter_mut().filter(|group| self.is_open(group, at)).find_map(ids_of) {
                ids.push(id.clone());
                continue;
            }
            let due = at.plus(TOGETHER).max(self.hours.now);
            let about = About::Achievements { ids: vec![id.clone()] };
            let mut group = self.notification(Event::AchievementEarned, id, about, at, due);
            if groups.iter().filter(|other| other.date == group.date).count() >= MESSAGES_A_DATE {
                let waiting = group.deliveries.iter_mut().filter(|delivery| delivery.due.is_some());
                waiting.for_each(|delivery| *delivery = delivery.skipped(Skip::Budget, self.hours.now));
            }
            if !group.deliveries.is_empty() {
                groups.push(group);
            }
        }
        groups.retain(|group| !known.contains(group));
        groups
    }

    fn is_open(&self, group: &Notification, at: Timestamp) -> bool {
        let end = group.created_at.plus(TOGETHER);
        let collects = group.created_at <= at && at < end && group.deliveries.iter().all(Delivery::is_untried);
        // What begins and ends before somebody looks is still one message.
        collects && group.deliveries.iter().filter_map(|delivery| delivery.due).all(|due| self.hours.now <= due)
    }
}

fn has(group: &Notification, id: &str) -> bool {
    matches!(&group.about, About::Achievements { ids } if ids.iter().any(|known| known == id))
}

fn ids_of(group: &mut Notification) -> Option<&mut Vec<String>> {
    if let About::Achievements { ids } = &mut group.about { Some(ids) } else { None }
}

#[cfg(test)]
mod tests;
