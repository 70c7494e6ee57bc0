//! Which of the rules that hold are shown: three at most, and none that was answered in the last week. Pure.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::rules::{Held, id};

const MOST: usize = 3;
/// For how many days a rule is silent that was answered.
const COOLDOWN: u64 = 7;

/// What is kept of a rule, by its name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Since when it has held without an interruption or an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
    /// When it was last answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<NaiveDate>,
}

/// What is kept of all rules; those of which nothing is are missing.
pub type Memory = BTreeMap<String, Kept>;

/// A recommendation that is shown.
#[derive(Debug, Clone, PartialEq)]
pub struct Chosen {
    pub id: String,
    pub held: Held,
}

/// What is shown of the rules that hold today, in their order, and what is to be kept of all.
pub fn choose(held: Vec<Held>, memory: &Memory, today: NaiveDate) -> (Vec<Chosen>, Memory) {
    let rests = |kept: &Kept| kept.answered.is_some_and(|answered| today < answered + Days::new(COOLDOWN));
    // What is interrupted begins anew; what was answered is remembered for as long as it says something.
    let mut next: Memory =
        memory.iter().filter(|(_, kept)| rests(kept)).map(|(rule, kept)| (rule.clone(), Kept { since: None, ..*kept })).collect();
    let mut chosen = Vec::new();
    for held in held {
        let name = held.rule.name();
        let kept = memory.get(name).copied().unwrap_or_default();
        if rests(&kept) {
            continue;
        }
        let since = kept.since.unwrap_or(today);
        next.insert(name.to_owned(), Kept { since: Some(since), answered: None });
        if chosen.len() < MOST {
            chosen.push(Chosen { id: id(held.rule, since), held });
        }
    }
    (chosen, next)
}

/// What is kept once a recommendation was done or dismissed; `None` when there is none of that id.
pub fn answered(memory: &Memory, answered: &str, today: NaiveDate) -> Option<Memory> {
    let (rule, since) = answered.split_once(':')?;
    let known = memory.get(rule)?.since? == since.parse().ok()?;
    let mut next = memory.clone();
    next.insert(rule.to_owned(), Kept { since: None, answered: Some(today) });
    known.then_some(next)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::assistant::recommendations::rules::Rule;

    fn date(day: u32) -> NaiveDate {
        NaiveDate::from_ymd_opt(2026, 1, day).expect("a date")
    }

    fn held(rules: &[Rule]) -> Vec<Held> {
        rules.iter().map(|rule| Held { rule: *rule, key: "recommend_lunch_now", evidence: Vec::new(), action: None }).collect()
    }

    fn ids(chosen: &[Chosen]) -> Vec<&str> {
        chosen.iter().map(|one| one.id.as_str()).collect()
    }

    #[test]
    fn three_are_shown_under_the_date_on_which_they_first_held() {
        let all = [Rule::BreakNow, Rule::DrinkWater, Rule::CutWip, Rule::CheckIn];
        let (chosen, memory) = choose(held(&all), &Memory::new(), date(14));
        assert_eq!(ids(&chosen), ["break_now:2026-01-14", "drink_water:2026-01-14", "cut_wip:2026-01-14"]);
        // The fourth has held since then too. Looking again changes nothing.
        assert_eq!(choose(held(&all), &memory, date(14)), (chosen, memory.clone()));
        let (chosen, memory) = choose(held(&all[2..]), &memory, date(16));
        assert_eq!(ids(&chosen), ["cut_wip:2026-01-14", "check_in:2026-01-14"]);
        let (chosen, _) = choose(held(&all), &memory, date(17));
        assert_eq!(ids(&chosen), ["break_now:2026-01-17", "drink_water:2026-01-17", "cut_wip:2026-01-14"]);
    }

    #[test]
    fn what_was_answered_is_silent_for_a_week() {
        let (_, memory) = choose(held(&[Rule::CutWip]), &Memory::new(), date(14));
        assert!(
            answered(&memory, "cut_wip:2026-01-13", date(15)).is_none()
                && answered(&memory, "check_in:2026-01-14", date(15)).is_none()
        );
        let mut memory = answered(&memory, "cut_wip:2026-01-14", date(15)).expect("a recommendation");
        for day in 15..22 {
            let (chosen, next) = choose(held(&[Rule::CutWip]), &memory, date(day));
            assert!(chosen.is_empty(), "{day}");
            memory = next;
        }
        let (chosen, memory) = choose(held(&[Rule::CutWip]), &memory, date(22));
        assert_eq!(ids(&chosen), ["cut_wip:2026-01-22"]);
        assert_eq!(memory["cut_wip"], Kept { since: Some(date(22)), answered: None });
    }
}
