//! Rules on working time, as data with its source, and how the work of a user stands to them. Hints, and no legal advice. Pure.

use std::time::Duration;

use chrono::{Days, NaiveDate};

use super::breaks::{Stretch, within};
use crate::{
    accounts::settings::model::LabourRules,
    kernel::{DayRule, Timestamp, wall_clock::split_by_hour},
};

/// Rules of one country or of the directive.
pub struct Preset {
    /// What they were taken from.
    source: &'static str,
    /// Of when that is.
    date: &'static str,
    /// Hours of rest between the work of two dates.
    daily_rest: u64,
    /// Hours of rest in a row within 7 days.
    weekly_rest: u64,
    /// Hours of work on a date.
    daily_hours: Option<u64>,
    /// Hours of work within 7 dates, and from how many on that is near where it is said.
    weekly_hours: (u64, Option<u64>),
    /// After more than so many hours of work on a date, so many minutes of breaks; ascending.
    breaks: &'static [(u64, u64)],
    /// What is no break below so many minutes.
    least_break: u64,
    night: Night,
}

/// Work at night.
struct Night {
    /// The hours of the clock that are night: from the first on, until before the other.
    from: u8,
    until: u8,
    /// From how many hours of it within 24 on work counts as work at night.
    least: u64,
    /// How many hours of work it may then be within 24.
    at_most: u64,
}

const EU_BASE: Preset = Preset {
    source: "Directive 2003/88/EC, articles 2 to 6 and 8",
    date: "2003-11-04",
    daily_rest: 11,
    weekly_rest: 35,
    daily_hours: None,
    weekly_hours: (48, None),
    // How long the break is, the directive leaves to others.
    breaks: &[(6, 5)],
    least_break: 5,
    night: Night { from: 0, until: 5, least: 3, at_most: 8 },
};

const DE: Preset = Preset {
    source: "Arbeitszeitgesetz, sections 2 to 6, 9 and 11",
    date: "1994-06-06",
    daily_rest: 11,
    weekly_rest: 35,
    daily_hours: Some(10),
    weekly_hours: (48, None),
    breaks: &[(6, 30), (9, 45)],
    least_break: 15,
    night: Night { from: 23, until: 6, least: 2, at_most: 8 },
};

const BE: Preset = Preset {
    source: "Labour Act of 16 March 1971, as to hours, breaks, rest and work at night",
    date: "1971-03-16",
    daily_rest: 11,
    weekly_rest: 35,
    daily_hours: Some(10),
    weekly_hours: (48, Some(38)),
    breaks: &[(6, 15)],
    least_break: 5,
    night: Night { from: 20, until: 6, least: 3, at_most: 8 },
};

/// The rules that a user watches, if any.
pub fn preset(rules: LabourRules) -> Option<&'static Preset> {
    match rules {
        LabourRules::None => None,
        LabourRules::EuBase => Some(&EU_BASE),
        LabourRules::De => Some(&DE),
        LabourRules::Be => Some(&BE),
    }
}

/// How the work stands to one rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Standing {
    pub rule: &'static str,
    pub state: State,
    /// The hours of the rule, or its minutes of breaks.
    pub limit: u64,
    /// What the rule was taken from, and of when that is.
    pub source: [&'static str; 2],
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    Ok,
    /// From nine tenths on.
    Near,
    Broken,
}

impl State {
    pub fn name(self) -> &'static str {
        match self {
            Self::Ok => "ok",
            Self::Near => "near",
            Self::Broken => "broken",
        }
    }

    /// Of what may be no more than a limit.
    fn at_most(is: Duration, limit: Duration, near: Duration) -> Self {
        match is {
            is if is > limit => Self::Broken,
            is if is >= near => Self::Near,
            _ => Self::Ok,
        }
    }

    /// Of what may be no less than a limit.
    fn at_least(is: Duration, limit: Duration) -> Self {
        match is {
            is if is < limit => Self::Broken,
            is if is * 9 <= limit * 10 => Self::Near,
            _ => Self::Ok,
        }
    }
}

/// What a user worked.
pub struct Worked<'a> {
    /// Of the last 8 dates at least, ascending, without pauses, up to now.
    pub work: &'a [Stretch],
    /// How long the breaks of the present date were.
    pub breaks: &'a [Duration],
    pub date: NaiveDate,
    pub days: DayRule,
    pub now: Timestamp,
}

