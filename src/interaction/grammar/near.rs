//! Which intents are nearest to what was not understood. Pure.

use std::{collections::BTreeSet, sync::LazyLock};

use super::{
    amounts::units,
    model::{Intent, Language},
    pattern::literals,
    patterns::PATTERNS,
    text::Word,
    vocabulary::meal_names,
};

/// The most words of a sentence that are looked at.
const WORDS: usize = 12;
/// Of how many characters a word is at least that says something.
const SHORTEST: usize = 3;
const LEAST: f64 = 0.6;
const IGNORED: &[&str] = &[
    "the", "and", "with", "for", "you", "how", "what", "whats", "have", "has", "this", "that", "are", "was", "ive", "been",
    "some", "can", "say", "does", "will", "out", "off", "not", "late", "las", "los", "una", "del", "con", "que", "para", "por",
    "esta", "este", "como", "tal", "lo", "mis", "sus", "acabo", "ver", "dime", "dame", "todo",
];

static KEYWORDS: LazyLock<Vec<(Intent, BTreeSet<&'static str>)>> =
    LazyLock::new(|| Intent::ALL.into_iter().map(|intent| (intent, keywords(intent))).collect());

fn keywords(intent: Intent) -> BTreeSet<&'static str> {
    let mut words = Vec::new();
    for pattern in PATTERNS.iter().filter(|pattern| pattern.intent == intent) {
        literals(&pattern.nodes, &mut words);
    }
    match intent {
        Intent::LogWater => words.extend(units()),
        Intent::LogMeal => words.extend(meal_names()),
        _ => {}
    }
    words.into_iter().filter(|word| word.chars().count() >= SHORTEST && !IGNORED.contains(word)).collect()
}

/// The three intents that are nearest to the words, the nearest first.
pub fn near(words: &[Word]) -> [Intent; 3] {
    let said: Vec<Vec<char>> = words.iter().take(WORDS).map(|word| word.form.chars().collect()).collect();
    let sum = |keywords: &BTreeSet<&str>| -> f64 {
        let best = |word: &Vec<char>| keywords.iter().map(|keyword| similarity(word, keyword)).fold(0.0, f64::max);
        said.iter().filter(|word| word.len() >= SHORTEST).map(best).filter(|best| *best >= LEAST).sum()
    };
    let mut ranked: Vec<(Intent, f64)> = KEYWORDS.iter().map(|(intent, keywords)| (*intent, sum(keywords))).collect();
    ranked.retain(|(_, sum)| *sum > 0.0);
    ranked.sort_by(|(_, a), (_, b)| b.total_cmp(a));
    let mut found: Vec<Intent> = ranked.into_iter().map(|(intent, _)| intent).take(3).collect();
    for intent in [Intent::Help, Intent::ListTasks, Intent::AddTask] {
        if found.len() < 3 && !found.contains(&intent) {
            found.push(intent);
        }
    }
    [found[0], found[1], found[2]]
}

fn similarity(word: &[char], keyword: &str) -> f64 {
    let keyword: Vec<char> = keyword.chars().collect();
    let longer = word.len().max(keyword.len());
    // What differs by more in length alone cannot be near.
    if word.len().abs_diff(keyword.len()) * 5 > longer * 2 {
        return 0.0;
    }
    let distance = distance(word, &keyword);
    let [distance, longer] = [distance, longer].map(|number| u32::try_from(number).map_or(f64::MAX, f64::from));
    1.0 - distance / longer
}

/// How many characters have to be put in, left out or changed, or neighbours swapped, to make the one of the other.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut rows = vec![vec![0; b.len() + 1]; a.len() + 1];
    for i in 0..=a.len() {
        for j in 0..=b.len() {
            rows[i][j] = if i == 0 || j == 0 {
                i + j
            } else {
                let changed = rows[i - 1][j - 1] + usize::from(a[i - 1] != b[j - 1]);
                let swapped = i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1];
                let swapped = if swapped { rows[i - 2][j - 2] + 1 } else { usize::MAX };
                changed.min(rows[i - 1][j] + 1).min(rows[i][j - 1] + 1).min(swapped)
            };
        }
    }
    rows[a.len()][b.len()]
}

/// The language of which a sentence has more words that the other has not.
pub fn language(words: &[Word]) -> Option<Language> {
    static OWN: LazyLock<[BTreeSet<&'static str>; 2]> = LazyLock::new(|| {
        let of = |language| {
            let mut words = Vec::new();
            for pattern in PATTERNS.iter().filter(|pattern| pattern.language == language) {
                literals(&pattern.nodes, &mut words);
            }
            words.into_iter().collect::<BTreeSet<_>>()
        };
        let (en, es) = (of(Language::En), of(Language::Es));
        [en.difference(&es).copied().collect(), es.difference(&en).copied().collect()]
    });
    let count = |own: &BTreeSet<&str>| words.iter().filter(|word| own.contains(word.form.as_str())).count();
    let [en, es] = [count(&OWN[0]), count(&OWN[1])];
    match en.cmp(&es) {
        std::cmp::Ordering::Greater => Some(Language::En),
        std::cmp::Ordering::Less => Some(Language::Es),
        std::cmp::Ordering::Equal => None,
    }
}
