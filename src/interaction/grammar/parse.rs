//! From a sentence to what it asks for. Pure.

use chrono::NaiveTime;

use super::{
    amounts::GLASS,
    completing::{NOW, Which, which},
    dates::whens,
    model::{Due, Intent, Language, Meal, Outcome, Rest, Slots, Speaker, Understood},
    near::{language, near},
    pattern::{Value, ends},
    patterns::{PATTERNS, PLEASE, Pattern, slot},
    resolve::{Recorded, date, planned, recorded},
    text::{Word, cleaned, form, phrase, words},
    titles::{Said, read},
    when::When,
};

const GREETINGS: &[&str] = &[
    "hey",
    "hi",
    "hello",
    "ok",
    "okay",
    "well",
    "so",
    "now",
    "and",
    "avanochi",
    "oye",
    "hola",
    "ey",
    "pues",
    "bueno",
    "a ver",
    "vale",
    "venga",
    "mira",
    "y",
    "ya",
    "buenas",
    "buenos dias",
    "good morning",
];
const THANKS: &[&str] = &["thanks", "thank you", "thx", "avanochi", "gracias"];
const ASKING: &[&str] = &[
    "can you",
    "could you",
    "would you",
    "will you",
    "go ahead and",
    "me puedes",
    "me podrias",
    "me puede",
    "me podria",
    "puedes",
    "podrias",
    "puede",
    "podria",
    "podes",
];
const WISHING: &[&str] = &["i want to", "id like to", "i would like to", "lets", "quiero", "quisiera", "me gustaria"];
/// With which water and meals are entered when that is asked for.
const ENTERING: &[&str] = &[
    "log",
    "record",
    "add",
    "track",
    "note",
    "registra",
    "registrar",
    "apunta",
    "apuntar",
    "anota",
    "anotar",
    "anade",
    "anadir",
    "agrega",
    "agregar",
    "suma",
];
/// Questions that ask for something to be written.
const REQUESTS: &[&str] = &["me apuntas", "me anotas", "me agregas", "me anades"];

/// How a request is put.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Manner {
    Plain,
    Asking,
    Wishing,
}

/// What a sentence asks for.
struct Sentence<'a> {
    text: &'a str,
    words: &'a [Word],
    manner: Manner,
    /// The times that begin at each word.
    times: Vec<Vec<(usize, When)>>,
    /// Whether it is a question that asks for nothing to be written.
    question: bool,
    speaker: &'a Speaker,
}

enum Match {
    Slots(Box<Slots>),
    /// All fits but a time or an amount that cannot be.
    Wrong,
}

/// Reads a sentence.
pub fn parse(raw: &str, speaker: &Speaker) -> Understood {
    let text = cleaned(raw).unwrap_or_default();
    let all = words(&text);
    let sentence = addressed(&text, &all, speaker);
    let alone = sentence.as_ref().filter(|sentence| sentence.words.len() == 1).and_then(|sentence| form(sentence.words, 0));
    let bare_stop = matches!(alone, Some("stop" | "para"));
    let found = sentence.and_then(|sentence| sentence.read());
    let spoken = || language(&all).unwrap_or(speaker.language);
    match found {
        Some((intent, slots, language)) => {
            Understood { outcome: Outcome::Known(intent, slots), language: language.unwrap_or_else(spoken), bare_stop }
        }
        None => Understood { outcome: Outcome::Unknown(near(&all)), language: spoken(), bare_stop: false },
    }
}

