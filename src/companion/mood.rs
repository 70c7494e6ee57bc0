//! How a companion feels, which follows from how it is. Pure.

use super::{
    looks::Mood,
    needs::{Level, Needs},
};

const WORRYING_RISK: u32 = 50;
const THIRSTY: Level = Level::points(35);
const TIRED: Level = Level::points(35);
const ECSTATIC: Level = Level::points(85);
const HAPPY: Level = Level::points(65);
const CALM: Level = Level::points(45);

/// What is going on beside its needs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Circumstances {
    /// Whether work is expected now.
    pub in_work_hours: bool,
    pub session_under_way: bool,
    /// The risk of overload, 0 to 100, where enough is known to tell it.
    pub risk: Option<u32>,
    pub lunch_due: bool,
}

impl Mood {
    /// The first that applies. `celebrating` never does by itself.
    pub fn of(needs: &Needs, now: Circumstances) -> Self {
        if !now.in_work_hours && !now.session_under_way {
            Self::Sleeping
        } else if now.risk.is_some_and(|risk| risk >= WORRYING_RISK) {
            Self::Worried
        } else if needs.hydration < THIRSTY {
            Self::Thirsty
        } else if now.lunch_due {
            Self::Hungry
        } else if needs.energy < TIRED {
            Self::Tired
        } else if needs.happiness >= HAPPY {
            Self::Happy
        } else if needs.happiness >= CALM {
            Self::Calm
        } else {
            Self::Sad
        }
    }
}

impl Needs {
    pub fn is_ecstatic(&self) -> bool {
        self.happiness >= ECSTATIC
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn needs(energy: u32, hydration: u32, happiness: u32) -> Needs {
        let level = Level::points;
        Needs { energy: level(energy), hydration: level(hydration), happiness: level(happiness) }
    }

    const AWAKE: Circumstances = Circumstances { in_work_hours: true, session_under_way: false, risk: None, lunch_due: false };

    #[test]
    fn the_first_that_applies_is_the_mood() {
        let asleep = Circumstances { in_work_hours: false, ..AWAKE };
        let late = Circumstances { session_under_way: true, ..asleep };
        let hungry = Circumstances { lunch_due: true, ..AWAKE };
        let worried = Circumstances { risk: Some(50), ..hungry };
        for (needs, now, mood) in [
            (needs(20, 20, 20), Circumstances { risk: Some(100), ..asleep }, Mood::Sleeping),
            (needs(20, 20, 20), worried, Mood::Worried),
            (needs(20, 34, 20), hungry, Mood::Thirsty),
            (needs(20, 35, 20), hungry, Mood::Hungry),
            (needs(34, 35, 99), AWAKE, Mood::Tired),
            (needs(35, 35, 65), AWAKE, Mood::Happy),
            (needs(35, 35, 64), late, Mood::Calm),
            (needs(35, 35, 45), Circumstances { risk: Some(49), ..AWAKE }, Mood::Calm),
            (needs(35, 35, 44), AWAKE, Mood::Sad),
        ] {
            assert_eq!(Mood::of(&needs, now), mood, "{needs:?} {now:?}");
        }
        assert!(needs(0, 0, 85).is_ecstatic() && !needs(100, 100, 84).is_ecstatic());
    }
}
