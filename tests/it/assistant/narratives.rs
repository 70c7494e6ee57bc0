//! Stories of random days: each number in them is a fact, and each fact is what its source answers.

use chrono::Days;
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{Play, assert_clean};
use crate::model::run;

/// A day: sessions by their gap from the one before and their length in minutes, tasks made and done, and the energy.
#[derive(Debug, Clone)]
struct Day {
    sessions: Vec<(u32, u32)>,
    tasks: usize,
    done: usize,
    energy: Option<u32>,
    off: bool,
}

fn day() -> impl Strategy<Value = Day> {
    let sessions = prop::collection::vec((1..200_u32, 1..260_u32), 0..4);
    let energy = prop::option::of(1..=5_u32);
    (sessions, 0..4_usize, 0..4_usize, energy, prop::bool::weighted(0.1)).prop_map(|(sessions, tasks, done, energy, off)| Day {
        sessions,
        tasks,
        done,
        energy,
        off,
    })
}

/// Each run of digits of a text lies in what a fact shows, and each fact is where it says.
async fn check(play: &Play, story: &Value) {
    let paragraphs = story["paragraphs"].as_array().expect("paragraphs");
    let title = (&story["title"], &paragraphs[0]["facts"]);
    for (text, facts) in paragraphs.iter().map(|one| (&one["text"], &one["facts"])).chain([title]) {
        let facts = facts.as_array().expect("facts");
        let mut shown: Vec<&str> = facts.iter().map(|fact| fact["shown"].as_str().expect("shown")).collect();
        shown.sort_unstable_by_key(|shown| std::cmp::Reverse(shown.len()));
        let mut rest = text.as_str().expect("a text").to_owned();
        for shown in shown {
            // A part of a longer number is none of it.
            let whole = |(at, _): &(usize, &str)| {
                let around = [rest[..*at].chars().next_back(), rest[at + shown.len()..].chars().next()];
                !around.into_iter().flatten().any(|c| c.is_ascii_digit())
            };
            let places: Vec<usize> = rest.match_indices(shown).filter(whole).map(|(at, _)| at).collect();
            for at in places.into_iter().rev() {
                rest.replace_range(at..at + shown.len(), "_");
            }
        }
        assert!(!rest.contains(|c: char| c.is_ascii_digit()), "{text}: {facts:?}");
        for fact in facts {
            let (path, pointer) = fact["source"].as_str().and_then(|source| source.split_once('#')).expect("a source");
            assert_eq!(play.get(path).await.pointer(pointer), Some(&fact["value"]), "{fact}");
        }
    }
    assert_eq!(story["written_by"], "rules");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(4))]

    #[test]
    fn each_number_is_what_other_routes_answer(days in prop::collection::vec(day(), 30..45), spanish in any::<bool>()) {
        run(async move {
            let mut play = Play::new().await;
            let language = if spanish { "es" } else { "en" };
            play.ann.patch("/api/settings", json!({ "language": language, "week_start": "sunday" })).await;
            let first = play.date;
            for day in &days {
                let mut minute = 7 * 60;
                for (gap, length) in &day.sessions {
                    if minute + gap + length < 24 * 60 {
                        play.work(minute + gap, minute + gap + length).await;
                        minute += gap + length;
                    }
                }
                for index in 0..day.tasks {
                    let task = play.ann.task_with(json!({ "title": format!("{index}"), "estimate_minutes": 30 })).await;
                    if index < day.done {
                        play.ann.change_task(&task, json!({ "action": "complete", "spent_seconds": 1_200 })).await;
                    }
                }
                if let Some(energy) = day.energy {
                    play.ann.post("/api/check_ins", json!({ "energy": energy })).await;
                }
                if day.off {
                    play.ann.post("/api/time_off", json!({ "from": play.date, "to": play.date, "kind": "holiday" })).await;
                }
                play.pass();
            }
            for back in 0..days.len() as u64 {
                let date = first + Days::new(back);
                let path = format!("/api/narratives/day?date={date}");
                let story = play.get(&path).await;
                check(&play, &story).await;
                assert_eq!((play.get(&path).await, &story["language"]), (story.clone(), &json!(language)), "the same every time");
                if back % 7 == 0 {
                    check(&play, &play.get(&format!("/api/narratives/week?of={date}")).await).await;
                }
            }
            assert_clean(&play.app).await;
        });
    }
}

#[tokio::test]
async fn today_is_told_as_far_as_it_is_and_what_is_to_come_is_not() {
    let mut play = Play::new().await;
    let story = play.get("/api/narratives/day").await;
    assert_eq!(story["title"], "Monday, 19 January");
    assert_eq!(story["paragraphs"].as_array().map(Vec::len), Some(1), "{story}");
    play.work(8 * 60, 10 * 60).await;
    let story = play.get("/api/narratives/day").await;
    let text = story["paragraphs"][0]["text"].as_str().expect("a text");
    assert!(text.contains("2 h") && text.contains("The day is not over."), "{text}");
    let week = play.get("/api/narratives/week").await;
    assert_eq!(week["title"], "From 19 to 25 January");
    play.ann.get("/api/narratives/day?date=2026-01-20").await.assert_error(400, "invalid_parameter");
    play.ann.get("/api/narratives/week?of=2026-01-26").await.assert_error(400, "invalid_parameter");
    play.ann.get("/api/narratives/day?date=soon").await.assert_error(400, "invalid_parameter");
    assert_eq!(play.ann.get("/api/narratives/week?of=2026-01-25").await.status, 200);
    play.pass();
    assert_eq!(play.ann.get("/api/narratives/day?date=1970-01-01").await.status, 200);
}
