//! What a companion can look like: its stages, forms, moods, colours and marks. Pure.

use utoipa::openapi::{ObjectBuilder, schema::Type};

use crate::{
    choice, described,
    kernel::{FromText, Rule, UserId},
};

choice!(
    /// How far it has grown, from the first on.
    Stage as "CompanionStage",
    Egg = "egg",
    Hatchling = "hatchling",
    Child = "child",
    Teen = "teen",
    Adult = "adult",
    Elder = "elder",
);
choice!(
    /// What it has become by what its person does most. Shown from the stage `teen` on; a seedling before.
    Form as "CompanionForm",
    Seedling = "seedling",
    Focus = "focus",
    Tasks = "tasks",
    Care = "care",
    Balance = "balance",
);
choice!(
    /// How it feels. `celebrating` is for whoever shows it when something was just earned; it is never in that mood by itself.
    Mood as "CompanionMood",
    Happy = "happy",
    Calm = "calm",
    Celebrating = "celebrating",
    Hungry = "hungry",
    Thirsty = "thirsty",
    Tired = "tired",
    Worried = "worried",
    Sad = "sad",
    Sleeping = "sleeping",
);
choice!(
    /// The colours of its body.
    Palette as "CompanionPalette",
    Green = "green",
    Violet = "violet",
    Orange = "orange",
    Pink = "pink",
    Blue = "blue",
);
choice!(
    /// Whether it moves for a few seconds when it appears, except for whoever has asked for less motion.
    Motion as "CompanionMotion",
    Still = "still",
    Moving = "moving",
);

impl Stage {
    /// Whether it is too young to have a form.
    pub fn is_young(self) -> bool {
        matches!(self, Self::Egg | Self::Hatchling | Self::Child)
    }
}

impl Form {
    /// The colours where none were chosen.
    pub fn palette(self) -> Palette {
        match self {
            Self::Seedling => Palette::Green,
            Self::Focus => Palette::Violet,
            Self::Tasks => Palette::Orange,
            Self::Care => Palette::Pink,
            Self::Balance => Palette::Blue,
        }
    }
}

/// Which of four patterns of marks it has, 0 to 3: one for life.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Seed(u8);

impl Seed {
    pub const ALL: [Self; 4] = [Self(0), Self(1), Self(2), Self(3)];

    pub fn get(self) -> usize {
        self.0.into()
    }
}

/// Of a user's own companion: the last bits of an id are random.
impl From<UserId> for Seed {
    fn from(id: UserId) -> Self {
        Self(id.uuid().as_bytes()[15] % 4)
    }
}

described!(Seed, "CompanionSeed");

impl FromText for Seed {
    fn schema() -> ObjectBuilder {
        ObjectBuilder::new().schema_type(Type::Integer).minimum(Some(0)).maximum(Some(3))
    }

    fn from_text(text: &str) -> Result<Self, Rule> {
        match text.as_bytes() {
            [digit @ b'0'..=b'3'] => Ok(Self(digit - b'0')),
            _ => Err(Rule::field("must be a whole number from 0 to 3")),
        }
    }
}