/// The sentence without what is there for politeness; `None` where nothing is left.
fn addressed<'a>(text: &'a str, all: &'a [Word], speaker: &'a Speaker) -> Option<Sentence<'a>> {
    let one_of = |words: &[Word], at: usize, lists: &[&[&str]]| {
        lists.iter().flat_map(|list| list.iter()).filter_map(|said| phrase(words, at, said)).max()
    };
    let mut start = 0;
    while let Some(next) = one_of(all, start, &[GREETINGS, PLEASE]) {
        start = next;
    }
    let mut words = &all[start..];
    let ends_with = |words: &[Word]| {
        let polite = |at: &usize| THANKS.iter().chain(PLEASE).any(|said| phrase(words, *at, said) == Some(words.len()));
        (0..words.len()).find(polite)
    };
    while let Some(end) = ends_with(words) {
        words = &words[..end];
    }
    let (first, last) = (words.first()?, words.last()?);
    let before = if start == 0 { 0 } else { all[start - 1].end };
    let mut question = text[before..first.start].contains('¿') || text[last.end..].contains('?') || text.starts_with('¿');
    let until = all.get(start + words.len()).map_or(text.len(), |next| next.start);
    let mut manner = Manner::Plain;
    for (list, said) in [(ASKING, Manner::Asking), (WISHING, Manner::Wishing)] {
        if manner == Manner::Plain
            && let Some(mut next) = one_of(words, 0, &[list])
        {
            manner = said;
            while let Some(polite) = one_of(words, next, &[PLEASE]) {
                next = polite;
            }
            words = &words[next..];
        }
    }
    question &= manner != Manner::Asking && one_of(words, 0, &[REQUESTS]).is_none();
    let text = text[..until].trim_end_matches(['?', '!', ' ']);
    let times = (0..words.len()).map(|at| whens(words, at)).collect();
    (!words.is_empty()).then_some(Sentence { text, words, manner, times, question, speaker })
}

