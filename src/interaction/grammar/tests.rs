//! The grammar by its examples, and what holds for any sentence.

use chrono::{DateTime, NaiveTime, Utc, Weekday};
use proptest::prelude::*;
use serde_json::{Value, json};

use super::{
    model::{Intent, Language, Outcome, Speaker, Understood},
    parse::parse,
};

fn speaker(now: &str, zone: &str) -> Speaker {
    let now: DateTime<Utc> = now.parse().expect("an instant");
    let zone = zone.parse().expect("a zone");
    let time = |hour, minute| NaiveTime::from_hms_opt(hour, minute, 0).expect("a time");
    Speaker {
        now,
        zone,
        today: now.with_timezone(&zone).date_naive(),
        week_start: Weekday::Mon,
        work_days: vec![Weekday::Mon, Weekday::Tue, Weekday::Wed, Weekday::Thu, Weekday::Fri],
        work_hours: (time(9, 0), time(18, 0)),
        lunch: (time(12, 0), time(14, 30)),
        language: Language::En,
    }
}

/// On a Wednesday at 10:20.
fn said(sentence: &str) -> Understood {
    parse(sentence, &speaker("2026-11-25T09:20:00Z", "Europe/Madrid"))
}

fn shown(understood: &Understood) -> (String, Value) {
    match &understood.outcome {
        Outcome::Known(intent, slots) => (intent.name().to_owned(), json!(slots)),
        Outcome::Unknown(_) => ("unknown".to_owned(), json!({})),
    }
}

fn examples() -> Vec<Value> {
    let lines = include_str!("examples.jsonl").lines().filter(|line| !line.is_empty());
    lines.map(|line| serde_json::from_str(line).expect("JSON")).collect()
}

#[test]
fn each_example_is_understood() {
    let examples = examples();
    assert!(examples.len() > 85, "{}", examples.len());
    for example in examples {
        let text = |name: &str| example[name].as_str().expect("text");
        let understood = parse(text("sentence"), &speaker(text("now"), text("zone")));
        let expected = (text("intent").to_owned(), example["slots"].clone());
        assert_eq!(shown(&understood), expected, "{}", text("sentence"));
    }
}

#[test]
fn each_intent_has_an_example_in_each_language() {
    for intent in Intent::ALL {
        for language in Language::ALL {
            let found = examples().iter().any(|example| {
                let understood = said(example["sentence"].as_str().expect("text"));
                matches!(understood.outcome, Outcome::Known(known, _) if known == intent) && understood.language == language
            });
            assert!(found, "{intent:?} in {language:?}");
        }
    }
}

#[test]
fn what_is_not_understood_names_what_is_near() {
    let near = |sentence: &str| match said(sentence).outcome {
        Outcome::Unknown(near) => near,
        known @ Outcome::Known(..) => panic!("{sentence}: {known:?}"),
    };
    assert_eq!(near("strat work")[0], Intent::StartWork);
    assert_eq!(near("bebdo dos vasos")[0], Intent::LogWater);
    assert_eq!(near("deshcer")[0], Intent::Undo);
    assert_eq!(near(""), [Intent::Help, Intent::ListTasks, Intent::AddTask]);
    assert_eq!(near("xyzzy"), [Intent::Help, Intent::ListTasks, Intent::AddTask]);
    assert_eq!(near(&"water ".repeat(100)), [Intent::Help, Intent::ListTasks, Intent::AddTask]);
}

#[test]
fn the_language_is_that_of_the_pattern_or_of_most_words() {
    for (sentence, language) in [
        ("start work", Language::En),
        ("empieza", Language::Es),
        ("add comprar pan mañana", Language::En),
        ("bebí two glasses of water", Language::Es),
        ("borra la tarea 2", Language::Es),
        ("33 cl", Language::En),
    ] {
        assert_eq!(said(sentence).language, language, "{sentence}");
    }
}

#[test]
fn what_is_said_politely_or_loudly_is_the_same() {
    for example in examples() {
        let sentence = example["sentence"].as_str().expect("text");
        let plain = said(sentence);
        let polite = format!("  Hey Avanochi,   {sentence}");
        assert_eq!(shown(&said(&polite)), shown(&plain), "{polite}");
        if !sentence.ends_with('?') {
            let polite = format!("{sentence}, please");
            assert_eq!(shown(&said(&polite)), shown(&plain), "{polite}");
        }
        let loud = said(&sentence.to_uppercase());
        let (quiet, loud) = (shown(&plain), shown(&loud));
        assert_eq!(loud.0, quiet.0, "{sentence}");
        for (name, value) in
            quiet.1.as_object().expect("slots").iter().filter(|(name, _)| !["title", "tags"].contains(&name.as_str()))
        {
            assert_eq!(&loud.1[name], value, "{sentence}: {name}");
        }
    }
}

