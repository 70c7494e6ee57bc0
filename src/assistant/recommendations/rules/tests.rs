//! Each rule, earned by a history that a person could have, and not earned by one that is a little less so.

use chrono::{Datelike as _, Days, Weekday};
use chrono_tz::Tz;
use uuid::Uuid;

use super::*;
use crate::{
    assistant::{
        noticed::{self, LargeTask, Noticed, SeenTasks},
        predictions::{
            forecast::{Coming, Target, forecasts},
            inputs::{self, Tasks},
            levels::levels,
            personas::Persona,
        },
        record::{HOUR, Record, records},
    },
    kernel::UserId,
};

/// A Monday.
const FIRST: NaiveDate = match NaiveDate::from_ymd_opt(2026, 1, 5) {
    Some(date) => date,
    None => NaiveDate::MIN,
};

/// What is known of records, at the end of the last.
fn of(records: &[Record]) -> Situation {
    let tasks = Tasks::default();
    let last = records.last().map_or(FIRST, |record| record.date);
    let inputs = inputs::inputs(records, &tasks, last);
    let evaluations = inputs::evaluations(records, &tasks, 400);
    let coming: Vec<Coming> = (1..15)
        .map(|day| last + Days::new(day))
        .map(|date| Coming { date, work_day: !matches!(date.weekday(), Weekday::Sat | Weekday::Sun), off: false })
        .collect();
    let week = forecasts(records, &evaluations, &coming, Weekday::Mon).into_iter().find(|of| of.target == Target::WeekHours);
    let noticed = Noticed::of(records, SeenTasks::new(last, Tz::UTC.into()));
    Situation {
        rest_days_worked: noticed.rest_days_worked,
        after_hours: inputs.after_hours.unwrap_or(0.0),
        next_week_hours: week.map(|week| week.value),
        energy: inputs.energy,
        best_hour: noticed.best_hour,
        idle_days: noticed.idle_days,
        best: noticed.best,
        days_without_check_in: noticed.days_without_check_in,
        levels: levels(&evaluations),
        ..unknown()
    }
}

fn unknown() -> Situation {
    Situation::unknown(UserId::new(Uuid::from_u128(7)), FIRST)
}

fn working() -> Situation {
    Situation { active_session: Some(Uuid::from_u128(1)), ..unknown() }
}

/// Weeks of eight hours from nine on, five days each, then changed by somebody.
fn weeks(count: u64, change: impl Fn(usize, &mut Record)) -> Vec<Record> {
    let day = |day: u64| {
        let date = FIRST + Days::new(day);
        let expected = !matches!(date.weekday(), Weekday::Sat | Weekday::Sun);
        let mut record = Record::blank(date, expected, false);
        if expected {
            (9..17).for_each(|hour| record.focus_by_hour[hour] = HOUR / 2);
            record.focus_by_hour[10] = HOUR;
            (record.worked_micros, record.break_micros, record.completed, record.energy) = (8 * HOUR, HOUR, 3, Some(4));
        }
        change(usize::try_from(day).expect("a day"), &mut record);
        record
    };
    (0..count * 7).map(day).collect()
}

/// The evidence of a rule where it holds.
fn evidence(rule: Rule, of: &Situation) -> Option<Vec<Value>> {
    held(of).into_iter().find(|held| held.rule == rule).map(|held| held.evidence.iter().map(|(_, given)| given.value()).collect())
}

fn holds(rule: Rule, of: &Situation) -> bool {
    evidence(rule, of).is_some()
}

#[test]
fn nothing_is_recommended_to_whom_nothing_is_known_of() {
    assert_eq!(held(&unknown()), []);
    // Nor to somebody with ordinary weeks, but for the hour in which most is done.
    let rules: Vec<Rule> = held(&of(&weeks(12, |_, _| {}))).into_iter().map(|held| held.rule).collect();
    assert_eq!(rules, [Rule::FocusSlot]);
}

