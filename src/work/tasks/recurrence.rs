//! The rule by which a task comes again, and the date of the next one. Pure.

use chrono::{Datelike as _, Months, NaiveDate, TimeDelta, Weekday};
use serde::{Deserialize, Serialize};
use utoipa::{
    ToSchema,
    openapi::{ObjectBuilder, schema::Type},
};

use crate::{
    described,
    kernel::{Bounded, Field, FromText, Rule, Weekdays, field::MemberRule},
};

/// How a task comes again. It is kept and shown as it is sent, and what is sent is held to all its rules.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(try_from = "Members")]
#[schema(example = json!({ "every": 2, "unit": "week", "weekdays": ["mon", "thu"] }))]
pub struct Recurrence {
    every: Bounded<1, 366>,
    unit: Unit,
    /// With the unit `week` alone: on which days of each such week.
    #[serde(skip_serializing_if = "Option::is_none")]
    weekdays: Option<Weekdays>,
    /// From where the next date is counted; `schedule`, when left out.
    #[schema(required = false)]
    anchor: Anchor,
    /// The last date on which it may come.
    #[serde(skip_serializing_if = "Option::is_none")]
    until: Option<NaiveDate>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Unit {
    Day,
    Week,
    Month,
    Year,
}

#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Anchor {
    /// The dates of the first task on; those that have passed are left out.
    #[default]
    Schedule,
    /// The date on which the last one was completed.
    Completion,
}

described!(Unit, "RecurrenceUnit");

impl FromText for Unit {
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["day", "week", "month", "year"]))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        match text {
            "day" => Ok(Self::Day),
            "week" => Ok(Self::Week),
            "month" => Ok(Self::Month),
            "year" => Ok(Self::Year),
            _ => Err(Rule::field("must be one of: day, week, month, year")),
        }
    }
}

described!(Anchor, "RecurrenceAnchor");

impl FromText for Anchor {
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new().schema_type(Type::String).enum_values(Some(["schedule", "completion"]))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        match text {
            "schedule" => Ok(Self::Schedule),
            "completion" => Ok(Self::Completion),
            _ => Err(Rule::field("must be one of: schedule, completion")),
        }
    }
}

/// The members of a rule, each good by itself.
#[derive(Deserialize)]
struct Members {
    every: Bounded<1, 366>,
    unit: Field<Unit>,
    weekdays: Option<Weekdays>,
    anchor: Option<Field<Anchor>>,
    until: Option<Field<NaiveDate>>,
}

impl TryFrom<Members> for Recurrence {
    type Error = MemberRule;

    fn try_from(members: Members) -> Result<Self, MemberRule> {
        let Members { every, unit: Field(unit), weekdays, anchor, until } = members;
        let wrong = |text| Err(MemberRule("weekdays", Rule::field(text)));
        match weekdays {
            Some(_) if unit != Unit::Week => wrong("needs the unit 'week'"),
            Some(Weekdays(days)) if days.is_empty() => wrong("must not be empty"),
            _ => Ok(Self {
                every,
                unit,
                weekdays,
                anchor: anchor.map_or(Anchor::default(), |anchor| anchor.0),
                until: until.map(|until| until.0),
            }),
        }
    }
}

impl Recurrence {
    /// The date of the task that follows one which was due on `scheduled` and completed on `completed_on`; `first` is that of
    /// the first task of all. `None` when the rule has come to its end.
    ///
    /// By the schedule it is the first date of the pattern after both. From completion it is one step after that; a task that
    /// is not the first is never followed by an earlier date than its own or the same, which would be a task that there was.
    pub fn next(
        &self,
        first: NaiveDate,
        scheduled: NaiveDate,
        completed_on: NaiveDate,
        week_start: Weekday,
    ) -> Option<NaiveDate> {
        let from_completion = self.anchor == Anchor::Completion;
        let after = if from_completion && scheduled == first { completed_on } else { scheduled.max(completed_on) };
        let origin = if from_completion { completed_on } else { first };
        let every = i64::from(self.every.get());
        let next = match (self.unit, self.weekdays) {
            (Unit::Day, _) => by_days(every, origin, after),
            (Unit::Week, None) => by_days(7 * every, origin, after),
            // Which weeks they are does not depend on when a task was completed.
            (Unit::Week, Some(days)) => by_weekdays(every, days, first.week(week_start).checked_first_day()?, after),
            (Unit::Month, _) => by_months(every, origin, after),
            (Unit::Year, _) => by_months(12 * every, origin, after),
        }?;
        // Dates are those that a caller can send.
        (next.year() <= 9999 && self.until.is_none_or(|until| next <= until)).then_some(next)
    }
}

