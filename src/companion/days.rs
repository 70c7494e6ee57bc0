//! What a companion's days were like, as it follows from what its person entered and worked. Pure.

use std::time::Duration;

use chrono::NaiveDate;

use super::{
    mood::Circumstances,
    needs::{Day, DayEnd, Share},
    schedule::{Stretch, hours_within},
};
use crate::{
    accounts::settings::model::{Goals, Settings},
    kernel::{DayRule, Interval, Timestamp},
    wellbeing::{
        lunch::Window,
        today::{
            breaks::{self, Interruption},
            model::due_after,
        },
    },
    work::work_sessions::model::WorkSession,
};

/// How long before a date work may have begun that makes the work on it tiring.
const EARLIER: Duration = Duration::from_hours(24);

/// What is known of a date besides what was entered for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Date {
    pub date: NaiveDate,
    /// By which it began.
    pub rule: DayRule,
    /// Whether work was expected.
    pub expected: bool,
    /// Whether it was a date off.
    pub off: bool,
    /// Of the streak at its end.
    pub strength: f64,
    /// What was set for it.
    pub goals: Goals,
    /// What was counted for it, if anything was.
    pub counted: Option<Counted>,
}

/// What was counted for a date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    pub completed_tasks: u64,
    pub breaks_due: u64,
    pub breaks_taken: u64,
}

/// All that the days follow from.
pub struct Known {
    pub now: Timestamp,
    pub settings: Settings,
    /// One after another, with the one before the first of the days and the one after the last.
    pub dates: Vec<Date>,
    /// Ascending; one may be under way.
    pub sessions: Vec<WorkSession>,
    /// When how many millilitres were drunk.
    pub drinks: Vec<(Timestamp, u32)>,
    /// When lunch was eaten.
    pub lunches: Vec<Timestamp>,
    /// From when to when, until now where one is under way; ascending.
    pub rests: Vec<(Timestamp, Timestamp)>,
    /// Those of the rests that were for lunch.
    pub lunch_rests: Vec<(Timestamp, Timestamp)>,
}

impl Known {
    /// The days, one after another.
    pub fn days(&self) -> Vec<Day> {
        let work = breaks::without(&breaks::worked(&self.sessions, self.now), &self.rests);
        let of_date = |date: &Date| breaks::interruptions(&self.sessions, self.now, date.date, date.rule);
        let interruptions: Vec<Interruption> = self.dates.iter().flat_map(of_date).collect();
        let taken = self.rests.iter().copied().chain(interruptions.iter().map(|one| (one.from, one.to)));
        let breaks = breaks::merged(taken.collect());
        let triples = self.dates.windows(3).filter_map(|near| <&[Date; 3]>::try_from(near).ok());
        triples.map(|near| self.day(near, &work, &breaks, &interruptions)).collect()
    }

    /// The day of the date in the middle.
    fn day(&self, near: &[Date; 3], work: &[breaks::Stretch], breaks: &[breaks::Stretch], interruptions: &[Interruption]) -> Day {
        let [_, date, next] = near;
        let (from, to) = (date.rule.start_of(date.date), next.rule.start_of(next.date));
        let on_it = |at: &Timestamp| (from..to).contains(at);
        let expected = |day: NaiveDate| near.iter().any(|known| known.date == day && known.expected);
        let window = Window::on(date.date, self.settings.lunch, date.rule);
        let rested = self.lunch_rests.iter().copied().chain(interruptions.iter().map(|one| (one.from, one.to)));
        let eaten = self.lunches.iter().copied().filter(|at| window.has(*at));
        let interval = |(from, to): &breaks::Stretch| Interval { from: *from, to: Some(*to) };
        let day = Day {
            date: date.date,
            from,
            to,
            hours: hours_within(date.date, date.rule, self.settings.work_hours, expected),
            water: self.drinks.iter().copied().filter(|(at, _)| on_it(at)).collect(),
            lunches: eaten.chain(rested.filter_map(|(from, to)| window.had_by(from, to))).filter(on_it).collect(),
            breaks: breaks.iter().filter(|(from, _)| on_it(from)).map(interval).collect(),
            work: work.iter().filter(|stretch| stretch.1 > from.minus(EARLIER) && stretch.0 < to).map(interval).collect(),
            break_after: due_after(&self.settings),
            end: None,
        };
        let worked = breaks::within(work, from, to);
        Day { end: self.end(date, &day, worked), ..day }
    }

    /// What the date is worth for happiness.
    fn end(&self, date: &Date, day: &Day, worked: Duration) -> Option<DayEnd> {
        if date.off || (!date.expected && date.counted.is_none()) {
            return None;
        }
        let counted = date.counted.unwrap_or(Counted { completed_tasks: 0, breaks_due: 0, breaks_taken: 0 });
        let drunk: u64 = day.water.iter().map(|(_, ml)| u64::from(*ml)).sum();
        // Nobody need have lunch by the clock on a day off.
        let lunch = if day.lunches.is_empty() && date.expected { Share::NONE } else { Share::ALL };
        let hydration = Share::of(drunk, self.settings.hydration_goal_ml.get().into());
        let breaks = Share::of(counted.breaks_taken, counted.breaks_due);
        Some(DayEnd {
            tasks: Share::of(counted.completed_tasks, date.goals.tasks.get().into()),
            focus: Share::of(worked.as_secs(), u64::from(date.goals.focus_minutes.get()) * 60),
            care: Share::mean([hydration, lunch, breaks]),
            strength: Share::of_unit(date.strength),
        })
    }

