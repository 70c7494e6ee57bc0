//! Which of the rules that hold are shown: three at most, and none that was answered in the last week. Pure.

use std::collections::BTreeMap;

use chrono::{Days, NaiveDate};
use serde::{Deserialize, Serialize};

use super::rules::{Held, id};
use crate::{
    choice,
    kernel::{Code, Error, Result},
};

const MOST: usize = 3;
/// For how many days a rule is silent that was answered.
const COOLDOWN: u64 = 7;

/// What is kept of a rule, by its name.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Kept {
    /// Since when it has held without an interruption or an answer.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<NaiveDate>,
    /// How it was last answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub answered: Option<Answered>,
}

/// That a recommendation was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Answered {
    /// Since when it had held, as its id says.
    pub since: NaiveDate,
    pub on: NaiveDate,
    pub answer: Answer,
}

choice!(
    /// What is said to a recommendation.
    Answer as "RecommendationAnswer",
    Done = "done",
    Dismiss = "dismiss",
);

impl Answered {
    /// Until which date the rule is silent.
    pub fn silent_until(self) -> NaiveDate {
        self.on.checked_add_days(Days::new(COOLDOWN)).unwrap_or(self.on)
    }
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
    let rests = |kept: &Kept| kept.answered.is_some_and(|answered| today < answered.silent_until());
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

/// What is kept once a recommendation was answered; `None` when it was answered so before. Errors: `NotFound` when there is none of
/// that id, `AlreadyAnswered` when it was answered otherwise.
pub fn answered(memory: &Memory, id: &str, answer: Answer, today: NaiveDate) -> Result<Option<Memory>> {
    let missing = || Error::not_found("Recommendation");
    let (rule, since) = id.split_once(':').ok_or_else(missing)?;
    let since: NaiveDate = since.parse().map_err(|_| missing())?;
    let kept = memory.get(rule).ok_or_else(missing)?;
    if kept.since == Some(since) {
        let mut next = memory.clone();
        next.insert(rule.to_owned(), Kept { since: None, answered: Some(Answered { since, on: today, answer }) });
        return Ok(Some(next));
    }
    match kept.answered.filter(|answered| answered.since == since) {
        Some(before) if before.answer == answer => Ok(None),
        Some(_) => Err(Error::new(Code::AlreadyAnswered, "The recommendation was answered otherwise")),
        None => Err(missing()),
    }
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
        for unknown in ["cut_wip:2026-01-13", "check_in:2026-01-14", "cut_wip", "cut_wip:soon"] {
            assert_eq!(answered(&memory, unknown, Answer::Done, date(15)).expect_err(unknown).code(), Code::NotFound);
        }
        let answer = |memory: &Memory, answer| answered(memory, "cut_wip:2026-01-14", answer, date(15));
        let mut memory = answer(&memory, Answer::Done).expect("a recommendation").expect("a change");
        assert_eq!(answer(&memory, Answer::Done).expect("the same"), None);
        assert_eq!(answer(&memory, Answer::Dismiss).expect_err("another").code(), Code::AlreadyAnswered);
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
