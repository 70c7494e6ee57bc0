//! What is said in the course of days that are played minute by minute, and when it is looked at.

mod person;
mod weeks;

use chrono::NaiveTime;

use self::person::{Act, ONE, Person, Said, at, clock};
use super::{
    super::model::{Load, Overload},
    *,
};
use crate::kernel::Id;

fn expected(said: &[(&str, &'static str)]) -> Vec<(String, &'static str)> {
    said.iter().map(|(at, name)| ((*at).to_owned(), *name)).collect()
}

#[test]
fn r_b5_a_day_of_work_without_a_break_has_eight_reminders_half_an_hour_apart() {
    let said = Person::new().date(&[("09:00", Act::Start), ("18:00", Act::End)]);
    let all = [
        ("09:50", "break_due"),
        ("10:20", "check_in"),
        ("10:50", "break_overdue"),
        ("11:20", "hydration"),
        ("12:20", "hydration"),
        ("12:50", "lunch"),
        ("13:20", "session_running"),
        ("14:00", "lunch"),
    ];
    assert_eq!(said, expected(&all));
}

#[test]
fn r_b5_whoever_does_nothing_is_left_alone() {
    assert_eq!(Person::new().date(&[]), []);
    // Registered, and then not there.
    assert_eq!(Person::new().play(0..3 * 1440, &[("20:00", Act::Drink(250))]), []);
}

#[test]
fn r_b1_a_break_is_spoken_of_when_it_is_due_and_when_it_is_overdue() {
    let breaks = |acts: &[(&str, Act)]| Person::reminded_of(Reminder::BreakDue).date(acts);
    assert_eq!(
        breaks(&[("09:00", Act::Start), ("12:00", Act::End)]),
        expected(&[("09:50", "break_due"), ("10:30", "break_overdue")])
    );
    // A pause puts it off, a shorter one does not count; a rest ends it.
    let paused = [("09:00", Act::Start), ("09:30", Act::Pause), ("09:35", Act::Resume), ("10:30", Act::End)];
    assert_eq!(breaks(&paused), expected(&[("10:25", "break_due")]));
    let short = [("09:00", Act::Start), ("09:30", Act::Pause), ("09:34", Act::Resume), ("10:00", Act::End)];
    assert_eq!(breaks(&short), expected(&[("09:54", "break_due")]));
    let rest = [("09:00", Act::Start), ("10:10", Act::Rest(10)), ("11:10", Act::End)];
    assert_eq!(breaks(&rest), expected(&[("09:50", "break_due"), ("11:00", "break_due")]));
    // Over midnight too, where nothing else is said on the new date.
    let night = Person::reminded_of(Reminder::BreakDue).play(0..2_880, &[("23:30", Act::Start), ("26:00", Act::End)]);
    assert_eq!(night, expected(&[("24:20", "break_due"), ("25:00", "break_overdue")]));
    let mut pomodoro = Person::reminded_of(Reminder::BreakDue);
    pomodoro.settings.focus = serde_json::from_str(r#"{"work":25,"rest":5,"long_rest":15,"every":4}"#).expect("focus");
    assert_eq!(pomodoro.date(&[("09:00", Act::Start), ("10:00", Act::End)]), expected(&[("09:25", "break_due")]));
}

#[test]
fn r_b3_lunch_is_spoken_of_twice_while_somebody_works_and_then_not_any_more() {
    let lunch = |acts: &[(&str, Act)]| Person::reminded_of(Reminder::Lunch).date(acts);
    let both = expected(&[("12:30", "lunch"), ("14:00", "lunch")]);
    assert_eq!(lunch(&[("09:00", Act::Start)]), both);
    assert_eq!(lunch(&[("09:00", Act::Start), ("12:40", Act::Lunch)]), both[..1]);
    assert_eq!(lunch(&[("09:00", Act::Start), ("12:10", Act::Pause)]), []);
    assert_eq!(lunch(&[("13:10", Act::Start)]), expected(&[("13:10", "lunch"), ("14:00", "lunch")]));
    assert_eq!(lunch(&[("09:00", Act::Drink(250))]), []);
    // Five days off, so that no work is expected.
    let mut off = Person::reminded_of(Reminder::Lunch);
    off.settings.work_days = serde_json::from_str(r#"["tue"]"#).expect("days");
    assert_eq!(off.date(&[("09:00", Act::Start)]), []);
    let mut narrow = Person::reminded_of(Reminder::Lunch);
    narrow.settings.lunch = serde_json::from_str(r#"{"from":"12:00","to":"13:00"}"#).expect("a window");
    assert_eq!(narrow.date(&[("09:00", Act::Start)]), both[..1]);
}

#[test]
fn r_b4_whoever_is_behind_is_reminded_to_drink_in_the_hours_of_work() {
    let thirst = |acts: &[(&str, Act)]| Person::reminded_of(Reminder::Hydration).date(acts);
    // 200 an hour are planned. Two that are ignored double the hour between them.
    let ignored = ["10:15", "11:15", "13:15", "15:15", "17:15"].map(|at| (at, "hydration"));
    assert_eq!(thirst(&[("09:00", Act::Start)]), expected(&ignored));
    let drinks = [("08:00", Act::Drink(250)), ("11:40", Act::Drink(250)), ("13:30", Act::Drink(1_000))];
    assert_eq!(thirst(&drinks), expected(&["11:30", "12:45", "17:45"].map(|at| (at, "hydration"))));
}

#[test]
fn a_long_session_a_check_in_and_tasks_are_spoken_of() {
    let running = |acts: &[(&str, Act)]| Person::reminded_of(Reminder::SessionRunning).date(acts);
    assert_eq!(running(&[("06:00", Act::Start)]), expected(&[("10:00", "session_running"), ("14:00", "session_running")]));
    // What was worked before a pause counts, and is not told twice after it.
    let paused = [("06:00", Act::Start), ("10:10", Act::Pause), ("11:00", Act::Resume)];
    assert_eq!(running(&paused), expected(&[("10:00", "session_running"), ("14:50", "session_running")]));
    let check_in = |acts: &[(&str, Act)]| Person::reminded_of(Reminder::CheckIn).date(acts);
    assert_eq!(check_in(&[("08:00", Act::Start)]), expected(&[("10:00", "check_in")]));
    assert_eq!(check_in(&[("15:00", Act::Start)]), expected(&[("15:00", "check_in")]));
    assert_eq!(check_in(&[("08:00", Act::Start), ("09:00", Act::CheckIn)]), []);
    assert_eq!(check_in(&[("08:00", Act::Drink(250))]), []);

    let tasks = |due: &[Option<&str>]| {
        let mut person = Person::reminded_of(Reminder::Tasks);
        let due_at = |time: &str| (at(clock(time)), TimeOfDay(NaiveTime::MIN));
        person.tasks = due.iter().map(|due| OpenTask { id: Id::new(ONE), due: due.map(due_at) }).collect();
        person.date(&[("08:00", Act::Drink(250))])
    };
    assert_eq!(tasks(&[None, None]), expected(&[("16:00", "tasks")]));
    assert_eq!(tasks(&[None, Some("11:00")]), expected(&[("10:30", "tasks")]));
    assert_eq!(tasks(&[Some("19:00"), Some("07:00")]), expected(&[("18:30", "tasks")]));
    assert_eq!(tasks(&[]), []);
}

#[test]
fn r_r3_overload_is_spoken_of_once_a_date_and_within_the_budget() {
    let overloaded = || {
        let mut person = Person::reminded_of(Reminder::OverloadAhead);
        // Somebody looks, since not all reminders are off.
        person.settings.reminders.tasks = true;
        person.overload = Some(Overload { level: Load::Elevated, in_a_week: true, factors: vec!["trend".into()] });
        person
    };
    let work = [("09:00", Act::Start), ("18:00", Act::End)];
    assert_eq!(overloaded().date(&work), expected(&[("09:00", "overload_ahead")]));
    assert_eq!(Person::reminded_of(Reminder::OverloadAhead).date(&work), []);
    // Who does nothing on the date is left alone, as in quiet hours and on time off.
    assert_eq!(overloaded().date(&[]), []);
    let mut quiet = overloaded();
    quiet.settings.quiet_hours = serde_json::from_str(r#"{"from":"22:00","to":"10:00"}"#).expect("hours");
    assert_eq!(quiet.date(&work), expected(&[("10:00", "overload_ahead")]));
    let mut off = overloaded();
    off.off.push(off.days.date_at(at(0)));
    assert_eq!(off.date(&work), []);
    let snoozed = [work[0], ("09:05", Act::Snooze(30)), ("09:40", Act::Dismiss)];
    assert_eq!(overloaded().date(&snoozed), expected(&[("09:00", "overload_ahead"), ("09:35", "overload_ahead")]));
}

#[test]
fn r_b5_nothing_is_said_in_quiet_hours_while_busy_or_on_time_off_and_what_is_not_true_later_is_not_sent() {
    let work = [("09:00", Act::Start), ("18:00", Act::End)];
    let breaks = || Person::reminded_of(Reminder::BreakDue);
    let mut quiet = breaks();
    quiet.settings.quiet_hours = serde_json::from_str(r#"{"from":"09:30","to":"10:00"}"#).expect("hours");
    assert_eq!(quiet.date(&work), expected(&[("10:00", "break_due"), ("10:30", "break_overdue")]));
    let busy = [work[0], ("09:40", Act::Busy(60)), work[1]];
    assert_eq!(breaks().date(&busy), expected(&[("10:40", "break_overdue")]));
    let rested = [work[0], ("09:40", Act::Busy(60)), ("10:35", Act::Rest(20)), work[1]];
    assert_eq!(breaks().date(&rested), expected(&[("11:25", "break_due"), ("12:05", "break_overdue")]));
    let mut off = breaks();
    off.off.push(off.days.date_at(at(0)));
    assert_eq!(off.date(&work), []);
}

#[test]
fn r_b5_an_answer_silences_or_brings_back() {
    let thirst = |acts: &[(&str, Act)]| Person::reminded_of(Reminder::Hydration).date(acts);
    let begun = ("09:00", Act::Start);
    assert_eq!(thirst(&[begun, ("10:20", Act::Dismiss)]), expected(&[("10:15", "hydration")]));
    let done = [begun, ("10:20", Act::Done), ("11:20", Act::Done), ("12:20", Act::Done), ("13:20", Act::Drink(1_000))];
    let hours = ["10:15", "11:15", "12:15", "13:15", "15:15", "16:15"].map(|at| (at, "hydration"));
    assert_eq!(thirst(&done), expected(&hours));
    // It returns as the same one, unless it is not true any more.
    let snoozed = [begun, ("10:20", Act::Snooze(15)), ("11:40", Act::Dismiss)];
    assert_eq!(thirst(&snoozed), expected(&[("10:15", "hydration"), ("10:35", "hydration"), ("11:35", "hydration")]));
    let drunk = [begun, ("10:20", Act::Snooze(60)), ("10:40", Act::Drink(1_000)), ("18:00", Act::End)];
    assert_eq!(thirst(&drunk), expected(&[("10:15", "hydration"), ("15:15", "hydration"), ("16:15", "hydration")]));
    let breaks = [begun, ("09:55", Act::Snooze(60)), ("10:00", Act::Pause), ("10:10", Act::Resume), ("10:50", Act::End)];
    assert_eq!(Person::reminded_of(Reminder::BreakDue).date(&breaks), expected(&[("09:50", "break_due")]));
}

#[test]
fn a_job_that_is_hours_late_says_only_what_is_true_now() {
    let mut person = Person::new();
    person.act(Act::Start, clock("09:00"));
    person.act(Act::Lunch, clock("12:10"));
    person.act(Act::CheckIn, clock("12:10"));
    person.act(Act::Drink(1_000), clock("12:10"));
    person.look(clock("15:00"));
    person.look(clock("15:00"));
    assert_eq!(person.said, [Said { at: clock("15:00"), reminder: Reminder::SessionRunning, is_new: true }]);
    person.act(Act::End, clock("15:05"));
    person.look(clock("17:59"));
    assert_eq!(person.said[1..], [Said { at: clock("17:59"), reminder: Reminder::Hydration, is_new: true }]);
}
