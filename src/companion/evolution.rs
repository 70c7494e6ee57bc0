//! How a companion grows: its stage by the level of its person, its form by what that person does most. Neither goes back.
//! Pure.

use serde::{Deserialize, Serialize};

use super::looks::{Form, Stage};

impl Stage {
    /// The stage of a level.
    pub fn of_level(level: u32) -> Self {
        match level {
            0..=1 => Self::Egg,
            2..=4 => Self::Hatchling,
            5..=9 => Self::Child,
            10..=19 => Self::Teen,
            20..=39 => Self::Adult,
            40.. => Self::Elder,
        }
    }

    fn rank(self) -> usize {
        Self::ALL.iter().take_while(|stage| **stage != self).count()
    }
}

/// What was earned on the last 28 dates and not taken back, in experience points by what it was for.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Earned {
    pub tasks: u64,
    pub focus: u64,
    /// Breaks, hydration and lunch.
    pub care: u64,
}

impl Earned {
    /// The form that follows from it: of what it was most for, or of balance where no two differ by more than 15 % of all.
    pub fn form(self) -> Form {
        let parts = [(Form::Tasks, self.tasks), (Form::Focus, self.focus), (Form::Care, self.care)];
        let amounts = parts.map(|(_, amount)| u128::from(amount));
        let (mut most, mut least) = (parts[0], amounts[0]);
        for part in parts {
            least = least.min(part.1.into());
            if part.1 > most.1 {
                most = part;
            }
        }
        let all: u128 = amounts.iter().sum();
        if (u128::from(most.1) - least) * 100 <= all * 15 { Form::Balance } else { most.0 }
    }
}

/// How far a companion has come. The form is chosen when it becomes a teen and once more when it becomes an adult.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Growth {
    pub stage: Stage,
    pub form: Form,
}

impl Default for Growth {
    fn default() -> Self {
        Self { stage: Stage::Egg, form: Form::Seedling }
    }
}

impl Growth {
    /// What it becomes at a level; itself where nothing is new.
    #[must_use]
    pub fn at(self, level: u32, earned: Earned) -> Self {
        if !self.grows_at(level) {
            return self;
        }
        let form = if self.turn_at(level).is_some() { earned.form() } else { self.form };
        Self { stage: Stage::of_level(level), form }
    }

    /// Whether a level makes it another.
    pub fn grows_at(self, level: u32) -> bool {
        Stage::of_level(level).rank() > self.stage.rank()
    }

    /// The stage with which a level gives it a form, where it does: the last of them.
    pub fn turn_at(self, level: u32) -> Option<Stage> {
        let reaches = |turn: &Stage| self.stage.rank() < turn.rank() && turn.rank() <= Stage::of_level(level).rank();
        [Stage::Adult, Stage::Teen].into_iter().find(reaches)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn earned(tasks: u64, focus: u64, care: u64) -> Earned {
        Earned { tasks, focus, care }
    }

    #[test]
    fn stages_begin_at_their_levels() {
        let begins = |stage: &Stage| (0..100).find(|level| Stage::of_level(*level) == *stage);
        assert_eq!(Stage::ALL.iter().filter_map(begins).collect::<Vec<u32>>(), [0, 2, 5, 10, 20, 40]);
        assert_eq!(Stage::of_level(u32::MAX), Stage::Elder);
    }

    #[test]
    fn the_form_is_of_what_is_most_and_of_balance_where_all_is_alike() {
        for (sums, form) in [
            (earned(60, 30, 10), Form::Tasks),
            (earned(30, 60, 10), Form::Focus),
            (earned(10, 30, 60), Form::Care),
            // 40 - 25 is 15 of 100.
            (earned(40, 35, 25), Form::Balance),
            (earned(41, 34, 25), Form::Tasks),
            (earned(0, 0, 0), Form::Balance),
            (earned(50, 50, 0), Form::Tasks),
            (earned(u64::MAX, 0, u64::MAX), Form::Tasks),
        ] {
            assert_eq!(sums.form(), form, "{sums:?}");
        }
    }

    #[test]
    fn the_form_is_chosen_twice() {
        let child = Growth::default().at(9, earned(9, 0, 0));
        assert_eq!(child, Growth { stage: Stage::Child, form: Form::Seedling });
        let teen = child.at(10, earned(0, 9, 0));
        assert_eq!(teen, Growth { stage: Stage::Teen, form: Form::Focus });
        assert_eq!(teen.at(19, earned(9, 0, 0)), teen);
        let adult = teen.at(20, earned(0, 0, 9));
        assert_eq!(adult, Growth { stage: Stage::Adult, form: Form::Care });
        assert_eq!(adult.at(40, earned(9, 0, 0)), Growth { stage: Stage::Elder, form: Form::Care });
        assert_eq!(child.at(20, earned(9, 0, 0)), Growth { stage: Stage::Adult, form: Form::Tasks });
    }

    proptest! {
        #[test]
        fn it_never_goes_back(levels in proptest::collection::vec(0..60_u32, 1..20)) {
            let mut growth = Growth::default();
            for (index, level) in (0..).zip(levels) {
                let later = growth.at(level, earned(index, 3, 5));
                prop_assert!(later.stage.rank() >= growth.stage.rank());
                prop_assert!(later.stage.rank() >= Stage::of_level(level).rank());
                prop_assert_eq!(later.at(level, earned(99, 0, 0)), later);
                growth = later;
            }
        }
    }
}