/// The first date after `after` that is whole steps of so many days from the origin.
fn by_days(step: i64, origin: NaiveDate, after: NaiveDate) -> Option<NaiveDate> {
    let steps = after.signed_duration_since(origin).num_days().div_euclid(step) + 1;
    origin.checked_add_signed(TimeDelta::days(steps * step))
}

/// The same for months; one that does not have the day of the origin takes its last.
fn by_months(step: i64, origin: NaiveDate, after: NaiveDate) -> Option<NaiveDate> {
    let months = |date: NaiveDate| i64::from(date.year()) * 12 + i64::from(date.month0());
    let steps = (months(after) - months(origin)).div_euclid(step);
    let at = |steps: i64| {
        let by = Months::new(u32::try_from((steps * step).abs()).ok()?);
        if steps < 0 { origin.checked_sub_months(by) } else { origin.checked_add_months(by) }
    };
    at(steps).filter(|date| *date > after).or_else(|| at(steps + 1))
}

/// The first of the days after `after` in a week that is whole steps of so many weeks from the one that begins on `week`.
fn by_weekdays(step: i64, Weekdays(days): Weekdays, week: NaiveDate, after: NaiveDate) -> Option<NaiveDate> {
    let steps = after.signed_duration_since(week).num_days().div_euclid(7 * step);
    [steps, steps + 1].into_iter().find_map(|steps| {
        let week = week.checked_add_signed(TimeDelta::days(steps * step * 7))?;
        week.iter_days().take(7).find(|date| *date > after && days.contains(date.weekday()))
    })
}

#[cfg(test)]
mod tests {
    use chrono::WeekdaySet;
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;
    use crate::kernel::field;

    fn date(text: &str) -> NaiveDate {
        text.parse().expect("a date")
    }

    fn rule(value: Value) -> Recurrence {
        serde_json::from_value(value).expect("a rule")
    }

    /// The dates of a series whose tasks are each completed on their date.
    fn series(rule: &Recurrence, first: &str, week_start: Weekday, count: usize) -> Vec<String> {
        let first = date(first);
        let dates = std::iter::successors(Some(first), |last| rule.next(first, *last, *last, week_start));
        dates.skip(1).take(count).map(|date| date.to_string()).collect()
    }

    #[test]
    fn a_month_without_the_day_takes_its_last_one() {
        let monthly = rule(json!({ "every": 1, "unit": "month" }));
        let dates = series(&monthly, "2027-12-31", Weekday::Mon, 5);
        assert_eq!(dates, ["2028-01-31", "2028-02-29", "2028-03-31", "2028-04-30", "2028-05-31"]);
        let quarterly = rule(json!({ "every": 3, "unit": "month" }));
        assert_eq!(series(&quarterly, "2026-11-30", Weekday::Mon, 3), ["2027-02-28", "2027-05-30", "2027-08-30"]);
        let yearly = rule(json!({ "every": 1, "unit": "year" }));
        let dates = series(&yearly, "2024-02-29", Weekday::Mon, 4);
        assert_eq!(dates, ["2025-02-28", "2026-02-28", "2027-02-28", "2028-02-29"]);
    }