impl Preset {
    /// How the work stands to each rule.
    pub fn judge(&self, worked: &Worked<'_>) -> Vec<Standing> {
        let Worked { work, date, days, now, .. } = *worked;
        let began = days.start_of(date);
        let today = within(work, began, now);
        let standing = |rule, limit, state| Standing { rule, state, limit, source: [self.source, self.date] };
        let at_most = |is, limit| State::at_most(is, hours(limit), hours(limit) * 9 / 10);
        let mut all = vec![
            standing("daily_rest", self.daily_rest, self.daily_rest(work, began)),
            standing("weekly_rest", self.weekly_rest, State::at_least(longest_rest(work, now), hours(self.weekly_rest))),
        ];
        all.extend(self.daily_hours.map(|limit| standing("daily_hours", limit, at_most(today, limit))));
        let week = within(work, days.start_of(date.checked_sub_days(Days::new(6)).unwrap_or(date)), now);
        let (limit, near) = self.weekly_hours;
        let near = near.map_or(hours(limit) * 9 / 10, hours);
        all.push(standing("weekly_hours", limit, State::at_most(week, hours(limit), near)));
        let (minutes, state) = self.breaks(today, worked.breaks);
        all.push(standing("break", minutes, state));
        all.push(standing("night", self.night.at_most, self.night.state(work, days, now)));
        all
    }

    /// Of the rest before the first work of a date.
    fn daily_rest(&self, work: &[Stretch], began: Timestamp) -> State {
        let first = work.partition_point(|stretch| stretch.1 <= began);
        let before = first.checked_sub(1).map(|last| work[last].1);
        match (before, work.get(first)) {
            (Some(before), Some(next)) if next.0 > began => State::at_least(next.0.since(before), hours(self.daily_rest)),
            _ => State::Ok,
        }
    }

    /// Of the breaks that the work of a date needs, and how many minutes that is.
    fn breaks(&self, today: Duration, breaks: &[Duration]) -> (u64, State) {
        let minutes = |minutes: u64| Duration::from_secs(minutes * 60);
        let taken: Duration = breaks.iter().filter(|length| **length >= minutes(self.least_break)).sum();
        let lacking = self.breaks.iter().filter(|(_, needed)| taken < minutes(*needed));
        let found = lacking.map(|(after, needed)| (*needed, State::at_most(today, hours(*after), hours(*after) * 9 / 10)));
        let usual = self.breaks.first().map_or(0, |(_, needed)| *needed);
        found.max_by_key(|(_, state)| *state).unwrap_or((usual, State::Ok))
    }
}

impl Night {
    fn state(&self, work: &[Stretch], days: DayRule, now: Timestamp) -> State {
        let day = now.minus(hours(24));
        let is_night = |hour: u8| {
            if self.from < self.until { (self.from..self.until).contains(&hour) } else { hour >= self.from || hour < self.until }
        };
        let of = |stretch: &Stretch| split_by_hour(stretch.0.max(day), stretch.1.min(now), days);
        let at_night: u64 = work.iter().flat_map(of).filter(|share| is_night(share.hour)).map(|share| share.micros).sum();
        if Duration::from_micros(at_night) < hours(self.least) {
            return State::Ok;
        }
        State::at_most(within(work, day, now), hours(self.at_most), hours(self.at_most) * 9 / 10)
    }
}

/// The longest time without work within the last 7 days.
fn longest_rest(work: &[Stretch], now: Timestamp) -> Duration {
    let (mut reached, mut longest) = (now.minus(hours(7 * 24)), Duration::ZERO);
    for (from, to) in work {
        longest = longest.max((*from).min(now).since(reached));
        reached = reached.max(*to);
    }
    longest.max(now.since(reached))
}

