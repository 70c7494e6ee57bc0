//! The trigger of a job, read from its function.json. Only this module reads schedules and names of queues.

use chrono::{DateTime, Utc};
use croner::{
    Cron,
    parser::{CronParser, Seconds, Year},
};
use serde_json::Value;

use super::json::{self, Object};
use crate::kernel::Timestamp;

/// A job's trigger, and the name under which the host delivers its event.
#[derive(Debug, Clone)]
pub struct Definition {
    /// The name of the binding, which is also the name of the member of `Data` that holds the event.
    pub binding: String,
    pub trigger: Trigger,
}

/// The kinds of trigger that start a job.
#[derive(Debug, Clone)]
pub enum Trigger {
    Timer {
        schedule: Schedule,
    },
    /// A storage queue of that name.
    Queue {
        queue_name: String,
    },
    /// Documents that have changed.
    Changes,
}

impl Definition {
    /// Reads the text of a function.json. The error says what is wrong with it, in words for whoever wrote it.
    pub fn read(function_json: &str) -> Result<Self, String> {
        let config = json::parse(function_json)?;
        let bindings = config.get("bindings").and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        let [binding] = bindings else { return Err("a job needs exactly one binding, its trigger".to_owned()) };
        let binding = binding.as_object().ok_or("its binding must be an object")?;
        let name = json::text(binding, "name").ok_or("its binding has no name")?;
        let trigger = Trigger::of(binding).ok_or("its binding is not a trigger that starts a job")??;
        Ok(Self { binding: name.to_owned(), trigger })
    }
}

impl Trigger {
    /// The trigger that a binding is; `None` for a binding that starts no job.
    pub(super) fn of(binding: &Object) -> Option<Result<Self, String>> {
        let kind = json::text(binding, "type")?;
        if kind.eq_ignore_ascii_case("timerTrigger") {
            Some(schedule_of(binding).map(|schedule| Self::Timer { schedule }))
        } else if kind.eq_ignore_ascii_case("queueTrigger") {
            Some(queue_of(binding).map(|queue_name| Self::Queue { queue_name }))
        } else {
            kind.eq_ignore_ascii_case("cosmosDBTrigger").then_some(Ok(Self::Changes))
        }
    }
}

fn schedule_of(binding: &Object) -> Result<Schedule, String> {
    let text = json::text(binding, "schedule").ok_or("the timerTrigger has no schedule")?;
    Schedule::parse(text)
}

fn queue_of(binding: &Object) -> Result<String, String> {
    let name = json::text(binding, "queueName").ok_or("the queueTrigger has no queueName")?;
    let plain = name
        .split('-')
        .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit()));
    if plain && (3..=63).contains(&name.len()) {
        return Ok(name.to_owned());
    }
    // No %NAME% either: the program itself reads this name, and knows of no setting.
    Err(format!("queueName \"{name}\" must be 3 to 63 of a-z, 0-9 and single dashes between them, written out"))
}

/// When a timer fires: an NCRONTAB expression, in UTC.
///
/// Five fields (minute, hour, day, month, weekday from Sunday, 0) or six with the second before them. A day must fit both
/// the day of the month and the weekday. What NCRONTAB and our own reader understand differently is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Schedule(Box<Cron>);

impl Schedule {
    /// The error says what to write instead.
    pub fn parse(text: &str) -> Result<Self, String> {
        let wrong = |why: &str| format!("schedule \"{text}\" {why}");
        let fields: Vec<String> = text.split_whitespace().map(str::to_ascii_uppercase).collect();
        let ([_, _, day, _, weekday] | [_, _, _, day, _, weekday]) = fields.as_slice() else {
            return Err(wrong("must have six fields, written out: second minute hour day month weekday"));
        };
        let foreign = day.contains(|c: char| c.is_ascii_alphabetic() || c == '?')
            || weekday.contains(['7', '#', 'L', '?', '+'])
            || weekday.contains("-SUN");
        if foreign {
            return Err(wrong("has a day that NCRONTAB does not know; write days as 1-31, weekdays as 0-6 from Sunday"));
        }
        let parser = CronParser::builder().seconds(Seconds::Optional).year(Year::Disallowed).dom_and_dow(true).build();
        parser.parse(text).map(|cron| Self(Box::new(cron))).map_err(|error| wrong(&format!("is not NCRONTAB: {error}")))
    }