#[test]
fn breaks_lunch_and_water() {
    let sitting = |minutes| Situation { continuous_minutes: minutes, ..working() };
    assert_eq!(evidence(Rule::BreakNow, &sitting(50)), Some(vec![json!(50)]));
    assert!(!holds(Rule::BreakNow, &sitting(49)));
    assert!(!holds(Rule::BreakNow, &Situation { break_after_minutes: 60, ..sitting(50) }), "by the setting");
    assert!(holds(Rule::LunchNow, &Situation { lunch_due: true, ..unknown() }));
    assert_eq!(evidence(Rule::DrinkWater, &Situation { behind_ml: 250, ..unknown() }), Some(vec![json!(250)]));
    assert!(!holds(Rule::DrinkWater, &Situation { behind_ml: 249, ..unknown() }));
}

#[test]
fn a_day_of_ten_hours_or_a_quarter_more_than_planned_is_enough() {
    let worked = |worked_minutes, target_minutes| Situation { worked_minutes, target_minutes, ..working() };
    assert_eq!(evidence(Rule::StopForToday, &worked(600, 500)), Some(vec![json!(10.0), json!(8.3)]));
    assert!(holds(Rule::StopForToday, &worked(300, 240)) && !holds(Rule::StopForToday, &worked(299, 240)));
    assert!(!holds(Rule::StopForToday, &worked(599, 480 + 10)), "neither");
    assert!(!holds(Rule::StopForToday, &Situation { active_session: None, ..worked(700, 480) }), "who has stopped has stopped");
}

#[test]
fn work_at_ten_in_the_evening_leaves_less_than_eleven_hours() {
    let until_start = |minutes| Situation { next_start_minutes: Some(minutes), ..working() };
    assert_eq!(evidence(Rule::RestGap, &until_start(630)), Some(vec![json!(10.5)]));
    assert!(!holds(Rule::RestGap, &until_start(660)));
}

#[test]
fn two_saturdays_of_four_are_worked() {
    let saturdays = |dates: &'static [usize]| {
        weeks(4, move |day, record| {
            if dates.contains(&day) {
                record.worked_micros = 2 * HOUR;
            }
        })
    };
    assert_eq!(evidence(Rule::ProtectWeekend, &of(&saturdays(&[5, 19]))), Some(vec![json!(2)]));
    assert!(!holds(Rule::ProtectWeekend, &of(&saturdays(&[5]))));
}

#[test]
fn evenings_come_to_four_hours_a_week() {
    let evenings = |hours: u64| {
        weeks(4, move |day, record| {
            if day % 7 < 4 {
                record.outside_micros = hours * HOUR / 2;
            }
        })
    };
    assert_eq!(evidence(Rule::QuietEvening, &of(&evenings(2))), Some(vec![json!(4.0)]));
    assert!(!holds(Rule::QuietEvening, &of(&evenings(1))));
    // The quiet hours are those without work, and own ones stay.
    let evening = |own_quiet_hours| Situation { own_quiet_hours, ..of(&evenings(2)) };
    let found = |own| held(&evening(own)).into_iter().find(|held| held.rule == Rule::QuietEvening).expect("it holds");
    let body = found(false).action.and_then(|action| action.body).expect("a body");
    assert_eq!(body, json!({ "quiet_hours": { "from": "18:00", "to": "09:00" } }));
    assert_eq!((found(true).key, found(true).action), ("recommend_end_on_time", None));
}

#[test]
fn tasks_that_are_late_large_old_or_many() {
    assert!(holds(Rule::RescheduleOverdue, &Situation { overdue_tasks: 5, ..unknown() }));
    assert!(!holds(Rule::RescheduleOverdue, &Situation { overdue_tasks: 4, ..unknown() }));
    assert!(holds(Rule::CutWip, &Situation { started_tasks: 6, ..unknown() }));
    assert!(!holds(Rule::CutWip, &Situation { started_tasks: 5, ..unknown() }));
    let task = |estimate_minutes, untouched_days| Situation {
        large_task: Some(LargeTask { id: Uuid::from_u128(9), estimate_minutes, untouched_days }),
        ..unknown()
    };
    assert_eq!(evidence(Rule::SplitTask, &task(Some(300), None)).map(|evidence| evidence[0].clone()), Some(json!(5.0)));
    assert_eq!(evidence(Rule::SplitTask, &task(Some(240), Some(15))).map(|evidence| evidence[0].clone()), Some(json!(15)));
    assert!(!holds(Rule::SplitTask, &task(Some(240), Some(14))));
}

