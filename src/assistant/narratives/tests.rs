//! Stories of people who do not exist: each number in them is a fact, and each fact is what the API answers.

mod insights;

use chrono::{Days, NaiveDate};
use serde_json::{Value, json};
use uuid::Uuid;

use super::{
    day::DayFacts,
    period::{Compared, Period, compare, focus},
    story::{Fact, Paragraph, Story},
    week::WeekFacts,
};
use crate::{
    assistant::{
        phrasing::{
            digits::{has_digit, split},
            prompt::Prompt,
        },
        predictions::personas::Persona,
        record::DateCounts,
    },
    kernel::UserId,
    texts::Language,
    work::{
        days::model::DayEntry,
        metrics::{
            gaps::SessionEnd,
            model::{DayFigures, Value as Figure, metrics},
        },
    },
};

fn entry(date: &DateCounts) -> Option<DayEntry> {
    let is_there = date.sessions > 0 || date.created > 0 || date.completed > 0 || date.focus_by_hour.iter().sum::<u64>() > 0;
    is_there.then_some(DayEntry {
        date: date.date,
        created_tasks: date.created,
        completed_tasks: date.completed,
        sessions: date.sessions,
        focus_by_hour: date.focus_by_hour,
        first_activity: None,
        last_activity: None,
    })
}

fn figures(date: &DateCounts) -> DayFigures {
    let worked_micros: u64 = date.focus_by_hour.iter().sum();
    let ends = date.ends.iter().map(|second| SessionEnd { second: *second, due: true }).collect();
    let due = worked_micros / 6_000_000_000;
    DayFigures {
        worked_micros,
        completed_tasks: date.completed.into(),
        estimated_minutes: u64::from(date.completed) * 30,
        spent_on_estimated_seconds: u64::from(date.completed) * 2_200,
        breaks_due: due,
        starts: date.starts.clone(),
        ends,
        overload_minutes: 510,
        ..DayFigures::default()
    }
}

/// Some dates of a life, as the API would answer them.
fn period(life: &[DateCounts], from: NaiveDate, dates: u64) -> Period {
    let to = from + Days::new(dates - 1);
    let within: Vec<&DateCounts> = life.iter().filter(|date| (from..=to).contains(&date.date)).collect();
    let figures: Vec<DayFigures> = within.iter().map(|date| figures(date)).collect();
    let user_id = UserId::new(Uuid::from_u128(7));
    Period { user_id, from, to, days: within.iter().filter_map(|date| entry(date)).collect(), metrics: metrics(&figures, 0) }
}

fn day(life: &[DateCounts], index: usize, language: Language) -> DayFacts {
    let date = &life[index];
    DayFacts {
        language,
        date: date.date,
        off: date.off,
        open: false,
        of: period(life, date.date, 1),
        week_before: period(life, date.date - Days::new(7), 1),
        energy: date.energy,
    }
}

fn week(life: &[DateCounts], index: usize, language: Language) -> WeekFacts {
    let from = life[index].date;
    WeekFacts {
        language,
        open: false,
        of: period(life, from, 7),
        before: period(life, from - Days::new(7), 7),
        usual: period(life, from - Days::new(28), 28),
    }
}

/// The answer of `days` or `metrics` as far as facts point into it.
fn answer(period: &Period, route: &str) -> Value {
    let seconds = |micros: u64| json!(std::time::Duration::from_micros(micros).as_secs_f64());
    let days: Vec<Value> = period
        .days
        .iter()
        .map(|day| {
            json!({ "date": day.date, "created_tasks": day.created_tasks, "completed_tasks": day.completed_tasks,
                "sessions": day.sessions, "focus_seconds": seconds(focus(day)) })
        })
        .collect();
    let figure = |figure: Figure| match figure {
        Figure::Count(count) => json!(count),
        Figure::Number(number) => json!(number),
        Figure::TimeOfDay(minute) => json!(format!("{:02}:{:02}", minute / 60, minute % 60)),
    };
    let metrics: Vec<Value> =
        period.metrics.iter().map(|metric| json!({ "key": metric.key, "value": metric.value.map(figure) })).collect();
    if route == "days" {
        json!({ "from": period.from, "to": period.to, "days": days })
    } else {
        json!({ "from": period.from, "to": period.to, "metrics": metrics })
    }
}