impl Sentence<'_> {
    /// The first intent of which a pattern is the whole sentence, and the language of that where it is in one.
    fn read(&self) -> Option<(Intent, Box<Slots>, Option<Language>)> {
        for group in PATTERNS.chunk_by(|a, b| a.intent == b.intent) {
            let intent = group[0].intent;
            if !self.allows(intent) {
                continue;
            }
            let mut found: Option<(Box<Slots>, Option<Language>)> = None;
            let mut wrong = false;
            for pattern in group {
                match self.matches(pattern) {
                    Some(Match::Slots(slots)) => match &mut found {
                        None => found = Some((slots, Some(pattern.language))),
                        Some((_, language)) if *language != Some(pattern.language) => *language = None,
                        Some(_) => {}
                    },
                    Some(Match::Wrong) => wrong = true,
                    None => {}
                }
            }
            // Of what cannot be one task, no other pattern makes the title of one.
            if wrong && (found.is_none() || intent == Intent::CompleteTask) {
                return None;
            }
            if let Some((slots, language)) = found {
                return Some((intent, slots, language));
            }
        }
        None
    }

    fn allows(&self, intent: Intent) -> bool {
        let entered = matches!(intent, Intent::LogWater | Intent::LogMeal);
        let wished = intent.reads()
            || matches!(intent, Intent::StartWork | Intent::PauseWork | Intent::ResumeWork | Intent::StartRest | Intent::AddTask);
        let said = match self.manner {
            Manner::Plain => true,
            Manner::Asking => !entered || form(self.words, 0).is_some_and(|word| ENTERING.contains(&word)),
            Manner::Wishing => wished,
        };
        said && (!self.question || intent.reads())
    }

    /// Whether the pattern is the whole sentence, with a recorded time before or after it where the intent has one.
    fn matches(&self, pattern: &Pattern) -> Option<Match> {
        let intent = pattern.intent;
        let mut wrong = None;
        for until in self.untils(intent) {
            let mut parts = vec![(0, until, None)];
            if has_instant(intent) {
                for at in 1..until {
                    let last = self.times[at].iter().find(|(end, _)| *end == until);
                    parts.extend(last.map(|(_, when)| (0, at, Some(*when))));
                }
                parts.extend(self.times[0].iter().map(|(end, when)| (*end, until, Some(*when))));
            }
            for (from, to, time) in parts {
                let part = &self.words[..to];
                let slot = |name: &str, at: usize| slot(name, part, at);
                for (end, values) in ends(&pattern.nodes, part, from, &slot) {
                    if end != to || end == from {
                        continue;
                    }
                    match self.slots(intent, &values, time) {
                        Some(slots) => return Some(Match::Slots(Box::new(slots))),
                        // A word that can be left out is no part of a title: "with everything" is none.
                        None if intent == Intent::CompleteTask => return Some(Match::Wrong),
                        None => wrong = Some(Match::Wrong),
                    }
                }
            }
        }
        wrong
    }

    /// Where the sentence can end: before words for now, which add nothing to some intents.
    fn untils(&self, intent: Intent) -> Vec<usize> {
        let all = self.words.len();
        let mut found = vec![all];
        let still = matches!(
            intent,
            Intent::LogWater
                | Intent::LogMeal
                | Intent::LogEnergy
                | Intent::StartRest
                | Intent::EndRest
                | Intent::ListTasks
                | Intent::Undo
        );
        if still {
            let now = |at: &usize| NOW.iter().any(|said| phrase(self.words, *at, said) == Some(all));
            found.extend((1..all).filter(now));
        }
        found
    }

    /// What the pattern's slots come to; `None` where they cannot be.
    fn slots(&self, intent: Intent, values: &[Value], time: Option<When>) -> Option<Slots> {
        let time =
            time.or_else(|| values.iter().find_map(|value| if let Value::Clock(when) = value { Some(*when) } else { None }));
        let mut slots = Slots::default();
        let mut length = None;
        let mut meal = None;
        for value in values {
            match *value {
                Value::Amount(ml) => slots.ml = Some(ml?),
                Value::Meal(of) => meal = of,
                Value::Rest(rest) => slots.rest = Some(rest),
                Value::Length(minutes) => length = Some(minutes),
                Value::Level(level) => slots.energy = Some(level),
                Value::View(view) => slots.view = Some(view),
                Value::Priority(priority) => slots.priority = Some(priority),
                Value::Item(item) => slots.title = Some(item.to_string()),
                Value::When(when) if intent == Intent::ListTasks => slots.due = Some(Due::On(date(when.date?, self.speaker)?)),
                Value::When(when) => slots.due = Some(planned(when, self.speaker)?),
                _ => {}
            }
        }
        if let Some(when) = time {
            let what = match intent {
                Intent::StartWork => Recorded::Start,
                Intent::LogMeal => Recorded::Meal(meal),
                _ => Recorded::Other,
            };
            slots.at = Some(recorded(when, what, self.speaker)?);
        }
        match intent {
            Intent::LogWater => slots.ml = slots.ml.or(Some(GLASS)),
            Intent::LogMeal => slots.meal = Some(meal.unwrap_or_else(|| self.usual_meal(&slots))),
            Intent::StartRest => slots.rest = slots.rest.or(Some(length.map_or(Rest::Short, rest_of))),
            Intent::CompleteTask => {
                let Some((from, to)) = stretch(values) else { return Some(slots) };
                (slots.title, slots.quoted) = match which(self.between(from, to)) {
                    Which::Task(title) => (Some(title), false),
                    Which::Quoted(title) => (Some(title), true),
                    Which::Unsaid => (None, false),
                    Which::Unclear => return None,
                };
            }
            Intent::AddTask => {
                let text = stretch(values).map_or("", |(from, to)| self.between(from, to));
                let known = Said { due: slots.due, priority: slots.priority, ..Said::default() };
                let Said { title, due, estimate_minutes, priority, tags } = read(text, known, self.speaker);
                return Some(Slots { title, due, priority, tags, estimate_minutes, ..slots });
            }
            _ => {}
        }
        Some(slots)
    }

    /// The text as typed from one word to before another.
    fn between(&self, from: usize, to: usize) -> &str {
        let start = from.checked_sub(1).map_or(0, |before| self.words[before].end);
        let end = self.words.get(to).map_or(self.text.len(), |next| next.start);
        self.text.get(start..end).unwrap_or_default().trim_start_matches([' ', ',', ';', ':', '.', '!'])
    }

    fn usual_meal(&self, slots: &Slots) -> Meal {
        let at = slots.at.unwrap_or(self.speaker.now).with_timezone(&self.speaker.zone).time();
        let (from, to) = self.speaker.lunch;
        let hour = |hour| NaiveTime::from_hms_opt(hour, 0, 0).unwrap_or_default();
        if from <= at && at < to {
            Meal::Lunch
        } else if at < hour(11) {
            Meal::Breakfast
        } else if at >= hour(19) {
            Meal::Dinner
        } else {
            Meal::Snack
        }
    }
}

/// Whether what is entered may have been before.
fn has_instant(intent: Intent) -> bool {
    matches!(
        intent,
        Intent::StartWork
            | Intent::EndWork
            | Intent::PauseWork
            | Intent::ResumeWork
            | Intent::LogWater
            | Intent::LogMeal
            | Intent::LogEnergy
    )
}

fn stretch(values: &[Value]) -> Option<(usize, usize)> {
    values.iter().find_map(|value| match *value {
        Value::What(from, to) | Value::Which(from, to) => Some((from, to)),
        _ => None,
    })
}

fn rest_of(minutes: u32) -> Rest {
    match minutes {
        0..5 => Rest::Micro,
        5..15 => Rest::Short,
        _ => Rest::Long,
    }
}