    /// What is going on, where the last of the days is the present one.
    pub fn circumstances(&self, days: &[Day]) -> Circumstances {
        let today = days.last().and_then(|day| Some((day, self.dates.iter().find(|date| date.date == day.date)?)));
        let is_in = |hours: &Vec<Stretch>| hours.iter().any(|hours| hours.contains(self.now));
        Circumstances {
            in_work_hours: today.is_some_and(|(day, _)| is_in(&day.hours)),
            session_under_way: self.sessions.iter().any(|session| session.end.is_none()),
            risk: None,
            lunch_due: today.is_some_and(|(day, date)| {
                let window = Window::on(date.date, self.settings.lunch, date.rule);
                date.expected && window.has(self.now) && day.lunches.is_empty()
            }),
        }
    }
}

#[cfg(test)]
mod tests {
    use chrono_tz::Tz;

    use super::*;
    use crate::{
        kernel::{Id, UserId},
        work::work_sessions::model::EndedBy,
    };

    /// So many minutes after Wednesday began.
    fn at(minutes: u64) -> Timestamp {
        "2026-01-14T00:00:00Z".parse::<Timestamp>().expect("a time").plus(Duration::from_secs(minutes * 60))
    }

    fn date(day: u32) -> Date {
        Date {
            date: NaiveDate::from_ymd_opt(2026, 1, day).expect("a date"),
            rule: Tz::UTC.into(),
            expected: true,
            off: false,
            strength: 0.5,
            goals: Settings::default().goals,
            counted: None,
        }
    }

    /// Wednesday alone, seen when it is over.
    fn wednesday() -> Known {
        Known {
            now: at(1500),
            settings: Settings::default(),
            dates: vec![date(13), date(14), date(15)],
            sessions: Vec::new(),
            drinks: Vec::new(),
            lunches: Vec::new(),
            rests: Vec::new(),
            lunch_rests: Vec::new(),
        }
    }

    fn only(known: &Known) -> Day {
        let days = known.days();
        assert_eq!(days.len(), 1);
        days.into_iter().next().expect("a day")
    }

    fn session(start: u64, end: u64) -> WorkSession {
        let (id, user) = (Id::new(uuid::Uuid::from_u128(start.into())), UserId::new(uuid::Uuid::nil()));
        WorkSession::start(id, user, at(start)).ended(at(end), Tz::UTC.into(), EndedBy::User)
    }

    /// R-G7: each goal as far as it was reached; what does not apply is reached.
    #[test]
    fn a_date_is_worth_what_was_reached_on_it() {
        let mut known = wednesday();
        let share = |part, whole| Share::of(part, whole);
        let idle = DayEnd { tasks: Share::NONE, focus: Share::NONE, care: share(3_333, 10_000), strength: share(1, 2) };
        assert_eq!(only(&known).end, Some(idle));
        known.dates[1].counted = Some(Counted { completed_tasks: 1, breaks_due: 4, breaks_taken: 1 });
        known.drinks = vec![(at(600), 300), (at(1439), 600), (at(1440), 900)];
        // Between them there was time for lunch, and of the second half an hour is of the date.
        known.sessions = vec![session(600, 630), session(1410, 1470)];
        let some = DayEnd { tasks: share(1, 3), focus: share(1, 2), care: share(5_833, 10_000), strength: share(1, 2) };
        assert_eq!(only(&known).end, Some(some));
    }

    /// R-G7: a date off leaves it as it is, and so does one without work on which nothing was done.
    #[test]
    fn dates_without_work_are_worth_nothing_less() {
        let mut known = wednesday();
        known.dates[1].expected = false;
        assert_eq!(only(&known).end, None);
        known.dates[1].counted = Some(Counted { completed_tasks: 3, breaks_due: 0, breaks_taken: 0 });
        // Nobody need have lunch.
        assert_eq!(only(&known).end.map(|end| (end.tasks, end.care)), Some((Share::ALL, Share::of(6_666, 10_000))));
        known.dates[1].off = true;
        assert_eq!(only(&known).end, None);
    }

    /// R-G7: pauses, gaps and rests that touch are one break, and lunch is what is lunch elsewhere.
    #[test]
    fn breaks_and_lunch_are_those_of_the_date() {
        let mut known = wednesday();
        known.sessions = vec![session(540, 715), session(760, 800)];
        known.rests = vec![(at(700), at(715)), (at(900), at(904)), (at(1430), at(1450))];
        let day = only(&known);
        let breaks: Vec<_> = day.breaks.iter().map(|taken| (taken.from, taken.to)).collect();
        assert_eq!(breaks, [(at(700), Some(at(760))), (at(1430), Some(at(1450)))]);
        // Of the gap, half an hour lies within the window from twelve on.
        assert_eq!(day.lunches, [at(750)]);
        known.lunches = vec![at(719), at(720), at(870)];
        known.lunch_rests = vec![(at(830), at(870))];
        assert_eq!(only(&known).lunches, [at(720), at(860), at(750)]);
    }

    /// R-G8: what goes on now.
    #[test]
    fn it_is_awake_in_work_hours_and_while_somebody_works() {
        let of = |minutes, expected, working: bool| {
            let mut known = wednesday();
            (known.now, known.dates[1].expected) = (at(minutes), expected);
            known.sessions = working.then(|| WorkSession { end: None, ..session(500, 501) }).into_iter().collect();
            let now = known.circumstances(&known.days());
            [now.in_work_hours, now.session_under_way, now.lunch_due]
        };
        assert_eq!(of(539, true, false), [false, false, false]);
        assert_eq!(of(540, true, true), [true, true, false]);
        assert_eq!(of(720, true, false), [true, false, true]);
        assert_eq!(of(720, false, true), [false, true, false]);
        assert_eq!(of(1080, true, false), [false, false, false]);
    }
}