/// Whether each run of digits lies in what a fact shows.
fn is_covered(text: &str, facts: &[Fact]) -> bool {
    let shown: Vec<&str> = facts.iter().map(|fact| fact.shown.as_str()).collect();
    !has_digit(&split(text, &shown).0)
}

fn check(story: &Story, periods: &[&Period], check_ins: &Value) {
    assert!(is_covered(&story.title, &story.paragraphs[0].facts), "{}", story.title);
    for Paragraph { text, facts } in &story.paragraphs {
        assert!(is_covered(text, facts), "{text} {facts:?}");
        assert!(text.ends_with('.') && !text.contains(['$', '{']) && !text.contains("  "), "{text}");
        for fact in facts {
            let (asked, pointer) = fact.source.split_once('#').expect("a pointer");
            let answers = periods.iter().flat_map(|period| {
                ["days", "metrics"].map(|route| {
                    (
                        format!("/api/stats/{}/{route}?from={}&to={}", period.user_id, period.from, period.to),
                        answer(period, route),
                    )
                })
            });
            let known = answers.chain([(asked.to_owned(), check_ins.clone())]).find(|(path, _)| path == asked);
            let (_, answer) = known.expect("an answer");
            assert_eq!(answer.pointer(pointer), Some(&fact.value), "{fact:?}");
        }
    }
}

#[test]
fn each_number_is_a_fact_and_each_fact_is_what_the_api_answers() {
    for persona in Persona::ALL {
        let life = persona.life(3).counted;
        for language in Language::ALL {
            for index in (0..life.len()).step_by(5) {
                let facts = day(&life, index, language);
                let check_ins = json!([{ "energy": facts.energy }]);
                check(&facts.story(), &[&facts.of, &facts.week_before], &check_ins);
            }
            for index in (0..life.len() - 7).step_by(21) {
                let facts = week(&life, index, language);
                check(&facts.story(), &[&facts.of, &facts.before, &facts.usual], &Value::Null);
            }
        }
    }
}

#[test]
fn a_number_that_is_no_fact_would_be_found() {
    let life = Persona::Steady.life(3).counted;
    let Story { paragraphs, .. } = day(&life, 100, Language::En).story();
    assert!(!is_covered(&format!("{} And 99 more.", paragraphs[0].text), &paragraphs[0].facts));
    let digit = |fact: &Fact| fact.shown.len() == 1;
    let short = paragraphs.iter().flat_map(|paragraph| &paragraph.facts).find(|fact| digit(fact)).expect("a count below ten");
    assert!(!is_covered(&format!("There were {0}{0} more.", short.shown), std::slice::from_ref(short)));
}

#[test]
fn a_week_does_not_read_alike() {
    let life = Persona::Steady.life(3).counted;
    let plain = |index| {
        let story = day(&life, index, Language::En).story();
        story.paragraphs[0].text.replace(|c: char| c.is_ascii_digit(), "")
    };
    let week: std::collections::BTreeSet<String> = (98..103).map(plain).collect();
    assert!(week.len() >= 4, "{week:?}");
    assert_eq!(plain(98), plain(98));
}

/// The title and the paragraphs.
fn read(story: &Story) -> Vec<&str> {
    [story.title.as_str()].into_iter().chain(story.paragraphs.iter().map(|paragraph| paragraph.text.as_str())).collect()
}

#[test]
fn days_read_as_somebody_would_tell_them() {
    let life = Persona::Steady.life(3).counted;
    assert_eq!(
        read(&day(&life, 100, Language::En).story()),
        [
            "Wednesday, 16 April",
            "Between 09:05 and 17:51 you worked 7 h 59 min. More than half of that was in the afternoon. 2 tasks got done. There were 2 new tasks.",
            "There was one break of 47 min.",
            "The Wednesday before was much the same, with 7 h 59 min.",
            "You entered an energy of 3.",
        ]
    );
    assert_eq!(
        read(&day(&life, 101, Language::Es).story()),
        [
            "El jueves 17 de abril",
            "De 09:25 a 17:29 hubo 7 h 33 min de trabajo. La mayor parte fue por la tarde. Completaste 5 tareas. Hubo 2 tareas nuevas.",
            "Hiciste una pausa de 31 min.",
            "El jueves anterior fue muy parecido, con 8 h 18 min.",
        ]
    );
    // A Sunday, a day off, and the first day that there is.
    assert_eq!(
        read(&day(&life, 104, Language::En).story()),
        ["Sunday, 20 April", "No finished work and no tasks were noted for this day."]
    );
    assert_eq!(
        read(&DayFacts { off: true, ..day(&life, 104, Language::En) }.story()),
        ["Sunday, 20 April", "It was a day off. No finished work and no tasks were noted for this day."]
    );
    assert_eq!(
        read(&day(&life, 0, Language::En).story()),
        [
            "Monday, 6 January",
            "You worked 8 h 16 min, from 08:54 to 17:46. More than half of that was in the afternoon. 4 tasks got done. There were 4 new tasks.",
            "There was one break of 36 min.",
            "You entered an energy of 3.",
        ]
    );
}