#[test]
fn weeks_of_fifty_hours_go_on() {
    let long = |hours: u64| {
        weeks(12, move |day, record| {
            if day >= 28 && day % 7 < 5 {
                record.worked_micros = hours * HOUR;
            }
        })
    };
    let found = evidence(Rule::PlanLightWeek, &of(&long(10))).expect("a long week");
    assert!(found[0].as_f64() >= Some(48.0), "{found:?}");
    assert!(!holds(Rule::PlanLightWeek, &of(&long(9))));
}

#[test]
fn an_hour_in_which_most_is_done() {
    let found = held(&of(&weeks(4, |_, _| {})));
    assert_eq!(found[0].evidence[0].1, Given::Text("10:00".into()));
    // Of nine dates nothing is said.
    assert!(!holds(
        Rule::FocusSlot,
        &of(&weeks(4, |day, record| {
            if day >= 11 {
                *record = Record::blank(record.date, true, false);
            }
        }))
    ));
    let tasks = std::array::from_fn(|hour| if hour == 15 { 40 } else { 0 });
    assert_eq!(noticed::best_hour(&weeks(4, |_, _| {}), &tasks).map(|best| (best.hour, best.dates)), Some((15, 20)));
}

#[test]
fn ten_tasks_took_twice_as_long() {
    let tasks = |count, spent| Situation { estimates: vec![(30, spent); count], ..unknown() };
    assert_eq!(evidence(Rule::ReEstimate, &tasks(10, 60)), Some(vec![json!(2.0), json!(10)]));
    assert!(!holds(Rule::ReEstimate, &tasks(9, 60)) && !holds(Rule::ReEstimate, &tasks(10, 45)));
}

#[test]
fn sessions_whose_end_was_guessed() {
    let one = Situation { to_review: vec![Uuid::from_u128(3)], ..unknown() };
    assert_eq!(evidence(Rule::ReviewAutoClosed, &one), Some(vec![json!(1)]));
    assert_eq!(held(&one)[0].text(Language::En), "The end of one work session was only guessed. Say when it was.");
}

#[test]
fn long_sessions_and_little_energy() {
    let tired = |minutes: u32, energy| {
        let records = weeks(4, move |day, record| {
            if day >= 14 && record.energy.is_some() {
                record.energy = Some(energy);
            }
        });
        Situation { session_minutes: vec![60, minutes, 200], ..of(&records) }
    };
    assert_eq!(evidence(Rule::ShortenSessions, &tired(91, 2)), Some(vec![json!(91), json!(2.0)]));
    assert!(!holds(Rule::ShortenSessions, &tired(90, 2)) && !holds(Rule::ShortenSessions, &tired(91, 3)));
}

#[test]
fn three_days_without_anything() {
    let idle = |from: usize| {
        of(&weeks(4, move |day, record| {
            if day >= from {
                *record = Record::blank(record.date, record.expected, false);
            }
        }))
    };
    // The last Friday is date 25; the weekend after it is not expected.
    assert_eq!(evidence(Rule::StartSmall, &idle(23)), Some(vec![json!(3)]));
    assert!(!holds(Rule::StartSmall, &idle(24)));
    assert!(!holds(Rule::StartSmall, &Situation { worked_minutes: 10, ..idle(23) }), "it has begun");
}

#[test]
fn more_tasks_than_ever() {
    let best = |completed: u32| {
        of(&weeks(6, move |day, record| {
            if day == 41 {
                record.completed = completed;
            }
        }))
    };
    assert_eq!(evidence(Rule::Celebrate, &best(4)), Some(vec![json!(4), json!(3)]));
    let first = weeks(6, |day, record| record.completed = u32::from(day == 41));
    assert!(!holds(Rule::Celebrate, &of(&first)), "one after none is no best");
    assert!(!holds(Rule::Celebrate, &best(3)));
    assert_eq!(
        noticed::best(&weeks(1, |day, record| record.completed = if day == 6 { 9 } else { 1 })),
        None,
        "too few to compare"
    );
}