    #[test]
    fn every_other_week_depends_on_where_a_week_begins() {
        let rule = rule(json!({ "every": 2, "unit": "week", "weekdays": ["mon", "thu", "sun"] }));
        // A Thursday: the Sunday after it is of its week, or begins the next.
        let by_monday = ["2026-01-18", "2026-01-26", "2026-01-29", "2026-02-01", "2026-02-09"];
        assert_eq!(series(&rule, "2026-01-15", Weekday::Mon, 5), by_monday);
        let by_sunday = ["2026-01-25", "2026-01-26", "2026-01-29", "2026-02-08", "2026-02-09"];
        assert_eq!(series(&rule, "2026-01-15", Weekday::Sun, 5), by_sunday);
    }

    #[test]
    fn the_last_date_is_one_of_them() {
        let rule = rule(json!({ "every": 1, "unit": "day", "until": "2026-01-03" }));
        assert_eq!(series(&rule, "2026-01-01", Weekday::Mon, 9), ["2026-01-02", "2026-01-03"]);
        let forever = Recurrence { until: None, ..rule };
        assert_eq!(series(&forever, "9999-12-30", Weekday::Mon, 9), ["9999-12-31"]);
    }

    #[test]
    fn an_absence_gives_one_task_and_not_thirty() {
        let next = |rule: &Recurrence, scheduled, completed| {
            rule.next(date("2020-01-01"), date(scheduled), date(completed), Weekday::Mon).expect("a date").to_string()
        };
        let mut every_third_day = rule(json!({ "every": 3, "unit": "day" }));
        assert_eq!(next(&every_third_day, "2020-01-04", "2020-02-04"), "2020-02-06");
        assert_eq!(next(&every_third_day, "2020-01-04", "2020-01-02"), "2020-01-07");
        every_third_day.anchor = Anchor::Completion;
        assert_eq!(next(&every_third_day, "2020-01-04", "2020-02-04"), "2020-02-07");
        let yearly = rule(json!({ "every": 1, "unit": "year", "anchor": "completion" }));
        assert_eq!(next(&yearly, "2020-01-01", "9000-02-03"), "9001-02-03");
    }

    #[test]
    fn one_that_is_completed_early_is_not_followed_by_itself() {
        let daily = rule(json!({ "every": 1, "unit": "day", "anchor": "completion" }));
        let next = |scheduled| daily.next(date("2026-01-10"), date(scheduled), date("2026-01-09"), Weekday::Mon);
        // The first one's id is not made of its date.
        assert_eq!(next("2026-01-10"), Some(date("2026-01-10")));
        assert_eq!(next("2026-01-11"), Some(date("2026-01-12")));
    }

    #[test]
    fn a_rule_is_kept_and_shown_as_it_is_sent() {
        for kept in [
            json!({ "every": 1, "unit": "day", "anchor": "schedule" }),
            json!({ "every": 366, "unit": "week", "weekdays": ["mon", "sun"], "anchor": "completion", "until": "2026-01-31" }),
        ] {
            assert_eq!(serde_json::to_value(rule(kept.clone())).expect("JSON"), kept);
        }
        let bare = rule(json!({ "every": 1, "unit": "month" }));
        assert_eq!(bare, rule(json!({ "every": 1, "unit": "month", "weekdays": null, "anchor": "schedule", "until": null })));
    }

    #[test]
    fn the_wrong_member_is_named() {
        #[derive(Debug, Deserialize)]
        struct Body {
            #[serde(rename = "recurrence")]
            _recurrence: Option<Recurrence>,
        }
        for (member, value, rule) in [
            ("every", json!(0), "must be a whole number from 1 to 366"),
            ("every", json!(1.0), "must be a whole number from 1 to 366"),
            ("every", Value::Null, "is required"),
            ("unit", json!("fortnight"), "must be one of: day, week, month, year"),
            ("unit", Value::Null, "is required"),
            ("unit", json!("day"), "needs the unit 'week'"),
            ("weekdays", json!([]), "must not be empty"),
            ("weekdays[1]", json!(["mon", "Tue"]), "must be one of: mon"),
            ("weekdays[1]", json!(["mon", "mon"]), "is the same as one before it"),
            ("anchor", json!("due"), "must be one of: schedule, completion"),
            ("until", json!("2026-02-30"), "must be a date"),
        ] {
            let mut recurrence = json!({ "every": 1, "unit": "week", "weekdays": ["mon"] });
            recurrence[member.trim_end_matches("[1]")] = value;
            let error = serde_path_to_error::deserialize::<_, Body>(json!({ "recurrence": recurrence })).expect_err(member);
            let error = field::told(&error.inner().to_string(), &error.path().to_string()).expect("a rule");
            let field = if rule.starts_with("needs") { "weekdays" } else { member };
            assert!(error.message().starts_with(&format!("Field 'recurrence.{field}' {rule}")), "{error}");
            assert_eq!(error.field(), Some(&*format!("recurrence.{field}")));
        }
    }