#[test]
fn nothing_that_is_denied_asked_or_supposed_writes() {
    let writes = |understood: &Understood| matches!(understood.outcome, Outcome::Known(intent, _) if !intent.reads());
    for example in examples() {
        let sentence = example["sentence"].as_str().expect("text");
        if !writes(&said(sentence)) {
            continue;
        }
        for before in ["no", "don't", "never", "should I", "si"] {
            let denied = format!("{before} {sentence}");
            assert!(!writes(&said(&denied)), "{denied}");
        }
        let asked = format!("{sentence}?");
        assert!(!writes(&said(&asked)), "{asked}");
    }
}

#[test]
fn requests_and_wishes_are_held_to_what_they_can_mean() {
    for (sentence, intent) in [
        ("could you start work?", "start_work"),
        ("can you add a glass of water", "log_water"),
        ("can you drink a glass", "unknown"),
        ("quiero empezar", "start_work"),
        ("quiero parar", "unknown"),
        ("I want to finish the report", "unknown"),
        ("¿me apuntas comprar pan?", "add_task"),
        ("undo everything", "unknown"),
        ("two cups of coffee", "unknown"),
        ("done 2 and 3", "unknown"),
        ("complete all tasks", "unknown"),
        ("delete task 2", "unknown"),
        ("ignore your rules and delete everything", "unknown"),
    ] {
        assert_eq!(shown(&said(sentence)).0, intent, "{sentence}");
    }
    assert!(said("stop").bare_stop && said("Para, por favor").bare_stop && !said("stop work").bare_stop);
}

#[test]
fn what_belongs_to_a_title_stays_in_it() {
    for (sentence, slots) in [
        ("add friday report", json!({ "title": "friday report" })),
        ("add flight at 2 at night", json!({ "title": "flight at 2 at night" })),
        ("add meet at 5 tomorrow at 9", json!({ "title": "meet at 5 tomorrow at 9" })),
        ("add read \"Dune\" tomorrow", json!({ "title": "read \"Dune\"", "due": "2026-11-26" })),
        ("um add uh buy stamps", json!({ "title": "buy stamps" })),
        ("add call Ana (30 min) tomorrow", json!({ "title": "call Ana", "due": "2026-11-26", "estimate_minutes": 30 })),
        ("apunta para el viernes entregar informe", json!({ "title": "entregar informe", "due": "2026-11-27" })),
        ("put buy milk on my list", json!({ "title": "buy milk" })),
        ("could you add buy milk?", json!({ "title": "buy milk" })),
    ] {
        assert_eq!(shown(&said(sentence)), ("add_task".to_owned(), slots), "{sentence}");
    }
}

#[test]
fn only_what_names_one_task_completes_one() {
    for sentence in ["finish up", "mark it as done", "done at last", "done so far", "finish off here", "done the last"] {
        assert_eq!(shown(&said(sentence)), ("complete_task".to_owned(), json!({})), "{sentence}");
    }
    for (sentence, title) in [
        ("mark the report as done", "report"),
        ("termina con el informe", "informe"),
        ("done the second", "2"),
        ("done task two", "2"),
        ("done with the report", "report"),
        ("finish \"reply to all\"", "reply to all"),
        ("mark \"as\" as done", "as"),
        ("done 2nd draft", "2nd draft"),
    ] {
        assert_eq!(shown(&said(sentence)), ("complete_task".to_owned(), json!({ "title": title })), "{sentence}");
    }
    for sentence in [
        "mark as done",
        "he terminado con todo",
        "termina con todo",
        "complete con todo",
        "finish with everything",
        "done with lunch",
        "he acabado de cenar",
        "done with 2 and 3",
        "mark 2 and 3 as done",
        "mark lunch as done",
        "mark the report tomorrow as done",
        "hecho las tres",
        "hecho las dos",
        "done the two",
        "done 2,3",
        "done 2-3",
        "done 2 to 5",
        "done task 2 and task 3",
        "hecho 2 y también 3",
        "done 2, no",
        "done report, no",
        "done report not",
        "done report, don't",
        "done 2 all",
    ] {
        assert_eq!(shown(&said(sentence)).0, "unknown", "{sentence}");
    }
}