    /// The first time after `after`; `None` when there is none any more.
    pub fn next(&self, after: Timestamp) -> Option<Timestamp> {
        let after: DateTime<Utc> = DateTime::from_timestamp_micros(after.micros())?;
        self.0.find_next_occurrence(&after, false).ok().map(Timestamp::from)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::{Strategy as _, prop_assert, prop_assert_eq, proptest};

    use super::*;

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time")
    }

    #[track_caller]
    fn assert_times(schedule: &str, after: &str, expected: &[&str]) {
        let schedule = Schedule::parse(schedule).expect("a schedule");
        let mut now = at(after);
        for expected in expected {
            now = schedule.next(now).expect("another time");
            assert_eq!(now, at(expected));
        }
    }

    #[test]
    fn every_ten_minutes_is_on_the_minute() {
        assert_times(
            "0 */10 * * * *",
            "2026-01-14T09:59:59.999999Z",
            &["2026-01-14T10:00:00Z", "2026-01-14T10:10:00Z", "2026-01-14T10:20:00Z"],
        );
        assert_times("0 */10 * * * *", "2026-01-14T10:00:00.000001Z", &["2026-01-14T10:10:00Z"]);
        assert_times("*/10 * * * *", "2026-01-14T23:50:00Z", &["2026-01-15T00:00:00Z"]);
    }

    #[test]
    fn months_end_where_they_end() {
        assert_times(
            "0 30 6 31 * *",
            "2026-01-31T06:30:00Z",
            &["2026-03-31T06:30:00Z", "2026-05-31T06:30:00Z", "2026-07-31T06:30:00Z"],
        );
        assert_times("0 0 0 29 2 *", "2026-01-01T00:00:00Z", &["2028-02-29T00:00:00Z"]);
        assert_times("59 59 23 31 12 *", "2026-12-31T23:59:58.5Z", &["2026-12-31T23:59:59Z", "2027-12-31T23:59:59Z"]);
        assert_eq!(Schedule::parse("0 0 0 31 2 *").expect("a schedule").next(at("2026-01-01T00:00:00Z")), None);
    }

    #[test]
    fn the_week_begins_with_sunday_which_is_0() {
        // The 14th of January 2026 is a Wednesday.
        assert_times("0 0 3 * * 0", "2026-01-14T00:00:00Z", &["2026-01-18T03:00:00Z"]);
        assert_times("0 0 3 * * 1", "2026-01-14T00:00:00Z", &["2026-01-19T03:00:00Z", "2026-01-26T03:00:00Z"]);
        assert_times("0 0 3 * jan mon-wed", "2026-01-14T04:00:00Z", &["2026-01-19T03:00:00Z", "2026-01-20T03:00:00Z"]);
        assert_times("0 0 3 * * 6,0", "2026-01-14T00:00:00Z", &["2026-01-17T03:00:00Z", "2026-01-18T03:00:00Z"]);
    }

    #[test]
    fn a_day_must_fit_both_its_fields() {
        assert_times("0 0 0 13 * 5", "2026-01-01T00:00:00Z", &["2026-02-13T00:00:00Z", "2026-03-13T00:00:00Z"]);
        assert_times("0 0 0 */10 2 *", "2026-01-31T00:00:00Z", &["2026-02-01T00:00:00Z", "2026-02-11T00:00:00Z"]);
    }

    #[test]
    fn clocks_that_change_in_summer_change_nothing() {
        assert_times("0 30 2 * * *", "2026-03-28T12:00:00Z", &["2026-03-29T02:30:00Z", "2026-03-30T02:30:00Z"]);
        assert_times("0 0 * * * *", "2026-10-25T00:30:00Z", &["2026-10-25T01:00:00Z", "2026-10-25T02:00:00Z"]);
    }