    /// Whether a date is of the pattern, as one looks it up in a calendar.
    fn fits(rule: &Recurrence, origin: NaiveDate, first: NaiveDate, week_start: Weekday, date: NaiveDate) -> bool {
        let every = i64::from(rule.every.get());
        let week = |date: NaiveDate| {
            let monday = NaiveDate::default() - TimeDelta::days(3);
            let begins = if week_start == Weekday::Sun { monday - TimeDelta::days(1) } else { monday };
            (date - begins).num_days().div_euclid(7)
        };
        let month = |date: NaiveDate| i64::from(date.year()) * 12 + i64::from(date.month());
        let last = date.day() == u32::from(date.num_days_in_month());
        let same_day = date.day() == origin.day() || last && origin.day() > date.day();
        match (rule.unit, rule.weekdays) {
            (Unit::Day, _) => (date - origin).num_days() % every == 0,
            (Unit::Week, None) => (date - origin).num_days() % (7 * every) == 0,
            (Unit::Week, Some(days)) => days.0.contains(date.weekday()) && (week(date) - week(first)) % every == 0,
            (Unit::Month, _) => same_day && (month(date) - month(origin)) % every == 0,
            (Unit::Year, _) => same_day && (month(date) - month(origin)) % (12 * every) == 0,
        }
    }

    fn any_rule() -> impl Strategy<Value = Recurrence> {
        let units = prop::sample::select(vec![Unit::Day, Unit::Week, Unit::Month, Unit::Year]);
        let days = prop::collection::vec(0..7_u8, 1..4)
            .prop_map(|days| days.into_iter().map(|day| Weekday::try_from(day).expect("a day")).collect::<WeekdaySet>());
        (1..=14_u32, units, prop::option::of(days), any::<bool>()).prop_map(|(every, unit, days, completion)| Recurrence {
            every: Bounded::new(every).expect("within bounds"),
            unit,
            weekdays: days.filter(|_| unit == Unit::Week).map(Weekdays),
            anchor: if completion { Anchor::Completion } else { Anchor::Schedule },
            until: None,
        })
    }

    proptest! {
        #[test]
        fn agrees_with_a_calendar(
            rule in any_rule(), first in 0..20_000_i64, later in 0..4_000_i64, absent in -40..4_000_i64, sunday in any::<bool>()
        ) {
            let first = NaiveDate::default() + TimeDelta::days(first);
            let scheduled = first + TimeDelta::days(later);
            let completed = scheduled + TimeDelta::days(absent);
            let week_start = if sunday { Weekday::Sun } else { Weekday::Mon };
            let completion = rule.anchor == Anchor::Completion;
            let after = if completion && later == 0 { completed } else { completed.max(scheduled) };
            let origin = if completion { completed } else { first };
            let plain = after.iter_days().skip(1).find(|date| fits(&rule, origin, first, week_start, *date));
            let next = rule.next(first, scheduled, completed, week_start);
            prop_assert_eq!(next, plain);
            for until in [plain, plain.and_then(|date| date.pred_opt())] {
                let bounded = Recurrence { until, ..rule };
                prop_assert_eq!(bounded.next(first, scheduled, completed, week_start), plain.filter(|date| Some(*date) <= until));
            }
        }
    }
}
