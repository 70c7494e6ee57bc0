//! What a mood does to leaves, eyes, mouth, arms and posture.

use crate::companion::looks::Mood;

/// What a mood looks like.
pub struct Expression {
    /// How far the leaves hang, in degrees from upright.
    pub leaves: f64,
    pub eyes: Eyes,
    pub mouth: Mouth,
    pub arms: Arms,
    /// How high the body is, of its usual height; it becomes wider by most of what it loses.
    pub posture: f64,
    /// How far the brows rise towards the middle, in degrees; `None` without brows.
    pub brows: Option<f64>,
}

#[derive(Debug, Clone, Copy)]
pub enum Eyes {
    /// Closed by so much of them, and looking somewhere.
    Open { lid: f64, look: (f64, f64) },
    /// Arcs upwards.
    Joy,
    /// Arcs downwards.
    Shut,
}

#[derive(Debug, Clone, Copy)]
pub enum Mouth {
    Smile,
    Soft,
    Laugh,
    Hungry,
    Tongue,
    Wave,
    Wobble,
    Frown,
    Breath,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Arms {
    Rest,
    Hang,
    /// Raised, and drawn behind the body.
    Up,
    Belly,
    Clasped,
}

impl Expression {
    pub fn of(mood: Mood) -> Self {
        let ahead = |lid| Eyes::Open { lid, look: (0.0, 0.0) };
        let at = |lid, x, y| Eyes::Open { lid, look: (x, y) };
        let (leaves, eyes, mouth, arms, posture, brows) = match mood {
            Mood::Happy => (36.0, ahead(0.0), Mouth::Smile, Arms::Rest, 1.0, None),
            Mood::Calm => (50.0, ahead(0.14), Mouth::Soft, Arms::Rest, 1.0, None),
            Mood::Celebrating => (22.0, Eyes::Joy, Mouth::Laugh, Arms::Up, 1.03, None),
            Mood::Hungry => (58.0, at(0.0, 2.2, -2.0), Mouth::Hungry, Arms::Belly, 1.0, Some(6.0)),
            Mood::Thirsty => (108.0, at(0.2, 2.2, -1.0), Mouth::Tongue, Arms::Hang, 0.98, Some(10.0)),
            Mood::Tired => (84.0, at(0.46, 0.0, 1.5), Mouth::Wave, Arms::Hang, 0.96, Some(8.0)),
            Mood::Worried => (70.0, at(0.0, -1.5, 0.5), Mouth::Wobble, Arms::Clasped, 1.0, Some(20.0)),
            Mood::Sad => (92.0, at(0.18, 0.0, 2.0), Mouth::Frown, Arms::Hang, 0.97, Some(14.0)),
            Mood::Sleeping => (78.0, Eyes::Shut, Mouth::Breath, Arms::Belly, 0.93, None),
        };
        Self { leaves, eyes, mouth, arms, posture, brows }
    }
}