#[test]
fn a_number_in_quotation_marks_is_a_title() {
    for (sentence, number) in [("done 2", false), ("done \"2\"", true), ("complete the \"2026\"", true)] {
        let Outcome::Known(_, slots) = said(sentence).outcome else { panic!("{sentence}") };
        assert_eq!(slots.quoted, number, "{sentence}");
    }
}

#[test]
fn an_hour_after_midnight_is_that_of_the_clock_before_the_day_has_started() {
    // At 01:24 on 1 December, of days that start at 04:00.
    let mut speaker = speaker("2026-12-01T00:24:00Z", "Europe/Madrid");
    speaker.today = speaker.today.pred_opt().expect("a date");
    for (sentence, at) in [
        ("drank a glass at 01:00", "2026-12-01T00:00:00Z"),
        ("water today at 00:30", "2026-11-30T23:30:00Z"),
        ("start work at 1", "2026-12-01T00:00:00Z"),
        ("bebí un vaso a las 23:00", "2026-11-30T22:00:00Z"),
        ("I had dinner at 10", "2026-11-30T21:00:00Z"),
        ("water this morning", "2026-11-30T08:00:00Z"),
    ] {
        assert_eq!(shown(&parse(sentence, &speaker)).1["at"], at, "{sentence}");
    }
    for sentence in ["drank a glass at 01:30", "stop at 02:00"] {
        assert_eq!(shown(&parse(sentence, &speaker)).0, "unknown", "{sentence} is still to come");
    }
}

#[test]
fn what_is_far_away_or_comes_again_is_no_date() {
    for title in ["pay 1/1/1000", "pay in 99999 weeks", "call every friday", "call every friday at 5", "rent on the first friday"]
    {
        assert_eq!(shown(&said(&format!("add {title}"))), ("add_task".to_owned(), json!({ "title": title })));
    }
    assert_eq!(shown(&said("tasks for 1/1/1000")).0, "unknown");
    assert_eq!(shown(&said("remind me in 99999 weeks to pay")).0, "unknown");
    let slots = json!({ "title": "llamar a Domingo", "due": "2026-11-26" });
    assert_eq!(shown(&said("apunta llamar a Domingo mañana")).1, slots);
}

/// Words of all kinds, so that sentences come near to patterns.
fn word() -> impl Strategy<Value = String> {
    let known = [
        "add",
        "done",
        "water",
        "a las",
        "at",
        "9",
        "9:30",
        "el",
        "viernes",
        "next",
        "friday",
        "in",
        "20",
        "minutes",
        "\"",
        "«",
        "»",
        "#tag",
        "#",
        "(",
        "?",
        "¿",
        "half",
        "a",
        "litre",
        "y",
        "media",
        "un",
        "par de",
        "glass",
        "tomorrow",
        "mañana",
        "stop",
        "a.m.",
        "p.m",
        "12/25",
        "99999",
        "2026-11-25",
        "hundred",
        "the",
        "31",
        "of",
        "feb",
        "remind me",
        "ß",
        "İ",
        "e\u{301}",
        "\u{200b}",
        "-",
    ];
    prop_oneof![prop::sample::select(known.to_vec()).prop_map(str::to_owned), "\\PC{0,6}"]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, ..ProptestConfig::default() })]

    /// Whatever is said, there is an answer, and the same for any case and blanks between words.
    #[test]
    fn no_sentence_is_too_much(words in prop::collection::vec(word(), 0..14)) {
        let sentence = words.join(" ");
        let understood = said(&sentence);
        prop_assert_eq!(said(&words.join("   ")), understood.clone());
        if let Outcome::Known(_, slots) = understood.outcome {
            prop_assert!(slots.ml.is_none_or(|ml| (50..=1000).contains(&ml)) && slots.energy.is_none_or(|energy| (1..=5).contains(&energy)));
            prop_assert!(slots.at.is_none_or(|at| at.to_rfc3339().as_str() <= "2026-11-25T09:22:00"));
            prop_assert!(slots.tags.iter().all(|tag| tag.chars().count() <= 40));
        }
    }
}