#[test]
fn weeks_read_as_somebody_would_tell_them() {
    let life = Persona::Sprint.life(3).counted;
    assert_eq!(
        read(&week(&life, 35, Language::En).story()),
        [
            "From 10 to 16 February",
            "The week came to 57 h 32 min of work. In these days you completed 30 tasks. The longest day was Tuesday, with 11 h 6 min.",
            "That is more than in the week before, which had 38 h 4 min.",
            "You mostly began around 08:42 and ended around 19:53. Of the breaks that fell due in your sessions, 16 % were taken in time. 5 days were longer than the limit that you set. Tasks with an estimate took 122 % of the time estimated.",
            "In the four weeks before, Wednesday was the day with most done, and most of the work was in the afternoon.",
        ]
    );
    assert_eq!(
        read(&week(&life, 35, Language::Es).story()),
        [
            "Del 10 al 16 de febrero",
            "La semana sumó 57 h 32 min de trabajo. En esos días completaste 30 tareas. El día más largo fue el martes, con 11 h 6 min.",
            "Es más que en la semana anterior, que tuvo 38 h 4 min.",
            "La mayoría de los días empezaste hacia las 08:42 y acabaste hacia las 19:53. De las pausas que tocaban en tus sesiones, hiciste a tiempo el 16 %. 5 días fueron más largos que el límite que fijaste. Las tareas con estimación llevaron el 122 % de lo estimado.",
            "En las cuatro semanas anteriores, el miércoles fue el día en que más hiciste, y la mayor parte del trabajo fue por la tarde.",
        ]
    );
    assert_eq!(
        read(&week(&life[..2], 0, Language::En).story()),
        [
            "From 6 to 12 January",
            "You worked 15 h 57 min this week. 6 tasks were done.",
            "There are too few days with work to say more of the week.",
        ]
    );
}

#[test]
fn what_is_open_is_not_compared() {
    let life = Persona::Steady.life(3).counted;
    let open = read(&DayFacts { open: true, ..day(&life, 100, Language::En) }.story()).join(" ");
    assert!(open.contains("The day is not over.") && !open.contains("before"), "{open}");
    let nothing = DayFacts { open: true, off: true, ..day(&life, 104, Language::En) };
    let so_far = "Today is a day off. So far there is no finished work and no task. The day is not over.";
    assert_eq!(read(&nothing.story()), ["Sunday, 20 April", so_far]);
    let open = read(&WeekFacts { open: true, ..week(&life, 98, Language::En) }.story()).join(" ");
    assert!(open.contains("The week is not over.") && !open.contains("in the week before"), "{open}");
}

#[test]
fn what_a_model_is_to_keep_to_holds_for_the_rules() {
    for language in Language::ALL {
        for persona in Persona::ALL {
            let life = persona.life(3).counted;
            for index in (0..life.len() - 7).step_by(7) {
                for story in [day(&life, index, language).story(), week(&life, index, language).story()] {
                    let has_numbers =
                        story.paragraphs.iter().any(|paragraph| paragraph.text.contains(|c: char| c.is_ascii_digit()));
                    let prompt = Prompt::about(language, &story, "model");
                    assert_eq!(prompt.is_some(), has_numbers, "{language:?} {persona:?} {index}: {story:#?}");
                    // Neither the user nor where a fact is from goes out.
                    let input = prompt.map_or_else(String::new, |prompt| prompt.input);
                    assert!(!input.contains("/api/") && !input.contains("00000000-"), "{input}");
                }
            }
        }
    }
}

#[test]
fn one_is_longer_than_the_other_whichever_comes_first() {
    assert_eq!(
        [(432, 374), (374, 432), (400, 360), (360, 400)].map(|(one, other)| compare(one, other)),
        [Compared::More, Compared::Less, Compared::Alike, Compared::Alike,]
    );
}
