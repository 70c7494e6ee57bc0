//! What three people who do not exist would read of themselves: docs/INSIGHTS.md has it as it is. Pure.

use std::fmt::Write as _;

use chrono::{Datelike as _, Days, Weekday};
use uuid::Uuid;

use super::{day, read, week};
use crate::{
    assistant::{
        noticed::{Noticed, SeenTasks},
        predictions::{
            forecast::{Coming, Target},
            levels::Level,
            made::{Known, Made},
            personas::Persona,
            risk::rounded,
            texts::said,
        },
        recommendations::{
            choice::{Memory, choose},
            rules::held,
            situation::Situation,
        },
        record::records,
    },
    kernel::UserId,
    texts::Language,
};

/// How a person stands on the first morning after so many weeks.
fn insights(persona: Persona, weeks: usize) -> String {
    let life = persona.life(20_260_105);
    let all = records(&life.counted);
    let (known, today) = (&all[..weeks * 7], all[weeks * 7].date);
    let coming: Vec<Coming> = (0..14)
        .map(|days| today + Days::new(days))
        .map(|date| Coming { date, work_day: date.weekday().number_from_monday() < 6, off: false })
        .collect();
    let made = Made::of(Known { records: known, tasks: &life.tasks, coming: &coming, week_start: Weekday::Mon });
    let risk = made.risk();
    let mut text = format!("### Persona: {}\n\n", persona.name());
    // Writing to a string cannot fail.
    let mut add = |of: String| {
        let _ = writeln!(text, "{of}");
    };
    let (score, then) = (risk.score.unwrap_or(0), made.outlook.score.unwrap_or(0));
    add(format!(
        "**Risk of overload: {score} of 100, {}.** In 7 days: {then}, {}.\n",
        Level::name(made.level()),
        Level::name(made.outlook.level)
    ));
    for factor in risk.factors.iter().filter(|factor| factor.points.is_some_and(|points| points > 0.0)) {
        add(format!("- {} ({} points)", said(factor, &made.inputs, Language::En), rounded(factor.points.unwrap_or(0.0), 1)));
    }
    if let Some(next) = made.forecasts.iter().find(|forecast| forecast.target == Target::WeekHours) {
        add(format!("- Next week: {} hours, between {} and {} in four of five cases.", next.value, next.low, next.high));
    }
    let noticed = Noticed::of(known, SeenTasks::new(today, life.counted[0].days));
    let situation = Situation {
        rest_days_worked: noticed.rest_days_worked,
        after_hours: made.inputs.after_hours.unwrap_or(0.0),
        next_week_hours: made.forecasts.iter().find(|of| of.target == Target::WeekHours).map(|of| of.value),
        best_hour: noticed.best_hour,
        best: noticed.best,
        energy: made.inputs.energy,
        idle_days: noticed.idle_days,
        days_without_check_in: noticed.days_without_check_in,
        levels: made.history.iter().map(|past| past.level).collect(),
        ..Situation::unknown(UserId::new(Uuid::nil()), today)
    };
    add("\n**What to do:**\n".to_owned());
    for (number, chosen) in choose(held(&situation), &Memory::new(), today).0.iter().enumerate() {
        add(format!("{}. {}", number + 1, chosen.held.text(Language::En)));
    }
    let stories =
        [day(&life.counted, weeks * 7 - 3, Language::En).story(), week(&life.counted, weeks * 7 - 7, Language::En).story()];
    for story in &stories {
        let [title, paragraphs @ ..] = &read(story)[..] else { continue };
        add(format!("\n**{title}.** {}", paragraphs.join("\n")));
    }
    text
}

#[test]
fn the_documentation_has_them_as_they_are() {
    let documented = include_str!("../../../../docs/INSIGHTS.md");
    let all: Vec<String> = [(Persona::Steady, 30), (Persona::BurnoutRamp, 29), (Persona::PartTime, 20)]
        .map(|(persona, weeks)| insights(persona, weeks))
        .into();
    for of in &all {
        assert!(documented.contains(of.as_str()), "docs/INSIGHTS.md should have:\n{}", all.join("\n"));
    }
}