    #[test]
    fn what_two_readers_would_understand_differently_is_refused() {
        for bad in [
            "",
            "* * * *",
            "0 0 0 1 1 * 2026",
            "00:10:00",
            "@hourly",
            "%WHEN%",
            "0 60 * * * *",
            "0 0 24 * * *",
            "0 0 0 0 * *",
            "0 0 0 L * *",
            "0 0 0 15W * *",
            "0 0 0 ? * *",
            "0 0 0 * * 7",
            "0 0 0 * * 5#2",
            "0 0 0 * * FRI-SUN",
            "0 0 0 1 * +MON",
            "0 0/10 * * * *",
            "0 /10 * * * *",
            "0 */0 * * * *",
            "0 30-10 * * * *",
            "0 0 0 * 13 *",
            "0 a * * * *",
        ] {
            let error = Schedule::parse(bad).expect_err(bad);
            assert!(error.contains(bad) && !error.contains('\n'), "{error}");
        }
    }

    #[test]
    fn a_definition_is_the_one_binding() {
        let read = |binding: &str| Definition::read(&format!("{{ // why\n\"bindings\": [{binding}]}}"));
        let timer =
            read(r#"{"type": "TimerTrigger", "name": "t", "direction": "in", "schedule": "0 0 3 * * *"}"#).expect("a timer");
        assert!(matches!(timer.trigger, Trigger::Timer { .. }) && timer.binding == "t", "{timer:?}");
        let queue =
            read(r#"{"type": "queueTrigger", "name": "m", "direction": "in", "queueName": "work-items"}"#).expect("a queue");
        assert!(matches!(&queue.trigger, Trigger::Queue { queue_name } if queue_name == "work-items"), "{queue:?}");
        let changes = read(r#"{"type": "cosmosDBTrigger", "name": "documents", "direction": "in"}"#).expect("changes");
        assert!(matches!(changes.trigger, Trigger::Changes), "{changes:?}");
        for bad in [
            "",
            "1",
            r#"{"type": "timerTrigger", "schedule": "0 0 3 * * *"}"#,
            r#"{"type": "timerTrigger", "name": "t"}"#,
            r#"{"type": "queueTrigger", "name": "m"}"#,
            r#"{"type": "httpTrigger", "name": "req"}"#,
            r#"{"type": "cosmosDBTrigger", "name": "a"}, {"type": "queue", "name": "b"}"#,
        ] {
            assert!(read(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_queue_has_a_name_that_azure_takes() {
        let named = |name: &str| {
            let binding = serde_json::json!({ "type": "queueTrigger", "queueName": name });
            Trigger::of(binding.as_object().expect("an object")).expect("a trigger").map(drop)
        };
        for good in ["abc", "a-b", "1-2-3", &"x".repeat(63)] {
            assert_eq!(named(good), Ok(()));
        }
        for bad in ["", "ab", "Abc", "a--b", "-ab", "ab-", "a_b", "%NAME%", "añb", &"x".repeat(64)] {
            assert!(named(bad).is_err(), "{bad}");
        }
    }

    proptest! {
        /// Against the plainest model: looking at each second in turn.
        #[test]
        fn the_next_time_is_the_first_that_fits(
            minutes in (1_u32..60), hour in (0_u32..24), start in (0_i64..10_000_000_000).prop_map(|n| n + 1_700_000_000_000_000)
        ) {
            let schedule = Schedule::parse(&format!("0 */{minutes} {hour} * * *")).expect("a schedule");
            let next = schedule.next(Timestamp::from_micros(start)).expect("a time").micros();
            let fits = |second: i64| {
                let of_day = second.rem_euclid(86_400);
                of_day % 60 == 0 && of_day / 3600 == i64::from(hour) && of_day / 60 % 60 % i64::from(minutes) == 0
            };
            prop_assert_eq!(next % 1_000_000, 0);
            let now = start / 1_000_000;
            let first = (now + 1..=now + 86_400).find(|second| fits(*second));
            prop_assert_eq!(Some(next / 1_000_000), first);
            prop_assert!(next > start);
        }

        #[test]
        fn no_text_is_too_strange_to_refuse(text in "[ -~\\s]{0,40}|[0-9*/,\\- A-Z#]{0,30}") {
            if let Ok(schedule) = Schedule::parse(&text) {
                // Whatever it says, the search ends.
                schedule.next(Timestamp::from_micros(1_700_000_000_000_000));
            }
        }
    }
}