fn hours(count: u64) -> Duration {
    Duration::from_secs(count * 3600)
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;
    use crate::texts::{Arg, Language, text};

    /// A Wednesday.
    const DATE: NaiveDate = match NaiveDate::from_ymd_opt(2026, 1, 14) {
        Some(date) => date,
        None => NaiveDate::MIN,
    };

    /// Minutes after the date's midnight, or before it.
    fn at(minutes: i64) -> Timestamp {
        Timestamp::from_micros("2026-01-14T00:00:00Z".parse::<Timestamp>().expect("a time").micros() + minutes * 60_000_000)
    }

    fn judged(rules: LabourRules, work: &[(i64, i64)], breaks: &[u64], now: i64) -> Vec<(&'static str, State, u64)> {
        let work: Vec<Stretch> = work.iter().map(|(from, to)| (at(*from), at(*to))).collect();
        let breaks: Vec<Duration> = breaks.iter().map(|minutes| Duration::from_secs(minutes * 60)).collect();
        let worked = Worked { work: &work, breaks: &breaks, date: DATE, days: Tz::UTC.into(), now: at(now) };
        preset(rules).expect("rules").judge(&worked).into_iter().map(|one| (one.rule, one.state, one.limit)).collect()
    }

    fn state(rules: LabourRules, work: &[(i64, i64)], breaks: &[u64], now: i64, rule: &str) -> State {
        judged(rules, work, breaks, now).into_iter().find(|one| one.0 == rule).expect("a rule").1
    }

    #[test]
    fn every_standing_has_a_text_and_every_preset_a_source() {
        for rules in [LabourRules::EuBase, LabourRules::De, LabourRules::Be] {
            let preset = preset(rules).expect("rules");
            assert!(!preset.source.is_empty() && preset.date.parse::<NaiveDate>().is_ok());
            for (rule, _, limit) in judged(rules, &[], &[], 600) {
                for state in [State::Ok, State::Near, State::Broken] {
                    let key = format!("labour_{rule}_{}", state.name());
                    let text = text(Language::Es, &key, &[("limit", Arg::Number(limit))]);
                    assert!(text != key, "{key}");
                }
            }
        }
        assert!(preset(LabourRules::None).is_none());
        let rules = |rules| judged(rules, &[], &[], 600).into_iter().map(|one| one.0).collect::<Vec<_>>();
        assert_eq!(rules(LabourRules::De), ["daily_rest", "weekly_rest", "daily_hours", "weekly_hours", "break", "night"]);
        assert_eq!(rules(LabourRules::EuBase), ["daily_rest", "weekly_rest", "weekly_hours", "break", "night"]);
        assert!(judged(LabourRules::De, &[], &[], 600).iter().all(|one| one.1 == State::Ok));
    }

    #[test]
    fn rest_between_two_dates_is_eleven_hours() {
        for (began, expected) in [(539, State::Broken), (540, State::Near), (613, State::Near), (614, State::Ok)] {
            let work = [(-240, -120), (began, 700)];
            assert_eq!(state(LabourRules::EuBase, &work, &[], 700, "daily_rest"), expected, "{began}");
        }
        // Work over midnight, none before, none yet.
        assert_eq!(state(LabourRules::EuBase, &[(-60, 60)], &[], 700, "daily_rest"), State::Ok);
        assert_eq!(state(LabourRules::EuBase, &[(30, 60)], &[], 700, "daily_rest"), State::Ok);
        assert_eq!(state(LabourRules::EuBase, &[(-60, -30)], &[], 60, "daily_rest"), State::Ok);
    }

    #[test]
    fn hours_of_a_date_and_of_seven() {
        for (minutes, expected) in [(539, State::Ok), (540, State::Near), (600, State::Near), (601, State::Broken)] {
            assert_eq!(state(LabourRules::De, &[(360, 360 + minutes)], &[], 1_000, "daily_hours"), expected, "{minutes}");
        }
        // Six earlier dates and a seventh, which is too long ago, with eight hours each.
        let week = |dates: i64| (1..=dates).rev().map(|date| (480 - date * 1440, 960 - date * 1440)).collect::<Vec<_>>();
        assert_eq!(state(LabourRules::EuBase, &week(7), &[], 60, "weekly_hours"), State::Near);
        let more = [week(7), vec![(480, 481)]].concat();
        assert_eq!(state(LabourRules::EuBase, &more, &[], 700, "weekly_hours"), State::Broken);
        assert_eq!(state(LabourRules::EuBase, &week(5), &[], 60, "weekly_hours"), State::Ok);
        assert_eq!(state(LabourRules::Be, &week(5), &[], 60, "weekly_hours"), State::Near);
        // With work each day there are 16 hours in a row at most.
        assert_eq!(state(LabourRules::Be, &week(7), &[], 60, "weekly_rest"), State::Broken);
        assert_eq!(state(LabourRules::Be, &week(3), &[], 60, "weekly_rest"), State::Ok);
    }

    #[test]
    fn long_days_need_breaks_that_are_long_enough() {
        let of = |minutes: i64, breaks: &[u64]| {
            let all = judged(LabourRules::De, &[(300, 300 + minutes)], breaks, 1_000);
            all.into_iter().find(|one| one.0 == "break").map(|one| (one.1, one.2)).expect("a rule")
        };
        assert_eq!(of(323, &[]), (State::Ok, 45));
        assert_eq!(of(324, &[]).0, State::Near);
        assert_eq!(of(361, &[]), (State::Broken, 30));
        assert_eq!(of(361, &[14, 14, 14]), (State::Broken, 30));
        assert_eq!(of(361, &[15, 15]).0, State::Ok);
        assert_eq!(of(500, &[30]), (State::Near, 45));
        assert_eq!(of(541, &[30]), (State::Broken, 45));
        assert_eq!(of(541, &[30, 15]).0, State::Ok);
        assert_eq!(state(LabourRules::EuBase, &[(300, 700)], &[5], 1_000, "break"), State::Ok);
    }

    #[test]
    fn work_at_night_is_eight_hours_within_a_day() {
        // Three hours between midnight and five, and in all eight and a bit.
        assert_eq!(state(LabourRules::EuBase, &[(120, 601)], &[], 700, "night"), State::Broken);
        assert_eq!(state(LabourRules::EuBase, &[(121, 700)], &[], 700, "night"), State::Ok);
        assert_eq!(state(LabourRules::De, &[(-60, 372)], &[], 400, "night"), State::Near);
    }
}