#[test]
fn five_days_without_a_check_in() {
    let silent = |from: usize| {
        of(&weeks(4, move |day, record| {
            if day >= from {
                record.energy = None;
            }
        }))
    };
    assert_eq!(evidence(Rule::CheckIn, &silent(23)), Some(vec![json!(5)]));
    assert!(!holds(Rule::CheckIn, &silent(24)));
    assert!(!holds(Rule::CheckIn, &unknown()), "who never made one is not asked here");
}

#[test]
fn a_connection_that_is_lost() {
    let lost = Situation { lost_connection: Some(Uuid::from_u128(5)), ..unknown() };
    let action = held(&lost)[0].action.clone().expect("an action");
    assert_eq!(action.path, format!("/api/connections/{}/authorize", Uuid::from_u128(5)));
}

#[test]
fn a_fortnight_of_high_load() {
    let life = Persona::BurnoutRamp.life(20_260_105);
    let all = records(&life.counted);
    // The 30th week of the ramp is the last before sick leave.
    let worn = of(&all[..30 * 7 - 2]);
    assert!(holds(Rule::TalkToSomeone, &worn), "{:?}", &worn.levels[worn.levels.len() - 14..]);
    assert_eq!(held(&worn)[0].rule, Rule::TalkToSomeone, "it comes first");
    assert!(!holds(Rule::TalkToSomeone, &of(&all[..12 * 7])));
    assert!(!holds(Rule::TalkToSomeone, &Situation { levels: vec![Some(Level::High); 13], ..unknown() }));
}

#[test]
fn each_has_a_number_in_the_order_and_what_it_does_is_in_the_api() {
    let document: Value = serde_json::from_str(include_str!("../../../../docs/openapi.json")).expect("JSON");
    let everything = Situation {
        continuous_minutes: 95,
        lunch_due: true,
        behind_ml: 600,
        worked_minutes: 660,
        next_start_minutes: Some(600),
        rest_days_worked: 3,
        after_hours: 6.0,
        overdue_tasks: 9,
        large_task: Some(LargeTask { id: Uuid::from_u128(9), estimate_minutes: Some(500), untouched_days: Some(20) }),
        started_tasks: 8,
        next_week_hours: Some(51.0),
        best_hour: Some(noticed::BestHour { hour: 23, dates: 12 }),
        estimates: vec![(30, 60); 12],
        to_review: vec![Uuid::from_u128(3), Uuid::from_u128(4)],
        session_minutes: vec![120],
        energy: Some(2.0),
        idle_days: 4,
        best: Some(noticed::Best { completed: 9, before: 7 }),
        days_without_check_in: Some(8),
        lost_connection: Some(Uuid::from_u128(5)),
        levels: vec![Some(Level::High); 14],
        ..working()
    };
    let mut all = held(&everything);
    all.extend(
        held(&Situation { active_session: None, worked_minutes: 0, ..everything })
            .into_iter()
            .filter(|held| held.rule == Rule::StartSmall),
    );
    assert_eq!(all.iter().map(|held| held.rule).filter(|rule| *rule != Rule::StartSmall).count() + 1, Rule::ALL.len());
    assert!(ORDER.iter().all(|rule| ORDER.iter().filter(|other| *other == rule).count() == 1));
    for held in all {
        for language in Language::ALL {
            let text = held.text(language);
            assert!(text.len() > 30 && !text.contains(['$', '{']), "{text}");
        }
        let Some(action) = held.action else { continue };
        let path = action.path.split('?').next().unwrap_or_default();
        let is = |known: &str| {
            let (parts, known): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), known.split('/').collect());
            parts.len() == known.len() && parts.iter().zip(&known).all(|(part, known)| part == known || known.starts_with('{'))
        };
        let paths = document["paths"].as_object().expect("paths");
        let known = paths.iter().any(|(known, methods)| is(known) && methods.get(action.method.to_lowercase()).is_some());
        assert!(known, "{} {}", action.method, action.path);
    }
}
