//! Levels of the risk, found anew from the evaluations of the last dates, so that one day more or less does not make it go up and
//! down. Pure.

use std::collections::VecDeque;

use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// How many closed dates are evaluated for the level of the last.
pub const EVALUATED: usize = 60;
/// With less confidence there is no level.
const ENOUGH: f64 = 0.5;
/// How many evaluations in a row raise a level, and how many lower it.
const UP: usize = 2;
const DOWN: usize = 3;
/// How far below its threshold a level ends.
const BELOW: u8 = 5;

/// A band of scores.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    Low,
    Watch,
    Elevated,
    High,
}

impl Level {
    const ALL: [Self; 4] = [Self::Low, Self::Watch, Self::Elevated, Self::High];

    /// The band of a score.
    pub fn of(score: u8) -> Self {
        Self::ALL.into_iter().rev().find(|level| score >= level.threshold()).unwrap_or(Self::Low)
    }

    /// The least score of it.
    pub const fn threshold(self) -> u8 {
        match self {
            Self::Low => 0,
            Self::Watch => 25,
            Self::Elevated => 50,
            Self::High => 75,
        }
    }

    /// As callers see it; `insufficient_data` where there is none.
    pub const fn name(level: Option<Self>) -> &'static str {
        match level {
            None => "insufficient_data",
            Some(Self::Low) => "low",
            Some(Self::Watch) => "watch",
            Some(Self::Elevated) => "elevated",
            Some(Self::High) => "high",
        }
    }
}

/// The risk at the end of a date.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Evaluation {
    pub date: NaiveDate,
    pub score: Option<u8>,
    pub confidence: f64,
}

impl Evaluation {
    /// The score, where there is enough to go by.
    pub fn sure_score(&self) -> Option<u8> {
        self.score.filter(|_| self.confidence >= ENOUGH)
    }
}

/// The level at the end of each date, in the order of the evaluations; `None` where there is too little data.
///
/// The first evaluation that has confidence sets it. Two in a row above it raise it to the lower of their bands; three in a row
/// more than 5 below its threshold lower it to the band of the last. One without confidence is in no row, and changes nothing.
pub fn levels(evaluations: &[Evaluation]) -> Vec<Option<Level>> {
    let (mut level, mut row) = (None::<Level>, VecDeque::<u8>::new());
    let step = |evaluation: &Evaluation| {
        let Some(score) = evaluation.sure_score() else {
            row.clear();
            return None;
        };
        row.push_back(score);
        row.drain(..row.len().saturating_sub(UP.max(DOWN)));
        let Some(now) = level else {
            level = Some(Level::of(score));
            return level;
        };
        let last = |count: usize| row.iter().rev().take(count);
        let up = last(UP).map(|score| Level::of(*score)).min().filter(|lowest| row.len() >= UP && *lowest > now);
        let is_below = row.len() >= DOWN && last(DOWN).all(|score| score.saturating_add(BELOW) < now.threshold());
        level = up.or_else(|| is_below.then(|| Level::of(score))).or(level);
        level
    };
    evaluations.iter().map(step).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn evaluations(scores: &[Option<u8>]) -> Vec<Evaluation> {
        let date = |index| NaiveDate::default() + chrono::Days::new(index);
        let of = |(index, score): (u64, &Option<u8>)| Evaluation {
            date: date(index),
            score: score.or(Some(90)),
            confidence: if score.is_some() { 0.5 } else { 0.49 },
        };
        (0..).zip(scores).map(of).collect()
    }

    /// Each level by the first letter of its name.
    fn shown(scores: &[u8]) -> String {
        let scores: Vec<Option<u8>> = scores.iter().map(|score| (*score < 200).then_some(*score)).collect();
        levels(&evaluations(&scores)).into_iter().map(|level| &Level::name(level)[..1]).collect()
    }

    #[test]
    fn bands_begin_at_a_quarter_each() {
        assert_eq!([0, 24, 25, 49, 50, 74, 75, 100].map(|score| &Level::name(Some(Level::of(score)))[..1]).concat(), "llwweehh");
    }

    #[test]
    fn two_raise_it_and_three_lower_it() {
        for (scores, expected) in [
            (&[10, 30, 10, 30, 30][..], "llllw"),
            // To the lower of two bands.
            (&[10, 80, 30], "llw"),
            (&[10, 30, 80], "llw"),
            (&[10, 80, 80], "llh"),
            (&[30, 60, 60, 30, 80, 80], "wweeeh"),
            // 45 is 5 below the threshold of 50, and 44 more.
            (&[60, 45, 45, 45, 45], "eeeee"),
            (&[60, 44, 44, 44], "eeew"),
            (&[60, 44, 44, 45, 44, 44, 44], "eeeeeew"),
            (&[80, 60, 10, 60, 40, 40, 10], "hhheeel"),
            (&[80, 10, 10, 10], "hhhl"),
            (&[25, 19, 19, 19], "wwwl"),
            (&[25, 20, 20, 20], "wwww"),
        ] {
            assert_eq!(shown(scores), expected, "{scores:?}");
        }
    }

    #[test]
    fn without_confidence_there_is_no_level_and_no_row() {
        // What has none, though it be 90, neither sets nor raises nor interrupts for good.
        assert_eq!(shown(&[200, 200, 10, 30, 200, 30, 30]), "iillilw");
        assert_eq!(shown(&[60, 10, 10, 200, 10, 10, 10]), "eeeieel");
    }

    proptest! {
        #[test]
        fn moves_only_where_scores_are(scores in prop::collection::vec(0..=100_u8, 1..90)) {
            let all: Vec<Option<u8>> = scores.iter().copied().map(Some).collect();
            let found: Vec<Level> = levels(&evaluations(&all)).into_iter().flatten().collect();
            prop_assert_eq!(found.len(), scores.len());
            prop_assert_eq!(found[0], Level::of(scores[0]));
            for (index, pair) in found.windows(2).enumerate() {
                let score = scores[index + 1];
                prop_assert!(pair[1] <= pair[0] || Level::of(score) >= pair[1]);
                prop_assert!(pair[1] >= pair[0] || pair[1] == Level::of(score));
            }
        }

        #[test]
        fn a_score_that_stays_is_its_band(score in 0..=100_u8, before in 0..=100_u8) {
            let found = levels(&evaluations(&[Some(before), Some(score), Some(score), Some(score)]));
            let (last, from) = (found[3].expect("a level"), Level::of(before));
            // Just below a threshold it stays where it came from.
            prop_assert!(last == Level::of(score) || (last == from && score + BELOW >= from.threshold() && score < from.threshold()));
        }
    }
}
